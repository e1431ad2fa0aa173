"""How long points live: every kind of validity, to the last instant of the last day."""

import calendar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jifen.values.periods import (
    Active,
    CalendarYear,
    Never,
    Rolling,
    Span,
    Sweep,
    Validity,
    add_months,
    end_of_day,
    end_of_month,
    expires_at,
    last_day,
    last_day_of,
    local_day,
    period_key,
    start_of_day,
)

SHANGHAI = "Asia/Shanghai"
BERLIN = "Europe/Berlin"  # clocks change on the last Sundays of March and October
DAYS = st.dates(date(2000, 1, 1), date(2100, 12, 31))
SPANS: tuple[Span, ...] = ("day", "week", "month", "year", "ever")


@pytest.mark.parametrize(
    ("validity", "earned", "last"),
    [
        (Rolling(days=30), date(2026, 11, 1), date(2026, 12, 1)),
        (Rolling(days=30), date(2028, 2, 1), date(2028, 3, 2)),
        (Rolling(days=30), date(2027, 2, 1), date(2027, 3, 3)),
        (Rolling(), date(2026, 11, 1), date(2026, 11, 1)),
        (Rolling(months=12), date(2028, 2, 29), date(2029, 2, 28)),
        (Rolling(months=48), date(2028, 2, 29), date(2032, 2, 29)),
        (Rolling(months=1), date(2027, 1, 31), date(2027, 2, 28)),
        (Rolling(months=1), date(2028, 1, 31), date(2028, 2, 29)),
        (Rolling(months=1, days=1), date(2027, 1, 31), date(2027, 3, 1)),
        (Rolling(months=6, to="month_end"), date(2026, 8, 1), date(2027, 2, 28)),
        (Rolling(months=6, to="month_end"), date(2026, 8, 31), date(2027, 2, 28)),
        (Rolling(months=6, to="month_end"), date(2027, 8, 15), date(2028, 2, 29)),
        (Rolling(days=20, to="month_end"), date(2026, 11, 20), date(2026, 12, 31)),
        (CalendarYear(), date(2026, 1, 1), date(2027, 12, 31)),
        (CalendarYear(), date(2026, 12, 31), date(2027, 12, 31)),
        (CalendarYear(after=0), date(2026, 12, 31), date(2026, 12, 31)),
        (Active(months=18), date(2026, 8, 31), date(2028, 2, 29)),
        (Sweep(month=6, day=30), date(2026, 5, 31), date(2026, 6, 30)),
        (Sweep(month=6, day=30), date(2026, 6, 1), date(2027, 6, 30)),
        (Sweep(month=6, day=30, minimum_days=0), date(2026, 6, 30), date(2026, 6, 30)),
        (Sweep(month=2, day=29, minimum_days=0), date(2026, 3, 1), date(2027, 2, 28)),
        (Sweep(month=2, day=29, minimum_days=0), date(2027, 3, 1), date(2028, 2, 29)),
        (Sweep(month=6, day=30, minimum_days=400), date(2026, 6, 30), date(2028, 6, 30)),
        (Sweep(month=1, day=1, minimum_days=30), date(2026, 12, 15), date(2028, 1, 1)),
        (Never(), date(2026, 11, 1), None),
    ],
)
def test_the_last_day(validity: Validity, earned: date, last: date | None) -> None:
    """Leap days, month ends and years that turn, by hand."""
    assert last_day(validity, earned) == last


@pytest.mark.parametrize(
    ("zone", "earned", "expires"),
    [
        (SHANGHAI, date(2026, 12, 1), datetime(2026, 12, 31, 16, tzinfo=UTC)),
        (SHANGHAI, date(2028, 1, 30), datetime(2028, 2, 29, 16, tzinfo=UTC)),
        (BERLIN, date(2026, 12, 1), datetime(2026, 12, 31, 23, tzinfo=UTC)),
        (BERLIN, date(2026, 6, 1), datetime(2026, 7, 1, 22, tzinfo=UTC)),
        (BERLIN, date(2026, 2, 27), datetime(2026, 3, 29, 22, tzinfo=UTC)),  # ends in summer time
        (BERLIN, date(2026, 9, 25), datetime(2026, 10, 25, 23, tzinfo=UTC)),  # ends in winter time
        ("UTC", date(2026, 12, 1), datetime(2027, 1, 1, tzinfo=UTC)),
    ],
)
def test_points_live_to_the_end_of_their_last_day_there(zone: str, earned: date, expires: datetime) -> None:
    """30 days or to the month's end: the first instant of the next day in the programme's zone, in UTC."""
    assert expires_at(Rolling(days=30), earned, zone) == expires


def test_never_has_no_end() -> None:
    """None, not a date far away."""
    assert expires_at(Never(), date(2026, 11, 1), SHANGHAI) is None


