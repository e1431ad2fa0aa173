"""Fixtures: one town for all tests of a file, its clock at TODAY."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.site.till_town import plain_town
from tests.site.town import Town, built


@pytest.fixture(scope="module")
async def town(server: str, template: str) -> AsyncIterator[Town]:
    """The town."""
    async with built(server, template) as made:
        yield made


@pytest.fixture(scope="module")
async def shop(server: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """A town where points may pay all of a bill, and market days double from 100 yuan in money on."""
    async with plain_town(server, template, Path(tmp_path_factory.mktemp("till"))) as made:
        yield made
