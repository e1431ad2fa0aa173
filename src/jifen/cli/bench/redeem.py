"""jifen bench redeem: points held and captured over HTTP, against TPC-B on the same server."""

import itertools
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

import msgspec

from jifen.cli.bench.load import Sample, load, post
from jifen.cli.bench.reference import Pgbench
from jifen.cli.bench.world import World, world
from jifen.cli.demo.dataset import baskets
from jifen.cli.demo.replay import TODAY
from jifen.cli.progress import bar
from jifen.cli.serving import Server, running

ROUNDS = 5
CONNECTIONS = 64
SECONDS = 4.0
RATIO_LEAST = 0.7
POINTS = 1_000_000
"""What every member has to spend: no hold of the benchmark is refused."""

_answer = msgspec.json.Decoder(dict[str, Any]).decode


async def redeem(folder: Path, *, rounds: int = ROUNDS, per_round: int = 6000) -> dict[str, Any]:
    """At 64 connections, each in turn a hold and its capture, between runs of TPC-B at 32 clients."""
    year = baskets()
    async with world(folder, year) as made:
        reference = Pgbench(made.dsn)
        await reference.prepare()
        numbers = list(dict.fromkeys(basket.member for basket in year))[:4000]
        with running(folder, folder / "bench.log", url=made.dsn) as server:
            await give(server, made, numbers)
            members = itertools.cycle(numbers)
            keys = itertools.count()
            await _pairs(server, made, members, keys, 500)
            figures = []
            with bar("redeem", rounds * per_round * 2, unit="operations") as progress:
                for _ in range(rounds):
                    tpcb, _ = await reference.tpcb(clients=32, seconds=SECONDS)
                    sample = await _pairs(server, made, members, keys, per_round)
                    figures.append((sample, tpcb))
                    progress.advance(per_round * 2)
    ratio = median(sample.rate / tpcb for sample, tpcb in figures)
    return {
        "name": "redeem",
        "value": round(median(sample.rate for sample, _ in figures)),
        "unit": "operations/s",
        "reference": round(median(tpcb for _, tpcb in figures)),
        "ratio": round(ratio, 3),
        "ok": ratio >= RATIO_LEAST,
        "p50_ms": round(median(sample.percentile_ms(0.5) for sample, _ in figures), 2),
        "p99_ms": round(median(sample.percentile_ms(0.99) for sample, _ in figures), 2),
        "rounds": [{"rate": round(sample.rate), "tpcb": round(tpcb)} for sample, tpcb in figures],
    }


class Turns:
    """A request for whoever is free: the capture of what was held, where one waits, else another hold."""

    def __init__(
        self, made: World, members: Iterator[str], keys: Iterator[int], pairs: int, deadline: str
    ) -> None:
        self._made, self._members, self._keys = made, members, keys
        self._deadline = deadline
        self._store = next(iter(made.program.stores))
        self._holds = pairs
        self._captures = pairs
        self._held: list[str] = []

    def __iter__(self) -> Iterator[bytes]:
        """Requests until all are held and captured; those that wait for an answer let others go first."""
        while self._captures:
            if self._held:
                self._captures -= 1
                yield self._post(f"/v1/holds/{self._held.pop()}/capture", {"key": f"c{next(self._keys)}"})
            elif self._holds:
                self._holds -= 1
                body = {
                    "key": f"h{next(self._keys)}",
                    "member": next(self._members),
                    "points": 3,
                    "store": self._store,
                    "deadline": self._deadline,
                }
                yield self._post("/v1/holds", body)
            else:
                # What is still to be captured was not answered yet: this connection has done its part.
                return

    def seen(self, status: int, body: bytes) -> None:
        """Note a hold, to be captured."""
        told = _answer(body)
        if status != 201:
            raise RuntimeError(f"a hold or a capture was refused: {told}")
        if told["kind"] == "hold":
            self._held.append(told["id"])

    def _post(self, path: str, body: dict[str, Any]) -> bytes:
        return post(path, self._made.key, msgspec.json.encode(body))


async def _pairs(
    server: Server, made: World, members: Iterator[str], keys: Iterator[int], pairs: int
) -> Sample:
    deadline = (TODAY + timedelta(hours=1)).isoformat()
    turns = Turns(made, members, keys, pairs, deadline)
    return await load(server.port, CONNECTIONS, iter(turns), turns.seen)


async def give(server: Server, made: World, numbers: list[str], points: int = POINTS) -> None:
    """Every member gets points to spend."""
    requests = [
        post(
            "/v1/adjustments",
            made.key,
            msgspec.json.encode({"key": f"g-{of}", "member": of, "points": points, "reason": "benchmark"}),
        )
        for of in numbers
    ]
    sample = await load(server.port, CONNECTIONS, iter(requests))
    if sample.statuses != {201: len(numbers)}:
        raise RuntimeError(f"{len(numbers)} members were given points, the answers were {sample.statuses}")
