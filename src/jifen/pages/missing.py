"""Missing: why a rule gave nothing, said so that a member knows what would have given it."""

from collections.abc import Callable, Mapping
from datetime import timedelta

import msgspec
from markupsafe import Markup, escape

from jifen.pages import figures, naming
from jifen.pages.goods import goods_of, pieces, unproved
from jifen.pages.occasion import Occasion
from jifen.pages.sums import is_multiplied, parts_of, spent, sum_of
from jifen.rules.compiled import CompiledRule
from jifen.rules.counting import BUYS, once_name, periods_before, streak_name
from jifen.rules.definition import (
    AnyRule,
    Combination,
    Flat,
    Multiplier,
    PerAmount,
    PerItem,
    Reached,
    Streak,
)
from jifen.rules.kinds import acts_of, is_purchase
from jifen.rules.lines import without_evidence
from jifen.rules.reasons import Reason
from jifen.rules.when import LineFilter
from jifen.values.periods import local_day, period_key

NEAR = timedelta(days=31)
"""What ended, or begins, further away than this has nothing to do with a purchase of today."""


class Missed(msgspec.Struct, frozen=True):
    """A rule that gave nothing. given: what others gave."""

    then: Occasion
    rule: CompiledRule
    given: Mapping[str, int]


def why_not(reason: Reason, missed: Missed) -> Markup:
    """The reason in words.

    reason: the first condition that did not hold, as the evaluation names it (rules.reasons).
    """
    return SAYING[reason](missed)


def concerns(then: Occasion, rule: CompiledRule) -> bool:
    """Whether a rule is about such an event at all: that merchant, that time, a purchase or that act."""
    facts, when, stores = then.facts, rule.definition.when, rule.definition.when.stores
    if not _is_about(then, rule.definition):
        return False
    if rule.since is not None and facts.at < rule.since - NEAR:
        return False
    if rule.until is not None and facts.at >= rule.until + NEAR:
        return False
    merchants = set(when.merchants) or {facts.merchant}
    known = then.program.stores
    owners = {known[code].merchant.code for code in stores if code in known}
    return facts.merchant in merchants and (not stores or facts.merchant in owners)


def _is_about(then: Occasion, rule: AnyRule) -> bool:
    """Whether a rule is for purchases, or for that act; a multiplier is for what it multiplies."""
    if isinstance(rule, Multiplier):
        multiplied = [
            other
            for other in then.rules.rules
            if not isinstance(other.definition, Multiplier) and is_multiplied(rule, other.definition)
        ]
        return any(concerns(then, other) for other in multiplied) or (
            not multiplied and then.facts.act is None
        )
    acts = acts_of(rule)
    return acts is None or then.facts.act in acts


def _closed(missed: Missed) -> Markup:
    """Since when nothing is earned: at the merchant, which left, or in the programme."""
    then, whole = missed.then, missed.then.rules.definition
    name, at = escape(then.program.name), whole.closes_at
    left = whole.leavings.get(then.facts.merchant)
    if left is not None and then.facts.at >= left:
        name, at = naming.merchants_of((then.facts.merchant,), then.program, then.words), left
    assert at is not None
    day = then.words.full_day(local_day(at, then.program.zone))
    return then.words.t("missed.closed", name=name, day=day)


def _needs(missed: Missed) -> Markup:
    """Everything that the rule asks for of day, place, basket and person."""
    then = missed.then
    when = missed.rule.definition.when
    said = naming.when_of(when, then.program, then.rules.definition, then.words, then.facts.store)
    return then.words.t("missed.needs", when=said)


def _person(missed: Missed) -> Markup:
    then = missed.then
    said = naming.person_of(missed.rule.definition.when, then.rules.definition, then.words)
    return then.words.t("missed.then", when=said)


def _expression(missed: Missed) -> Markup:
    return missed.then.words.t("missed.expression")


def _merchant(missed: Missed) -> Markup:
    then = missed.then
    named = naming.merchants_of(missed.rule.definition.when.merchants, then.program, then.words)
    return then.words.t("missed.merchant", merchants=named)


def _act(missed: Missed) -> Markup:
    words, whole = missed.then.words, missed.then.rules.definition
    named = [
        naming.act_of(act or naming.PURCHASE, whole, words) or escape(act or "")
        for act in sorted(acts_of(missed.rule.definition) or (), key=str)
    ]
    return words.t("missed.act", acts=words.joined(named, "join.list"))


