"""Fixtures: one town for all tests of a file, its clock at TODAY."""

from collections.abc import AsyncIterator

import pytest

from tests.site.till_town import plain_town
from tests.site.town import Town, Towns, built, towns

__all__ = ["shop", "town", "towns"]


@pytest.fixture(scope="module")
async def town(towns: Towns) -> AsyncIterator[Town]:
    """The town."""
    async with built(towns) as made:
        yield made


@pytest.fixture(scope="module")
async def shop(towns: Towns) -> AsyncIterator[Town]:
    """A town where points may pay all of a bill, and market days double from 100 yuan in money on."""
    async with plain_town(towns) as made:
        yield made
