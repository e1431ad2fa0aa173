"""A shop with a till: what its programme lets points and vouchers pay, and who uses it."""

import itertools
from datetime import datetime, timedelta
from typing import Any

import msgspec

from jifen.jobs.holds import lapse_due
from jifen.rules.definition import Cap, Conditions, Flat, Offset, PerAmount, Rate, RuleSet, Till
from jifen.rules.rewards import Reward, VoucherTerms
from jifen.rules.when import LineFilter
from jifen.values.periods import Rolling
from tests.api.alliance import NOW, Alliance, Caller


def voucher(code: str, points: int = 0, **terms: Any) -> Reward:
    """A voucher of air, for nothing but the asking."""
    return Reward(
        code=code, title=code, kind="voucher", merchant="air", points=points, voucher=VoucherTerms(**terms)
    )


RULES = RuleSet(
    rules=(
        PerAmount(
            id="base",
            title="One point a yuan",
            rate=Rate(1, 100),
            rates={"FUEL": Rate(0, 1)},
            caps=(Cap(5_000, "day"),),
        ),
        Flat(id="big", title="Large baskets", points=20, when=Conditions(minimum_fen=10_000)),
    ),
    validity=Rolling(months=6, to="month_end"),
    grace_days=7,
    rewards=(
        voucher("off-50", minimum_fen=20_000, save_fen=5_000, valid_days=10),
        voucher("tenth", type="percent", percent=10, stacks=True),
        voucher("ship", type="freight", save_fen=800, stacks=True),
        voucher("drink", type="item", lines=LineFilter(categories=("DRINK",)), with_points=False),
    ),
    till=Till(quote_minutes=15, hold_minutes=30),
)
"""100 points are 1 yuan, and may pay all of a bill."""


def capped(**more: Any) -> RuleSet:
    """The rules with another offset."""
    return msgspec.structs.replace(RULES, till=Till(offset=Offset(**more)))


class Shop:
    """The shop with its operator, its till (air's key) and another merchant's till."""

    def __init__(self, alliance: Alliance) -> None:
        self.alliance = alliance
        self.house = alliance.house
        self.operator = alliance.operator
        self.till = alliance.air
        self.other = alliance.sea
        self.now = NOW
        self._keys = itertools.count(1)

    def key(self, what: str = "k") -> str:
        """A key that was not used yet."""
        return f"{what}-{next(self._keys)}"

    async def pass_(self, **time: int) -> None:
        """Let time go by."""
        self.now += timedelta(**time)
        await self.alliance.set_clock(self.now)

    async def publish(self, rules: RuleSet, at: datetime | None = None) -> None:
        """Put other rules in force."""
        at = at or self.now
        await self.house.catalog.publish(self.alliance.id, rules, at, at)

    async def lapse(self) -> None:
        """What runs by itself at deadlines."""
        program = await self.house.catalog.program(self.alliance.id)
        await lapse_due(self.house.pool, self.house.engine, program, self.now)

    async def gives(self, member: str, points: int) -> None:
        """The member has so many points more."""
        body = {"key": self.key("g"), "member": member, "points": points, "reason": "opening balance"}
        await self.operator.done("/v1/compensations", **body)

    async def gets(self, member: str, *rewards: str) -> list[str]:
        """The member redeems vouchers; returns their ids."""
        for reward in rewards:
            await self.operator.done(
                "/v1/reward-redemptions", key=self.key("r"), member=member, reward=reward, store="air-1"
            )
        told = (await self.operator.get(f"/v1/members/{member}/vouchers?state=issued")).json()["vouchers"]
        newest = {one["reward"]: one["id"] for one in reversed(told)}
        return [newest[reward] for reward in rewards]

    async def voucher(self, member: str, of: str) -> Any:
        """A voucher as it stands."""
        told = (await self.operator.get(f"/v1/members/{member}/vouchers")).json()["vouchers"]
        return next(one for one in told if one["id"] == of)

    async def has(self, member: str = "ann") -> tuple[int, int]:
        """(available, held) points."""
        told = (await self.operator.get(f"/v1/members/{member}/balance")).json()["balances"]
        point = told.get("point", {"available": 0, "held": 0})
        return point["available"], point["held"]

    async def quotes(self, member: str = "ann", /, **body: Any) -> Any:
        """A quote."""
        return await self.till.done(
            "/v1/quotes", **{"key": self.key("q"), "member": member, "store": "air-1", **body}
        )

    async def opens(self, **body: Any) -> Any:
        """A bill."""
        if "quote" not in body:
            body = {"member": "ann", "store": "air-1", **body}
        return await self.till.done("/v1/bills", **{"key": self.key("b"), **body})

    async def captures(self, bill: str, cash_fen: int, **body: Any) -> Any:
        """A bill that is paid."""
        body = {"key": self.key("c"), "cash_fen": cash_fen, **body}
        return await self.till.done(f"/v1/bills/{bill}/capture", **body)

    async def voids(self, bill: str, **body: Any) -> Any:
        """A bill that is not paid."""
        return await self.till.done(f"/v1/bills/{bill}/void", **{"key": self.key("v"), **body})

    async def returns(self, purchase: str, **body: Any) -> Any:
        """Goods come back."""
        return await self.till.done("/v1/returns", **{"key": self.key("t"), "purchase": purchase, **body})

    async def stands(self, bill: str) -> str:
        """How a bill stands."""
        state: str = (await self.till.get(f"/v1/bills/{bill}")).json()["state"]
        return state


async def stocked(alliance: Alliance) -> Shop:
    """The rules are in force, and ann has 20 000 points of air's."""
    since = NOW - timedelta(days=1)
    await alliance.house.catalog.publish(alliance.id, RULES, since, since)
    made = Shop(alliance)
    await made.gives("ann", 20_000)
    return made


def line(sku: str, amount: int, quantity: int = 1, category: str = "GROCERY") -> dict[str, Any]:
    """A line of a basket."""
    return {"sku": sku, "quantity": quantity, "amount": amount, "category": category}


__all__ = ["RULES", "Caller", "Shop", "capped", "line", "stocked", "voucher"]
