"""Earning rules evaluated the plainest way, with fractions and no thought of speed."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction
from math import ceil, floor
from typing import NamedTuple

from jifen.rules.award import Line
from jifen.rules.definition import AnyRule, Conditions, Flat, Multiplier, PerAmount, RuleSet
from jifen.values.periods import Active, end_of_day, expires_at, local_day, period_key, start_of_day

Counters = dict[tuple[str, str], int]


class Bought(NamedTuple):
    """What rules look at. merchant: "" for an act that happened nowhere."""

    merchant: str
    at: datetime
    amount: int
    lines: tuple[Line, ...] = ()
    act: str | None = None


class Given(NamedTuple):
    """What one rule gives."""

    rule: AnyRule
    points: int
    matures: datetime | None
    expires: datetime | None
    idle: int | None


def whole(value: Fraction, rounding: str) -> int:
    """Round as the rule says."""
    if rounding == "half_up":
        return floor(value + Fraction(1, 2))
    return ceil(value) if rounding == "ceiling" else floor(value)


def holds(when: Conditions, bought: Bought, day: date) -> bool:
    """Whether all that is asked is so."""
    return (
        (not when.merchants or bought.merchant in when.merchants)
        and (not when.weekdays or day.isoweekday() in when.weekdays)
        and (not when.month_days or day.day in when.month_days)
        and bought.amount >= when.minimum_fen
    )


def before_limits(rule: AnyRule, bought: Bought, given: Mapping[str, int], rules: RuleSet) -> int:
    """What a rule would give if it had no caps."""
    if isinstance(rule, PerAmount):
        if bought.act is not None:
            return 0
        if not bought.lines:
            return whole(Fraction(bought.amount * rule.rate.points, rule.rate.fen), rule.rounding)
        rates = [(rule.rates.get(line.category, rule.rate), line.amount) for line in bought.lines]
        exact = sum((Fraction(amount * rate.points, rate.fen) for rate, amount in rates), Fraction(0))
        return whole(exact, rule.rounding)
    if isinstance(rule, Flat):
        if rule.acts or bought.act is not None:
            return rule.points if bought.act in rule.acts else 0
        there = not rule.categories or any(line.category in rule.categories for line in bought.lines)
        tagged = not rule.tags or any(tag in rule.tags for line in bought.lines for tag in line.tags)
        return rule.points if there and tagged and bought.amount > 0 else 0
    if not isinstance(rule, Multiplier):
        raise TypeError(f"the naive model knows no rules of kind {type(rule).__name__}")
    named = rule.of or tuple(other.id for other in rules.rules if isinstance(other, PerAmount))
    base = sum(points for name, points in given.items() if name in named)
    return max(0, whole(base * (Fraction(rule.factor) - 1), rule.rounding))


def evaluate(rules: RuleSet, bought: Bought, used: Mapping[tuple[str, str], int], zone: str) -> list[Given]:
    """What each rule gives; multipliers are asked after all others."""
    day = local_day(bought.at, zone)
    given: list[Given] = []
    last = [rule for rule in rules.rules if isinstance(rule, Multiplier)]
    for rule in [rule for rule in rules.rules if not isinstance(rule, Multiplier)] + last:
        if not holds(rule.when, bought, day):
            continue
        points = before_limits(rule, bought, {one.rule.id: one.points for one in given}, rules)
        if rule.once and used.get((f"once:{rule.id}", period_key(rule.once, day)), 0):
            continue
        for cap in rule.caps:
            left = cap.points
            if cap.per != "event":
                left -= used.get((f"cap:{rule.id}", period_key(cap.per, day)), 0)
            points = min(points, left)
        if points > 0:
            given.append(Given(rule, points, *life(rules, rule, day, zone)))
    return given


def life(
    rules: RuleSet, rule: AnyRule, day: date, zone: str
) -> tuple[datetime | None, datetime | None, int | None]:
    """From when, until when, and how many idle months the points of a rule live."""
    validity = rule.validity or rules.validity
    mature = day + timedelta(days=rule.pending_days)
    matures = start_of_day(mature, zone) if rule.pending_days else None
    if isinstance(validity, Active):
        return matures, None, validity.months
    expires = expires_at(validity, day, zone)
    if expires is not None and matures is not None:
        expires = max(expires, end_of_day(mature, zone)) if expires <= matures else expires
    return matures, expires, None


def counted(given: list[Given], day: date) -> Counters:
    """What the caps and once-only rules count of it."""
    counts: Counters = {}
    for one in given:
        for cap in one.rule.caps:
            if cap.per != "event":
                counts[(f"cap:{one.rule.id}", period_key(cap.per, day))] = one.points
        if one.rule.once:
            counts[(f"once:{one.rule.id}", period_key(one.rule.once, day))] = 1
    return counts
