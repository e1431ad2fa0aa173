"""Calendars: named days that rules and prices refer to, some of them different for each store."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

import msgspec

from jifen.rules.defining import Definition

Weekday = Annotated[int, msgspec.Meta(ge=1, le=7)]
SolarDay = Annotated[int, msgspec.Meta(ge=1, le=31)]
LunarDay = Annotated[int, msgspec.Meta(ge=1, le=30)]
Month = Annotated[int, msgspec.Meta(ge=1, le=12)]
Digit = Annotated[int, msgspec.Meta(ge=0, le=9)]
Branch = Literal["子", "丑", "寅", "卯", "辰", "巳", "午", "未", "申", "酉", "戌", "亥"]
FestivalName = Literal[
    "spring_festival", "lantern", "dragon_head", "shangsi", "qingming", "dragon_boat", "qixi", "zhongyuan",
    "mid_autumn", "double_ninth", "winter_solstice", "laba", "little_new_year", "new_years_eve",
]  # fmt: skip


class Dates(Definition, frozen=True, kw_only=True, tag="dates"):
    """These days."""

    dates: tuple[date, ...]


class Yearly(Definition, frozen=True, kw_only=True, tag="yearly"):
    """Every year from one (month, day) to another, both counted; it may run over the new year."""

    since: tuple[Month, SolarDay]
    until: tuple[Month, SolarDay]


class Weekdays(Definition, frozen=True, kw_only=True, tag="weekdays"):
    """These days of the week; 1 is Monday."""

    weekdays: tuple[Weekday, ...]


class MonthDays(Definition, frozen=True, kw_only=True, tag="month_days"):
    """These days of each month; last: its last day too."""

    days: tuple[SolarDay, ...] = ()
    last: bool = False


class NthWeekday(Definition, frozen=True, kw_only=True, tag="nth_weekday"):
    """The nth such weekday of a month (-1: the last), in these months or in all."""

    weekday: Weekday
    nth: Literal[-1, 1, 2, 3, 4, 5]
    months: tuple[Month, ...] = ()


class LunarDates(Definition, frozen=True, kw_only=True, tag="lunar"):
    """Lunar days: of these lunar months or of all, leap months too where asked for.

    A day 30 does not fall in a short month (last: then its 29th counts as well).
    """

    days: tuple[LunarDay, ...]
    months: tuple[Month, ...] = ()
    leap_months: bool = True
    last: bool = False


class Festivals(Definition, frozen=True, kw_only=True, tag="festivals"):
    """Festivals, with so many days before and after."""

    names: tuple[FestivalName, ...]
    days_before: Annotated[int, msgspec.Meta(ge=0, le=60)] = 0
    days_after: Annotated[int, msgspec.Meta(ge=0, le=60)] = 0


class MarketDays(Definition, frozen=True, kw_only=True):
    """A town's market days: one of the five families (COMPLIANCE §7)."""

    lunar_digits: tuple[Digit, ...] = ()
    solar_digits: tuple[Digit, ...] = ()
    weekdays: tuple[Weekday, ...] = ()
    branches: tuple[Branch, ...] = ()
    dates: tuple[date, ...] = ()


class Markets(Definition, frozen=True, kw_only=True, tag="markets"):
    """Each store's market days, by its code; at other stores there are none."""

    stores: dict[str, MarketDays]


class Openings(Definition, frozen=True, kw_only=True, tag="openings"):
    """The anniversary of each store's opening (29 February: on the 28th in short years)."""

    stores: dict[str, date]
    days_before: Annotated[int, msgspec.Meta(ge=0, le=60)] = 0
    days_after: Annotated[int, msgspec.Meta(ge=0, le=60)] = 0


AnyCalendar = Dates | Yearly | Weekdays | MonthDays | NthWeekday | LunarDates | Festivals | Markets | Openings


def stores_on(calendar: AnyCalendar, day: date) -> frozenset[str] | None:
    """The stores at which a calendar holds on a day; None: at every store, empty: nowhere."""
    raise NotImplementedError


def holds(calendars: Mapping[str, AnyCalendar], names: tuple[str, ...], day: date, store: str) -> bool:
    """Whether one of the named calendars holds on a day at a store."""
    for name in names:
        stores = stores_on(calendars[name], day)
        if stores is None or store in stores:
            return True
    return False
