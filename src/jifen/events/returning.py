"""Return: evaluate what is left of the basket with the rules and facts of then, claw back the difference."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from jifen.books.entries import Entry
from jifen.books.legs import Account, Kind
from jifen.books.refusals import Code, Refusal
from jifen.books.series import Series
from jifen.books.verbs import claw_back
from jifen.engine.command import Command, Draft, Needs, Plan, check_time, entry_id
from jifen.engine.view import Booked, View
from jifen.events.earning import budget_id, facts_of, grants, place_of, reached_after, shares_by_rule, stand
from jifen.events.event import Explanation, explained, lines_of, read_explanation, read_purchase, read_return
from jifen.parties.programs import Program
from jifen.rules.award import Award, Line
from jifen.rules.person import read_person
from jifen.values.ids import EntryId, SeriesId
from jifen.values.periods import local_day

Rest = tuple[int, tuple[Line, ...]]
"""What is left of a basket: fen, and lines."""


class Return(Command, frozen=True, kw_only=True):
    """Goods of a purchase come back: lines by (sku, quantity), an amount in fen, or all that is left.

    of_source, of_key: the source and key under which the purchase was reported.
    """

    of_source: str
    of_key: str
    lines: tuple[tuple[str, int], ...] = ()
    amount: int | None = None

    @property
    def looks_back(self) -> bool:
        """It reads the purchase and all earlier returns of it."""
        return True

    @property
    def purchase(self) -> EntryId:
        """The id of the purchase's entry."""
        return entry_id(self.program, self.of_source, self.of_key)

    def needs(self, program: Program) -> Needs:
        """The purchase with its returns, and the budgets that its points may go back to."""
        codes = dict.fromkeys(code for rules in program.rules for code in rules.budgets)
        return Needs(entries=(self.purchase,), stocks=[budget_id(program, code) for code in codes])

    def counters_then(self, view: View) -> Sequence[tuple[str, str]]:
        """The counters that the purchase advanced."""
        booked = view.entry(self.purchase)
        if booked is None or booked.entry.kind is not Kind.PURCHASE:
            return ()
        program: Program = view.program(self.program)
        rules = program.rules_version(read_explanation(booked.entry.explanation).rules)
        store = program.stores.get(read_purchase(booked.entry.event).store)
        place = place_of(store, None)
        return rules.reads(local_day(booked.entry.occurred_at, program.zone), place=place)

    def decide(self, view: View) -> Plan | Refusal:
        """Claw back what the rest of the basket would not have earned, from the very series.

        Source: DESIGN §2 (returns), COMPLIANCE §2.
        """
        if (refusal := check_time(self.occurred_at, self.recorded_at)) is not None:
            return refusal
        booked = view.entry(self.purchase)
        if booked is None or booked.entry.kind is not Kind.PURCHASE or booked.entry.wallet != self.wallet:
            return Refusal(
                Code.ENTRY_UNKNOWN,
                f"no purchase {self.of_key!r} of source {self.of_source!r} is booked for this member: "
                "send the purchase first, or check its key",
                {"purchase": self.of_key},
            )
        before = rest_of(booked)
        after = self._take(before, booked)
        if isinstance(after, Refusal):
            return after
        return self._plan(view, booked, before, after)

    def _take(self, rest: Rest, booked: Booked) -> Rest | Refusal:
        amount, lines = rest
        if amount == 0 and not lines:
            return Refusal(
                Code.NOTHING_LEFT, f"all of purchase {self.of_key!r} came back already: nothing moved"
            )
        if not self.lines and self.amount is None:
            return 0, ()
        if self.lines:
            bought = {line.sku for line in read_purchase(booked.entry.event).lines}
            return _without(lines, self.lines, self.of_key, bought)
        assert self.amount is not None
        if lines:
            return Refusal(
                Code.LINE_UNKNOWN,
                f"purchase {self.of_key!r} has lines: say which of them come back, not an amount",
            )
        if self.amount > amount:
            return Refusal(
                Code.EXCEEDS_ENTRY,
                f"{self.amount} fen are to come back, {amount} fen are left of purchase {self.of_key!r}: "
                f"return at most {amount}",
                {"requested": self.amount, "left": amount},
            )
        return amount - self.amount, ()

    def _plan(self, view: View, booked: Booked, before: Rest, after: Rest) -> Plan:
        program: Program = view.program(self.program)
        entry = booked.entry
        then = read_explanation(entry.explanation)
        had, _ = _award(program, entry, then, before)
        has, still = _award(program, entry, then, after)
        issued: dict[SeriesId, int] = {}
        for leg in entry.legs:
            if leg.account is Account.ISSUED:
                issued[leg.series] = issued.get(leg.series, 0) + leg.points
        clawed: dict[SeriesId, int] = {}
        for earlier in booked.reversals:
            for leg in earlier.legs:
                if leg.account is Account.CLAWED_BACK:
                    clawed[leg.series] = clawed.get(leg.series, 0) - leg.points
        keeps = {series.id: points for series, points in still}
        wallet = view.wallet(self.wallet)
        takes = [
            (wallet.lots[series].series, left)
            for series, points in issued.items()
            if (left := points - keeps.get(series, 0) - clawed.get(series, 0)) > 0
        ]
        counts = {
            counter: has.counts.get(counter, 0) - points
            for counter, points in had.counts.items()
            if has.counts.get(counter, 0) < points
        }
        lost = dict(shares_by_rule(had))
        for rule, points in shares_by_rule(has):
            lost[rule] = lost.get(rule, 0) - points
        explanation = Explanation(
            then.rules, then.contract, tuple((rule, -points) for rule, points in lost.items() if points > 0)
        )
        draft = Draft(
            self.wallet,
            Kind.RETURN,
            entry.unit,
            claw_back(wallet, takes),
            entry.merchant,
            entry.no,
            explained(explanation),
            counts=counts,
        )
        back = [
            (budget_id(program, code), has.drawn.get(code, 0) - points)
            for code, points in had.drawn.items()
            if has.drawn.get(code, 0) < points and view.stock(budget_id(program, code)) is not None
        ]
        rules = program.rules_version(then.rules)
        changes: list[tuple[str, dict[str, object]]] = []
        if (tiers := rules.definition.tiers) is not None:
            day = local_day(entry.occurred_at, program.zone)
            reached = reached_after(rules, wallet.counters, counts, day)
            person = read_person(wallet.facts)
            changes = stand(self, program, tiers, person, draft, reached, day, back=True)
        return Plan((draft,), back, changes)


