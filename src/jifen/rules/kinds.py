"""Kinds of rules: what each gives before caps, from the facts and from what other rules gave."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import lcm

from jifen.rules.award import Facts
from jifen.rules.combining import sets_in, why_incomplete
from jifen.rules.definition import (
    AnyRule,
    Combination,
    Flat,
    Multiplier,
    PerAmount,
    PerItem,
    Rate,
    Reached,
    Rounding,
    RuleSet,
    Streak,
)
from jifen.rules.lines import Demand, demand_of, has_line, matcher, narrowest, possible, why_no_line
from jifen.rules.reasons import Reason
from jifen.rules.when import LineFilter

Raw = Callable[[Facts, Mapping[str, int]], int]
"""The points of a rule before caps and once, from the facts and what other rules gave."""


def rounded(numerator: int, denominator: int, how: Rounding) -> int:
    """A fraction of points as whole points."""
    if how == "floor":
        return numerator // denominator
    if how == "ceiling":
        return -(-numerator // denominator)
    return (2 * numerator + denominator) // (2 * denominator)


def raw_of(rule: AnyRule, by_amount: frozenset[str]) -> Raw:
    """What a rule gives. by_amount: the ids of all per_amount rules, which multipliers multiply."""
    match rule:
        case PerAmount():
            return _per_amount(rule)
        case PerItem():
            return _per_item(rule)
        case Flat():
            return _flat(rule)
        case Combination():
            return _combination(rule)
        case Reached():
            return lambda facts, given: rule.points if is_purchase(facts) else 0
        case Streak():
            return _streak(rule)
        case Multiplier():
            return _multiplier(rule, by_amount)


def is_purchase(facts: Facts) -> bool:
    """Whether something was paid for; only that is counted as a purchase."""
    return facts.act is None and facts.amount > 0


def _per_amount(rule: PerAmount) -> Raw:
    rates = [rule.rate, *rule.rates.values(), *(bracket.rate for bracket in rule.brackets)]
    whole = lcm(*(rate.fen for rate in rates))

    def parts(rate: Rate) -> int:
        return rate.points * (whole // rate.fen)

    own = {category: parts(rate) for category, rate in rule.rates.items()}
    plain, rounding = parts(rule.rate), rule.rounding
    bracketed = _bracketed(rule, parts)
    acts = acts_of(rule) or frozenset()
    counted = _counted(rule)

    def plainly(facts: Facts, given: Mapping[str, int]) -> int:
        if facts.act is not None:
            return 0
        rest, total = facts.amount, 0
        if own:
            for category, amount in facts.by_category.items():
                if category in own:
                    rest -= amount
                    total += amount * own[category]
        return (total + rest * plain) // whole

    def raw(facts: Facts, given: Mapping[str, int]) -> int:
        if facts.act not in acts:
            return 0
        rest, by_category = (facts.amount, facts.by_category) if counted is None else counted(facts)
        total = 0
        if own:
            for category, amount in by_category.items():
                rate = own.get(category)
                if rate is not None:
                    rest -= amount
                    total += amount * rate
        total += rest * plain if bracketed is None else bracketed(rest)
        return rounded(total, whole, rounding)

    if rounding == "floor" and not rule.acts and counted is None and bracketed is None:
        # The commonest rule by far.
        return plainly
    return raw


def _counted(rule: PerAmount) -> Callable[[Facts], tuple[int, dict[str, int]]] | None:
    """The amount that counts, whole and by category; None: all of it counts."""
    if rule.lines is None:
        return None
    match = matcher(rule.lines)

    def counted(facts: Facts) -> tuple[int, dict[str, int]]:
        sums: dict[str, int] = {}
        evidence = facts.evidence
        for line in facts.lines:
            if match(line, evidence):
                sums[line.category] = sums.get(line.category, 0) + line.amount
        return sum(sums.values()), sums

    return counted


def _bracketed(rule: PerAmount, parts: Callable[[Rate], int]) -> Callable[[int], int] | None:
    """What an amount earns over brackets, in the rule's parts of a point; None: there are none."""
    if not rule.brackets:
        return None
    steps = sorted((bracket.from_fen, parts(bracket.rate)) for bracket in rule.brackets)
    plain = parts(rule.rate)

    def whole(amount: int) -> int:
        rate = plain
        for start, above in steps:
            if amount >= start:
                rate = above
        return amount * rate

    def progressive(amount: int) -> int:
        total, rate, reached = 0, plain, 0
        for start, above in steps:
            if amount <= start:
                break
            total += (start - reached) * rate
            rate, reached = above, start
        return total + (amount - reached) * rate

    return whole if rule.bracket_mode == "whole" else progressive


