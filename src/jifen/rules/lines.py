"""Which lines of a basket a filter means, and what a basket must hold for a rule to look at it."""

from collections.abc import Callable, Mapping
from typing import Literal

import msgspec

from jifen.rules.award import Facts, Line
from jifen.rules.reasons import Reason
from jifen.rules.when import LineFilter

Match = Callable[[Line, Mapping[str, str]], bool]
"""Whether a line is meant; beside it the kinds of the evidence that is valid on the day, by code."""

Field = Literal["sku", "brand", "category", "tag", "evidence"]
Demand = tuple[Field, frozenset[str]]
"""One of these values must be in the basket, or a rule gives nothing."""

NARROWEST: tuple[Field, ...] = ("sku", "brand", "evidence", "tag", "category")


def matcher(lines: LineFilter) -> Match:
    """The filter ready to run: of each field that is given, one value must hold."""
    tests: list[Match] = []
    if lines.skus:
        skus = frozenset(lines.skus)
        tests.append(lambda line, evidence: line.sku in skus)
    if lines.categories:
        categories = frozenset(lines.categories)
        tests.append(lambda line, evidence: line.category in categories)
    if lines.brands:
        brands = frozenset(lines.brands)
        tests.append(lambda line, evidence: line.brand in brands)
    if lines.tags:
        tags = frozenset(lines.tags)
        tests.append(lambda line, evidence: not tags.isdisjoint(line.tags))
    if lines.evidence:
        kinds = frozenset(lines.evidence)
        tests.append(lambda line, evidence: evidence.get(line.evidence) in kinds)
    if len(tests) == 1:
        return tests[0]
    return lambda line, evidence: all(test(line, evidence) for test in tests)


def without_evidence(lines: LineFilter) -> LineFilter:
    """The same filter for lines that name no evidence, or none that is valid."""
    return msgspec.structs.replace(lines, evidence=())


def possible(lines: LineFilter) -> Callable[[Facts], bool]:
    """Whether a basket could hold such a line, told without looking at its lines one by one."""
    categories, evidence = frozenset(lines.categories), bool(lines.evidence)

    def test(facts: Facts) -> bool:
        if evidence and not facts.evidence:
            return False
        return not categories or not categories.isdisjoint(facts.by_category)

    return test


def has_line(match: Match, facts: Facts) -> bool:
    """Whether the basket has such a line."""
    evidence = facts.evidence
    for line in facts.lines:  # noqa: SIM110 (twice as fast as any)
        if match(line, evidence):
            return True
    return False


def why_no_line(lines: LineFilter, facts: Facts) -> Reason:
    """Why the basket has no such line: only the evidence is wanting, or there is none at all."""
    if lines.evidence and has_line(matcher(without_evidence(lines)), facts):
        return "evidence"
    return "lines"


def demand_of(lines: LineFilter) -> Demand | None:
    """What the basket must hold for the filter to mean any line of it; None: any line will do."""
    given: dict[Field, tuple[str, ...]] = {
        "sku": lines.skus,
        "brand": lines.brands,
        "evidence": lines.evidence,
        "tag": lines.tags,
        "category": lines.categories,
    }
    return next(((field, frozenset(given[field])) for field in NARROWEST if given[field]), None)


def narrowest(demands: list[Demand]) -> Demand | None:
    """Of several demands the one that fewest baskets will meet."""
    return min(demands, key=lambda one: (NARROWEST.index(one[0]), len(one[1])), default=None)
