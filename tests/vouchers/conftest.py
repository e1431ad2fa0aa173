"""Fixtures: one application on a database for all tests of this folder, an alliance of its own for each."""

from collections.abc import AsyncIterator

import pytest
from litestar import Litestar

from jifen.jobs.verify import verify
from tests.api.alliance import Alliance, founded
from tests.houses import housed
from tests.vouchers.counter import RULES, since


@pytest.fixture(scope="session")
async def app(server: str, template: str) -> AsyncIterator[Litestar]:
    """The application, running on a fresh database."""
    async with housed(server, template, "vouchers") as made:
        yield made


@pytest.fixture
async def alliance(app: Litestar) -> AsyncIterator[Alliance]:
    """An alliance whose merchants give vouchers and take bookings; ann has 1 000 points. It ends proven."""
    async with founded(app) as made:
        await made.house.catalog.publish(made.id, RULES, since(0), since(0))
        await made.operator.done("/v1/compensations", key="gift", member="ann", points=1_000, reason="test")
        yield made
        report = await verify(made.house.pool, made.id)
        assert report.clean, report.findings