def _per_item(rule: PerItem) -> Raw:
    match, could = matcher(rule.lines), possible(rule.lines)

    def raw(facts: Facts, given: Mapping[str, int]) -> int:
        if not is_purchase(facts) or not could(facts):
            return 0
        evidence = facts.evidence
        pieces = sum([line.quantity for line in facts.lines if match(line, evidence)])
        return pieces // rule.every * rule.points

    return raw


def _flat(rule: Flat) -> Raw:
    points, acts = rule.points, frozenset(rule.acts)
    categories, tags = frozenset(rule.categories), frozenset(rule.tags)
    match = None if rule.lines is None else matcher(rule.lines)
    could = possible(rule.lines or LineFilter())

    def raw(facts: Facts, given: Mapping[str, int]) -> int:
        if acts:
            return points if facts.act in acts else 0
        if facts.act is not None or facts.amount <= 0:
            return 0
        if categories and categories.isdisjoint(facts.by_category):
            return 0
        if tags and tags.isdisjoint(facts.tags):
            return 0
        if match is not None and not (could(facts) and has_line(match, facts)):
            return 0
        return points

    return raw


def _combination(rule: Combination) -> Raw:
    found = sets_in(rule)
    return lambda facts, given: found(facts) * rule.points if is_purchase(facts) else 0


def _streak(rule: Streak) -> Raw:
    acts = frozenset(rule.acts)
    if acts:
        return lambda facts, given: rule.points if facts.act in acts else 0
    return lambda facts, given: rule.points if is_purchase(facts) else 0


def _multiplier(rule: Multiplier, by_amount: frozenset[str]) -> Raw:
    # Less than once is no punishment.
    extra = max(Fraction(rule.factor) - 1, Fraction(0))
    of = frozenset(rule.of) or by_amount
    times, by, rounding = extra.numerator, extra.denominator, rule.rounding

    def raw(facts: Facts, given: Mapping[str, int]) -> int:
        base = sum([points for other, points in given.items() if other in of])
        return base * times // by if rounding == "floor" else rounded(base * times, by, rounding)

    return raw


def acts_of(rule: AnyRule) -> frozenset[str | None] | None:
    """The acts that a rule is for (None among them: purchases); None: it is for any event."""
    match rule:
        case Multiplier():
            return None
        case PerAmount(acts=acts) | Flat(acts=acts) | Streak(acts=acts):
            return frozenset(acts) or frozenset((None,))
    return frozenset((None,))


def demand_of_rule(rule: AnyRule) -> Demand | None:
    """What a basket must hold, or the rule gives nothing for it; None: it may give for any."""
    demands = [demand_of(rule.when.lines)] if rule.when.lines is not None else []
    match rule:
        case PerAmount(acts=()):
            if rule.lines is not None:
                demands.append(demand_of(rule.lines))
            if not rule.rate.points and not rule.brackets:
                paying = frozenset(category for category, rate in rule.rates.items() if rate.points)
                demands.append(("category", paying) if paying else None)
        case PerItem(lines=lines):
            demands.append(demand_of(lines))
        case Flat(acts=()):
            demands.append(("category", frozenset(rule.categories)) if rule.categories else None)
            demands.append(("tag", frozenset(rule.tags)) if rule.tags else None)
            demands.append(demand_of(rule.lines) if rule.lines is not None else None)
        case Combination(parts=parts):
            demands += [demand_of(part.lines) for part in parts]
    return narrowest([demand for demand in demands if demand is not None])


def why_nothing(rule: AnyRule, facts: Facts) -> Reason:
    """Why a rule whose conditions on day, place and basket hold still comes to nothing."""
    if facts.act is not None or facts.amount <= 0:
        return "nothing"
    match rule:
        case PerItem(lines=lines):
            return "quantity" if has_line(matcher(lines), facts) else why_no_line(lines, facts)
        case PerAmount(lines=lines) | Flat(lines=lines):
            if lines is not None and not has_line(matcher(lines), facts):
                return why_no_line(lines, facts)
        case Combination():
            return why_incomplete(rule, facts)
    return "nothing"


def ids_by_amount(whole: RuleSet) -> frozenset[str]:
    """The ids of all per_amount rules."""
    return frozenset(rule.id for rule in whole.rules if isinstance(rule, PerAmount))
