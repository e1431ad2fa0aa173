"""The lunar year, its festivals, the twelve branches, and birthdays: which day is which."""

from bisect import bisect_right
from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from lunar_python import LunarYear, Solar

BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
"""The twelve earthly branches, each at its number."""

JDN_OF_ORDINAL = 1_721_425
"""What `date.toordinal` lacks to the Julian day number."""

YEARS = range(1645, 9998)
"""The lunar years that can be asked for: since the calendar still in force (时宪历) was introduced."""


class LunarDate(NamedTuple):
    """A day of the lunar calendar. year: the solar one in which it began; leap: of the month's second run."""

    year: int
    month: int
    day: int
    leap: bool = False


class LunarMonth(NamedTuple):
    """A month of a lunar year: when it begins (as `date.toordinal`), and its 29 or 30 days."""

    month: int
    leap: bool
    begins: int
    length: int


@lru_cache(maxsize=512)
def lunar_months(year: int) -> tuple[LunarMonth, ...]:
    """The months of a lunar year in order, a leap month after the month that it doubles.

    Raises:
        ValueError: the year is not one of YEARS.
    """
    if year not in YEARS:
        raise ValueError(
            f"lunar year {year} is not reckoned here: ask for one from {YEARS[0]} to {YEARS[-1]}"
        )
    return tuple(
        LunarMonth(
            abs(month.getMonth()),
            month.getMonth() < 0,
            int(month.getFirstJulianDay()) - JDN_OF_ORDINAL,
            month.getDayCount(),
        )
        for month in LunarYear.fromYear(year).getMonths()
        if month.getYear() == year
    )


@lru_cache(maxsize=8192)
def lunar_of(day: date) -> LunarDate:
    """The lunar date of a day; raises ValueError where its year is not one of YEARS."""
    ordinal = day.toordinal()
    year = day.year if ordinal >= lunar_months(day.year)[0].begins else day.year - 1
    months = lunar_months(year)
    found = months[bisect_right(months, ordinal, key=_begins) - 1]
    return LunarDate(year, found.month, ordinal - found.begins + 1, found.leap)


def _begins(month: LunarMonth) -> int:
    return month.begins


def _month(year: int, month: int, leap: bool) -> LunarMonth:
    for found in lunar_months(year):
        if found.month == month and found.leap == leap:
            return found
    kind = "leap month" if leap else "month"
    raise ValueError(f"lunar year {year} has no {kind} {month}: its leap month is {leap_month(year)}")


def month_length(year: int, month: int, *, leap: bool = False) -> int:
    """How many days a lunar month has, 29 or 30; raises ValueError where the year has no such month."""
    return _month(year, month, leap).length


def leap_month(year: int) -> int | None:
    """The month that a lunar year has twice; None: it has twelve months."""
    return next((month.month for month in lunar_months(year) if month.leap), None)


@lru_cache(maxsize=4096)
def day_of(lunar: LunarDate) -> date:
    """The day of a lunar date.

    Raises:
        ValueError: there is no such month, or no day 30 in it.
    """
    month = _month(lunar.year, lunar.month, lunar.leap)
    if not 1 <= lunar.day <= month.length:
        raise ValueError(
            f"month {lunar.month} of lunar year {lunar.year} has no day {lunar.day}: it has {month.length}"
        )
    return date.fromordinal(month.begins + lunar.day - 1)


def lunar_month_of(day: date) -> int | None:
    """The lunar month, 1 to 12, that a day lies in; None in a leap month, which has no birthdays."""
    lunar = lunar_of(day)
    return None if lunar.leap else lunar.month


def jdn(day: date) -> int:
    """The Julian day number that begins at noon of a day."""
    return day.toordinal() + JDN_OF_ORDINAL


def branch_of(day: date) -> str:
    """The earthly branch of a day: `(JDN + 1) mod 12`, 子 being 0. Source: COMPLIANCE §7."""
    return BRANCHES[(jdn(day) + 1) % 12]


