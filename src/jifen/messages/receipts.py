"""Receipts: what providers push to us about short messages that they took."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from jifen.messages.events import MessageRefused
from jifen.store.queries import q
from jifen.values.ids import Id, parse_id

Connection = Any
"""A connection of asyncpg, of its own or from a pool."""

REFERENCE = re.compile(r"^([0-9a-f-]{36})-([1-9][0-9]{0,3})$")


class Receipt(msgspec.Struct, frozen=True):
    """That an attempt was delivered, or failed. reference: ours, where the provider gives it back."""

    provider: str
    provider_id: str
    reference: str
    delivered: bool
    detail: str


class _Aliyun(msgspec.Struct, frozen=True):
    """One report of Aliyun's SmsReport, as far as it is read."""

    success: bool
    biz_id: str = ""
    out_id: str = ""
    err_code: str = ""


class _Tencent(msgspec.Struct, frozen=True):
    """One report of Tencent's status callback, as far as it is read."""

    report_status: str
    sid: str
    errmsg: str = ""
    description: str = ""


_aliyun = msgspec.json.Decoder(list[_Aliyun]).decode
_tencent = msgspec.json.Decoder(list[_Tencent]).decode


def receipts_in(provider: str, raw: bytes) -> list[Receipt]:
    """The receipts that a provider pushed.

    Raises:
        MessageRefused: there is no such provider, or it is not what it pushes.
    """
    try:
        if provider == "aliyun":
            return [
                Receipt(provider, one.biz_id, one.out_id, one.success, one.err_code) for one in _aliyun(raw)
            ]
        if provider == "tencent":
            return [
                Receipt(provider, one.sid, "", one.report_status == "SUCCESS", one.errmsg or one.description)
                for one in _tencent(raw)
            ]
    except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
        raise MessageRefused("body", f"is no list of {provider}'s receipts ({wrong})") from wrong
    raise MessageRefused("provider", f"{provider!r} pushes no receipts: use aliyun or tencent")


async def take_in(
    conn: Connection, receipts: Sequence[Receipt], clock: Callable[[datetime | None], datetime]
) -> int:
    """Take receipts in, each in a transaction of its own; how many name no attempt that we know.

    A repeat changes nothing. clock: the time by a programme's test clock, where it has one.
    """
    unknown = 0
    for one in receipts:
        message, no = _named(one.reference)
        row = await conn.fetchrow(q("message_program"), message, one.provider_id, one.provider)
        if row is None:
            unknown += 1
            continue
        known = await conn.fetchval(
            q("message_receipt"),
            one.provider,
            one.provider_id,
            message,
            no,
            one.delivered,
            one.detail[:200],
            clock(row["test_clock"]).astimezone(UTC),
        )
        unknown += not known
    return unknown


def _named(reference: str) -> tuple[Id | None, int | None]:
    found = REFERENCE.match(reference)
    if found is None:
        return None, None
    try:
        return parse_id(found[1]), int(found[2])
    except ValueError:
        return None, None
