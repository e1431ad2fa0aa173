"""One rule of a rule set, ready to run: its conditions, what it gives, and what it counts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from jifen.rules.award import Facts, Promise
from jifen.rules.conditions import Test, Tests, basket_tests, place_tests, time_tests
from jifen.rules.counting import cap_name, code_name, once_name
from jifen.rules.definition import AnyRule, Campaign, Reached, RuleSet, Streak
from jifen.rules.expressions import Expression, Sight
from jifen.rules.funding import Funders
from jifen.rules.kinds import acts_of, demand_of_rule, raw_of, why_nothing
from jifen.rules.lines import why_no_line
from jifen.rules.persons import person_tests
from jifen.rules.reasons import Reason
from jifen.values.periods import Span


class Shared(msgspec.Struct, frozen=True):
    """What all rules of a rule set have in common, put together once."""

    whole: RuleSet
    by_amount: frozenset[str]
    campaigns: Mapping[str, Campaign]
    sight: Sight

    def of_rule(self, rule: AnyRule) -> Campaign | None:
        """The rule's campaign.

        Raises:
            ValueError: the rule names a campaign, a calendar or a group that the rule set does not have.
        """
        for name in rule.when.calendars:
            if name not in self.whole.calendars:
                raise ValueError(f"rule {rule.id!r} names calendar {name!r}, which is not there: add it")
        if rule.group is not None and rule.group not in self.whole.groups:
            raise ValueError(f"rule {rule.id!r} names group {rule.group!r}, which is not there: add it")
        if rule.campaign is None:
            return None
        if rule.campaign not in self.campaigns:
            raise ValueError(f"rule {rule.id!r} names campaign {rule.campaign!r}, which is not there: add it")
        return self.campaigns[rule.campaign]


class CompiledRule:
    """One rule, ready to run.

    place, rest: conditions on where, and on all else that the event alone decides. acts: of which events
    (None among them: purchases; None itself: any). persons: conditions on the person. late: those that could
    hold for a part of a basket and not for the whole, decided last. caps: (counter, span, points).
    spans: all that it counts in or reads. promised: what its points are, for each funder, by how long they
    live. on_days: what the rule is on days that are alike for it.

    Raises:
        ValueError: its expression cannot be used, or it names what the rule set does not have.
    """

    __slots__ = (
        "acts", "campaign", "caps", "code", "definition", "demand", "expression", "funders", "late",
        "on_days", "once", "persons", "place", "promised", "raw", "reads", "rest", "since", "spans", "times",
        "unit", "until", "validity",
    )  # fmt: skip

    def __init__(self, rule: AnyRule, shared: Shared) -> None:
        whole, when = shared.whole, rule.when
        self.definition = rule
        self.campaign = shared.of_rule(rule)
        self.place = place_tests(when)
        self.times = time_tests(when)
        self.acts = acts_of(rule)
        self.rest = self.times + basket_tests(when, self.campaign)
        self.expression = _expression(rule, shared.sight)
        self.persons = person_tests(when)
        self.late: list[tuple[Reason, Test]] = []
        if when.maximum_fen is not None:
            self.late.append(("maximum", lambda facts, most=when.maximum_fen: facts.amount <= most))  # type: ignore[misc]
        if self.expression is not None:
            where = self.persons if self.expression.personal else self.late
            where.append(("expression", self.expression.holds))
        self.unit = rule.unit or whole.unit
        self.validity = rule.validity or whole.validity
        self.caps: list[tuple[str, Span, int]] = [
            (cap_name(rule.id), cap.per, cap.points) for cap in rule.caps
        ]
        self.once = once_name(rule.id) if rule.once else None
        self.code = code_name(rule.id) if rule.once_per_code else None
        self.raw = raw_of(rule, shared.by_amount)
        self.demand = demand_of_rule(rule)
        self.funders = Funders(rule)
        self.spans = _spans(rule)
        self.on_days: dict[object, Any] = {}
        self.promised: dict[tuple[datetime | None, datetime | None, int | None], list[Promise]] = {}
        self.since, self.until = self._window()
        self.reads: list[tuple[str, Span]] = [(name, per) for name, per, _ in self.caps if per != "event"]
        if rule.once:
            self.reads.append((once_name(rule.id), rule.once))

    def _window(self) -> tuple[datetime | None, datetime | None]:
        """The instants from which and up to which it can hold at all."""
        when, campaign = self.definition.when, self.campaign
        starts = [at for at in (when.since, campaign.since if campaign else None) if at is not None]
        ends = [at for at in (when.until, campaign.until if campaign else None) if at is not None]
        return max(starts, default=None), min(ends, default=None)

    def tests(self, calendar: Tests = ()) -> Tests:
        """All conditions in the order in which reasons are said. calendar: those of the day's stores."""
        acts = self.acts
        if acts is None:
            return self.place + calendar + self.rest
        act: Tests = (("act", lambda facts: facts.act in acts),)
        return self.place + calendar + self.times + act + self.rest[len(self.times) :]

    def why(self, reason: Reason, facts: Facts) -> Reason:
        """The reason told more closely: which lines are wanting, or only their evidence."""
        when = self.definition.when
        if reason == "lines" and when.lines is not None:
            return why_no_line(when.lines, facts)
        if reason == "nothing":
            return why_nothing(self.definition, facts)
        return reason


def _spans(rule: AnyRule) -> tuple[Span, ...]:
    spans: list[Span] = [cap.per for cap in rule.caps if cap.per != "event"]
    if rule.once:
        spans.append(rule.once)
    if rule.when.nth is not None:
        spans.append(rule.when.nth.per)
    if isinstance(rule, Reached | Streak):
        spans.append(rule.per)
    return tuple(dict.fromkeys(spans))


def _expression(rule: AnyRule, sight: Sight) -> Expression | None:
    if rule.when.expression is None:
        return None
    try:
        return Expression(rule.when.expression, sight)
    except ValueError as wrong:
        raise ValueError(f"the expression of rule {rule.id!r} cannot be used: {wrong}") from wrong
