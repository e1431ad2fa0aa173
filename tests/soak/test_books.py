"""The comparison after a kill: planted losses and doubles are seen."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from jifen.engine.command import entry_id
from jifen.values.ids import ProgramId
from tests.soak.books import totals_of, unbalanced, unexpected, unlike, unlike_early
from tests.soak.clients import Acknowledged
from tests.soak.facts import SOURCE, Fact

PROGRAM = ProgramId(UUID(int=1))
WALLET = str(UUID(int=2))
BALANCE = {"available": 25, "pending": 0, "held": 0, "owed": 0}
FACT: Fact = {"type": "redemption", "key": "0-1", "member": "m00", "store": "air", "points": 5}
ENTRY = entry_id(PROGRAM, SOURCE, "0-1")
LOTS = [{"wallet": UUID(int=2), "free": -5, "held": 0, "owed": 0}]

Row = dict[str, Any]


def receipt() -> Acknowledged:
    """What a client was told of a redemption."""
    said = {
        "id": str(ENTRY), "wallet": WALLET, "no": 7, "kind": "redeem", "points": -5, "repaid": 0,
        "owed_more": 0, "balance": BALANCE, "occurred_at": "2026-11-21T02:30:00Z", "replayed": False,
    }  # fmt: skip
    return Acknowledged(FACT, 201, said)


def row() -> Row:
    """The entry that it became."""
    event = '{"points":5,"store":"air","type":"redemption"}'
    return {
        "id": ENTRY, "wallet": UUID(int=2), "no": 7, "kind": "redeem", "key": "0-1", "event": event, **BALANCE
    }  # fmt: skip


def test_what_is_as_it_should_be_is_not_found() -> None:
    one = receipt()
    assert unlike(PROGRAM, [one], [row()], {ENTRY: 1}) == []
    assert unexpected(PROGRAM, [one], [row()]) == []
    assert unlike_early([(FACT, {**one.said})], [one]) == []
    assert unbalanced(totals_of([one]), LOTS) == []


@pytest.mark.parametrize(
    "plant",
    [
        lambda rows: rows.clear(),
        lambda rows: rows.append({**rows[0], "no": 8}),
        lambda rows: rows[0].update(no=8),
        lambda rows: rows[0].update(available=24),
        lambda rows: rows[0].update(event='{"points":6,"store":"air","type":"redemption"}'),
    ],
    ids=["lost", "doubled", "of another number", "of another balance", "of other content"],
)
def test_an_entry_that_is_not_what_was_acknowledged_is_found(plant: Callable[[list[Row]], None]) -> None:
    rows = [row()]
    plant(rows)
    assert unlike(PROGRAM, [receipt()], rows, {ENTRY: 1})


def test_a_claim_that_is_missing_or_doubled_is_found() -> None:
    assert unlike(PROGRAM, [receipt()], [row()], {})
    assert unlike(PROGRAM, [receipt()], [row()], {ENTRY: 2})


def test_what_was_booked_unasked_or_refused_is_found() -> None:
    assert unexpected(PROGRAM, [], [row()])
    refused = Acknowledged(FACT, 409, {"code": "insufficient_points"})
    assert unexpected(PROGRAM, [refused], []) == []
    assert unexpected(PROGRAM, [refused], [row()])
    assert unexpected(PROGRAM, [Acknowledged(FACT, 422, {"code": "key_reused"})], [])


def test_a_receipt_that_changed_or_went_is_found() -> None:
    one = receipt()
    assert unlike_early([(FACT, {**one.said, "no": 6})], [one])
    assert unlike_early([(FACT, one.said)], [])


def test_points_that_are_missing_are_found() -> None:
    assert unbalanced(totals_of([receipt(), receipt()]), LOTS)
    assert unbalanced(totals_of([]), LOTS)
