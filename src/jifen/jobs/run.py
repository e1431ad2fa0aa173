"""The loop beside the server: holds lapse every few seconds; expiry and the root come once a day."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime
from types import TracebackType

import asyncpg
import msgspec

from jifen.engine.command import Closed
from jifen.engine.engine import Engine
from jifen.jobs.expiry import expire_due
from jifen.jobs.holds import lapse_due
from jifen.jobs.roots import lock_of, take_root
from jifen.parties.catalog import Catalog
from jifen.store.queries import q
from jifen.values.ids import Id, ProgramId
from jifen.values.periods import local_day

log = logging.getLogger("jifen.jobs")

EVERY_S = 10.0
"""Seconds between two looks at what is due."""

AGAIN_S = 600.0
"""Seconds after which an expiry is run again of which something failed."""


class Due(msgspec.Struct, frozen=True):
    """A programme, and what time it is there: its test clock where it has one."""

    program: ProgramId
    code: str
    zone: str
    now: datetime

    @property
    def day(self) -> date:
        """The day it is there."""
        return local_day(self.now, self.zone)


def wall_clock() -> datetime:
    """What time it is."""
    return datetime.now(UTC)


class Jobs:
    """The jobs of one process. Any number of processes may run them: each job is done by one at a time.

    The pool must be able to spare four connections beside the engine's lanes. A kill leaves nothing
    behind that the next look does not find.
    """

    def __init__(
        self,
        pool: asyncpg.Pool,
        engine: Engine,
        catalog: Catalog,
        *,
        every_s: float = EVERY_S,
        clock: Callable[[], datetime] = wall_clock,
    ) -> None:
        """clock: what time it is for programmes without a test clock."""
        self._pool = pool
        self._engine = engine
        self._catalog = catalog
        self._every_s = every_s
        self._clock = clock
        self._stopping = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._again: dict[tuple[ProgramId, date], float] = {}

    async def __aenter__(self) -> "Jobs":
        self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def start(self) -> None:
        """Begin; the first look is at once."""
        self._stopping.clear()
        self._tasks = [
            asyncio.create_task(self._repeat(self.lapse), name="jobs-lapse"),
            asyncio.create_task(self._repeat(self.daily), name="jobs-daily"),
        ]

    async def stop(self) -> None:
        """End now, in the middle of a job if need be: its transaction is undone, its next run goes on."""
        self._stopping.set()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    async def lapse(self) -> None:
        """Let the holds of all programmes lapse that are past their deadline."""
        async with self._alone("lapse", None) as mine:
            if mine:
                await self._each(self._lapse)

    async def daily(self) -> None:
        """Do what is not done yet of each programme's day: the expiry, then the root over its outcome."""
        await self._each(self._day)

    async def _lapse(self, due: Due) -> None:
        program = await self._catalog.program(due.program)
        lapsed = await lapse_due(self._pool, self._engine, program, due.now)
        if lapsed.booked or lapsed.failed:
            log.info("programme %s: lapse: %s", due.code, lapsed)

    async def _day(self, due: Due) -> None:
        done = await self._done(due)
        if "expiry" not in done and not await self._expire(due):
            return
        if "root" not in done:
            program = await self._catalog.refresh(due.program)
            taken = await take_root(self._pool, program, due.now)
            log.info("programme %s: root of %s over %d wallets", due.code, taken.day, taken.wallets)

    async def _expire(self, due: Due) -> bool:
        """Whether the day's expiry is over, be it with failures, which are looked at again after a while."""
        if self._again.get((due.program, due.day), 0.0) > asyncio.get_running_loop().time():
            return True
        async with self._alone("expiry", due.program) as mine:
            if not mine:
                return False
            if "expiry" in await self._done(due):
                return True
            program = await self._catalog.refresh(due.program)
            expired = await expire_due(self._pool, self._engine, program, due.now)
            log.info("programme %s: expiry: %s", due.code, expired)
            if expired.failed:
                self._again[(due.program, due.day)] = asyncio.get_running_loop().time() + AGAIN_S
            else:
                outcome = msgspec.json.encode(expired).decode()
                await self._pool.execute(q("job_finish"), due.program, "expiry", due.day, due.now, outcome)
        return True

    async def _done(self, due: Due) -> set[str]:
        return {row["job"] for row in await self._pool.fetch(q("job_done"), due.program, due.day)}

    async def _each(self, work: Callable[[Due], Awaitable[None]]) -> None:
        """Do some work for each programme; one that fails does not keep the others waiting."""
        now = self._clock()
        for row in await self._pool.fetch(q("job_programs")):
            due = Due(row["id"], row["code"], row["zone"], row["test_clock"] or now)
            try:
                await work(due)
            except Closed:
                raise
            except Exception:
                log.exception("a job of programme %s failed; it is tried again", due.code)

    @contextlib.asynccontextmanager
    async def _alone(self, job: str, program: Id | None) -> AsyncIterator[bool]:
        """Whether this process may do a job now. The lock ends with its transaction, even by a kill."""
        async with self._pool.acquire() as conn, conn.transaction():
            await conn.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            yield await conn.fetchval(q("job_lock"), lock_of(job, program))

    async def _repeat(self, look: Callable[[], Awaitable[None]]) -> None:
        while not self._stopping.is_set():
            try:
                await look()
            except Closed:
                return
            except Exception:
                log.exception("a job failed; it is tried again in %g s", self._every_s)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), self._every_s)
