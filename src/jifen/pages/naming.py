"""Naming: what a rule is called, when it holds and how much it gives at most, in words a member reads."""

from datetime import date, timedelta

from markupsafe import Markup, escape

from jifen.pages import figures
from jifen.pages.words import Words
from jifen.parties.programs import Program
from jifen.rules.compiled import CompiledRule, Used
from jifen.rules.definition import AnyRule, Conditions, Flat, Multiplier
from jifen.values.periods import local_day, period_key

DATES_MOST = 3
"""Of a longer list of dates only the first are named."""

AN_INSTANT = timedelta(microseconds=1)


def title_of(rule: AnyRule, words: Words) -> Markup:
    """The operator's title, else one made of what the rule does."""
    if rule.title:
        return escape(rule.title)
    if isinstance(rule, Flat):
        return words.t("rule.flat", points=figures.whole(rule.points))
    if isinstance(rule, Multiplier):
        return words.t("rule.multiplier", factor=rule.factor)
    return words.t("rule.per_amount")


def when_of(when: Conditions, program: Program, words: Words) -> Markup:
    """When a rule holds, but for the merchants it is of and its campaign; nothing where it always does."""
    said = []
    if when.weekdays:
        said.append(words.joined([words.weekday(day) for day in sorted(when.weekdays)], "join.list"))
    if when.month_days:
        days = words.joined([str(day) for day in sorted(when.month_days)], "join.list")
        said.append(words.t("when.month_days", days=days))
    if when.dates:
        said.append(_dates(when, words))
    if when.minimum_fen:
        said.append(words.t("when.minimum", amount=figures.yuan(when.minimum_fen)))
    if when.stores:
        names = [program.stores[code].name if code in program.stores else code for code in when.stores]
        said.append(words.t("when.stores", stores=words.joined(names, "join.list")))
    return words.joined(said)


def _dates(when: Conditions, words: Words) -> Markup:
    named = [words.full_day(day) for day in sorted(when.dates)[:DATES_MOST]]
    listed = words.joined(named, "join.list")
    count = len(when.dates)
    return listed if count <= DATES_MOST else words.t("when.dates_more", days=listed, count=count)


def begun(when: Conditions, program: Program, words: Words) -> Markup:
    """From which day on a rule holds."""
    assert when.since is not None
    return words.t("when.since", day=words.full_day(local_day(when.since, program.zone)))


def ended(when: Conditions, program: Program, words: Words) -> Markup:
    """The last day on which a rule held; `until` itself is the first instant after."""
    assert when.until is not None
    return words.t("when.until", day=words.full_day(local_day(when.until - AN_INSTANT, program.zone)))


def tightest_cap(rule: CompiledRule, used: Used, day: date, words: Words) -> Markup:
    """The cap of a rule that leaves least on a day, and what was used of it before; nothing without caps."""
    tightest: tuple[int, Markup] | None = None
    for name, per, most in rule.caps:
        before = 0 if per == "event" else used.get((name, period_key(per, day)), 0)
        if tightest is None or most - before < tightest[0]:
            known = words.t("cap.before", points=figures.whole(before)) if before else ""
            tightest = most - before, words.joined([words.t(f"cap.{per}", most=figures.whole(most)), known])
    return tightest[1] if tightest else Markup()
