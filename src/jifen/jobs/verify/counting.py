"""Counters, counted again from a wallet's entries: limits of rules and rewards, purchases, tiers."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from jifen.books.explanation import read_explanation
from jifen.books.legs import Account, Kind
from jifen.events.event import read_act, read_purchase
from jifen.events.returning import rest_after
from jifen.mall.rewarding import read_redeemed
from jifen.rules.definition import Reached, RuleSet, Streak
from jifen.values.periods import Span, local_day, period_key

COUNTED = frozenset((Kind.PURCHASE, Kind.ACT))
"""What advances the counters of rules; only a return takes back."""

SPENT = frozenset((Kind.REDEEM, Kind.DONATE))
"""What advances the counters of rewards' limits, where it names a reward."""

REDEEMED = Account.REDEEMED.value

Values = dict[tuple[str, str], int]
"""What was counted, by the counter's name and period."""


class Limit(msgspec.Struct, frozen=True):
    """What one rule counts: its points over each span of its caps, itself once in a span, and codes."""

    caps: frozenset[Span]
    once: Span | None
    codes: bool


class Counting(msgspec.Struct, frozen=True):
    """What one version of the rules counts.

    limits: by rule; rules without are left out. purchases, amounts: (name, span) of what each purchase
    advances by one, and by its fen. acts: (act, name, span). tier: the span of the points that count for a
    tier, and of which rules (none named: of all).
    """

    limits: Mapping[str, Limit]
    purchases: frozenset[tuple[str, Span]]
    amounts: frozenset[tuple[str, Span]]
    acts: frozenset[tuple[str, str, Span]]
    tier: tuple[Span, frozenset[str]] | None

    @property
    def bought(self) -> bool:
        """Whether purchases are counted as such."""
        return bool(self.purchases or self.amounts)


Limits = Mapping[tuple[UUID, int], Counting]
"""By programme and version of its rules."""

WINDOWS: Mapping[str, Span] = {"year": "year", "months": "month", "ever": "ever"}


def limits_of(rule_sets: Iterable[tuple[UUID, int, str]]) -> Limits:
    """What published rules count, from (programme, version, definition)."""
    return {
        (program, version): counting_of(msgspec.json.decode(definition, type=RuleSet))
        for program, version, definition in rule_sets
    }


def counting_of(whole: RuleSet) -> Counting:
    """What a rule set counts (docs/rules.md)."""
    limits = {}
    purchases: set[tuple[str, Span]] = set()
    amounts: set[tuple[str, Span]] = set()
    acts: set[tuple[str, str, Span]] = set()
    for rule in whole.rules:
        caps = frozenset(cap.per for cap in rule.caps if cap.per != "event")
        once = rule.per if isinstance(rule, Streak) else rule.once
        if caps or once or rule.once_per_code:
            limits[rule.id] = Limit(caps, once, rule.once_per_code)
        if rule.when.nth is not None:
            purchases.add(("buys", rule.when.nth.per))
        if isinstance(rule, Reached):
            amounts.add(("spend", rule.per))
        if isinstance(rule, Streak):
            acts.update((act, f"streak:{rule.id}", rule.per) for act in rule.acts)
            purchases.update([] if rule.acts else [(f"streak:{rule.per}", rule.per)])
    tier: tuple[Span, frozenset[str]] | None = None
    if whole.tiers is not None:
        span = WINDOWS[whole.tiers.window]
        match whole.tiers.by:
            case "points":
                tier = span, frozenset(whole.tiers.rules)
            case "purchases":
                purchases.add(("tier", span))
            case "spend":
                amounts.add(("tier", span))
    return Counting(limits, frozenset(purchases), frozenset(amounts), frozenset(acts), tier)


class Bought(msgspec.Struct):
    """A purchase or an act as it went by, with what came back of it so far."""

    version: int
    day: date
    shares: dict[str, int]
    event: str
    amount: int
    returns: list[str]


