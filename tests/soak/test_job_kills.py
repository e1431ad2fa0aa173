"""Kills in the middle of what runs by itself, and of publishing: everything is done once, to everybody."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest

from jifen.cli.sending import Sender, Tally, bodies
from jifen.store import embedded
from tests.soak.place import Place, placed
from tests.soak.walking import PATIENCE_S, Steady
from tests.store.conftest import temporary_folder

WAYS = ("server", "worker", "backend", "postmaster", "worker", "supervisor")
POINTS = 100
REMINDED = "2028-11-01T10:00:00+08:00"
LAPSED = "2028-12-01T01:00:00+08:00"
"""What is earned in November 2026 lives for 24 months to the end of the month."""

GIVEN = 5
"""Points that the remedy of an outage gives to everybody."""

Asked = Callable[[], Awaitable[bool]]


@pytest.fixture
async def folder(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Path]:
    """A folder whose server keeps its promises through a power cut too: fsync is on, as by default."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    async with temporary_folder() as made:
        await embedded.ensure(made)
        yield made


class Night:
    """A programme by whose clock time passes, with members, while things are killed."""

    def __init__(self, place: Place, members: int, kills: int) -> None:
        self.place = place
        self.numbers = [f"m{number:05}" for number in range(members)]
        self.kills = kills
        self.client = Steady(place.target.port, place.key)
        self._turn = 0

    async def value(self, sql: str, *arguments: Any) -> Any:
        """One value of the database, asked on a connection of its own, which may have to be asked again."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                try:
                    conn = await asyncpg.connect(await embedded.ensure(self.place.target.folder))
                    try:
                        return await conn.fetchval(sql, *arguments)
                    finally:
                        await conn.close()
                except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                    await asyncio.sleep(0.05)

    async def has(self, sql: str, *arguments: Any) -> bool:
        """Whether the database says so."""
        return bool(await self.value(sql, *arguments))

    async def finished(self, job: str) -> bool:
        """Whether a job has been done."""
        return await self.has("SELECT count(*) FROM job_run WHERE job = $1", job)

    async def delivered(self) -> bool:
        """Whether nothing waits to be delivered."""
        return not await self.has("SELECT count(*) FROM message WHERE state IN ('waiting', 'sent')")

    async def put(self, method: str, path: str, body: object) -> Any:
        """What is answered, by a server that may be killed; asked for again until it is."""
        heard = await self.client.sure(method, path, body)
        assert heard.status < 300, heard.content
        return msgspec.json.decode(heard.content)

    async def harried(self, done: Asked) -> None:
        """Kill, wait a moment, kill again; then wait until it is done all the same."""
        chance, target = self.place.chance, self.place.target
        for _ in range(self.kills):
            way = WAYS[self._turn % len(WAYS)]
            self._turn += 1
            await asyncio.to_thread(target.kill, way, chance)
            await asyncio.sleep(chance.uniform(0.0, 0.5))
        until = asyncio.get_running_loop().time() + PATIENCE_S
        while not await done():
            assert asyncio.get_running_loop().time() < until, "what was killed was not done in time"
            await asyncio.sleep(0.1)

    async def all_buy(self, word: str, at: datetime) -> None:
        """Everybody buys something; nothing is killed meanwhile."""
        lines = [
            msgspec.json.encode(
                {
                    "type": "purchase",
                    "key": f"{word}-{number}",
                    "member": number,
                    "store": "hall-east",
                    "amount": 100 * POINTS,
                    "at": at,
                }
            )
            for number in self.numbers
        ]
        sender = Sender(f"http://127.0.0.1:{self.place.target.port}", self.place.key, 1)
        tally = Tally()
        for body in bodies(lines, 500):
            tally.add(await asyncio.to_thread(sender.post, body))
        sender.close()
        assert tally.booked["purchase"] == len(self.numbers), tally

    async def counted(self, kind: str) -> tuple[int, int]:
        """How many entries there are of a kind, and in how many wallets."""
        found = await self.value(
            "SELECT array[count(*), count(DISTINCT wallet)] FROM entry WHERE kind::text = $1", kind
        )
        return found[0], found[1]

    async def told(self, event: str) -> tuple[int, int]:
        """How many messages of an event were delivered, and to how many wallets."""
        found = await self.value(
            "SELECT array[count(*), count(DISTINCT wallet)] FROM message WHERE (event, state) = ($1, 'delivered')",
            event,
        )
        return found[0], found[1]


async def a_night_of_kills(place: Place, members: int, kills: int) -> None:
    """Reminders, the expiry, a remedy, a delisting: each is harried, and each is done once to everybody."""
    night = Night(place, members, kills)
    now = datetime.now(UTC)
    once = (members, members)
    await place.at_hand.members.enrol_all(place.program.id, night.numbers, now - timedelta(hours=2))
    await night.all_buy("first", now)

    await night.put("PUT", "/v1/clock", {"at": REMINDED})
    await night.harried(lambda: night.finished("reminders"))
    await night.harried(night.delivered)
    assert await night.told("points_lapsing") == once

    await night.put("PUT", "/v1/clock", {"at": LAPSED})
    await night.harried(
        lambda: night.has("SELECT count(*) FROM job_run WHERE job = 'expiry' AND day > '2028-11-30'")
    )
    assert await night.counted("expire") == once
    assert await night.value("SELECT sum(remaining)::bigint FROM lot") == 0

    await _an_outage(night)
    await night.harried(night.delivered)
    assert await night.told("compensated") == once
    await _a_delisting(night)
    night.client.hang_up()
    assert await place.proven() == []


async def _an_outage(night: Night) -> None:
    """One in which all points lapsed: they come back, and everybody gets something for it."""
    members = len(night.numbers)
    over = datetime.fromisoformat(LAPSED)
    declared = {
        "key": "outage",
        "since": (over - timedelta(hours=3)).isoformat(),
        "until": over.isoformat(),
        "remedy": "sold-out",
        "text": "系统故障三小时，向您致歉。",
    }
    outage = await night.put("POST", "/v1/outages", declared)
    await night.harried(lambda: night.finished(f"remedy:{outage['id']}"))
    assert await night.counted("extend") == (members, members)
    assert await night.counted("compensate") == (members, members)
    assert await night.value("SELECT sum(remaining)::bigint FROM lot") == members * (POINTS + GIVEN)
    assert (await night.put("POST", "/v1/outages", declared))["id"] == outage["id"]
    assert await night.value("SELECT count(*) FROM outage") == 1


async def _a_delisting(night: Night) -> None:
    """A version without the lamps: published or not, never in part, and by the repeat at the latest."""
    programme = night.place.programme
    rewards = tuple(one for one in programme.rules.rewards if one.code != "lamp")
    without = msgspec.structs.replace(
        programme, rules=msgspec.structs.replace(programme.rules, rewards=rewards)
    )
    body = {"programme": msgspec.to_builtins(without)}
    publishing = asyncio.create_task(night.put("POST", "/v1/programmes/apply", body))

    async def done() -> bool:
        return publishing.done()

    await night.harried(done)
    assert (await publishing)["version"] == 2
    again = await night.put("POST", "/v1/programmes/apply", body)
    assert (again["changed"], again["version"]) == (False, 2)
    assert await night.value("SELECT array_agg(version ORDER BY version) FROM rule_set") == [1, 2]
    assert await night.value("SELECT array_agg(version ORDER BY version) FROM publication") == [1, 2]


async def test_a_night_in_which_things_are_killed(folder: Path, tmp_path: Path) -> None:
    """A kill beside each job; `make soak` has more members and kills more often."""
    async with placed(folder, tmp_path / "server.log") as place:
        await a_night_of_kills(place, members=200, kills=1)


@pytest.mark.soak
async def test_a_long_night_of_kills(folder: Path, tmp_path: Path) -> None:
    """Five thousand members, and a dozen kills beside each job."""
    async with placed(folder, tmp_path / "server.log") as place:
        await a_night_of_kills(place, members=5000, kills=12)
