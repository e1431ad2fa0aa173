"""Many facts as lines: parsed while the engine works on those before, answered line by line in order."""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from jifen.api import bodies
from jifen.api.answers import answered, problem_of
from jifen.api.asking import Asking
from jifen.api.calls import Call
from jifen.api.commanding import command_of, names_in
from jifen.api.drafting import Found
from jifen.api.earlier import Earlier, fact_of, load_earlier
from jifen.api.house import now_in
from jifen.api.lines import CHUNK_LINES, Numbered, Spool, chunks, refuse_header_key, too_long
from jifen.api.lines import KINDS as LINE_KINDS
from jifen.api.parsing import read
from jifen.api.problems import Problem, invalid
from jifen.api.redeeming import prepared
from jifen.api.routing import NDJSON, Reply, Route
from jifen.api.setup_bodies import LineAnswer
from jifen.api.writes import MAYBE_NEW
from jifen.books.refusals import Code
from jifen.engine.command import Answer, Busy, Closed, Command
from jifen.mall.rewarding import RedeemReward
from jifen.values.ids import WalletId

FLYING_MOST = 3
"""How many chunks may be with the engine while the next is parsed."""

BUSY_WAIT_S = 0.05

_decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(bodies.BulkLine)


class Flight:
    """A chunk with the engine: its lines, their commands, and the problems of those that have none."""

    def __init__(self, numbers: list[int]) -> None:
        self.numbers = numbers
        self.commands: list[Command] = []
        self.places: list[int] = []
        self.problems: dict[int, Problem] = {}
        self.answers: asyncio.Future[list[Answer | BaseException]] | None = None
        self._facts: dict[UUID, Earlier] = {}
        self._indexed = 0

    def again(self) -> None:
        """Forget the commands: they are made anew."""
        self.commands, self.places = [], []
        self._facts, self._indexed = {}, 0

    def fact(self, of: UUID, others: "Known") -> Earlier | None:
        """A fact that a line of this chunk reports, though it is not booked yet."""
        while self._indexed < len(self.commands):
            command = self.commands[self._indexed]
            # Counted before it is looked at, since a capture asks here for its hold.
            self._indexed += 1
            made = fact_of(command, others)
            self._facts[made.id] = made
        return self._facts.get(of)


class Known:
    """Earlier facts: what is booked, else what lines before have reported."""

    def __init__(self, booked: dict[UUID, Earlier], flights: Sequence[Flight]) -> None:
        self._booked = booked
        self._flights = flights

    def get(self, of: UUID) -> Earlier | None:
        """The fact of that id."""
        found = self._booked.get(of)
        for flight in self._flights:
            if found is not None:
                break
            found = flight.fact(of, self)
        return found


