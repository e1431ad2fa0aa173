"""Fixtures: one application on a database for all tests of this folder, a shop of its own for each."""

import secrets
from collections.abc import AsyncIterator

import pytest
from litestar import Litestar

from jifen.api.app import create_app
from jifen.api.settings import Settings
from jifen.jobs.verify import verify
from jifen.store.migrate import with_database
from tests.api.alliance import founded, running
from tests.databases import execute
from tests.till.shop import Shop, stocked

SECRET = "44" * 32


@pytest.fixture(scope="session")
async def app(server: str, template: str) -> AsyncIterator[Litestar]:
    """The application, running on a fresh database."""
    name = f"test_till_{secrets.token_hex(4)}"
    await execute(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    settings = Settings(database_url=with_database(server, name), secret=SECRET, pool_size=8, lookout_s=0.2)
    async with running(create_app(settings)) as made:
        yield made
    await execute(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def shop(app: Litestar) -> AsyncIterator[Shop]:
    """A shop at which ann has 20 000 points; whatever a test did, its books prove clean in the end."""
    async with founded(app) as made:
        yield await stocked(made)
        report = await verify(made.house.pool, made.id)
        assert report.clean, report.findings