def rest_of(booked: Booked) -> Rest:
    """What is left of a purchase after all its returns so far."""
    return rest_after(booked.entry.event, [earlier.event for earlier in booked.reversals])


def rest_after(purchase: str, returns: Iterable[str]) -> Rest:
    """What is left of a purchase after some returns, each as it is stored.

    Raises:
        ValueError: more came back than was there.
    """
    stored = read_purchase(purchase)
    amount, lines = stored.amount, lines_of(stored)
    for earlier in returns:
        back = read_return(earlier)
        if back.all:
            return 0, ()
        if back.lines:
            left = _without(lines, back.lines, "", set())
            if isinstance(left, Refusal):
                raise ValueError(f"what came back was not there: {left.message}")
            amount, lines = left
        else:
            amount -= back.amount
    return amount, lines


def _without(
    lines: tuple[Line, ...], back: tuple[tuple[str, int], ...], purchase: str, bought: set[str]
) -> Rest | Refusal:
    """Take quantities away, first line first. A part of a line costs its share, the last part the rest."""
    left = list(lines)
    for sku, wanted in back:
        missing = wanted
        for index, line in enumerate(left):
            if line.sku != sku or not missing or not line.quantity:
                continue
            taken = min(missing, line.quantity)
            missing -= taken
            stays = line.quantity - taken
            amount = line.amount * stays // line.quantity
            left[index] = Line(sku, line.category, stays, amount, line.tags, line.brand, line.evidence)
        if missing:
            there = sum(line.quantity for line in lines if line.sku == sku)
            return Refusal(
                Code.EXCEEDS_ENTRY if sku in bought else Code.LINE_UNKNOWN,
                f"{wanted} of {sku!r} are to come back, {there} are left of purchase {purchase!r}: "
                "check the receipt",
                {"sku": sku, "requested": wanted, "left": there},
            )
    kept = tuple(line for line in left if line.quantity)
    return sum(line.amount for line in kept), kept


def _award(
    program: Program, entry: Entry, then: Explanation, rest: Rest
) -> tuple[Award, list[tuple[Series, int]]]:
    """What the rules of then give for what is left, with the facts of then."""
    amount, lines = rest
    if amount == 0 and not lines:
        return Award([], {}, {}, []), []
    stored = read_purchase(entry.event)
    store = program.stores[stored.store] if stored.store else None
    rules = program.rules_version(then.rules)
    at: datetime = entry.occurred_at
    used = {(name, period): value for name, period, value in then.read}
    facts = facts_of(program, store, at, amount, lines, None)
    facts.channel, facts.payment, facts.held = stored.channel, stored.payment, frozenset(then.held)
    award = rules.evaluate(facts, used)
    return award, grants(program, store.merchant if store else None, then.contract, rules, award)
