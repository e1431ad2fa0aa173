"""Sums: how a rule comes to its points before any cap, written out with what rounding did."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

import msgspec
from markupsafe import Markup, escape

from jifen.pages import figures, naming
from jifen.pages.goods import goods_of, meant, pieces, proofs, unproved
from jifen.pages.occasion import Occasion
from jifen.pages.words import Words
from jifen.rules.combining import sets_in
from jifen.rules.compiled import CompiledRule
from jifen.rules.counting import SPEND
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
    Streak,
)
from jifen.rules.when import LineFilter
from jifen.values.periods import period_key

Sum = tuple[Markup, Fraction]
"""A sum in words, and its exact value in points before rounding."""


class Term(msgspec.Struct, frozen=True):
    """A part of an amount at its rate: how it is called, and so many fen."""

    paid: Markup
    amount: int
    rate: Rate


def sum_of(then: Occasion, rule: CompiledRule, before: Mapping[str, int]) -> Sum:
    """The sum of a rule. before: what rules evaluated earlier gave, which multipliers read."""
    unit = then.words.unit(then.program.units[rule.unit])
    match rule.definition:
        case PerAmount() as by_amount:
            return _per_amount(by_amount, unit, then)
        case PerItem() as by_item:
            return _per_item(by_item, unit, then)
        case Flat() as flat:
            return _flat(flat, unit, then)
        case Combination() as combination:
            return _combination(combination, unit, then)
        case Reached() as reached:
            return _reached(reached, unit, then)
        case Streak() as streak:
            said = [then.words.t(f"sum.streak_{streak.per}", length=streak.length)]
            return _fixed(said, streak.points, unit, then.words)
        case Multiplier() as multiplier:
            return _multiplier(multiplier, before, then)


def _per_amount(rule: PerAmount, unit: Markup, then: Occasion) -> Sum:
    words = then.words
    terms = _terms(rule, then)
    exact = sum((Fraction(term.amount * term.rate.points, term.rate.fen) for term in terms), Fraction(0))
    paying = [term for term in terms if term.rate.points]
    uncounted = [words.t("sum.not_counted", paid=term.paid) for term in terms if not term.rate.points]
    said = words.joined(
        [words.t("sum.times", what=term.paid, factor=_rate(term.rate, unit, words)) for term in paying],
        "join.plus",
    )
    if len(paying) == 1 and rule.rounding == "floor" and exact.denominator > 1 and paying[0].rate.points == 1:
        rate, amount = paying[0].rate, paying[0].amount
        rest = words.t("sum.rest", step=figures.yuan(rate.fen), rest=figures.yuan(amount % rate.fen))
        said = words.joined([said, rest])
    else:
        said = _ended(said, exact, rule.rounding, words, always=len(paying) > 1)
    return _of_goods(rule.lines, words.joined([said, *uncounted]), then), exact


def _terms(rule: PerAmount, then: Occasion) -> list[Term]:
    """The parts of the amount that counts: those of categories with rates of their own, then the rest."""
    facts, words = then.facts, then.words
    whole, by_category = facts.amount, facts.by_category
    if rule.lines is not None:
        by_category = {}
        for line in meant(rule.lines, facts):
            by_category[line.category] = by_category.get(line.category, 0) + line.amount
        whole = sum(by_category.values())
    own = {category: amount for category, amount in by_category.items() if category in rule.rates}
    plain = whole - sum(own.values())
    terms = [
        Term(
            words.t("sum.category", category=category, amount=figures.yuan(amount)),
            amount,
            rule.rates[category],
        )
        for category, amount in sorted(own.items())
    ]
    return [*_bracketed(rule, plain, words), *terms] if plain or not own else terms


def _bracketed(rule: PerAmount, amount: int, words: Words) -> list[Term]:
    """An amount over brackets: each part at its rate, or all of it at the rate of the highest reached."""
    brackets = sorted(rule.brackets, key=lambda one: (one.from_fen, Fraction(one.rate.points, one.rate.fen)))
    if rule.bracket_mode == "whole":
        reached = [one for one in brackets if one.from_fen <= amount]
        if not reached:
            return [Term(escape(figures.yuan(amount)), amount, rule.rate)]
        top = reached[-1]
        said = words.t("sum.whole", start=figures.yuan(top.from_fen), amount=figures.yuan(amount))
        return [Term(said, amount, top.rate)]
    starts = [(0, rule.rate), *((one.from_fen, one.rate) for one in brackets if one.from_fen < amount)]
    terms = []
    for place, (start, rate) in enumerate(starts):
        end = starts[place + 1][0] if place + 1 < len(starts) else amount
        part = end - start
        if part or len(starts) == 1:
            paid = escape(figures.yuan(part))
            if start:
                paid = words.t("sum.above", start=figures.yuan(start), amount=paid)
            terms.append(Term(paid, part, rate))
    return terms


def _rate(rate: Rate, unit: Markup, words: Words) -> Markup:
    key = "sum.rate_yuan" if rate.fen == 100 else "sum.rate"
    return words.t(key, points=figures.whole(rate.points), unit=unit, amount=figures.yuan(rate.fen))


def _per_item(rule: PerItem, unit: Markup, then: Occasion) -> Sum:
    words, count = then.words, pieces(rule.lines, then.facts)
    times = count // rule.every
    said = [words.t("sum.pieces", goods=goods_of(rule.lines, words), count=figures.whole(count))]
    if rule.every > 1:
        said.append(words.t("sum.every", every=figures.whole(rule.every)))
    said.append(_each(times, rule.points, unit, words))
    return words.joined([*said, *_green(rule.lines, then)]), Fraction(times * rule.points)


def _each(times: int, points: int, unit: Markup, words: Words) -> Markup:
    return words.t("sum.each", times=figures.whole(times), points=figures.whole(points), unit=unit)


def _flat(rule: Flat, unit: Markup, then: Occasion) -> Sum:
    words = then.words
    said = []
    if rule.categories:
        said.append(words.t("sum.bought", categories=words.joined(rule.categories, "join.list")))
    if rule.tags:
        said.append(words.t("sum.tagged", tags=words.joined(rule.tags, "join.list")))
    if rule.lines is not None:
        said.append(words.t("when.lines", goods=goods_of(rule.lines, words)))
    told, exact = _fixed(said, rule.points, unit, words)
    return (told if rule.lines is None else words.joined([told, *_green(rule.lines, then)])), exact


def _fixed(said: Sequence[Markup], points: int, unit: Markup, words: Words) -> Sum:
    fixed = words.t("sum.flat", points=figures.whole(points), unit=unit)
    return words.joined([*said, fixed]), Fraction(points)


def _combination(rule: Combination, unit: Markup, then: Occasion) -> Sum:
    words, sets = then.words, sets_in(rule)(then.facts)
    said = [words.t("sum.sets", sets, sets=figures.whole(sets), parts=parts_of(rule, words))]
    said.append(_each(sets, rule.points, unit, words))
    if sets == rule.most:
        said.append(words.t("sum.sets_most", rule.most, most=figures.whole(rule.most)))
    return words.joined(said), Fraction(sets * rule.points)


def parts_of(rule: Combination, words: Words) -> Markup:
    """What a combination is made of."""
    named = [
        words.t("sum.part", goods=goods_of(part.lines, words), count=figures.whole(part.quantity))
        for part in rule.parts
    ]
    return words.joined(named, "join.plus")


def _reached(rule: Reached, unit: Markup, then: Occasion) -> Sum:
    said = then.words.t(
        "sum.reached",
        per=then.words.t(f"per.{rule.per}"),
        total=figures.yuan(spent(rule, then)),
        wanted=figures.yuan(rule.spend_fen),
    )
    return _fixed([said], rule.points, unit, then.words)


def spent(rule: Reached, then: Occasion) -> int:
    """What the member had spent in the period by then, this purchase counted; fen."""
    facts = then.facts
    return then.used.get((SPEND, period_key(rule.per, facts.day)), 0) + facts.amount


def _multiplier(rule: Multiplier, before: Mapping[str, int], then: Occasion) -> Sum:
    words = then.words
    named, whole = [], 0
    for other in then.rules.rules:
        points = before.get(other.definition.id, 0)
        if points and is_multiplied(rule, other.definition):
            title = naming.title_of(other.definition, words)
            named.append(words.t("sum.named", title=title, points=figures.whole(points)))
            whole += points
    share = Fraction(rule.factor) - 1
    of = named[0] if len(named) == 1 else words.t("sum.brackets", terms=words.joined(named, "join.plus"))
    said = words.t("sum.times", what=of, factor=figures.percent(share))
    return _ended(said, whole * share, rule.rounding, words), whole * share


def is_multiplied(rule: Multiplier, other: AnyRule) -> bool:
    """Whether a multiplier multiplies what another rule gives."""
    return other.id in rule.of if rule.of else isinstance(other, PerAmount)


def _of_goods(lines: LineFilter | None, said: Markup, then: Occasion) -> Markup:
    """A sum over some goods only: which, and what proves them."""
    if lines is None:
        return said
    told = then.words.t("sum.goods", goods=goods_of(lines, then.words), sum=said)
    return then.words.joined([told, *_green(lines, then)])


def _green(lines: LineFilter, then: Occasion) -> list[Markup]:
    """What proves the goods that counted, and what others lack."""
    program, facts, words = then.program, then.facts, then.words
    lacking = unproved(lines, facts, program, words)
    return [*proofs(lines, facts, program, words), *(words.t("sum.unproved", why=why) for why in lacking)]


def _ended(said: Markup, exact: Fraction, how: Rounding, words: Words, *, always: bool = False) -> Markup:
    """The sum with its value and what rounding did, where there is something to round."""
    if exact.denominator == 1 and not always:
        return said
    value, all_of_it = figures.decimal(exact)
    ended = words.t("sum.is", sum=said, value=value if all_of_it else f"{value}…")
    return ended if exact.denominator == 1 else words.joined([ended, words.t(f"sum.{how}")])
