"""Explaining: what each rule gave and by which sum, and what was not given and why."""

from collections.abc import Mapping
from datetime import datetime

import msgspec
from markupsafe import Markup, escape

from jifen.books.entries import Entry
from jifen.books.explanation import Explanation, read_explanation
from jifen.books.legs import Kind
from jifen.engine.view import Booked
from jifen.events.returning import rest_of
from jifen.events.then import facts_then
from jifen.pages import figures, naming
from jifen.pages.missing import Missed, concerns, why_not
from jifen.pages.occasion import Occasion, facts_left, used_then
from jifen.pages.sums import sum_of
from jifen.pages.words import Words
from jifen.parties.programs import Program
from jifen.rules.award import Award, Promise
from jifen.rules.compiled import CompiledRule, CompiledRules
from jifen.rules.counting import BUYS, budget_counter
from jifen.rules.definition import AnyRule
from jifen.values.periods import local_day, period_key

BY_RULES = (Kind.PURCHASE, Kind.ACT, Kind.RETURN)
"""The kinds of entries whose points rules decide."""


class Told(msgspec.Struct, frozen=True):
    """One rule: title, points (0: it gave none), the unit where it is not the entry's, the sum or reason.

    reason: the word for why it gave nothing (rules.reasons). lives: from when and until when its points can
    be used; life: the same as instants, and idle months. funding: who pays, by the rule's names (operators
    alone are shown it). unit_code: of its points. concerns: whether it is about such an event at all.
    """

    rule: str
    title: Markup
    points: int
    unit: Markup
    said: Markup
    reason: str = ""
    lives: Markup = Markup()
    life: tuple[datetime | None, datetime | None, int | None] | None = None
    funding: tuple[tuple[str, int], ...] = ()
    unit_code: str = ""
    concerns: bool = True
    definition: AnyRule | None = None


class Explained(msgspec.Struct, frozen=True):
    """Why an entry moved its points. version: of the rules; total: what they gave of the entry's own unit.

    since: from when that version held; None: it is not known here.
    """

    version: int
    contract: int
    total: int
    given: tuple[Told, ...]
    missed: tuple[Told, ...] = ()
    since: datetime | None = None

    @property
    def lives_differ(self) -> bool:
        """Whether the points of one rule can be used at other times than those of another."""
        return len({told.lives for told in self.given}) > 1


def explain(
    program: Program, entry: Entry, words: Words, *, purchase: Booked | None = None, every: bool = False
) -> Explained | None:
    """The explanation of what rules gave or took back; None for what no rule decides.

    What was given is read from the entry; the sums, and what was missed, come from evaluating the stored
    version of the rules again with the facts of then. purchase: of a return, with all returns of it.
    every: also the rules that have nothing to do with the event, for the operator.
    """
    if entry.kind not in BY_RULES:
        return None
    stored = read_explanation(entry.explanation)
    rules = next((rules for rules in program.rules if rules.version == stored.rules), None)
    if rules is None:
        known = [Told(rule, escape(rule), points, Markup(), Markup()) for rule, points in stored.shares]
        return Explained(stored.rules, stored.contract, sum(told.points for told in known), tuple(known))
    given: list[Told]
    missed: list[Told] = []
    if entry.kind is Kind.RETURN:
        given = _taken_back(program, entry, rules, stored, words, purchase)
    else:
        facts = facts_then(program, entry, stored)
        teller = _Teller(Occasion(program, rules, facts, used_then(stored), words), entry, stored)
        given, missed = teller.given(), teller.missed(every)
    total = sum(told.points for told in given if not told.unit)
    return Explained(stored.rules, stored.contract, total, tuple(given), tuple(missed), rules.since)


def version_of(
    program: Program, explained: Explained, words: Words, published_at: datetime | None = None
) -> Markup:
    """The version of the rules, from which day on it held, and when it was published where that is known."""
    said = [words.t("entry.version", version=explained.version)]
    days = (("entry.since", explained.since), ("entry.published", published_at))
    for key, at in days:
        if at is not None:
            said.append(words.t(key, day=words.full_day(local_day(at, program.zone))))
    return words.joined(said)


