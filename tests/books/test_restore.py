"""Spent points come back to the very lots, in whatever pieces; dates that have passed get the grace."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from jifen.books.legs import Account
from jifen.books.refusals import Refusal
from jifen.books.series import Series, with_expiry
from jifen.books.verbs import Parts, draw, expire, give_back, restore_parts, spend
from tests.books.purse import START, Purse, days, merchant, series

A = series("a", expires=days(20))
B = series("b", expires=days(60))
NEVER = series("never")


def pay(purse: Purse, points: int) -> Parts:
    """Spend points; they must be there."""
    parts = draw(purse.wallet, "point", points, START)
    assert not isinstance(parts, Refusal), parts
    purse.post(spend(parts, Account.REDEEMED, merchant("mall")))
    return parts


def test_a_part_comes_back_in_proportion_to_what_is_still_out() -> None:
    """70 were paid by A 50 and B 20; 30 come back, then 33, then the last 7."""
    spent = [(A.id, 50), (B.id, 20)]
    first = restore_parts(spent, [], 30)
    assert first == [(A.id, 21), (B.id, 9)]
    second = restore_parts(spent, first, 33)
    assert second == [(A.id, 24), (B.id, 9)]
    assert restore_parts(spent, first + second, 7) == [(A.id, 5), (B.id, 2)]


def test_a_part_that_is_nothing_is_not_written() -> None:
    """One point cannot be split."""
    assert restore_parts([(A.id, 50), (B.id, 20)], [], 1) == [(A.id, 1)]
    assert restore_parts([(A.id, 1), (B.id, 1)], [(A.id, 1)], 1) == [(B.id, 1)]


SPENT = st.lists(st.integers(1, 60), min_size=1, max_size=6)


@given(spent=SPENT, cuts=st.lists(st.integers(0, 80), max_size=8))
def test_partial_restores_sum_to_the_whole_and_to_the_very_lots(spent: list[int], cuts: list[int]) -> None:
    """No lot ever gets more than it paid, nor is any left behind by more than a point of its share."""
    out: Parts = [(series(str(n)).id, points) for n, points in enumerate(spent)]
    returned: Parts = []
    for cut in [*cuts, sum(spent)]:
        back = sum(points for _, points in returned)
        points = min(cut, sum(spent) - back)
        parts = restore_parts(out, returned, points)
        assert sum(part for _, part in parts) == points
        returned += parts
        so_far: dict[object, int] = {}
        for one, part in returned:
            so_far[one] = so_far.get(one, 0) + part
        assert all(so_far.get(one, 0) <= paid for one, paid in out)
        for one, paid in out:
            fair = Fraction(paid * (back + points), sum(spent))
            assert abs(so_far.get(one, 0) - fair) < len([*cuts, 1])
    assert so_far == dict(out)


@given(
    lots=st.lists(st.integers(1, 40), min_size=1, max_size=5),
    first=st.integers(1, 200),
    cuts=st.lists(st.integers(1, 50), max_size=5),
)
def test_after_all_came_back_the_wallet_is_as_before(lots: list[int], first: int, cuts: list[int]) -> None:
    """Every lot, with its date and its issuer, to the point."""
    named = {
        str(n): (series(str(n), expires=days(10 + n)), points) for n, points in enumerate(lots)
    }  # fmt: skip
    purse = Purse(**named)
    before = {name: purse.lot(name) for name in named}
    spent = pay(purse, min(first, sum(lots)))
    returned: Parts = []
    whole = sum(points for _, points in spent)
    for cut in [*cuts, whole]:
        points = min(cut, whole - sum(given for _, given in returned))
        parts = restore_parts(spent, returned, points)
        legs, new = give_back(purse.wallet, parts, Account.REDEEMED, merchant("mall"), START, days(7))
        assert not new
        purse.post(legs)
        returned += parts
    assert {name: purse.lot(name) for name in named} == before


def test_what_comes_back_after_its_date_gets_the_grace() -> None:
    """In a series of its own that remembers where it came from; what is in its date stays what it was."""
    purse = Purse(a=(A, 50), b=(B, 20))
    spent = pay(purse, 70)
    legs, new = give_back(purse.wallet, spent, Account.REDEEMED, merchant("mall"), days(30), days(37))
    purse.add("grace", *new)
    purse.post(legs)
    assert purse.legs(legs) == [
        ("a", "redeemed", 50),
        ("a", "transferred", -50),
        ("grace", "transferred", 50),
        ("b", "redeemed", 20),
    ]
    assert _traits(purse.series["grace"]) == _traits(A)
    assert purse.series["grace"].expires_at == days(37)
    assert purse.balance(days(36)) == (70, 0, 0, 0)
    assert purse.legs(expire(purse.wallet, days(37))) == [("grace", "expired", -50)]


def test_grace_begins_at_the_very_instant_of_expiry() -> None:
    """A moment before, the points go back to their lot and live as long as it does."""
    moment = (days(1) - days(0)) / 86_400_000_000
    for at, graced in ((days(20) - moment, False), (days(20), True)):
        purse = Purse(a=(A, 50))
        _, new = give_back(purse.wallet, pay(purse, 50), Account.REDEEMED, merchant("mall"), at, days(27))
        assert bool(new) is graced


def test_there_is_no_grace_for_what_never_expires_nor_where_the_programme_has_none() -> None:
    """Nor where the grace would be over already."""
    for one, grace in ((NEVER, days(37)), (A, None), (A, days(30))):
        purse = Purse(lot=(one, 50))
        _, new = give_back(purse.wallet, pay(purse, 50), Account.REDEEMED, merchant("mall"), days(30), grace)
        assert not new


def test_what_repays_a_debt_gets_no_grace() -> None:
    """Only what is left after the lot's own debt is free, and only that moves on."""
    purse = Purse(a=(A, 50))
    spent = pay(purse, 50)
    purse.wallet.lots[A.id].owed = 30
    purse.wallet.tallies.clear()
    legs, new = give_back(purse.wallet, spent, Account.REDEEMED, merchant("mall"), days(30), days(37))
    purse.add("grace", *new)
    purse.post(legs)
    assert purse.lot("a") == (50, 0, 0, 0)
    assert purse.lot("grace") == (20, 20, 0, 0)


def test_the_grace_of_a_grace_remembers_the_first_series() -> None:
    """However often a date is extended, the origin is where the points were issued."""
    once = with_expiry(A, days(37))
    twice = with_expiry(once, days(50))
    assert once.origin == twice.origin == A.id
    assert once != twice


def _traits(one: Series) -> tuple[object, ...]:
    return (one.unit, one.issuer, one.funder, one.contract, one.terms, one.offset_points, one.offset_fen)
