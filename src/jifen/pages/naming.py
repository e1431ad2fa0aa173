"""Naming: what a rule is called, when it holds and how much it gives at most, in words a member reads."""

from collections.abc import Sequence
from datetime import date, datetime

from markupsafe import Markup, escape

from jifen.pages import days, figures
from jifen.pages.goods import goods_of
from jifen.pages.words import Words
from jifen.parties.programs import Program
from jifen.rules.compiled import CompiledRule, Used
from jifen.rules.definition import (
    AnyRule,
    Combination,
    Conditions,
    Flat,
    Multiplier,
    PerAmount,
    PerItem,
    Reached,
    RuleSet,
    Streak,
)
from jifen.rules.when import Nth
from jifen.values.periods import local_day, period_key

PURCHASE = "purchase"
"""The catalogue's name of what is no act."""

REFERRAL = "referral"
OWN_ACTS = (PURCHASE, REFERRAL, "birthday.self", "birthday.child", "birthday.pet")
"""What the catalogue has names for."""


def said_in(words: Words, usual: str, english: str) -> Markup:
    """What an operator wrote, in English where that was written and is read."""
    return escape(english if english and words.language == "en" else usual)


def title_of(rule: AnyRule, words: Words) -> Markup:
    """The operator's title, else one made of what the rule does."""
    title = said_in(words, rule.title, rule.title_en)
    if title:
        return title
    match rule:
        case Flat(points=points):
            return words.t("rule.flat", points=figures.whole(points))
        case Multiplier(factor=factor):
            return words.t("rule.multiplier", factor=factor)
        case PerItem():
            return words.t("rule.per_item")
        case Combination():
            return words.t("rule.combination")
        case Reached():
            return words.t("rule.reached")
        case Streak():
            return words.t("rule.streak")
        case PerAmount():
            return words.t("rule.per_amount")


def act_of(act: str, whole: RuleSet | None, words: Words) -> Markup:
    """What an act is called: by its operator, else by us where it is the system's own; empty: by nobody."""
    defined = next((one for one in whole.acts if one.code == act), None) if whole else None
    if defined is not None and (title := said_in(words, defined.title, defined.title_en)):
        return title
    return words.t(f"act.{act}") if act in OWN_ACTS else Markup()


def tier_of(code: str, whole: RuleSet, words: Words) -> Markup:
    """What a tier is called; the empty code: none."""
    if not code:
        return words.t("tier.none")
    levels = whole.tiers.levels if whole.tiers else ()
    level = next((one for one in levels if one.code == code), None)
    return said_in(words, level.title, level.title_en) if level else escape(code)


def when_of(when: Conditions, program: Program, whole: RuleSet, words: Words, store: str = "") -> Markup:
    """When a rule or a price holds, but for the merchants it is of and its campaign; nothing: always.

    store: where it is asked for, so that market days are those of that store.
    """
    said = []
    if when.weekdays:
        said.append(days.weekdays_of(when.weekdays, words))
    if when.month_days:
        said.append(days.month_days_of(when.month_days, words))
    if when.dates:
        said.append(days.dates_of(when.dates, words))
    if when.calendars:
        named = [days.calendar_of(whole.calendars[name], program, store, words) for name in when.calendars]
        said.append(words.joined(named, "join.or"))
    said += _basket(when, program, words)
    if when.nth is not None:
        said.append(nth_of(when.nth, words))
    return words.joined([*said, person_of(when, whole, words)])


def _basket(when: Conditions, program: Program, words: Words) -> list[Markup]:
    said = []
    if when.minimum_fen:
        said.append(words.t("when.minimum", amount=figures.yuan(when.minimum_fen)))
    if when.maximum_fen is not None:
        said.append(words.t("when.maximum", amount=figures.yuan(when.maximum_fen)))
    if when.lines is not None:
        said.append(words.t("when.lines", goods=goods_of(when.lines, words)))
    if when.minimum_quantity:
        count = when.minimum_quantity
        said.append(words.t("when.quantity", count, count=figures.whole(count)))
    if when.stores:
        said.append(words.t("when.stores", stores=days.stores_of(when.stores, program, words)))
    if when.channels:
        named = [words.named("channel", code) for code in when.channels]
        said.append(words.t("when.channels", channels=words.joined(named, "join.list")))
    if when.payments:
        named = [words.named("payment", code) for code in when.payments]
        said.append(words.t("when.payments", payments=words.joined(named, "join.list")))
    return said


def person_of(when: Conditions, whole: RuleSet, words: Words) -> Markup:
    """The conditions on the person, without the operator's own words for lists and grants."""
    said = []
    if when.tiers:
        named = [tier_of(code, whole, words) for code in when.tiers]
        said.append(words.t("when.tiers", tiers=words.joined(named, "join.or")))
    if when.segments:
        said.append(words.t("when.segments"))
    if when.tokens:
        said.append(words.t("when.tokens"))
    if when.joined_within_days is not None:
        count = when.joined_within_days
        said.append(words.t("when.joined", count, days=figures.whole(count)))
    if when.anniversary is not None:
        said.append(words.t(f"when.anniversary_{when.anniversary}"))
    if when.birthday is not None:
        said.append(words.t(f"when.birthday_{when.birthday.whose}_{when.birthday.span}"))
    if when.invited is not None:
        said.append(words.t("when.invited" if when.invited else "when.not_invited"))
    if when.expression is not None:
        said.append(words.t("when.expression"))
    return words.joined(said)


def nth_of(nth: Nth, words: Words) -> Markup:
    """Which purchases of a period are meant."""
    said = []
    if nth.exactly:
        numbers = words.joined([figures.whole(number) for number in sorted(nth.exactly)], "join.list")
        said.append(words.t(f"nth.exactly_{nth.per}", numbers=numbers))
    if nth.every is not None:
        said.append(words.t(f"nth.every_{nth.per}", every=figures.whole(nth.every)))
    return words.joined(said, "join.or")


def merchants_of(codes: Sequence[str], program: Program, words: Words) -> Markup:
    """Merchants by their names."""
    names = [program.merchants[code].name if code in program.merchants else code for code in codes]
    return words.joined(names, "join.list")


def begun(since: datetime, program: Program, words: Words) -> Markup:
    """From which day on a rule holds."""
    return words.t("when.since", day=words.full_day(local_day(since, program.zone)))


def ended(until: datetime, program: Program, words: Words) -> Markup:
    """The last day on which a rule held; `until` itself is the first instant after."""
    return words.t("when.until", day=words.full_day(local_day(until - figures.AN_INSTANT, program.zone)))


def tightest_cap(rule: CompiledRule, used: Used, day: date, words: Words) -> Markup:
    """The cap of a rule that leaves least on a day, and what was used of it before; nothing without caps."""
    tightest: tuple[int, Markup] | None = None
    for name, per, most in rule.caps:
        before = 0 if per == "event" else used.get((name, period_key(per, day)), 0)
        if tightest is None or most - before < tightest[0]:
            known = words.t("cap.before", points=figures.whole(before)) if before else ""
            tightest = most - before, words.joined([words.t(f"cap.{per}", most=figures.whole(most)), known])
    return tightest[1] if tightest else Markup()


def within_caps(rule: CompiledRule, used: Used, day: date, points: int) -> int:
    """What the caps of a rule leave of so many points."""
    for name, per, most in rule.caps:
        before = 0 if per == "event" else used.get((name, period_key(per, day)), 0)
        points = min(points, most - before)
    return points
