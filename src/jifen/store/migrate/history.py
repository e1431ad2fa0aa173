"""What was applied to a database, and whether the files still say so."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from jifen.store import queries
from jifen.store.errors import MigrationChanged, MigrationMissing
from jifen.store.migrate.files import Migration

CATALOG = queries.load(Path(__file__).parents[1] / "catalog")
"""Statements about the schema itself."""


@dataclass(frozen=True, slots=True)
class Applied:
    """A migration that a database has."""

    number: int
    name: str
    checksum: str


@dataclass(frozen=True, slots=True)
class Routine:
    """A routine that a database has: the checksum of its file, and what `DROP ROUTINE` needs to name it."""

    checksum: str
    signature: str


async def create(connection: asyncpg.Connection) -> None:
    """Makes the two tables of the history where they are missing."""
    async with connection.transaction():
        await connection.execute(CATALOG["create_schema_migration"])
        await connection.execute(CATALOG["create_schema_routine"])


async def exists(connection: asyncpg.Connection) -> bool:
    """Whether the database has a history at all."""
    return bool(await connection.fetchval(CATALOG["history_exists"]))


async def applied(connection: asyncpg.Connection) -> tuple[Applied, ...]:
    """The migrations that were applied, in order."""
    rows = await connection.fetch("SELECT number, name, checksum FROM schema_migration ORDER BY number")
    return tuple(Applied(row["number"], row["name"], row["checksum"]) for row in rows)


async def routines(connection: asyncpg.Connection) -> Mapping[str, Routine]:
    """The routines that files put there, by name."""
    rows = await connection.fetch("SELECT name, checksum, signature FROM schema_routine ORDER BY name")
    return {row["name"]: Routine(row["checksum"], row["signature"]) for row in rows}


def pending(done: tuple[Applied, ...], files: tuple[Migration, ...]) -> tuple[Migration, ...]:
    """The migrations still to apply. MigrationChanged or MigrationMissing where history and files differ."""
    by_number = {migration.number: migration for migration in files}
    for was in done:
        now = by_number.get(was.number)
        if now is None or now.file.name != was.name:
            raise MigrationMissing(
                f"the database has had {was.name} applied, and the files have "
                f"{now.file.name if now else 'no number ' + format(was.number, '04d')}",
                "what was applied must stay among the files",
                "the database is ahead of this version: install the newer one; or restore the file",
            )
        if now.file.checksum != was.checksum:
            raise MigrationChanged(
                f"{was.name} was applied with the checksum {was.checksum[:12]}, its file now has "
                f"{now.file.checksum[:12]}",
                "an applied migration never changes",
                "restore the file as it was, and write what shall change into a new migration",
            )
    last = max((was.number for was in done), default=0)
    return tuple(migration for migration in files if migration.number > last)
