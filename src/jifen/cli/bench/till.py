"""jifen bench till: one purchase per HTTP request, as tills send them."""

from pathlib import Path
from statistics import median
from typing import Any

import psutil

from jifen.cli.bench.load import load, post
from jifen.cli.bench.reference import Pgbench
from jifen.cli.bench.world import World, world
from jifen.cli.demo.dataset import Basket, baskets
from jifen.cli.demo.story import purchase_line
from jifen.cli.progress import bar
from jifen.cli.serving import Server, running

ROUNDS = 5
CONNECTIONS = 64
SECONDS = 4.0
RATIO_LEAST = 0.8
ALONE_MORE_MS = 3.0
PURCHASE = b'"type":"purchase",'


async def till(
    folder: Path, *, rounds: int = ROUNDS, per_round: int = 15_000, alone: int = 1000
) -> dict[str, Any]:
    """Tills at 64 connections between runs of TPC-B at 32 clients; and one till against one plain commit."""
    year = baskets()
    async with world(folder, year) as made:
        reference = Pgbench(made.dsn)
        await reference.prepare()
        with running(folder, folder / "bench.log", url=made.dsn) as server:
            await _send(server, made, year[:2000], CONNECTIONS)
            figures, p50_alone, plain_alone = [], [], []
            left = iter(year[2000:])
            with bar("till", rounds * (per_round + alone), unit="requests") as progress:
                for _ in range(rounds):
                    tpcb, _ = await reference.tpcb(clients=32, seconds=SECONDS)
                    sample = await _send(server, made, [next(left) for _ in range(per_round)], CONNECTIONS)
                    figures.append((sample.rate, tpcb, sample.percentile_ms(0.5), sample.percentile_ms(0.99)))
                    progress.advance(per_round)
                    _, latency = await reference.plain(clients=1, seconds=1)
                    plain_alone.append(latency)
                    one = await _send(server, made, [next(left) for _ in range(alone)], 1)
                    p50_alone.append(one.percentile_ms(0.5))
                    progress.advance(alone)
            memory = sum(psutil.Process(pid).memory_info().rss for pid in server.pids())
    ratio = median(rate / tpcb for rate, tpcb, _, _ in figures)
    lone, commit = median(p50_alone), median(plain_alone)
    return {
        "name": "till",
        "value": round(median(rate for rate, _, _, _ in figures)),
        "unit": "requests/s",
        "reference": round(median(tpcb for _, tpcb, _, _ in figures)),
        "ratio": round(ratio, 3),
        "ok": ratio >= RATIO_LEAST and lone <= commit + ALONE_MORE_MS,
        "p50_ms": round(median(p50 for _, _, p50, _ in figures), 2),
        "p99_ms": round(median(p99 for _, _, _, p99 in figures), 2),
        "p50_alone_ms": round(lone, 3),
        "plain_commit_ms": round(commit, 3),
        "server_memory_mb": round(memory / 1_048_576),
        "rounds": [{"rate": round(rate), "tpcb": round(tpcb)} for rate, tpcb, _, _ in figures],
    }


async def _send(server: Server, made: World, some: list[Basket], connections: int) -> Any:
    requests = [post("/v1/purchases", made.key, purchase_line(one).replace(PURCHASE, b"", 1)) for one in some]
    sample = await load(server.port, connections, iter(requests))
    if sample.statuses != {201: len(some)}:
        raise RuntimeError(f"{len(some)} purchases were sent, the answers were {sample.statuses}")
    return sample
