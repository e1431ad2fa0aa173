"""On which days a calendar holds, and at which stores."""

from datetime import date, timedelta

import msgspec
import pytest

from jifen.rules.calendars import (
    AnyCalendar,
    Branch,
    Dates,
    Festivals,
    LunarDates,
    MarketDays,
    Markets,
    MonthDays,
    NthWeekday,
    Openings,
    Weekdays,
    Yearly,
    holds,
    stores_on,
)
from jifen.values.calendars import BRANCHES, FESTIVALS, LunarDate, day_of, lunar_of

LIUHE, XINZHEN = "liuhe", "xinzhen"
AT_LIUHE, AT_XINZHEN = frozenset([LIUHE]), frozenset([XINZHEN])


def kept(calendar: AnyCalendar, since: str, until: str, store: str | None = None) -> list[str]:
    """The days from one to another on which a calendar holds: everywhere, or at one store."""
    first, last = date.fromisoformat(since), date.fromisoformat(until)
    found = []
    for n in range((last - first).days + 1):
        stores = stores_on(calendar, first + timedelta(days=n))
        if stores is None if store is None else stores is not None and store in stores:
            found.append((first + timedelta(days=n)).isoformat()[5:])
    return found


@pytest.mark.parametrize(
    ("calendar", "since", "until", "days"),
    [
        (
            Dates(dates=(date(2026, 6, 18), date(2026, 11, 11))),
            "2026-01-01",
            "2026-12-31",
            ["06-18", "11-11"],
        ),
        (Yearly(since=(6, 16), until=(6, 18)), "2026-06-01", "2026-06-30", ["06-16", "06-17", "06-18"]),
        (Yearly(since=(12, 31), until=(1, 2)), "2026-12-30", "2027-01-03", ["12-31", "01-01", "01-02"]),
        (Yearly(since=(2, 28), until=(2, 29)), "2027-02-27", "2027-03-01", ["02-28"]),
        (Yearly(since=(2, 28), until=(2, 29)), "2028-02-27", "2028-03-01", ["02-28", "02-29"]),
        (Weekdays(weekdays=(6, 7)), "2026-11-16", "2026-11-22", ["11-21", "11-22"]),
        (MonthDays(days=(8, 18, 28)), "2026-11-01", "2026-11-30", ["11-08", "11-18", "11-28"]),
        (MonthDays(days=(31,)), "2026-11-01", "2026-12-31", ["12-31"]),
        (MonthDays(last=True), "2028-01-01", "2028-03-31", ["01-31", "02-29", "03-31"]),
        (NthWeekday(weekday=2, nth=1), "2026-11-01", "2026-12-31", ["11-03", "12-01"]),
        (NthWeekday(weekday=7, nth=5), "2026-10-01", "2026-12-31", ["11-29"]),
        (NthWeekday(weekday=7, nth=-1), "2026-10-01", "2026-12-31", ["10-25", "11-29", "12-27"]),
        (NthWeekday(weekday=4, nth=4, months=(11,)), "2026-01-01", "2026-12-31", ["11-26"]),
    ],
)
def test_solar_calendars(calendar: AnyCalendar, since: str, until: str, days: list[str]) -> None:
    """Each kind on exactly its days, at every store."""
    assert kept(calendar, since, until) == days


@pytest.mark.parametrize(
    ("calendar", "days"),
    [
        (LunarDates(days=(1, 15), months=(6,)), ["06-25", "07-09", "07-25", "08-08"]),
        (LunarDates(days=(1, 15), months=(6,), leap_months=False), ["06-25", "07-09"]),
        (LunarDates(days=(30,), months=(5, 6)), ["07-24"]),  # months 5 and leap 6 are short
        (LunarDates(days=(30,), months=(5, 6), last=True), ["06-24", "07-24", "08-22"]),
        (LunarDates(days=(), months=(5, 6), leap_months=False, last=True), ["06-24", "07-24"]),
    ],
)
def test_lunar_dates_in_a_year_with_a_leap_month(calendar: LunarDates, days: list[str]) -> None:
    """2025 has two sixth months; a day 30 does not fall in a short one, unless the last day is asked for."""
    assert kept(calendar, "2025-05-20", "2025-09-10") == days


def test_festivals_reach_over_the_new_year() -> None:
    """Laba of lunar 2029 is on 11 January 2030, of lunar 2030 on 1 January 2031: 2030 has it once."""
    assert kept(Festivals(names=("laba",)), "2030-01-01", "2031-01-05") == ["01-11", "01-01"]
    spring = Festivals(names=("spring_festival",), days_before=1, days_after=2)
    assert kept(spring, "2029-01-01", "2029-12-31") == ["02-12", "02-13", "02-14", "02-15"]
    assert kept(Festivals(names=("new_years_eve", "lantern")), "2026-01-01", "2026-12-31") == [
        "02-16",
        "03-03",
    ]
    far = Festivals(names=("laba",), days_before=60)  # that of 1 January 2031 begins in 2030
    assert kept(far, "2030-11-01", "2030-11-03") == ["11-02", "11-03"]


@pytest.mark.parametrize("name", FESTIVALS)
def test_a_calendar_may_name_each_festival(name: str) -> None:
    """What the definition lets an operator write is what can be reckoned."""
    calendar = msgspec.convert({"type": "festivals", "names": [name]}, AnyCalendar)
    assert len(kept(calendar, "2026-02-17", "2027-02-05")) == 1


