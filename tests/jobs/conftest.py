"""Fixtures: a written book that is copied for each test that spoils it."""

import secrets
from collections.abc import AsyncIterator

import pytest

from jifen.store.migrate import with_database
from tests.databases import execute
from tests.jobs.book import write_book


@pytest.fixture(scope="session")
async def written(server: str, template: str) -> AsyncIterator[str]:
    """The name of a database with a whole book, which nobody is connected to."""
    name = f"job_book_{secrets.token_hex(4)}"
    await execute(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    await write_book(with_database(server, name))
    yield name
    await execute(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def book(server: str, written: str) -> AsyncIterator[str]:
    """The DSN of a copy of the book, to be spoilt."""
    name = f"job_{secrets.token_hex(6)}"
    await execute(server, f"CREATE DATABASE {name} TEMPLATE {written}")
    yield with_database(server, name)
    await execute(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def shared_book(server: str, written: str) -> str:
    """The DSN of the book itself, for those who only read, and leave."""
    return with_database(server, written)