def _since(missed: Missed) -> Markup:
    since = missed.rule.definition.when.since
    assert since is not None
    return naming.begun(since, missed.then.program, missed.then.words)


def _until(missed: Missed) -> Markup:
    until = missed.rule.definition.when.until
    assert until is not None
    return naming.ended(until, missed.then.program, missed.then.words)


def _campaign(missed: Missed) -> Markup:
    then, campaign = missed.then, missed.rule.campaign
    assert campaign is not None
    early = then.facts.at < campaign.since
    said = (
        naming.begun(campaign.since, then.program, then.words)
        if early
        else naming.ended(campaign.until, then.program, then.words)
    )
    title = naming.said_in(then.words, campaign.title, campaign.title_en)
    return then.words.t("missed.campaign", title=title, when=said)


def _minimum(missed: Missed) -> Markup:
    paid, least = missed.then.facts.amount, missed.rule.definition.when.minimum_fen
    return missed.then.words.t(
        "missed.minimum", amount=figures.yuan(paid), missing=figures.yuan(least - paid)
    )


def _maximum(missed: Missed) -> Markup:
    paid, most = missed.then.facts.amount, missed.rule.definition.when.maximum_fen
    assert most is not None
    return missed.then.words.t("missed.maximum", amount=figures.yuan(paid), most=figures.yuan(most))


def _filters(rule: AnyRule) -> list[LineFilter]:
    """The goods that a rule asks for: as its condition, or as what it gives points for."""
    own: list[LineFilter | None] = [rule.when.lines]
    match rule:
        case PerAmount(lines=lines) | Flat(lines=lines) | PerItem(lines=lines):
            own.append(lines)
        case Combination(parts=parts):
            own += [part.lines for part in parts]
    return [one for one in own if one is not None]


def _lines(missed: Missed) -> Markup:
    """Of the goods that the rule asks for the first that are not there, be there evidence for them or not."""
    then = missed.then
    wanted = [without_evidence(one) for one in _filters(missed.rule.definition)]
    absent = [one for one in wanted if not pieces(one, then.facts)] or wanted
    return then.words.t("missed.lines", goods=goods_of(absent[0], then.words))


def _evidence(missed: Missed) -> Markup:
    then = missed.then
    why = [
        said
        for lines in _filters(missed.rule.definition)
        for said in unproved(lines, then.facts, then.program, then.words)
    ]
    if not why:
        later = any(line.evidence for line in then.facts.lines)
        why = [then.words.t("proof.later" if later else "proof.nothing")]
    known = dict.fromkeys(why)
    return then.words.t("missed.evidence", why=then.words.joined(known))


def _quantity(missed: Missed) -> Markup:
    then, rule = missed.then, missed.rule.definition
    lines, wanted = rule.when.lines, rule.when.minimum_quantity
    if pieces(lines, then.facts) >= wanted and isinstance(rule, PerItem):
        lines, wanted = rule.lines, rule.every
    goods = goods_of(lines, then.words) if lines is not None else then.words.t("goods.any")
    had = figures.whole(pieces(lines, then.facts))
    return then.words.t("missed.quantity", goods=goods, wanted=figures.whole(wanted), had=had)


def _combination(missed: Missed) -> Markup:
    then, rule = missed.then, missed.rule.definition
    assert isinstance(rule, Combination)
    words = then.words
    missing = [
        words.t("sum.part", goods=goods_of(part.lines, words), count=figures.whole(short))
        for part in rule.parts
        if (short := part.quantity - pieces(part.lines, then.facts)) > 0
    ]
    needed = parts_of(rule, words)
    if not missing:
        return words.t("missed.combination_shared", parts=needed)
    return words.t("missed.combination", parts=needed, missing=words.joined(missing, "join.list"))


def _nothing(missed: Missed) -> Markup:
    """Why a rule whose conditions all hold still comes to no whole point."""
    then, rule, words = missed.then, missed.rule.definition, missed.then.words
    unit = words.unit(then.program.units[missed.rule.unit])
    if isinstance(rule, Multiplier):
        said, exact = sum_of(then, missed.rule, missed.given)
        too_little = words.t("missed.too_little", sum=said, unit=unit)
        return too_little if exact > 0 else words.t("missed.nothing_to_multiply")
    if then.facts.amount <= 0:
        return words.t("missed.nothing_paid")
    if isinstance(rule, PerAmount):
        said, exact = sum_of(then, missed.rule, missed.given)
        return words.t("missed.too_little", sum=said, unit=unit) if exact > 0 else said
    if (
        isinstance(rule, Flat)
        and rule.categories
        and then.facts.by_category.keys().isdisjoint(rule.categories)
    ):
        return words.t("missed.category", categories=words.joined(rule.categories, "join.list"))
    if isinstance(rule, Flat) and rule.tags and then.facts.tags.isdisjoint(rule.tags):
        return words.t("missed.tag", tags=words.joined(rule.tags, "join.list"))
    return words.t("missed.nothing")