class Run:
    """One request of many lines on its way."""

    def __init__(self, call: Call, spool: Spool) -> None:
        self.house = call.house
        self.owner = call.asking.owner
        self.spool = spool
        self.flights: deque[Flight] = deque()

    async def take(self, chunk: list[Numbered]) -> None:
        """Hand a chunk to the engine; waits where enough of them are there."""
        flight = Flight([number for number, _ in chunk])
        facts = self._parse(chunk, flight)
        program = await self.house.program(self.owner.program)
        asking = Asking(program, self.owner, now_in(program))
        found = await self._look_up(asking, facts, flight)
        self._command(asking, facts, flight, found)
        if any(problem.code in MAYBE_NEW for problem in flight.problems.values()):
            await self._again(asking, facts, flight, found)
        for place, command in enumerate(flight.commands):
            if isinstance(command, RedeemReward):
                flight.commands[place] = await prepared(self.house, program, command)
        await self._submit(flight)
        self.flights.append(flight)
        while len(self.flights) > FLYING_MOST:
            await self.land()

    def _parse(self, chunk: list[Numbered], flight: Flight) -> list[Any]:
        facts: list[Any] = []
        for place, (_, line) in enumerate(chunk):
            try:
                if line is None:
                    raise too_long(self.house.settings.line_bytes_most)
                facts.append(read(_decoder, line))
            except Problem as problem:
                flight.problems[place] = problem
                facts.append(None)
        return facts

    async def _look_up(self, asking: Asking, facts: list[Any], flight: Flight) -> Found:
        """One query for the members of a chunk, one for the earlier facts that it names."""
        numbers: list[str] = []
        ids: set[UUID] = set()
        for place, fact in enumerate(facts):
            if type(fact) is bodies.Purchase:
                numbers.append(fact.member)
            elif fact is not None:
                try:
                    names_in(asking, fact, numbers, ids)
                except Problem as problem:
                    flight.problems[place] = problem
                    facts[place] = None
        wallets: dict[str, WalletId] = {}
        if numbers:
            wallets = await self.house.members.wallets(asking.program.id, numbers)
        booked = await load_earlier(self.house.pool, asking.program.id, ids)
        return Found(wallets, Known(booked, [flight, *self.flights]), self.house.vault)

    def _command(self, asking: Asking, facts: list[Any], flight: Flight, found: Found) -> None:
        for place, fact in enumerate(facts):
            if fact is None:
                continue
            try:
                key = fact.key
                if key is None:
                    raise invalid("key", None, "is missing: each line has its own", "key_missing")
                flight.commands.append(command_of(asking, fact, key, found))
                flight.places.append(place)
            except Problem as problem:
                flight.problems[place] = problem

    async def _again(self, asking: Asking, facts: list[Any], flight: Flight, found: Found) -> None:
        """Another process may have added a store a moment ago: then the chunk's commands are made anew."""
        program = await self.house.fresher(asking.program)
        if program is not None:
            flight.again()
            asking = Asking(program, self.owner, now_in(program))
            for place, fact in enumerate(facts):
                if fact is not None:
                    flight.problems.pop(place, None)
            self._command(asking, facts, flight, found)

    async def _submit(self, flight: Flight) -> None:
        """Hand the commands in, in order. A full queue is waited for: meanwhile the client is not read."""
        while True:
            answers = asyncio.ensure_future(self.house.engine.submit_all(flight.commands))
            # The engine takes them in, or refuses, as soon as its task runs for the first time.
            await asyncio.sleep(0)
            if not answers.done() or not isinstance(answers.exception(), Busy):
                flight.answers = answers
                return
            await asyncio.sleep(BUSY_WAIT_S)

    async def land(self) -> None:
        """Wait for the oldest chunk and write its answers down."""
        flight = self.flights.popleft()
        assert flight.answers is not None
        try:
            answers: Sequence[Answer | BaseException] = await flight.answers
        except Closed as closed:
            answers = [closed] * len(flight.commands)
        lines: list[bytes] = [b""] * len(flight.numbers)
        numbers = flight.numbers
        for place, answer in zip(flight.places, answers, strict=True):
            status, body = answered(answer)
            if status < 300:
                lines[place] = b'{"line":%d,"status":%d,%b' % (numbers[place], status, body[1:])
            else:
                lines[place] = b'{"line":%d,%b' % (numbers[place], body[1:])
        for place, problem in flight.problems.items():
            lines[place] = b'{"line":%d,%b' % (numbers[place], problem_of(problem).body()[1:])
        self.spool.write(lines)


async def bulk(call: Call) -> Reply:
    """Book all lines; the answer begins when the last line has come."""
    call.must_be(*LINE_KINDS)
    refuse_header_key(call)
    spool = Spool()
    run = Run(call, spool)
    try:
        most = min(CHUNK_LINES, call.house.settings.queue_most)
        async for chunk in chunks(call, lines_most=most):
            await run.take(chunk)
        while run.flights:
            await run.land()
    except BaseException:
        spool.drop()
        raise
    return spool.reply()


ROUTES = (
    Route(
        method="POST",
        path="/v1/bulk",
        name="book_in_bulk",
        summary="Book many facts, a line each, answered line by line in order",
        handle=bulk,
        body=bodies.BulkLine,
        answer=LineAnswer,
        kind=NDJSON,
        codes=("line_too_long", "member_unknown", Code.KEY_REUSED),
    ),
)
