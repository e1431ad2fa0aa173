"""Daily figures: what moved on each day of a programme, summed from its entries once the day is over."""

from datetime import date, datetime, timedelta

import asyncpg
import msgspec

from jifen.jobs.roots import lock_of
from jifen.parties.programs import Program
from jifen.store.queries import q
from jifen.values.periods import local_day, start_of_day

AGAIN_DAYS = 3
"""So many days before are summed once more each time, for what was written late across midnight."""

STRETCH_DAYS = 31
"""So many days are summed in one transaction."""


class Counted(msgspec.Struct):
    """Which days were counted: the first, the last, and how many; none: all were already."""

    first: date | None = None
    last: date | None = None
    days: int = 0


async def count_days(pool: asyncpg.Pool, program: Program, now: datetime, *, anew: bool = False) -> Counted:
    """Fill in the figures of all days that are over by `now`; anew: of all, whatever stands there.

    The days of a stretch are written in one transaction in place of what was there, so it may be killed
    anywhere and run as often as one likes. What is recorded today stands in no figure yet.

    Raises:
        asyncpg.PostgresError, OSError: the database could not be read or written; the next run goes on.
    """
    last = local_day(now, program.zone) - timedelta(days=1)
    since: date | None = await pool.fetchval(q("figures_since"), program.id, program.zone)
    if anew and since is not None:
        await _forget(pool, program)
        since = await pool.fetchval(q("figures_since"), program.id, program.zone)
    if since is None:
        since = last
    elif since <= last and not anew:
        since -= timedelta(days=AGAIN_DAYS)
    counted = Counted()
    while since <= last:
        until = min(last, since + timedelta(days=STRETCH_DAYS - 1))
        await _stretch(pool, program, since, until)
        counted.first = counted.first or since
        counted.last, counted.days = until, counted.days + (until - since).days + 1
        since = until + timedelta(days=1)
    return counted


async def _stretch(pool: asyncpg.Pool, program: Program, first: date, last: date) -> None:
    begins = start_of_day(first, program.zone)
    ends = start_of_day(last + timedelta(days=1), program.zone)
    async with pool.acquire() as conn, conn.transaction():
        await conn.execute("SET LOCAL statement_timeout = 0")
        await conn.execute(q("job_turn"), lock_of("figures_stretch", program.id))
        await conn.execute(q("figures_forget"), program.id, first, last)
        await conn.execute(q("figures_days"), program.id, first, last, begins, ends, program.zone)
        await conn.execute(q("figures_fill"), program.id, begins, ends, program.zone)


async def _forget(pool: asyncpg.Pool, program: Program) -> None:
    async with pool.acquire() as conn, conn.transaction():
        await conn.execute(q("figures_forget"), program.id, date.min, date.max)
        await conn.execute(q("figures_forget_days"), program.id)
