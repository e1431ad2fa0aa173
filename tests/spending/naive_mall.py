"""The mall, the plainest way: rewards, what they cost and take, orders and their steps, paying together."""

from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import msgspec

from tests.spending.lots import BEIJING, Parts, Traits, day_of, end_of, month_of
from tests.spending.naive_home import Home
from tests.spending.sheets import (
    AHEAD_DAYS,
    CANCEL_HOURS,
    CAPACITY,
    CLOSING_MINUTES,
    SLOT_HOURS,
    Goods,
)
from tests.spending.world import HOMES, No, Order, Paid, Quote, Said, Voucher, no

Payers = tuple[tuple[str, int | None], ...]
"""Who pays, and a stated part or None."""

OFFER_HOURS = 24

STEPS = {
    "confirm": {"placed": "confirmed"},
    "fulfil": {"placed": "fulfilled", "confirmed": "fulfilled", "disputed": "fulfilled"},
    "cancel": {"placed": "cancelled", "confirmed": "cancelled"},
    "no_show": {"placed": "cancelled", "confirmed": "cancelled"},
    "return": {"fulfilled": "returned", "disputed": "returned"},
    "dispute": {"placed": "disputed", "confirmed": "disputed", "fulfilled": "disputed"},
    "fail": {"placed": "failed", "confirmed": "failed", "disputed": "failed"},
}
"""Where each step leads from where, for the operator."""


class Asked(msgspec.Struct, frozen=True):
    """A reward as it is asked for; at, terms: what decides."""

    who: str
    reward: str
    count: int
    merchant: str
    slot: datetime | None
    at: datetime
    terms: int
    payers: Payers = ()
    agreed: bool = False


class Offer(msgspec.Struct):
    """What several are to pay together. agreed: who has said yes."""

    who: str
    reward: str
    merchant: str
    expected: int
    parts: Payers
    ends: datetime
    agreed: set[str]
    state: Literal["open", "done", "declined"] = "open"


