"""Fixtures: the furnished alliance once for each process, and a browser to look at it."""

from collections.abc import AsyncIterator

import pytest

from tests.browser.furnished import Furnished, served
from tests.databases import passable_folder
from tests.looking import browser

__all__ = ["browser"]


@pytest.fixture(scope="session")
async def furnished(server: str) -> AsyncIterator[Furnished]:
    """The alliance."""
    async with served(server, passable_folder() / "demo") as made:
        yield made
