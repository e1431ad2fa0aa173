"""Fixtures: one application on a database for all tests of this folder, a family's programme for each."""

import secrets
from collections.abc import AsyncIterator

import pytest
from litestar import Litestar

from jifen.api.app import create_app
from jifen.api.settings import Settings
from jifen.jobs.verify import verify
from jifen.store.migrate import with_database
from tests.api.alliance import running
from tests.databases import execute
from tests.households.family import Family, at_home

SECRET = "33" * 32


@pytest.fixture(scope="session")
async def app(server: str, template: str) -> AsyncIterator[Litestar]:
    """The application, running on a fresh database."""
    name = f"test_homes_{secrets.token_hex(4)}"
    await execute(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    settings = Settings(database_url=with_database(server, name), secret=SECRET, pool_size=6, lookout_s=0.2)
    async with running(create_app(settings)) as made:
        yield made
    await execute(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def family(app: Litestar) -> AsyncIterator[Family]:
    """A programme with rewards for families, and members; in the end its books must prove clean."""
    async with at_home(app) as made:
        yield made
        report = await verify(made.house.pool, made.alliance.id)
        assert report.clean, report.findings
