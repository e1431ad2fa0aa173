"""jifen bench race: many clients over two servers spend one wallet to its last point."""

import asyncio
import random
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from jifen.cli.bench.load import Sample, load, post
from jifen.cli.bench.poison import POISONS, REUSED, Fact, body
from jifen.cli.bench.verdict import SPEND, Booked, Heard, Said, judged, tallied
from jifen.cli.bench.world import World, world
from jifen.cli.demo.dataset import ZONE, Basket
from jifen.cli.demo.story import purchase_line
from jifen.cli.progress import Bar, bar
from jifen.cli.sending import Sender, join
from jifen.cli.serving import Server, running
from jifen.jobs.verify import verify
from jifen.store.queries import q

MEMBER = "QH000001"
PURSE = 40_000
SERVERS = 2
CLIENTS = 64
POINTS_MOST = 5
SEED = 20261121

REPEATED = 0.30 / 0.65
"""How often a key is sent again: so that of a hundred requests 30 are repeats, and 5 poison."""

POISONED = 0.05 / 0.70
BROKEN_MOST = 200
"""After so many answers of the kind 5xx the race ends: its verdict is clear."""

_said = msgspec.json.Decoder(Said)


class Sent(msgspec.Struct, frozen=True):
    """One request on its way."""

    fact: Fact
    kind: str
    request: bytes


class Course:
    """What the clients share: the wallet's facts, what is to be sent again where, and what was heard."""

    def __init__(self, key: str, stores: list[str], progress: Bar) -> None:
        self.key = key
        self.stores = stores
        self.progress = progress
        self.due: list[deque[Sent]] = [deque() for _ in range(SERVERS)]
        self.heard: list[Heard] = []
        self.repeats = 0
        self.retries = 0
        self.broken = 0

    def sent(self, fact: Fact, kind: str, content: bytes) -> Sent:
        """A request for POST /v1/redemptions."""
        return Sent(fact, kind, post("/v1/redemptions", self.key, content))

    def hear(self, sent: Sent, status: int, said: Said) -> None:
        """Note an answer."""
        self.heard.append(Heard(sent.fact["key"], sent.kind, sent.fact["points"], status, said))
        if status == 201:
            self.progress.advance(sent.fact["points"])
        if status >= 500:
            self.broken += 1


class Client:
    """One connection to one server, that asks for a few points after the other until there are none."""

    def __init__(self, course: Course, server: int, number: int, seed: int) -> None:
        self._course = course
        self._server = server
        self._number = number
        self._random = random.Random(f"{seed}/{number}")  # noqa: S311 (chance, not secrecy)
        self._count = 0
        self._most = POINTS_MOST
        self._empty = False
        self._flying: Sent | None = None
        self._again: Sent | None = None
        self._booked: Fact | None = None

    def requests(self) -> Iterator[bytes]:
        """What to send, one after the other: a repeat that is due, poison, or something new."""
        while (sent := self._next()) is not None:
            self._flying = sent
            yield sent.request

    def _next(self) -> Sent | None:
        course = self._course
        if course.broken + course.retries > BROKEN_MOST:
            return None
        if self._again is not None:
            again, self._again = self._again, None
            course.retries += 1
            return again
        if course.due[self._server]:
            course.repeats += 1
            return course.due[self._server].popleft()
        if self._empty:
            return None
        fact = self._fact()
        if self._random.random() < POISONED:
            return self._poison(fact)
        sent = course.sent(fact, SPEND, body(fact))
        draw = self._random.random()
        if draw < REPEATED / 2:
            course.due[(self._server + 1) % SERVERS].append(sent)
        elif draw < REPEATED * 0.7:
            course.due[self._server].append(sent)
        return sent

    def _fact(self) -> Fact:
        self._count += 1
        return {
            "key": f"race-{self._number}-{self._count}",
            "member": MEMBER,
            "store": self._random.choice(self._course.stores),
            "points": self._random.randint(1, self._most),
        }

    def _poison(self, fact: Fact) -> Sent:
        kind = self._random.choice([*POISONS, REUSED])
        if kind == REUSED:
            if self._booked is not None:
                other = {**self._booked, "points": self._booked["points"] + 1}
                return self._course.sent(other, REUSED, body(other))
            kind = "negative_points"
        return self._course.sent(fact, kind, POISONS[kind](fact))

    def seen(self, status: int, content: bytes) -> None:
        """Take an answer; one that says to come back later is obeyed."""
        sent = self._flying
        assert sent is not None
        if status == 503:
            self._again = sent
            return
        said = _read(content)
        self._course.hear(sent, status, said)
        if sent.kind != SPEND:
            return
        if status == 201:
            self._booked = sent.fact
            if self._random.random() < REPEATED * 0.3:
                self._course.due[self._random.randrange(SERVERS)].append(sent)
        elif status == 409:
            self._most = max(1, min(self._most, said.available))
            self._empty = said.available == 0


