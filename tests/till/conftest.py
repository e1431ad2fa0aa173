"""Fixtures: one application on a database for all tests of this folder, a shop of its own for each."""

from collections.abc import AsyncIterator

import pytest
from litestar import Litestar

from jifen.jobs.verify import verify
from tests.api.alliance import founded
from tests.houses import housed
from tests.till.shop import Shop, stocked


@pytest.fixture(scope="session")
async def app(server: str, template: str) -> AsyncIterator[Litestar]:
    """The application, running on a fresh database."""
    async with housed(server, template, "till") as made:
        yield made


@pytest.fixture
async def shop(app: Litestar) -> AsyncIterator[Shop]:
    """A shop at which ann has 20 000 points; whatever a test did, its books prove clean in the end."""
    async with founded(app) as made:
        yield await stocked(made)
        report = await verify(made.house.pool, made.id)
        assert report.clean, report.findings
