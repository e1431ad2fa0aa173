"""The chain of hashes: whoever changes one fact of one entry changes every hash after it."""

import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest

from jifen.books.entries import entry_hash, legs_text, read_legs
from jifen.books.legs import Account, Kind, Leg
from jifen.books.wallet import Balance
from jifen.values.ids import EntryId, WalletId, hashed_id
from tests.books.purse import START, merchant, series

A = series("a")
FACTS: dict[str, Any] = {
    "previous": b"\x01" * 32,
    "wallet": WalletId(hashed_id("wallet")),
    "no": 7,
    "entry_id": EntryId(hashed_id("entry")),
    "kind": Kind.RETURN,
    "source": "till",
    "key": "k7",
    "occurred_at": START,
    "recorded_at": START + timedelta(minutes=1),
    "reverses": 3,
    "merchant": merchant("air"),
    "unit": "point",
    "balance": Balance(10, 1, 2, 3),
    "event": b'{"type":"return"}',
    "explanation": b'{"rules":1}',
    "legs": legs_text([Leg(A.id, Account.CLAWED_BACK, -5, merchant("air"))], merchant("air")),
}
CHANGED: dict[str, Any] = {
    "previous": b"\x02" * 32,
    "wallet": WalletId(hashed_id("another")),
    "no": 8,
    "entry_id": EntryId(hashed_id("another")),
    "kind": Kind.REVERSE,
    "source": "app",
    "key": "k8",
    "occurred_at": START + timedelta(microseconds=1),
    "recorded_at": START,
    "reverses": None,
    "merchant": None,
    "unit": "green",
    "balance": Balance(11, 1, 2, 3),
    "event": b'{"type": "return"}',
    "explanation": b'{"rules":2}',
    "legs": legs_text([Leg(A.id, Account.CLAWED_BACK, -6, merchant("air"))], merchant("air")),
}


def test_anyone_can_compute_the_hash() -> None:
    """With a JSON library and SHA-256: the previous hash, a line of facts, the event, the explanation."""
    line = json.dumps(
        [
            str(FACTS["wallet"]),
            7,
            str(FACTS["entry_id"]),
            "return",
            "till",
            "k7",
            "2026-11-01T02:00:00Z",
            "2026-11-01T02:01:00Z",
            3,
            str(merchant("air")),
            "point",
            [10, 1, 2, 3],
            [[str(A.id), "clawed_back", -5]],
        ],
        separators=(",", ":"),
    )
    text = b"\n".join((FACTS["previous"], line.encode(), FACTS["event"], FACTS["explanation"]))
    assert entry_hash(**FACTS) == hashlib.sha256(text).digest()


@pytest.mark.parametrize("field", CHANGED)
def test_every_fact_is_in_the_hash(field: str) -> None:
    """None can be changed unseen."""
    assert entry_hash(**{**FACTS, field: CHANGED[field]}) != entry_hash(**FACTS)
    assert FACTS.keys() == CHANGED.keys()


def test_legs_are_read_as_they_were_written() -> None:
    """Their text is what is stored and hashed, so there is one form of it."""
    legs = (
        Leg(A.id, Account.ISSUED, 50, merchant("air")),
        Leg(A.id, Account.OWED, -20, merchant("sea")),
    )
    for of in (None, merchant("air"), merchant("sea")):
        assert read_legs(legs_text(legs, of), of) == legs
    assert read_legs(legs_text((), None), None) == ()
