"""One database in which the alliance's story was told; the pages only read it."""

import secrets
from collections.abc import AsyncIterator

import pytest

from jifen.store.migrate import migrate, with_database
from tests.databases import execute
from tests.pages.alliance import Alliance, alliance, lin
from tests.pages.reader import Asking
from tests.pages.zhou import zhou


@pytest.fixture(scope="session")
async def story(server: str) -> AsyncIterator[Alliance]:
    """The alliance after its story: Lin of the pictures, Zhou to whom everything happens, and a newcomer."""
    name = f"page_{secrets.token_hex(6)}"
    await execute(server, f"CREATE DATABASE {name}")
    try:
        await migrate(with_database(server, name))
        async with alliance(with_database(server, name)) as town:
            await lin(town)
            await zhou(town)
            await town.enrol("newcomer")
            yield town
    finally:
        await execute(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
async def ask(story: Alliance) -> AsyncIterator[Asking]:
    """Asks the alliance's pages, without a browser."""
    async with story.client() as client:
        yield Asking(client)
