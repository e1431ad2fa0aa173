"""Ids: uuid v7 for what is new, hashes for what must be found again; and the cell of a wallet."""

import hashlib
import secrets
import uuid
from typing import NewType

from asyncpg.pgproto.pgproto import UUID as _FastUUID

_blake2b = hashlib.blake2b

CELLS = 256
"""How many cells wallets are spread over; fixed for ever (DESIGN §3)."""

Id = uuid.UUID
ProgramId = NewType("ProgramId", uuid.UUID)
MerchantId = NewType("MerchantId", uuid.UUID)
MemberId = NewType("MemberId", uuid.UUID)
WalletId = NewType("WalletId", uuid.UUID)
SeriesId = NewType("SeriesId", uuid.UUID)
EntryId = NewType("EntryId", uuid.UUID)
"""The id of one business fact: a hash of programme, source and key, so a repeat finds the first."""

NOBODY = Id(int=0)
"""The counterparty of a leg that stays inside the wallet (a hold)."""


def id_from_bytes(raw: bytes) -> Id:
    """An id from its 16 bytes; the driver's type, equal to uuid.UUID and ten times cheaper to print."""
    made: Id = _FastUUID(raw)
    return made


def parse_id(text: str) -> Id:
    """An id from its text; ValueError where the text is not a uuid."""
    made: Id = _FastUUID(text)
    return made


def new_id(at_ms: int) -> Id:
    """A uuid v7 (RFC 9562): milliseconds since 1970, then randomness."""
    raw = bytearray(at_ms.to_bytes(6, "big") + secrets.token_bytes(10))
    raw[6] = 0x70 | (raw[6] & 0x0F)
    raw[8] = 0x80 | (raw[8] & 0x3F)
    return id_from_bytes(bytes(raw))


def hashed_id(space: str, *parts: str) -> Id:
    """The same id for the same parts, always: the first 128 bits of blake2b, marked as uuid v8."""
    text = "\x1f".join((space, *parts))
    raw = _blake2b(text.encode(), digest_size=16).digest()
    return id_from_bytes(
        b"%b%c%b%c%b" % (raw[:6], 0x80 | (raw[6] & 0x0F), raw[7:8], 0x80 | (raw[8] & 0x3F), raw[9:])
    )


def cell_of(some_id: uuid.UUID) -> int:
    """The cell (0 to 255) of a wallet, a claim or an index row: the last byte of its id, which is random."""
    return some_id.bytes[15]
