"""Balances are qualified, and those kept while points move equal those counted anew."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jifen.books.legs import Account, Leg
from jifen.books.refusals import Refusal
from jifen.books.verbs import draw, expire, hold, spend
from jifen.books.wallet import BooksError, Wallet
from jifen.values.ids import NOBODY
from tests.books.purse import START, Purse, days, merchant, series

SERIES = {
    "never": series("never"),
    "soon": series("soon", expires=days(3)),
    "later": series("later", expires=days(8)),
    "pending": series("pending", matures=days(4), expires=days(9)),
    "maturing": series("maturing", matures=days(6)),
    "idle": series("idle", idle=1),
    "green": series("green", unit="green", expires=days(5)),
}


def test_the_four_balances() -> None:
    """What is past its date is in none of them."""
    purse = Purse(**{name: (one, 10) for name, one in SERIES.items()})
    purse.wallet.active(START)
    assert purse.balance(days(0)) == (40, 20, 0, 0)
    assert purse.balance(days(3)) == (30, 20, 0, 0)
    assert purse.balance(days(4)) == (40, 10, 0, 0)
    assert purse.balance(days(9)) == (30, 0, 0, 0)
    assert purse.balance(days(31)) == (20, 0, 0, 0)
    assert purse.balance(days(0), "green") == (10, 0, 0, 0)
    assert purse.balance(days(5), "green") == (0, 0, 0, 0)
    assert purse.balance(days(0), "unheard of") == (0, 0, 0, 0)


def test_activity_extends_what_lapses_by_idleness() -> None:
    """And only forward: a late event of long ago does not shorten anything."""
    purse = Purse(idle=(SERIES["idle"], 10))
    purse.wallet.active(START)
    assert purse.balance(days(31)) == (0, 0, 0, 0)
    purse.wallet.active(days(20))
    assert purse.balance(days(31)) == (10, 0, 0, 0)
    purse.wallet.active(days(2))
    assert purse.balance(days(31)) == (10, 0, 0, 0)
    assert purse.balance(days(52)) == (0, 0, 0, 0)
    assert purse.legs(expire(purse.wallet, days(52))) == [("idle", "expired", -10)]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(("earn", "hold", "release", "spend", "expire", "active", "look")),
        st.sampled_from(tuple(SERIES)),
        st.integers(1, 20),
        st.integers(0, 12),
    ),
    max_size=40,
)


@given(STEPS)
def test_a_kept_balance_equals_one_counted_anew(steps: list[tuple[str, str, int, int]]) -> None:
    """Whatever moves, and at whatever instants in whatever order it is asked for."""
    purse = Purse(never=(SERIES["never"], 1))
    for name, one in SERIES.items():
        purse.add(name, one)
    for verb, name, points, day in steps:
        act(purse, verb, name, points, days(day))
        for unit in ("point", "green"):
            for at in (days(day), days(day // 2)):
                assert purse.balance(at, unit) == anew(purse.wallet, at, unit)


def act(purse: Purse, verb: str, name: str, points: int, at: datetime) -> None:
    """One step, where it is possible."""
    one = purse.series[name]
    lot = purse.wallet.lots.get(one.id)
    if verb == "earn":
        purse.post([Leg(one.id, Account.ISSUED, points, one.issuer)])
    elif verb == "release" and lot and lot.held:
        purse.post([Leg(one.id, Account.HELD, min(points, lot.held), NOBODY)])
    elif verb in ("hold", "spend"):
        parts = draw(purse.wallet, one.unit, points, at)
        if not isinstance(parts, Refusal):
            purse.post(hold(parts) if verb == "hold" else spend(parts, Account.REDEEMED, merchant("mall")))
    elif verb == "expire":
        purse.post(expire(purse.wallet, at))
    elif verb == "active":
        purse.wallet.active(at)


def anew(wallet: Wallet, at: datetime, unit: str) -> tuple[int, int, int, int]:
    """The balances of a wallet of which nothing was ever asked."""
    lots = [lot for lot in wallet.lots.values() if lot.series.unit == unit]
    pending = [lot for lot in lots if lot.series.matures_at is not None and at < lot.series.matures_at]
    usable = [lot for lot in lots if wallet.usable(lot, at)]
    return (
        sum(lot.remaining for lot in usable),
        sum(lot.remaining for lot in pending),
        sum(lot.held for lot in lots),
        sum(lot.owed for lot in lots),
    )


@pytest.mark.parametrize(
    "leg",
    [
        Leg(SERIES["never"].id, Account.REDEEMED, -11, merchant("mall")),
        Leg(SERIES["never"].id, Account.HELD, 1, NOBODY),
        Leg(SERIES["soon"].id, Account.EXPIRED, -1, merchant("air")),
        Leg(SERIES["never"].id, Account.OWED, -1, merchant("air")),
    ],
)
def test_a_plan_that_would_break_the_books_is_a_fault(leg: Leg) -> None:
    """More out of a lot than is in it, out of a hold than is held, repaid than is owed."""
    purse = Purse(never=(SERIES["never"], 10))
    purse.add("soon", SERIES["soon"])
    with pytest.raises(BooksError):
        purse.post([leg])
