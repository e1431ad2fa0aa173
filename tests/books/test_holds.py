"""Holds: set aside, captured in parts, and given back to the very lots."""

from hypothesis import given
from hypothesis import strategies as st

from jifen.books.legs import Account
from jifen.books.refusals import Refusal
from jifen.books.verbs import Parts, capture_parts, draw, expire, give_back, hold, spend
from jifen.books.wallet import Hold
from jifen.values.ids import NOBODY, hashed_id
from tests.books.purse import START, Purse, days, merchant, series

A = series("a", expires=days(20))
B = series("b", expires=days(60))


def set_aside(purse: Purse, points: int) -> Hold:
    """Hold points; they must be there."""
    parts = draw(purse.wallet, "point", points, START)
    assert not isinstance(parts, Refusal), parts
    purse.post(hold(parts))
    return Hold(hashed_id("hold"), "point", merchant("mall"), points, days(1), parts)


def of(parts: Parts) -> Hold:
    """A hold of these parts."""
    return Hold(hashed_id("hold"), "point", merchant("mall"), sum(p for _, p in parts), days(1), parts)


def test_held_points_are_neither_free_nor_gone() -> None:
    """They leave `remaining` for `held`, lot by lot."""
    purse = Purse(a=(A, 30), b=(B, 30))
    held = set_aside(purse, 40)
    assert purse.parts(held.parts) == [("a", 30), ("b", 10)]
    assert held.open == 40
    assert purse.lot("a") == (30, 0, 30, 0)
    assert purse.lot("b") == (30, 20, 10, 0)
    assert purse.balance() == (20, 0, 40, 0)


def test_a_partial_capture_takes_the_first_parts() -> None:
    """Those that lapse first; what is left keeps its order."""
    taken, rest = capture_parts(of([(A.id, 30), (B.id, 10)]), 35)
    assert taken == [(A.id, 30), (B.id, 5)]
    assert rest == [(B.id, 5)]


def test_a_capture_of_all_leaves_nothing() -> None:
    """And one of nothing leaves all."""
    parts = [(A.id, 30), (B.id, 10)]
    assert capture_parts(of(parts), 40) == (parts, [])
    assert capture_parts(of(parts), 0) == ([], parts)


@given(
    parts=st.lists(st.integers(1, 50), min_size=1, max_size=5), cuts=st.lists(st.integers(0, 60), max_size=6)
)
def test_any_sequence_of_captures_takes_the_whole(parts: list[int], cuts: list[int]) -> None:
    """Lot by lot, in the order of the draw, whatever the pieces."""
    whole: Parts = [(series(str(n)).id, points) for n, points in enumerate(parts)]
    left, taken = whole, []
    for cut in [*cuts, sum(parts)]:
        now, left = capture_parts(of(left), min(cut, sum(points for _, points in left)))
        assert all(points > 0 for _, points in now + left)
        taken += now
    assert left == []
    merged: dict[object, int] = {}
    for one, points in taken:
        merged[one] = merged.get(one, 0) + points
    assert list(merged.items()) == whole


def test_a_release_gives_back_to_the_very_lots() -> None:
    """And repays nothing: what is owed waits for later earnings."""
    purse = Purse(a=(A, 30), b=(B, 30))
    held = set_aside(purse, 40)
    legs, new = give_back(purse.wallet, held.parts, Account.HELD, NOBODY, START, days(9))
    purse.post(legs)
    assert new == []
    assert purse.legs(legs) == [("a", "held", 30), ("b", "held", 10)]
    assert purse.lot("a") == (30, 30, 0, 0)
    assert purse.lot("b") == (30, 30, 0, 0)


def test_a_lot_that_lapses_while_held_waits_for_the_hold() -> None:
    """The expiry run takes what is free of it, and leaves what is held."""
    purse = Purse(a=(A, 50), b=(B, 30))
    held = set_aside(purse, 40)
    assert purse.legs(expire(purse.wallet, days(20))) == [("a", "expired", -10)]
    purse.post(expire(purse.wallet, days(20)))
    assert purse.lot("a") == (50, 0, 40, 0)
    assert expire(purse.wallet, days(21)) == []
    # The capture still pays with it.
    purse.post(give_back(purse.wallet, held.parts, Account.HELD, NOBODY, days(10), None)[0])
    purse.post(spend(held.parts, Account.REDEEMED, merchant("mall")))
    assert purse.lot("a") == (50, 0, 0, 0)


def test_points_released_after_their_date_expire_at_the_next_run_or_get_the_grace() -> None:
    """As the programme says; a lot within its date is not touched."""
    for grace in (None, days(27)):
        purse = Purse(a=(A, 30), b=(B, 30))
        held = set_aside(purse, 40)
        legs, new = give_back(purse.wallet, held.parts, Account.HELD, NOBODY, days(20), grace)
        for one in new:
            purse.add("grace", one)
        purse.post(legs)
        assert purse.lot("b") == (30, 30, 0, 0)
        if grace is None:
            assert purse.legs(expire(purse.wallet, days(20))) == [("a", "expired", -30)]
            assert purse.balance(days(20)) == (30, 0, 0, 0)
        else:
            assert purse.lot("a") == (30, 0, 0, 0)
            assert purse.lot("grace") == (30, 30, 0, 0)
            assert purse.series["grace"].expires_at == days(27)
            assert purse.series["grace"].origin == A.id
            assert purse.balance(days(26)) == (60, 0, 0, 0)
            assert purse.balance(days(27)) == (30, 0, 0, 0)