def test_a_town_with_a_three_eight_market() -> None:
    """Lunar days 3, 8, 13, 18, 23, 28, at that township's store and nowhere else (SCENARIOS S09)."""
    markets = Markets(stores={LIUHE: MarketDays(lunar_digits=(3, 8))})
    assert kept(markets, "2024-02-10", "2024-03-09", LIUHE) == [
        "02-12", "02-17", "02-22", "02-27", "03-03", "03-08",
    ]  # fmt: skip
    assert kept(markets, "2024-02-10", "2024-03-09", XINZHEN) == []
    assert stores_on(markets, date(2024, 2, 12)) == AT_LIUHE
    first = date(2025, 1, 1)
    for day in (first + timedelta(days=n) for n in range(365)):
        assert (stores_on(markets, day) == AT_LIUHE) == (lunar_of(day).day in (3, 8, 13, 18, 23, 28))


def test_a_market_on_two_branches() -> None:
    """The published table of 2024: month 1 on days 1, 7, 13, 19, 25; month 2 on days 2, 8, 14, 20, 26."""
    markets = Markets(stores={XINZHEN: MarketDays(branches=("辰", "戌"))})
    for month, days in ((1, (1, 7, 13, 19, 25)), (2, (2, 8, 14, 20, 26))):
        found = [
            day
            for day in range(1, 30)
            if stores_on(markets, day_of(LunarDate(2024, month, day))) == AT_XINZHEN
        ]
        assert tuple(found) == days


@pytest.mark.parametrize(
    ("market", "days"),
    [
        (
            MarketDays(lunar_digits=(0,)),
            ["10-19", "10-29", "11-08", "11-18", "11-28", "12-08", "12-18", "12-28"],
        ),
        (
            MarketDays(solar_digits=(0,)),
            ["10-20", "10-30", "11-10", "11-20", "11-30", "12-10", "12-20", "12-30"],
        ),
        (
            MarketDays(solar_digits=(1,)),
            ["10-11", "10-21", "10-31", "11-01", "11-11", "11-21", "12-01", "12-11", "12-21", "12-31"],
        ),
        (
            MarketDays(weekdays=(3,), dates=(date(2026, 10, 15),)),
            ["10-14", "10-15", "10-21", "10-28", "11-04", "11-11", "11-18", "11-25", "12-02", "12-09",
             "12-16", "12-23", "12-30"],
        ),
    ],
)  # fmt: skip
def test_the_other_families_of_market_days(market: MarketDays, days: list[str]) -> None:
    """0 means the 10th, 20th, 30th; the 31st of a solar month counts for 1; families may be joined."""
    assert kept(Markets(stores={LIUHE: market}), "2026-10-11", "2026-12-31", LIUHE) == days


def test_each_store_has_days_of_its_own() -> None:
    markets = Markets(stores={LIUHE: MarketDays(solar_digits=(2,)), XINZHEN: MarketDays(solar_digits=(2, 5))})
    assert stores_on(markets, date(2026, 11, 12)) == AT_LIUHE | AT_XINZHEN
    assert stores_on(markets, date(2026, 11, 15)) == AT_XINZHEN
    assert stores_on(markets, date(2026, 11, 16)) == frozenset()


def test_anniversaries_of_openings() -> None:
    """A year after the opening for the first time; 29 February on the 28th of a common year."""
    openings = Openings(stores={LIUHE: date(2024, 2, 29), XINZHEN: date(2025, 12, 31)}, days_after=1)
    assert kept(openings, "2024-01-01", "2024-12-31", LIUHE) == []
    assert kept(openings, "2025-01-01", "2025-12-31", LIUHE) == ["02-28", "03-01"]
    assert kept(openings, "2028-01-01", "2028-12-31", LIUHE) == ["02-29", "03-01"]
    assert kept(openings, "2025-12-01", "2027-01-31", XINZHEN) == ["12-31", "01-01"]
    before = Openings(stores={LIUHE: date(2020, 1, 1)}, days_before=1)
    assert kept(before, "2026-12-01", "2027-01-31", LIUHE) == ["12-31", "01-01"]


def test_one_of_several_named_calendars_must_hold() -> None:
    """An unknown name is a fault of whoever published the rules, not a day without points."""
    calendars: dict[str, AnyCalendar] = {
        "member_day": MonthDays(days=(8,)),
        "market": Markets(stores={LIUHE: MarketDays(solar_digits=(9,))}),
    }
    both = ("member_day", "market")
    assert holds(calendars, both, date(2026, 11, 8), XINZHEN)
    assert holds(calendars, both, date(2026, 11, 9), LIUHE)
    assert not holds(calendars, both, date(2026, 11, 9), XINZHEN)
    assert not holds(calendars, (), date(2026, 11, 8), LIUHE)
    with pytest.raises(KeyError):
        holds(calendars, ("gone",), date(2026, 11, 8), LIUHE)


@pytest.mark.parametrize("day", [date.min, date(1600, 2, 29), date.max])
def test_days_beyond_the_calendar_are_no_error(day: date) -> None:
    """A till that sends the year 0001 must not stop the rules."""
    near = Festivals(names=FESTIVALS, days_before=60, days_after=60)  # type: ignore[arg-type]
    market = MarketDays(lunar_digits=tuple(range(10)))
    assert stores_on(near, day) == frozenset()
    assert stores_on(LunarDates(days=tuple(range(1, 31))), day) == frozenset()
    assert stores_on(Markets(stores={LIUHE: market}), day) == frozenset()
    assert stores_on(Openings(stores={LIUHE: date(2020, 1, 1)}), day) == frozenset()


def test_branches_are_named_alike() -> None:
    """The definition's names are those that days are given."""
    assert "".join(Branch.__args__) == BRANCHES  # type: ignore[attr-defined]
