"""Fixtures: the furnished alliance once for the folder, and a browser to look at it."""

from collections.abc import AsyncIterator

import pytest

from tests.browser.furnished import Furnished, served
from tests.databases import passable_folder
from tests.looking import browser

__all__ = ["browser"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests of this folder go to one worker: the alliance they share takes a while to make."""
    for item in items:
        if "tests/browser/" in str(item.path):
            item.add_marker(pytest.mark.xdist_group("furnished"))


@pytest.fixture(scope="session")
async def furnished(server: str) -> AsyncIterator[Furnished]:
    """The alliance."""
    async with served(server, passable_folder() / "demo") as made:
        yield made