class _Teller:
    """One purchase or act, and the rules that decided it."""

    def __init__(self, then: Occasion, entry: Entry, stored: Explanation) -> None:
        self.then = then
        self.entry = entry
        self.shares: Mapping[str, int] = dict(stored.shares)
        self.award: Award = then.rules.evaluate(then.facts, then.used, explain=True)
        self.reasons = dict(self.award.missed)
        self.lives: dict[str, Promise] = {}
        for share in self.award.shares:
            self.lives.setdefault(share.rule, share.promise)

    def given(self) -> list[Told]:
        """What each rule gave, with its sum, in the order of evaluation."""
        found: list[Told] = []
        before: dict[str, int] = {}
        for rule in self.then.rules.rules:
            name = rule.definition.id
            points = self.shares.get(name)
            if points is None:
                continue
            told = self._told(rule, points, self._sum(rule, before, points))
            lives = self.lives.get(name)
            if lives is not None:
                life = lives.matures_at, lives.expires_at, lives.idle_months
                told = msgspec.structs.replace(told, life=life, lives=_lives(lives, self.then))
            paid = zip(rule.funders.parties, rule.funders.split(points), strict=True)
            found.append(msgspec.structs.replace(told, funding=tuple(paid)))
            before[name] = points
        return found

    def missed(self, every: bool) -> list[Told]:
        """What gave nothing, and why, in the order of evaluation."""
        found: list[Told] = []
        for rule in self.then.rules.rules:
            name = rule.definition.id
            about = concerns(self.then, rule)
            if name in self.shares or not (about or every):
                continue
            # A rule without a reason gives by what is known now: by evidence that was not on record then.
            reason = self.reasons.get(name, "evidence")
            said = why_not(reason, Missed(self.then, rule, self.shares))
            told = self._told(rule, 0, said)
            found.append(msgspec.structs.replace(told, reason=reason, concerns=about))
        return found

    def _told(self, rule: CompiledRule, points: int, said: Markup) -> Told:
        return _told(self.then.program, self.entry, rule, points, said, self.then.words)

    def _sum(self, rule: CompiledRule, before: Mapping[str, int], points: int) -> Markup:
        then, words, definition = self.then, self.then.words, rule.definition
        said = [sum_of(then, rule, before)[0], *self._cut(rule, before, points)]
        if definition.once_per_code:
            # The code of a referral is the wallet of who was invited, which is nobody else's to read.
            friend = then.facts.act == naming.REFERRAL
            said.append(words.t("sum.friend") if friend else words.t("sum.code", code=then.facts.code))
        if definition.when.nth is not None:
            number = then.used.get((BUYS, period_key(definition.when.nth.per, then.facts.day)), 0) + 1
            said.append(words.t("sum.nth", number=figures.whole(number)))
        if definition.once:
            said.insert(0, words.t(f"sum.once_{definition.once}"))
        if definition.group is not None and self._alone(rule):
            said.append(words.t("sum.group"))
        if days := definition.pending_days:
            said.append(words.t("sum.pending", days, days=days))
        when = naming.when_of(definition.when, then.program, then.rules.definition, words, then.facts.store)
        how = words.joined(said)
        return words.t("sum.when", when=when, sum=how) if when else how

    def _cut(self, rule: CompiledRule, before: Mapping[str, int], points: int) -> list[Markup]:
        """What took something of the sum away: a cap, then the budget."""
        then, words, said = self.then, self.then.words, []
        raw = rule.raw(then.facts, before)
        left = naming.within_caps(rule, then.used, then.facts.day, raw)
        if left < raw:
            cap = naming.tightest_cap(rule, then.used, then.facts.day, words)
            said.append(words.t("cap.given", raw=figures.whole(raw), cap=cap))
        if points < left:
            budget = rule.definition.budget
            limited = budget is not None and budget_counter(budget) in then.used
            said.append(words.t("sum.budget" if limited else "sum.booked", points=figures.whole(points)))
        return said

    def _alone(self, rule: CompiledRule) -> bool:
        """Whether others of its group gave nothing since this one did."""
        group = rule.definition.group
        return any(
            self.reasons.get(other.definition.id) == "group"
            for other in self.then.rules.rules
            if other.definition.group == group
        )


def _told(
    program: Program, entry: Entry, rule: CompiledRule, points: int, said: Markup, words: Words
) -> Told:
    unit = Markup() if rule.unit == entry.unit else words.unit(program.units[rule.unit])
    title = naming.title_of(rule.definition, words)
    return Told(
        rule.definition.id, title, points, unit, said, unit_code=rule.unit, definition=rule.definition
    )


def _lives(promise: Promise, then: Occasion) -> Markup:
    """From when and until when points can be used that a rule gave."""
    words, zone = then.words, then.program.zone
    said = []
    if promise.matures_at is not None:
        said.append(words.t("lives.since", day=words.full_day(local_day(promise.matures_at, zone))))
    if promise.idle_months is not None:
        months = promise.idle_months
        said.append(words.t("lives.idle", months, months=figures.whole(months)))
    elif promise.expires_at is None:
        said.append(words.t("lives.ever"))
    else:
        last = local_day(promise.expires_at - figures.AN_INSTANT, zone)
        said.append(words.t("lives.until", day=words.full_day(last)))
    return words.joined(said)


def _taken_back(
    program: Program,
    entry: Entry,
    rules: CompiledRules,
    stored: Explanation,
    words: Words,
    purchase: Booked | None,
) -> list[Told]:
    """What a return takes back of each rule, and why: what the rest of the basket still earns by it."""
    whys: Mapping[str, Markup] = {}
    if purchase is not None:
        whys = _after_return(program, entry, rules, words, purchase)
    return [
        _told(program, entry, rule, points, whys.get(rule.definition.id, Markup()), words)
        for rule in rules.rules
        if (points := dict(stored.shares).get(rule.definition.id)) is not None
    ]


def _after_return(
    program: Program, entry: Entry, rules: CompiledRules, words: Words, purchase: Booked
) -> dict[str, Markup]:
    """What is said of each rule that gave something for a purchase, once a return of it is booked."""
    earlier = tuple(other for other in purchase.reversals if other.no <= entry.no)
    rest = rest_of(Booked(purchase.entry, earlier))
    then = read_explanation(purchase.entry.explanation)
    if rest == (0, ()):
        return {rule: words.t("taken.all") for rule, _ in then.shares}
    facts = facts_left(program, purchase.entry, then, rest)
    occasion = Occasion(program, rules, facts, used_then(then), words)
    award = rules.evaluate(facts, occasion.used, explain=True)
    still: dict[str, int] = {}
    for share in award.shares:
        still[share.rule] = still.get(share.rule, 0) + share.points
    said = {rule: words.t("taken.still", points=figures.whole(points)) for rule, points in still.items()}
    by_id = {rule.definition.id: rule for rule in rules.rules}
    for rule, reason in award.missed:
        if rule in dict(then.shares):
            why = why_not(reason, Missed(occasion, by_id[rule], still))
            said[rule] = words.t("taken.why", why=why)
    return said
