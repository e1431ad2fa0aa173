"""Calendars: named days that rules and prices refer to, some of them different for each store."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Annotated, Literal

import msgspec

from jifen.rules.defining import Definition
from jifen.values.calendars import (
    branch_of,
    festival,
    is_reckoned,
    lunar_of,
    month_length,
    solar_anniversary,
)
from jifen.values.periods import end_of_month

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

    A day 30 does not fall in a short month. last: the month's last day counts too, be it the 29th or 30th.
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
    """A town's market days: one of the five families, or several (COMPLIANCE §7).

    A digit is the last one of the day's number: 3 means the 3rd, 13th, 23rd; 0 the 10th, 20th, 30th; and for
    solar days 1 means the 31st too.
    """

    lunar_digits: tuple[Digit, ...] = ()
    solar_digits: tuple[Digit, ...] = ()
    weekdays: tuple[Weekday, ...] = ()
    branches: tuple[Branch, ...] = ()
    dates: tuple[date, ...] = ()


class Markets(Definition, frozen=True, kw_only=True, tag="markets"):
    """Each store's market days, by its code; at other stores there are none."""

    stores: dict[str, MarketDays]


class Openings(Definition, frozen=True, kw_only=True, tag="openings"):
    """The anniversary of each store's opening (29 February: on the 28th in short years).

    The first is a year after the opening.
    """

    stores: dict[str, date]
    days_before: Annotated[int, msgspec.Meta(ge=0, le=60)] = 0
    days_after: Annotated[int, msgspec.Meta(ge=0, le=60)] = 0


AnyCalendar = Dates | Yearly | Weekdays | MonthDays | NthWeekday | LunarDates | Festivals | Markets | Openings


EVERYWHERE: frozenset[str] | None = None
NOWHERE: frozenset[str] = frozenset()


def stores_on(calendar: AnyCalendar, day: date) -> frozenset[str] | None:
    """The stores at which a calendar holds on a day; None: at every store, empty: nowhere.

    A day is that of the programme's zone, from midnight to midnight (SCENARIOS S06, S09; COMPLIANCE §7).
    """
    match calendar:
        case Markets(stores=markets):
            return frozenset(store for store, market in markets.items() if _is_market_day(market, day))
        case Openings(stores=openings):
            return frozenset(
                store for store, opened in openings.items() if _opened_near(calendar, opened, day)
            )
    return EVERYWHERE if _falls_on(calendar, day) else NOWHERE


def _falls_on(
    calendar: Dates | Yearly | Weekdays | MonthDays | NthWeekday | LunarDates | Festivals, day: date
) -> bool:
    match calendar:
        case Dates(dates=dates):
            return day in dates
        case Yearly(since=since, until=until):
            today = (day.month, day.day)
            return since <= today <= until if since <= until else today >= since or today <= until
        case Weekdays(weekdays=weekdays):
            return day.isoweekday() in weekdays
        case MonthDays(days=days, last=last):
            return day.day in days or (last and day == end_of_month(day))
        case NthWeekday():
            return _is_nth_weekday(calendar, day)
        case LunarDates():
            return _is_lunar_date(calendar, day)
        case Festivals():
            return day in _festive(calendar, day.year)


def _is_nth_weekday(calendar: NthWeekday, day: date) -> bool:
    if day.isoweekday() != calendar.weekday or (calendar.months and day.month not in calendar.months):
        return False
    if calendar.nth == -1:
        return day.day + 7 > end_of_month(day).day
    return (day.day + 6) // 7 == calendar.nth


def _is_lunar_date(calendar: LunarDates, day: date) -> bool:
    if not is_reckoned(day):
        return False
    lunar = lunar_of(day)
    if (lunar.leap and not calendar.leap_months) or (calendar.months and lunar.month not in calendar.months):
        return False
    return lunar.day in calendar.days or (
        calendar.last and lunar.day == month_length(lunar.year, lunar.month, leap=lunar.leap)
    )


@lru_cache(maxsize=1024)
def _festive(calendar: Festivals, year: int) -> frozenset[date]:
    """The days of a calendar of festivals in and around a solar year, complete for that year."""
    if not is_reckoned(date(year, 1, 1)):
        return frozenset()
    return frozenset(
        festival(name, kept) + timedelta(days=away)
        for name in calendar.names
        for kept in (year - 1, year, year + 1)
        for away in range(-calendar.days_before, calendar.days_after + 1)
    )


def _is_market_day(market: MarketDays, day: date) -> bool:
    return (
        day in market.dates
        or day.isoweekday() in market.weekdays
        or day.day % 10 in market.solar_digits
        or (bool(market.branches) and branch_of(day) in market.branches)
        or (bool(market.lunar_digits) and is_reckoned(day) and lunar_of(day).day % 10 in market.lunar_digits)
    )


def _opened_near(calendar: Openings, opened: date, day: date) -> bool:
    """Whether an anniversary of an opening is so near to a day that the calendar holds."""
    return any(
        opened.year < year <= date.max.year
        and -calendar.days_before
        <= (day - solar_anniversary(opened.month, opened.day, year)).days
        <= calendar.days_after
        for year in (day.year - 1, day.year, day.year + 1)
    )


def holds(calendars: Mapping[str, AnyCalendar], names: tuple[str, ...], day: date, store: str) -> bool:
    """Whether one of the named calendars holds on a day at a store; raises KeyError for an unknown name."""
    for name in names:
        stores = stores_on(calendars[name], day)
        if stores is None or store in stores:
            return True
    return False
