"""Walkers: all take the same operation at the same time, through whatever is killed meanwhile."""

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from jifen.cli.bench.wire import Heard, Wire, get, send
from tests.soak.halves import State, Step
from tests.soak.killing import WORKERS, Target
from tests.soak.walks import Look, Op, Walk, Watch, Who

PATIENCE_S = 60.0
AGAIN_S = 0.05
KILLED_WITHIN_S = 0.015
"""A kill comes so soon after an operation was sent."""

PARTS = ("", "/lots", "/vouchers?limit=200", "/household", "/household/invitations")

BROKEN = (OSError, EOFError, TimeoutError)

Plan = Callable[[str], str | None]
"""How to kill beside an operation of that name; None: not at all."""


class Steady:
    """A client that goes on when its connection or its server was killed. doubtful: that was lately."""

    def __init__(self, port: int, key: str) -> None:
        self._port = port
        self._key = key
        self._wire: Wire | None = None
        self.doubtful = False

    async def sure(self, method: str, path: str, body: object = None) -> Heard:
        """The answer to something that may be asked for any number of times."""
        request = self.request(method, path, body)
        async with asyncio.timeout(PATIENCE_S):
            while True:
                heard = await self.once(request)
                if heard is not None and heard.status < 500:
                    return heard
                await asyncio.sleep(AGAIN_S)

    def request(self, method: str, path: str, body: object = None) -> bytes:
        """A whole request as bytes."""
        return get(path, self._key) if method == "GET" else send(method, path, self._key, body)

    async def once(self, request: bytes) -> Heard | None:
        """Ask once; None: the connection broke."""
        try:
            if self._wire is None:
                self._wire = await Wire.to(self._port)
            heard = await self._wire.ask(request)
        except BROKEN:
            self.hang_up()
            self.doubtful = True
            return None
        self.doubtful = self.doubtful or heard.status >= 500
        return heard

    def hang_up(self) -> None:
        """End the connection."""
        if self._wire is not None:
            self._wire.close()
        self._wire = None


class Walker:
    """One client with its walk."""

    def __init__(self, who: Who, walk: Walk, port: int, key: str) -> None:
        self.who = who
        self.walk = walk
        self.client = Steady(port, key)
        self._watched: tuple[str, ...] = ()
        self._count = 0
        self._answer: Any = None
        self._stale = True
        self.state: State = {}
        self.op: Op | None = None

    async def forward(self) -> None:
        """Go on to the next operation; None: the walk is at its end."""
        while True:
            try:
                came = self.walk.send(self._answer)
            except StopIteration:
                self.op = None
                return
            self._answer = None
            match came:
                case Watch():
                    self._stale = self._stale or self._watched != came.paths
                    self._watched = came.paths
                case Look():
                    self._answer = msgspec.json.decode((await self.client.sure("GET", came.path)).content)
                case Op():
                    self.op = came
                    if self._stale:
                        self.state, self._stale = await self.read(), False
                    return

    async def take(self) -> Step:
        """Take the operation until it is answered, read what it did, and take it once more."""
        op = self.op
        assert op is not None
        self._count += 1
        step = Step(op.name, self.who.word, self._count, self.state)
        body = {**op.body, "key": f"{self.who.word}-{self._count}"} if op.keyed else op.body
        request = self.client.request(op.method, op.path, body)
        await self._answered(step, request)
        step.after = await self.read()
        await self._answered(step, request)
        self.state = await self.read()
        if self.state != step.after:
            step.between.append(self.state)
        self._answer = step.answers[0][1]
        return step

    async def _answered(self, step: Step, request: bytes) -> None:
        """Ask until there is an answer; note how it stood after each that was lost."""
        until = asyncio.get_running_loop().time() + PATIENCE_S
        shaky = False
        while asyncio.get_running_loop().time() < until:
            heard = await self.client.once(request)
            if heard is not None and heard.status < 500:
                if heard.status >= 300 and shaky:
                    # A last batch of who was killed may have been written after this was refused.
                    shaky = False
                    await asyncio.sleep(AGAIN_S)
                    continue
                step.answers.append((heard.status, msgspec.json.decode(heard.content)))
                return
            if heard is not None and heard.status != 503:
                step.faults.append(f"{heard.status} {heard.content[:300]!r}")
            step.broken += 1
            shaky = True
            step.between.append(await self.read())
        step.faults.append("it was not answered in time")

    async def read(self) -> State:
        """All that is watched, once it reads the same twice: a last batch may still be on its way."""
        paths = [f"/v1/members/{member}{part}" for member in self.who.members for part in PARTS]
        before: State | None = None
        while True:
            state = {path: await self._get(path) for path in (*paths, *self._watched)}
            if state == before or not self.client.doubtful:
                return state
            before = state
            await asyncio.sleep(AGAIN_S)

    async def _get(self, path: str) -> Any:
        heard = await self.client.sure("GET", path)
        told = msgspec.json.decode(heard.content)
        return (
            {name: value for name, value in told.items() if name != "at"}
            if heard.status < 300
            else heard.status
        )


async def walked(walkers: Sequence[Walker], target: Target, plan: Plan, chance: random.Random) -> list[Step]:
    """All walk to their end, operation by operation; beside some of them something is killed."""
    steps: list[Step] = []
    await asyncio.gather(*(walker.forward() for walker in walkers))
    while (op := walkers[0].op) is not None:
        way = plan(op.name)
        # The connections are made before, so that the kill comes while the operation is on its way.
        killing = None
        if way is not None:
            aimed = await asyncio.to_thread(target.aim, way, chance)
            killing = asyncio.create_task(_killed(target, way, aimed, chance))
        steps += await asyncio.gather(*(walker.take() for walker in walkers))
        if killing is not None:
            await killing
        for walker in walkers:
            walker.client.doubtful = False
        await asyncio.gather(*(walker.forward() for walker in walkers))
    for walker in walkers:
        walker.client.hang_up()
    return steps


async def _killed(target: Target, way: str, aimed: list[int], chance: random.Random) -> None:
    await asyncio.sleep(chance.uniform(0, KILLED_WITHIN_S))
    await asyncio.to_thread(target.strike, way, aimed, chance)
    await asyncio.to_thread(_whole, target)


def _whole(target: Target) -> None:
    """Wait until all workers are there again."""
    until = time.monotonic() + PATIENCE_S
    while len(target.workers()) < WORKERS:
        assert time.monotonic() < until, "the workers did not come back"
        time.sleep(AGAIN_S)