class Recount:
    """The counters of one wallet, followed from entry to entry."""

    def __init__(self, program: UUID, zone: str, limits: Limits) -> None:
        self._program = program
        self._zone = zone
        self._limits = limits
        self._values: Values = {}
        self._bought: dict[int, Bought] = {}
        self._redeemed: dict[int, tuple[str, int]] = {}

    def take(self, row: Any) -> None:
        """Count one entry.

        A return takes a cap's points back as far as the rule's share shrank, a once when all of it is gone.

        Raises:
            ValueError: the explanation cannot be read, or names rules or a purchase that are not there.
        """
        kind = row["kind"]
        if kind in COUNTED:
            self._earned(row)
        elif kind == Kind.RETURN and row["reverses"] in self._bought:
            self._returned(row, self._bought[row["reverses"]])
        elif kind in SPENT and row["explanation"] != "{}":
            self._redeem(row)
        elif kind in (Kind.REVERSE, Kind.ORDER) and row["reverses"] in self._redeemed:
            self._reverse(row)

    def _earned(self, row: Any) -> None:
        told = read_explanation(row["explanation"])
        day = local_day(row["occurred_at"], self._zone)
        counting = self._of(told.rules)
        purchase = row["kind"] == Kind.PURCHASE
        done = None if purchase else read_act(row["event"])
        amount = read_purchase(row["event"]).amount if purchase and counting.bought else 0
        for rule, points in told.shares:
            if rule in counting.limits:
                self._count(counting.limits[rule], rule, day, points, 1)
                if done is not None and counting.limits[rule].codes:
                    self._add(f"code:{rule}", done.code, 1)
        for name, span in counting.purchases if amount > 0 else ():
            self._add(name, period_key(span, day), 1)
        for name, span in counting.amounts:
            self._add(name, period_key(span, day), amount)
        for act, name, span in counting.acts:
            if done is not None and done.act == act:
                self._add(name, period_key(span, day), 1)
        self._tier(counting, day, dict(told.shares))
        if counting.limits or counting.bought or counting.tier:
            event = row["event"] if amount else ""
            self._bought[row["no"]] = Bought(told.rules, day, dict(told.shares), event, amount, [])

    def _returned(self, row: Any, bought: Bought) -> None:
        counting = self._of(bought.version)
        gone = dict(read_explanation(row["explanation"]).shares)
        for rule, points in gone.items():
            bought.shares[rule] = left = bought.shares.get(rule, 0) + points
            if rule in counting.limits:
                self._count(counting.limits[rule], rule, bought.day, points, 0 if left else -1)
        self._tier(counting, bought.day, gone)
        if bought.amount:
            bought.returns.append(row["event"])
            left, _ = rest_after(bought.event, bought.returns)
            for name, span in counting.purchases if left <= 0 else ():
                self._add(name, period_key(span, bought.day), -1)
            for name, span in counting.amounts:
                self._add(name, period_key(span, bought.day), left - bought.amount)
            bought.amount = left

    def _redeem(self, row: Any) -> None:
        told = read_redeemed(row["explanation"])
        for name, period in told.counted:
            self._add(name, period, told.count)
        if told.drew is not None:
            self._add(*told.drew, told.shared or 0)
        if told.counted or told.drew is not None:
            self._redeemed[row["no"]] = row["explanation"], -_redeemed_in(row)

    def _reverse(self, row: Any) -> None:
        """A reward's limit gives way when all of its points came back; what others may spend, with each."""
        explanation, left = self._redeemed[row["reverses"]]
        back = _redeemed_in(row)
        left -= back
        self._redeemed[row["reverses"]] = explanation, left
        told = read_redeemed(explanation)
        if told.drew is not None:
            self._add(*told.drew, -back)
        if left == 0:
            for name, period in told.counted:
                self._add(name, period, -told.count)

    def _of(self, version: int) -> Counting:
        counting = self._limits.get((self._program, version))
        if counting is None:
            raise ValueError(f"there are no rules of version {version}")
        return counting

    def _tier(self, counting: Counting, day: date, shares: Mapping[str, int]) -> None:
        if counting.tier is not None:
            span, rules = counting.tier
            points = sum(points for rule, points in shares.items() if not rules or rule in rules)
            self._add("tier", period_key(span, day), points)

    def _count(self, limit: Limit, rule: str, day: date, points: int, times: int) -> None:
        for span in limit.caps:
            self._add(f"cap:{rule}", period_key(span, day), points)
        if limit.once and times:
            self._add(f"once:{rule}", period_key(limit.once, day), times)

    def _add(self, name: str, period: str, value: int) -> None:
        if value:
            self._values[(name, period)] = self._values.get((name, period), 0) + value

    def differing(self, stored: Values) -> list[tuple[str, str, int, int]]:
        """(name, period, stored, counted) of each counter whose stored value is another; none is 0."""
        return [
            (name, period, stored.get((name, period), 0), self._values.get((name, period), 0))
            for name, period in sorted({*stored, *self._values})
            if stored.get((name, period), 0) != self._values.get((name, period), 0)
        ]


def _redeemed_in(row: Any) -> int:
    """The points that an entry brought back from what was redeemed; negative: that it redeemed."""
    return sum(leg[2] for leg in msgspec.json.decode(row["legs"]) if leg[1] == REDEEMED)
