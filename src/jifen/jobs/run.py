"""The loop beside the server: holds lapse every few seconds; all else comes once a day of each programme."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime
from functools import partial
from types import TracebackType

import asyncpg
import msgspec

from jifen.engine.command import Closed
from jifen.engine.engine import Engine
from jifen.jobs.birthdays import days_back, gives, greet
from jifen.jobs.campaigns import announce, running
from jifen.jobs.expiry import expire_due
from jifen.jobs.figures import count_days
from jifen.jobs.handing import Outcome, Told
from jifen.jobs.holds import lapse_due
from jifen.jobs.order_reminders import remind_of_orders, reminds
from jifen.jobs.referrals import refer_due
from jifen.jobs.remedies import extend_due, remedy_due
from jifen.jobs.reminders import remind_due
from jifen.jobs.roots import lock_of, take_root
from jifen.jobs.tiers import review_due
from jifen.jobs.verifying import BY_ITSELF, ask, prove_asked
from jifen.parties.catalog import Catalog
from jifen.parties.programs import Outage, Program
from jifen.rules.definition import Campaign
from jifen.store.queries import q
from jifen.values.ids import Id, ProgramId
from jifen.values.periods import local_day

log = logging.getLogger("jifen.jobs")

EVERY_S = 10.0
"""Seconds between two looks at what is due."""

AGAIN_S = 600.0
"""Seconds after which a job is run again of which something failed."""

Work = Callable[[Program], Awaitable[Outcome | Told]]
"""A job of one programme and day."""


class Due(msgspec.Struct, frozen=True):
    """A programme, and what time it is there: its test clock where it has one."""

    program: ProgramId
    code: str
    zone: str
    now: datetime
    revision: int

    @property
    def day(self) -> date:
        """The day it is there."""
        return local_day(self.now, self.zone)


def wall_clock() -> datetime:
    """What time it is."""
    return datetime.now(UTC)


class Jobs:
    """The jobs of one process. Any number of processes may run them: each job is done by one at a time.

    The pool must be able to spare four connections (one more where it proves) beside the engine's lanes.
    A kill leaves nothing behind that the next look does not find.
    """

    def __init__(
        self,
        pool: asyncpg.Pool,
        engine: Engine,
        catalog: Catalog,
        *,
        every_s: float = EVERY_S,
        clock: Callable[[], datetime] = wall_clock,
        proves: Callable[[], str] | None = None,
    ) -> None:
        """clock: what time it is for programmes without a test clock.

        proves: gives the DSN over which the books of each programme are proven, on connections of its own,
        once a day and whenever somebody asks for it; none: they are not.
        """
        self._pool = pool
        self._engine = engine
        self._catalog = catalog
        self._every_s = every_s
        self._clock = clock
        self._proves = proves
        self._stopping = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._again: dict[tuple[ProgramId, str, date], float] = {}
        self._over: set[tuple[ProgramId, str, date]] = set()

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
        if self._proves is not None:
            self._tasks.append(asyncio.create_task(self._repeat(self.prove), name="jobs-prove"))

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
        """Do what is not done yet of each programme's day: the expiry, the root after it, the rest."""
        await self._each(self._day)

    async def prove(self) -> None:
        """Prove the books of the programmes for which it was asked."""
        await self._each(self._prove)

    async def _prove(self, due: Due) -> None:
        if self._proves is None or await self._pool.fetchrow(q("verification_waiting"), due.program) is None:
            return
        async with self._alone("verification", due.program) as mine:
            program = await self._current(due)
            report = await prove_asked(self._pool, self._proves(), program, due.now) if mine else None
        if report is not None:
            log.info("programme %s: proof: %s", due.code, "clean" if report.clean else "findings")

    async def _count(self, due: Due) -> None:
        """Count the days that are over, and ask for the day's proof after it."""
        async with self._alone("figures", due.program) as mine:
            if mine:
                counted = await count_days(self._pool, await self._current(due), due.now)
                log.info("programme %s: figures: %s", due.code, counted)
                if self._proves is not None:
                    await ask(self._pool, due.program, BY_ITSELF, due.now)

    async def _lapse(self, due: Due) -> None:
        program = await self._catalog.program(due.program)
        lapsed = await lapse_due(self._pool, self._engine, program, due.now)
        if lapsed.booked or lapsed.failed:
            log.info("programme %s: lapse: %s", due.code, lapsed)

    async def _day(self, due: Due) -> None:
        done = await self._done(due.program, due.day)
        if "expiry" not in done and not await self._once(due, "expiry", due.day, partial(self._expire, due)):
            return
        if "root" not in done:
            program = await self._catalog.refresh(due.program)
            taken = await take_root(self._pool, program, due.now)
            log.info("programme %s: root of %s over %d wallets", due.code, taken.day, taken.wallets)
        if "figures" not in done:
            await self._count(due)
        program = await self._current(due)
        for job, day, work in self._rest(program, due):
            if (due.program, job, day) not in self._over and not (day == due.day and job in done):
                await self._try(due, job, day, work)

    def _rest(self, program: Program, due: Due) -> list[tuple[str, date, Work]]:
        """The jobs that a programme's rules ask for today beside the expiry, each with the day it is of."""
        rules = program.rules_at(due.now)
        found: list[tuple[str, date, Work]] = []
        if rules is not None and rules.definition.reminders is not None:
            found.append(("reminders", due.day, partial(self._remind, due)))
        if reminds(program, due.now):
            found.append(("order_reminders", due.day, partial(self._remind_of_orders, due)))
        if rules is not None and rules.definition.tiers is not None:
            found.append(("tiers", due.day, partial(self._review, due)))
        if rules is not None and rules.definition.referral is not None:
            found.append(("referrals", due.day, partial(self._refer, due)))
        for day in days_back(due.day):
            if gives(program, day):
                found.append(("birthdays", day, partial(self._greet, due, day)))
        over = [outage for outage in program.outages if outage.closed_at is not None]
        if over:
            found.append(("remedies", due.day, partial(self._extend, due)))
        for outage in over:
            assert outage.closed_at is not None
            day = local_day(outage.closed_at, due.zone)
            found.append((f"remedy:{outage.id}", day, partial(self._remedy, due, outage)))
        for campaign in running(program, due.now):
            day = local_day(campaign.since, due.zone)
            found.append((f"campaign:{campaign.code}", day, partial(self._announce, due, campaign)))
        return found

    async def _expire(self, due: Due, program: Program) -> Outcome:
        return await expire_due(self._pool, self._engine, program, due.now)

    async def _remind(self, due: Due, program: Program) -> Told:
        return await remind_due(self._pool, program, due.now)

    async def _remind_of_orders(self, due: Due, program: Program) -> Told:
        return await remind_of_orders(self._pool, program, due.now)

    async def _review(self, due: Due, program: Program) -> Outcome:
        return await review_due(self._pool, self._engine, program, due.now)

    async def _refer(self, due: Due, program: Program) -> Outcome:
        return await refer_due(self._pool, self._engine, program, due.now)

    async def _extend(self, due: Due, program: Program) -> Outcome:
        return await extend_due(self._pool, self._engine, program, due.now)

    async def _remedy(self, due: Due, outage: Outage, program: Program) -> Outcome:
        return await remedy_due(self._pool, self._engine, program, outage, due.now)

    async def _greet(self, due: Due, day: date, program: Program) -> Outcome:
        return await greet(self._pool, self._engine, program, day, due.now)

    async def _announce(self, due: Due, campaign: Campaign, program: Program) -> Told:
        return await announce(self._pool, program, campaign, due.now)

    async def _current(self, due: Due) -> Program:
        """The programme, read again where it has changed."""
        program = await self._catalog.program(due.program)
        return program if program.revision >= due.revision else await self._catalog.refresh(due.program)

    async def _try(self, due: Due, job: str, day: date, work: Work) -> None:
        """Do a job; where it fails, the others are done all the same."""
        try:
            await self._once(due, job, day, work)
        except Closed:
            raise
        except Exception:
            log.exception("%s of programme %s failed; it is tried again", job, due.code)

    async def _once(self, due: Due, job: str, day: date, work: Work) -> bool:
        """Whether a job is over, be it with failures, which are looked at again after a while."""
        name = (due.program, job, day)
        if self._again.get(name, 0.0) > asyncio.get_running_loop().time():
            return True
        async with self._alone(job, due.program) as mine:
            if not mine:
                return False
            if job in await self._done(due.program, day):
                self._over.add(name)
                return True
            outcome = await work(await self._catalog.refresh(due.program))
            log.info("programme %s: %s: %s", due.code, job, outcome)
            if isinstance(outcome, Outcome) and outcome.failed:
                self._again[name] = asyncio.get_running_loop().time() + AGAIN_S
            else:
                written = msgspec.json.encode(outcome).decode()
                await self._pool.execute(q("job_finish"), due.program, job, day, due.now, written)
                self._over.add(name)
        return True

    async def _done(self, program: ProgramId, day: date) -> set[str]:
        return {row["job"] for row in await self._pool.fetch(q("job_done"), program, day)}

    async def _each(self, work: Callable[[Due], Awaitable[None]]) -> None:
        """Do some work for each programme; one that fails does not keep the others waiting."""
        now = self._clock()
        for row in await self._pool.fetch(q("job_programs")):
            due = Due(row["id"], row["code"], row["zone"], row["test_clock"] or now, row["revision"])
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
