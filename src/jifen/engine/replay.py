"""The same key again: the same content gets the first answer, other content an error with the difference."""

from typing import Any
from uuid import UUID

import msgspec

from jifen.books.entries import Entry
from jifen.books.refusals import Code, Refusal
from jifen.engine.command import Command, Receipt, digest_of, moved
from jifen.engine.view import Booked


def receipt_of(entry: Entry, *, replayed: bool) -> Receipt:
    """The answer that an entry was given, from what is stored."""
    points, repaid, owed_more = moved(entry.kind, entry.legs)
    return Receipt(
        entry.id,
        entry.wallet,
        entry.no,
        entry.kind,
        entry.unit,
        points,
        repaid,
        owed_more,
        entry.balance,
        entry.occurred_at,
        entry.explanation,
        replayed,
    )


def replayed(command: Command, booked: Booked, digest: UUID) -> Receipt | Refusal:
    """The first answer, or the refusal of a key that was used for something else."""
    entry = booked.entry
    if digest == digest_of(command.wallets[0], command.content):
        return receipt_of(entry, replayed=True)
    differing = differences(entry.event, command.content.decode())
    if entry.wallet != command.wallets[0]:
        differing["member"] = (str(entry.wallet), str(command.wallets[0]))
    said = "; ".join(
        f"{field}: {old!r} was booked, {new!r} is asked now" for field, (old, new) in differing.items()
    )
    return Refusal(
        Code.KEY_REUSED,
        f"key {command.key!r} of source {command.source!r} was booked before as something else ({said}): "
        "send a new fact under a new key",
        {"entry": str(entry.id), "differs": ", ".join(sorted(differing)) or "content"},
    )


def differences(old: str, new: str) -> dict[str, tuple[Any, Any]]:
    """The top-level fields in which two JSON objects differ, with both values."""
    was, now = _fields(old), _fields(new)
    return {
        field: (was.get(field), now.get(field)) for field in {*was, *now} if was.get(field) != now.get(field)
    }


def _fields(text: str) -> dict[str, Any]:
    """The fields of a JSON object; none of anything else, for a repeat may hold what was never booked."""
    try:
        decoded = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return {}
    return decoded if isinstance(decoded, dict) else {}
