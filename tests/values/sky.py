"""The lunar calendar from the sun and the moon alone: a second source beside the library."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from math import floor, radians, sin

J2000 = datetime(2000, 1, 1, 12)
UTC_TO_BEIJING = timedelta(hours=8)
DELTA_T = timedelta(seconds=70)  # what the earth's rotation lags behind; within 10 s from 2000 to 2035

# Jean Meeus, Astronomical Algorithms (2nd edition), chapter 49: periodic terms of the new moon, in days, as
# (coefficient, power of E, multiples of M, M', F, omega).
NEW_MOON = (
    (-0.40720, 0, 0, 1, 0, 0), (0.17241, 1, 1, 0, 0, 0), (0.01608, 0, 0, 2, 0, 0), (0.01039, 0, 0, 0, 2, 0),
    (0.00739, 1, -1, 1, 0, 0), (-0.00514, 1, 1, 1, 0, 0), (0.00208, 2, 2, 0, 0, 0),
    (-0.00111, 0, 0, 1, -2, 0),
    (-0.00057, 0, 0, 1, 2, 0), (0.00056, 1, 1, 2, 0, 0), (-0.00042, 0, 0, 3, 0, 0), (0.00042, 1, 1, 0, 2, 0),
    (0.00038, 1, 1, 0, -2, 0), (-0.00024, 1, -1, 2, 0, 0), (-0.00017, 0, 0, 0, 0, 1),
)  # fmt: skip


def beijing_day(dynamical: datetime) -> date:
    """The day in China of an instant of dynamical time."""
    return (dynamical - DELTA_T + UTC_TO_BEIJING).date()


@lru_cache(maxsize=2048)
def new_moon(k: int) -> datetime:
    """The kth new moon after that of 6 January 2000 (chapter 49)."""
    t = k / 1236.85
    e = 1 - 0.002516 * t - 0.0000074 * t * t
    sun = radians(2.5534 + 29.10535670 * k - 0.0000014 * t**2)
    moon = radians(201.5643 + 385.81693528 * k + 0.0107582 * t**2)
    node_distance = radians(160.7108 + 390.67050284 * k - 0.0016118 * t**2)
    node = radians(124.7746 - 1.56375588 * k + 0.0020672 * t**2)
    jde = 2451550.09766 + 29.530588861 * k + 0.00015437 * t**2
    jde += sum(
        coefficient * e**power * sin(m * sun + mm * moon + f * node_distance + o * node)
        for coefficient, power, m, mm, f, o in NEW_MOON
    )
    jde += 0.000325 * sin(radians(299.77 + 0.107408 * k - 0.009173 * t**2))
    return J2000 + timedelta(days=jde - 2451545.0)


def sun_longitude(at: datetime) -> float:
    """The sun's apparent longitude in degrees, to about 0.01 (chapter 25)."""
    t = (at - J2000) / timedelta(days=36525)
    mean = 280.46646 + 36000.76983 * t + 0.0003032 * t * t
    anomaly = radians(357.52911 + 35999.05029 * t - 0.0001537 * t * t)
    centre = (
        (1.914602 - 0.004817 * t) * sin(anomaly)
        + (0.019993 - 0.000101 * t) * sin(2 * anomaly)
        + 0.000289 * sin(3 * anomaly)
    )
    omega = radians(125.04 - 1934.136 * t)
    return float((mean + centre - 0.00569 - 0.00478 * sin(omega)) % 360)


@lru_cache(maxsize=2048)
def term(degrees: int, year: int) -> datetime:
    """When the sun reaches a longitude, within the solar year (0 is the spring equinox of March)."""
    at = datetime(year, 3, 20) + timedelta(days=((degrees + 75) % 360 - 75) * 365.2422 / 360)
    for _ in range(6):
        off = (degrees - sun_longitude(at) + 180) % 360 - 180
        at += timedelta(days=off * 365.2422 / 360)
    return at


def k_before(day: date) -> int:
    """The number of the last new moon whose day is not after a day."""
    k = floor((datetime(day.year, day.month, day.day) - J2000) / timedelta(days=29.530588861)) + 1
    while beijing_day(new_moon(k)) > day:
        k -= 1
    return k


@lru_cache(maxsize=512)
def months_from(year: int) -> tuple[tuple[int, bool, date], ...]:
    """The months from the eleventh of a solar year to the tenth of the next: number, leap, first day.

    GB/T 33661-2017: the month of the winter solstice is the eleventh; where 13 months lie between two, the
    first without a principal term doubles the one before it.
    """
    first = k_before(beijing_day(term(270, year)))
    after = k_before(beijing_day(term(270, year + 1)))
    principal = {beijing_day(term(degrees, y)) for degrees in range(0, 360, 30) for y in (year, year + 1)}
    found: list[tuple[int, bool, date]] = []
    number, doubled = 10, False
    for k in range(first, after):
        begins, ends = beijing_day(new_moon(k)), beijing_day(new_moon(k + 1))
        has_term = any(begins <= day < ends for day in principal)
        leap = after - first == 13 and not doubled and not has_term
        doubled |= leap
        number += not leap
        found.append(((number - 1) % 12 + 1, leap, begins))
    return tuple(found)


def lunar_day(day: date) -> tuple[int, int, bool]:
    """The lunar month, day and whether the month is a leap one, from the sky."""
    months = [month for year in (day.year - 1, day.year) for month in months_from(year)]
    number, leap, begins = max((month for month in months if month[2] <= day), key=lambda month: month[2])
    return number, (day - begins).days + 1, leap
