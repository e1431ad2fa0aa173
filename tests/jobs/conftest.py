"""Fixtures: a written book that is copied for each test that spoils it."""

from collections.abc import AsyncIterator

import pytest

from jifen.store.migrate import with_database
from tests.databases import fresh, name_of
from tests.jobs.book import write_book


@pytest.fixture(scope="session")
async def written(server: str, template: str) -> AsyncIterator[str]:
    """The name of a database with a whole book, which nobody is connected to."""
    async with fresh(server, template, "job_book") as dsn:
        await write_book(dsn)
        yield name_of(dsn)


@pytest.fixture
async def book(server: str, written: str) -> AsyncIterator[str]:
    """The DSN of a copy of the book, to be spoilt."""
    async with fresh(server, written, "job") as dsn:
        yield dsn


@pytest.fixture
def shared_book(server: str, written: str) -> str:
    """The DSN of the book itself, for those who only read, and leave."""
    return with_database(server, written)
