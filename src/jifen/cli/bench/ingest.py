"""jifen bench ingest: durable, rule-evaluated events a second over the public bulk path."""

import asyncio
import time
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
IN_FLIGHT = 3
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
        with running(folder, folder / "bench.log", url=made.dsn) as server:
            sender = Sender(server.address, made.key, IN_FLIGHT)
            await _send(sender, year[:2000])
            with bar("ingest", rounds * per_round, unit="events") as progress:
                figures = [
                    await _round(made, reference, sender, year[2000 + n * per_round :][:per_round], progress)
                    for n in range(rounds)
                ]
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
        "lines_per_basket": round(sum(len(basket.lines) for basket in year) / len(year), 1),
        "rounds": [{name: round(figure) for name, figure in one.items()} for one in figures],
    }


async def _round(
    made: World, reference: Pgbench, sender: Sender, slice_of_year: list[Basket], progress: Bar
) -> dict[str, float]:
    plain, _ = await reference.plain(clients=32, seconds=SECONDS)
    before = await made.at_hand.pool.fetchrow(q("bench_sizes"))
    seconds = await _send(sender, slice_of_year)
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


async def _send(sender: Sender, some: list[Basket]) -> float:
    """Send baskets, a few bodies in flight; returns the seconds until the last answer."""
    ready = list(bodies(map(purchase_line, some), LINES))
    started = time.perf_counter()
    answers = [await asyncio.wrap_future(one) for one in [sender.later(body) for body in ready]]
    seconds = time.perf_counter() - started
    tally = Tally()
    for answer in answers:
        tally.add(answer)
    if tally.booked["purchase"] != len(some):
        raise RuntimeError(f"{tally.booked} of {len(some)} were booked: {tally.refused} {tally.broken[:3]}")
    return seconds