class Mall(Home):
    """Each verb changes the world and says what is answered, or says no and changes nothing."""

    wallet_ids: dict[str, UUID]

    def __init__(self, *given: object) -> None:
        super().__init__(*given)
        self.counts: dict[tuple[str, str, tuple[int, int]], int] = {}
        self.offers: dict[str, Offer] = {}
        self.whose: dict[str, dict[str, dict[Traits, dict[str, int]]]] = {}

    # What a reward asks for.

    def obstacles(self, asked: Asked, goods: Goods) -> set[str]:
        """All that stands against it, but for the payment."""
        why: set[str] = set()
        if goods.merchant and goods.merchant != asked.merchant:
            why.add("reward_elsewhere")
        had = self.counts.get((asked.who, asked.reward, month_of(asked.at)), 0)
        if goods.limit and had + asked.count > goods.limit:
            why.add("limit_reached")
        if goods.slots != (asked.slot is not None):
            why.add("slot_unknown")
        elif asked.slot is not None:
            if not self.bookable(asked.slot, asked.at):
                why.add("slot_unknown")
            if self.places.get(asked.slot, 0) + asked.count > CAPACITY:
                why.add("slot_full")
        if goods.stock and self.stock[goods.stock] < asked.count:
            why.add("out_of_stock")
        stated = [points for _, points in asked.payers if points is not None]
        if stated and len(asked.payers) > goods.payers:
            why.add("payers_refused")
        return why

    def bookable(self, slot: datetime, at: datetime) -> bool:
        """Whether there is such a time, not closed and not too far ahead."""
        local = slot.astimezone(BEIJING)
        on_time = local.hour in SLOT_HOURS and not local.minute
        last = day_of(at) + timedelta(days=AHEAD_DAYS)
        return on_time and at < slot - timedelta(minutes=CLOSING_MINUTES) and local.date() <= last

    def payment(self, asked: Asked, points: int) -> list[Paid] | No:
        """Who pays which lots."""
        first = asked.merchant if self.today.own_points_first else ""
        if not asked.payers:
            parts = self.wallets[asked.who].draw(points, self.now, first)
            return no("insufficient_points") if parts is None else [Paid(asked.who, parts)]
        payers = [(who, part) for who, part in asked.payers if who != asked.who]
        own = [part for who, part in asked.payers if who == asked.who]
        ordered = [(asked.who, own[0] if own else None), *payers]
        if all(part is None for _, part in ordered):
            return self.pooled(asked, points, [who for who, _ in ordered], first)
        return self.stated(asked, points, [(who, part or 0) for who, part in ordered], first)

    def stated(self, asked: Asked, points: int, payers: list[tuple[str, int]], first: str) -> list[Paid] | No:
        """Each pays a stated part, or nobody pays anything."""
        if sum(part for _, part in payers) != points:
            return no("payers_refused")
        paid = []
        for who, part in payers:
            may = asked.agreed or who == asked.who or (self.allowance(asked.who, who) or 0) >= part
            parts = self.wallets[who].draw(part, self.now, first)
            if not may or parts is None:
                return no("payers_refused", "insufficient_points")
            paid.append(Paid(who, parts, pooled=who != asked.who and not asked.agreed))
        return paid

    def pooled(self, asked: Asked, points: int, payers: list[str], first: str) -> list[Paid] | No:
        """The household pays: soonest to expire, perhaps the buyer's own first, of each what is let."""
        sheet = self.sheet(asked.terms)
        if self.home_of(asked.who) is None or not sheet.pools:
            return no("household_refused")
        left = {who: self.allowance(asked.who, who) or 0 for who in payers}
        left[asked.who] = points
        lots = [(who, traits) for who in payers if left[who] for traits in self.wallets[who].usable(self.now)]
        lots.sort(
            key=lambda one: (
                sheet.draw == "own_first" and one[0] != asked.who,
                *self.wallets[one[0]].order(one[1], first),
                self.wallet_ids[one[0]],
            )
        )
        found: dict[str, Parts] = {}
        for who, traits in lots:
            part = min(points, left[who], self.wallets[who].lots[traits].remaining)
            if part:
                found.setdefault(who, []).append((traits, part))
                left[who] -= part
                points -= part
        if points:
            return no("insufficient_points")
        return [Paid(who, found[who], pooled=who != asked.who) for who in payers if who in found]

    def cannot(self, asked: Asked) -> bool:
        """Whether something stands against it, once the cash is paid."""
        goods = self.sheet(asked.terms).goods[asked.reward]
        points = goods.points * asked.count
        return bool(self.obstacles(asked, goods)) or isinstance(self.payment(asked, points), No)

    # The verbs.

    def quote_reward(
        self, key: str, *, who: str, reward: str, merchant: str, count: int = 1, slot: datetime | None = None
    ) -> Said | No:
        """What a reward costs, and whether it can be had."""
        terms = self.terms_at(self.now)
        sheet = self.sheet(terms)
        goods = sheet.goods[reward]
        ends = self.now + timedelta(minutes=sheet.quote_minutes)
        self.quotes[key] = Quote(
            who,
            terms,
            self.now,
            ends,
            reward=reward,
            count=count,
            merchant=merchant,
            slot=slot,
            price=goods.points,
            cash=goods.cash,
        )
        asked = Asked(who, reward, count, merchant, slot, self.now, terms)
        return {
            "rules": terms,
            "points": goods.points * count,
            "cash_fen": goods.cash * count,
            "can_have": not self.cannot(asked),
            "available": self.wallets[who].available(self.now),
        }

    def redeem(
        self,
        key: str,
        *,
        who: str,
        reward: str,
        merchant: str,
        count: int = 1,
        expected: int | None = None,
        slot: datetime | None = None,
        cash: int | None = None,
        payers: Payers = (),
        quote: str | None = None,
    ) -> Said | No:
        """A reward is had, all of it or nothing: points, stock, place, voucher, limit."""
        why: set[str] = set()
        at, terms = self.now, self.terms_at(self.now)
        if quote is not None:
            one = self.quotes.get(quote)
            same = one is not None and (one.who, one.reward, one.count, one.merchant, one.slot) == (
                who, reward, count, merchant, slot,
            )  # fmt: skip
            if one is None or one.basket is not None or not same:
                return no("quote_unknown", *(() if one is None else self.ended(one)))
            why |= self.ended(one)
            at, terms = one.at, one.terms
        goods = self.sheet(terms).goods[reward]
        if expected is not None and expected != goods.points:
            why.add("price_changed")
        if (cash is not None or not goods.order) and (cash or 0) != goods.cash * count:
            why.add("cash_differs")
        asked = Asked(who, reward, count, merchant, slot, at, terms, payers)
        said = self.placed(key, asked, goods, cash or 0, why)
        if quote is not None and not isinstance(said, No):
            self.quotes[quote].used = key
        return said

    def placed(self, key: str, asked: Asked, goods: Goods, cash: int, why: set[str]) -> Said | No:
        """The order, or why there is none."""
        paid = self.payment(asked, goods.points * asked.count)
        why = why | self.obstacles(asked, goods) | (set(paid.codes) if isinstance(paid, No) else set())
        if why or isinstance(paid, No):
            return no(*why)
        month = month_of(asked.at)
        counted = (asked.who, asked.reward, month) if goods.limit else None
        if counted:
            self.counts[counted] = self.counts.get(counted, 0) + asked.count
        if goods.stock:
            self.stock[goods.stock] -= asked.count
        if asked.slot is not None:
            self.places[asked.slot] = self.places.get(asked.slot, 0) + asked.count
        self.whose[key] = {}
        for one in paid:
            self.whose[key][one.who] = self.spend_of(one.who, one.parts)
            if one.pooled:
                lent = one.who, month_of(self.now)
                self.lent[lent] = self.lent.get(lent, 0) + one.points
        state = "placed" if goods.order else "fulfilled"
        vouchers = self.issued(key, asked, goods)
        self.orders[key] = Order(
            asked.who,
            asked.reward,
            asked.terms,
            asked.count,
            goods.points * asked.count,
            goods.cash * asked.count,
            cash,
            state,
            self.now,
            paid,
            counted,
            vouchers,
            goods.stock,
            asked.slot,
            None if goods.order else self.now,
        )
        return self.balance(asked.who)

    def issued(self, key: str, asked: Asked, goods: Goods) -> tuple[str, ...]:
        """The vouchers that an order gives."""
        if goods.slip is None:
            return ()
        expires = end_of(day_of(self.now) + timedelta(days=goods.slip.days))
        names = tuple(f"{key}/{number}" for number in range(asked.count))
        for name in names:
            self.vouchers[name] = Voucher(asked.who, key, goods.slip, expires)
        return names

    def step(
        self, key: str, *, order: str, step: str, by: str = "member", cash: int | None = None
    ) -> Said | No:
        """An order goes on; what comes back with it comes back whole."""
        one = self.orders[order]
        to = STEPS[step].get(one.state)
        if to is None:
            return no("order_state")
        goods = self.sheet(one.terms).goods[one.reward]
        paid = one.paid_fen if cash is None else cash
        if step in ("confirm", "fulfil"):
            twice = cash is not None and (one.paid_fen != 0 or cash != one.cash)
            if twice or (step == "fulfil" and paid != one.cash):
                return no("cash_differs")
        if step == "no_show" and (one.slot is None or one.slot > self.now):
            return no("order_state")
        if step == "return" and one.state == "fulfilled" and not one.vouchers:
            assert one.fulfilled is not None
            if self.now >= end_of(day_of(one.fulfilled) + timedelta(days=goods.return_days)):
                return no("order_state")
        back = self.comes_back(one, goods, step, by)
        if back and any(self.vouchers[of].standing(self.now) != "issued" for of in one.vouchers):
            return no("voucher_refused")
        one.state, one.paid_fen = to, paid
        if to == "fulfilled":
            one.fulfilled = self.now
        if step in ("cancel", "return", "fail"):
            if one.stock:
                self.stock[one.stock] += one.count
            if one.slot is not None:
                self.places[one.slot] -= one.count
        if back:
            self.undone(order, one)
        return self.balance(one.who)

    def comes_back(self, one: Order, goods: Goods, step: str, by: str) -> bool:
        """Whether what was paid comes back."""
        if step == "cancel":
            late = one.slot is not None and self.now > one.slot - timedelta(hours=CANCEL_HOURS)
            return by != "member" or not late or not goods.forfeits
        return step in ("return", "fail") or (step == "no_show" and goods.slots and not goods.forfeits)

    def undone(self, key: str, one: Order) -> None:
        """Points, cash, vouchers, limits and what was lent are as before."""
        for paid in one.payers:
            self.back_of(paid.who, paid.parts, self.whose[key][paid.who])
            if paid.pooled:
                self.lent[paid.who, month_of(one.placed)] -= paid.points
        if one.counted:
            self.counts[one.counted] -= one.count
        for of in one.vouchers:
            voucher = self.vouchers[of]
            voucher.state, voucher.bill, voucher.until = "returned", None, None
        one.back_fen = one.paid_fen

    # Several pay together, each by an own word.

    def offer(
        self, key: str, *, who: str, reward: str, merchant: str, expected: int, parts: Payers
    ) -> Said | No:
        """A member offers others to pay a reward together."""
        goods = self.today.goods[reward]
        payers = [one for one, _ in parts]
        wrong = who not in payers or len(payers) > goods.payers
        if wrong or sum(points or 0 for _, points in parts) != expected:
            return no("payers_refused")
        ends = self.now + timedelta(hours=OFFER_HOURS)
        self.offers[key] = Offer(who, reward, merchant, expected, parts, ends, {who})
        return {}

    def agree(self, key: str, *, offer: str, who: str) -> Said | No:
        """A payer agrees; the last one pays, with all the others, or nobody does."""
        one = self.offers[offer]
        payers = [payer for payer, _ in one.parts]
        if who not in payers or who in one.agreed or one.state != "open" or one.ends <= self.now:
            return no("payers_refused")
        if any(payer not in one.agreed and payer != who for payer in payers):
            one.agreed.add(who)
            return {}
        terms = self.terms_at(self.now)
        goods = self.sheet(terms).goods[one.reward]
        parts = tuple(sorted(one.parts, key=lambda part: part[0] != one.who))
        asked = Asked(one.who, one.reward, 1, one.merchant, None, self.now, terms, parts, agreed=True)
        why = {"price_changed"} if goods.points != one.expected else set()
        said = self.placed(key, asked, goods, 0, why)
        if not isinstance(said, No):
            one.agreed.add(who)
            one.state = "done"
        return said

    def decline(self, key: str, *, offer: str, who: str) -> Said | No:
        """A payer declines, or who made the offer withdraws it."""
        one = self.offers[offer]
        if who not in [payer for payer, _ in one.parts] or one.state != "open" or one.ends <= self.now:
            return no("payers_refused")
        one.state = "declined"
        return {}


__all__ = ["HOMES", "STEPS", "Mall"]
