"""Checking single rules: each kind's own fields, and what a rule names of its rule set."""

from collections.abc import Iterator
from fractions import Fraction

from jifen.rules.checking_conditions import Named, of_conditions, of_filter
from jifen.rules.defining import Finding, names
from jifen.rules.definition import (
    AnyRule,
    Combination,
    Flat,
    Multiplier,
    PerAmount,
    PerItem,
    RuleSet,
    Streak,
)

FUNDERS_MOST = 10
BY_THE_SYSTEM = ("referral", "birthday.self", "birthday.child", "birthday.pet")
"""Acts that the system books by itself, which need not be defined."""

STREAKS = ("day", "week", "month")
"""Under these names the streaks of purchases are counted."""


def of_rule(rules: RuleSet, rule: AnyRule, named: Named, field: str) -> Iterator[Finding]:
    """What is wrong with a rule, its id, unit and validity aside."""
    yield from of_conditions(f"{field}.when", rule.when, named)
    yield from _of_references(rules, rule, named, field)
    yield from _of_funding(rule, named, field)
    acts = rule.acts if isinstance(rule, PerAmount | Flat | Streak) else ()
    yield from _of_acts(rules, rule, acts, field)
    match rule:
        case PerAmount():
            yield from _of_per_amount(rule, field)
        case PerItem(lines=lines):
            yield from of_filter(f"{field}.lines", lines)
        case Flat(lines=lines):
            if lines is not None:
                yield from of_filter(f"{field}.lines", lines)
        case Combination(parts=parts):
            for index, part in enumerate(parts):
                yield from of_filter(f"{field}.parts[{index}].lines", part.lines)
        case Streak():
            yield from _of_streak(rule, field)
        case Multiplier():
            yield from _of_multiplier(rules, rule, field)


def _of_references(rules: RuleSet, rule: AnyRule, named: Named, field: str) -> Iterator[Finding]:
    if rule.group is not None and rule.group not in rules.groups:
        yield f"{field}.group", rule.group, f"is no group of these rules: use {names(rules.groups)}"
    budgets = [budget.code for budget in rules.budgets]
    if rule.budget is not None and rule.budget not in budgets:
        yield f"{field}.budget", rule.budget, f"is no budget of these rules: use {names(budgets)}"
    if rule.campaign is None:
        return
    campaign = next((one for one in rules.campaigns if one.code == rule.campaign), None)
    if campaign is None:
        known = names(one.code for one in rules.campaigns)
        yield f"{field}.campaign", rule.campaign, f"is no campaign of these rules: use {known}"
        return
    when = rule.when
    aware = all(at is None or at.tzinfo is not None for at in (when.since, when.until))
    if aware and campaign.since.tzinfo is not None and campaign.until.tzinfo is not None:
        if when.since is not None and when.since >= campaign.until:
            message = "begins when its campaign is over, so it never holds: choose an earlier time"
            yield f"{field}.when.since", when.since.isoformat(), message
        if when.until is not None and when.until <= campaign.since:
            message = "is over before its campaign begins, so it never holds: choose a later time"
            yield f"{field}.when.until", when.until.isoformat(), message


def _of_funding(rule: AnyRule, named: Named, field: str) -> Iterator[Finding]:
    if len(rule.funding) > FUNDERS_MOST:
        yield f"{field}.funding", len(rule.funding), f"are too many: name at most {FUNDERS_MOST}"
    seen: set[str] = set()
    for index, one in enumerate(rule.funding):
        if one.by not in ("merchant", "operator") and one.by not in named.merchants:
            message = "is no merchant of this programme: use merchant, operator, or a merchant's code"
            yield f"{field}.funding[{index}].by", one.by, message
        if one.by in seen:
            yield f"{field}.funding[{index}].by", one.by, "has a part already: add the parts up"
        seen.add(one.by)


def _of_acts(rules: RuleSet, rule: AnyRule, acts: tuple[str, ...], field: str) -> Iterator[Finding]:
    if rule.once_per_code and not acts:
        yield f"{field}.once_per_code", True, "is for acts alone, purchases carry no code: leave it out"
    defined = {act.code: act for act in rules.acts}
    for name in acts:
        if name == "referral" and rules.referral is None:
            yield f"{field}.acts", name, "is booked where members invite alone: define `referral`"
        elif name == "referral" and not isinstance(rule, Flat):
            yield f"{field}.acts", name, "gives a fixed number of points alone: use a flat rule"
        elif rules.acts and name not in defined and name not in BY_THE_SYSTEM:
            yield f"{field}.acts", name, f"is no act of these rules: use {names(defined)}"
        act = defined.get(name)
        if isinstance(rule, PerAmount) and act is not None and not act.amount:
            yield f"{field}.acts", name, "carries no amount: set `amount`, or use a flat rule"
    if not acts:
        return
    when = rule.when
    nothing = {
        "when.lines": when.lines is not None,
        "when.minimum_quantity": when.minimum_quantity > 0,
        "when.nth": when.nth is not None,
        "categories": isinstance(rule, Flat) and bool(rule.categories),
        "tags": isinstance(rule, Flat) and bool(rule.tags),
        "lines": isinstance(rule, PerAmount | Flat) and rule.lines is not None,
        "rates": isinstance(rule, PerAmount) and bool(rule.rates),
    }
    for name, is_set in nothing.items():
        if is_set:
            yield f"{field}.{name}", None, "says nothing of acts, which have no basket: leave it out"


def _of_per_amount(rule: PerAmount, field: str) -> Iterator[Finding]:
    if rule.lines is not None:
        yield from of_filter(f"{field}.lines", rule.lines)
    before = 0
    for index, bracket in enumerate(rule.brackets):
        if bracket.from_fen <= before:
            message = f"is not above {before}: order brackets upwards, the first begins where `rate` ends"
            yield f"{field}.brackets[{index}].from_fen", bracket.from_fen, message
        before = bracket.from_fen
    rates = [rule.rate, *rule.rates.values(), *(bracket.rate for bracket in rule.brackets)]
    if not any(rate.points for rate in rates):
        yield f"{field}.rate.points", 0, "gives nothing, nor does any other rate: choose one above 0"


def _of_streak(rule: Streak, field: str) -> Iterator[Finding]:
    if rule.acts and rule.id in STREAKS:
        message = f"is how streaks of purchases are counted: choose an id other than {names(STREAKS)}"
        yield f"{field}.id", rule.id, message
    lengths = ("day", "week", "month")
    if rule.once in lengths and lengths.index(rule.once) <= lengths.index(rule.per):
        message = f"is shorter than the streak, which gives once a {rule.per} at most: leave it out"
        yield f"{field}.once", rule.once, message


def _of_multiplier(rules: RuleSet, rule: Multiplier, field: str) -> Iterator[Finding]:
    if Fraction(rule.factor) <= 1:
        yield f"{field}.factor", rule.factor, "gives nothing extra: choose one above 1, such as 2 or 1.5"
    others = {other.id: other for other in rules.rules if not isinstance(other, Multiplier)}
    for name in rule.of:
        if name not in others:
            yield f"{field}.of", name, f"is no rule that can be multiplied: use one of {names(others)}"
        elif rule.group is not None and others[name].group == rule.group:
            message = "is in the same group, so only one of both gives: take one out of it"
            yield f"{field}.of", name, message
    if not rule.of and not any(isinstance(other, PerAmount) for other in rules.rules):
        yield f"{field}.of", None, f"there is no per_amount rule to multiply: name some of {names(others)}"
