"""Caps and once-only rules, counted again from what the entries of a wallet say that each rule gave."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from jifen.books.legs import Kind
from jifen.events.event import read_explanation
from jifen.rules.definition import RuleSet
from jifen.values.periods import Span, local_day, period_key

COUNTED = frozenset((Kind.PURCHASE, Kind.ACT))
"""What advances counters; only a return takes back."""

Values = dict[tuple[str, str], int]
"""What was counted, by the counter's name and period."""


class Limit(msgspec.Struct, frozen=True):
    """What one rule counts: its points over each span of its caps, and itself once in a span."""

    caps: frozenset[Span]
    once: Span | None


Limits = Mapping[tuple[UUID, int], Mapping[str, Limit]]
"""By programme and version of its rules, then by rule; rules without limits are left out."""


def limits_of(rule_sets: Iterable[tuple[UUID, int, str]]) -> Limits:
    """The limits of published rules, from (programme, version, definition)."""
    found: dict[tuple[UUID, int], dict[str, Limit]] = {}
    for program, version, definition in rule_sets:
        rules = msgspec.json.decode(definition, type=RuleSet).rules
        found[(program, version)] = {
            rule.id: Limit(frozenset(cap.per for cap in rule.caps if cap.per != "event"), rule.once)
            for rule in rules
            if rule.once or any(cap.per != "event" for cap in rule.caps)
        }
    return found


class Recount:
    """The counters of one wallet, followed from entry to entry."""

    def __init__(self, program: UUID, zone: str, limits: Limits) -> None:
        self._program = program
        self._zone = zone
        self._limits = limits
        self._values: Values = {}
        self._shares: dict[int, tuple[int, date, dict[str, int]]] = {}

    def take(self, row: Any) -> None:
        """Count one entry.

        A return takes a cap's points back as far as the rule's share shrank, a once when all of it is gone.

        Raises:
            ValueError: the explanation cannot be read, or names rules or a purchase that are not there.
        """
        if row["kind"] in COUNTED:
            explanation = read_explanation(row["explanation"])
            day = local_day(row["occurred_at"], self._zone)
            limits = self._of(explanation.rules)
            for rule, points in explanation.shares:
                if rule in limits:
                    self._count(limits[rule], rule, day, points, 1)
            if limits:
                self._shares[row["no"]] = (explanation.rules, day, dict(explanation.shares))
        elif row["kind"] == Kind.RETURN and row["reverses"] in self._shares:
            version, day, shares = self._shares[row["reverses"]]
            limits = self._of(version)
            for rule, points in read_explanation(row["explanation"]).shares:
                if rule in limits:
                    shares[rule] = left = shares.get(rule, 0) + points
                    self._count(limits[rule], rule, day, points, 0 if left else -1)

    def _of(self, version: int) -> Mapping[str, Limit]:
        limits = self._limits.get((self._program, version))
        if limits is None:
            raise ValueError(f"there are no rules of version {version}")
        return limits

    def _count(self, limit: Limit, rule: str, day: date, points: int, times: int) -> None:
        for span in limit.caps:
            counter = (f"cap:{rule}", period_key(span, day))
            self._values[counter] = self._values.get(counter, 0) + points
        if limit.once and times:
            counter = (f"once:{rule}", period_key(limit.once, day))
            self._values[counter] = self._values.get(counter, 0) + times

    def differing(self, stored: Values) -> list[tuple[str, str, int, int]]:
        """(name, period, stored, counted) of each counter whose stored value is another; none is 0."""
        return [
            (name, period, stored.get((name, period), 0), self._values.get((name, period), 0))
            for name, period in sorted({*stored, *self._values})
            if stored.get((name, period), 0) != self._values.get((name, period), 0)
        ]
