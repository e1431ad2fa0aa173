"""The green footprint: points given for evidence alone, month by month, with the sums that make them."""

from collections.abc import Iterator, Sequence
from datetime import date

import msgspec
from litestar import Response
from markupsafe import Markup

from jifen.books.entries import Entry
from jifen.books.explanation import read_explanation
from jifen.books.legs import Kind
from jifen.events.then import facts_then
from jifen.pages.explaining import explain
from jifen.pages.goods import unproved
from jifen.pages.reading import NEWEST, Seen, read_chosen, read_entries
from jifen.pages.rows import place
from jifen.pages.words import Words
from jifen.rules.compiled import CompiledRules
from jifen.rules.definition import AnyRule, Combination, Multiplier, RuleSet
from jifen.rules.when import LineFilter
from jifen.site.member.own import there, wallet_of
from jifen.site.routing import MEMBER, get
from jifen.site.visit import Visit
from jifen.values.periods import add_months, local_day, start_of_day

MONTHS = 6
READ_MOST = 1_000
"""So many purchases and returns of these months are looked at: more than anybody makes."""

BAR_HIGH, BAR_WIDE, BAR_STEP, FLOOR = 96, 28, 54, 122
"""The drawing of the months, in its own units: the highest bar, and where bars stand."""


class Month(msgspec.Struct, frozen=True):
    """One month and what was given in it, less what was taken back; with its bar."""

    first: date
    points: int
    chosen: bool
    x: int
    y: int
    high: int


class Deed(msgspec.Struct, frozen=True):
    """What one entry gave by a rule, with the sum; negative: taken back."""

    no: int
    day: date
    place: str
    points: int
    said: Markup


class Kept(msgspec.Struct):
    """All that a rule gave in a month."""

    title: Markup
    deeds: list[Deed]

    @property
    def points(self) -> int:
        """What they come to."""
        return sum(deed.points for deed in self.deeds)


class Lacking(msgspec.Struct, frozen=True):
    """Goods that were named green without valid evidence, and what that lacked."""

    no: int
    day: date
    place: str
    said: Sequence[Markup]


def green_units(rules: CompiledRules | None) -> frozenset[str]:
    """The units whose points are given for valid evidence of green goods and for nothing else.

    Source: COMPLIANCE §5 (no valid evidence, no green points).
    """
    if rules is None:
        return frozenset()
    whole = rules.definition
    greens = green_rules(whole)
    units = {rule.unit or whole.unit for rule in whole.rules if rule.id in greens} - {whole.unit}
    return frozenset(
        unit
        for unit in units
        if all(rule.id in greens for rule in whole.rules if (rule.unit or whole.unit) == unit)
    )


def green_rules(whole: RuleSet) -> frozenset[str]:
    """The rules that give nothing without evidence, and the multipliers of such."""
    plain = {rule.id for rule in whole.rules if any(lines.evidence for lines in _filters(rule))}
    more = {
        rule.id
        for rule in whole.rules
        if isinstance(rule, Multiplier) and rule.of and all(name in plain for name in rule.of)
    }
    return frozenset(plain | more)


def _filters(rule: AnyRule) -> Iterator[LineFilter]:
    """Which lines a rule asks for."""
    lines = getattr(rule, "lines", None)
    if lines is not None:
        yield lines
    if rule.when.lines is not None:
        yield rule.when.lines
    if isinstance(rule, Combination):
        yield from (part.lines for part in rule.parts)


async def show(visit: Visit) -> Response[bytes]:
    """The footprint of six months, and how one of them came about."""
    house, wallet = visit.house, wallet_of(visit)
    rules = visit.program.rules_at(visit.now)
    codes = [code for code in visit.program.units if code in green_units(rules)]
    if not codes:
        seen = there(await read_entries(house.pool, house.catalog, wallet, NEWEST, 0))
        return visit.page("member/green.html", unit=None, back="/m/wallet")
    months = [add_months(visit.today.replace(day=1), -back) for back in reversed(range(MONTHS))]
    since = start_of_day(months[0], visit.program.zone)
    found = await read_chosen(house.pool, house.catalog, wallet, "page_entries_green", since, READ_MOST)
    seen = there(found)
    unit = codes[0]
    asked = next((month for month in months if month.isoformat()[:7] == visit.query("month")), months[-1])
    given = [(entry, points) for entry in seen.entries if (points := _given(seen, entry, unit))]
    kept = _kept(seen, [entry for entry, _ in given], asked, unit, visit.words)
    return visit.page(
        "member/green.html",
        unit=visit.words.unit(seen.program.units[unit], long=True),
        balance=seen.wallet.balance(unit, seen.now),
        months=_months(seen, given, months, asked),
        total=sum(points for _, points in given),
        chosen=asked,
        kept=kept,
        kept_points=sum(one.points for one in kept),
        lacking=list(_lacking(seen, asked, visit.words)),
        back="/m/wallet",
    )


def _day(seen: Seen, entry: Entry) -> date:
    return local_day(entry.occurred_at, seen.program.zone)


def _rules_of(seen: Seen, entry: Entry) -> RuleSet | None:
    """The rules of then."""
    version = read_explanation(entry.explanation).rules
    return next((one.definition for one in seen.program.rules if one.version == version), None)


def _given(seen: Seen, entry: Entry, unit: str) -> int:
    """What an entry gave of a green unit; negative: took back."""
    whole = _rules_of(seen, entry)
    if whole is None:
        return 0
    names = {rule.id for rule in whole.rules if (rule.unit or whole.unit) == unit}
    return sum(points for name, points in read_explanation(entry.explanation).shares if name in names)


def _months(
    seen: Seen, given: Sequence[tuple[Entry, int]], months: Sequence[date], asked: date
) -> Sequence[Month]:
    sums = dict.fromkeys(months, 0)
    for entry, points in given:
        sums[_day(seen, entry).replace(day=1)] += points
    most = max(1, *sums.values())
    found = []
    for place_, (first, points) in enumerate(sums.items()):
        high = max(0, points) * BAR_HIGH // most
        x = place_ * BAR_STEP + (BAR_STEP - BAR_WIDE) // 2
        found.append(Month(first, points, first == asked, x, FLOOR - high, high))
    return found


def _kept(seen: Seen, entries: Sequence[Entry], month: date, unit: str, words: Words) -> list[Kept]:
    """What each rule gave in a month, entry by entry with its sum."""
    found: dict[str, Kept] = {}
    for entry in entries:
        day = _day(seen, entry)
        told = explain(seen.program, entry, words) if day.replace(day=1) == month else None
        for one in told.given if told else ():
            if one.unit_code == unit:
                row = Deed(entry.no, day, place(seen, entry), one.points, one.said)
                found.setdefault(one.rule, Kept(one.title, [])).deeds.append(row)
    return list(found.values())


def _lacking(seen: Seen, month: date, words: Words) -> Iterator[Lacking]:
    """The purchases of a month with goods whose evidence did not count, and why."""
    for entry in seen.entries:
        day, whole = _day(seen, entry), _rules_of(seen, entry)
        if entry.kind is not Kind.PURCHASE or day.replace(day=1) != month or whole is None:
            continue
        facts = facts_then(seen.program, entry, read_explanation(entry.explanation))
        said = dict.fromkeys(
            text
            for rule in whole.rules
            if rule.id in green_rules(whole)
            for lines in _filters(rule)
            for text in unproved(lines, facts, seen.program, words)
        )
        if said:
            yield Lacking(entry.no, day, place(seen, entry), tuple(said))


ROUTES = (get("/m/green", "member.green", show, MEMBER, key="wallet"),)
