"""Checking conditions: what they name must be there, and they must be able to hold."""

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime

import msgspec

from jifen.rules.award import Facts, Line
from jifen.rules.defining import Finding, names
from jifen.rules.definition import RuleSet
from jifen.rules.expressions import Expression, Sight
from jifen.rules.when import Conditions, LineFilter

SAMPLE = Facts(
    "merchant",
    "store",
    datetime(2026, 1, 1, tzinfo=UTC),
    date(2026, 1, 1),
    100,
    (Line("sku", "category", 1, 100, ("tag",), "brand", "evidence"),),
)
"""A basket in which every field of a line has a value."""

NO_ZONE = "has no zone: add one, such as +08:00"


class Named(msgspec.Struct, frozen=True):
    """What conditions may name."""

    merchants: Collection[str]
    stores: Collection[str]
    calendars: Collection[str]
    tiers: Collection[str]

    @staticmethod
    def of(rules: RuleSet, merchants: Collection[str], stores: Collection[str]) -> "Named":
        """What the conditions of a rule set may name."""
        levels = rules.tiers.levels if rules.tiers is not None else ()
        return Named(merchants, stores, rules.calendars.keys(), [level.code for level in levels])


def of_conditions(field: str, when: Conditions, named: Named) -> Iterator[Finding]:
    """What is wrong with conditions."""
    for code in when.merchants:
        if code not in named.merchants:
            yield f"{field}.merchants", code, "is no merchant of this programme: check the code, or add it"
    for code in when.stores:
        if code not in named.stores:
            yield f"{field}.stores", code, "is no store of this programme: check the code, or add it"
    for code in when.calendars:
        if code not in named.calendars:
            yield f"{field}.calendars", code, f"is no calendar of these rules: use {names(named.calendars)}"
    for code in when.tiers:
        if code not in named.tiers:
            yield f"{field}.tiers", code, f"is no tier of these rules: use {names(named.tiers)}"
    yield from in_order(field, when.since, when.until)
    if when.maximum_fen is not None and when.maximum_fen < when.minimum_fen:
        message = f"is below the minimum of {when.minimum_fen}, so it never holds: choose more"
        yield f"{field}.maximum_fen", when.maximum_fen, message
    if when.lines is not None:
        yield from of_filter(f"{field}.lines", when.lines)
    if when.nth is not None and not when.nth.exactly and when.nth.every is None:
        yield f"{field}.nth", None, "names no purchase, so it never holds: give `exactly` or `every`"
    if when.expression is not None:
        yield from of_expression(f"{field}.expression", when.expression)


def in_order(field: str, since: datetime | None, until: datetime | None) -> Iterator[Finding]:
    """Instants must have a zone, and the end must come after the beginning."""
    for name, at in (("since", since), ("until", until)):
        if at is not None and at.tzinfo is None:
            yield f"{field}.{name}", at.isoformat(), NO_ZONE
            return
    if since is not None and until is not None and until <= since:
        yield f"{field}.until", until.isoformat(), "is not after `since`: choose a later time"


def of_filter(field: str, lines: LineFilter) -> Iterator[Finding]:
    """A filter must say which lines it means."""
    if lines == LineFilter():
        yield field, None, "is empty, so every line is meant: name skus, categories, brands, tags or evidence"


def of_expression(field: str, text: str) -> Iterator[Finding]:
    """An expression must be CEL whose types fit, and be able to run over a basket."""
    try:
        expression = Expression(text, Sight("UTC"))
    except ValueError as wrong:
        yield field, text, f"cannot be used: {wrong}"
        return
    outcome = expression.outcome(SAMPLE)
    if isinstance(outcome, str) and "overload" in outcome:
        yield field, text, f"cannot be evaluated ({outcome}): compare like with like"
