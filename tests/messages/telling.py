"""A town whose members have phones, and what it takes to tell them something."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import asyncpg

from jifen.messages import consents, outbox, templates
from jifen.messages.definition import MessagesPlan, TemplatePlan
from jifen.messages.delivery import Post
from jifen.messages.outbox import Message
from jifen.messages.page import Delivered
from jifen.messages.reaching import channels_of
from jifen.messages.receipts import receipts_in, take_in
from jifen.messages.settings import ChannelSettings
from jifen.parties.members import Joining, Members
from jifen.parties.secrets import Vault
from tests.engine.town import BEFORE, START, Town, town

VAULT = Vault(b"0" * 32)
PHONES = {"amy": "19900000001", "ben": "19900000002", "cai": "19900000003"}

LAPSING = TemplatePlan(
    event="points_lapsing", channel="sms", text="您有{points}{unit}将于{date}到期。", approved="SMS_1"
)
SALE = TemplatePlan(
    event="campaign_started", channel="sms", text="{title}:{from}至{until},拒收请回复R", approved="SMS_2"
)
FROZEN = TemplatePlan(event="frozen", channel="sms", text="积分暂停使用至{until}:{reason}", approved="SMS_3")
PLAN = MessagesPlan(fallback=("sms", "in_app"), templates=(LAPSING, SALE, FROZEN))

FIELDS = {
    "points_lapsing": {"points": "50", "unit": "积分", "date": "2026-12-31"},
    "campaign_started": {"title": "双12", "from": "12月1日", "until": "12月12日"},
    "frozen": {"reason": "疑似盗用", "until": "2026-12-01"},
}


class Telling:
    """A town with a plan of messages, and a post office for each process."""

    def __init__(self, here: Town, settings: ChannelSettings) -> None:
        self.here = here
        self.settings = settings
        self.post = self.office(here.pool)

    @property
    def pool(self) -> asyncpg.Pool:
        """The first process's pool."""
        return self.here.pool

    def office(self, pool: asyncpg.Pool) -> Post:
        """A post office, as each process has one."""
        return Post(pool, VAULT, self.settings, channels_of(self.settings, self.here.program.code))

    async def put(self, who: str, event: str, key: str, due: datetime = START, **more: Any) -> None:
        """Put a message to a member."""
        message = Message(
            program=self.here.program.id,
            wallet=self.here.wallets[who],
            event=event,
            key=key,
            fields=FIELDS[event],
            due_at=due,
            **more,
        )
        assert await outbox.put(self.pool, [message], due) == 1

    async def deliver(self, now: datetime, post: Post | None = None) -> Delivered:
        """One look of a post office."""
        return await (post or self.post).deliver(self.here.program, now)

    async def told(self, key: str) -> tuple[str, str | None]:
        """State and channel of a message."""
        row = await self.pool.fetchrow("SELECT state, channel FROM message WHERE key = $1", key)
        assert row is not None
        return row["state"], row["channel"]

    async def attempts(self, key: str) -> list[tuple[str, str]]:
        """Channel and outcome of a message's attempts, in order."""
        rows = await self.pool.fetch(
            "SELECT a.channel, a.outcome FROM message m JOIN message_attempt a ON a.message = m.id "
            "WHERE m.key = $1 ORDER BY a.no",
            key,
        )
        return [(row["channel"], row["outcome"]) for row in rows]

    async def receipt(self, provider: str, raw: bytes, at: datetime) -> int:
        """Take a provider's push in; how many of its receipts nobody knows."""
        return await take_in(self.pool, receipts_in(provider, raw), lambda clock: clock or at)

    async def agree(self, who: str, at: datetime = START) -> None:
        """A member agrees to marketing."""
        here = self.here
        async with self.pool.acquire() as conn:
            await consents.give(
                conn,
                here.program.id,
                here.wallets[who],
                "marketing",
                text="同意接收营销短信",
                version="1",
                channel="app",
                at=at,
            )


@asynccontextmanager
async def telling(
    dsn: str, settings: ChannelSettings, plan: MessagesPlan = PLAN, **more: Any
) -> AsyncIterator[Telling]:
    """A town of members with phones, and of ann, who has none."""
    async with town(dsn, **more) as here:
        members = Members(here.pool, VAULT)
        for name, phone in PHONES.items():
            joining = Joining(name, phone=phone)
            here.wallets[name] = await members.enrol(here.program.id, joining, BEFORE)
        async with here.pool.acquire() as conn:
            await templates.publish(conn, here.program.id, plan, BEFORE)
        yield Telling(here, settings)
