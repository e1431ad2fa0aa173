"""Restore: points that were spent come back as points, into the very lots they came from."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from jifen.books.entries import Entry
from jifen.books.legs import Account, Kind, Leg
from jifen.books.refusals import Code, Refusal
from jifen.books.series import Series
from jifen.books.verbs import Parts, give_back, restore_parts
from jifen.books.wallet import Wallet
from jifen.engine.command import Command, Draft, Needs, Plan, check_time
from jifen.engine.view import Booked, View
from jifen.mall import orders
from jifen.mall.orders import Order, order_from
from jifen.mall.rewarding import read_redeemed
from jifen.parties.programs import Program
from jifen.values.ids import EntryId

RESTORABLE = {Kind.REDEEM: Account.REDEEMED, Kind.CAPTURE: Account.REDEEMED}
"""What can come back, and the account that it comes back from."""


class Out(msgspec.Struct, frozen=True):
    """What an entry took from its lots, and what of that came back."""

    spent: Parts
    returned: Parts

    @property
    def left(self) -> int:
        """Points that did not come back yet."""
        return _sum(self.spent) - _sum(self.returned)


def out_of(booked: Booked, account: Account = Account.REDEEMED) -> Out:
    """What an earlier spending took, and what came back of it so far."""
    returned = [part for earlier in booked.reversals for part in _parts(earlier, account, 1)]
    return Out(_parts(booked.entry, account, -1), returned)


def back(
    wallet: Wallet, booked: Booked, points: int, at: datetime, until: datetime | None
) -> tuple[list[Leg], list[Series]]:
    """The legs by which points of a spending come back, and the series that may be new.

    Split over the lots that paid, by largest remainder (COMPLIANCE §2). until: how long the late live.
    """
    out = out_of(booked)
    merchant = booked.entry.merchant
    assert merchant is not None
    parts = restore_parts(out.spent, out.returned, points)
    return give_back(wallet, parts, Account.REDEEMED, merchant, at, until)


class Restore(Command, frozen=True, kw_only=True):
    """Take back a redemption or a capture, in part (`points`) or all that is left of it."""

    of: EntryId
    points: int | None = None

    @property
    def looks_back(self) -> bool:
        """It reads the redemption and all that came back of it."""
        return True

    def needs(self, program: Program) -> Needs:
        """The redemption, with what came back of it, and its order, where it is one."""
        return Needs(entries=(self.of,), rows=(("redemption", self.wallet, self.of),))

    def counters_then(self, view: View) -> Sequence[tuple[str, str]]:
        """The counters of the limits of a reward that comes back."""
        booked = view.entry(self.of)
        if booked is None or booked.entry.kind is not Kind.REDEEM:
            return ()
        return read_redeemed(booked.entry.explanation).counted

    def decide(self, view: View) -> Plan | Refusal:
        """What comes back, at most what is left; an order of which all comes back has ended."""
        if (refusal := check_time(self.occurred_at, self.recorded_at)) is not None:
            return refusal
        booked = view.entry(self.of)
        if booked is None or booked.entry.wallet != self.wallet:
            return Refusal(
                Code.ENTRY_UNKNOWN,
                f"there is no entry {self.of} of this member: check the id",
                {"entry": str(self.of)},
            )
        if booked.entry.kind not in RESTORABLE:
            return Refusal(
                Code.NOT_REVERSIBLE,
                f"entry {self.of} is a {booked.entry.kind}, which cannot be taken back this way: "
                "return the purchase, or make an adjustment with a reason",
                {"kind": str(booked.entry.kind)},
            )
        row = view.row("redemption", self.of)
        order = None if row is None else order_from(row, self.program)
        if order is not None and (refusal := _only_as_order(order)) is not None:
            return refusal
        left = out_of(booked).left
        if left == 0:
            return Refusal(Code.NOTHING_LEFT, f"all of entry {self.of} came back already: nothing moved")
        points = left if self.points is None else self.points
        if points > left:
            return Refusal(
                Code.EXCEEDS_ENTRY,
                f"{points} points are to come back, {left} are left of entry {self.of}: return at "
                f"most {left}",
                {"requested": points, "left": left},
            )
        return self._plan(view, booked, order, points, points == left)

    def _plan(self, view: View, booked: Booked, order: Order | None, points: int, whole: bool) -> Plan:
        until = view.program(self.program).grace_end(self.occurred_at)
        legs, new = back(view.wallet(self.wallet), booked, points, self.occurred_at, until)
        entry = booked.entry
        draft = Draft(self.wallet, Kind.REVERSE, entry.unit, legs, entry.merchant, entry.no, series=new)
        if not whole or entry.kind is not Kind.REDEEM:
            return Plan((draft,))
        told = read_redeemed(entry.explanation)
        draft.counts = dict.fromkeys(told.counted, -told.count)
        if order is None:
            return Plan((draft,))
        ended = msgspec.structs.replace(
            order, state="returned", changed_at=self.occurred_at, back_fen=order.paid_fen, by="merchant"
        )
        return Plan((draft,), effects=(orders.effect(ended),))


def _only_as_order(order: Order) -> Refusal | None:
    """Why points of an order do not come back alone: others paid too, or something goes with them."""
    paid = sum(1 for one in order.payers if one.points)
    if paid < 2 and not (order.vouchers or order.stocks):
        return None
    why = "several members paid it" if paid > 1 else "vouchers, stock or a time go back with its points"
    return Refusal(
        Code.NOT_REVERSIBLE,
        f"{order.id} is an order, and {why}: cancel it, return it or let it fail at /v1/orders/{order.id}",
        {"kind": "order", "order": str(order.id)},
    )


def _parts(entry: Entry, account: Account, sign: int) -> Parts:
    return [
        (leg.series, leg.points * sign)
        for leg in entry.legs
        if leg.account is account and leg.points * sign > 0
    ]


def _sum(parts: Parts) -> int:
    return sum(points for _, points in parts)
