"""Entries: one business fact in one wallet, chained by hash so that nothing can be changed unseen."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

import msgspec

from jifen.books.legs import Account, Kind, Leg
from jifen.books.wallet import Balance
from jifen.values.ids import EntryId, Id, SeriesId, WalletId, parse_id

_encoder = msgspec.json.Encoder()
_legs = msgspec.json.Decoder(list[tuple[str, str, int, str]])


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


def legs_text(legs: Sequence[Leg]) -> str:
    """Legs as they are stored and hashed: [[series, account, points, counterparty], …] as compact JSON."""
    return _encoder.encode(legs).decode()


def read_legs(text: str) -> tuple[Leg, ...]:
    """Legs from their stored form."""
    return tuple(
        Leg(SeriesId(parse_id(series)), Account(account), points, parse_id(counterparty))
        for series, account, points, counterparty in _legs.decode(text)
    )


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
    legs: str,
) -> bytes:
    """SHA-256 over the previous hash, a line of JSON with the entry's facts, the event and the explanation.

    legs: as legs_text makes them. docs/proof.md gives the form, so that anyone can check a statement
    with nothing but the file.
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
        msgspec.Raw(legs.encode()),
    )
    line = _encoder.encode(facts)
    return hashlib.sha256(b"\n".join((previous, line, event.encode(), explanation.encode()))).digest()
