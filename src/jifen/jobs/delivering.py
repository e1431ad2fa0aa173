"""The loop that delivers messages and webhooks, in every process: what one has taken the others pass by."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import asyncpg

from jifen.messages.contacts import Seal
from jifen.messages.delivery import Post
from jifen.messages.reaching import channels_of
from jifen.messages.settings import ChannelSettings
from jifen.messages.webhooks import Caller
from jifen.parties.catalog import Catalog
from jifen.parties.programs import Program
from jifen.store.queries import q
from jifen.values.ids import ProgramId

log = logging.getLogger("jifen.jobs")

EVERY_S = 2.0
"""Seconds between two looks at what is due."""

PAGES = 10
"""Pages of messages in one look, which goes by one time: so a lease is never reckoned from an old one."""


def wall_clock() -> datetime:
    """What time it is."""
    return datetime.now(UTC)


def merchant_codes(program: Program) -> Callable[[Any], str | None]:
    """The code of a merchant by its id; None for the programme's own side."""

    def called(merchant: Any) -> str | None:
        found = program.merchants_by_id.get(merchant)
        return None if found is None else found.code

    return called


class Delivering:
    """Delivers what is due of all programmes, each by its own clock, for as long as it runs.

    Each programme is a task of its own, which holds a connection of the pool only while it asks or writes.
    """

    def __init__(
        self,
        pool: asyncpg.Pool,
        catalog: Catalog,
        seal: Seal,
        settings: ChannelSettings,
        *,
        every_s: float = EVERY_S,
        clock: Callable[[], datetime] = wall_clock,
    ) -> None:
        """clock: what time it is for programmes without a test clock."""
        self._pool = pool
        self._catalog = catalog
        self._seal = seal
        self._settings = settings
        self._every_s = every_s
        self._clock = clock
        self._posts: dict[ProgramId, Post] = {}
        self._caller = Caller(pool, seal, private=settings.private_webhooks)
        self._stopping = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "Delivering":
        self._stopping.clear()
        self._tasks = [
            asyncio.create_task(self._repeat(self.messages), name="jobs-messages"),
            asyncio.create_task(self._repeat(self.webhooks), name="jobs-webhooks"),
        ]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        await self._caller.close()

    async def messages(self) -> None:
        """Deliver the messages of all programmes that are due now."""

        async def deliver(program: Program, now: datetime) -> None:
            try:
                done = await self._post(program).deliver(program, now, PAGES)
                if done:
                    log.info("programme %s: messages: %s", program.code, done)
            except Exception:
                log.exception("messages of programme %s failed; they are tried again", program.code)

        await asyncio.gather(*(deliver(*one) for one in await self._programs("messages")))

    async def webhooks(self) -> None:
        """Deliver to the webhooks of all programmes what is due now. Signatures are of the world's time."""

        async def deliver(program: Program, now: datetime) -> None:
            try:
                told = await self._caller.deliver(program, now, self._clock, merchant_codes(program))
                if told.failed or told.dead:
                    log.warning("programme %s: webhooks: %s", program.code, told)
            except Exception:
                log.exception("webhooks of programme %s failed; they are tried again", program.code)

        await asyncio.gather(*(deliver(*one) for one in await self._programs("webhooks")))

    def _post(self, program: Program) -> Post:
        found = self._posts.get(program.id)
        if found is None:
            channels = channels_of(self._settings, program.code)
            found = self._posts[program.id] = Post(self._pool, self._seal, self._settings, channels)
        return found

    async def _programs(self, what: str) -> list[tuple[Program, datetime]]:
        """Programmes that have such things to deliver, with what time it is there."""
        now = self._clock()
        return [
            (await self._catalog.program(row["id"]), row["test_clock"] or now)
            for row in await self._pool.fetch(q("message_programs"), now)
            if row[what]
        ]

    async def _repeat(self, look: Callable[[], Awaitable[None]]) -> None:
        while not self._stopping.is_set():
            try:
                await look()
            except Exception:
                log.exception("a delivery failed; it is tried again in %g s", self._every_s)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), self._every_s)
