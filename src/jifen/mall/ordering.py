"""Steps of an order: each checked against where it stands, with all that goes back with it."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

import msgspec

from jifen.books.legs import Kind, Leg
from jifen.books.refusals import Code, Refusal
from jifen.books.series import Series
from jifen.books.verbs import earn
from jifen.books.wallet import Wallet
from jifen.engine.command import Command, Draft, Needs, Plan
from jifen.engine.view import View
from jifen.mall import orders
from jifen.mall.dealing import cash_differs
from jifen.mall.orders import MOVES, By, Order, Paid, State, Step, order_from, steps_from
from jifen.mall.paying import pooled
from jifen.mall.restoring import back, out_of
from jifen.mall.rewarding import read_redeemed
from jifen.mall.telling import step_messages
from jifen.mall.vouchers import VoucherRow, must_be_unused, read_voucher, take_back
from jifen.messages import outbox
from jifen.messages.outbox import Message
from jifen.parties.catalog import stock_id
from jifen.parties.giving import given_series
from jifen.parties.programs import Program
from jifen.rules.definition import Remedy
from jifen.rules.person import read_person
from jifen.rules.rewards import Reward
from jifen.values.ids import EntryId, Id, WalletId
from jifen.values.periods import end_of_day, local_day
from jifen.values.points import split


class Stepped(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why an entry was made: a step of an order, from where to where, at whose word.

    points: those that came back, of all payers; kept: that they stay with the merchant, by the policy
    that was shown before booking. remedy: the remedy that was given; given: its points. back_fen: cash.
    """

    order: str
    step: Step
    before: State
    state: State
    by: By
    rules: int
    reward: str
    reason: str = ""
    points: int = 0
    kept: bool = False
    remedy: str = ""
    given: int = 0
    back_fen: int = 0


_decode = msgspec.json.Decoder(Stepped).decode
_encode = msgspec.json.Encoder().encode


def read_stepped(text: str) -> Stepped | None:
    """The step of an order that an explanation tells of; None: it tells of something else."""
    return _decode(text) if '"step"' in text else None


