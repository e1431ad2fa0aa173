"""Fixtures: the furnished alliance once for each process, and a browser to look at it."""

import os
from collections.abc import AsyncIterator

import pytest

from tests.browser.furnished import Furnished, served
from tests.looking import browser

__all__ = ["browser"]


@pytest.fixture(scope="session")
async def furnished(server: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Furnished]:
    """The alliance; the processes of one run share a folder, and what the first one made."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    folder = shared / "furnished"
    folder.mkdir(exist_ok=True)
    async with served(server, folder) as made:
        yield made
