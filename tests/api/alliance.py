"""An alliance to try the interface on: a programme of its own in a shared database, and who speaks in it."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import Any, cast

import httpx
import msgspec
from litestar import Litestar

from jifen.api.house import House
from jifen.parties.programs import Program
from jifen.rules.definition import Cap, Conditions, Flat, Multiplier, PerAmount, Rate, RuleSet
from jifen.store.queries import q
from jifen.values.ids import MerchantId, ProgramId, hashed_id, new_id
from jifen.values.periods import Rolling

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
"""Saturday morning in Shanghai; every alliance's clock stands there."""

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
UNITS = (("point", "积分", 100, 100), ("green", "绿色积分", 10, 0))
MERCHANTS = ("air", "sea", "hope")
MEMBERS = ("ann", "bob", "cat", "dan")
TOGETHER = ("fay", "gus")

RULES = RuleSet(
    rules=(
        PerAmount(
            id="base",
            title="One point a yuan",
            rate=Rate(1, 100),
            rates={"FUEL": Rate(0, 1), "PRODUCE": Rate(2, 100)},
            caps=(Cap(500, "day"),),
        ),
        Flat(id="big", title="Large baskets", points=20, when=Conditions(minimum_fen=10_000)),
        Flat(id="bag", title="Own bag", points=5, acts=("bag",), once="day", funder="operator"),
        Multiplier(id="double", title="Sundays", factor="2", when=Conditions(weekdays=(7,))),
    ),
    validity=Rolling(months=6, to="month_end"),
)


class Caller:
    """Somebody with (or without) an API key."""

    def __init__(self, client: httpx.AsyncClient, secret: str | None) -> None:
        self.client = client
        self.secret = secret
        self.headers = {} if secret is None else {"authorization": f"Bearer {secret}"}

    async def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Any request."""
        headers = {**self.headers, **more.pop("headers", {})}
        return await self.client.request(method, path, headers=headers, **more)

    async def post(self, path: str, /, **body: Any) -> httpx.Response:
        """A body of fields."""
        return await self.ask("POST", path, json=body)

    async def get(self, path: str) -> httpx.Response:
        """A read."""
        return await self.ask("GET", path)

    async def done(self, path: str, /, **body: Any) -> Any:
        """What is answered to a body that must be granted."""
        answer = await self.post(path, **body)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    async def refused(self, code: str, path: str, /, **body: Any) -> Any:
        """The problem of a body that must be refused."""
        return problem(await self.post(path, **body), code)

    async def bulk(self, *lines: Any, path: str = "/v1/bulk") -> list[Any]:
        """What is answered to lines: objects, or bytes as they are."""
        body = b"\n".join(line if isinstance(line, bytes) else msgspec.json.encode(line) for line in lines)
        answer = await self.ask("POST", path, content=body, headers={"content-type": "application/x-ndjson"})
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/x-ndjson"
        return [msgspec.json.decode(line) for line in answer.content.splitlines()]

    async def available(self, member: str) -> int:
        """The available points of a member."""
        balances = (await self.get(f"/v1/members/{member}/balance")).json()["balances"]
        points: int = balances["point"]["available"]
        return points


class Alliance:
    """A programme with merchants air, sea and the charity hope, a store each, and members."""

    def __init__(
        self, house: House, program: Program, client: httpx.AsyncClient, secrets_of: dict[str, str]
    ) -> None:
        self.house = house
        self.id: ProgramId = program.id
        self.client = client
        self.operator = Caller(client, secrets_of["operator"])
        self.air = Caller(client, secrets_of["air-till"])
        self.sea = Caller(client, secrets_of["sea-till"])
        self.stranger = Caller(client, None)

    async def books(self) -> tuple[Any, ...]:
        """Counts and sums over all that a fact may write, of the whole database."""
        row = await self.house.pool.fetchrow(
            "SELECT (SELECT count(*) FROM entry), (SELECT coalesce(sum(no), 0) FROM entry), "
            "(SELECT count(*) FROM movement), (SELECT coalesce(sum(points), 0) FROM movement), "
            "(SELECT count(*) FROM lot), (SELECT coalesce(sum(remaining), 0) FROM lot), "
            "(SELECT count(*) FROM claim), (SELECT count(*) FROM hold), "
            "(SELECT count(*) FROM member_number), (SELECT count(*) FROM wallet), "
            "(SELECT sum(version) FROM wallet), (SELECT count(*) FROM api_key), "
            "(SELECT sum(revision) FROM program), (SELECT coalesce(sum(remaining), 0) FROM stock)"
        )
        assert row is not None
        return tuple(row)

    async def set_clock(self, at: datetime) -> None:
        """Let the programme's clock stand elsewhere."""
        answer = await self.operator.ask("PUT", "/v1/clock", json={"at": at.isoformat()})
        assert answer.status_code == 200, answer.text


