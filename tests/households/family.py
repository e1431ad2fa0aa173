"""A family at home: an alliance whose rewards several may pay, and what its members do in a line each."""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import msgspec
from litestar import Litestar

from jifen.api.house import House
from jifen.rules.definition import Households, RuleSet
from jifen.rules.rewards import Reward
from tests.api.alliance import BEGAN, NOW, RULES, Alliance, Caller, founded, problem

REWARDS = (
    Reward(code="cooker", title="电饭煲", merchant="air", points=100, payers=6),
    Reward(code="scarf", title="围巾", merchant="air", points=120, payers=2, stock="scarf"),
    Reward(code="lamp", title="台灯", merchant="air", points=30),
)


def rules_of(**terms: Any) -> RuleSet:
    """The alliance's rules with rewards, and what is said of households."""
    return msgspec.structs.replace(RULES, rewards=REWARDS, households=Households(**terms))


class Family:
    """The operator's side of what members do; points are earned by purchases of so many yuan."""

    def __init__(self, alliance: Alliance) -> None:
        self.alliance = alliance
        self.house: House = alliance.house
        self.operator: Caller = alliance.operator
        self.now = NOW
        self._keys = itertools.count(1)

    def key(self) -> str:
        """A key that was not used yet."""
        return f"k-{next(self._keys)}"

    async def rules(self, **terms: Any) -> None:
        """From now on these terms of households hold."""
        await self.house.catalog.publish(self.alliance.id, rules_of(**terms), self.now, self.now)

    async def later(self, **by: int) -> datetime:
        """Time goes by."""
        self.now += timedelta(**by)
        await self.alliance.set_clock(self.now)
        return self.now

    async def earns(self, member: str, points: int) -> None:
        """So many points by purchases of less than 100 yuan, which give a point a yuan and no more."""
        while points:
            part = min(points, 99)
            body = {"key": self.key(), "member": member, "store": "air-1", "amount": part * 100}
            made = await self.operator.done("/v1/purchases", **body)
            assert made["points"] == part
            points -= part

    async def opens(self, number: str, *members: str) -> Any:
        """A household is opened."""
        return await self.operator.done("/v1/households", number=number, members=members)

    async def does(self, member: str, what: str, /, **body: Any) -> Any:
        """Something of the member's own that must be granted."""
        return await self.operator.done(f"/v1/members/{member}/{what}", **{"key": self.key(), **body})

    async def may_not(self, member: str, what: str, /, code: str = "household_refused", **body: Any) -> Any:
        """Something of the member's own that must be refused."""
        return await self.operator.refused(
            code, f"/v1/members/{member}/{what}", **{"key": self.key(), **body}
        )

    async def put(self, path: str, /, code: str | None = None, **body: Any) -> Any:
        """A PUT that must be granted, or refused with a code."""
        answer = await self.operator.ask("PUT", path, json={"key": self.key(), **body})
        if code is not None:
            return problem(answer, code)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    async def delete(self, path: str, /, code: str | None = None) -> Any:
        """A DELETE that must be granted, or refused with a code."""
        answer = await self.operator.ask("DELETE", path, headers={"idempotency-key": self.key()})
        if code is not None:
            return problem(answer, code)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    async def lets(self, member: str, points: int) -> None:
        """The member lets the others spend so many points a month."""
        await self.put(f"/v1/members/{member}/household/pool", points=points)

    async def joins(self, member: str, inviter: str) -> Any:
        """The member is invited and accepts."""
        invited = await self.does(inviter, "household/invitations", invitee=member)
        return await self.does(member, f"household/invitations/{invited['id']}/accept")

    async def sends(self, member: str, to: str, points: int) -> None:
        """Points move within the household."""
        body = {"key": self.key(), "member": member, "to": to, "points": points}
        await self.operator.done("/v1/transfers", **body)

    async def pays(self, member: str, reward: str, *payers: str | tuple[str, int], **more: Any) -> Any:
        """A reward is redeemed by several, or by a refusal's code in `code` it is not."""
        asked = [
            {"member": one} if isinstance(one, str) else {"member": one[0], "points": one[1]}
            for one in payers
        ]
        code = more.pop("code", None)
        body: dict[str, Any] = {"key": self.key(), "member": member, "reward": reward, **more}
        if asked:
            body["payers"] = asked
        if code is not None:
            return await self.operator.refused(code, "/v1/reward-redemptions", **body)
        return await self.operator.done("/v1/reward-redemptions", **body)

    async def home(self, member: str) -> Any:
        """The household as the member sees it."""
        return (await self.operator.get(f"/v1/members/{member}/household")).json()

    async def has(self, *members: str) -> list[int]:
        """Available points of each."""
        return [await self.operator.available(member) for member in members]


@asynccontextmanager
async def at_home(app: Litestar) -> AsyncIterator[Family]:
    """A family's programme in the database of a running application."""
    async with founded(app) as alliance:
        house: House = alliance.house
        await house.catalog.publish(alliance.id, rules_of(), BEGAN + timedelta(days=1), BEGAN)
        await house.catalog.add_stock(alliance.id, "scarf", 5)
        yield Family(alliance)
