"""The fair that clients race over: its programme, its members with their points, and how it is read."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import ExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from jifen.cli.bench.contend_verdict import State, Try
from jifen.cli.bench.wire import Heard, Wires, get, send
from jifen.cli.bench.world import empty
from jifen.cli.opening import Opened
from jifen.cli.sending import Sender, Tally, bodies
from jifen.cli.serving import Server, running
from jifen.parties.programs import Program
from jifen.programs.loading import load
from jifen.programs.publishing import Publisher
from jifen.store.queries import q

FOLDER = Path(__file__).with_name("fair")
STORES = ("hall-east", "hall-west")
SERVERS = 2
LINES = 1000
ANSWERED = range(200, 300)


class Fair:
    """A fair with its servers and its clients' connections. key: the operator's."""

    def __init__(
        self, at_hand: Opened, program: Program, servers: list[Server], wires: Wires, key: str
    ) -> None:
        self.at_hand = at_hand
        self.program = program
        self.servers = servers
        self.wires = wires
        self.key = key
        self.sent = 0
        self.rushed_s = 0.0

    async def ask(self, requests: Sequence[bytes]) -> list[Any]:
        """What is asked to set a round up or to read it back; all of it must be granted.

        Raises:
            RuntimeError: something was refused.
        """
        heard = await self.wires.crowd(requests)
        for one in heard:
            if one.status not in ANSWERED:
                raise RuntimeError(f"the fair could not be set up: {one.status} {one.content[:300]!r}")
        return [msgspec.json.decode(one.content) for one in heard]

    async def post(self, *asked: tuple[str, dict[str, object]]) -> list[Any]:
        """Paths with bodies, as `ask` asks them."""
        return await self.ask([send("POST", path, self.key, body) for path, body in asked])

    async def get(self, *paths: str) -> list[Any]:
        """What stands there."""
        return await self.ask([get(path, self.key) for path in paths])

    def request(self, of: Try) -> bytes:
        """What the clients of a try send."""
        return send("POST", of.path, self.key, {"key": of.key, **of.body})

    async def rush(self, clients: Sequence[Try]) -> None:
        """All clients ask at once; then each asks again, under the same key, at another server."""
        requests = [self.request(one) for one in clients]
        for elsewhere in (False, True):
            begun = self.wires.took_s
            self.hear(clients, await self.wires.rush(requests, elsewhere=elsewhere))
            self.rushed_s += self.wires.took_s - begun

    async def crowd(self, tries: Sequence[Try], *, elsewhere: bool = False) -> None:
        """More clients ask than there are connections, one after the other on each."""
        begun = self.wires.took_s
        self.hear(tries, await self.wires.crowd([self.request(one) for one in tries], elsewhere=elsewhere))
        self.rushed_s += self.wires.took_s - begun

    def hear(self, clients: Sequence[Try], heard: Sequence[Heard]) -> None:
        """Give each its answer."""
        for one, answer in zip(clients, heard, strict=True):
            one.heard = [*one.heard, answer]
        self.sent += len(heard)

    async def states(self, members: Iterable[str]) -> dict[str, State]:
        """Members as the interface shows them: balances, lots, vouchers, and the head of the entries."""
        numbers = list(members)
        parts = ("", "/balance", "/lots", "/vouchers?limit=200")
        told = await self.get(*(f"/v1/members/{number}{part}" for number in numbers for part in parts))
        found = {}
        for place, number in enumerate(numbers):
            member, balance, lots, vouchers = told[len(parts) * place : len(parts) * (place + 1)]
            whole = [member, balance["balances"], lots["lots"], vouchers["vouchers"]]
            points = balance["balances"]["point"]["available"]
            found[number] = State(points, member["entries"], msgspec.json.encode(whole).decode())
        return found

    async def stored(self, begin: str) -> dict[str, State]:
        """Members whose numbers begin so, as they are stored: for more than can be asked for one by one."""
        rows = await self.at_hand.pool.fetch(q("bench_contend"), self.program.id, begin)
        return {row["number"]: State(row["available"], row["entries"], row["whole"]) for row in rows}

    async def stock(self, code: str) -> int:
        """What is left of a stock, as the interface says."""
        (told,) = await self.get(f"/v1/stocks/{code}")
        left: int = told["remaining"]
        return left

    async def let(self, members: Sequence[str], points: int) -> None:
        """Members who let the others of their household spend so many points a month."""
        body: dict[str, object] = {"points": points}
        await self.ask(
            [
                send(
                    "PUT", f"/v1/members/{member}/household/pool", self.key, {"key": f"let-{member}", **body}
                )
                for member in members
            ]
        )

    async def enrolled(self, numbers: Sequence[str], points: int) -> None:
        """Members who join, each with a gift of so many points."""
        await self.at_hand.members.enrol_all(self.program.id, numbers, datetime.now(UTC))
        sender = Sender(self.servers[0].address, self.key, 1)
        tally = Tally()
        try:
            for body in bodies((compensation(number, points) for number in numbers), LINES):
                tally.add(await asyncio.to_thread(sender.post, body))
        finally:
            sender.close()
        if tally.booked["compensate"] != len(numbers):
            raise RuntimeError(f"{len(numbers)} gifts were to be booked: {tally}")


def compensation(number: str, points: int) -> bytes:
    """A gift as a line of the bulk path."""
    gift = {
        "type": "compensation",
        "key": f"gift-{number}",
        "member": number,
        "points": points,
        "reason": "开市",
    }
    return msgspec.json.encode(gift)


@asynccontextmanager
async def fair(folder: Path, clients: int) -> AsyncIterator[Fair]:
    """A database of its own with the fair published in it, two servers, and clients that are connected.

    Raises:
        ValueError: the fair's folder holds no programme.
    """
    loaded = load(FOLDER)
    if loaded.programme is None:
        raise ValueError(f"{FOLDER} cannot be read: {loaded.findings[0]}")
    async with empty(folder) as at_hand:
        now = datetime.now(UTC)
        publisher = Publisher(at_hand.pool, at_hand.catalog)
        await publisher.publish(loaded.programme, "bench", now - timedelta(days=1))
        program = await at_hand.catalog.by_code(loaded.programme.code)
        assert program is not None
        key = await at_hand.keys.make(program.id, None, "bench", now)
        with ExitStack() as stack:
            servers = [
                stack.enter_context(running(folder, folder / "bench.log", url=at_hand.dsn))
                for _ in range(SERVERS)
            ]
            wires = await Wires.to([server.port for server in servers], clients)
            try:
                yield Fair(at_hand, program, servers, wires, key)
            finally:
                wires.close()
