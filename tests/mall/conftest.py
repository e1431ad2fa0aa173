"""Fixtures: one application on a database for all tests of this folder, and a mall of its own for each."""

from collections.abc import AsyncIterator

import pytest
from litestar import Litestar

from tests.api.alliance import NOW, founded
from tests.houses import housed
from tests.mall.stalls import BEFORE, REWARDS, Stalls


@pytest.fixture(scope="session")
async def bazaar(server: str, template: str) -> AsyncIterator[Litestar]:
    """The application, running on a fresh database."""
    async with housed(server, template, "mall") as made:
        yield made


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
