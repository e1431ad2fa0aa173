"""The outbox: what is to be told is a row first, written with what it tells of, and sent afterwards."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from jifen.messages.definition import Purpose
from jifen.messages.events import check_fields
from jifen.store.queries import q
from jifen.values.ids import CELLS, ProgramId, WalletId, cell_of

Connection = Any
"""A connection of asyncpg, of its own or from a pool."""

_encode = msgspec.json.Encoder().encode


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a member is to be told, from due_at on.

    wallet: the member's; the programme's own id means its operators, who are told by a chat robot.
    event: one of jifen.messages.events.EVENTS, with at least its fields. key: within the programme, told
    once for ever; a message to each of many members names the wallet in it.
    """

    program: ProgramId
    wallet: WalletId
    event: str
    purpose: Purpose = "service"
    key: str
    fields: dict[str, str]
    due_at: datetime


def _row(message: Message, at: datetime) -> dict[str, Any]:
    check_fields(message.event, message.fields)
    return {
        "cell": cell_of(message.wallet),
        "wallet": message.wallet,
        "program": message.program,
        "key": message.key,
        "event": message.event,
        "purpose": message.purpose,
        "fields": _encode(message.fields).decode(),
        "put_at": at.astimezone(UTC),
        "due_at": message.due_at.astimezone(UTC),
    }


def effect(message: Message, at: datetime) -> tuple[str, dict[str, Any]]:
    """The effect by which a Plan writes a message in the commit of its entry. at: the command's recorded_at.

    Raises:
        MessageRefused: it lacks a field of its event, or there is no such event.
    """
    return "message", _row(message, at)


async def put(conn: Connection, messages: Sequence[Message], at: datetime) -> int:
    """Put messages into the outbox, each key once for ever within a programme; how many are new.

    A key that was put before is left as it was, delivered or not.

    Raises:
        MessageRefused: one lacks a field of its event, or there is no such event; then none was put.
    """
    if not messages:
        return 0
    rows = _encode([_row(message, at) for message in messages]).decode()
    fresh: int = await conn.fetchval(q("message_put"), rows)
    return fresh


async def put_to_all(
    conn: Connection,
    program: ProgramId,
    event: str,
    purpose: Purpose,
    key_prefix: str,
    fields: Mapping[str, str],
    at: datetime,
) -> int:
    """Put one message to every member, under the key `<key_prefix>:<wallet>`; how many are new.

    One statement a cell, so that no transaction is long unless the caller's is; a repeat puts what is
    missing, also to members who joined meanwhile.

    Raises:
        MessageRefused: a field of the event is missing, or there is no such event.
    """
    check_fields(event, fields)
    text = _encode(dict(fields)).decode()
    fresh = 0
    for cell in range(CELLS):
        fresh += await conn.fetchval(
            q("message_put_cell"), cell, program, event, purpose, key_prefix, text, at.astimezone(UTC)
        )
    return fresh


async def delivered(conn: Connection, program: ProgramId, keys: Sequence[str]) -> dict[str, datetime]:
    """When the messages of these keys were delivered; those that were not (yet) are left out.

    Delivered is what is proven: a short message by its provider's receipt, a message of the inbox by
    standing there. What a mail server or a push gateway accepted is sent, and proves nothing.
    """
    rows = await conn.fetch(q("message_delivered"), program, list(keys))
    return {row["key"]: row["settled_at"] for row in rows}
