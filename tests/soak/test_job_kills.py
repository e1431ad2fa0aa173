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
from jifen.engine.engine import LOST
from jifen.store import embedded
from tests.soak.killing import WORKERS
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
Counts = Callable[[], Awaitable[tuple[int, int]]]


@pytest.fixture
async def folder(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Path]:
    """A folder whose server keeps its promises through a power cut too: fsync is on, as by default."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    async with temporary_folder() as made:
        await embedded.ensure(made)
        yield made


class Night:
    """A programme by whose clock time passes, while things are killed. struck: how often in the middle."""

    def __init__(self, place: Place, members: int, kills: int) -> None:
        self.place = place
        self.numbers = [f"m{number:05}" for number in range(members)]
        self.kills = kills
        self.client = Steady(place.target.port, place.key)
        self.struck = {"delivery": 0}
        self._turn = 0
        self._conn: asyncpg.Connection | None = None

    async def value(self, sql: str, *arguments: Any) -> Any:
        """One value of the database; the connection may be killed, then it is asked again."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                try:
                    if self._conn is None or self._conn.is_closed():
                        self._conn = await asyncpg.connect(await embedded.ensure(self.place.target.folder))
                    return await self._conn.fetchval(sql, *arguments)
                except (*LOST, asyncpg.PostgresError):
                    await self._hang_up()
                    await asyncio.sleep(0.05)

    async def _hang_up(self) -> None:
        conn, self._conn = self._conn, None
        if conn is not None:
            conn.terminate()

    async def end(self) -> None:
        """Nothing more is asked."""
        self.client.hang_up()
        await self._hang_up()

    async def has(self, sql: str, *arguments: Any) -> bool:
        """Whether the database says so."""
        return bool(await self.value(sql, *arguments))

    async def finished(self, job: str, clock: str) -> bool:
        """Whether a job has been done of the day to which the clock was set."""
        day = datetime.fromisoformat(clock).date()
        return await self.has("SELECT count(*) FROM job_run WHERE (job, day) = ($1, $2)", job, day)

    async def delivered(self) -> bool:
        """Whether nothing waits to be delivered."""
        return not await self.has("SELECT count(*) FROM message WHERE state IN ('waiting', 'sent')")

    async def put(self, method: str, path: str, body: object) -> Any:
        """What is answered, by a server that may be killed; asked for again until it is."""
        heard = await self.client.sure(method, path, body)
        assert heard.status < 300, heard.content
        return msgspec.json.decode(heard.content)

    async def set_clock(self, at: str) -> None:
        """Let time pass, and kill the workers: who takes their place looks at once what is due."""
        await self.put("PUT", "/v1/clock", {"at": at})
        target = self.place.target
        killed = await asyncio.to_thread(target.workers)
        await asyncio.to_thread(target.strike, "workers", killed, self.place.chance)

        async def replaced() -> bool:
            there = await asyncio.to_thread(target.workers)
            return len(there) == WORKERS and not set(there) & set(killed)

        await self.until(replaced)

    async def harried(self, what: str, done: Asked, progress: Counts | None = None) -> None:
        """Kill when something was done of it, again and again; then wait until it is done all the same."""
        chance, target = self.place.chance, self.place.target
        self.struck.setdefault(what, 0)
        for _ in range(self.kills):
            way = WAYS[self._turn % len(WAYS)]
            self._turn += 1
            aimed = await asyncio.to_thread(target.aim, way, chance)
            if progress is None:
                await asyncio.sleep(chance.uniform(0, 0.05))
            else:
                await self._moves(done, progress)
            if await done():
                break
            self.struck[what] += 1
            # Messages go out beside all of it, a few pages at a time.
            self.struck["delivery"] += not await self.delivered()
            await asyncio.to_thread(target.strike, way, aimed, chance)
        await self.until(done)

    async def until(self, done: Asked) -> None:
        """Wait until something is done."""
        until = asyncio.get_running_loop().time() + PATIENCE_S
        while not await done():
            assert asyncio.get_running_loop().time() < until, f"it was not done in time: {self.struck}"
            await asyncio.sleep(0.05)

    async def _moves(self, done: Asked, progress: Counts) -> None:
        """Wait until some more of it is done."""
        before = await progress()
        until = asyncio.get_running_loop().time() + PATIENCE_S
        while await progress() == before and not await done():
            assert asyncio.get_running_loop().time() < until, "nothing moves any more"
            await asyncio.sleep(0.002)

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

    async def put_out(self, event: str) -> tuple[int, int]:
        """How many messages of an event there are, and to how many wallets."""
        found = await self.value(
            "SELECT array[count(*), count(DISTINCT wallet)] FROM message WHERE event = $1", event
        )
        return found[0], found[1]

    async def messages(self) -> Any:
        """How the messages stand, for who looks what went wrong."""
        return await self.value(
            "SELECT json_agg(t) FROM (SELECT event, state, channel, reason, count(*) FROM message "
            "GROUP BY 1, 2, 3, 4) t"
        )

    async def told(self, event: str) -> tuple[int, int]:
        """How many messages of an event were delivered, and to how many wallets."""
        found = await self.value(
            "SELECT array[count(*), count(DISTINCT wallet)] FROM message "
            "WHERE event = $1 AND state = 'delivered'",
            event,
        )
        return found[0], found[1]


