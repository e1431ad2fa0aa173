"""What was put into the outbox, who agreed to what, and the receipts of a provider."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from jifen.messages.consents import give
from tests.engine.town import BEFORE, Town


class Put(NamedTuple):
    """A message as it is in the outbox."""

    who: str
    key: str
    fields: dict[str, str]


async def put_messages(here: Town, event: str) -> list[Put]:
    """The messages of an event, in the order of their keys, with names for wallets in both."""
    names = {str(wallet): name for name, wallet in here.wallets.items()}
    rows = await here.pool.fetch("SELECT wallet, key, fields FROM message WHERE event = $1", event)
    return sorted(
        Put(
            names[str(row["wallet"])],
            ":".join(names.get(part, part) for part in row["key"].split(":")),
            json.loads(row["fields"]),
        )
        for row in rows
    )


async def deliver(here: Town, at: datetime, event: str = "points_lapsing", *who: str) -> None:
    """A provider says that what waits of an event has arrived: with everybody, or with some."""
    wallets = [here.wallets[name] for name in who or here.wallets]
    await here.pool.execute(
        "UPDATE message SET state = 'delivered', channel = 'sms', settled_at = $1"
        " WHERE event = $2 AND state <> 'delivered' AND wallet = ANY($3)",
        at,
        event,
        wallets,
    )


async def agree(here: Town, purpose: str, who: Sequence[str]) -> None:
    """Members agree to a purpose."""
    async with here.pool.acquire() as conn:
        for name in who:
            await give(
                conn,
                here.program.id,
                here.wallets[name],
                purpose,
                text="同意",
                version="1",
                channel="app",
                at=BEFORE,
            )
