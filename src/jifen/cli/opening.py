"""What every command opens: the folder, the database behind it, and what stands on the database."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import msgspec

from jifen.parties.catalog import Catalog
from jifen.parties.keys import Keys
from jifen.parties.members import Members
from jifen.parties.secrets import Vault, open_vault
from jifen.store.database import connect_pool, open_database
from jifen.store.migrate import migrate

FOLDER = ".jifen"


class Opened(msgspec.Struct, frozen=True):
    """An open installation."""

    dsn: str
    pool: asyncpg.Pool
    catalog: Catalog
    members: Members
    keys: Keys
    vault: Vault


def folder_of(given: str | None) -> Path:
    """The installation's folder: the one given, JIFEN_FOLDER, or .jifen here."""
    return Path(given or os.environ.get("JIFEN_FOLDER") or FOLDER).resolve()


async def database_of(folder: Path) -> str:
    """The DSN of DATABASE_URL, or of the server that comes along, started where it does not run."""
    return await open_database(os.environ.get("DATABASE_URL"), folder)


@asynccontextmanager
async def opened(folder: Path, *, size: int = 4, dsn: str | None = None) -> AsyncIterator[Opened]:
    """Open an installation with its schema up to date, for as long as the block runs.

    dsn: of its database; None: that of `database_of`.
    """
    dsn = await database_of(folder) if dsn is None else dsn
    await migrate(dsn)
    pool = await connect_pool(dsn, size=size)
    vault = open_vault(folder)
    try:
        yield Opened(dsn, pool, Catalog(pool), Members(pool, vault), Keys(pool), vault)
    finally:
        await pool.close()
