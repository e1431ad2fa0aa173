"""People: names, phones and birthdays that stand for the households of the data. All are invented."""

from collections.abc import Iterable

import msgspec

from jifen.cli.demo.dataset import member_number

PHONES_FROM = 19_900_000_000
NAMED_FIRST = 300
"""So many households have a name and a phone, beside the cast."""

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
)
GIVEN = (
    "春生", "夏禾", "秋实", "冬青", "一诺", "子衿", "雨桐", "思远", "嘉禾", "明轩", "若溪", "知秋",
    "晓峰", "文静", "建国", "桂英", "秀兰", "志强", "海燕", "玉梅", "小芳", "立新", "浩然", "佳怡",
    "俊杰", "梓涵", "欣悦", "宇航", "美玲", "国庆", "红梅", "德厚", "长河", "青山", "望舒", "星野",
    "半夏", "南乔", "北辰", "西洲", "东篱", "云舒", "月明", "花开", "景行", "怀瑾", "清和", "安然",
)  # fmt: skip


class Someone(msgspec.Struct, frozen=True):
    """A member of the story: whose baskets are theirs, the name, and the phone's last digits."""

    household: int
    name: str
    phone: int

    @property
    def number(self) -> str:
        """The member's number."""
        return member_number(self.household)


XIAOMAN = Someone(40, "林小满", 12)
LIDONG = Someone(853, "陈立冬", 853)
GUYU = Someone(2312, "林谷雨", 2312)
CHUNSHENG = Someone(1023, "顾春生", 37)
MINXIA = Someone(1453, "周敏霞", 58)
"""She sends much back at several stores."""

PERSONS = (XIAOMAN, LIDONG, GUYU, CHUNSHENG, MINXIA)

OTHERS = (
    1609, 2322, 1430, 1111, 400, 707, 1653, 1489, 1975, 718, 2284, 2019, 1740, 2459, 2351, 1864, 1527, 2264,
    2400, 900, 973,
)  # fmt: skip
"""Households with rich years, who play the other parts."""

CAST = (*(one.household for one in PERSONS), *OTHERS)
"""Whoever plays a part; all of their year is told however few days the demo has."""


def others(place: int) -> str:
    """The number of one of those who play the other parts."""
    return member_number(OTHERS[place % len(OTHERS)])


def name_of(household: int) -> str:
    """The name of a household's member, the same in every run."""
    found = next((one.name for one in PERSONS if one.household == household), None)
    if found is not None:
        return found
    family, given = household * 7919 % len(SURNAMES), household * 104_729 % len(GIVEN)
    return SURNAMES[family] + GIVEN[given]


def phone_of(household: int) -> str:
    """The phone of a household's member. Who stands at a person's digits has that person's own instead."""
    for one in PERSONS:
        if household == one.household:
            return str(PHONES_FROM + one.phone)
        if household == one.phone:
            return str(PHONES_FROM + one.household)
    return str(PHONES_FROM + household)


def named(households: Iterable[int]) -> list[int]:
    """The households that have a name and a phone: the first ones and the cast."""
    known = sorted(households)
    return sorted({*known[:NAMED_FIRST], *CAST} & set(known))


def birthday_of(household: int) -> tuple[int, int]:
    """Month and day on which a household's member was born; no year is kept."""
    return 1 + household * 31 % 12, 1 + household * 17 % 28
