"""One database in which the alliance's story was told; the pages only read it."""

from collections.abc import AsyncIterator

import pytest

from tests.databases import fresh
from tests.pages.alliance import Alliance, alliance, lin
from tests.pages.reader import Asking
from tests.pages.zhou import zhou


@pytest.fixture(scope="session")
async def story(server: str, template: str) -> AsyncIterator[Alliance]:
    """The alliance after its story: Lin of the pictures, Zhou to whom everything happens, and a newcomer."""
    async with fresh(server, template, "page") as dsn, alliance(dsn) as town:
        await lin(town)
        await zhou(town)
        await town.enrol("newcomer")
        yield town


@pytest.fixture(scope="session")
async def ask(story: Alliance) -> AsyncIterator[Asking]:
    """Asks the alliance's pages, without a browser."""
    async with story.client() as client:
        yield Asking(client)
