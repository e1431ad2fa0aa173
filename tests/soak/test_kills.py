"""Kills under full load: whatever dies, what was acknowledged is in the books, once."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jifen.cli.opening import Opened, opened
from jifen.rules.definition import Cap, Flat, PerAmount, Rate, RuleSet
from jifen.store import embedded
from jifen.values.ids import ProgramId
from jifen.values.periods import Rolling
from tests.engine.town import BEFORE, found
from tests.soak.books import faults_in
from tests.soak.clients import BULK_LINES, PATIENCE_S, Client, Gate
from tests.soak.facts import HOUSEHOLDS, MEMBERS, SOURCE, Story
from tests.soak.killing import WAYS, WORKERS, Target
from tests.store.conftest import temporary_folder

SEED = 20261121
RULES = RuleSet(
    rules=(
        PerAmount(id="base", rate=Rate(1, 100), caps=(Cap(400, "day"),)),
        Flat(id="first", points=5, once="day", funder="operator"),
    ),
    validity=Rolling(days=60),
)

Kill = tuple[str, float]
"""What is killed, and how many seconds after the round began."""


@pytest.fixture
async def folder(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Path]:
    """A folder whose server keeps its promises through a power cut too: fsync is on, as by default."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    async with temporary_folder() as made:
        await embedded.ensure(made)
        yield made


async def founded(at_hand: Opened) -> tuple[ProgramId, str]:
    """A programme whose members live in pairs, and the key that opens it."""
    program = (await found(at_hand.catalog, "soak", RULES)).id
    await at_hand.members.enrol_all(program, MEMBERS, BEFORE)
    wallets = await at_hand.members.wallets(program, MEMBERS)
    for home in range(HOUSEHOLDS):
        pair = [wallets[number] for number in MEMBERS[2 * home : 2 * home + 2]]
        await at_hand.members.open_household(program, f"home{home}", pair, BEFORE)
    return program, await at_hand.keys.make(program, None, SOURCE, datetime.now(UTC))


@asynccontextmanager
async def loaded(
    folder: Path, log: Path, singles: int, bulks: int
) -> AsyncIterator[tuple[Target, Gate, list[Client]]]:
    """A server under load, which goes on until the block ends."""
    async with opened(folder) as at_hand:
        program, secret = await founded(at_hand)
    now = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=1)
    target, gate = Target(folder, log), Gate()
    clients = [
        Client(
            number, Story(SEED, number, now), gate, target.port, secret, 1 if number < singles else BULK_LINES
        )
        for number in range(singles + bulks)
    ]
    try:
        for client in clients:
            client.program = program
            client.start()
        yield target, gate, clients
    finally:
        gate.ended = True
        target.stop()
        for client in clients:
            client.join(PATIENCE_S)


async def one_round(
    target: Target, gate: Gate, clients: list[Client], way: str, chance: random.Random
) -> str:
    """Load, kill, go on until every client works again, rest, and compare; says what it took."""
    program = clients[0].program
    assert program is not None
    begun = time.monotonic()
    before = sum(len(client.acknowledged) for client in clients)
    gate.open.set()
    await asyncio.sleep(chance.uniform(0.2, 0.7))
    killed = time.monotonic()
    await asyncio.to_thread(target.kill, way, chance)
    while any(client.begun_s < killed for client in clients) or len(target.workers()) < WORKERS:
        assert time.monotonic() - killed < PATIENCE_S, f"after killing a {way} not every client works again"
        await asyncio.sleep(0.02)
    back = time.monotonic()
    await asyncio.sleep(0.2)
    await asyncio.to_thread(gate.pause, clients)
    rested = time.monotonic()
    found = await faults_in(await embedded.ensure(target.folder), program, clients)
    assert not found, "\n".join(found[:20])
    count = sum(len(client.acknowledged) for client in clients)
    return (
        f"{way:>22}: back after {back - killed:.2f} s, {count - before:5} facts, {count:6} in all, "
        f"compared in {time.monotonic() - rested:.2f} s, round of {time.monotonic() - begun:.2f} s, "
        f"lost {sum(client.lost for client in clients)}, "
        f"unavailable {sum(client.unavailable for client in clients)}"
    )


async def kills(folder: Path, log: Path, ways: list[str], *, singles: int, bulks: int) -> int:
    """One round for each way to kill; how many facts were asked again after they had been booked."""
    chance = random.Random(SEED)
    async with loaded(folder, log, singles, bulks) as (target, gate, clients):
        for way in ways:
            print(await one_round(target, gate, clients, way, chance), flush=True)
        answers = [one for client in clients for one in client.acknowledged]
        assert {one.fact["type"] for one in answers if one.status < 300} >= {
            "purchase", "redemption", "hold", "capture", "release", "return", "reversal", "transfer",
        }  # fmt: skip
        assert sum(client.lost for client in clients) > 0
        return sum(one.said.get("replayed", False) for one in answers)


async def test_a_kill_loses_nothing(folder: Path, tmp_path: Path) -> None:
    """Two rounds of what `make soak` does for longer: a worker dies, then PostgreSQL."""
    await kills(folder, tmp_path / "server.log", ["worker", "postmaster"], singles=3, bulks=1)


@pytest.mark.soak
async def test_many_kills_lose_nothing(folder: Path, tmp_path: Path) -> None:
    """Three times round all ways to kill."""
    assert await kills(folder, tmp_path / "server.log", list(WAYS) * 3, singles=6, bulks=1)
