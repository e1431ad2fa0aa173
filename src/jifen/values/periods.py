"""Periods: how long points live, and the stretch of time that a cap counts over."""

import calendar
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

Span = Literal["event", "day", "week", "month", "year", "ever"]
"""What a cap or a once-only rule counts over, in the programme's zone."""

EVER = "ever"


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """The zone of that IANA name; raises ZoneInfoNotFoundError for another."""
    return ZoneInfo(name)


@lru_cache(maxsize=8192)
def local_day(at: datetime, zone_name: str) -> date:
    """The calendar day on which an instant falls in the programme's zone."""
    return at.astimezone(zone(zone_name)).date()


@lru_cache(maxsize=8192)
def end_of_day(day: date, zone_name: str) -> datetime:
    """The instant at which a day is over: the first of the next day, in UTC (COMPLIANCE R05)."""
    following = day + timedelta(days=1)
    return datetime(following.year, following.month, following.day, tzinfo=zone(zone_name)).astimezone(UTC)


@lru_cache(maxsize=8192)
def start_of_day(day: date, zone_name: str) -> datetime:
    """The first instant of a day in the programme's zone, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=zone(zone_name)).astimezone(UTC)


@lru_cache(maxsize=8192)
def period_key(span: Span, day: date) -> str:
    """The name of the period that holds a day: 2026, 2026-11, 2026-W47, 2026-11-21 or `ever`.

    Raises:
        ValueError: for the span `event`, which no counter outlives.
    """
    match span:
        case "day":
            return day.isoformat()
        case "week":
            year, week, _ = day.isocalendar()
            return f"{year}-W{week:02d}"
        case "month":
            return f"{day.year:04d}-{day.month:02d}"
        case "year":
            return f"{day.year:04d}"
        case "ever":
            return EVER
    raise ValueError(f"the span {span!r} has no period")


def last_day_of(period: str) -> date | None:
    """The last day of a period, by its key; of `ever` the last there is. None: it is no period's key."""
    if period == EVER:
        return date.max
    try:
        match len(period):
            case 4:
                day, span = date(int(period), 12, 31), "year"
            case 7:
                day, span = end_of_month(date.fromisoformat(f"{period}-01")), "month"
            case 8:
                day, span = date.fromisocalendar(int(period[:4]), int(period[6:]), 7), "week"
            case 10:
                day, span = date.fromisoformat(period), "day"
            case _:
                return None
    except ValueError:
        return None
    return day if period_key(span, day) == period else None


def add_months(day: date, months: int) -> date:
    """The same day so many months later, or that month's last day where it is shorter."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def end_of_month(day: date) -> date:
    """The last day of the month."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


class Rolling(msgspec.Struct, frozen=True, tag="rolling", forbid_unknown_fields=True):
    """Lives so many months or days from the day of earning, to that day or to its month's end."""

    months: int = 0
    days: int = 0
    to: Literal["day", "month_end"] = "day"


class CalendarYear(msgspec.Struct, frozen=True, tag="calendar_year", forbid_unknown_fields=True):
    """Lives to 31 December of the Nth calendar year after the one of earning (0 is the same year)."""

    after: int = 1


class Active(msgspec.Struct, frozen=True, tag="activity", forbid_unknown_fields=True):
    """Lives so many months from the last activity: every earning or redemption extends what is left."""

    months: int


class Sweep(msgspec.Struct, frozen=True, tag="sweep", forbid_unknown_fields=True):
    """Lives to the next yearly sweep date that is at least `minimum_days` away."""

    month: int
    day: int
    minimum_days: int = 30


class Never(msgspec.Struct, frozen=True, tag="never", forbid_unknown_fields=True):
    """Lives for ever."""


Validity = Rolling | CalendarYear | Active | Sweep | Never
"""Every kind of validity that COMPLIANCE §7 names."""


@lru_cache(maxsize=8192)
def last_day(validity: Validity, earned: date) -> date | None:
    """The last day on which points earned on a day may be used; None: for ever.

    Source: COMPLIANCE §7 (validity). Days are those of the programme's zone.
    """
    match validity:
        case Rolling(months=months, days=days, to=to):
            last = add_months(earned, months) + timedelta(days=days)
            return end_of_month(last) if to == "month_end" else last
        case CalendarYear(after=after):
            return date(earned.year + after, 12, 31)
        case Active(months=months):
            return add_months(earned, months)
        case Sweep(month=month, day=day, minimum_days=minimum):
            earliest = earned + timedelta(days=minimum)
            for year in range(earliest.year, earliest.year + 2):
                swept = date(year, month, min(day, calendar.monthrange(year, month)[1]))
                if swept >= earliest:
                    return swept
    return None


def expires_at(validity: Validity, earned: date, zone_name: str) -> datetime | None:
    """The instant, in UTC, from which points earned on a day are expired; None: never."""
    last = last_day(validity, earned)
    return None if last is None else end_of_day(last, zone_name)