def problem(answer: httpx.Response, code: str) -> Any:
    """The problem that an answer must be."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    told = answer.json()
    assert told["code"] == code, told
    assert told["status"] == answer.status_code
    assert told["type"] == f"urn:jifen:problem:{code}"
    assert told["title"]
    assert told["detail"]
    assert isinstance(told["retry"], bool)
    return told


@asynccontextmanager
async def running(app: Litestar) -> AsyncIterator[Litestar]:
    """An application, started and at the end shut down in one task, as Litestar asks for."""
    started, ended = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        async with app.lifespan():
            started.set()
            await ended.wait()

    life = asyncio.create_task(live())
    waiting = asyncio.create_task(started.wait())
    await asyncio.wait((life, waiting), return_when=asyncio.FIRST_COMPLETED)
    if life.done():
        waiting.cancel()
        life.result()
    try:
        yield app
    finally:
        ended.set()
        await life


def client_of(app: Litestar) -> httpx.AsyncClient:
    """A client that calls an application without a network between."""
    transport = httpx.ASGITransport(cast(Any, app), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://jifen")


@asynccontextmanager
async def founded(app: Litestar) -> AsyncIterator[Alliance]:
    """A new alliance in the database of a running application."""
    house: House = app.state.house
    program = await _found(house)
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(client_of(app))
        merchants = program.merchants
        labels = {"operator": None, "air-till": merchants["air"].id, "sea-till": merchants["sea"].id}
        made = {
            label: await house.keys.make(program.id, whose, label, NOW) for label, whose in labels.items()
        }
        yield Alliance(house, program, client, made)


async def _found(house: House) -> Program:
    """Written in one go: the catalogue reads the programme again after each thing that it adds."""
    program = ProgramId(new_id(int(BEGAN.timestamp() * 1000)))
    merchants = {code: MerchantId(hashed_id("merchant", str(program), code)) for code in MERCHANTS}
    rules = msgspec.json.encode(RULES).decode()
    async with house.pool.acquire() as conn, conn.transaction():
        code = f"test-{secrets.token_hex(6)}"
        await conn.execute(q("program_add"), program, code, "青禾联盟", "Asia/Shanghai", BEGAN)
        await conn.executemany(q("unit_add"), [(program, *unit) for unit in UNITS])
        await conn.executemany(
            q("merchant_add"),
            [(program, one, code, code.title(), code == "hope", BEGAN) for code, one in merchants.items()],
        )
        await conn.executemany(
            q("contract_add"), [(program, one, 1, BEGAN, 100, 90, 10, 30) for one in merchants.values()]
        )
        await conn.executemany(
            q("store_add"),
            [
                (program, hashed_id("store", str(program), f"{code}-1"), one, f"{code}-1", code.title())
                for code, one in merchants.items()
            ],
        )
        await conn.execute(q("rule_set_add"), program, 1, BEGAN, BEGAN, rules)
        await conn.execute(q("program_clock"), program, NOW)
    made = await house.catalog.program(program)
    await house.members.enrol_all(made.id, [*MEMBERS, *TOGETHER], BEGAN)
    wallets = await house.members.wallets(made.id, TOGETHER)
    await house.members.open_household(made.id, "home", list(wallets.values()), BEGAN)
    return made