class TakeStep(Command, frozen=True, kw_only=True):
    """A step of an order. The wallet is that whose order it is.

    unit, placed_at, payers, stocks, vouchers: as the order has them for good; they say what must be seen.
    who: whose key asks; by: at whose word. cash_fen: what the merchant received. remedy: the name of the
    fault, whose published remedy is given beside the points, paid for by the merchant. silent: who asks
    tells the members itself.
    """

    order: EntryId
    step: Step
    who: By
    by: By
    unit: str
    placed_at: datetime
    payers: tuple[Paid, ...]
    stocks: tuple[str, ...] = ()
    vouchers: tuple[Id, ...] = ()
    reason: str = ""
    cash_fen: int | None = None
    remedy: str | None = None
    silent: bool = False

    @property
    def wallets(self) -> tuple[WalletId, ...]:
        """Whose order it is, then the others who paid."""
        return tuple(dict.fromkeys((self.wallet, *(paid.id for paid in self.payers))))

    @property
    def looks_back(self) -> bool:
        """It reads the order, its entries and its vouchers."""
        return True

    def needs(self, program: Program) -> Needs:
        """The order with the entries that paid it, its vouchers and what it was taken from."""
        return Needs(
            places=[(paid.id, paid.no) for paid in self.payers],
            rows=[
                ("redemption", self.wallet, self.order),
                *(("voucher", self.wallet, voucher) for voucher in self.vouchers),
            ],
            stocks=[stock_id(program.id, code) for code in self.stocks],
            counters_of=[
                (paid.id, *pooled(self.unit, self.placed_at, program.zone))
                for paid in self.payers
                if paid.id != self.wallet
            ],
        )

    def counters_then(self, view: View) -> Sequence[tuple[str, str]]:
        """The counters of the limits of the reward."""
        placed = view.entry_at(self.wallet, self.payers[0].no)
        return () if placed is None else read_redeemed(placed.entry.explanation).counted

    def decide(self, view: View) -> Plan | Refusal:
        """Where the step leads, and what goes back with it: points, cash, stock, time, vouchers, limits."""
        program: Program = view.program(self.program)
        row = view.row("redemption", self.order)
        if row is None:
            return unknown_order(self.order)
        order = order_from(row, self.program)
        reward = _reward(program, order)
        move = MOVES.get((self.step, order.state))
        if move is None or self.who not in move.who:
            return self._out_of_turn(order, known=move is not None)
        if (refusal := self._may(view, program, order, reward)) is not None:
            return refusal
        remedy = None if self.remedy is None else _remedy(program, order, self.remedy, self.occurred_at)
        if isinstance(remedy, Refusal):
            return remedy
        return self._plan(view, program, order, move.to, reward, remedy)

    def _out_of_turn(self, order: Order, *, known: bool) -> Refusal:
        open_ones = (
            ", ".join(step.replace("_", "-") for step in steps_from(order.state, self.who)) or "nothing"
        )
        said = "is the operator's to do" if known else f"does not follow on {order.state}"
        step = self.step.replace("_", "-")
        return Refusal(
            Code.ORDER_STATE,
            f"order {order.id} is {order.state}: {step} {said}; what can follow is {open_ones}",
            {"order": str(order.id), "state": order.state, "step": step, "open": open_ones},
        )

    def _may(self, view: View, program: Program, order: Order, reward: Reward) -> Refusal | None:
        """What stands against the step itself, beside the order's state."""
        if reward.kind == "donation":
            return Refusal(
                Code.NOT_REVERSIBLE,
                f"order {order.id} is a donation, which is for good: the charity has it",
                {"kind": "donation"},
            )
        if self.step in ("confirm", "fulfil"):
            return self._paid(order)
        if self.step == "no_show":
            return self._missed(order)
        timed = self.step == "return" and order.state == "fulfilled" and not order.vouchers
        if timed and (refusal := self._in_time(program, order, reward)) is not None:
            return refusal
        if self._gives_back(order, reward):
            for voucher in self._vouchers(view):
                if (refusal := must_be_unused(voucher, self.recorded_at)) is not None:
                    return refusal
        return None

    def _paid(self, order: Order) -> Refusal | None:
        if self.cash_fen is not None and (order.paid_fen or self.cash_fen != order.cash_fen):
            left = order.cash_fen - order.paid_fen
            return cash_differs(f"order {order.id}", left, self.cash_fen)
        paid = order.paid_fen if self.cash_fen is None else self.cash_fen
        if self.step == "fulfil" and paid != order.cash_fen:
            return cash_differs(f"order {order.id}", order.cash_fen, paid)
        return None

    def _missed(self, order: Order) -> Refusal | None:
        if order.slot_since is not None and order.slot_since <= self.occurred_at:
            return None
        when = (
            "is booked for no time" if order.slot_since is None else f"begins {order.slot_since.isoformat()}"
        )
        return Refusal(
            Code.ORDER_STATE,
            f"order {order.id} {when}: nobody can have missed it; cancel it instead",
            {"order": str(order.id), "state": order.state, "step": "no-show"},
        )

    def _in_time(self, program: Program, order: Order, reward: Reward) -> Refusal | None:
        """Until the end of the last day on which it can be given back."""
        assert order.fulfilled_at is not None
        day = local_day(order.fulfilled_at, program.zone) + timedelta(days=reward.return_days)
        ends = end_of_day(day, program.zone)
        if self.occurred_at < ends:
            return None
        return Refusal(
            Code.ORDER_STATE,
            f"order {order.id} could be given back until {ends.isoformat()}: where something was wrong, "
            "let the operator open a dispute",
            {"order": str(order.id), "state": order.state, "step": "return", "until": ends.isoformat()},
        )

    def _vouchers(self, view: View) -> list[VoucherRow]:
        rows = [view.row("voucher", voucher) for voucher in self.vouchers]
        return [read_voucher(row) for row in rows if row is not None]

    def _gives_back(self, order: Order, reward: Reward) -> bool:
        """Whether points and cash come back: by the policy, where who cancels is late or nobody came."""
        if self.step in ("return", "fail"):
            return True
        if self.step == "no_show":
            return reward.slots is not None and reward.slots.no_show == "return"
        if self.step != "cancel":
            return False
        return (
            self.by != "member"
            or not late(order, reward, self.occurred_at)
            or (reward.slots is not None and reward.slots.no_show == "return")
        )

    def _plan(
        self,
        view: View,
        program: Program,
        order: Order,
        state: State,
        reward: Reward,
        remedy: Remedy | None,
    ) -> Plan | Refusal:
        ends = self.step in ("cancel", "return", "fail", "no_show")
        gives_back = self._gives_back(order, reward)
        paid_fen = order.paid_fen if self.cash_fen is None else self.cash_fen
        compensation = 0 if remedy is None else compensation_of(remedy, order.points)
        left = self._left(view) if gives_back else {}
        told = Stepped(
            str(order.id),
            self.step,
            order.state,
            state,
            self.by,
            order.rules,
            order.reward,
            self.reason,
            sum(left.values()),
            ends and not gives_back,
            (self.remedy or "") if remedy is not None else "",
            compensation,
            paid_fen if gives_back else 0,
        )
        text = _encode(told).decode()
        drafts = self._drafts(view, program, order, remedy, text, gives_back=gives_back)
        effects: list[tuple[str, dict[str, Any]]] = []
        if compensation:
            given = self._compensated(view, program, order, compensation, drafts, text)
            if isinstance(given, Refusal):
                return given
            drafts += given[0]
            effects += given[1]
        changed = msgspec.structs.replace(
            order,
            state=state,
            changed_at=self.occurred_at,
            fulfilled_at=self.occurred_at if state == "fulfilled" else order.fulfilled_at,
            paid_fen=paid_fen,
            back_fen=told.back_fen,
            reason=self.reason,
            by=self.by,
        )
        effects.append(orders.effect(changed))
        if gives_back:
            effects += [take_back(voucher) for voucher in self._vouchers(view)]
        if not self.silent:
            back = self._back(view, left)
            effects += step_messages(program, changed, reward, self.step, back, self.recorded_at)
        return Plan(drafts, self._takes(view, order) if ends and self.step != "no_show" else (), effects)

    def _takes(self, view: View, order: Order) -> list[tuple[Id, int]]:
        """What was taken goes back where it came from."""
        found = [stock_id(self.program, code) for code in order.stocks]
        return [(stock, -order.count) for stock in found if view.stock(stock) is not None]

    def _left(self, view: View) -> dict[WalletId, int]:
        """What each who paid still has in it."""
        booked = {paid.id: view.entry_at(paid.id, paid.no) for paid in self.payers}
        return {wallet: out_of(one).left for wallet, one in booked.items() if one is not None}

    def _back(self, view: View, left: Mapping[WalletId, int]) -> dict[WalletId, int]:
        """What comes back, by who is told of it: of a pool, which nobody reads for, whose order it is."""
        told = {self.wallet: 0}
        for wallet, points in left.items():
            reader = wallet if read_person(view.wallet(wallet).facts).family is None else self.wallet
            told[reader] = told.get(reader, 0) + points
        return told

    def _drafts(
        self,
        view: View,
        program: Program,
        order: Order,
        remedy: Remedy | None,
        text: str,
        *,
        gives_back: bool,
    ) -> list[Draft]:
        """One entry in the wallet whose order it is; where points come back, one in each wallet that paid."""
        at, merchant = self.occurred_at, order.merchant
        placed = view.entry_at(self.wallet, self.payers[0].no)
        assert placed is not None
        first = Draft(self.wallet, Kind.ORDER, order.unit, (), merchant, explanation=text)
        if not gives_back:
            return [first]
        until = _grace(program, remedy, at)
        told = read_redeemed(placed.entry.explanation)
        first.reverses = placed.entry.no
        first.counts = dict.fromkeys(told.counted, -told.count)
        drafts = [first]
        for paid in self.payers:
            booked = view.entry_at(paid.id, paid.no)
            left = 0 if booked is None else out_of(booked).left
            if booked is None or not left:
                continue
            legs, new = back(view.wallet(paid.id), booked, left, at, until)
            draft = first if paid.id == self.wallet else Draft(paid.id, Kind.REVERSE, order.unit)
            draft.kind, draft.legs, draft.series = Kind.REVERSE, legs, new
            draft.merchant, draft.reverses, draft.explanation = merchant, paid.no, text
            if draft is not first:
                drew = read_redeemed(booked.entry.explanation).drew
                draft.counts = {} if drew is None else {drew: -left}
                drafts.append(draft)
        return drafts

    def _compensated(
        self, view: View, program: Program, order: Order, points: int, drafts: Sequence[Draft], text: str
    ) -> tuple[list[Draft], list[tuple[str, dict[str, Any]]]] | Refusal:
        """The compensation of everybody who paid, by what each paid, with its message."""
        at = self.occurred_at
        funder = program.merchants_by_id[order.merchant]
        series = given_series(program, at, order.unit, funder)
        weights = [paid.points for paid in order.payers] if order.points else [1]
        made: list[Draft] = []
        told: list[tuple[str, dict[str, Any]]] = []
        for paid, share in zip(order.payers, split(points, weights), strict=False):
            if not share:
                continue
            wallet = after(view.wallet(paid.id), drafts)
            legs = earn(wallet, [(series, share)])
            if isinstance(legs, Refusal):
                return legs
            made.append(
                Draft(
                    paid.id,
                    Kind.COMPENSATE,
                    order.unit,
                    legs,
                    funder.id,
                    explanation=text,
                    series=(series,),
                    active_at=at,
                )
            )
            message = Message(
                program=program.id,
                wallet=paid.id,
                event="compensated",
                key=f"compensated:{order.id}:{paid.id}",
                fields={
                    "points": str(share),
                    "unit": program.units[order.unit].name,
                    "reason": self.reason or order.reward,
                },
                due_at=self.recorded_at,
            )
            told.append(outbox.effect(message, self.recorded_at))
        return made, told


