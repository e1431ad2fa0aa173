"""Return: evaluate what is left of the basket with the rules and facts of then, claw back the difference."""

from collections import ChainMap
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from jifen.books.entries import Entry
from jifen.books.explanation import Explanation, explained, read_explanation
from jifen.books.legs import Account, Kind, Leg
from jifen.books.refusals import Code, Refusal
from jifen.books.series import Series
from jifen.books.verbs import claw_back, give_back, restore_parts
from jifen.books.wallet import Wallet
from jifen.engine.command import Command, Draft, Needs, Plan, check_time, entry_id
from jifen.engine.view import Booked, View
from jifen.events.earning import budget_id, facts_of, grants, place_of, points_by_rule, reached_after, stand
from jifen.events.event import Back, Refunded, read_purchase, read_return, refunded_text
from jifen.events.standing import NOTHING, Goods, Rest, Standing, standing_at_first
from jifen.events.tenders import Refund
from jifen.parties.programs import Program
from jifen.rules.award import Award, Line
from jifen.rules.compiled import Counter
from jifen.rules.person import read_person
from jifen.values.ids import EntryId, Id, SeriesId
from jifen.values.periods import local_day

Effect = tuple[str, dict[str, object]]
"""A named effect of a plan."""


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

        What points and vouchers paid comes back as points and vouchers. Source: DESIGN §2 (returns),
        COMPLIANCE §2.
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
        standing = standing_of(booked)
        lines = self._take(standing, booked)
        if isinstance(lines, Refusal):
            return lines
        return self._plan(view, booked, standing, standing.without(lines))

    def _take(self, standing: Standing, booked: Booked) -> Goods | Refusal:
        """The goods that stay."""
        amount, lines = standing.goods
        if amount == 0 and not any(line.quantity for line in lines):
            return Refusal(
                Code.NOTHING_LEFT, f"all of purchase {self.of_key!r} came back already: nothing moved"
            )
        if not self.lines and self.amount is None:
            return NOTHING
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

    def _plan(self, view: View, booked: Booked, before: Standing, after: Standing) -> Plan:
        program: Program = view.program(self.program)
        entry = booked.entry
        then = read_explanation(entry.explanation)
        had = _had(program, booked, then, before)
        has, still = _award(program, entry, then, after.rest)
        issued = _sums(entry, Account.ISSUED, 1)
        clawed: dict[SeriesId, int] = {}
        for earlier in booked.reversals:
            for series, points in _sums(earlier, Account.CLAWED_BACK, -1).items():
                clawed[series] = clawed.get(series, 0) + points
        keeps = {series.id: points for series, points in still}
        back_legs, new, wallet = self._restored(view, booked, after.refund)
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
        lost = dict(had.shares)
        for rule, points in points_by_rule(has).items():
            lost[rule] = lost.get(rule, 0) - points
        less = {rule: -points for rule, points in lost.items() if points > 0}
        draft = Draft(
            self.wallet,
            Kind.RETURN,
            entry.unit,
            [*back_legs, *claw_back(wallet, takes)],
            entry.merchant,
            entry.no,
            explained(then.rules, then.contract, less),
            series=new,
            counts=counts,
        )
        back = [
            (budget_id(program, code), has.drawn.get(code, 0) - points)
            for code, points in had.drawn.items()
            if has.drawn.get(code, 0) < points and view.stock(budget_id(program, code)) is not None
        ]
        rules = program.rules_version(then.rules)
        changes: list[Effect] = []
        if (tiers := rules.definition.tiers) is not None:
            day = local_day(entry.occurred_at, program.zone)
            reached = reached_after(rules, wallet.counters, counts, day)
            person = read_person(wallet.facts)
            changes = stand(self, program, tiers, person, draft, reached, day, back=True)
        if after.refund is not None:
            vouchers = self._tell(
                booked, draft, after.refund, (then.rules, then.contract, tuple(less.items()))
            )
            changes = [*changes, *(self.given_back(view, vouchers) if vouchers else ())]
        return Plan((draft,), back, changes)

    def _restored(
        self, view: View, booked: Booked, refund: Refund | None
    ) -> tuple[list[Leg], list[Series], Wallet]:
        """Points that come back, into the very lots that paid; with the wallet as it is after that.

        So what is clawed back is taken of them, where it was these that were earned and spent.
        """
        wallet = view.wallet(self.wallet)
        entry = booked.entry
        if refund is None or not refund.points:
            return [], [], wallet
        assert entry.merchant is not None
        spent = list(_sums(entry, Account.REDEEMED, -1).items())
        back = [part for earlier in booked.reversals for part in _sums(earlier, Account.REDEEMED, 1).items()]
        parts = restore_parts(spent, back, refund.points)
        until = view.program(self.program).grace_end(self.occurred_at)
        legs, new = give_back(wallet, parts, Account.REDEEMED, entry.merchant, self.occurred_at, until)
        lots = {series: msgspec.structs.replace(lot) for series, lot in wallet.lots.items()}
        after = msgspec.structs.replace(wallet, lots=lots, tallies={})
        after.post(legs, ChainMap({series.id: series for series in new}, view.series))
        return legs, new, after

    def _tell(
        self, booked: Booked, draft: Draft, refund: Refund, why: tuple[int, int, tuple[tuple[str, int], ...]]
    ) -> tuple[Id, ...]:
        """Say in the entry what its payer gets back; returns the vouchers that come back.

        why: the version of the rules, that of the contract, and what each rule gives less.
        """
        tenders = read_purchase(booked.entry.event).tenders
        assert tenders is not None
        vouchers = tuple([tenders.vouchers[place].id for place in refund.vouchers])
        clawed = -sum([leg.points for leg in draft.legs if leg.account is Account.CLAWED_BACK])
        told = Back(refund.cash, refund.points, refund.pays, vouchers, refund.charged, clawed)
        draft.explanation = refunded_text(Refunded(*why, refund=told))
        return vouchers

    def given_back(self, view: View, vouchers: Sequence[Id]) -> list[Effect]:
        """The effects by which the vouchers of a bill can be used again; who books bills says how."""
        raise TypeError("a bill with vouchers is returned by till.returning.ReturnGoods")


