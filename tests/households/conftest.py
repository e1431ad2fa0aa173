"""Fixtures: one application on a database for all tests of this folder, a family's programme for each."""

from collections.abc import AsyncIterator

import pytest
from litestar import Litestar

from jifen.jobs.verify import verify
from tests.households.family import Family, at_home
from tests.houses import housed


@pytest.fixture(scope="session")
async def app(server: str, template: str) -> AsyncIterator[Litestar]:
    """The application, running on a fresh database."""
    async with housed(server, template, "households") as made:
        yield made


@pytest.fixture
async def family(app: Litestar) -> AsyncIterator[Family]:
    """A programme with rewards for families, and members; in the end its books must prove clean."""
    async with at_home(app) as made:
        yield made
        report = await verify(made.house.pool, made.alliance.id)
        assert report.clean, report.findings
