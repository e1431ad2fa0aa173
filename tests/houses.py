"""One application on a fresh database, for all tests of a folder."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from litestar import Litestar

from jifen.api.app import create_app
from jifen.api.settings import Settings
from tests.api.alliance import running
from tests.databases import fresh

SECRET = "22" * 32


@asynccontextmanager
async def housed(server: str, template: str, folder: str) -> AsyncIterator[Litestar]:
    """The application, running on a database that is named after the folder, and dropped after it."""
    async with fresh(server, template, f"test_{folder}") as dsn:
        settings = Settings(database_url=dsn, secret=SECRET, pool_size=8, lookout_s=0.2)
        async with running(create_app(settings)) as made:
            yield made
