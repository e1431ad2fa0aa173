"""Places: what the alliance's stores are called, by number."""

TOWNS = (
    "柳河镇", "青石镇", "松岭镇", "南浦镇", "白沙镇", "石桥镇", "龙潭镇", "云台镇", "清溪镇", "枫林镇",
    "竹园镇", "桃源镇", "梅坞镇", "荷塘镇", "杏花镇", "银杏镇", "双溪镇", "三河镇", "五里镇", "七星镇",
    "八里桥", "东湖路", "西湖路", "南山路", "北苑路", "人民路", "中山路", "解放路", "建设路", "和平路",
    "新华街", "文化街", "古城街", "步行街", "火车站", "汽车站", "大学城", "科技园", "体育场", "市民广场",
    "滨江", "湖滨", "望江", "临江", "朝阳", "向阳", "光明", "长青",
)  # fmt: skip
"""Towns and streets; each merchant has a store at so many of them as it has stores, in this order."""


def store_name(place: int) -> str:
    """The name of a merchant's store, counted from 0."""
    return f"{TOWNS[place % len(TOWNS)]}店" if place < len(TOWNS) else f"{TOWNS[place % len(TOWNS)]}二店"
