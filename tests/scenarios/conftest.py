"""Fixtures: one application on a database for all scenarios, and a stage on it for each."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
from litestar import Litestar

from tests.houses import housed
from tests.scenarios.stage import Stage, staged


@pytest.fixture(scope="session")
async def scene(server: str, template: str) -> AsyncIterator[Litestar]:
    """The application, running on a fresh database."""
    async with housed(server, template, "scenarios") as made:
        yield made


@pytest.fixture
async def stage(scene: Litestar) -> AsyncIterator[Callable[..., Awaitable[Stage]]]:
    """Puts an example's programme on the stage, as of a day; in the end its books must prove clean."""
    async with AsyncExitStack() as stack:
        stages: list[Stage] = []

        async def set_up(example: str, at: str) -> Stage:
            made = await stack.enter_async_context(staged(scene, example, at))
            stages.append(made)
            return made

        yield set_up
        for one in stages:
            await one.proves_clean()
