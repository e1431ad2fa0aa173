"""One application on a fresh database, for all tests of a folder."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from litestar import Litestar

from jifen.api.app import create_app
from jifen.api.settings import Settings
from jifen.store.migrate import with_database
from tests.api.alliance import running
from tests.databases import execute

SECRET = "22" * 32


@asynccontextmanager
async def housed(server: str, template: str, folder: str) -> AsyncIterator[Litestar]:
    """The application, running on a database that is named after the folder, and dropped after it."""
    name = f"test_{folder}_{secrets.token_hex(4)}"
    await execute(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    settings = Settings(database_url=with_database(server, name), secret=SECRET, pool_size=8, lookout_s=0.2)
    async with running(create_app(settings)) as made:
        yield made
    await execute(server, f"DROP DATABASE {name} WITH (FORCE)")
