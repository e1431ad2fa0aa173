"""Fixtures: one migrated template for all tests of a process, and a fresh copy of it for each that asks."""

import os
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from jifen.store import embedded
from jifen.store.migrate import migrate, with_database

SERVER = "JIFEN_TEST_SERVER"
"""The DSN of a running server to use; without it one is started for the tests, and removed after them."""


@pytest.fixture(scope="session")
async def server() -> AsyncIterator[str]:
    """The DSN of a server on which databases may be made."""
    given = os.environ.get(SERVER)
    if given:
        yield given
        return
    above = passable_folder()
    try:
        yield await embedded.ensure(above / "jifen", settings={"fsync": "off", "max_wal_size": "256MB"})
    finally:
        await embedded.remove(above / "jifen")
        shutil.rmtree(above)


@pytest.fixture(scope="session")
async def template(server: str) -> AsyncIterator[str]:
    """The name of a migrated database that others are copied from."""
    name = f"test_template_{secrets.token_hex(4)}"
    await execute(server, f"CREATE DATABASE {name}")
    await migrate(with_database(server, name))
    yield name
    await execute(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def database(server: str, template: str) -> AsyncIterator[str]:
    """The DSN of a fresh database with the whole schema."""
    name = f"test_{secrets.token_hex(6)}"
    await execute(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield with_database(server, name)
    await execute(server, f"DROP DATABASE {name} WITH (FORCE)")


def passable_folder() -> Path:
    """A new temporary folder that the server's own user may pass through, unlike pytest's."""
    made = Path(tempfile.mkdtemp(prefix="jifen-test-"))
    made.chmod(0o711)
    return made


async def execute(dsn: str, statement: str) -> None:
    """One statement on a connection of its own."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
