"""Long bodies, piece by piece: constant memory, and clients that go away."""

import asyncio
import tracemalloc
from collections.abc import Iterator
from typing import Any

import msgspec
from litestar import Litestar

from jifen.api.lines import CHUNK_LINES, PIECE
from tests.api.alliance import Alliance


class Stream:
    """A client at the level of ASGI: sends pieces as they are asked for, keeps only sums of what comes."""

    def __init__(self, secret: str, pieces: Iterator[bytes]) -> None:
        self.pieces = pieces
        self.answered = 0
        self.largest = 0
        self.statuses: dict[bytes, int] = {}
        self.read_all = False
        self.scope: Any = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": "/v1/bulk",
            "raw_path": b"/v1/bulk",
            "query_string": b"",
            "root_path": "",
            "headers": [
                (b"host", b"jifen"),
                (b"authorization", f"Bearer {secret}".encode()),
                (b"content-type", b"application/x-ndjson"),
            ],
            "server": ("jifen", 80),
            "client": ("127.0.0.1", 1),
        }

    async def receive(self) -> Any:
        """The next piece."""
        piece = next(self.pieces, None)
        self.read_all = piece is None
        return {"type": "http.request", "body": piece or b"", "more_body": piece is not None}

    async def send(self, message: Any) -> None:
        """Count what is answered; nothing may come before all was read."""
        assert self.read_all
        body = message.get("body", b"")
        self.answered += body.count(b"\n")
        self.largest = max(self.largest, len(body))
        for status in (b'"status":201,', b'"status":200,'):
            self.statuses[status] = self.statuses.get(status, 0) + body.count(status)


def pieces_of(count: int) -> Iterator[bytes]:
    """So many purchases of nine lines each, cut at odd places."""
    basket = [{"sku": f"sku-{n}", "category": "GROCERY", "quantity": 1, "amount": 10} for n in range(9)]
    rest = b""
    for number in range(count):
        member = ("ann", "bob", "cat", "dan")[number % 4]
        line = {
            "type": "purchase",
            "key": f"m{count}-{number}",
            "member": member,
            "store": "air-1",
            "lines": basket,
        }
        rest += msgspec.json.encode(line) + b"\n"
        while len(rest) > 40_000:
            yield rest[:40_000]
            rest = rest[40_000:]
    yield rest


async def test_memory_stays_the_same_however_long_the_body(alliance: Alliance, app: Litestar) -> None:
    """20 000 lines are 14 MB in and 10 MB out; at no time is more than a few chunks of them in memory."""
    secret = alliance.operator.secret
    assert secret is not None
    peaks = {}
    for count in (4_000, 20_000):
        stream = Stream(secret, pieces_of(count))
        tracemalloc.start()
        try:
            await app(stream.scope, stream.receive, stream.send)
            _, peaks[count] = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert stream.answered == count
        assert stream.statuses[b'"status":201,'] in range(count - 200, count + 1)
        assert stream.largest <= PIECE
    assert peaks[20_000] < peaks[4_000] + 6_000_000, peaks


async def test_a_client_that_goes_away_leaves_whole_facts(alliance: Alliance, app: Litestar) -> None:
    """What it had sent by then may be booked, each line whole or not at all, and nobody waits for it."""
    secret = alliance.operator.secret
    assert secret is not None
    stream = Stream(secret, pieces_of(3_000))
    sent = 0

    async def breaking_off() -> Any:
        nonlocal sent
        sent += 1
        return {"type": "http.disconnect"} if sent > 30 else await stream.receive()

    await asyncio.wait_for(app(stream.scope, breaking_off, stream.send), 30)
    assert stream.answered == 0
    again = Stream(secret, pieces_of(3_000))
    await app(again.scope, again.receive, again.send)
    assert again.answered == 3_000
    assert again.statuses[b'"status":200,'] >= CHUNK_LINES
