"""Pictures of what can be had: a flat drawing for each sort of thing, and one for all others."""

from jifen.rules.rewards import RewardKind

OF_KIND: dict[RewardKind, str] = {
    "voucher": "voucher",
    "freight": "voucher",
    "donation": "giving",
    "night": "night",
    "upgrade": "night",
    "ticket": "ticket",
    "top_up": "phone",
}
"""Kinds that say by themselves what they are; of goods, services and benefits the words tell."""

OF_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("coffee", ("咖啡", "拿铁", "奶茶", "茶饮", "coffee", "latte", "tea")),
    ("meal", ("餐", "面馆", "豆浆", "早点", "小笼", "包子", "meal", "breakfast", "dining")),
    ("car", ("洗车", "车", "轮胎", "油品", "出行", "停车", "car", "tyre")),
    ("beauty", ("美妆", "彩妆", "护肤", "口红", "护理", "面膜", "beauty", "skin", "make-up")),
    ("pet", ("宠物", "犬", "猫", "pet", "dog", "cat")),
    ("vegetables", ("蔬", "有机", "生鲜", "水果", "绿色", "vegetable", "fruit", "organic")),
    ("flowers", ("鲜花", "花束", "多肉", "园艺", "flower", "plant")),
    ("night", ("住宿", "酒店", "客房", "退房", "hotel", "room")),
    ("phone", ("通信", "话费", "充值", "流量", "手机", "phone", "data")),
    ("ticket", ("门票", "景区", "演出", "ticket")),
    ("gift", ("礼盒", "gift")),
    ("household", ("洗衣", "纸", "伞", "饭煲", "锅", "detergent", "tissue", "umbrella", "cooker")),
    ("grocery", ("粮", "油", "米", "日用", "超市", "蛋", "grain", "oil", "rice")),
    ("giving", ("公益", "捐", "cause", "charity")),
)
"""Words of a heading or a title, the first that occurs decides; titles are asked before headings."""

OTHER = "gift"


def picture_of(kind: str, category: str, title: str) -> str:
    """The file of the drawing for a reward of this kind, heading and title."""
    for known, name in OF_KIND.items():
        if known == kind:
            return _file(name)
    for text in (title.casefold(), category.casefold()):
        for name, words in OF_WORDS:
            if any(word in text for word in words):
                return _file(name)
    return _file(OTHER)


def _file(name: str) -> str:
    return f"picture-{name}.svg"


FILES = frozenset(_file(name) for name in (*OF_KIND.values(), *(name for name, _ in OF_WORDS), OTHER))
"""All drawings there must be."""
