"""Fixtures: one application on a database for all tests of this folder, an alliance of its own for each."""

from collections.abc import AsyncIterator

import pytest
from litestar import Litestar

from jifen.api.app import create_app
from jifen.api.settings import Settings
from tests.api.alliance import Alliance, founded, running
from tests.databases import fresh

SECRET = "11" * 32


@pytest.fixture(scope="session")
async def settings(server: str, template: str) -> AsyncIterator[Settings]:
    """Settings for a fresh database that the tests of this folder share."""
    async with fresh(server, template, "test_api") as dsn:
        yield Settings(database_url=dsn, secret=SECRET, pool_size=4, lookout_s=0.2)


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
