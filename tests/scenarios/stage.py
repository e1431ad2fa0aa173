"""A stage: an example's programme, published as `jifen apply` does it, and played through the interface."""

import itertools
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from joserfc.jwk import OKPKey
from litestar import Litestar

from jifen.api.house import House
from jifen.jobs.delivering import Delivering
from jifen.jobs.run import Jobs
from jifen.jobs.verify import verify
from jifen.messages.settings import ChannelSettings
from jifen.parties.programs import Program
from jifen.programs.definition import Programme
from jifen.programs.loading import load
from jifen.programs.publishing import Applied, Publisher
from tests.api.alliance import Caller, client_of

EXAMPLES = Path(__file__).parents[2] / "examples"
ZONE = ZoneInfo("Asia/Shanghai")


OFFICE = OKPKey.generate_key("Ed25519")
"""What the credit office signs with, in place of the examples' own."""

PUBLIC = {name: str(value) for name, value in OFFICE.as_dict(private=False).items()}


def local(text: str) -> datetime:
    """A day, or a day and time, in the programmes' zone."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


class Stage:
    """One programme with its clock, its operator and a till; amounts are in yuan, as scenarios tell them."""

    def __init__(self, house: House, programme: Programme, operator: Caller) -> None:
        self.house = house
        self.programme = programme
        self.operator = operator
        self.store = programme.merchants[0].stores[0].code
        self._numbers = itertools.count(1)

    @cached_property
    def delivering(self) -> Delivering:
        """Delivers what is due."""
        return Delivering(self.house.pool, self.house.catalog, self.house.vault, ChannelSettings())

    @property
    def publisher(self) -> Publisher:
        """Publishes further versions."""
        return Publisher(self.house.pool, self.house.catalog)

    async def program(self) -> Program:
        """The programme as it runs."""
        found = await self.house.catalog.by_code(self.programme.code)
        assert found is not None
        return found

    async def now(self, text: str) -> None:
        """The programme's clock stands there from now on."""
        answer = await self.operator.ask("PUT", "/v1/clock", json={"at": local(text).isoformat()})
        assert answer.status_code == 200, answer.text

    async def publish(self, programme: Programme, at: str, valid_from: str | None = None) -> Applied:
        """Publish another version of the programme."""
        since = None if valid_from is None else local(valid_from)
        return await self.publisher.publish(programme, "operator", local(at), since)

    async def joins(self, *numbers: str, **more: Any) -> None:
        """Members are enrolled."""
        for number in numbers:
            await self.operator.done("/v1/members", number=number, **more)

    def key(self) -> str:
        """A key that was not used yet."""
        return f"k-{next(self._numbers)}"

    async def buys(self, member: str, yuan: float | None = None, **more: Any) -> Any:
        """A purchase; returns the receipt that the till shows."""
        body = {"key": self.key(), "store": self.store, **more}
        if yuan is not None:
            body["amount"] = round(yuan * 100)
        return await self.operator.done("/v1/purchases", member=member, **body)

    async def acts(self, member: str, act: str, **more: Any) -> Any:
        """An act that is no purchase."""
        return await self.operator.done(
            "/v1/acts", **{"key": self.key(), "member": member, "act": act, **more}
        )

    async def redeems(self, member: str, reward: str, **more: Any) -> Any:
        """A reward is redeemed."""
        body = {"key": self.key(), "member": member, "reward": reward, "store": self.store, **more}
        return await self.operator.done("/v1/reward-redemptions", **body)

    async def refused(self, code: str, member: str, reward: str, **more: Any) -> Any:
        """A reward that is refused, with the problem."""
        body = {"key": self.key(), "member": member, "reward": reward, "store": self.store, **more}
        return await self.operator.refused(code, "/v1/reward-redemptions", **body)

    async def returns(self, purchase: str, **more: Any) -> Any:
        """Goods of a purchase come back."""
        return await self.operator.done("/v1/returns", key=self.key(), purchase=purchase, **more)

    async def has(self, member: str, unit: str = "point") -> int:
        """Available points."""
        told = (await self.operator.get(f"/v1/members/{member}/balance")).json()["balances"][unit]
        points: int = told["available"]
        return points

    async def price(self, member: str, reward: str) -> Any:
        """A reward in the list that the member sees."""
        told = (await self.operator.get(f"/v1/rewards?member={member}")).json()["rewards"]
        return next(one for one in told if one["code"] == reward)

    async def night(self, text: str) -> None:
        """The clock stands there, and what runs by itself runs: jobs first, then what is to be delivered."""
        await self.now(text)
        house = self.house
        jobs = Jobs(house.pool, house.engine, house.catalog)
        await jobs.daily()
        before = -1
        while before != (before := await self.undelivered()):
            await self.delivering.messages()

    async def undelivered(self) -> int:
        """How many messages of the programme still have something to be done about them."""
        count: int = await self.house.pool.fetchval(
            "SELECT count(*) FROM message WHERE program = $1 AND state = 'waiting'", (await self.program()).id
        )
        return count

    async def proves_clean(self) -> None:
        """The books of the programme add up."""
        report = await verify(self.house.pool, (await self.program()).id)
        assert report.clean, report.findings


@asynccontextmanager
async def staged(app: Litestar, example: str, at: str) -> AsyncIterator[Stage]:
    """The programme of an example under a code of its own, with its operator's key."""
    house: House = app.state.house
    loaded = load(EXAMPLES / example)
    assert loaded.programme is not None, loaded.findings
    code = f"{loaded.programme.code}-{secrets.token_hex(3)}"
    authorities = tuple(
        msgspec.structs.replace(authority, key=PUBLIC) for authority in loaded.programme.authorities
    )
    programme = msgspec.structs.replace(loaded.programme, code=code, authorities=authorities)
    async with client_of(app) as client:
        await Publisher(house.pool, house.catalog).publish(programme, "operator", local(at))
        program = await house.catalog.by_code(code)
        assert program is not None
        await house.catalog.set_clock(program.id, local(at))
        key = await house.keys.make(program.id, None, "operator", local(at))
        yield Stage(house, programme, Caller(client, key))
