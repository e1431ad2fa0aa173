"""Whose points are in a pool: told from its entries alone, and never more or fewer than there are."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from jifen.books.legs import Account, Leg
from jifen.mall.provenance import Owners, Step, divided, part_of, shares_of
from jifen.values.ids import NOBODY, SeriesId, WalletId, hashed_id

POOL = WalletId(hashed_id("test", "pool"))
SHOP = hashed_id("test", "shop")
MEMBERS = [WalletId(hashed_id("test", name)) for name in ("ann", "bob", "cat")]
ANN, BOB, CAT = MEMBERS
JUNE, JULY = (SeriesId(hashed_id("test", month)) for month in ("june", "july"))


def put(no: int, member: WalletId, points: int, series: SeriesId = JUNE) -> Step:
    """A member puts points in, or (negative) takes some out."""
    return Step(no, None, (Leg(series, Account.TRANSFERRED, points, member),))


def spent(no: int, points: int, series: SeriesId = JUNE) -> Step:
    """The pool pays a shop."""
    return Step(no, None, (Leg(series, Account.REDEEMED, -points, SHOP),))


def test_what_is_spent_is_taken_from_all_owners_of_a_lot() -> None:
    """By largest remainder; another lot is another matter."""
    steps = [put(1, ANN, 30), put(2, BOB, 60), put(3, BOB, 5, JULY), spent(4, 31)]
    assert shares_of(POOL, steps) == {JUNE: {ANN: 20, BOB: 39}, JULY: {BOB: 5}}
    assert part_of(shares_of(POOL, steps), BOB) == [(JUNE, 39), (JULY, 5)]


def test_what_comes_back_goes_to_who_paid() -> None:
    """Also where another put points in meanwhile; part by part it sums to the whole."""
    steps = [put(1, ANN, 10), spent(2, 10), put(3, BOB, 50)]
    back = [Step(4 + n, 2, (Leg(JUNE, Account.REDEEMED, points, SHOP),)) for n, points in enumerate((3, 7))]
    assert shares_of(POOL, [*steps, *back]) == {JUNE: {ANN: 10, BOB: 50}}


def test_who_takes_points_out_takes_the_own_first() -> None:
    """What goes beyond that is the others', in proportion."""
    steps = [put(1, ANN, 10), put(2, BOB, 20), put(3, CAT, 10), put(4, ANN, -16)]
    assert shares_of(POOL, steps) == {JUNE: {BOB: 16, CAT: 8}}


def test_a_later_date_changes_no_owner() -> None:
    """An extension moves points to another series of the same pool."""
    moved = Step(3, None, (Leg(JUNE, Account.TRANSFERRED, -9, POOL), Leg(JULY, Account.TRANSFERRED, 9, POOL)))
    assert shares_of(POOL, [put(1, ANN, 3), put(2, BOB, 6), moved]) == {JULY: {ANN: 3, BOB: 6}}


def test_what_the_pool_earned_is_in_common() -> None:
    """Held points are still whose they were; a claw-back beyond what is there leaves nobody a debt."""
    earned = Step(1, None, (Leg(JUNE, Account.ISSUED, 10, SHOP),))
    held = Step(3, None, (Leg(JUNE, Account.HELD, -4, NOBODY),))
    assert shares_of(POOL, [earned, put(2, ANN, 5), held]) == {JUNE: {None: 10, ANN: 5}}
    shares = shares_of(POOL, [earned, put(2, ANN, 5)])
    assert divided(shares, [ANN, BOB, CAT]) == {ANN: [(JUNE, 9)], BOB: [(JUNE, 3)], CAT: [(JUNE, 3)]}
    clawed = Step(3, None, (Leg(JUNE, Account.CLAWED_BACK, -20, SHOP), Leg(JUNE, Account.OWED, 5, SHOP)))
    assert shares_of(POOL, [earned, put(2, ANN, 5), clawed]) == {}


Moves = st.lists(
    st.tuples(st.sampled_from(("put", "take", "spend", "back")), st.integers(0, 2), st.integers(1, 200)),
    max_size=40,
)


@given(Moves)
def test_every_point_has_one_owner(moves: list[tuple[str, int, int]]) -> None:
    """The shares sum to the lot after every step, none is negative, and each is exact to a point a step.

    Beside it runs a model in fractions, where nothing has to be rounded.
    """
    exact: dict[WalletId, Fraction] = dict.fromkeys(MEMBERS, Fraction(0))
    paid: list[tuple[int, int, dict[WalletId, Fraction]]] = []
    steps: list[Step] = []
    for what, who, points in moves:
        no, there, member = len(steps) + 1, sum(exact.values()), MEMBERS[who]
        if what == "put":
            steps.append(put(no, member, points))
            exact[member] += points
        elif what == "back" and paid:
            of, left, shares = paid.pop()
            now = min(points, left)
            steps.append(Step(no, of, (Leg(JUNE, Account.REDEEMED, now, SHOP),)))
            for owner, share in shares.items():
                exact[owner] += share * now / left
            if left - now:
                rest = {owner: share - share * now / left for owner, share in shares.items()}
                paid.append((of, left - now, rest))
        elif what == "spend" and there:
            now = min(points, int(there))
            steps.append(spent(no, now))
            shares = {owner: share * now / there for owner, share in exact.items()}
            for owner, share in shares.items():
                exact[owner] -= share
            paid.append((no, now, shares))
        elif what == "take" and exact[member] >= 1:
            now = min(points, int(exact[member]))
            before = shares_of(POOL, steps).get(JUNE, {}).get(member, 0)
            now = min(now, before)
            if not now:
                continue
            steps.append(put(no, member, -now))
            exact[member] -= now
        owners: Owners = shares_of(POOL, steps).get(JUNE, {})
        assert sum(owners.values()) == sum(exact.values())
        assert all(share > 0 for share in owners.values())
        for owner, share in exact.items():
            assert abs(owners.get(owner, 0) - share) <= len(steps)
