"""Counters: what rules count per member and period, how the counters are called, and which a day may read."""

from datetime import date, timedelta
from typing import Literal

import msgspec

from jifen.rules.award import Award, Facts
from jifen.rules.definition import RuleSet, Streak
from jifen.rules.tiers import window
from jifen.values.periods import Span, add_months, period_key

Counter = tuple[str, str]
"""A counter's name and period."""

BUYS = "buys"
SPEND = "spend"
Period = Literal["day", "week", "month", "year", "ever"]


def cap_name(rule: str) -> str:
    """Points that a rule gave; its periods are those of its caps."""
    return f"cap:{rule}"


def once_name(rule: str) -> str:
    """How often a rule gave; its periods are its own `once`, and for a streak the streak's."""
    return f"once:{rule}"


def code_name(rule: str) -> str:
    """How often a rule gave for a code; the code stands where others have their period."""
    return f"code:{rule}"


def streak_name(rule: Streak) -> str:
    """What a streak is made of: purchases, the same for all rules, or the acts of its own."""
    return f"streak:{rule.id}" if rule.acts else f"streak:{rule.per}"


def budget_counter(code: str) -> Counter:
    """Under which name evaluations are told what is left of a budget, plus one; it is no member's counter."""
    return f"budget:{code}", "left"


def periods_before(per: Literal["day", "week", "month"], day: date, count: int) -> list[str]:
    """The keys of so many periods before that of a day, the nearest first."""
    if per == "month":
        first = day.replace(day=1)
        return [period_key(per, add_months(first, -back)) for back in range(1, count + 1)]
    length = timedelta(days=7 if per == "week" else 1)
    return [period_key(per, day - length * back) for back in range(1, count + 1)]


class Advances(msgspec.Struct, frozen=True):
    """What a purchase, an act, or any points advance by themselves, whichever rules give something."""

    by_one: tuple[Counter, ...]
    by_amount: tuple[Counter, ...]
    by_points: tuple[Counter, ...]
    by_act: dict[str, tuple[Counter, ...]]

    @property
    def all(self) -> set[Counter]:
        """All that may be advanced."""
        acts = [counter for counters in self.by_act.values() for counter in counters]
        return {*self.by_one, *self.by_amount, *self.by_points, *acts}


class Advancing:
    """The counters of a rule set that are no single rule's: purchases, spend, streaks, and those of tiers.

    Only those are kept that some rule, or the tiers, ask for. A purchase of more than 0 fen advances them.
    Points that count for tiers are counted with acts too, since acts may give them.
    """

    def __init__(self, whole: RuleSet, buys: set[Period], spend: set[Period]) -> None:
        streaks = [rule for rule in whole.rules if isinstance(rule, Streak)]
        ones: list[tuple[str, Span]] = [(BUYS, per) for per in sorted(buys)]
        ones += sorted({(streak_name(rule), rule.per) for rule in streaks if not rule.acts})
        amounts: list[tuple[str, Span]] = [(SPEND, per) for per in sorted(spend)]
        self._ones, self._amounts = ones, amounts
        self._acts = [
            (act, streak_name(rule), rule.per) for rule in streaks for act in dict.fromkeys(rule.acts)
        ]
        self.tiers = whole.tiers
        self.tier_rules = frozenset(whole.tiers.rules) if whole.tiers else frozenset()

    def __bool__(self) -> bool:
        """Whether anything is advanced at all."""
        return bool(self._ones or self._amounts or self._acts or self.tiers)

    def on(self, day: date) -> Advances:
        """What an event of that day advances."""
        ones = [(name, period_key(per, day)) for name, per in self._ones]
        amounts = [(name, period_key(per, day)) for name, per in self._amounts]
        points: list[Counter] = []
        if self.tiers is not None:
            kinds = {"purchases": ones, "spend": amounts, "points": points}
            kinds[self.tiers.by].append(window(self.tiers, day)[0])
        acts: dict[str, tuple[Counter, ...]] = {}
        for act, name, per in self._acts:
            acts[act] = (*acts.get(act, ()), (name, period_key(per, day)))
        return Advances(tuple(ones), tuple(amounts), tuple(points), acts)

    def read_on(self, day: date) -> list[Counter]:
        """All counters that are advanced on a day, and the tier's counters of its window."""
        return [*self.on(day).all, *(window(self.tiers, day) if self.tiers is not None else ())]


def advance(counters: Advances, tier_rules: frozenset[str], facts: Facts, award: Award) -> None:
    """Note in the award what an event advances by itself. tier_rules: whose points count; none named: all."""
    counts = award.counts
    if facts.act is not None:
        for counter in counters.by_act.get(facts.act, ()):
            counts[counter] = 1
    elif facts.amount > 0:
        for counter in counters.by_one:
            counts[counter] = 1
        for counter in counters.by_amount:
            counts[counter] = facts.amount
    if counters.by_points:
        points = sum(share.points for share in award.shares if not tier_rules or share.rule in tier_rules)
        if points:
            for counter in counters.by_points:
                counts[counter] = points
