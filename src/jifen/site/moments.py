"""Moments in templates: days and times in the programme's zone, in the words of the page's language."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from jinja2 import pass_context
from jinja2.runtime import Context
from lunar_python import Solar
from markupsafe import Markup

from jifen.pages import figures
from jifen.values.periods import local_day, zone

if TYPE_CHECKING:
    from jifen.site.visit import Visit

Moment = datetime | date | str


@pass_context
def day(context: Context, value: Moment) -> Markup:
    """A day in a sentence: `11 月 21 日`, `21 Nov`; with its year where it is not this one."""
    visit: Visit = context["visit"]
    return visit.words.day(_day(visit, value), visit.today)


@pass_context
def full_day(context: Context, value: Moment) -> Markup:
    """A day with its year in a sentence."""
    visit: Visit = context["visit"]
    return visit.words.full_day(_day(visit, value))


@pass_context
def iso_day(context: Context, value: Moment) -> str:
    """A day in a table: `2026-11-21`."""
    return _day(context["visit"], value).isoformat()


@pass_context
def clock(context: Context, value: datetime | str) -> str:
    """The time of day: `10:24`."""
    visit: Visit = context["visit"]
    return figures.clock(_instant(value), visit.program.zone)


@pass_context
def stamp(context: Context, value: datetime | str) -> str:
    """Day and time in a table: `11-21 10:24`, with the year where it is not this one."""
    visit: Visit = context["visit"]
    local = _instant(value).astimezone(zone(visit.program.zone))
    return local.strftime("%m-%d %H:%M" if local.year == visit.today.year else "%Y-%m-%d %H:%M")


@pass_context
def lunar(context: Context, value: Moment) -> str:
    """The lunar day in Chinese, `十月十三`; in English by numbers, `lunar 10/13`."""
    visit: Visit = context["visit"]
    on = _day(visit, value)
    found = Solar.fromYmd(on.year, on.month, on.day).getLunar()
    if visit.words.language == "zh":
        return f"{found.getMonthInChinese()}月{found.getDayInChinese()}"
    leap = "leap " if found.getMonth() < 0 else ""
    return f"{leap}{abs(found.getMonth())}/{found.getDay()}"


@pass_context
def left(context: Context, value: Moment) -> int:
    """Days from today until then; 0: today, negative: over."""
    visit: Visit = context["visit"]
    return (_day(visit, value) - visit.today).days


def _instant(value: datetime | str) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _day(visit: "Visit", value: Moment) -> date:
    if isinstance(value, str):
        if len(value) == len("2026-11-21"):
            return date.fromisoformat(value)
        value = datetime.fromisoformat(value)
    return local_day(value, visit.program.zone) if isinstance(value, datetime) else value