def standing_of(booked: Booked) -> Standing:
    """What is left of a purchase after all its returns so far."""
    return standing_after(booked.entry.event, [earlier.event for earlier in booked.reversals])


def standing_after(purchase: str, returns: Iterable[str]) -> Standing:
    """What is left of a purchase after some returns, each as it is stored.

    Raises:
        ValueError: more came back than was there.
    """
    standing = standing_at_first(read_purchase(purchase))
    for earlier in returns:
        back = read_return(earlier)
        amount, lines = standing.goods
        if back.all:
            standing = standing.without(NOTHING)
        elif back.lines:
            left = _without(lines, back.lines, "", set())
            if isinstance(left, Refusal):
                raise ValueError(f"what came back was not there: {left.message}")
            standing = standing.without(left)
        else:
            standing = standing.without((amount - back.amount, ()))
    return standing


def rest_of(booked: Booked) -> Rest:
    """What rules read of what is left of a purchase after all its returns so far."""
    return standing_of(booked).rest


def rest_after(purchase: str, returns: Iterable[str]) -> Rest:
    """What rules read of what is left of a purchase after some returns, each as it is stored.

    Raises:
        ValueError: more came back than was there.
    """
    return standing_after(purchase, returns).rest


def _without(
    lines: tuple[Line, ...], back: tuple[tuple[str, int], ...], purchase: str, bought: set[str]
) -> Goods | Refusal:
    """Take quantities away, first line first. A part of a line costs its share, the last part the rest.

    A line that came back whole keeps its place, with nothing in it.
    """
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
    return sum(line.amount for line in left), tuple(left)


def _sums(entry: Entry, account: Account, sign: int) -> dict[SeriesId, int]:
    """The points of an entry's legs of an account and a sign, by series, in their order."""
    sums: dict[SeriesId, int] = {}
    for leg in entry.legs:
        if leg.account is account and leg.points * sign > 0:
            sums[leg.series] = sums.get(leg.series, 0) + leg.points * sign
    return sums


class Had(msgspec.Struct, frozen=True):
    """What a purchase has on the books still: counters, points by rule, points by budget."""

    counts: Mapping[Counter, int]
    shares: Mapping[str, int]
    drawn: Mapping[str, int]

    def least(self, other: "Had") -> "Had":
        """Of everything the less."""
        return Had(
            {counter: min(value, other.counts.get(counter, 0)) for counter, value in self.counts.items()},
            {rule: min(points, other.shares.get(rule, 0)) for rule, points in self.shares.items()},
            {code: min(points, other.drawn.get(code, 0)) for code, points in self.drawn.items()},
        )


def _had(program: Program, booked: Booked, then: Explanation, before: Standing) -> Had:
    """What is on the books of a purchase after its returns so far.

    A voucher that a return gives back lets what stays cost more, so a rule may give more for it than before.
    Nothing is ever given by a return: so what each gave stays at the least that it gave after any of them.
    """
    event, returns = booked.entry.event, [earlier.event for earlier in booked.reversals]
    if before.paid is None or not returns:
        had, _ = _award(program, booked.entry, then, before.rest)
        return Had(had.counts, points_by_rule(had), had.drawn)
    least: Had | None = None
    for count in range(len(returns) + 1):
        award, _ = _award(program, booked.entry, then, rest_after(event, returns[:count]))
        now = Had(award.counts, points_by_rule(award), award.drawn)
        least = now if least is None else least.least(now)
    assert least is not None
    return least


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
    facts = facts_of(program, store, at, amount, lines, None, "", stored.channel, stored.payment)
    facts.held = frozenset(then.held)
    award = rules.evaluate(facts, used)
    return award, grants(program, store.merchant if store else None, then.contract, rules, award)
