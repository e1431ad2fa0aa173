"""Clients of the soak: each sends a fact again, under the same key, until it is acknowledged."""

import http.client
import threading
import time
from typing import Any

import msgspec

from jifen.values.ids import ProgramId
from tests.soak.facts import Fact, Story, line, single

PATIENCE_S = 60.0
"""How long one fact may stay without an answer, over all that is killed meanwhile."""

BULK_LINES = 25

_decode = msgspec.json.decode


class Acknowledged(msgspec.Struct):
    """A fact with its answer."""

    fact: Fact
    status: int
    said: dict[str, Any]


class Gate:
    """Lets clients work, or has them rest between two facts."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.ended = False

    def pause(self, clients: "list[Client]") -> None:
        """Have all clients finish what they are at, and rest."""
        self.open.clear()
        for client in clients:
            assert client.resting.wait(PATIENCE_S), f"client {client.number} does not come to rest"


class Client(threading.Thread):
    """One client with a connection of its own. lines: facts in one request; 1: sent by themselves."""

    def __init__(self, number: int, story: Story, gate: Gate, port: int, secret: str, lines: int) -> None:
        super().__init__(name=f"client-{number}", daemon=True)
        self.number = number
        self.resting = threading.Event()
        self.acknowledged: list[Acknowledged] = []
        self.early: list[tuple[Fact, dict[str, Any]]] = []
        self.doubtful: list[Fact] = []
        self.faults: list[str] = []
        self.lost = 0
        self.unavailable = 0
        self.begun_s = 0.0
        self._story = story
        self._gate = gate
        self._port = port
        self._secret = secret
        self._lines = lines
        self._connection: http.client.HTTPConnection | None = None
        self.program: ProgramId | None = None

    def run(self) -> None:
        """Work while the gate is open."""
        while not self._gate.ended:
            if not self._gate.open.is_set():
                self._settle_doubts()
                self.resting.set()
                self._gate.open.wait(0.05)
                continue
            self.resting.clear()
            begun = time.monotonic()
            facts = [self._story.next() for _ in range(self._lines)]
            if self._lines == 1:
                self._single(facts[0])
            else:
                self._bulk(facts)
            self.begun_s = begun
        self._hang_up()
        self.resting.set()

    def _settle_doubts(self) -> None:
        """Ask again where a lost attempt was followed by a refusal: it may have been booked after that."""
        while self.doubtful:
            self._single(self.doubtful.pop())

    def _note(self, fact: Fact, status: int, said: dict[str, Any], *, shaky: bool) -> None:
        if shaky and status >= 300:
            self.doubtful.append(fact)
        else:
            self.acknowledged.append(Acknowledged(fact, status, said))

    def _single(self, fact: Fact) -> None:
        assert self.program is not None
        path, body = single(fact, self.program)
        until = time.monotonic() + PATIENCE_S
        shaky = False
        while time.monotonic() < until:
            status, content = self._post(path, "application/json", body)
            if 200 <= status < 500:
                self._note(fact, status, _decode(content), shaky=shaky)
                return
            shaky = True
            self._wait(status, content)
        self.faults.append(f"{fact} was never acknowledged")

    def _bulk(self, facts: list[Fact]) -> None:
        body = b"\n".join(map(line, facts)) + b"\n"
        until = time.monotonic() + PATIENCE_S
        shaky = False
        while time.monotonic() < until:
            status, content = self._post("/v1/bulk", "application/x-ndjson", body)
            if status == 200:
                answers = [_decode(one) for one in content.splitlines()]
                worst = max(answer["status"] for answer in answers)
                if worst < 500:
                    assert [answer["line"] for answer in answers] == list(range(1, len(facts) + 1))
                    for fact, answer in zip(facts, answers, strict=True):
                        self._note(fact, answer["status"], answer, shaky=shaky)
                    return
                self._keep_early(facts, answers)
                status, content = (
                    worst,
                    next(one for one in content.splitlines() if _decode(one)["status"] == worst),
                )
            elif status == 0 and content:
                # The whole lines of an answer that broke off are promises too.
                self._keep_early(facts, [_decode(one) for one in content.split(b"\n")[:-1]])
            shaky = True
            self._wait(status, content)
        self.faults.append(f"a body that begins with {facts[0]} was never acknowledged")

    def _keep_early(self, facts: list[Fact], answers: list[dict[str, Any]]) -> None:
        self.early += [
            (facts[answer["line"] - 1], answer) for answer in answers if answer["status"] in (200, 201)
        ]

    def _wait(self, status: int, content: bytes) -> None:
        if status == 503:
            self.unavailable += 1
        elif status:
            self.faults.append(f"{status} {content[:300]!r}")
        else:
            self.lost += 1
        time.sleep(0.05)

    def _post(self, path: str, kind: str, body: bytes) -> tuple[int, bytes]:
        """Status and content; status 0: the connection broke, and this much of the content had come."""
        headers = {"Authorization": f"Bearer {self._secret}", "Content-Type": kind}
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE_S)
        try:
            self._connection.request("POST", path, body, headers)
            response = self._connection.getresponse()
            return response.status, response.read()
        except http.client.IncompleteRead as broken:
            self._hang_up()
            return 0, broken.partial
        except (OSError, http.client.HTTPException):
            self._hang_up()
            return 0, b""

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None