def is_reckoned(day: date) -> bool:
    """Whether the lunar date of a day, and of those around it, can be told."""
    return YEARS[0] < day.year < YEARS[-1]


def is_birthday(day: date, month: int, dom: int, lunar: bool) -> bool:
    """Whether a birthday (month and day of month, of the solar or of the lunar year) falls on a day.

    29 February falls on the 28th in common years; lunar day 30 on the 29th of a short month. A leap month
    has no birthdays: who was born in one has it in the month before, of the same number.
    """
    if lunar:
        if not is_reckoned(day):
            return False
        today = lunar_of(day)
        if today.leap or today.month != month:
            return False
        return today.day == dom or (
            dom == 30 and today.day == 29 and month_length(today.year, today.month) == 29
        )
    if (month, dom) == (2, 29) and not _is_leap(day.year):
        dom = 28
    return (day.month, day.day) == (month, dom)


def birthdays_on(day: date) -> list[tuple[bool, int, int]]:
    """All birthdays, as (lunar, month, day of month), that fall on a day, as is_birthday says."""
    found = [(False, day.month, day.day)]
    if (day.month, day.day) == (2, 28) and not _is_leap(day.year):
        found.append((False, 2, 29))
    if not is_reckoned(day):
        return found
    lunar = lunar_of(day)
    if not lunar.leap:
        found.append((True, lunar.month, lunar.day))
        if lunar.day == 29 and month_length(lunar.year, lunar.month) == 29:
            found.append((True, lunar.month, 30))
    return found


def solar_anniversary(month: int, dom: int, year: int) -> date:
    """The day of a year with that month and day; 29 February falls on the 28th in common years."""
    if (month, dom) == (2, 29) and not _is_leap(year):
        dom = 28
    return date(year, month, dom)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _lunar(month: int, dom: int) -> Callable[[int], date]:
    return lambda year: day_of(LunarDate(year, month, dom))


def _term(name: str) -> Callable[[int], date]:
    """A solar term between spring and winter solstice of a solar year, by the library's name of it."""

    def found(year: int) -> date:
        moment = Solar.fromYmd(year, 6, 1).getLunar().getJieQiTable()[name]
        return date(moment.getYear(), moment.getMonth(), moment.getDay())

    return found


def _new_years_eve(year: int) -> date:
    return day_of(LunarDate(year + 1, 1, 1)) - timedelta(days=1)


_FESTIVALS: dict[str, Callable[[int], date]] = {
    "spring_festival": _lunar(1, 1),
    "lantern": _lunar(1, 15),
    "dragon_head": _lunar(2, 2),
    "shangsi": _lunar(3, 3),
    "qingming": _term("清明"),
    "dragon_boat": _lunar(5, 5),
    "qixi": _lunar(7, 7),
    "zhongyuan": _lunar(7, 15),
    "mid_autumn": _lunar(8, 15),
    "double_ninth": _lunar(9, 9),
    "winter_solstice": _term("DONG_ZHI"),
    "laba": _lunar(12, 8),
    "little_new_year": _lunar(12, 23),
    "new_years_eve": _new_years_eve,
}

FESTIVALS = tuple(_FESTIVALS)
"""The festivals that have a name here, in the order of the year."""


@lru_cache(maxsize=4096)
def festival(name: str, year: int) -> date:
    """The day of a festival of a year: of the lunar year, for 清明 and 冬至 of the solar one.

    Those of the twelfth month (laba, little_new_year, new_years_eve) mostly fall into the next solar year.
    A festival is not kept again in a leap month. 小年 is that of the north, 12/23.

    Raises:
        ValueError: the festival is unknown, or the year not one of YEARS.
    """
    made = _FESTIVALS.get(name)
    if made is None:
        raise ValueError(f"there is no festival {name!r}: use one of {', '.join(FESTIVALS)}")
    if year not in YEARS:
        raise ValueError(f"year {year} is not reckoned here: ask for one from {YEARS[0]} to {YEARS[-1]}")
    return made(year)
