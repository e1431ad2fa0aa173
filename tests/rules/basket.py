"""Rule sets and baskets in a line each."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from jifen.rules.award import Award, Facts, Line
from jifen.rules.compiled import CompiledRules
from jifen.rules.definition import AnyRule, PerAmount, Rate, RuleSet
from jifen.values.periods import Rolling, local_day
from tests.engine.town import ZONE

NOON = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
"""Wednesday, 18 November 2026, 12:00 in Shanghai."""

BASE = PerAmount(id="base", rate=Rate(1, 100))


def compiled(*rules: AnyRule, **options: Any) -> CompiledRules:
    """A rule set ready to run; points live for 30 days."""
    whole = RuleSet(rules=rules, **{"validity": Rolling(days=30), **options})
    return CompiledRules(whole, 1, datetime(2020, 1, 1, tzinfo=UTC), ZONE)


def line(
    category: str,
    amount: int,
    *tags: str,
    sku: str = "",
    quantity: int = 1,
    brand: str = "",
    evidence: str = "",
) -> Line:
    """A line of a basket."""
    return Line(sku or category, category, quantity, amount, tags, brand, evidence)


def facts(
    amount: int | None = None,
    *lines: Line,
    at: datetime = NOON,
    merchant: str = "air",
    store: str = "air",
    act: str | None = None,
    **more: Any,
) -> Facts:
    """A purchase of so many fen, or of lines, or an act. more: other fields of facts."""
    paid = sum(line.amount for line in lines) if amount is None else amount
    return Facts(merchant, store, at, local_day(at, ZONE), paid, lines, act, **more)


def given(award: Award) -> dict[str, int]:
    """Points by rule, whoever pays for them."""
    sums: dict[str, int] = {}
    for share in award.shares:
        sums[share.rule] = sums.get(share.rule, 0) + share.points
    return sums


def points(
    rules: CompiledRules, what: Facts, used: Mapping[tuple[str, str], int] | None = None
) -> dict[str, int]:
    """What the rules give, by rule."""
    return given(rules.evaluate(what, used or {}))


def why(
    rules: CompiledRules, what: Facts, used: Mapping[tuple[str, str], int] | None = None
) -> dict[str, str]:
    """Why rules give nothing, by rule."""
    return dict(rules.evaluate(what, used or {}, explain=True).missed)


def booked(
    rules: CompiledRules, *events: Facts, used: dict[tuple[str, str], int] | None = None
) -> list[dict[str, int]]:
    """Events in the order in which they are known, each counted before the next; points by rule.

    used: what was counted before; it is counted on in there.
    """
    used = {} if used is None else used
    seen = []
    for event in events:
        award = rules.evaluate(event, used)
        for counter, count in award.counts.items():
            used[counter] = used.get(counter, 0) + count
        seen.append(given(award))
    return seen
