"""Brings a database's schema up to date, whoever else tries to at the same time."""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from jifen.store.database import connect
from jifen.store.errors import MigrationBusy
from jifen.store.migrate import history, routines
from jifen.store.migrate.files import MIGRATIONS, ROUTINES, Migration, read_migrations, read_routines
from jifen.store.migrate.history import CATALOG
from jifen.store.migrate.refusal import explained

_LOCK = 0x4A_69_66_65_6E  # "Jifen", as an advisory lock, which counts within one database
_POLL_S = 0.05


@dataclass(frozen=True, slots=True)
class Limits:
    """How long we wait: for a table's lock, for one statement, for another process that migrates."""

    lock_timeout_ms: int = 10_000
    statement_timeout_ms: int = 600_000
    turn_s: float = 300.0


@dataclass(frozen=True, slots=True)
class Report:
    """What `migrate` did: names of migrations applied, of routines made and dropped, and the time it took."""

    applied: tuple[str, ...]
    routines_made: tuple[str, ...]
    routines_dropped: tuple[str, ...]
    took_ms: int


@dataclass(frozen=True, slots=True)
class Status:
    """What is done, and what `migrate` would do."""

    applied: tuple[str, ...]
    pending: tuple[str, ...]
    routines_changed: tuple[str, ...]
    routines_vanished: tuple[str, ...]

    @property
    def current(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.pending or self.routines_changed or self.routines_vanished)


_LIMITS = Limits()


async def migrate(
    dsn: str, *, migrations: Path = MIGRATIONS, routines_in: Path = ROUTINES, limits: Limits = _LIMITS
) -> Report:
    """Applies pending migrations, each in its own transaction, then what changed of the routines, in one.

    Any number of processes may call it at once: one works, the others wait their turn and find nothing to do.
    The lock belongs to the session, so `dsn` must not lead through a pooler that gives sessions away
    (PgBouncer's transaction mode).

    Raises MigrationFileInvalid, MigrationChanged, MigrationMissing, MigrationRefused, MigrationBusy, and what
    `database.connect` raises. What was applied before an error stays applied.
    """
    begun = time.perf_counter()
    files, routine_files = read_migrations(migrations), read_routines(routines_in)
    connection = await connect(dsn, application="jifen migrate")
    try:
        await _take_turn(connection, limits.turn_s)
        await history.create(connection)
        todo = history.pending(await history.applied(connection), files)
        for migration in todo:
            await _apply(connection, migration, limits)
        async with connection.transaction():
            await _limit(connection, limits)
            made, dropped = await routines.follow(connection, routine_files)
    finally:
        await connection.close()
    took_ms = _ms_since(begun)
    return Report(tuple(migration.file.name for migration in todo), made, dropped, took_ms)


async def status(dsn: str, *, migrations: Path = MIGRATIONS, routines_in: Path = ROUTINES) -> Status:
    """What is done and what is to do; changes nothing. Raises as `migrate` does for files and history."""
    files, routine_files = read_migrations(migrations), read_routines(routines_in)
    connection = await connect(dsn, application="jifen migrate")
    try:
        known = await history.exists(connection)
        done = await history.applied(connection) if known else ()
        recorded = await history.routines(connection) if known else {}
        live = await routines.in_database(connection, [file.name for file in routine_files])
    finally:
        await connection.close()
    return Status(
        applied=tuple(was.name for was in done),
        pending=tuple(migration.file.name for migration in history.pending(done, files)),
        routines_changed=tuple(file.name for file in routines.changed(routine_files, recorded, live)),
        routines_vanished=routines.vanished(routine_files, recorded),
    )


async def _apply(connection: asyncpg.Connection, migration: Migration, limits: Limits) -> None:
    begun = time.perf_counter()
    async with connection.transaction():
        await _limit(connection, limits)
        with explained(f"{migration.file.name}.sql", migration.file.text):
            await connection.execute(migration.file.text)
        # A file may set a search_path or a role for itself; the history is ours.
        await connection.execute("RESET ROLE")
        await connection.execute("RESET search_path")
        await connection.execute(
            CATALOG["record_migration"],
            migration.number,
            migration.file.name,
            migration.file.checksum,
            _ms_since(begun),
        )


async def _limit(connection: asyncpg.Connection, limits: Limits) -> None:
    await connection.execute(f"SET LOCAL lock_timeout = {limits.lock_timeout_ms:d}")
    await connection.execute(f"SET LOCAL statement_timeout = {limits.statement_timeout_ms:d}")


async def _take_turn(connection: asyncpg.Connection, turn_s: float) -> None:
    """Takes the advisory lock of this database; it ends with the session, whatever becomes of us.

    Asked for again and again instead of waited for: a waiting statement would keep an old snapshot alive.
    """
    end = time.monotonic() + turn_s
    while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK):
        if time.monotonic() > end:
            raise MigrationBusy(
                f"another process has been migrating this database for {turn_s:g} s",
                "our turn was asked for",
                "wait for it; pg_stat_activity shows it under the name 'jifen migrate'",
            )
        await asyncio.sleep(_POLL_S)


def _ms_since(begun: float) -> int:
    return round((time.perf_counter() - begun) * 1000)
