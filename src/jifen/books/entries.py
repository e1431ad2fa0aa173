"""Entries: one business fact in one wallet, chained by hash so that nothing can be changed unseen."""

import hashlib
from datetime import datetime

import msgspec

from jifen.books.legs import Kind, Leg
from jifen.books.wallet import Balance
from jifen.values.ids import EntryId, Id, WalletId

_encoder = msgspec.json.Encoder()


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One numbered fact of a wallet.

    occurred_at decides rules and validity, recorded_at is when we knew. reverses: the number of the
    entry of the same wallet that this one takes back. event: the act as it came; explanation: which
    rules gave what; both JSON texts whose exact bytes are hashed.
    """

    wallet: WalletId
    no: int
    id: EntryId
    kind: Kind
    source: str
    key: str
    occurred_at: datetime
    recorded_at: datetime
    reverses: int | None
    merchant: Id | None
    unit: str
    balance: Balance
    event: str
    explanation: str
    legs: tuple[Leg, ...]
    hash: bytes


def entry_hash(
    previous: bytes,
    wallet: WalletId,
    no: int,
    entry_id: EntryId,
    kind: Kind,
    source: str,
    key: str,
    occurred_at: datetime,
    recorded_at: datetime,
    reverses: int | None,
    merchant: Id | None,
    unit: str,
    balance: Balance,
    event: str,
    explanation: str,
    legs: tuple[Leg, ...],
) -> bytes:
    """SHA-256 over the previous hash, a line of JSON with the entry's facts, the event and the explanation.

    docs/proof.md gives the form, so that anyone can check a statement with nothing but the file.
    """
    facts = (
        wallet,
        no,
        entry_id,
        kind,
        source,
        key,
        occurred_at,
        recorded_at,
        reverses,
        merchant,
        unit,
        (balance.available, balance.pending, balance.held, balance.owed),
        legs,
    )
    line = _encoder.encode(facts)
    return hashlib.sha256(b"\n".join((previous, line, event.encode(), explanation.encode()))).digest()
