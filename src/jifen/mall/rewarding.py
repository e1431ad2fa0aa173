"""Redeem a reward: it is priced, looked at, paid for and becomes an order, all of it or nothing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from jifen.books.legs import Account, Kind
from jifen.books.refusals import Code, Refusal
from jifen.books.verbs import Parts, draw, spend
from jifen.engine.command import Draft, Needs, Plan, entry_id
from jifen.engine.view import View
from jifen.mall import orders, vouchers
from jifen.mall.dealing import Deal, OfReward
from jifen.mall.orders import Order, Paid
from jifen.mall.paying import Drawn, counters_of_payers, counts_of, draw_together, payers_of
from jifen.mall.quotes import use
from jifen.mall.slots import Slot, find_slot, slot_full, slot_stock
from jifen.mall.spending import donated, first_of, may_spend, take_of
from jifen.parties.catalog import stock_id
from jifen.parties.programs import Program
from jifen.rules.pricing import limits, pricing_of
from jifen.values.ids import Id, WalletId
from jifen.values.periods import local_day


class Redeemed(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a redemption took its points: the reward of which rules, the price of a piece, how many.

    price: which of the reward's prices held. counted: the counters of its limits. cash_fen: to be paid
    beside the points, for a piece. shared: what this wallet gave of the points, where several paid; drew: the
    counter of what others spent of this wallet's, where that is one of them. slot: the time it is booked for.
    """

    rules: int = 0
    reward: str = ""
    points: int = 0
    count: int = 1
    price: int | None = None
    counted: tuple[tuple[str, str], ...] = ()
    cash_fen: int = 0
    shared: int | None = None
    slot: datetime | None = None
    drew: tuple[str, str] | None = None


_decode = msgspec.json.Decoder(Redeemed).decode
_encode = msgspec.json.Encoder().encode


def read_redeemed(text: str) -> Redeemed:
    """Why a redemption took its points; of one without a reward, nothing."""
    return _decode(text) if text else Redeemed()


class Taken(msgspec.Struct, frozen=True):
    """What an order takes from: codes of stocks, and how much of which."""

    codes: tuple[str, ...] = ()
    takes: tuple[tuple[Id, int], ...] = ()


