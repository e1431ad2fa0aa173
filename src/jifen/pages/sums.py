"""Sums: how a rule comes to its points before any cap, written out with what rounding did."""

from collections.abc import Mapping
from fractions import Fraction

from markupsafe import Markup

from jifen.pages import figures, naming
from jifen.pages.words import Words
from jifen.parties.programs import Unit
from jifen.rules.award import Facts
from jifen.rules.compiled import CompiledRule, CompiledRules
from jifen.rules.definition import AnyRule, Flat, Multiplier, PerAmount, Rate, Rounding

Sum = tuple[Markup, Fraction]
"""A sum in words, and its exact value in points before rounding."""


def sum_of(
    rules: CompiledRules,
    rule: CompiledRule,
    unit: Unit,
    facts: Facts,
    before: Mapping[str, int],
    words: Words,
) -> Sum:
    """The sum of a rule. before: what rules evaluated earlier gave, which multipliers read."""
    name = words.unit(unit)
    definition = rule.definition
    if isinstance(definition, PerAmount):
        return _per_amount(definition, name, facts, words)
    if isinstance(definition, Multiplier):
        return _multiplier(rules, definition, before, words)
    return _flat(definition, name, words)


def _per_amount(definition: PerAmount, unit: Markup, facts: Facts, words: Words) -> Sum:
    groups = {
        category: amount for category, amount in facts.by_category.items() if category in definition.rates
    }
    plain = facts.amount - sum(groups.values())
    if plain or not groups:
        groups[""] = plain
    exact = Fraction(0)
    terms, uncounted = [], []
    for category, amount in sorted(groups.items()):
        rate = definition.rates[category] if category else definition.rate
        exact += Fraction(amount * rate.points, rate.fen)
        paid = figures.yuan(amount)
        if category:
            paid = words.t("sum.category", category=category, amount=paid)
        if rate.points:
            terms.append((words.t("sum.times", what=paid, factor=_rate(rate, unit, words)), amount, rate))
        else:
            uncounted.append(words.t("sum.not_counted", paid=paid))
    said = words.joined([term for term, _, _ in terms], "join.plus")
    if (
        len(terms) == 1
        and definition.rounding == "floor"
        and exact.denominator > 1
        and terms[0][2].points == 1
    ):
        _, amount, rate = terms[0]
        rest = words.t("sum.rest", step=figures.yuan(rate.fen), rest=figures.yuan(amount % rate.fen))
        said = words.joined([said, rest])
    else:
        said = _ended(said, exact, definition.rounding, words, always=len(terms) > 1)
    return words.joined([said, *uncounted]), exact


def _rate(rate: Rate, unit: Markup, words: Words) -> Markup:
    key = "sum.rate_yuan" if rate.fen == 100 else "sum.rate"
    return words.t(key, points=figures.whole(rate.points), unit=unit, amount=figures.yuan(rate.fen))


def _multiplier(rules: CompiledRules, definition: Multiplier, before: Mapping[str, int], words: Words) -> Sum:
    named, whole = [], 0
    for other in rules.rules:
        points = before.get(other.definition.id, 0)
        if points and _is_multiplied(definition, other.definition):
            title = naming.title_of(other.definition, words)
            named.append(words.t("sum.named", title=title, points=figures.whole(points)))
            whole += points
    share = Fraction(definition.factor) - 1
    of = named[0] if len(named) == 1 else words.t("sum.brackets", terms=words.joined(named, "join.plus"))
    said = words.t("sum.times", what=of, factor=figures.percent(share))
    return _ended(said, whole * share, definition.rounding, words), whole * share


def _is_multiplied(definition: Multiplier, other: AnyRule) -> bool:
    return other.id in definition.of if definition.of else isinstance(other, PerAmount)


def _flat(definition: Flat, unit: Markup, words: Words) -> Sum:
    said = [words.t(f"sum.once_{definition.once}")] if definition.once else []
    if definition.categories:
        said.append(words.t("sum.bought", categories=words.joined(definition.categories, "join.list")))
    if definition.tags:
        said.append(words.t("sum.tagged", tags=words.joined(definition.tags, "join.list")))
    said.append(words.t("sum.flat", points=figures.whole(definition.points), unit=unit))
    return words.joined(said), Fraction(definition.points)


def _ended(said: Markup, exact: Fraction, how: Rounding, words: Words, *, always: bool = False) -> Markup:
    """The sum with its value and what rounding did, where there is something to round."""
    if exact.denominator == 1 and not always:
        return said
    value, all_of_it = figures.decimal(exact)
    ended = words.t("sum.is", sum=said, value=value if all_of_it else f"{value}…")
    return ended if exact.denominator == 1 else words.joined([ended, words.t(f"sum.{how}")])