def after(wallet: Wallet, drafts: Sequence[Draft]) -> Wallet:
    """The wallet as it is after these drafts, where that matters: what they repay is not repaid twice."""
    own = [draft for draft in drafts if draft.wallet == wallet.id]
    if not any(lot.owed for lot in wallet.lots.values()):
        return wallet
    then = deepcopy(wallet)
    known: dict[Any, Series] = {lot.series.id: lot.series for lot in then.lots.values()}
    for draft in own:
        known |= {series.id: series for series in draft.series}
        legs: Sequence[Leg] = draft.legs
        then.post(legs, known)
    return then


def compensation_of(remedy: Remedy, points: int) -> int:
    """The points of a remedy for `points` that were spent: so many thousandths, rounded up, and more."""
    return -(-points * remedy.permille // 1000) + remedy.points


def late(order: Order, reward: Reward, at: datetime) -> bool:
    """Whether it is too late to cancel what is booked for a time and get everything back."""
    if order.slot_since is None or reward.slots is None:
        return False
    return at > order.slot_since - timedelta(hours=reward.slots.cancel_hours)


def unknown_order(order: EntryId) -> Refusal:
    """The refusal of an order that is not there, or not the caller's."""
    return Refusal(
        Code.ORDER_UNKNOWN,
        f"there is no order {order} that you may name: its id is that of the answer to its redemption",
        {"order": str(order)},
    )


def _reward(program: Program, order: Order) -> Reward:
    """The reward as it was promised, also where it is no longer listed (R06)."""
    rules = program.rules_version(order.rules).definition
    return next(one for one in rules.rewards if one.code == order.reward)


def _remedy(program: Program, order: Order, name: str, at: datetime) -> Remedy | Refusal:
    """The remedy of a fault, as published when the order was placed, else as it is now."""
    now = program.rules_at(at)
    published = [program.rules_version(order.rules), *([now] if now is not None else [])]
    for rules in published:
        if name in rules.definition.remedies:
            return rules.definition.remedies[name]
    known = ", ".join(sorted(published[-1].definition.remedies)) or "none"
    return Refusal(
        Code.REMEDY_UNKNOWN,
        f"the programme publishes no remedy {name!r}: use one of {known}, or leave it out",
        {"remedy": name},
    )


def _grace(program: Program, remedy: Remedy | None, at: datetime) -> datetime | None:
    """Until when points live that come back late: the later of the remedy's and the programme's grace."""
    ends = [program.grace_end(at)]
    if remedy is not None and remedy.grace_days:
        day = local_day(at, program.zone) + timedelta(days=remedy.grace_days)
        ends.append(end_of_day(day, program.zone))
    return max((end for end in ends if end is not None), default=None)
