"""Load: many kept connections of HTTP/1.1, each sending its next request when it has its answer."""

import asyncio
import time
from collections.abc import Callable, Iterator

import msgspec


class Sample(msgspec.Struct):
    """What one run saw: seconds of each request, how many answers of each status, and what it took."""

    took_s: list[float]
    statuses: dict[int, int]
    seconds: float

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.took_s) / self.seconds

    def percentile_ms(self, share: float) -> float:
        """The latency, in ms, that this share of the requests did not exceed."""
        ordered = sorted(self.took_s)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


Next = Callable[[], bytes | None]
Seen = Callable[[int, bytes], None]


class _Client(asyncio.Protocol):
    """One connection. It reads answers with a Content-Length, which is what our routes send."""

    def __init__(
        self, following: Next, sample: Sample, done: "asyncio.Future[None]", seen: Seen | None
    ) -> None:
        self._next, self._sample, self._done, self._seen = following, sample, done, seen
        self._buffer = b""
        self._sent = 0.0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._go()

    def _go(self) -> None:
        assert self._transport is not None
        request = self._next()
        if request is None:
            self._transport.close()
            if not self._done.done():
                self._done.set_result(None)
            return
        self._sent = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Take an answer, note it, and go on."""
        self._buffer += data
        head = self._buffer.find(b"\r\n\r\n")
        if head < 0:
            return
        lower = self._buffer[:head].lower()
        at = lower.find(b"content-length:")
        end = lower.find(b"\r\n", at)
        length = int(lower[at + 15 : end if end > 0 else head])
        if len(self._buffer) < head + 4 + length:
            return
        self._sample.took_s.append(time.perf_counter() - self._sent)
        status = int(self._buffer[9:12])
        self._sample.statuses[status] = self._sample.statuses.get(status, 0) + 1
        if self._seen is not None:
            self._seen(status, self._buffer[head + 4 : head + 4 + length])
        self._buffer = b""
        self._go()

    def connection_lost(self, fault: Exception | None) -> None:
        """A connection that breaks ends its client."""
        if not self._done.done():
            self._done.set_exception(fault or ConnectionError("the server closed the connection"))


async def load(port: int, connections: int, requests: Iterator[bytes], seen: Seen | None = None) -> Sample:
    """Send all requests over so many connections, and note every answer."""
    loop = asyncio.get_running_loop()
    sample = Sample([], {}, 0.0)
    ends = [loop.create_future() for _ in range(connections)]
    started = time.perf_counter()
    for end in ends:
        await loop.create_connection(
            lambda end=end: _Client(lambda: next(requests, None), sample, end, seen),  # type: ignore[misc]
            "127.0.0.1",
            port,
        )
    await asyncio.gather(*ends)
    sample.seconds = time.perf_counter() - started
    return sample


def post(path: str, key: str, body: bytes) -> bytes:
    """A whole POST request as bytes."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
