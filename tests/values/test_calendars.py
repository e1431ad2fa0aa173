"""Lunar days, festivals, branches and birthdays, against tables and against the sky itself."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jifen.values.calendars import (
    BRANCHES,
    FESTIVALS,
    YEARS,
    LunarDate,
    birthdays_on,
    branch_of,
    day_of,
    festival,
    is_birthday,
    is_reckoned,
    jdn,
    leap_month,
    lunar_month_of,
    lunar_months,
    lunar_of,
    month_length,
)

from .sky import beijing_day, lunar_day, term

DAYS = st.dates(date(1900, 3, 1), date(2199, 12, 31))

# The days on which each festival of a lunar year (清明 and 冬至: of the solar year) is kept. Spring Festival,
# Dragon Boat and Mid-Autumn are public holidays, so their days are published; the others follow from them.
TABLE = {
    "spring_festival": "2024-02-10 2025-01-29 2026-02-17 2027-02-06 2028-01-26 2029-02-13 2030-02-03",
    "lantern": "2024-02-24 2025-02-12 2026-03-03 2027-02-20 2028-02-09 2029-02-27 2030-02-17",
    "dragon_head": "2024-03-11 2025-03-01 2026-03-20 2027-03-09 2028-02-26 2029-03-16 2030-03-05",
    "shangsi": "2024-04-11 2025-03-31 2026-04-19 2027-04-09 2028-03-28 2029-04-16 2030-04-05",
    "qingming": "2024-04-04 2025-04-04 2026-04-05 2027-04-05 2028-04-04 2029-04-04 2030-04-05",
    "dragon_boat": "2024-06-10 2025-05-31 2026-06-19 2027-06-09 2028-05-28 2029-06-16 2030-06-05",
    "qixi": "2024-08-10 2025-08-29 2026-08-19 2027-08-08 2028-08-26 2029-08-16 2030-08-05",
    "zhongyuan": "2024-08-18 2025-09-06 2026-08-27 2027-08-16 2028-09-03 2029-08-24 2030-08-13",
    "mid_autumn": "2024-09-17 2025-10-06 2026-09-25 2027-09-15 2028-10-03 2029-09-22 2030-09-12",
    "double_ninth": "2024-10-11 2025-10-29 2026-10-18 2027-10-08 2028-10-26 2029-10-16 2030-10-05",
    "winter_solstice": "2024-12-21 2025-12-21 2026-12-22 2027-12-22 2028-12-21 2029-12-21 2030-12-22",
    "laba": "2025-01-07 2026-01-26 2027-01-15 2028-01-04 2029-01-22 2030-01-11 2031-01-01",
    "little_new_year": "2025-01-22 2026-02-10 2027-01-30 2028-01-19 2029-02-06 2030-01-26 2031-01-16",
    "new_years_eve": "2025-01-28 2026-02-16 2027-02-05 2028-01-25 2029-02-12 2030-02-02 2031-01-22",
}


@pytest.mark.parametrize(
    ("name", "year", "kept"),
    [
        (name, year, date.fromisoformat(kept))
        for name, days in TABLE.items()
        for year, kept in zip(range(2024, 2031), days.split(), strict=True)
    ],
)
def test_each_festival_is_kept_on_its_day(name: str, year: int, kept: date) -> None:
    """Seven years, two of them with a leap month (2025, 2028)."""
    assert festival(name, year) == kept


def test_the_table_knows_every_festival() -> None:
    assert set(TABLE) == set(FESTIVALS)


def test_every_day_of_a_generation_agrees_with_the_sky() -> None:
    """Months begin with the new moon over Beijing; solstices and the leap rule of GB/T 33661 number them.

    The library has tables; Meeus's series of sun and moon know nothing of them, and agree on each day.
    """
    day = date(2010, 1, 1)
    while day < date(2041, 1, 1):
        lunar = lunar_of(day)
        assert (lunar.month, lunar.day, lunar.leap) == lunar_day(day), day
        day += timedelta(days=1)


@pytest.mark.parametrize("year", range(2010, 2041))
def test_the_two_solar_festivals_agree_with_the_sun(year: int) -> None:
    """清明 is where the sun stands at 15 degrees, 冬至 at 270."""
    assert festival("qingming", year) == beijing_day(term(15, year))
    assert festival("winter_solstice", year) == beijing_day(term(270, year))


def test_leap_months_and_short_months() -> None:
    """2025 has a second sixth month and 2028 a second fifth; a festival is kept once all the same."""
    assert {year: leap_month(year) for year in range(2023, 2034) if leap_month(year)} == {
        2023: 2,
        2025: 6,
        2028: 5,
        2031: 3,
        2033: 11,
    }
    assert lunar_of(date(2025, 7, 25)) == LunarDate(2025, 6, 1, leap=True)
    assert lunar_of(date(2028, 6, 23)) == LunarDate(2028, 5, 1, leap=True)
    assert month_length(2025, 6) == 30
    assert month_length(2025, 6, leap=True) == 29
    assert festival("dragon_boat", 2028) == date(2028, 5, 28) != day_of(LunarDate(2028, 5, 5, leap=True))
    with pytest.raises(ValueError, match="no leap month 6: its leap month is 5"):
        month_length(2028, 6, leap=True)


def test_new_years_eve_is_the_29th_where_there_is_no_30th() -> None:
    """2024 to 2028 end without 三十; 2023 and 2029 with it."""
    last = {year: lunar_of(festival("new_years_eve", year)) for year in range(2023, 2031)}
    assert {year: lunar.day for year, lunar in last.items()} == {
        2023: 30, 2024: 29, 2025: 29, 2026: 29, 2027: 29, 2028: 29, 2029: 30, 2030: 29,
    }  # fmt: skip
    assert all((lunar.year, lunar.month) == (year, 12) for year, lunar in last.items())
    with pytest.raises(ValueError, match="month 12 of lunar year 2025 has no day 30: it has 29"):
        day_of(LunarDate(2025, 12, 30))


def test_the_published_market_of_two_branches() -> None:
    """A table of 2024 names days 1, 7, 13, 19, 25 and 2, 8, 14, 20, 26: they are 辰 and 戌, six apart."""
    for month, days in ((1, (1, 7, 13, 19, 25)), (2, (2, 8, 14, 20, 26))):
        length = month_length(2024, month)
        found = [
            day
            for day in range(1, length + 1)
            if branch_of(day_of(LunarDate(2024, month, day))) in ("辰", "戌")
        ]
        assert tuple(found) == days


def test_branches_are_counted_from_the_julian_day() -> None:
    """1 January 2000 began at noon with JDN 2451545 and was a day 午 (戊午)."""
    assert jdn(date(2000, 1, 1)) == 2451545
    assert branch_of(date(2000, 1, 1)) == "午"
    assert branch_of(date(2024, 2, 10)) == "辰"
    assert "".join(branch_of(date(2000, 1, 7) + timedelta(days=n)) for n in range(12)) == BRANCHES


@given(day=DAYS)
def test_a_lunar_date_leads_back_to_its_day(day: date) -> None:
    """And the next day is the next of the month, or the first of a month."""
    lunar = lunar_of(day)
    assert day_of(lunar) == day
    following = lunar_of(day + timedelta(days=1))
    assert following == lunar._replace(day=lunar.day + 1) or (
        following.day == 1 and lunar.day == month_length(lunar.year, lunar.month, leap=lunar.leap)
    )


@given(year=st.integers(YEARS[0] + 1, YEARS[-1] - 1))
def test_lunar_years_follow_each_other_without_a_gap(year: int) -> None:
    """12 or 13 months of 29 or 30 days; the next year begins where this one ends."""
    months = lunar_months(year)
    assert len(months) in (12, 13)
    assert {month.length for month in months} <= {29, 30}
    for month, following in zip(months, (*months[1:], lunar_months(year + 1)[0]), strict=True):
        assert month.begins + month.length == following.begins
    assert [month.month for month in months if not month.leap] == list(range(1, 13))


@pytest.mark.parametrize("year", [1644, 9998])
def test_what_cannot_be_reckoned_is_said(year: int) -> None:
    """No guess, and no birthday."""
    with pytest.raises(ValueError, match="ask for one from 1645 to 9997"):
        festival("laba", year)
    assert not is_reckoned(date(year, 6, 1))
    assert not any(is_birthday(date(year, 6, day), 5, 5, lunar=True) for day in range(1, 31))


def test_an_unknown_festival_is_named_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="no festival 'labor_day': use one of spring_festival, lantern"):
        festival("labor_day", 2026)


def birthdays(month: int, dom: int, lunar: bool, since: date, until: date) -> list[str]:
    """The days from one to another on which a birthday falls."""
    days = (since + timedelta(days=n) for n in range((until - since).days + 1))
    return [day.isoformat() for day in days if is_birthday(day, month, dom, lunar)]


@pytest.mark.parametrize(
    ("month", "dom", "lunar", "kept"),
    [
        (11, 21, False, ["2025-11-21", "2026-11-21", "2027-11-21", "2028-11-21"]),
        (2, 29, False, ["2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]),
        (2, 28, False, ["2025-02-28", "2026-02-28", "2027-02-28", "2028-02-28"]),
        (8, 15, True, ["2025-10-06", "2026-09-25", "2027-09-15", "2028-10-03"]),
        (6, 1, True, ["2025-06-25", "2026-07-14", "2027-07-04", "2028-07-22"]),  # not in 2025's second sixth
        (12, 30, True, ["2025-01-28", "2026-02-16", "2027-02-05", "2028-01-25"]),  # none has a 30th: the 29th
        (12, 29, True, ["2025-01-28", "2026-02-16", "2027-02-05", "2028-01-25"]),
        (11, 20, True, ["2026-01-08", "2026-12-28", "2027-12-17"]),  # none in 2025, two in 2026
    ],
)
def test_a_birthday_falls_once_a_year_of_its_calendar(
    month: int, dom: int, lunar: bool, kept: list[str]
) -> None:
    """29 February on the 28th, lunar 30 on the 29th, and nobody has two birthdays in a leap year."""
    assert birthdays(month, dom, lunar, date(2025, 1, 1), date(2028, 12, 31)) == kept


@given(month=st.integers(1, 12), dom=st.integers(1, 30), year=st.integers(1950, 2100))
def test_each_lunar_year_has_each_birthday_once(month: int, dom: int, year: int) -> None:
    """Whatever leap and short months it has."""
    first, after = day_of(LunarDate(year, 1, 1)), day_of(LunarDate(year + 1, 1, 1))
    assert len(birthdays(month, dom, True, first, after - timedelta(days=1))) == 1


@given(day=DAYS)
def test_the_birthdays_of_a_day_are_those_that_fall_on_it(day: date) -> None:
    """Asked from either side."""
    fall = {
        (lunar, month, dom)
        for lunar in (False, True)
        for month in range(1, 13)
        for dom in range(1, 31 if lunar else 32)
        if is_birthday(day, month, dom, lunar)
    }
    assert set(birthdays_on(day)) == fall


def test_a_leap_month_is_no_month_of_birthdays() -> None:
    assert lunar_month_of(date(2025, 7, 24)) == 6
    assert lunar_month_of(date(2025, 7, 25)) is None
    assert lunar_month_of(date(2025, 8, 23)) == 7
