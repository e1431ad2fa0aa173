"""Fixtures: one application on a database for all scenarios, and a stage on it for each."""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
from litestar import Litestar

from jifen.api.app import create_app
from jifen.api.settings import Settings
from jifen.store.migrate import with_database
from tests.api.alliance import running
from tests.databases import execute
from tests.scenarios.stage import Stage, staged

SECRET = "22" * 32


@pytest.fixture(scope="session")
async def scene(server: str, template: str) -> AsyncIterator[Litestar]:
    """The application, running on a fresh database."""
    name = f"test_scenes_{secrets.token_hex(4)}"
    await execute(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    settings = Settings(database_url=with_database(server, name), secret=SECRET, pool_size=8, lookout_s=0.2)
    async with running(create_app(settings)) as made:
        yield made
    await execute(server, f"DROP DATABASE {name} WITH (FORCE)")


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
