"""Which lots pay: soonest to expire, never-expiring last, own points first where the programme says so."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jifen.books.legs import Account, Leg
from jifen.books.refusals import Code, Refusal
from jifen.books.series import Series
from jifen.books.verbs import draw, spend
from tests.books.purse import DAY, START, Purse, days, merchant, series


def drawn(purse: Purse, points: int, at: datetime = START, first: str | None = None) -> list[tuple[str, int]]:
    """What pays, by name; it must be enough."""
    parts = draw(purse.wallet, "point", points, at, merchant(first) if first else None)
    assert not isinstance(parts, Refusal), parts
    return purse.parts(parts)


def test_the_lot_that_lapses_first_pays_first() -> None:
    """Whatever the order in which the lots were earned."""
    purse = Purse(
        never=(series("n"), 10),
        later=(series("l", expires=days(60)), 10),
        soon=(series("s", expires=days(20)), 10),
    )
    assert drawn(purse, 5) == [("soon", 5)]
    assert drawn(purse, 10) == [("soon", 10)]
    assert drawn(purse, 15) == [("soon", 10), ("later", 5)]
    assert drawn(purse, 30) == [("soon", 10), ("later", 10), ("never", 10)]


def test_one_point_too_many_is_refused_and_says_what_is_there() -> None:
    """All lots together count, not one of them."""
    purse = Purse(a=(series("a", expires=days(20)), 10), b=(series("b"), 20))
    refusal = draw(purse.wallet, "point", 31, START)
    assert isinstance(refusal, Refusal)
    assert refusal.code is Code.INSUFFICIENT_POINTS
    assert refusal.facts == {"available": 30, "requested": 31, "missing": 1}
    assert "30 available" in refusal.message
    assert "31 requested" in refusal.message
    assert drawn(purse, 30)


def test_the_redeemers_own_points_go_first_even_if_they_live_longer() -> None:
    """A setting of the programme; among the own, and among the others, the soonest first."""
    purse = Purse(
        sea_soon=(series("1", expires=days(5), issuer="sea"), 10),
        air_never=(series("2", issuer="air"), 10),
        air_soon=(series("3", expires=days(9), issuer="air"), 10),
    )
    assert drawn(purse, 25, first="air") == [("air_soon", 10), ("air_never", 10), ("sea_soon", 5)]
    assert drawn(purse, 25) == [("sea_soon", 10), ("air_soon", 10), ("air_never", 5)]


def test_a_lot_pays_up_to_the_last_instant_and_not_at_it() -> None:
    """Expires at an instant means: from then on it is expired."""
    purse = Purse(a=(series("a", expires=days(20)), 10))
    assert drawn(purse, 10, days(20) - DAY / 86_400_000_000) == [("a", 10)]
    assert isinstance(draw(purse.wallet, "point", 1, days(20)), Refusal)


def test_a_lot_pays_from_the_instant_at_which_it_matures() -> None:
    """And not before."""
    purse = Purse(a=(series("a", matures=days(20), expires=days(50)), 10))
    assert isinstance(draw(purse.wallet, "point", 1, days(20) - DAY / 86_400_000_000), Refusal)
    assert drawn(purse, 10, days(20)) == [("a", 10)]


def test_other_units_do_not_pay() -> None:
    """Green points are no points."""
    purse = Purse(green=(series("g", unit="green"), 50), point=(series("p"), 10))
    assert drawn(purse, 10) == [("point", 10)]
    assert isinstance(draw(purse.wallet, "point", 11, START), Refusal)


def test_idle_points_go_by_the_wallets_last_activity() -> None:
    """Their date is not the series', so the same lot pays before or after another as the wallet is used."""
    purse = Purse(idle=(series("i", idle=12), 10), fixed=(series("f", expires=days(200)), 10))
    purse.wallet.active(days(-300))
    assert drawn(purse, 15) == [("idle", 10), ("fixed", 5)]
    purse.wallet.active(days(0))
    assert drawn(purse, 15) == [("fixed", 10), ("idle", 5)]


def test_held_points_do_not_pay() -> None:
    """They are promised to someone."""
    purse = Purse(a=(series("a", expires=days(20)), 10), b=(series("b"), 10))
    parts = draw(purse.wallet, "point", 4, START)
    assert not isinstance(parts, Refusal)
    purse.post(spend(parts, Account.HELD, merchant("mall")))
    assert drawn(purse, 16) == [("a", 6), ("b", 10)]
    assert isinstance(draw(purse.wallet, "point", 17, START), Refusal)


LOTS = st.lists(
    st.tuples(
        st.none() | st.integers(-3, 8),  # expires on that day, or never
        st.none() | st.integers(-4, 3),  # matures on that day, or at once
        st.integers(1, 9),
        st.sampled_from(("air", "sea")),
    ),
    max_size=7,
)


def filled(lots: list[tuple[int | None, int | None, int, str]]) -> Purse:
    """A purse of lots named by number; none matures after it expires."""
    purse = Purse()
    for number, (expires, matures, points, issuer) in enumerate(lots):
        dies = None if expires is None else days(expires)
        born = None if matures is None or (expires is not None and matures >= expires) else days(matures)
        one = purse.add(str(number), series(str(number), expires=dies, matures=born, issuer=issuer))
        purse.post([_issue(one, points)])
    return purse


def _issue(one: Series, points: int) -> Leg:
    return Leg(one.id, Account.ISSUED, points, one.issuer)


@pytest.mark.parametrize("first", [None, "air"])
@given(lots=LOTS, points=st.integers(1, 40))
def test_any_draw_is_exact_and_in_order(
    first: str | None, lots: list[tuple[int | None, int | None, int, str]], points: int
) -> None:
    """The parts sum to what was asked; all but the last are whole; what was passed over lives longer."""
    purse = filled(lots)
    before = {name: purse.lot(name) for name in purse.series}
    parts = draw(purse.wallet, "point", points, START, merchant(first) if first else None)
    assert {name: purse.lot(name) for name in purse.series} == before  # a draw moves nothing
    usable = {
        name: purse.lot(name)[1]
        for name, one in purse.series.items()
        if (one.matures_at is None or one.matures_at <= START)
        and (one.expires_at is None or one.expires_at > START)
    }
    if sum(usable.values()) < points:
        assert isinstance(parts, Refusal)
        assert parts.facts["available"] == sum(usable.values())
        return
    assert not isinstance(parts, Refusal)
    taken = dict(purse.parts(parts))
    assert sum(taken.values()) == points
    assert taken.keys() <= usable.keys()

    def rank(name: str) -> tuple[bool, bool, float]:
        one = purse.series[name]
        own = first is not None and one.issuer != merchant(first)
        return own, one.expires_at is None, one.expires_at.timestamp() if one.expires_at else 0.0

    assert [rank(name) for name in taken] == sorted(rank(name) for name in taken)
    for name in list(taken)[:-1]:
        assert taken[name] == usable[name]
    for name in usable.keys() - taken.keys():
        assert rank(name) >= rank(list(taken)[-1])
