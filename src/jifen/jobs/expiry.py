"""Expiry: points past their date leave the lots, each once, however often and wherever this runs."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime, timedelta

import asyncpg
import msgspec

from jifen.engine.engine import Engine
from jifen.jobs.handing import BATCH, Outcome, hand_in
from jifen.parties.programs import Program
from jifen.programs.operating import Expire
from jifen.store.queries import q
from jifen.values.ids import CELLS, NOBODY, WalletId
from jifen.values.periods import add_months, end_of_day, local_day, start_of_day

SOURCE = "jobs"
"""The source of all facts that no person and no till reports."""

Progress = Callable[[int, int], None]
"""Told how many cells are done, and of how many."""


class _Expiry(msgspec.Struct, frozen=True):
    """What is stored as the event: the unit, and the start of the day on which it was found expired."""

    type: str
    unit: str
    cutoff: datetime


async def expire_due(
    pool: asyncpg.Pool, engine: Engine, program: Program, now: datetime, progress: Progress | None = None
) -> Outcome:
    """Book the expiry of all free points of a programme whose date has passed by `now`.

    May be killed anywhere and run in many processes: what is expired is no longer in the lot, so a lot is
    expired once. The key of each fact names the wallet's version as it was seen: two runs that see the same
    book the same fact, and a run after points came back past their date books another.
    Source: DESIGN §2, COMPLIANCE R05.

    Raises:
        Busy, Closed: the engine took no more in; what is done is done, and the next run goes on.
        asyncpg.PostgresError, OSError: the database could not be read.
    """
    now = now.astimezone(UTC)
    cutoff = start_of_day(local_day(now, program.zone), program.zone)
    outcome = Outcome()
    async for cell, found in _due(pool, program, now):
        commands = [_command(program, wallet, unit, version, cutoff, now) for wallet, unit, version in found]
        outcome.count(commands, await hand_in(engine, commands))
        if progress is not None:
            progress(cell + 1, CELLS)
    return outcome


def _command(
    program: Program, wallet: WalletId, unit: str, version: int, cutoff: datetime, now: datetime
) -> Expire:
    return Expire(
        program=program.id,
        source=SOURCE,
        key=f"expire:{unit}:{cutoff.isoformat()}:{wallet}:{version}",
        wallet=wallet,
        occurred_at=now,
        recorded_at=now,
        content=msgspec.json.encode(_Expiry("expire", unit, cutoff)).decode(),
        unit=unit,
    )


async def _due(
    pool: asyncpg.Pool, program: Program, now: datetime
) -> AsyncIterator[tuple[int, list[tuple[WalletId, str, int]]]]:
    """Pages of (wallet, unit, version) with points to expire, cell by cell."""
    months = [row["idle_months"] for row in await pool.fetch(q("job_idle_months"), program.id)]
    idle_since = [active_before(now, count, program.zone) for count in months]
    for cell in range(CELLS):
        after: tuple[WalletId, str] = (WalletId(NOBODY), "")
        full = True
        while full:
            rows = await pool.fetch(q("job_due"), cell, *after, program.id, now, months, idle_since, BATCH)
            yield cell, [tuple(row) for row in rows]
            full = len(rows) == BATCH
            if full:
                after = (rows[-1]["wallet"], rows[-1]["unit"])


def active_before(now: datetime, months: int, zone: str) -> datetime:
    """The instant before which a wallet was active last whose idle points are expired by `now`.

    Points live to the end of the day that lies `months` after the day of the last activity.
    """
    last_over = local_day(now, zone) - timedelta(days=1)
    return end_of_day(_last_day_reaching(last_over, months), zone)


def _last_day_reaching(limit: date, months: int) -> date:
    """The latest day of which the same day so many months later is not after `limit`."""
    day = add_months(limit, -months)
    while add_months(day + timedelta(days=1), months) <= limit:
        day += timedelta(days=1)
    while add_months(day, months) > limit:
        day -= timedelta(days=1)
    return day
