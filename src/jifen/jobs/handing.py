"""Handing commands to the engine in batches, patiently where its queue is full."""

import asyncio
import logging
from collections.abc import Sequence

import msgspec

from jifen.books.refusals import Code, Refusal
from jifen.engine.command import Answer, Busy, Command
from jifen.engine.engine import Engine

log = logging.getLogger("jifen.jobs")

BATCH = 500
"""How many commands a job hands in together; the rest of the queue is for people who wait."""

SETTLED = frozenset((Code.NOTHING_LEFT, Code.HOLD_CLOSED, Code.HOLD_RUNNING))
"""Refusals which say that somebody else was there first; any other is a failure."""

PATIENCE = 60
"""How often a job asks again before it leaves the rest to its next run."""


class Outcome(msgspec.Struct):
    """What came of a job's commands.

    booked: entries written. points: whole points that they moved, as a number above 0. settled: somebody
    else was there first, so that nothing was left to do. failed: to be tried again at the next run.
    """

    booked: int = 0
    points: int = 0
    settled: int = 0
    failed: int = 0

    def count(self, commands: Sequence[Command], answers: Sequence[Answer | BaseException]) -> None:
        """Add the answers to some commands."""
        for command, answer in zip(commands, answers, strict=True):
            if isinstance(answer, BaseException):
                self._fail(command, str(answer))
            elif isinstance(answer, Refusal) and answer.code not in SETTLED:
                self._fail(command, answer.message)
            elif isinstance(answer, Refusal) or answer.replayed:
                self.settled += 1
            else:
                self.booked += 1
                self.points += abs(answer.points)

    def _fail(self, command: Command, why: str) -> None:
        self.failed += 1
        log.error("%s of wallet %s failed: %s", command.key, command.wallet, why)


class Told(msgspec.Struct):
    """What came of a job that tells people things: how many it looked at, how many messages are new."""

    looked: int = 0
    told: int = 0


async def hand_in(engine: Engine, commands: Sequence[Command]) -> list[Answer | BaseException]:
    """Do commands; while the queue is full, ask again when it says so.

    Raises:
        Busy: it is full still after a minute or so. Closed: the engine is shutting down.
    """
    for _ in range(PATIENCE):
        try:
            return await engine.submit_all(commands)
        except Busy as busy:
            await asyncio.sleep(busy.retry_after_s)
    return await engine.submit_all(commands)
