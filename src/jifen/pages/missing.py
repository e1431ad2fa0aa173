"""Missing: why a rule gave nothing, said so that a member knows what would have given it."""

from collections.abc import Mapping

from markupsafe import Markup

from jifen.pages import figures, naming
from jifen.pages.sums import sum_of
from jifen.pages.words import Words
from jifen.parties.programs import Program, Unit
from jifen.rules.award import Facts
from jifen.rules.compiled import CompiledRule, CompiledRules, Used
from jifen.rules.definition import AnyRule, Flat, Multiplier, PerAmount


def why_not(
    program: Program,
    rules: CompiledRules,
    rule: CompiledRule,
    reason: str,
    facts: Facts,
    used: Used,
    given: Mapping[str, int],
    words: Words,
) -> Markup | None:
    """The reason in words; None for a rule that has nothing to do with this purchase or act.

    reason: the first condition that did not hold, as the evaluation names it (rules.compiled).
    """
    if not _concerns(program, rule.definition, facts):
        return None
    definition, when = rule.definition, rule.definition.when
    match reason:
        case "store" | "weekday" | "month_day" | "date":
            return words.t("missed.needs", when=naming.when_of(when, program, words))
        case "since":
            return naming.begun(when, program, words)
        case "until":
            return naming.ended(when, program, words)
        case "minimum":
            missing = figures.yuan(when.minimum_fen - facts.amount)
            return words.t("missed.minimum", amount=figures.yuan(facts.amount), missing=missing)
        case "once":
            return words.t(f"missed.once_{definition.once}")
        case "cap":
            return words.t("missed.cap", cap=naming.tightest_cap(rule, used, facts.day, words))
    return _nothing(rules, rule, program.units[rule.unit], facts, given, words)


def _concerns(program: Program, rule: AnyRule, facts: Facts) -> bool:
    """Whether a rule is about such an event at all: of that merchant, and a purchase or that act."""
    acts = rule.acts if isinstance(rule, Flat) else ()
    if facts.act not in (acts or (None,)):
        return False
    merchants = set(rule.when.merchants) or {facts.merchant}
    stores = rule.when.stores
    owners = {program.stores[code].merchant.code for code in stores if code in program.stores}
    return facts.merchant in merchants and (not stores or facts.merchant in owners)


def _nothing(
    rules: CompiledRules,
    rule: CompiledRule,
    unit: Unit,
    facts: Facts,
    given: Mapping[str, int],
    words: Words,
) -> Markup:
    """Why a rule whose conditions all hold still comes to no whole point."""
    definition = rule.definition
    if isinstance(definition, Multiplier):
        said, exact = sum_of(rules, rule, unit, facts, given, words)
        too_little = words.t("missed.too_little", sum=said, unit=words.unit(unit))
        return too_little if exact > 0 else words.t("missed.nothing_to_multiply")
    if facts.amount <= 0:
        return words.t("missed.nothing_paid")
    if isinstance(definition, PerAmount):
        said, exact = sum_of(rules, rule, unit, facts, given, words)
        return words.t("missed.too_little", sum=said, unit=words.unit(unit)) if exact > 0 else said
    if definition.categories and facts.by_category.keys().isdisjoint(definition.categories):
        return words.t("missed.category", categories=words.joined(definition.categories, "join.list"))
    return words.t("missed.tag", tags=words.joined(definition.tags, "join.list"))
