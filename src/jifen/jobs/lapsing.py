"""Dates at which points lapse: whose, of which unit, who is to be reminded and whether somebody was."""

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import date, datetime, timedelta

import asyncpg
import msgspec

from jifen.books.wallet import EPOCH
from jifen.jobs.handing import BATCH
from jifen.messages.outbox import delivered
from jifen.parties.programs import Program
from jifen.programs.operating import last_day_before
from jifen.store.queries import q
from jifen.values.ids import CELLS, NOBODY, WalletId
from jifen.values.periods import add_months, end_of_day, local_day


class Lapse(msgspec.Struct, frozen=True):
    """Free points of a unit in a wallet that all lapse at one instant; the version is the wallet's as seen.

    points, fen: how many, and what they are worth; 0 where nobody asked. pool: a household's wallet.
    """

    wallet: WalletId
    unit: str
    expires: datetime
    last_day: date
    pool: bool
    version: int = 0
    points: int = 0
    fen: int = 0


Page = tuple[int, list[Lapse]]
"""A cell, and some of its lapses."""


class Households:
    """Who is told about a pool's points; read when the first pool is met."""

    def __init__(self, pool: asyncpg.Pool, program: Program) -> None:
        self._pool = pool
        self._program = program
        self._members: dict[WalletId, list[WalletId]] | None = None

    async def told(self, lapses: Iterable[Lapse]) -> dict[WalletId, list[WalletId]]:
        """Whom to tell, by wallet: its member, or all members of the household."""
        found = {lapse.wallet: [lapse.wallet] for lapse in lapses}
        for lapse in lapses:
            if lapse.pool:
                found[lapse.wallet] = (await self._read()).get(lapse.wallet, [])
        return found

    async def _read(self) -> dict[WalletId, list[WalletId]]:
        if self._members is None:
            self._members = {}
            for row in await self._pool.fetch(q("job_households"), self._program.id):
                self._members.setdefault(row["pool"], []).append(row["wallet"])
        return self._members


def reminder_key(lapse: Lapse, step: int, to: WalletId) -> str:
    """The key of the reminder `step` days before a date: told to each once for ever."""
    key = f"points_lapsing:{lapse.wallet}:{lapse.unit}:{lapse.last_day.isoformat()}:{step}"
    return key if to == lapse.wallet else f"{key}:{to}"


def steps_ever(program: Program) -> list[int]:
    """All steps that any rules of the programme ever had: a reminder counts under whichever it was sent."""
    found: set[int] = set()
    for rules in program.rules:
        if rules.definition.reminders is not None:
            found.update(rules.definition.reminders.days_before)
    return sorted(found)


async def reminded(
    pool: asyncpg.Pool, program: Program, lapses: Sequence[Lapse], households: Households
) -> set[int]:
    """The places of those lapses of which somebody concerned got a reminder before the date was over."""
    steps = steps_ever(program)
    told = await households.told(lapses)
    places: dict[str, list[int]] = {}
    for place, lapse in enumerate(lapses):
        for to in told[lapse.wallet]:
            for step in steps:
                places.setdefault(reminder_key(lapse, step, to), []).append(place)
    receipts = await delivered(pool, program.id, list(places))
    return {place for key, at in receipts.items() for place in places[key] if at < lapses[place].expires}


async def lapsed(pool: asyncpg.Pool, program: Program, now: datetime) -> AsyncIterator[Page]:
    """Pages of the lapses that are past by `now`, cell by cell."""
    months = await _idle_months(pool, program)
    idle_since = [active_before(now, count, program.zone) for count in months]
    async for page in _pages(pool, program, "job_due_dates", (now, months, idle_since)):
        yield page


async def lapsing(pool: asyncpg.Pool, program: Program, now: datetime, days: int) -> AsyncIterator[Page]:
    """Pages of the lapses to come, whose last day is at most `days` after today, cell by cell."""
    months = await _idle_months(pool, program)
    until = end_of_day(local_day(now, program.zone) + timedelta(days=days), program.zone)
    since = [active_before(now, count, program.zone) for count in months]
    before = [active_before(until, count, program.zone) for count in months]
    async for page in _pages(pool, program, "job_lapsing_soon", (now, until, months, since, before)):
        yield page


async def _idle_months(pool: asyncpg.Pool, program: Program) -> list[int]:
    return [row["idle_months"] for row in await pool.fetch(q("job_idle_months"), program.id)]


async def _pages(
    pool: asyncpg.Pool, program: Program, query: str, times: Sequence[object]
) -> AsyncIterator[Page]:
    for cell in range(CELLS):
        after: tuple[object, ...] = (WalletId(NOBODY), "", EPOCH, 0)
        full = True
        while full:
            rows = await pool.fetch(q(query), cell, *after, program.id, *times, BATCH)
            yield cell, _lapses(rows, program.zone)
            full = len(rows) == BATCH
            if full:
                last = rows[-1]
                after = (last["wallet"], last["unit"], last["expires_at"] or EPOCH, last["idle_months"] or 0)


def _lapses(rows: Sequence[asyncpg.Record], zone: str) -> list[Lapse]:
    """Rows by what they come to: a fixed date and the end of an idle time may be one instant."""
    found: dict[tuple[WalletId, str, datetime], Lapse] = {}
    for row in rows:
        expires = row["expires_at"]
        if expires is None:
            expires = end_of_day(add_months(local_day(row["active_at"], zone), row["idle_months"]), zone)
        key = (row["wallet"], row["unit"], expires)
        same = found.get(key)
        found[key] = Lapse(
            row["wallet"],
            row["unit"],
            expires,
            last_day_before(expires, zone),
            row["pool"],
            row.get("version", 0),
            row.get("points", 0) + (same.points if same else 0),
            row.get("fen", 0) + (same.fen if same else 0),
        )
    return list(found.values())


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
