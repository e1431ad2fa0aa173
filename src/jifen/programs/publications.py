"""Published versions of a programme: read back as they were published, never changed."""

import hashlib
from datetime import datetime
from typing import Any

import msgspec

from jifen.programs.changes import Change
from jifen.programs.definition import Programme
from jifen.programs.regulation import Class
from jifen.store.queries import q
from jifen.values.ids import ProgramId

Connection = Any
"""A connection of asyncpg, or a pool."""

_canonical = msgspec.json.Encoder(order="deterministic").encode
_programme = msgspec.json.Decoder(Programme).decode
_changes = msgspec.json.Decoder(tuple[Change, ...]).decode


class Publication(msgspec.Struct, frozen=True, kw_only=True):
    """A version: what it defines, from when it holds, who published it, and what members were told.

    weight, notice_days: how it was classified, under which version of the regulation. notice_key: under
    which key of the outbox members were told; "": no notice was needed. withdraws: the scheduled version
    in whose place it stands.
    """

    version: int
    valid_from: datetime
    published_at: datetime
    author: str
    approver: str | None
    weight: Class
    notice_days: int
    regulation: str
    definition: Programme
    definition_hash: bytes
    changes: tuple[Change, ...]
    terms_zh: str
    terms_en: str
    terms_hash: bytes
    notice_key: str
    withdraws: int | None = None


def canonical(programme: Programme) -> bytes:
    """A programme as bytes, always the same ones for the same programme."""
    return _canonical(programme)


def hashed(programme: Programme) -> bytes:
    """The SHA-256 of a programme's canonical bytes."""
    return hashlib.sha256(canonical(programme)).digest()


def _read(row: Any) -> Publication:
    return Publication(
        **{**row, "definition": _programme(row["definition"]), "changes": _changes(row["changes"])}
    )


async def publications(conn: Connection, program: ProgramId) -> tuple[Publication, ...]:
    """All versions of a programme, oldest first."""
    return tuple(_read(dict(row)) for row in await conn.fetch(q("publications_load"), program))


def in_force(versions: tuple[Publication, ...], at: datetime) -> Publication | None:
    """The version that holds at an instant: the latest of those that have begun."""
    return next((one for one in reversed(versions) if one.valid_from <= at), None)


async def is_published(conn: Connection, program: ProgramId) -> bool:
    """Whether a programme was ever published in whole: its rules then change by publication alone."""
    return bool(await conn.fetchval(q("publication_exists"), program))
