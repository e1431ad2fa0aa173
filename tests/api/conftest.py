"""Fixtures: one application on a database for all tests of this folder, an alliance of its own for each."""

import secrets
from collections.abc import AsyncIterator

import pytest
from litestar import Litestar

from jifen.api.app import create_app
from jifen.api.settings import Settings
from jifen.store.migrate import with_database
from tests.api.alliance import Alliance, founded, running
from tests.databases import execute

SECRET = "11" * 32


@pytest.fixture(scope="session")
async def settings(server: str, template: str) -> AsyncIterator[Settings]:
    """Settings for a fresh database that the tests of this folder share."""
    name = f"test_api_{secrets.token_hex(4)}"
    await execute(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield Settings(database_url=with_database(server, name), secret=SECRET, pool_size=4, lookout_s=0.2)
    await execute(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
async def app(settings: Settings) -> AsyncIterator[Litestar]:
    """The application, running."""
    async with running(create_app(settings)) as made:
        yield made


@pytest.fixture
async def alliance(app: Litestar) -> AsyncIterator[Alliance]:
    """A programme of its own, with callers for its operator, two merchants and a stranger."""
    async with founded(app) as made:
        yield made
