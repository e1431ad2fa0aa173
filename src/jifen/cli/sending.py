"""Send lines to a server's bulk path, from several threads, and count what it answers."""

import http.client
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from urllib.parse import urlsplit

import msgspec


class Answer(msgspec.Struct, frozen=True):
    """What we read of one answer line."""

    status: int
    kind: str = ""
    points: int = 0
    code: str = ""
    detail: str = ""
    replayed: bool = False


_answers = msgspec.json.Decoder(Answer)


class ServerSaidNo(Exception):
    """The server refused a whole request: says the status and the problem."""


class Tally(msgspec.Struct):
    """How many lines were booked, known before, or refused, by kind and by code."""

    booked: Counter[str] = msgspec.field(default_factory=Counter)
    known: Counter[str] = msgspec.field(default_factory=Counter)
    refused: Counter[str] = msgspec.field(default_factory=Counter)
    broken: list[str] = msgspec.field(default_factory=list)

    def add(self, body: bytes) -> int:
        """Count the answers of one response; returns how many there were."""
        lines = body.splitlines()
        for line in lines:
            answer = _answers.decode(line)
            if answer.status == 200:
                self.known[answer.kind] += 1
            elif answer.status == 201:
                self.booked[answer.kind] += 1
            else:
                self.refused[answer.code] += 1
                if answer.status >= 500 or answer.status in (400, 422):
                    self.broken.append(f"{answer.status} {answer.code}: {answer.detail}")
        return len(lines)


class Sender:
    """A client of /v1/bulk with a few kept connections."""

    def __init__(self, address: str, key: str, threads: int = 2) -> None:
        parts = urlsplit(address)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._headers = {"Authorization": f"Bearer {key}"}
        self._idle: list[http.client.HTTPConnection] = []
        self._threads = ThreadPoolExecutor(threads)

    def post(self, body: bytes) -> bytes:
        """Send one body of lines and wait for all of its answers; raises as `ask` does."""
        return self.ask("POST", "/v1/bulk", body, "application/x-ndjson")

    def ask(self, method: str, path: str, body: bytes, kind: str = "application/json") -> bytes:
        """Send one request and wait for its answer.

        Raises:
            ServerSaidNo: the request as a whole was refused.
            OSError, http.client.HTTPException: the connection broke; what was booked shows when sent again.
        """
        connection = self._idle.pop() if self._idle else http.client.HTTPConnection(self._host, self._port)
        try:
            connection.request(method, path, body, {**self._headers, "Content-Type": kind})
            response = connection.getresponse()
            answer = response.read()
        except BaseException:
            connection.close()
            raise
        self._idle.append(connection)
        if response.status != 200:
            raise ServerSaidNo(f"{response.status}: {answer[:500].decode(errors='replace')}")
        return answer

    def later(self, body: bytes) -> "Future[bytes]":
        """Send one body on another thread."""
        return self._threads.submit(self.post, body)

    def close(self) -> None:
        """Close all connections."""
        self._threads.shutdown()
        for connection in self._idle:
            connection.close()


def bodies(lines: Iterable[bytes], most: int) -> Iterable[bytes]:
    """Lines put together into bodies of at most so many lines."""
    gathered: list[bytes] = []
    for line in lines:
        gathered.append(line)
        if len(gathered) == most:
            yield join(gathered)
            gathered = []
    if gathered:
        yield join(gathered)


def join(lines: Sequence[bytes]) -> bytes:
    """Lines as one NDJSON body."""
    return b"\n".join(lines) + b"\n"
