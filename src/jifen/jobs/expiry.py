"""Expiry: points past their date leave the lots, each once, however often and wherever this runs."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, date, datetime, timedelta

import asyncpg
import msgspec

from jifen.engine.command import Command, Receipt
from jifen.engine.engine import Engine
from jifen.jobs.handing import BATCH, Outcome, hand_in
from jifen.jobs.lapsing import Households, Lapse, active_before, lapsed, reminded
from jifen.parties.programs import Program
from jifen.programs.operating import Expire, Extend, read_extended
from jifen.rules.definition import Reminders
from jifen.store.queries import q
from jifen.values.ids import CELLS, NOBODY, WalletId
from jifen.values.periods import end_of_day, local_day, start_of_day

SOURCE = "jobs"
"""The source of all facts that no person and no till reports."""

Progress = Callable[[int, int], None]
"""Told how many cells are done, and of how many."""


class _Expiry(msgspec.Struct, frozen=True):
    """What is stored as the event: the unit, and the start of the day on which it was found expired."""

    type: str
    unit: str
    cutoff: datetime


class _Reminded(msgspec.Struct, frozen=True):
    """What is stored as the event: the unit, and the last day, of which the holder was reminded."""

    type: str
    unit: str
    last_day: date


class _Extension(msgspec.Struct, frozen=True):
    """What is stored as the event: the unit, the last day of which nobody was reminded, and the new one."""

    type: str
    unit: str
    last_day: date
    until: date


class Extending(Outcome):
    """What came of an expiry where members are reminded: also what was extended, in entries and points."""

    extended: int = 0
    points_extended: int = 0


async def expire_due(
    pool: asyncpg.Pool, engine: Engine, program: Program, now: datetime, progress: Progress | None = None
) -> Outcome:
    """Book the expiry of all free points of a programme whose date has passed by `now`.

    Where the rules in force promise reminders, what nobody was reminded of is extended instead.
    May be killed anywhere and run in many processes: what is expired is no longer in the lot, so a lot is
    expired once. The key of each fact names the wallet's version as it was seen: two runs that see the same
    book the same fact, and a run after points came back past their date books another.
    Source: DESIGN §2, SCENARIOS S02, COMPLIANCE R05.

    Raises:
        Busy, Closed: the engine took no more in; what is done is done, and the next run goes on.
        asyncpg.PostgresError, OSError: the database could not be read.
    """
    now = now.astimezone(UTC)
    rules = program.rules_at(now)
    if rules is not None and rules.definition.reminders is not None:
        return await _expire_reminded(pool, engine, program, rules.definition.reminders, now, progress)
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
        content=msgspec.json.encode(_Expiry("expire", unit, cutoff)),
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


async def _expire_reminded(
    pool: asyncpg.Pool,
    engine: Engine,
    program: Program,
    reminders: Reminders,
    now: datetime,
    progress: Progress | None,
) -> Extending:
    """Expire what somebody was reminded of in time, extend the rest; a fact for each wallet, unit, date."""
    outcome = Extending()
    households = Households(pool, program)
    async for cell, lapses in lapsed(pool, program, now):
        known = await reminded(pool, program, lapses, households)
        told = await households.told(lapses)
        expiries = [_expiry_of(program, lapse, now) for place, lapse in enumerate(lapses) if place in known]
        extensions = [
            _extension_of(program, lapse, reminders, now, told[lapse.wallet])
            for place, lapse in enumerate(lapses)
            if place not in known
        ]
        outcome.count(expiries, await hand_in(engine, expiries))
        await _extend(engine, extensions, outcome)
        if progress is not None:
            progress(cell + 1, CELLS)
    return outcome


async def _extend(engine: Engine, commands: Sequence[Command], outcome: Extending) -> None:
    answers = await hand_in(engine, commands)
    outcome.count(commands, answers)
    for answer in answers:
        if isinstance(answer, Receipt) and not answer.replayed:
            outcome.extended += 1
            outcome.points_extended += read_extended(answer.explanation).points


def _expiry_of(program: Program, lapse: Lapse, now: datetime) -> Expire:
    return Expire(
        program=program.id,
        source=SOURCE,
        key=f"expire:{lapse.unit}:{lapse.expires.isoformat()}:{lapse.wallet}:{lapse.version}",
        wallet=lapse.wallet,
        occurred_at=now,
        recorded_at=now,
        content=msgspec.json.encode(_Reminded("expire", lapse.unit, lapse.last_day)),
        unit=lapse.unit,
        reminded_of=lapse.expires,
    )


def _extension_of(
    program: Program, lapse: Lapse, reminders: Reminders, now: datetime, tell: Sequence[WalletId]
) -> Extend:
    until = extended_to(lapse.last_day, reminders.extend_days, now, program.zone)
    return Extend(
        program=program.id,
        source=SOURCE,
        key=f"extend:{lapse.unit}:{lapse.expires.isoformat()}:{lapse.wallet}:{lapse.version}",
        wallet=lapse.wallet,
        occurred_at=now,
        recorded_at=now,
        content=msgspec.json.encode(_Extension("extend", lapse.unit, lapse.last_day, until)),
        unit=lapse.unit,
        expired_at=lapse.expires,
        until=until,
        tell=tuple(tell),
    )


def extended_to(last_day: date, days: int, now: datetime, zone: str) -> date:
    """The new last day: so many days after the old one, or after today where that is over already."""
    until = last_day + timedelta(days=days)
    if end_of_day(until, zone) > now:
        return until
    return local_day(now, zone) + timedelta(days=days)
