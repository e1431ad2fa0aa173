"""Entries: one business fact in one wallet, chained by hash so that nothing can be changed unseen."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

import msgspec

from jifen.books.legs import Account, Kind, Leg
from jifen.books.wallet import Balance
from jifen.values.ids import EntryId, Id, SeriesId, WalletId, parse_id

_encode = msgspec.json.Encoder().encode


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


class _StoredLeg(msgspec.Struct, frozen=True, array_like=True, gc=False):
    series: str
    account: Account
    points: int
    counterparty: str | None = None


def legs_text(legs: Sequence[Leg], merchant: Id | None) -> bytes:
    """Legs as they are stored and hashed: [[series, account, points, counterparty], …] as compact JSON.

    A leg whose counterparty is the entry's merchant does not name it: that is most of them.
    """
    rows = [
        (leg.series, leg.account, leg.points)
        if leg.counterparty == merchant
        else (leg.series, leg.account, leg.points, leg.counterparty)
        for leg in legs
    ]
    return _encode(rows)


def read_legs(text: str | bytes, merchant: Id | None) -> tuple[Leg, ...]:
    """Legs from their stored form, in an entry of that merchant."""
    return tuple(
        Leg(
            SeriesId(parse_id(leg.series)),
            leg.account,
            leg.points,
            merchant
            if leg.counterparty is None and merchant is not None
            else parse_id(leg.counterparty or ""),
        )
        for leg in _legs.decode(text)
    )


_legs = msgspec.json.Decoder(list[_StoredLeg])


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
    event: bytes,
    explanation: bytes,
    legs: bytes,
) -> bytes:
    """SHA-256 over the previous hash, a line of JSON with the entry's facts, the event and the explanation.

    event, explanation: JSON in UTF-8. legs: as legs_text makes them. docs/proof.md gives the form, so that
    anyone can check a statement with nothing but the file.
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
        msgspec.Raw(legs),
    )
    return hashlib.sha256(b"\n".join((previous, _encode(facts), event, explanation))).digest()
