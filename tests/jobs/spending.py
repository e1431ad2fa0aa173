"""The part of the book in which points are spent: orders, vouchers, times, bills, quotes, a family."""

from datetime import datetime
from typing import Any

import msgspec

from jifen.engine.command import Receipt, entry_id
from jifen.mall.beneficiaries import NameBeneficiary
from jifen.mall.ordering import TakeStep
from jifen.mall.orders import Paid, order_from
from jifen.mall.paying import Payer
from jifen.mall.quotes import RewardQuote, reward_text
from jifen.mall.rewarding import RedeemReward
from jifen.mall.slots import ensure
from jifen.mall.voucher_codes import code_hashes, voucher_ids
from jifen.parties.secrets import Vault
from jifen.rules.award import Line
from jifen.rules.rewards import Opening, Reward, Slots, VoucherTerms
from jifen.store.queries import q
from jifen.till.basket import Basket
from jifen.till.bill import purchase_of, read_bill
from jifen.till.bills import CaptureBill, OpenBill, VoidBill
from jifen.values.ids import EntryId, cell_of, hashed_id
from tests.engine.town import Town, days

VAULT = Vault(b"0" * 32)
GATE = Slots(openings=(Opening(since="09:00", until="12:00", every_minutes=60, capacity=3),), ahead_days=60)
REWARDS = (
    Reward(code="salt", title="盐", merchant="air", points=4, fulfil="order"),
    Reward(
        code="off", title="券", kind="voucher", merchant="air", points=2, voucher=VoucherTerms(save_fen=500)
    ),
    Reward(code="tour", title="导览", merchant="sea", points=3, slots=GATE),
    Reward(code="dinner", title="双人餐", merchant="sea", points=10, payers=2),
)
"""What is bought in the book; all of it for few points, since its members have few."""

WHEN = days(67, hours=17)
"""Three in the morning of 8 January in Shanghai."""

SLOT = datetime.fromisoformat("2027-01-09T10:00:00+08:00")