class RedeemReward(OfReward, frozen=True, kw_only=True):
    """`count` pieces of a reward, from a merchant, at the price that holds for the member then (R06).

    expected: the points of a piece that the member was shown; another price is refused. slot: the time it is
    booked for. pay: in points, or all of it in cash, which only what is booked for a time can be. cash_fen:
    what the merchant received already. payers: everybody who pays, the member first; none: the member alone.
    beneficiary: for whom it is, by the member's word. quote: what was promised, and is honoured; quoted_at,
    quoted_rules: its instant and version. hashes: of the codes of the vouchers that it gives. by: at whose
    word it is placed.
    """

    hashes: tuple[bytes, ...] = ()
    by: orders.By = "member"

    @property
    def wallets(self) -> tuple[WalletId, ...]:
        """Whose order it is, then the others who pay."""
        if not self.payers:
            return (self.wallet,)
        return tuple(dict.fromkeys((self.wallet, *payers_of(self.payers))))

    @property
    def looks_back(self) -> bool:
        """A quote is read; and who is in which household is no entry, so several payers are read afresh."""
        return bool(self.payers) or self.quote is not None

    def needs(self, program: Program) -> Needs:
        """The counters of limits and prices, the stock, and the places of the time."""
        rows = () if self.quote is None else (("quote", self.wallet, self.quote),)
        rules = self.rules_for(program)
        reward = None if rules is None else pricing_of(rules).rewards.get(self.reward)
        if rules is None or reward is None:
            return Needs(rows=rows)
        day = local_day(self.priced_at, program.zone)
        stocks = [] if reward.stock is None else [stock_id(program.id, reward.stock)]
        if self.slot is not None and reward.slots is not None:
            stocks.append(stock_id(program.id, slot_stock(reward, self.slot, self.store_code)))
        counters = [*pricing_of(rules).reads(day), *(counter for counter, _ in limits(reward, day))]
        others: list[tuple[WalletId, str, str]] = []
        if self.payers:
            unit = reward.unit or rules.definition.unit
            others = counters_of_payers(self.payers, self.wallet, unit, self.occurred_at, program.zone)
        return Needs(counters=counters, counters_of=others, stocks=stocks, rows=rows)

    def decide(self, view: View) -> Plan | Refusal:
        """Price it, look at its limits, draw the lots, take from stock and time: all or nothing."""
        program: Program = view.program(self.program)
        wallet = view.wallet(self.wallet)
        deal = self.deal(view, program, wallet)
        if isinstance(deal, Refusal):
            return deal
        if (refusal := may_spend(self, program, wallet, deal.unit)) is not None:
            return refusal
        if (refusal := self.may_have(program, deal, wallet)) is not None:
            return refusal
        slot = self._slot(program, deal)
        if isinstance(slot, Refusal):
            return slot
        taken = self._taken(view, deal, slot)
        if isinstance(taken, Refusal):
            return taken
        drawn = self._drawn(view, program, deal)
        if isinstance(drawn, Refusal):
            return drawn
        return self._placed(view, program, deal, slot, taken, drawn)

    def _slot(self, program: Program, deal: Deal) -> Slot | Refusal | None:
        if self.slot is not None:
            return find_slot(program, deal.rules, deal.reward, self.slot, self.store_code, deal.at)
        if deal.reward.slots is None:
            return None
        return Refusal(
            Code.SLOT_UNKNOWN,
            f"{deal.reward.code!r} is booked for a time: name it as `slot`, one of those of its list",
            {"reward": deal.reward.code, "why": "missing"},
        )

    def _taken(self, view: View, deal: Deal, slot: Slot | None) -> Taken | Refusal:
        reward, codes = deal.reward, []
        takes: list[tuple[Id, int]] = []
        if slot is not None:
            places = slot_stock(reward, slot.since, self.store_code)
            left = view.stock(stock_id(self.program, places)) or 0
            if min(left, slot.capacity) < self.count:
                return slot_full(reward, slot.since, min(left, slot.capacity), self.count)
            codes.append(places)
            takes.append((stock_id(self.program, places), self.count))
        found = take_of(view, self.program, reward.stock, self.count)
        if isinstance(found, Refusal):
            return found
        if reward.stock is not None:
            codes.append(reward.stock)
        return Taken(tuple(codes), (*takes, *found))

    def _drawn(self, view: View, program: Program, deal: Deal) -> Drawn | Refusal:
        """What each wallet pays, of which of its lots; the member is among them, if with nothing."""
        points = deal.points * self.count
        if not points:
            return [(self.wallet, [])]
        at = self.occurred_at
        first = None if deal.reward.kind == "donation" else first_of(program, self, self.merchant)
        if not self.payers:
            parts = draw(view.wallet(self.wallet), deal.unit, points, at, first)
            return parts if isinstance(parts, Refusal) else [(self.wallet, parts)]
        drawn = draw_together(
            view, program, deal.unit, points, self.payers, at, first, deal.rules, self.recorded_at
        )
        if isinstance(drawn, Refusal):
            return drawn
        own = [parts for wallet, parts in drawn if wallet == self.wallet]
        others = [(wallet, parts) for wallet, parts in drawn if wallet != self.wallet]
        return [(self.wallet, own[0] if own else []), *others]

    def _placed(
        self, view: View, program: Program, deal: Deal, slot: Slot | None, taken: Taken, drawn: Drawn
    ) -> Plan:
        """The order with its entries: one in each wallet that pays, the member's first."""
        day = local_day(deal.at, program.zone)
        counted = tuple(counter for counter, _ in limits(deal.reward, day)) if self.pay == "points" else ()
        since = None if slot is None else slot.since
        told = Redeemed(
            deal.rules.version,
            self.reward,
            deal.points,
            self.count,
            deal.price,
            counted,
            deal.cash_fen,
            slot=since,
        )
        drafts = [self._draft(program, deal, told, of, parts, len(drawn) > 1) for of, parts in drawn]
        order = self._order(view, program, deal, slot, taken, drawn)
        effects: list[tuple[str, dict[str, Any]]] = [orders.effect(order)]
        effects += vouchers.issue(
            program,
            deal.rules,
            deal.reward,
            order.id,
            self.count,
            self.hashes,
            self.occurred_at,
            merchant=self.merchant,
        )
        if deal.quote is not None:
            effects.append(use(deal.quote, order.id))
        if deal.reward.kind == "donation":
            places = {one.id: one.no for one in order.payers}
            for of, parts in drawn:
                points = _sum(parts)
                if points:
                    effects.append(donated(program, self.merchant, self, of, places[of], deal.unit, points))
        return Plan(drafts, taken.takes, effects)

    def _draft(
        self, program: Program, deal: Deal, told: Redeemed, of: WalletId, parts: Parts, shared: bool
    ) -> Draft:
        gives = deal.reward.kind == "donation"
        kind = Kind.ORDER if self.pay == "cash" else Kind.DONATE if gives else Kind.REDEEM
        counts: dict[tuple[str, str], int] = {}
        if of == self.wallet:
            counts = dict.fromkeys(told.counted, self.count)
        else:
            told = msgspec.structs.replace(told, counted=())
        if shared:
            pooled = counts_of(self.payers, self.wallet, of, deal.unit, parts, self.occurred_at, program.zone)
            told = msgspec.structs.replace(told, shared=_sum(parts), drew=next(iter(pooled), None))
            counts |= pooled
        return Draft(
            of,
            kind,
            deal.unit,
            spend(parts, Account.DONATED if gives else Account.REDEEMED, self.merchant.id),
            self.merchant.id,
            explanation=_encode(told).decode(),
            counts=counts,
            active_at=self.occurred_at,
        )

    def _order(
        self, view: View, program: Program, deal: Deal, slot: Slot | None, taken: Taken, drawn: Drawn
    ) -> Order:
        this = entry_id(self.program, self.source, self.key)
        state: orders.State = "placed"
        if deal.reward.kind == "donation":
            state = "fulfilled"
        elif deal.reward.fulfil == "at_once":
            state = "fulfilled" if slot is None else "confirmed"
        # An entry's number is that after the wallet's last one: each payer has one entry of this order.
        paid = tuple(Paid(str(of), view.wallet(of).version + 1, _sum(parts)) for of, parts in drawn)
        gives = () if deal.reward.voucher is None else vouchers.voucher_ids(this, self.count)
        return Order(
            id=this,
            wallet=self.wallet,
            program=program.id,
            placed_no=paid[0].no,
            merchant=self.merchant.id,
            store=self.store_code,
            reward=self.reward,
            rules=deal.rules.version,
            count=self.count,
            unit=deal.unit,
            points=deal.points * self.count,
            cash_fen=deal.cash_fen * self.count,
            paid_fen=self.cash_fen or 0,
            state=state,
            placed_at=self.occurred_at,
            changed_at=self.occurred_at,
            fulfilled_at=self.occurred_at if state == "fulfilled" else None,
            slot_since=None if slot is None else slot.since,
            slot_until=None if slot is None else slot.until,
            beneficiary=self.beneficiary,
            payers=paid,
            vouchers=tuple(gives),
            stocks=taken.codes,
            quote=self.quote,
            by=self.by,
        )


def _sum(parts: Parts) -> int:
    return sum(points for _, points in parts)


__all__: Sequence[str] = ("RedeemReward", "Redeemed", "read_redeemed")
