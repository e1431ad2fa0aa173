"""Explaining: what each rule gave and by which sum, and what was not given and why."""

from collections.abc import Mapping

import msgspec
from markupsafe import Markup, escape

from jifen.books.entries import Entry
from jifen.books.legs import Kind
from jifen.events.earning import facts_of
from jifen.events.event import Explanation, lines_of, read_act, read_explanation, read_purchase
from jifen.pages import figures, naming
from jifen.pages.missing import why_not
from jifen.pages.reading import Seen
from jifen.pages.sums import sum_of
from jifen.pages.words import Words
from jifen.parties.programs import Program
from jifen.rules.award import Facts
from jifen.rules.compiled import CompiledRule, CompiledRules, Used

BY_RULES = (Kind.PURCHASE, Kind.ACT, Kind.RETURN)
"""The kinds of entries whose points rules decide."""


class Told(msgspec.Struct, frozen=True):
    """One rule: title, points (0: it gave none), the unit where it is not the entry's, the sum or reason."""

    title: Markup
    points: int
    unit: Markup
    said: Markup


class Explained(msgspec.Struct, frozen=True):
    """Why an entry moved its points. version: of the rules; total: what they gave of the entry's own unit."""

    version: int
    total: int
    given: tuple[Told, ...]
    missed: tuple[Told, ...] = ()


def explain(seen: Seen, entry: Entry, words: Words) -> Explained | None:
    """The explanation of what rules gave or took back; None for what no rule decides.

    What was given is read from the entry; the sums, and what was missed, come from evaluating the stored
    version of the rules again with the facts of then.
    """
    if entry.kind not in BY_RULES:
        return None
    stored = read_explanation(entry.explanation)
    rules = next((rules for rules in seen.program.rules if rules.version == stored.rules), None)
    if rules is None:
        given = [Told(escape(rule), points, Markup(), Markup()) for rule, points in stored.shares]
        return Explained(stored.rules, sum(told.points for told in given), tuple(given))
    teller = _Teller(seen.program, entry, rules, stored, words)
    if entry.kind is Kind.RETURN:
        given, missed = teller.taken_back(), []
    else:
        given, missed = teller.given(), teller.missed()
    return Explained(
        stored.rules, sum(told.points for told in given if not told.unit), tuple(given), tuple(missed)
    )


def facts_then(program: Program, entry: Entry) -> Facts:
    """What the rules read of a purchase or an act when it was booked."""
    if entry.kind is Kind.ACT:
        act = read_act(entry.event)
        return facts_of(program, program.stores.get(act.store), entry.occurred_at, 0, (), act.act)
    bought = read_purchase(entry.event)
    store = program.stores.get(bought.store)
    return facts_of(program, store, entry.occurred_at, bought.amount, lines_of(bought), None)


class _Teller:
    """One entry and the rules that decided it."""

    def __init__(
        self, program: Program, entry: Entry, rules: CompiledRules, stored: Explanation, words: Words
    ) -> None:
        self.program = program
        self.entry = entry
        self.rules = rules
        self.words = words
        self.shares: Mapping[str, int] = dict(stored.shares)
        self.used: Used = {(name, period): value for name, period, value in stored.read}

    def taken_back(self) -> list[Told]:
        """What a return takes back of each rule."""
        return [
            self._told(rule, self.shares[rule.definition.id], Markup())
            for rule in self.rules.rules
            if rule.definition.id in self.shares
        ]

    def given(self) -> list[Told]:
        """What each rule gave, with its sum, in the order of evaluation."""
        facts = facts_then(self.program, self.entry)
        told: list[Told] = []
        before: dict[str, int] = {}
        for rule in self.rules.rules:
            points = self.shares.get(rule.definition.id)
            if points is not None:
                told.append(self._told(rule, points, self._sum(rule, facts, before, points)))
                before[rule.definition.id] = points
        return told

    def missed(self) -> list[Told]:
        """What gave nothing, and why."""
        facts = facts_then(self.program, self.entry)
        by_id = {rule.definition.id: rule for rule in self.rules.rules}
        told: list[Told] = []
        for name, reason in self.rules.evaluate(facts, self.used, explain=True).missed:
            rule = by_id[name]
            said = why_not(self.program, self.rules, rule, reason, facts, self.used, self.shares, self.words)
            if said is not None and name not in self.shares:
                told.append(self._told(rule, 0, said))
        return told

    def _told(self, rule: CompiledRule, points: int, said: Markup) -> Told:
        unit = Markup() if rule.unit == self.entry.unit else self.words.unit(self.program.units[rule.unit])
        return Told(naming.title_of(rule.definition, self.words), points, unit, said)

    def _sum(self, rule: CompiledRule, facts: Facts, before: Mapping[str, int], points: int) -> Markup:
        words, definition = self.words, rule.definition
        said = [sum_of(self.rules, rule, self.program.units[rule.unit], facts, before, words)[0]]
        raw = rule.raw(facts, before)
        if raw > points:
            cap = naming.tightest_cap(rule, self.used, facts.day, words)
            said.append(words.t("cap.given", raw=figures.whole(raw), cap=cap))
        if days := definition.pending_days:
            said.append(words.t("sum.pending", days, days=days))
        when = naming.when_of(definition.when, self.program, words)
        how = words.joined(said)
        return words.t("sum.when", when=when, sum=how) if when else how
