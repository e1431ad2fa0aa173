"""The campaign calendar: what holds on each day of a month, the stores' market days, what is expected."""

from collections.abc import Mapping
from datetime import date, timedelta

import msgspec
from litestar import Response

from jifen.pages import days as naming_days
from jifen.pages import figures
from jifen.rules.calendars import Markets
from jifen.rules.definition import RuleSet
from jifen.site.console import calendar_month as months
from jifen.site.console.programme_draft import DRAFT
from jifen.site.console.programme_words import bare
from jifen.site.inside import No
from jifen.site.routing import CONSOLE, get
from jifen.site.visit import Visit
from jifen.store.queries import q
from jifen.values.periods import add_months, end_of_day, end_of_month

YEAR_AGO = timedelta(days=364)
"""The same day of the week, a year ago."""

WEEKS_AGO = timedelta(days=28)
LARGE = 10_000
YEARS = range(1700, 9000)


class Expected(msgspec.Struct, frozen=True):
    """Points of a day. permille: of the largest shown; actual: they were issued, else it is an estimate."""

    said: str
    permille: int
    actual: bool


class Town(msgspec.Struct, frozen=True):
    """A store with its market days in words and their number in the month."""

    mark: months.Mark
    rule: str
    count: int


async def show(visit: Visit) -> Response[bytes]:
    """A month, and what holds on the day that is chosen."""
    month = _month(visit)
    rules = _rules(visit, month)
    marks = months.signs(_stores(visit, rules))
    store = visit.query("store") if visit.query("store") in marks else ""
    shown = [day for week in months.weeks_of(month) for day in week]
    items = months.items_of(rules, shown, visit.words, visit.program.zone)
    chosen = _chosen(visit, month)
    expected, large, basis = await _expected(visit, rules, shown)
    short = months.short_months(month, visit.words)
    return visit.page(
        "console/calendar.html",
        month=month,
        weeks=months.laid(month, rules, items, marks, store, visit.words),
        lunar_months=months.lunar_months_in(month, visit.words),
        earlier=add_months(month, -1),
        later=add_months(month, 1),
        this_month=visit.today.replace(day=1),
        towns=_towns(visit, rules, marks, month),
        store=store,
        stores=[("", visit.words.t("decide.all_stores")), *((code, one.name) for code, one in marks.items())],
        chosen=chosen,
        on_chosen=[one for one in items if chosen in one.days],
        marks_chosen=[marks[code] for code in marks if code in months.market_stores(rules, chosen)],
        market_rules=_market_rules(visit, rules),
        expected=expected,
        large=large,
        basis=basis,
        short=short,
        thirtieth=months.asks_for_thirtieth(rules),
        has_draft=await _has_draft(visit),
        lunar_of=lambda day: months.lunar_said(day, visit.words),
    )


def _month(visit: Visit) -> date:
    text = visit.query("month") or visit.query("day")[:7]
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError:
        return visit.today.replace(day=1)
    return found if found.year in YEARS else visit.today.replace(day=1)


def _chosen(visit: Visit, month: date) -> date:
    try:
        found = date.fromisoformat(visit.query("day"))
    except ValueError:
        found = visit.today
    return found if (found.year, found.month) == (month.year, month.month) else month


def _rules(visit: Visit, month: date) -> RuleSet:
    """The rules that hold by the end of the month, as far as they are published."""
    found = visit.program.rules_at(end_of_day(end_of_month(month), visit.program.zone))
    first = visit.program.rules[0].definition if visit.program.rules else RuleSet(rules=())
    return found.definition if found else first


def _stores(visit: Visit, rules: RuleSet) -> dict[str, str]:
    """The stores that have market days, by code, with their names."""
    codes = [code for one in months.markets_of(rules).values() for code in one.stores]
    known = visit.program.stores
    return {code: known[code].name if code in known else code for code in dict.fromkeys(codes)}


def _towns(visit: Visit, rules: RuleSet, marks: Mapping[str, months.Mark], month: date) -> list[Town]:
    days = [month + timedelta(days=place) for place in range(end_of_month(month).day)]
    found = []
    for code, mark in marks.items():
        said = [
            bare(naming_days.market_of(one.stores[code], visit.words))
            for one in months.markets_of(rules).values()
            if code in one.stores
        ]
        count = sum(code in months.market_stores(rules, day) for day in days)
        found.append(Town(mark, bare(visit.words.joined(said)), count))
    return found


def _market_rules(visit: Visit, rules: RuleSet) -> list[tuple[str, str]]:
    """The rules that market days are for: name and id."""
    names = {name for name, one in rules.calendars.items() if isinstance(one, Markets)}
    english = visit.words.language == "en"
    return [
        ((rule.title_en if english and rule.title_en else rule.title) or rule.id, rule.id)
        for rule in rules.rules
        if names & set(rule.when.calendars)
    ]


async def _expected(
    visit: Visit, rules: RuleSet, shown: list[date]
) -> tuple[dict[date, Expected], bool, str]:
    """What was issued on past days, and for those to come what was on the same day of the week before.

    A year ago where the figures reach so far, else four weeks ago; days without either have none. The day
    on which a programme began was not a whole one, so nothing is expected by it.
    """
    rows = await visit.house.pool.fetch(
        q("calendar_issued"), visit.program.id, rules.unit, shown[0] - YEAR_AGO, shown[-1]
    )
    counted = {row["day"]: int(row["points"]) for row in rows}
    began = min(counted, default=None)
    whole = {day for day in counted if day != began or began == shown[0] - YEAR_AGO}
    found: dict[date, tuple[int, bool]] = {}
    bases: set[str] = set()
    for day in shown:
        if day < visit.today and day in counted:
            found[day] = (counted[day], True)
            bases.add("actual")
        elif day >= visit.today and day - YEAR_AGO in whole:
            found[day] = (counted[day - YEAR_AGO], False)
            bases.add("year")
        elif day >= visit.today and day - WEEKS_AGO in whole and day - WEEKS_AGO < visit.today:
            found[day] = (counted[day - WEEKS_AGO], False)
            bases.add("weeks")
    most = max((points for points, _ in found.values()), default=0)
    large = most >= LARGE
    said = {
        day: Expected(_said(points, large, visit), points * 1000 // most if most else 0, actual)
        for day, (points, actual) in found.items()
    }
    told = [visit.words.t(f"decide.issue_{one}") for one in ("actual", "year", "weeks") if one in bases]
    return said, large, bare(visit.words.joined(told, "decide.join_basis"))


def _said(points: int, large: bool, visit: Visit) -> str:
    if not large:
        return figures.whole(points)
    by = 10_000 if visit.words.language == "zh" else 1_000
    tenths = (points * 10 * 2 + by) // (by * 2)
    return f"{tenths // 10:,}.{tenths % 10}"


async def _has_draft(visit: Visit) -> bool:
    try:
        await visit.api.get(DRAFT)
    except No as no:
        if no.code == "draft_unknown":
            return False
        raise
    return True


ROUTES = (get("/console/calendar", "console.calendar", show, CONSOLE, key="calendar"),)