async def a_night_of_kills(night: Night) -> None:
    """Reminders, and the expiry of all that is there: harried, and done once to everybody."""
    place, members = night.place, len(night.numbers)
    now = datetime.now(UTC)
    await place.at_hand.members.enrol_all(place.program.id, night.numbers, now - timedelta(hours=2))
    await night.all_buy("first", now)

    await night.set_clock(REMINDED)
    await night.harried(
        "reminders", lambda: night.finished("reminders", REMINDED), lambda: night.put_out("points_lapsing")
    )
    await night.until(night.delivered)
    assert await night.told("points_lapsing") == (members, members), await night.messages()

    await night.set_clock(LAPSED)
    await night.harried("expiry", lambda: night.finished("expiry", LAPSED), lambda: night.counted("expire"))
    assert await night.counted("expire") == (members, members)
    assert await night.value("SELECT sum(remaining)::bigint FROM lot") == 0


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
    job = f"remedy:{outage['id']}"
    await night.harried("remedy", lambda: night.finished(job, LAPSED), lambda: night.counted("compensate"))
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

    await night.harried("publishing", done)
    assert (await publishing)["version"] == 2
    again = await night.put("POST", "/v1/programmes/apply", body)
    assert (again["changed"], again["version"]) == (False, 2)
    assert await night.value("SELECT array_agg(version ORDER BY version) FROM rule_set") == [1, 2]
    assert await night.value("SELECT array_agg(version ORDER BY version) FROM publication") == [1, 2]


async def proven(night: Night, struck: tuple[str, ...]) -> None:
    """The books hold, and each of these was struck in the middle."""
    await night.end()
    print(night.struck)
    assert await night.place.proven() == []
    assert all(night.struck[what] for what in struck), night.struck


async def test_a_night_in_which_things_are_killed(folder: Path, tmp_path: Path) -> None:
    """A kill beside each job; `make soak` has more jobs and members, and kills more often."""
    async with placed(folder, tmp_path / "server.log") as place:
        night = Night(place, members=400, kills=1)
        await a_night_of_kills(night)
        await proven(night, ("reminders", "expiry"))


@pytest.mark.soak
async def test_a_long_night_of_kills(folder: Path, tmp_path: Path) -> None:
    """Five thousand members and a dozen kills beside each job, a remedy and a delisting among them."""
    async with placed(folder, tmp_path / "server.log") as place:
        night = Night(place, members=5000, kills=12)
        await a_night_of_kills(night)
        await _an_outage(night)
        await night.until(night.delivered)
        assert await night.told("compensated") == (5000, 5000)
        await _a_delisting(night)
        await proven(night, ("reminders", "delivery", "expiry", "remedy", "publishing"))
