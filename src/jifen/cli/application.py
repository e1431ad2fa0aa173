"""The whole application of one process: interface, pages, and the jobs beside them."""

import contextlib
import gc
from collections.abc import AsyncIterator

from litestar import Litestar

from jifen.api.app import create_app
from jifen.api.house import House
from jifen.api.settings import Settings
from jifen.jobs.delivering import Delivering
from jifen.jobs.run import Jobs
from jifen.pages.routes import routes
from jifen.site.application import Site

YOUNG_MOST = 50_000
"""How many new objects may gather before the collector looks: snapshots live long and hold no cycles."""


def application(settings: Settings, jobs: bool = True) -> Litestar:
    """The application that `jifen serve` runs in each of its processes; without jobs others do them."""

    @contextlib.asynccontextmanager
    async def shared(house: House) -> AsyncIterator[None]:
        app.state.update(pool=house.pool, catalog=house.catalog, members=house.members, vault=house.vault)
        async with contextlib.AsyncExitStack() as beside:
            if jobs:
                await beside.enter_async_context(
                    Jobs(house.pool, house.engine, house.catalog, proves=lambda: house.dsn)
                )
                delivering = Delivering(house.pool, house.catalog, house.vault, house.channels)
                await beside.enter_async_context(delivering)
            yield

    @contextlib.asynccontextmanager
    async def collecting(house: House) -> AsyncIterator[None]:
        gc.collect()
        gc.freeze()
        before = gc.get_threshold()
        gc.set_threshold(YOUNG_MOST, 20, 50)
        try:
            yield
        finally:
            gc.set_threshold(*before)
            gc.unfreeze()

    site = Site()
    handlers = (*routes(), *site.handlers)
    app = create_app(settings, handlers=handlers, beside=(shared, site.open, collecting))
    return app
