"""Checking a rule set before it is published: what would fail at the till, or mean nothing, by field."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime
from typing import Any

import msgspec

from jifen.rules.calendars import (
    AnyCalendar,
    Dates,
    Festivals,
    LunarDates,
    MarketDays,
    Markets,
    MonthDays,
    Openings,
    Weekdays,
    Yearly,
)
from jifen.rules.checking_conditions import NO_ZONE, Named, in_order
from jifen.rules.checking_rewards import of_rewards
from jifen.rules.checking_rules import of_rule
from jifen.rules.checking_spending import of_spending
from jifen.rules.defining import Finding, names, within
from jifen.rules.definition import RuleSet
from jifen.rules.tiers import Tiers
from jifen.values.periods import Active, CalendarYear, Rolling, Sweep, Validity

MONTHS_MOST = 1_200
DAYS_MOST = 36_600
RULES_MOST = 5_000
RESERVED = ("referral", "birthday.")
"""Acts that the system books by itself begin so."""

LEAP_YEAR = 2000


class Known(msgspec.Struct, frozen=True):
    """The codes of what a programme has beside its rules."""

    units: Collection[str]
    merchants: Collection[str]
    stores: Collection[str]


def findings(rules: RuleSet, known: Known) -> Iterator[Finding]:
    """What is wrong with rules, in order: field, value, and what is wrong with it with what to do.

    Fields are those of the rule set, such as `rules[2].when.stores`.
    """
    if len(rules.rules) > RULES_MOST:
        yield "rules", len(rules.rules), f"are too many: publish at most {RULES_MOST}"
    yield from _unprintable(msgspec.to_builtins(rules), "")
    yield from _of_unit("unit", rules.unit, known)
    yield from _of_validity("validity", rules.validity)
    yield from _twice("rules", "id", [rule.id for rule in rules.rules])
    named = Named.of(rules, known.merchants, known.stores)
    for index, rule in enumerate(rules.rules):
        field = f"rules[{index}]"
        if rule.unit is not None:
            yield from _of_unit(f"{field}.unit", rule.unit, known)
        if rule.validity is not None:
            yield from _of_validity(f"{field}.validity", rule.validity)
        yield from of_rule(rules, rule, named, field)
    yield from _of_parts(rules)
    for name, calendar in rules.calendars.items():
        yield from _of_calendar(f"calendars.{name}", calendar, known)
    if rules.tiers is not None:
        yield from _of_tiers(rules.tiers, {rule.id for rule in rules.rules})
    yield from _twice("rewards", "code", [reward.code for reward in rules.rewards])
    for index, reward in enumerate(rules.rewards):
        if reward.unit is not None:
            yield from _of_unit(f"rewards[{index}].unit", reward.unit, known)
    yield from of_rewards(rules, named)
    yield from of_spending(rules, named)


def _unprintable(value: Any, path: str) -> Iterator[Finding]:
    """Texts with letters that cannot be printed; what members read may have several lines."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _unprintable(name, path)
            yield from _unprintable(item, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _unprintable(item, f"{path}[{index}]")
    elif isinstance(value, str):
        lines = path.endswith((".text", ".text_en", ".expression"))
        if not (value.replace("\n", "") if lines else value).isprintable():
            yield path, value, "holds letters that cannot be printed: leave them out"


def _of_unit(field: str, unit: str, known: Known) -> Iterator[Finding]:
    if unit not in known.units:
        yield field, unit, f"is no unit of this programme: use one of {names(known.units)}"


def _of_validity(field: str, validity: Validity) -> Iterator[Finding]:
    match validity:
        case Rolling(months=months, days=days):
            yield from within(f"{field}.months", months, 0, MONTHS_MOST)
            yield from within(f"{field}.days", days, 0, DAYS_MOST)
        case CalendarYear(after=after):
            yield from within(f"{field}.after", after, 0, MONTHS_MOST // 12)
        case Active(months=months):
            yield from within(f"{field}.months", months, 1, MONTHS_MOST)
        case Sweep(month=month, day=day, minimum_days=minimum):
            yield from within(f"{field}.month", month, 1, 12)
            yield from within(f"{field}.day", day, 1, 31)
            yield from within(f"{field}.minimum_days", minimum, 0, DAYS_MOST)


def _twice(field: str, key: str, codes: Iterable[str]) -> Iterator[Finding]:
    seen: set[str] = set()
    what = "rule" if field == "rules" else field.removesuffix("s")
    for index, code in enumerate(codes):
        if code in seen:
            message = (
                f"names another {what} already: choose {'an id' if key == 'id' else 'a code'} of its own"
            )
            yield f"{field}[{index}].{key}", code, message
        seen.add(code)


def _of_parts(rules: RuleSet) -> Iterator[Finding]:
    """Campaigns, budgets, acts and groups."""
    yield from _twice("campaigns", "code", [campaign.code for campaign in rules.campaigns])
    for index, campaign in enumerate(rules.campaigns):
        yield from in_order(f"campaigns[{index}]", campaign.since, campaign.until)
    yield from _twice("budgets", "code", [budget.code for budget in rules.budgets])
    yield from _twice("acts", "code", [act.code for act in rules.acts])
    for index, act in enumerate(rules.acts):
        if act.code.startswith(RESERVED):
            yield f"acts[{index}].code", act.code, "is booked by the system itself: choose another code"
    used = {rule.group for rule in rules.rules}
    for name in rules.groups:
        if name not in used:
            yield f"groups.{name}", name, "has no rules: name it as the group of some, or leave it out"
    at: list[tuple[str, datetime]] = [(f"leavings.{code}", left) for code, left in rules.leavings.items()]
    if rules.closes_at is not None:
        at.append(("closes_at", rules.closes_at))
    for field, instant in at:
        if instant.tzinfo is None:
            yield field, instant.isoformat(), NO_ZONE


def _of_calendar(field: str, calendar: AnyCalendar, known: Known) -> Iterator[Finding]:
    empty = ""
    match calendar:
        case Dates(dates=()):
            empty = "dates"
        case Weekdays(weekdays=()):
            empty = "weekdays"
        case MonthDays(days=(), last=False) | LunarDates(days=(), last=False):
            empty = "days"
        case Festivals(names=()):
            empty = "names"
        case Markets(stores=stores) | Openings(stores=stores):
            for code in stores:
                if code not in known.stores:
                    yield (
                        f"{field}.stores",
                        code,
                        "is no store of this programme: check the code, or add it",
                    )
            if not stores:
                empty = "stores"
        case Yearly(since=since, until=until):
            for name, (month, day) in (("since", since), ("until", until)):
                if not _exists(month, day):
                    yield f"{field}.{name}", f"{month}-{day}", "is no day of a year: choose one that is"
    if isinstance(calendar, Markets):
        for code, market in calendar.stores.items():
            if market == MarketDays():
                yield f"{field}.stores.{code}", None, "has no market days: name some, or leave the store out"
    if empty:
        yield f"{field}.{empty}", None, "is empty, so no day is meant: name some"


def _exists(month: int, day: int) -> bool:
    try:
        date(LEAP_YEAR, month, day)
    except ValueError:
        return False
    return True


def _of_tiers(tiers: Tiers, ids: Collection[str]) -> Iterator[Finding]:
    yield from _twice("tiers.levels", "code", [level.code for level in tiers.levels])
    before = -1
    for index, level in enumerate(tiers.levels):
        field = f"tiers.levels[{index}]"
        if level.at <= before:
            yield f"{field}.at", level.at, f"is not above {before} of the level before: order them upwards"
        if level.keep_at is not None and level.keep_at > level.at:
            yield f"{field}.keep_at", level.keep_at, f"asks for more than `at`: choose at most {level.at}"
        before = level.at
    for name in tiers.rules:
        if name not in ids:
            yield "tiers.rules", name, f"is no rule: use one of {names(ids)}"
    if tiers.rules and tiers.by != "points":
        yield "tiers.rules", list(tiers.rules), "count for tiers by points alone: leave them out"
