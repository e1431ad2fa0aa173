"""Open, capture and void: points are held and vouchers locked while a bill is open; both pay or go free."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from jifen.books.legs import Account, Kind, Leg
from jifen.books.refusals import Code, Refusal
from jifen.books.verbs import capture_parts, give_back, hold, spend
from jifen.books.wallet import Hold, Wallet
from jifen.engine.command import NO_NEEDS, Command, Draft, Needs, Plan, check_time, entry_id
from jifen.engine.view import View
from jifen.events.earning import earned, no_rules
from jifen.mall import vouchers
from jifen.mall.quotes import QuoteRow, let_go, quoted, use
from jifen.mall.spending import may_spend
from jifen.mall.vouchers import VoucherRow, read_voucher
from jifen.parties.programs import Program, Store
from jifen.rules.compiled import CompiledRules
from jifen.till.basket import Basket, Look, Priced, earned_by, price, reads, saved_by
from jifen.till.bill import BillRow, closed, content_of, content_text, read_bill
from jifen.till.offset import Most, drawn_of, first_points, may_pay
from jifen.till.quotes import Chosen, read_quoted
from jifen.values.ids import NOBODY, Id

Effects = list[tuple[str, dict[str, Any]]]


class OpenBill(Command, frozen=True, kw_only=True):
    """Points are held and vouchers locked for a basket until the programme's deadline, both or neither.

    quote: the quote that is honoured, and used up by it (R06); its basket is then the one that counts.
    points, vouchers: those chosen; None: those of the quote, else none. identified: the member showed who it
    is, where the programme asks for that. rules: the version of the quote; None: those in force.
    """

    store: Store
    basket: Basket
    quote: Id | None = None
    points: int | None = None
    vouchers: tuple[Id, ...] | None = None
    identified: bool = False
    rules: int | None = None

    @property
    def looks_back(self) -> bool:
        """Quotes and vouchers are rows, which entries of other processes change."""
        return True

    @property
    def id(self) -> Id:
        """The id of the bill: that of its entry, and of the hold of its points."""
        return entry_id(self.program, self.source, self.key)

    def needs(self, program: Program) -> Needs:
        """The quote, the vouchers, and what is read for what the basket will earn."""
        rows = [("voucher", self.wallet, of) for of in self.vouchers or ()]
        if self.quote is not None:
            rows.append(("quote", self.wallet, self.quote))
        rules = self.rules_then(program)
        if rules is None:
            return NO_NEEDS
        counters, stocks = reads(program, rules, self.store, self.occurred_at)
        return Needs(counters, stocks=stocks, rows=rows)

    def rules_then(self, program: Program) -> CompiledRules | None:
        """The rules that hold for it."""
        if self.rules is None:
            return program.rules_at(self.occurred_at)
        return program.rules_version(self.rules)

    def decide(self, view: View) -> Plan | Refusal:
        """Price it as quoted, or as of now; hold the lots that will pay."""
        program: Program = view.program(self.program)
        wallet = view.wallet(self.wallet)
        quote: QuoteRow | None = None
        chosen = Chosen(self.points or 0, self.vouchers or ())
        if self.quote is not None:
            found = quoted(view, self.quote, "basket", self.recorded_at)
            if isinstance(found, Refusal):
                return found
            quote = found
            chosen = read_quoted(quote.content).chosen.with_(self.points, self.vouchers)
        rules = self.rules_then(program)
        if rules is None:
            return no_rules(program, self.occurred_at)
        if (refusal := may_spend(self, program, wallet, rules.definition.unit)) is not None:
            return refusal
        look = Look(view, program, rules, wallet, self.store, self.occurred_at, self.recorded_at)
        priced, used = self._priced(look, chosen)
        if isinstance(priced, Refusal):
            return priced
        if priced.pays < chosen.pays:
            return self._spent_meanwhile(priced, chosen)
        if (refusal := self._confirmed(rules, priced.points)) is not None:
            return refusal
        return self._plan(rules, priced, used, quote)

    def _priced(self, look: Look, chosen: Chosen) -> tuple[Priced | Refusal, Sequence[VoucherRow]]:
        rows: list[VoucherRow] = []
        for of in chosen.vouchers:
            row = look.view.row("voucher", of)
            if row is None:
                said = f"there is no voucher {of} of this member: check its id or its code"
                return Refusal(Code.VOUCHER_UNKNOWN, said, {"voucher": str(of)}), ()
            rows.append(read_voucher(row))
        fitting, misfits = saved_by(look, self.basket, rows, chosen.points > 0)
        if misfits:
            return misfits[0][1], ()
        together = all(row.terms.with_points for row in rows)
        return price(look, self.basket, fitting, chosen.points, with_points=together), rows

    def _spent_meanwhile(self, priced: Priced, chosen: Chosen) -> Refusal:
        """Points for which more was promised than for others were spent since they were quoted."""
        said = (
            f"the {chosen.points} points that were to pay {chosen.pays} fen are not all there any more, and "
            f"those that are pay {priced.pays}: ask for another quote"
        )
        facts: dict[str, int | str] = {"why": "spent_meanwhile", "quoted_fen": chosen.pays}
        return Refusal(Code.OFFSET_REFUSED, said, {**facts, "pays_fen": priced.pays})

    def _confirmed(self, rules: CompiledRules, points: int) -> Refusal | None:
        """From so many points on the member shows who it is."""
        asked = rules.definition.till.confirm_points
        if asked is None or points < asked or self.identified:
            return None
        return Refusal(
            Code.IDENTIFICATION_REFUSED,
            f"{points} points are to pay, and from {asked} on the member is identified: let the member show "
            "a new code or confirm by phone, and name that as `identification`",
            {"points": points, "confirm_points": asked, "why": "missing"},
        )

    def _plan(
        self, rules: CompiledRules, priced: Priced, used: Sequence[VoucherRow], quote: QuoteRow | None
    ) -> Plan:
        deadline = self.recorded_at + timedelta(minutes=rules.definition.till.hold_minutes)
        unit, merchant = rules.definition.unit, self.store.merchant.id
        text = content_text(content_of(priced, rules.version))
        draft = Draft(self.wallet, Kind.BILL, unit, (), merchant, explanation=text)
        if priced.points:
            parts = drawn_of(first_points(priced.parts, priced.points))
            draft.kind, draft.legs = Kind.HOLD, hold(parts)
            draft.hold = Hold(self.id, unit, merchant, priced.points, deadline, parts)
        row = {
            "id": self.id,
            "program": self.program,
            "merchant": merchant,
            "store": self.store.code,
            "quote": None if quote is None else quote.id,
            "unit": unit,
            "points": priced.points,
            "rules": rules.version,
            "at": self.occurred_at,
            "opened_at": self.recorded_at,
            "deadline": deadline,
            "content": text,
        }
        effects: Effects = [("bill", row), *(vouchers.lock(one, self.id, deadline) for one in used)]
        if quote is not None:
            effects.append(use(quote, self.id))
        return Plan((draft,), effects=effects)


class OfBill(Command, frozen=True, kw_only=True):
    """What ends a bill. vouchers: those that it locked."""

    bill: Id
    vouchers: tuple[Id, ...] = ()

    @property
    def looks_back(self) -> bool:
        """The bill is a row."""
        return True

    @property
    def this(self) -> Id:
        """The id of the entry that this books."""
        return entry_id(self.program, self.source, self.key)

    def needs(self, program: Program) -> Needs:
        """The bill and its vouchers."""
        rows = [("voucher", self.wallet, of) for of in self.vouchers]
        return Needs(rows=[("bill", self.wallet, self.bill), *rows])

    def opened(self, view: View) -> BillRow | Refusal:
        """The bill, where it is open still."""
        row = view.row("bill", self.bill)
        if row is None:
            said = f"there is no bill {self.bill} of this member: open it first, or check its id"
            return Refusal(Code.BILL_UNKNOWN, said, {"bill": str(self.bill)})
        bill = read_bill(row)
        if bill.state != "open":
            said = f"bill {bill.id} was {_ENDED[bill.state]}: look at it at /v1/bills/{bill.id}"
            return Refusal(Code.BILL_CLOSED, said, {"bill": str(bill.id), "state": bill.state})
        return bill

    def lapsed(self, bill: BillRow) -> Refusal:
        """The refusal of a bill whose deadline has passed."""
        said = (
            f"bill {bill.id} was open until {bill.deadline.isoformat()} and has lapsed: its points and "
            "vouchers are free again; open it anew"
        )
        return Refusal(Code.BILL_LAPSED, said, {"bill": str(bill.id), "deadline": bill.deadline.isoformat()})

    def locked(self, view: View, bill: BillRow) -> list[VoucherRow]:
        """The vouchers that the bill holds still."""
        found = [view.row("voucher", one.id) for one in bill.content.vouchers]
        rows = [read_voucher(row) for row in found if row is not None]
        return [row for row in rows if row.held_by(bill.id)]


_ENDED = {"captured": "captured before", "void": "voided"}


class CaptureBill(OfBill, frozen=True, kw_only=True):
    """The bill is paid: one purchase, whose points are spent and earned by the same entry.

    occurred_at: the bill's instant; rules: its version of the rules. points: fewer than held; None: all.
    cash: fen of money that was taken. The content is the purchase as `purchase_of` makes it.
    """

    cash: int
    points: int | None = None
    store: Store
    rules: int

    def needs(self, program: Program) -> Needs:
        """Also what the rules of then read."""
        counters, stocks = reads(program, program.rules_version(self.rules), self.store, self.occurred_at)
        return Needs(counters, stocks=stocks, rows=[*super().needs(program).rows])

    def decide(self, view: View) -> Plan | Refusal:
        """Look whether all is as it was opened and the money agrees; spend, earn, and free what is left."""
        if (refusal := check_time(self.occurred_at, self.recorded_at)) is not None:
            return refusal
        bill = self.opened(view)
        if isinstance(bill, Refusal):
            return bill
        if self.recorded_at >= bill.deadline:
            return self.lapsed(bill)
        program: Program = view.program(self.program)
        wallet, rules = view.wallet(self.wallet), program.rules_version(bill.rules)
        points = bill.points if self.points is None else self.points
        if (refusal := self._may(bill, rules, wallet, points)) is not None:
            return refusal
        used = self.locked(view, bill)
        if len(used) < len(bill.content.vouchers):
            said = f"bill {bill.id} holds its vouchers no more: void it, and open it anew"
            return Refusal(Code.BILL_CLOSED, said, {"bill": str(bill.id), "why": "vouchers"})
        look = Look(view, program, rules, wallet, self.store, bill.at, self.recorded_at)
        award, facts = earned_by(look, bill.content.basket, bill.content.vouchers, self.cash)
        plan = earned(self, view, rules, facts, award, self.store.merchant)
        if isinstance(plan, Refusal):
            return plan
        (draft,) = plan.drafts
        if bill.points:
            self._spend(view, bill, points, draft)
        effects = [
            *plan.effects,
            closed(bill, "captured", self.this, self.recorded_at),
            *(vouchers.spend(row, bill.id) for row in used),
        ]
        return Plan((draft,), plan.takes, effects)

    def _may(self, bill: BillRow, rules: CompiledRules, wallet: Wallet, points: int) -> Refusal | None:
        """Why this cannot be what pays the bill; None: it does."""
        content = bill.content
        held = wallet.holds.get(bill.id)
        if bill.points and (held is None or held.open < bill.points):
            said = f"the hold of bill {bill.id} was ended by itself: void the bill, and open it anew"
            return Refusal(Code.BILL_CLOSED, said, {"bill": str(bill.id), "why": "hold"})
        if points > bill.points:
            said = (
                f"{points} points are to be captured, {bill.points} are held: capture at most {bill.points}"
            )
            return Refusal(Code.EXCEEDS_HOLD, said, {"held": bill.points, "requested": points})
        pays = content.pays
        if points < bill.points:
            offset, parts = rules.definition.till.offset, content.parts
            paid = may_pay(offset, parts, Most(bill.points, content.pays), points, content.due)
            if isinstance(paid, Refusal):
                return paid
            pays = paid
        due = content.due - pays
        if self.cash == due:
            return None
        said = (
            f"{due} fen are to be paid in money beside {points} points, {self.cash} are said to be taken: "
            f"take {due}"
        )
        facts: dict[str, int | str] = {"cash_fen": due, "sent_fen": self.cash, "points": points}
        return Refusal(Code.CASH_DIFFERS, said, facts)

    def _spend(self, view: View, bill: BillRow, points: int, draft: Draft) -> None:
        """The first points of the hold pay the merchant; the others go back to their lots with it."""
        wallet = view.wallet(self.wallet)
        held = wallet.holds[bill.id]
        taken, rest = capture_parts(held, points)
        legs: list[Leg] = []
        for series, part in taken:
            legs += [
                Leg(series, Account.HELD, part, NOBODY),
                *spend([(series, part)], Account.REDEEMED, bill.merchant),
            ]
        until = view.program(self.program).grace_end(self.recorded_at)
        back, new = give_back(wallet, rest, Account.HELD, NOBODY, self.recorded_at, until)
        draft.legs = [*legs, *back, *draft.legs]
        draft.series = [*draft.series, *new]
        draft.hold = Hold(held.id, held.unit, held.merchant, held.points, held.deadline, [], held.entry)


class VoidBill(OfBill, frozen=True, kw_only=True):
    """The bill is not paid: its points and vouchers are free at once, and its quote can be used again."""

    def decide(self, view: View) -> Plan | Refusal:
        """Free what it holds still. Of a bill that has lapsed nothing may be left to free."""
        if (refusal := check_time(self.occurred_at, self.recorded_at)) is not None:
            return refusal
        bill = self.opened(view)
        if isinstance(bill, Refusal):
            return bill
        program: Program = view.program(self.program)
        wallet = view.wallet(self.wallet)
        held = wallet.holds.get(bill.id)
        if held is None and self.recorded_at >= bill.deadline:
            return self.lapsed(bill)
        draft = Draft(self.wallet, Kind.BILL, bill.unit, (), bill.merchant, bill.no)
        if held is not None:
            until = program.grace_end(self.recorded_at)
            legs, new = give_back(wallet, held.parts, Account.HELD, NOBODY, self.recorded_at, until)
            draft.kind, draft.legs, draft.series = Kind.RELEASE, legs, new
            draft.hold = Hold(held.id, held.unit, held.merchant, held.points, held.deadline, [], held.entry)
        effects: Effects = [closed(bill, "void", self.this, self.recorded_at)]
        effects += [vouchers.free(row, program, self.recorded_at) for row in self.locked(view, bill)]
        if bill.quote is not None:
            effects.append(let_go(bill.quote))
        return Plan((draft,), effects=effects)