async def race(
    folder: Path, *, purse: int = PURSE, clients: int = CLIENTS, seed: int = SEED
) -> dict[str, Any]:
    """Spend a purse over two servers with repeats and poison among it, then judge answers and books."""
    fillings = baskets_for(purse)
    async with world(folder, fillings) as made:
        with ExitStack() as stack:
            servers = [
                stack.enter_context(running(folder, folder / "bench.log", url=made.dsn))
                for _ in range(SERVERS)
            ]
            filled = await fill(made, servers[0], fillings, purse)
            with bar("race", purse, unit="points") as progress:
                course = Course(made.key, sorted(made.program.stores), progress)
                sample = await _run(course, servers, clients, seed)
        booked = [Booked(*row) for row in await made.at_hand.pool.fetch(q("bench_race"), filled.no)]
        left = await made.at_hand.pool.fetchval("SELECT sum(remaining + held)::bigint FROM lot")
        report = await verify(made.at_hand.pool, made.program.id)
    findings = judged(purse, left, course.heard, booked) + [str(found) for found in report.findings]
    spent = sum(entry.points for entry in booked)
    return {
        "name": "race",
        "value": round(len(booked) / sample.seconds),
        "unit": "spends/s",
        "reference": purse,
        "ratio": spent / purse,
        "ok": not findings and spent == purse,
        "clients": clients,
        "servers": len(servers),
        "requests": len(sample.took_s),
        "booked": len(booked),
        "repeats": course.repeats,
        "poisoned": sum(one.kind != SPEND for one in course.heard),
        "refused": sum(one.kind == SPEND and one.status == 409 for one in course.heard),
        "across_lots": sum(entry.lots > 1 for entry in booked),
        "retries": course.retries,
        "p50_ms": round(sample.percentile_ms(0.5), 2),
        "p99_ms": round(sample.percentile_ms(0.99), 2),
        "seconds": round(sample.seconds, 2),
        "verify_findings": len(report.findings),
        "findings": findings,
        "poison": tallied(course.heard),
    }


async def _run(course: Course, servers: list[Server], clients: int, seed: int) -> Sample:
    """Let all clients go at once, each on a connection of its own; the samples of all as one."""
    racers = [(number % SERVERS, Client(course, number % SERVERS, number, seed)) for number in range(clients)]
    samples = await asyncio.gather(
        *(load(servers[server].port, 1, client.requests(), client.seen) for server, client in racers)
    )
    statuses: dict[int, int] = {}
    for sample in samples:
        for status, count in sample.statuses.items():
            statuses[status] = statuses.get(status, 0) + count
    took = [seconds for sample in samples for seconds in sample.took_s]
    return Sample(took, statuses, max(sample.seconds for sample in samples))


STORES = (343, 356, 292, 381, 318, 320, 382, 396, 446, 450)
"""Ten stores of the data set; one of them has market days."""


def baskets_for(purse: int) -> list[Basket]:
    """Purchases of half a year at ten stores, worth about half of the purse, in many uneven lots."""
    made = []
    for month in range(6, 12):
        for place, store in enumerate(STORES, 1):
            # No member's day, whose extra points would be gone before the race is run.
            at = datetime(2026, month, 2 * place - 1, 9, tzinfo=ZONE)
            points = max(1, purse // 150 + (place * 7 + month * 5) % 9 - 4)
            lines = [("1001", "GROCERY", 1, 100 * points, True)]
            made.append(Basket(f"fill-{month}-{store}", MEMBER, store, at, lines))
    return sorted(made, key=lambda basket: basket.at)


async def fill(made: World, server: Server, baskets: list[Basket], purse: int) -> Said:
    """Fill the wallet through the API: purchases, a gift of every merchant, and what is missing then.

    Raises:
        RuntimeError: something was refused, or the wallet does not hold the purse.
    """
    said = await _send(server, made.key, [purchase_line(basket) for basket in baskets])
    codes = [code for code, merchant in sorted(made.program.merchants.items()) if not merchant.charity]
    common = {"member": MEMBER, "reason": "a purse to race for"}
    share = (purse - said.balance.available) // (2 * len(codes))
    gifts = [
        {"type": "compensation", "key": f"gift-{code}", "at_fault": code, "points": share, **common}
        for code in codes
    ]
    said = await _send(server, made.key, [body(gift) for gift in gifts])
    rest = purse - said.balance.available
    said = await _send(
        server, made.key, [body({"type": "adjustment", "key": "rest", "points": rest, **common})]
    )
    if said.balance.available != purse or said.balance.pending:
        raise RuntimeError(f"the wallet holds {said.balance} and not {purse} points")
    return said


async def _send(server: Server, key: str, lines: list[bytes]) -> Said:
    sender = Sender(server.address, key, 1)
    try:
        answers = (await asyncio.to_thread(sender.post, join(lines))).splitlines()
    finally:
        sender.close()
    said = [_said.decode(answer) for answer in answers]
    if len(said) != len(lines) or any(one.code for one in said):
        raise RuntimeError(f"the wallet could not be filled: {[one.code for one in said if one.code][:3]}")
    return said[-1]


def _read(content: bytes) -> Said:
    """An answer; what is none of ours has a code of its own."""
    try:
        return _said.decode(content)
    except msgspec.DecodeError:
        return Said(code="unreadable")
