"""The benchmark's own database: the demo's alliance, rules and members, and no entry yet."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import msgspec

from jifen.cli.demo.alliance import build, programme_of
from jifen.cli.demo.dataset import Basket
from jifen.cli.demo.replay import TODAY
from jifen.cli.opening import Opened
from jifen.parties.catalog import Catalog
from jifen.parties.keys import Keys
from jifen.parties.members import Members
from jifen.parties.programs import Program
from jifen.parties.secrets import open_vault
from jifen.store import embedded
from jifen.store.database import connect_pool
from jifen.store.migrate import migrate, with_database


class World(msgspec.Struct, frozen=True):
    """A database of its own with a programme in it, and a key that opens it."""

    folder: Path
    dsn: str
    at_hand: Opened
    program: Program
    key: str


@asynccontextmanager
async def world(folder: Path, baskets: list[Basket]) -> AsyncIterator[World]:
    """Make the database, and drop it after the block."""
    async with empty(folder) as at_hand:
        since = baskets[0].at - timedelta(days=2)
        program = await build(at_hand, programme_of(baskets), baskets, since)
        await at_hand.catalog.set_clock(program.id, TODAY)
        key = await at_hand.keys.make(program.id, None, "bench", datetime.now(UTC))
        yield World(folder, at_hand.dsn, at_hand, program, key)


@asynccontextmanager
async def empty(folder: Path) -> AsyncIterator[Opened]:
    """A database of its own with the schema and nothing in it, dropped after the block."""
    server = await embedded.ensure(folder)
    name = f"bench_{secrets.token_hex(4)}"
    await _execute(server, f"CREATE DATABASE {name}")
    dsn = with_database(server, name)
    try:
        await migrate(dsn)
        pool = await connect_pool(dsn, size=4)
        vault = open_vault(folder)
        try:
            yield Opened(dsn, pool, Catalog(pool), Members(pool, vault), Keys(pool), vault)
        finally:
            await pool.close()
    finally:
        await _execute(server, f"DROP DATABASE {name} WITH (FORCE)")


async def _execute(dsn: str, statement: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