@given(day=DAYS)
def test_a_day_in_shanghai_has_24_hours(day: date) -> None:
    """There is no summer time, so every day lasts as long as any other."""
    assert end_of_day(day, SHANGHAI) - start_of_day(day, SHANGHAI) == timedelta(hours=24)
    assert start_of_day(day, SHANGHAI).hour == 16


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 7, 1), 24)]
)
def test_a_day_in_berlin_has_23_to_25_hours(day: date, hours: int) -> None:
    """The day on which the clocks change is shorter or longer, and the points live all of it."""
    assert end_of_day(day, BERLIN) - start_of_day(day, BERLIN) == timedelta(hours=hours)


def test_a_midnight_that_does_not_exist() -> None:
    """In Beirut clocks went from 24:00 to 01:00: the day begins at its first instant."""
    begins = start_of_day(date(2022, 3, 27), "Asia/Beirut")
    assert begins == end_of_day(date(2022, 3, 26), "Asia/Beirut")
    assert begins.astimezone(ZoneInfo("Asia/Beirut")).hour == 1


@given(day=DAYS, zone=st.sampled_from((SHANGHAI, BERLIN, "America/Sao_Paulo", "Pacific/Apia", "UTC")))
def test_an_instant_belongs_to_one_day(day: date, zone: str) -> None:
    """The last instant before a day's end is of that day, the end itself of the next."""
    end = end_of_day(day, zone)
    assert end.tzinfo is UTC
    assert local_day(end - timedelta(microseconds=1), zone) <= day
    assert local_day(end, zone) > day
    assert start_of_day(day + timedelta(days=1), zone) == end


@given(day=DAYS, months=st.integers(0, 600))
def test_months_are_counted_by_the_calendar(day: date, months: int) -> None:
    """The month is the one so many later; the day is the same or the month's last."""
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == min(day.day, calendar.monthrange(later.year, later.month)[1])


@given(day=DAYS)
def test_the_end_of_a_month(day: date) -> None:
    """The day before the first of the next."""
    last = end_of_month(day)
    assert (last + timedelta(days=1)).day == 1
    assert (last.year, last.month) == (day.year, day.month)


VALIDITIES = st.one_of(
    st.builds(
        Rolling, months=st.integers(0, 60), days=st.integers(0, 400), to=st.sampled_from(("day", "month_end"))
    ),
    st.builds(CalendarYear, after=st.integers(0, 5)),
    st.builds(Active, months=st.integers(1, 60)),
    st.builds(Sweep, month=st.integers(1, 12), day=st.integers(1, 31), minimum_days=st.integers(0, 500)),
)


@given(validity=VALIDITIES, earned=DAYS, later=st.integers(0, 800))
def test_who_earns_later_never_loses_earlier(validity: Validity, earned: date, later: int) -> None:
    """Points never lapse before the day on which they were earned, nor before those earned earlier."""
    first = last_day(validity, earned)
    second = last_day(validity, earned + timedelta(days=later))
    assert first is not None
    assert second is not None
    assert earned <= first <= second


@given(month=st.integers(1, 12), day=st.integers(1, 31), minimum=st.integers(0, 500), earned=DAYS)
def test_a_sweep_is_the_next_one_far_enough_away(month: int, day: int, minimum: int, earned: date) -> None:
    """Looked for day by day instead of year by year."""
    found = last_day(Sweep(month=month, day=day, minimum_days=minimum), earned)
    at = earned + timedelta(days=minimum)
    while at.month != month or at.day != min(day, calendar.monthrange(at.year, at.month)[1]):
        at += timedelta(days=1)
    assert found == at


@pytest.mark.parametrize(
    ("span", "day", "key"),
    [
        ("day", date(2026, 11, 21), "2026-11-21"),
        ("week", date(2026, 11, 21), "2026-W47"),
        ("week", date(2027, 1, 1), "2026-W53"),
        ("week", date(2024, 12, 30), "2025-W01"),
        ("month", date(2026, 1, 31), "2026-01"),
        ("year", date(2026, 12, 31), "2026"),
        ("ever", date(2026, 11, 21), "ever"),
    ],
)
def test_the_name_of_a_period(span: Span, day: date, key: str) -> None:
    """A week belongs to the year of its Thursday (ISO 8601)."""
    assert period_key(span, day) == key


def test_an_event_is_no_period() -> None:
    """What is counted within one event has no counter."""
    with pytest.raises(ValueError, match="no period"):
        period_key("event", date(2026, 11, 21))


@given(day=DAYS, span=st.sampled_from(SPANS))
def test_a_period_ends_with_its_last_day(day: date, span: Span) -> None:
    """The last day is in the period, and the next one is not; `ever` has none."""
    period = period_key(span, day)
    last = last_day_of(period)
    assert last is not None
    assert day <= last
    assert period_key(span, last) == period
    if span != "ever":
        assert period_key(span, last + timedelta(days=1)) != period


@pytest.mark.parametrize(
    "text", ["", "left", "A-7", "26-11", "2026-13", "2026-W54", "2026-1-1", "20261121", "2026-W47-6", "+026"]
)
def test_what_is_no_period_has_no_last_day(text: str) -> None:
    """A code that an act carries stands where others have their period, and says nothing of time."""
    assert last_day_of(text) is None
