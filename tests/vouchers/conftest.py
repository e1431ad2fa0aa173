"""Fixtures: one application on a database for all tests of this folder, an alliance of its own for each."""

import secrets
from collections.abc import AsyncIterator

import pytest
from litestar import Litestar

from jifen.api.app import create_app
from jifen.api.settings import Settings
from jifen.jobs.verify import verify
from jifen.store.migrate import with_database
from tests.api.alliance import Alliance, founded, running
from tests.databases import execute
from tests.vouchers.counter import RULES, since

SECRET = "33" * 32


@pytest.fixture(scope="session")
async def app(server: str, template: str) -> AsyncIterator[Litestar]:
    """The application, running on a fresh database."""
    name = f"test_vouchers_{secrets.token_hex(4)}"
    await execute(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    settings = Settings(database_url=with_database(server, name), secret=SECRET, pool_size=8, lookout_s=0.2)
    async with running(create_app(settings)) as made:
        yield made
    await execute(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def alliance(app: Litestar) -> AsyncIterator[Alliance]:
    """An alliance whose merchants give vouchers and take bookings; ann has 1 000 points. It ends proven."""
    async with founded(app) as made:
        await made.house.catalog.publish(made.id, RULES, since(0), since(0))
        await made.operator.done("/v1/compensations", key="gift", member="ann", points=1_000, reason="test")
        yield made
        report = await verify(made.house.pool, made.id)
        assert report.clean, report.findings
