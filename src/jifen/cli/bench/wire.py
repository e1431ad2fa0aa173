"""Wires: kept connections of HTTP/1.1 to several servers, that all ask at once, or one after the other."""

import asyncio
import time
from collections import deque
from collections.abc import Sequence

import msgspec

TOO_LONG_S = 120.0
"""An answer that takes longer is none."""


class Heard(msgspec.Struct, frozen=True):
    """One answer."""

    status: int
    content: bytes


class Wire:
    """One connection to one server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def to(cls, port: int) -> "Wire":
        """Connect to a server on loopback."""
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def ask(self, request: bytes) -> Heard:
        """Send a whole request and wait for its answer, which has a Content-Length as all of ours have.

        Raises:
            OSError, EOFError, TimeoutError: the connection broke, or nothing came.
        """
        async with asyncio.timeout(TOO_LONG_S):
            self._writer.write(request)
            head = await self._reader.readuntil(b"\r\n\r\n")
            lower = head.lower()
            at = lower.index(b"content-length:") + 15
            length = int(lower[at : lower.index(b"\r\n", at)])
            return Heard(int(head[9:12]), await self._reader.readexactly(length))

    def close(self) -> None:
        """End it."""
        self._writer.close()


class Wires:
    """So many connections, which go round the servers: number n goes to server n modulo their count.

    asked, took_s: how many requests were sent, and the seconds in which they were answered.
    """

    def __init__(self, wires: Sequence[Wire], servers: int) -> None:
        self._wires = wires
        self._servers = servers
        self.asked = 0
        self.took_s = 0.0

    @classmethod
    async def to(cls, ports: Sequence[int], count: int) -> "Wires":
        """Connect, before anybody asks anything."""
        return cls([await Wire.to(ports[number % len(ports)]) for number in range(count)], len(ports))

    def __len__(self) -> int:
        return len(self._wires)

    async def rush(self, requests: Sequence[bytes], *, elsewhere: bool = False) -> list[Heard]:
        """Send all at once, each on a connection of its own. elsewhere: to the next server than before.

        Raises:
            ValueError: there are more requests than connections.
        """
        if len(requests) > len(self._wires):
            raise ValueError(f"{len(requests)} cannot ask at once over {len(self._wires)} connections")
        first = 1 if elsewhere else 0
        wires = [self._wires[(number + first) % len(self._wires)] for number in range(len(requests))]
        begun = time.perf_counter()
        heard = await asyncio.gather(
            *(wire.ask(request) for wire, request in zip(wires, requests, strict=True))
        )
        self._note(len(requests), begun)
        return heard

    async def crowd(self, requests: Sequence[bytes], *, elsewhere: bool = False) -> list[Heard]:
        """Send any number, on each connection the next when one was answered: a bounded load.

        elsewhere: each to the next server than it went to before.
        """
        heard = [Heard(0, b"")] * len(requests)
        due: list[deque[int]] = [deque() for _ in range(self._servers)]
        for number in range(len(requests)):
            due[(number + elsewhere) % self._servers].append(number)

        async def work(place: int, wire: Wire) -> None:
            mine = due[place % self._servers]
            while mine:
                number = mine.popleft()
                heard[number] = await wire.ask(requests[number])

        begun = time.perf_counter()
        await asyncio.gather(*(work(place, wire) for place, wire in enumerate(self._wires)))
        self._note(len(requests), begun)
        return heard

    def _note(self, count: int, begun: float) -> None:
        self.asked += count
        self.took_s += time.perf_counter() - begun

    def close(self) -> None:
        """End all."""
        for wire in self._wires:
            wire.close()


def get(path: str, key: str) -> bytes:
    """A whole GET request as bytes."""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n\r\n".encode()


def send(method: str, path: str, key: str, body: object) -> bytes:
    """A whole request with a body of JSON as bytes."""
    content = msgspec.json.encode(body)
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content