class Spending:
    """Spends in a town as its tills and its operator would."""

    def __init__(self, here: Town) -> None:
        self.here = here
        (self.rules,) = here.program.rules

    def _asked(self, key: str, member: str, at: datetime, /, **more: Any) -> dict[str, Any]:
        wallet = self.here.wallets[member]
        plain = {"program": self.here.program.id, "source": "till", "key": key, "wallet": wallet}
        content = msgspec.json.encode({"key": key})
        return {**plain, "occurred_at": at, "recorded_at": at, "content": content, **more}

    def id(self, key: str) -> EntryId:
        """The id of the entry of a key."""
        return entry_id(self.here.program.id, "till", key)

    async def redeems(self, key: str, who: str, reward: str, at: datetime = WHEN, **more: Any) -> Receipt:
        """A member redeems a reward."""
        of = next(one for one in REWARDS if one.code == reward)
        program = self.here.program
        if of.voucher is not None:
            more["hashes"] = code_hashes(VAULT, program.id, self.id(key), 1)
        if of.slots is not None:
            await ensure(self.here.pool, program, self.rules, of, SLOT, None, at)
            more["slot"] = SLOT
        merchant = program.merchants[of.merchant or "air"]
        asked = self._asked(key, who, at, reward=reward, merchant=merchant, **more)
        return await self.here.do(RedeemReward(**asked))

    async def steps(self, key: str, of: str, who: str, step: Any, **more: Any) -> Receipt:
        """A step of an order, at the merchant's word."""
        wallet = self.here.wallets[who]
        rows = await self.here.pool.fetch(q("needs_redemption"), [cell_of(wallet)], [wallet], [self.id(of)])
        order = order_from(dict(rows[0]), self.here.program.id)
        at = more.pop("at", WHEN)
        asked = self._asked(
            key, who, at, order=order.id, step=step, who="merchant", by="merchant", unit=order.unit,
            placed_at=order.placed_at, payers=order.payers or (Paid(str(wallet), 0, 0),), stocks=order.stocks,
            vouchers=order.vouchers, **more,
        )  # fmt: skip
        return await self.here.do(TakeStep(**asked))

    async def opens(self, key: str, who: str, fen: int, points: int, *vouchers: str, **more: Any) -> None:
        """A bill is opened."""
        basket = Basket("air", fen, (Line("tea", "GROCERY", 1, fen),))
        slips = tuple(voucher_ids(self.id(of), 1)[0] for of in vouchers)
        store = self.here.program.stores["air"]
        asked = self._asked(key, who, WHEN, store=store, basket=basket, points=points, vouchers=slips, **more)
        await self.here.do(OpenBill(**asked))

    async def _bill(self, key: str, who: str) -> Any:
        wallet = self.here.wallets[who]
        rows = await self.here.pool.fetch(q("needs_bill"), [cell_of(wallet)], [wallet], [self.id(key)])
        return read_bill(dict(rows[0]))

    async def captures(self, key: str, of: str, who: str) -> None:
        """A bill is paid as it was opened."""
        bill = await self._bill(of, who)
        slips = tuple(one.id for one in bill.content.vouchers)
        cash, store = bill.content.cash, self.here.program.stores["air"]
        asked = self._asked(key, who, WHEN, bill=bill.id, vouchers=slips, cash=cash, store=store)
        asked |= {
            "rules": bill.rules,
            "occurred_at": bill.at,
            "content": purchase_of(bill.id, bill.content, bill.points, cash),
        }
        await self.here.do(CaptureBill(**asked))

    async def voids(self, key: str, of: str, who: str) -> None:
        """A bill is not paid."""
        bill = await self._bill(of, who)
        slips = tuple(one.id for one in bill.content.vouchers)
        await self.here.do(VoidBill(**self._asked(key, who, WHEN, bill=bill.id, vouchers=slips)))

    async def quotes(self, who: str, reward: Reward) -> Any:
        """A reward is quoted."""
        wallet, program = self.here.wallets[who], self.here.program
        quote, merchant = hashed_id("quote", who), program.merchants[reward.merchant or "air"].id
        content = reward_text(RewardQuote(reward.code, 1, "point", reward.points))
        await self.here.pool.execute(
            q("quote_add"), cell_of(wallet), wallet, quote, program.id, "reward", merchant, "", 1, WHEN,
            days(68, hours=17), content, "{}",
        )  # fmt: skip
        return quote


async def spend(here: Town) -> None:
    """Hal and Gus spend what they have; every state of orders, vouchers, bills and times is reached."""
    does = Spending(here)
    by_slug = {one.code: one for one in REWARDS}
    await does.redeems("s1", "hal", "salt")
    await does.redeems("s2", "hal", "salt")
    await does.steps("s3", "s1", "hal", "confirm")
    await does.steps("s4", "s1", "hal", "fulfil")
    await does.steps("s5", "s2", "hal", "cancel")
    quote = await does.quotes("gus", by_slug["salt"])
    await does.redeems("s6", "gus", "salt", quote=quote, quoted_at=WHEN, quoted_rules=1)
    for key in ("v1", "v2", "v3", "v4"):
        await does.redeems(key, "hal", "off")
    await does.steps("v5", "v4", "hal", "return")
    await does.opens("b1s", "hal", 6000, 10, "v1")
    await does.captures("b2s", "b1s", "hal")
    await does.opens("b3s", "hal", 6000, 0, "v2")
    await does.voids("b4s", "b3s", "hal")
    await does.opens("b5s", "hal", 3000, 5, "v3")
    await does.redeems("t1", "hal", "tour")
    await does.redeems("t2", "gus", "tour")
    await does.redeems("t3", "gus", "tour")
    await does.steps("t4", "t2", "gus", "cancel")
    await does.steps("t5", "t3", "gus", "no_show", at=days(69))
    both = (Payer(here.wallets["hal"], 6, True), Payer(here.wallets["gus"], 4, True))
    await does.redeems("j1", "hal", "dinner", payers=both)
    named = does._asked("n1", "gus", WHEN, ref="aunt", sealed=b"x", blind=b"y")
    await here.do(NameBeneficiary(**named))
    await here.do(here.orders.redeem("g3", "gus", days(69, hours=1), points=1, unit="green"))
