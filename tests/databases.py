"""Fixtures: one migrated template for all tests of a process, and a fresh copy of it for each that asks."""

import os
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from jifen.store import embedded
from jifen.store.migrate import migrate, with_database

SERVER = "JIFEN_TEST_SERVER"
"""The DSN of a running server to use; without it one is started for the tests, and removed after them."""

QUICK = {"fsync": "off", "full_page_writes": "off", "max_wal_size": "256MB"}
"""Settings for servers that nobody will miss."""

MEMORY = Path("/dev/shm")  # noqa: S108 - mkdtemp makes the folders in it
ROOM = 4 << 30
"""The servers of tests live in memory where it has so many bytes left, else on disk.

A database is 650 files: copying them takes 15 ms in memory, and 20 to 250 ms on disk.
"""


@pytest.fixture(scope="session")
async def server() -> AsyncIterator[str]:
    """The DSN of a server on which databases may be made."""
    given = os.environ.get(SERVER)
    if given:
        yield given
        return
    above = passable_folder()
    try:
        yield await embedded.ensure(above / "jifen", settings=QUICK)
    finally:
        await embedded.remove(above / "jifen")
        shutil.rmtree(above)


@pytest.fixture(scope="session")
async def template(server: str) -> AsyncIterator[str]:
    """The name of a migrated database that others are copied from."""
    async with fresh(server, "template0", "test_template") as dsn:
        await migrate(dsn)
        yield name_of(dsn)


@pytest.fixture
async def database(server: str, template: str) -> AsyncIterator[str]:
    """The DSN of a fresh database with the whole schema."""
    async with fresh(server, template) as dsn:
        yield dsn


@asynccontextmanager
async def fresh(server: str, template: str, label: str = "test") -> AsyncIterator[str]:
    """The DSN of a new copy of a database that nobody is connected to; dropped at the end.

    FILE_COPY since the other way writes every page to the log as well, which takes ten times as long.
    """
    name = f"{label}_{secrets.token_hex(6)}"
    await execute(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    try:
        yield with_database(server, name)
    finally:
        await execute(server, f"DROP DATABASE {name} WITH (FORCE)")


def name_of(dsn: str) -> str:
    """The name of a DSN's database."""
    return urlsplit(dsn).path.removeprefix("/")


def passable_folder() -> Path:
    """A new temporary folder that the server's own user may pass through, unlike pytest's."""
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM
    made = Path(tempfile.mkdtemp(prefix="jifen-test-", dir=MEMORY if roomy else None))
    made.chmod(0o711)
    return made


async def execute(dsn: str, statement: str) -> None:
    """One statement on a connection of its own."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