def _nth(missed: Missed) -> Markup:
    then, nth = missed.then, missed.rule.definition.when.nth
    assert nth is not None
    when = naming.nth_of(nth, then.words)
    if not is_purchase(then.facts):
        return then.words.t("missed.needs", when=when)
    number = then.used.get((BUYS, period_key(nth.per, then.facts.day)), 0) + 1
    return then.words.t("missed.nth", when=when, number=figures.whole(number))


def _reached(missed: Missed) -> Markup:
    then, rule = missed.then, missed.rule.definition
    assert isinstance(rule, Reached)
    total, wanted = spent(rule, then), rule.spend_fen
    facts = {"per": then.words.t(f"per.{rule.per}"), "wanted": figures.yuan(wanted)}
    if total >= wanted:
        return then.words.t("missed.reached_before", **facts)
    missing = figures.yuan(wanted - total)
    return then.words.t("missed.reached", total=figures.yuan(total), missing=missing, **facts)


def _streak(missed: Missed) -> Markup:
    then, rule = missed.then, missed.rule.definition
    assert isinstance(rule, Streak)
    day, name, given = then.facts.day, streak_name(rule), once_name(rule.id)
    length = figures.whole(rule.length)
    span = then.words.t(f"span.{rule.per}", rule.length)
    if then.used.get((given, period_key(rule.per, day)), 0):
        return then.words.t("missed.streak_given", length=length, span=span)
    have = 1
    for key in periods_before(rule.per, day, rule.length - 1):
        if not then.used.get((name, key), 0) or then.used.get((given, key), 0):
            break
        have += 1
    return then.words.t("missed.streak", length=length, span=span, have=figures.whole(have))


def _no_code(missed: Missed) -> Markup:
    return missed.then.words.t("missed.no_code")


def _code(missed: Missed) -> Markup:
    """The code of a referral is the wallet of who was invited, and is not said."""
    if missed.then.facts.act == naming.REFERRAL:
        return missed.then.words.t("missed.friend")
    return missed.then.words.t("missed.code", code=missed.then.facts.code)


def _once(missed: Missed) -> Markup:
    return missed.then.words.t(f"missed.once_{missed.rule.definition.once}")


def _cap(missed: Missed) -> Markup:
    then = missed.then
    cap = naming.tightest_cap(missed.rule, then.used, then.facts.day, then.words)
    return then.words.t("missed.cap", cap=cap)


def _budget(missed: Missed) -> Markup:
    return missed.then.words.t("missed.budget")


def _group(missed: Missed) -> Markup:
    """Which of the rules of the group gave instead."""
    then, group = missed.then, missed.rule.definition.group
    winner = next(
        (
            other.definition
            for other in then.rules.rules
            if other.definition.group == group and other.definition.id in missed.given
        ),
        None,
    )
    if winner is None:
        return then.words.t("missed.nothing")
    first = then.rules.definition.groups[group or ""] == "first"
    key = "missed.group_first" if first else "missed.group_best"
    return then.words.t(key, title=naming.title_of(winner, then.words))


SAYING: Mapping[Reason, Callable[[Missed], Markup]] = {
    "closed": _closed,
    "weekday": _needs,
    "month_day": _needs,
    "date": _needs,
    "calendar": _needs,
    "merchant": _merchant,
    "store": _needs,
    "minimum": _minimum,
    "since": _since,
    "until": _until,
    "act": _act,
    "campaign": _campaign,
    "channel": _needs,
    "payment": _needs,
    "lines": _lines,
    "evidence": _evidence,
    "quantity": _quantity,
    "combination": _combination,
    "nothing": _nothing,
    "tier": _person,
    "segment": _person,
    "token": _person,
    "joined": _person,
    "anniversary": _person,
    "birthday": _person,
    "invited": _person,
    "maximum": _maximum,
    "expression": _expression,
    "nth": _nth,
    "reached": _reached,
    "streak": _streak,
    "no_code": _no_code,
    "code": _code,
    "once": _once,
    "cap": _cap,
    "budget": _budget,
    "group": _group,
}
"""What is said of each reason that there is."""
