"""Hooks in: partner systems that report signed after Standard Webhooks, each with its own secret."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import asyncpg
import msgspec
from standardwebhooks import Webhook, WebhookVerificationError

from jifen.messages.contacts import Seal
from jifen.messages.events import MessageRefused
from jifen.messages.webhooks import new_secret
from jifen.store.queries import q
from jifen.values.ids import MerchantId, ProgramId

Connection = Any
"""A connection of asyncpg, of its own or from a pool."""

ID_MOST = 128


class Hook(msgspec.Struct, frozen=True):
    """Who reports: the code is the source of its facts; a merchant's names that merchant's stores only."""

    code: str
    program: ProgramId
    merchant: MerchantId | None


async def add_hook(
    conn: Connection, seal: Seal, program: ProgramId, code: str, merchant: MerchantId | None, at: datetime
) -> str:
    """Let a partner system report under a code; returns its secret, this once.

    Raises:
        MessageRefused: the code is taken; codes are of the whole installation, since the address holds it.
    """
    secret = new_secret()
    try:
        await conn.execute(q("hook_add"), code, program, merchant, seal.seal(secret), at)
    except asyncpg.UniqueViolationError as taken:
        raise MessageRefused("code", f"the hook {code!r} exists already: choose another code") from taken
    return secret


async def verified(
    conn: Connection, seal: Seal, code: str, headers: Mapping[str, str], body: bytes
) -> tuple[Hook, str] | None:
    """The hook whose signature a request bears, with the id of the message; None: it bears none that holds.

    A signature is good for five minutes around the time that it names.
    """
    row = await conn.fetchrow(q("hook_get"), code)
    if row is None:
        return None
    try:
        Webhook(seal.open(row["secret"])).verify(body, dict(headers), json_parse=False)
    except (WebhookVerificationError, ValueError):
        return None
    some_id = headers["webhook-id"]
    if not (some_id.isascii() and some_id.isprintable() and len(some_id) <= ID_MOST):
        return None
    return Hook(code, row["program"], row["merchant"]), some_id
