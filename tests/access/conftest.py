"""Fixtures: one application on a database for all tests of this folder, an alliance of its own for each."""

from collections.abc import AsyncIterator

import pytest
from litestar import Litestar

from tests.api.alliance import Alliance, founded
from tests.houses import housed
from tests.site.town import Town, Towns, built, towns

__all__ = ["alliance", "house_app", "town", "towns"]


@pytest.fixture(scope="session")
async def house_app(server: str, template: str) -> AsyncIterator[Litestar]:
    """The application with its pages, running."""
    async with housed(server, template, "access") as made:
        yield made


@pytest.fixture
async def alliance(house_app: Litestar) -> AsyncIterator[Alliance]:
    """A programme of its own, with callers for its operator, two merchants and a stranger."""
    async with founded(house_app) as made:
        yield made


@pytest.fixture(scope="module")
async def town(towns: Towns) -> AsyncIterator[Town]:
    """A town whose doors are tried."""
    async with built(towns) as made:
        yield made
