"""Fixtures: one town for all tests of a file, its clock at TODAY."""

from collections.abc import AsyncIterator

import pytest

from tests.site.town import Town, built


@pytest.fixture(scope="module")
async def town(server: str, template: str) -> AsyncIterator[Town]:
    """The town."""
    async with built(server, template) as made:
        yield made
