"""Fixtures: one application on a database for all tests of this folder, and a mall of its own for each."""

import secrets
from collections.abc import AsyncIterator

import pytest
from litestar import Litestar

from jifen.api.app import create_app
from jifen.api.settings import Settings
from jifen.store.migrate import with_database
from tests.api.alliance import NOW, founded, running
from tests.databases import execute
from tests.mall.stalls import BEFORE, REWARDS, Stalls

SECRET = "33" * 32


@pytest.fixture(scope="session")
async def bazaar(server: str, template: str) -> AsyncIterator[Litestar]:
    """The application, running on a fresh database."""
    name = f"test_mall_{secrets.token_hex(4)}"
    await execute(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    settings = Settings(database_url=with_database(server, name), secret=SECRET, pool_size=6, lookout_s=0.2)
    async with running(create_app(settings)) as made:
        yield made
    await execute(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def stalls(bazaar: Litestar) -> AsyncIterator[Stalls]:
    """A mall in which ann and bob have 2 000 points each; in the end its books must prove clean."""
    async with founded(bazaar) as alliance:
        made = Stalls(alliance)
        await made.publish(*REWARDS, since=NOW - BEFORE)
        await made.gives(2_000, "ann", "bob")
        for code in ("lamp", "night", "pair"):
            await made.stocks(code, 5)
        yield made
        await made.proves_clean()
