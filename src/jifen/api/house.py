"""Everything a request needs, opened once per process: pool, programmes, members, keys, engine."""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import asyncpg

from jifen.api.gathering import Gathering
from jifen.api.settings import Settings
from jifen.books.series import Series
from jifen.engine.engine import LOST, Engine
from jifen.messages.settings import channel_settings
from jifen.parties.audit import Audit
from jifen.parties.catalog import Catalog
from jifen.parties.keys import Keys
from jifen.parties.members import Members
from jifen.parties.programs import Program
from jifen.parties.secrets import Vault, open_vault
from jifen.store import embedded
from jifen.store.database import CONNECT_S, connect_pool, open_database
from jifen.store.errors import StoreError
from jifen.store.migrate import migrate
from jifen.store.queries import q
from jifen.values.ids import ProgramId, SeriesId

log = logging.getLogger("jifen.api")

APPLICATION = "jifen-api"

CLOSE_S = 10
"""How long connections may take to be given back at the end."""


class House:
    """What the routes share. It is made by `open_house` and ends with it.

    wall: the real time. Members' changing codes go by it even where the programme's own clock stands, since
    they prove that somebody is there now.
    """

    def __init__(self, settings: Settings, dsn: str, pool: asyncpg.Pool, vault: Vault) -> None:
        self.settings = settings
        self.dsn = dsn
        self.pool = pool
        self.vault = vault
        self.catalog = Catalog(pool)
        self.members = Members(pool, vault)
        self.channels = settings.channels or channel_settings(settings.folder)
        self.keys = Keys(pool)
        self.audit = Audit(pool, vault)
        self.engine = Engine(
            pool,
            self.catalog,
            lanes=settings.lanes,
            queue_most=settings.queue_most,
            snapshots_most=settings.snapshots_most,
            revive=self.revive if settings.database_url is None else self.reconnect,
        )
        self.wall: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.series: dict[SeriesId, Series] = {}
        self.gathering = Gathering(pool, self.series)
        self._known: dict[ProgramId, int] = {}
        self._mending: asyncio.Task[None] | None = None

    async def program(self, program: ProgramId) -> Program:
        """The programme, as this process knows it."""
        found = await self.catalog.program(program)
        self._known[program] = found.revision
        return found

    async def fresher(self, program: Program) -> Program | None:
        """The programme read again where another process has changed it meanwhile; None: it is as "
        "we know it.
        """
        rows = await self.pool.fetch(q("api_revisions"), [program.id])
        if not rows or rows[0]["revision"] == program.revision:
            return None
        return await self.catalog.refresh(program.id)

    async def look_out(self) -> None:
        """Follow the changes that other processes make to programmes, for as long as the house is open."""
        while True:
            await asyncio.sleep(self.settings.lookout_s)
            try:
                for row in await self.pool.fetch(q("api_revisions"), list(self._known)):
                    if (await self.catalog.program(row["id"])).revision != row["revision"]:
                        await self.catalog.refresh(row["id"])
            except (*LOST, asyncpg.PostgresError, LookupError) as fault:
                log.debug("programmes could not be looked at: %r", fault)

    async def reconnect(self) -> None:
        """After the database was lost: let no connection of before be used again."""
        await self.pool.expire_connections()

    async def revive(self) -> None:
        """After our own server was lost: start or join it, and connect anew, wherever its socket is now."""
        dsn = await embedded.ensure(self.settings.folder)
        if dsn != self.dsn:
            self.dsn = dsn
            session = {"application_name": APPLICATION}
            self.pool.set_connect_args(dsn, timeout=CONNECT_S, server_settings=session)
        await self.reconnect()

    def mend(self) -> None:
        """A read has met a lost database: see to it, while the callers are told to come again."""
        if self._mending is None or self._mending.done():
            self._mending = asyncio.create_task(self._mend(), name="api-mend")

    async def _mend(self) -> None:
        try:
            await (self.revive() if self.settings.database_url is None else self.reconnect())
        except (*LOST, StoreError, asyncpg.PostgresError) as fault:
            log.warning("the database did not come back yet: %r", fault)

    async def ready(self) -> bool:
        """Whether the database answers."""
        try:
            async with asyncio.timeout(2):
                return await self.pool.fetchval(q("api_ready")) is not None
        except (*LOST, asyncpg.PostgresError, TimeoutError):
            return False


def now_in(program: Program) -> datetime:
    """The time in a programme: that of its test clock, or the system's."""
    return program.test_clock or datetime.now(UTC)


async def prepare(settings: Settings) -> str:
    """Bring the database up to date and the secret about; the DSN. What may pass is waited for.

    Raises:
        StoreError: it cannot be, or not within `settings.wait_s`.
    """
    deadline = time.monotonic() + settings.wait_s
    while True:
        try:
            dsn = await open_database(settings.database_url, settings.folder)
            await migrate(dsn)
            break
        except StoreError as fault:
            if not fault.retry or time.monotonic() > deadline:
                raise
            log.warning("the database is not ready yet: %s", fault)
            await asyncio.sleep(1)
    secret_of(settings)
    return dsn


def secret_of(settings: Settings) -> Vault:
    """The installation's secret: that of the settings, else that of the folder, made once.

    Raises:
        ValueError: it is no secret.
    """
    if not settings.secret:
        return open_vault(settings.folder)
    try:
        return Vault(bytes.fromhex(settings.secret))
    except ValueError as wrong:
        said = "the secret is not 64 hex digits: make one with `openssl rand -hex 32`"
        raise ValueError(said) from wrong


@contextlib.asynccontextmanager
async def open_house(settings: Settings) -> AsyncIterator[House]:
    """Open the database and start the engine; at the end answer what was accepted."""
    dsn = await prepare(settings)
    pool: Any = await connect_pool(dsn, size=settings.pool_size, application=APPLICATION)
    try:
        house = House(settings, dsn, pool, secret_of(settings))
        watch = asyncio.create_task(house.look_out(), name="api-lookout")
        try:
            yield house
        finally:
            await house.engine.close()
            watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watch
    finally:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_S):
                await pool.close()
        pool.terminate()
