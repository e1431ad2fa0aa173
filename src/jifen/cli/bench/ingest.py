"""jifen bench ingest: durable, rule-evaluated events a second over the public bulk path."""

import asyncio
import time
import zlib
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

from jifen.cli.bench.reference import Pgbench
from jifen.cli.bench.world import World, world
from jifen.cli.demo.dataset import Basket, baskets
from jifen.cli.demo.story import purchase_line
from jifen.cli.progress import Bar, bar
from jifen.cli.sending import Sender, Tally, bodies
from jifen.cli.serving import running
from jifen.store.queries import q

ROUNDS = 5
LINES = 2000
IN_FLIGHT = 2
SERVERS = 2
SECONDS = 4.0
WAL_MOST = 2000
DISK_MOST = 1000
RATIO_LEAST = 0.5


async def ingest(folder: Path, *, rounds: int = ROUNDS, per_round: int = 28_000) -> dict[str, Any]:
    """Send real baskets, between runs of pgbench's one-row insert at 32 clients; medians of the rounds."""
    year = baskets()
    async with world(folder, year) as made:
        reference = Pgbench(made.dsn)
        await reference.prepare()
        with ExitStack() as stack:
            servers = [
                stack.enter_context(running(folder, folder / f"bench{n}.log", url=made.dsn))
                for n in range(SERVERS)
            ]
            senders = [Sender(server.address, made.key, IN_FLIGHT) for server in servers]
            await _send(senders, year[:2000])
            with bar("ingest", rounds * per_round, unit="events") as progress:
                figures = [
                    await _round(made, reference, senders, year[2000 + n * per_round :][:per_round], progress)
                    for n in range(rounds)
                ]
            for sender in senders:
                sender.close()
    value = median(one["events"] for one in figures)
    base = median(one["plain"] for one in figures)
    ratio = median(one["events"] / one["plain"] for one in figures)
    wal = median(one["wal"] for one in figures)
    disk = median(one["disk"] for one in figures)
    return {
        "name": "ingest",
        "value": round(value),
        "unit": "events/s",
        "reference": round(base),
        "ratio": round(ratio, 3),
        "ok": ratio >= RATIO_LEAST and wal <= WAL_MOST and disk <= DISK_MOST,
        "wal_bytes_per_event": round(wal),
        "disk_bytes_per_event": round(disk),
        "servers": SERVERS,
        "lines_per_basket": round(sum(len(basket.lines) for basket in year) / len(year), 1),
        "rounds": [{name: round(figure) for name, figure in one.items()} for one in figures],
    }


async def _round(
    made: World, reference: Pgbench, senders: list[Sender], slice_of_year: list[Basket], progress: Bar
) -> dict[str, float]:
    plain, _ = await reference.plain(clients=32, seconds=SECONDS)
    before = await made.at_hand.pool.fetchrow(q("bench_sizes"))
    seconds = await _send(senders, slice_of_year)
    after = await made.at_hand.pool.fetchrow(q("bench_sizes"))
    assert before is not None and after is not None
    count = len(slice_of_year)
    progress.advance(count)
    return {
        "plain": plain,
        "events": count / seconds,
        "wal": (after["wal"] - before["wal"]) / count,
        "disk": (after["disk"] - before["disk"]) / count,
    }


async def _send(senders: list[Sender], some: list[Basket]) -> float:
    """Send baskets, each member's always to the same server; returns the seconds until the last answer."""
    ready = [
        list(bodies((purchase_line(one) for one in some if _server(one, len(senders)) == n), LINES))
        for n in range(len(senders))
    ]
    started = time.perf_counter()
    answers = [
        await asyncio.wrap_future(one)
        for one in [sender.later(body) for sender, mine in zip(senders, ready, strict=True) for body in mine]
    ]
    seconds = time.perf_counter() - started
    tally = Tally()
    for answer in answers:
        tally.add(answer)
    if tally.booked["purchase"] != len(some):
        raise RuntimeError(f"{tally.booked} of {len(some)} were booked: {tally.refused} {tally.broken[:3]}")
    return seconds


def _server(basket: Basket, servers: int) -> int:
    return zlib.crc32(basket.member.encode()) % servers
