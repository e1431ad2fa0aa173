"""Drift: what a live schema has that the migrations do not make, and the other way round."""

import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from jifen.store.database import connect
from jifen.store.errors import MigrationBusy, ScratchRefused
from jifen.store.migrate.apply import migrate
from jifen.store.migrate.files import MIGRATIONS, ROUTINES
from jifen.store.migrate.history import CATALOG

_PREFIX = "jifen_drift_"
_LOCK = 0x64_72_69_66_74  # "drift", as an advisory lock
_Objects = Mapping[tuple[str, str], str]


async def drift(dsn: str, *, migrations: Path = MIGRATIONS, routines_in: Path = ROUTINES) -> list[str]:
    """One sentence for each difference between this schema and one that the files make afresh; none is good.

    For the comparison a scratch database is made on the same server and dropped again, so the role must be
    allowed to create one. Raises ScratchRefused, MigrationBusy where another check is running, and what
    `migrate` raises.
    """
    connection = await connect(dsn, application="jifen drift")
    try:
        live = await _objects(connection)
        async with _scratch(connection, dsn) as fresh_dsn:
            await migrate(fresh_dsn, migrations=migrations, routines_in=routines_in)
            fresh_connection = await connect(fresh_dsn, application="jifen drift")
            try:
                fresh = await _objects(fresh_connection)
            finally:
                await fresh_connection.close()
    finally:
        await connection.close()
    return differences(live, fresh)


def differences(live: _Objects, fresh: _Objects) -> list[str]:
    """The sentences, by kind and name."""
    told = []
    for kind, name in sorted({*live, *fresh}):
        now, made = live.get((kind, name)), fresh.get((kind, name))
        if made is None:
            told.append(f"{kind} {name} is in the database, and no migration makes it")
        elif now is None:
            told.append(f"{kind} {name} is missing from the database")
        elif now != made:
            told.append(f"{kind} {name} is [{now}] in the database, and the migrations make [{made}]")
    return told


async def _objects(connection: asyncpg.Connection) -> _Objects:
    rows = await connection.fetch(CATALOG["objects"])
    return {(row["kind"], row["name"]): row["definition"] for row in rows}


@asynccontextmanager
async def _scratch(connection: asyncpg.Connection, dsn: str) -> AsyncIterator[str]:
    """A new empty database on the same server, dropped at the end; what a killed check left goes first."""
    if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK):
        raise MigrationBusy(
            "another drift check of this database is running", "one was asked for", "wait until it is done"
        )
    oid = await connection.fetchval("SELECT oid FROM pg_database WHERE datname = current_database()")
    prefix = f"{_PREFIX}{oid}_"
    for left in await connection.fetch(CATALOG["databases_like"], prefix):
        await connection.execute(f"DROP DATABASE IF EXISTS {left['name']} WITH (FORCE)")
    name = f"{prefix}{secrets.token_hex(4)}"
    try:
        await connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    except asyncpg.InsufficientPrivilegeError as refused:
        raise ScratchRefused(
            f"this role may not create a database: {refused.message}",
            f"{name} was to be made for the comparison, and dropped again",
            "ALTER ROLE … CREATEDB, or check a copy of the schema on a server where it may",
        ) from refused
    try:
        yield with_database(dsn, name)
    finally:
        await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def with_database(dsn: str, name: str) -> str:
    """The same server, another database."""
    parts = urlsplit(dsn)
    query = "&".join(
        part for part in parts.query.split("&") if part.split("=")[0] not in ("dbname", "database")
    )
    return urlunsplit(parts._replace(path=f"/{name}", query=query))
