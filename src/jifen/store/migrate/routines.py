"""Routines follow their files: replaced when the text changed, dropped one by one, never CASCADE."""

from collections import defaultdict
from collections.abc import Mapping

import asyncpg
from asyncpg.exceptions import DuplicateFunctionError, InvalidFunctionDefinitionError, WrongObjectTypeError

from jifen.store.errors import MigrationFileInvalid
from jifen.store.migrate import history
from jifen.store.migrate.history import CATALOG, Routine
from jifen.store.migrate.refusal import explained
from jifen.store.sqlfiles import SqlFile

_Live = Mapping[str, list[asyncpg.Record]]


def changed(files: tuple[SqlFile, ...], recorded: Mapping[str, Routine], live: _Live) -> tuple[SqlFile, ...]:
    """The files to apply: new, of another text, or whose routine is gone from the database."""
    return tuple(
        file
        for file in files
        if (known := recorded.get(file.name)) is None
        or known.checksum != file.checksum
        or known.signature not in [row["signature"] for row in live[file.name]]
    )


def vanished(files: tuple[SqlFile, ...], recorded: Mapping[str, Routine]) -> tuple[str, ...]:
    """The names of routines that have no file any more."""
    return tuple(sorted(recorded.keys() - {file.name for file in files}))


async def in_database(connection: asyncpg.Connection, names: list[str]) -> _Live:
    """The routines of these names as they are, each name with all its signatures."""
    found: defaultdict[str, list[asyncpg.Record]] = defaultdict(list)
    for row in await connection.fetch(CATALOG["routines_named"], names):
        found[row["name"]].append(row)
    return found


async def follow(
    connection: asyncpg.Connection, files: tuple[SqlFile, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Brings the routines to what the files say, in the caller's transaction; the names made and dropped.

    Bodies are checked when all are there, so the order of files does not matter.
    Raises MigrationRefused, MigrationBusy, MigrationFileInvalid.
    """
    recorded = await history.routines(connection)
    gone = vanished(files, recorded)
    to_make = changed(files, recorded, await in_database(connection, [file.name for file in files]))
    await connection.execute("SET LOCAL check_function_bodies = off")
    for name in gone:
        with explained(f"dropping {name}"):
            await connection.execute(f"DROP ROUTINE IF EXISTS {recorded[name].signature}")
            await connection.execute("DELETE FROM schema_routine WHERE name = $1", name)
    made = []
    for file in to_make:
        with explained(f"{file.name}.sql", file.text):
            made.append(await _make(connection, file, recorded.get(file.name)))
    await connection.execute("SET LOCAL check_function_bodies = on")
    for file, row in zip(to_make, made, strict=True):
        if row["validator"] != "-":
            with explained(f"the body of {file.name}.sql"):
                await connection.execute(f"SELECT {row['validator']}({row['oid']}::oid)")
        await connection.execute(CATALOG["record_routine"], file.name, file.checksum, row["signature"])
    return tuple(file.name for file in to_make), gone


async def _make(connection: asyncpg.Connection, file: SqlFile, before: Routine | None) -> asyncpg.Record:
    """Replaces in place where PostgreSQL allows it, for what depends on it and what Citus noted of it."""
    drop = f"DROP ROUTINE IF EXISTS {before.signature}" if before else ""
    try:
        async with connection.transaction():
            await connection.execute(file.text)
    except (DuplicateFunctionError, InvalidFunctionDefinitionError, WrongObjectTypeError):
        if not drop:
            raise
        await connection.execute(drop)
        await connection.execute(file.text)
    found = (await in_database(connection, [file.name]))[file.name]
    if before and len(found) > 1:
        await connection.execute(drop)
        found = [row for row in found if row["signature"] != before.signature]
    if len(found) != 1:
        signatures = ", ".join(row["signature"] for row in found)
        raise MigrationFileInvalid(
            f"after {file.name}.sql the database has {signatures or 'no routine of that name'}",
            "one routine of that name was expected",
            "drop by hand what did not come from the file",
        )
    return found[0]
