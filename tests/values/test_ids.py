"""Ids: new ones in the order of their time, hashed ones the same for ever, and cells that spread."""

import uuid
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from jifen.values.ids import CELLS, NOBODY, cell_of, hashed_id, id_from_bytes, new_id, parse_id


def test_a_new_id_is_a_uuid_of_version_7() -> None:
    """Milliseconds first, so that ids sort by time."""
    made = new_id(1_793_498_400_000)
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert int.from_bytes(made.bytes[:6], "big") == 1_793_498_400_000
    assert new_id(1_793_498_400_001) > made
    assert new_id(1_793_498_400_000) != made


def test_a_hashed_id_is_the_same_in_every_version_of_jifen() -> None:
    """Claims and series are found by it: were it to change, every key could be booked again."""
    assert str(hashed_id("entry", "a", "b")) == "89c91584-8a1a-882f-84fa-0a40030a7c09"
    assert (hashed_id("entry", "a").version, hashed_id("entry", "a").variant) == (8, uuid.RFC_4122)


@given(st.lists(st.text("abc", max_size=3), max_size=4), st.lists(st.text("abc", max_size=3), max_size=4))
def test_other_parts_give_another_id(one: list[str], other: list[str]) -> None:
    """Where one part ends and the next begins counts too."""
    assert (hashed_id("x", *one) == hashed_id("x", *other)) == (one == other)


@given(st.binary(min_size=16, max_size=16))
def test_an_id_equals_the_standard_uuid(raw: bytes) -> None:
    """The driver's type and Python's are equal, hash alike and print alike."""
    ours, theirs = id_from_bytes(raw), uuid.UUID(bytes=raw)
    assert ours == theirs
    assert hash(ours) == hash(theirs)
    assert str(ours) == str(theirs)
    assert parse_id(str(theirs)) == theirs
    assert cell_of(ours) == cell_of(theirs) == raw[15]


def test_cells_are_spread() -> None:
    """256 cells, all of them used, none by far more than others."""
    counted = Counter(cell_of(new_id(0)) for _ in range(CELLS * 40))
    assert set(counted) == set(range(CELLS))
    assert max(counted.values()) < 120


def test_nobody_is_nobody() -> None:
    """The other end of a hold is no merchant and no wallet."""
    assert NOBODY.int == 0
