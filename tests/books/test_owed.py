"""Points that are gone when they are taken back become owed; later earnings repay them."""

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from jifen.books.legs import Account, Leg
from jifen.books.refusals import Code, Refusal
from jifen.books.series import Series
from jifen.books.verbs import (
    claw_back,
    draw,
    earn,
    expire,
    extend,
    give_back,
    hold,
    past_date,
    spend,
)
from jifen.values.ids import NOBODY
from jifen.values.points import POINTS_MAX
from tests.books.purse import START, Purse, days, merchant, series

A = series("a", expires=days(20), issuer="air")
B = series("b", expires=days(60), issuer="sea")
C = series("c", issuer="mall")


def pay(purse: Purse, points: int, at: datetime = START) -> list[tuple[str, int]]:
    """Spend points; they must be there."""
    parts = draw(purse.wallet, "point", points, at)
    assert not isinstance(parts, Refusal), parts
    purse.post(spend(parts, Account.REDEEMED, merchant("mall")))
    return purse.parts(parts)


def gain(purse: Purse, *grants: tuple[Series, int]) -> list[tuple[str, str, int]]:
    """Earn points; returns the legs."""
    legs = earn(purse.wallet, list(grants))
    assert not isinstance(legs, Refusal), legs
    purse.post(legs)
    return purse.legs(legs)


def take(purse: Purse, *takes: tuple[Series, int]) -> list[tuple[str, str, int]]:
    """Claw points back; returns the legs."""
    legs = claw_back(purse.wallet, takes)
    purse.post(legs)
    return purse.legs(legs)


def test_unspent_points_are_simply_taken_back() -> None:
    """Nothing is owed."""
    purse = Purse(a=(A, 50))
    assert take(purse, (A, 20)) == [("a", "clawed_back", -20)]
    assert purse.balance() == (30, 0, 0, 0)


def test_spent_points_become_owed_and_other_lots_are_left_alone() -> None:
    """The lot of the goods that came back is empty: B, which has plenty, is none of its business."""
    purse = Purse(a=(A, 50), b=(B, 80))
    assert pay(purse, 45) == [("a", 45)]
    assert take(purse, (A, 50)) == [("a", "clawed_back", -50), ("a", "owed", 45)]
    assert purse.lot("a") == (50, 0, 0, 45)
    assert purse.lot("b") == (80, 80, 0, 0)
    assert purse.balance() == (80, 0, 0, 45)


def move_on(purse: Purse, name: str, until: datetime, at: datetime) -> None:
    """Give all free lots past their date a later one; the new lot is called so."""
    legs, new = extend(purse.wallet, past_date(purse.wallet, at), until)
    purse.add(name, *new)
    purse.post(legs)


def lapse(purse: Purse, at: datetime) -> None:
    """Expire what is past its date."""
    purse.post(expire(purse.wallet, at))


def test_points_with_a_later_date_are_found() -> None:
    """They move back to the series they were earned in, and are taken from there; nothing is owed."""
    purse = Purse(a=(A, 50), b=(B, 80))
    move_on(purse, "later", days(50), days(21))
    assert purse.lot("later") == (50, 50, 0, 0)
    assert take(purse, (A, 30)) == [
        ("later", "transferred", -30),
        ("a", "transferred", 30),
        ("a", "clawed_back", -30),
    ]
    assert purse.lot("later")[1] == 20
    assert purse.balance(days(21)) == (100, 0, 0, 0)
    purse.post(spend([(purse.series["later"].id, 15)], Account.REDEEMED, merchant("mall")))
    assert take(purse, (A, 20))[-2:] == [("a", "clawed_back", -20), ("a", "owed", 15)]


def test_what_expired_unused_is_not_owed() -> None:
    """Of fifty, twenty were spent and thirty expired: whoever brings all goods back owes twenty, once."""
    purse = Purse(a=(A, 50))
    pay(purse, 20)
    lapse(purse, days(21))
    assert take(purse, (A, 35)) == [("a", "expired", 30), ("a", "clawed_back", -35), ("a", "owed", 5)]
    assert take(purse, (A, 15)) == [("a", "clawed_back", -15), ("a", "owed", 15)]
    assert purse.balance() == (0, 0, 0, 20)
    assert purse.lot("a") == (50, 0, 0, 20)


def test_what_expired_at_a_later_date_is_not_owed_either() -> None:
    """Ten expired at the first date, fifteen at the second after five were spent."""
    purse = Purse(a=(A, 30))
    held = [(A.id, 20)]
    purse.post(hold(held))
    lapse(purse, days(21))
    legs, new = give_back(purse.wallet, held, Account.HELD, NOBODY, days(21), days(50))
    purse.add("grace", *new)
    purse.post(legs)
    assert pay(purse, 5, days(22)) == [("grace", 5)]
    lapse(purse, days(51))
    assert take(purse, (A, 30)) == [
        ("a", "expired", 10),
        ("grace", "expired", 15),
        ("grace", "transferred", -15),
        ("a", "transferred", 15),
        ("a", "clawed_back", -30),
        ("a", "owed", 5),
    ]
    assert purse.balance() == (0, 0, 0, 5)


def test_points_that_come_back_late_repay_what_they_left_behind() -> None:
    """Spent at a later date, owed where they were earned: what comes back repays that, and no other debt."""
    older = series("older", expires=days(10), issuer="air")
    purse = Purse(a=(A, 50), older=(older, 50))
    pay(purse, 50)
    move_on(purse, "later", days(50), days(21))
    spent = pay(purse, 50, days(22))
    assert spent == [("later", 50)]
    take(purse, (older, 50), (A, 50))
    later = purse.series["later"].id
    parts = [(later, 30), (A.id, 0), (later, 20)]
    legs, _ = give_back(purse.wallet, parts[:1], Account.REDEEMED, merchant("mall"), days(22), None)
    assert purse.legs(legs) == [("later", "redeemed", 30), ("later", "owed", -30)]
    purse.post(legs)
    assert (purse.lot("a")[3], purse.lot("older")[3]) == (20, 50)
    purse.post(give_back(purse.wallet, parts[2:], Account.REDEEMED, merchant("mall"), days(22), None)[0])
    assert (purse.lot("a")[3], purse.lot("older")[3]) == (0, 50)
    assert purse.balance(days(22)) == (0, 0, 0, 50)


def test_two_parts_repay_one_debt_once() -> None:
    """Forty were paid from the lot and from its later date together; thirty are owed, so ten are free."""
    purse = Purse(a=(A, 20))
    purse.post(hold([(A.id, 10)]))
    move_on(purse, "later", days(50), days(21))
    purse.post(spend([(purse.series["later"].id, 10)], Account.REDEEMED, merchant("mall")))
    purse.post(
        [Leg(A.id, Account.HELD, 10, NOBODY), *spend([(A.id, 10)], Account.REDEEMED, merchant("mall"))]
    )
    take(purse, (A, 15))
    parts = [(purse.series["later"].id, 10), (A.id, 10)]
    legs, _ = give_back(purse.wallet, parts, Account.REDEEMED, merchant("mall"), days(22), None)
    assert [leg for leg in purse.legs(legs) if leg[1] == "owed"] == [
        ("later", "owed", -10),
        ("a", "owed", -5),
    ]
    purse.post(legs)
    assert purse.balance(START) == (5, 0, 0, 0)


def test_the_next_earning_repays_what_is_owed() -> None:
    """The leg names the merchant to whom it was owed; what is more than that is free."""
    purse = Purse(a=(A, 50))
    purse.add("c", C)
    pay(purse, 50)
    take(purse, (A, 50))
    assert gain(purse, (C, 30)) == [("c", "issued", 30), ("c", "owed", -30)]
    assert purse.balance() == (0, 0, 0, 20)
    legs = earn(purse.wallet, [(C, 30)])
    assert not isinstance(legs, Refusal)
    assert [leg.counterparty for leg in legs] == [merchant("mall"), merchant("air")]
    purse.post(legs)
    assert purse.balance() == (10, 0, 0, 0)
    assert purse.lot("c") == (60, 10, 0, 0)


def test_what_has_the_oldest_date_is_repaid_first() -> None:
    """Two debts to two merchants, three grants in one earning."""
    purse = Purse(a=(A, 50), b=(B, 50))
    purse.add("c", C)
    pay(purse, 100)
    take(purse, (B, 40), (A, 30))
    assert purse.balance() == (0, 0, 0, 70)
    assert gain(purse, (C, 35), (A, 10), (C, 40)) == [
        ("c", "issued", 35),
        ("c", "owed", -30),
        ("c", "owed", -5),
        ("a", "issued", 10),
        ("a", "owed", -10),
        ("c", "issued", 40),
        ("c", "owed", -25),
    ]
    assert purse.lot("a")[3] == purse.lot("b")[3] == 0
    assert purse.balance() == (15, 0, 0, 0)


def test_an_earning_repays_its_own_series_before_older_ones() -> None:
    """Two lots of air owe, and points of the later one's series come in: they are what it lacks."""
    later = series("later", expires=days(90), issuer="air")
    purse = Purse(a=(A, 50), later=(later, 50))
    pay(purse, 100)
    take(purse, (A, 50), (later, 50))
    assert gain(purse, (later, 60), (later, 45)) == [
        ("later", "issued", 60),
        ("later", "owed", -50),
        ("later", "owed", -10),
        ("later", "issued", 45),
        ("later", "owed", -40),
    ]
    assert purse.balance() == (5, 0, 0, 0)


def test_debts_of_another_unit_are_not_repaid() -> None:
    """Green points pay no debt of points."""
    green = series("g", unit="green")
    purse = Purse(a=(A, 50))
    purse.add("green", green)
    pay(purse, 50)
    take(purse, (A, 50))
    assert gain(purse, (green, 80)) == [("green", "issued", 80)]
    assert purse.balance() == (0, 0, 0, 50)


def test_points_that_come_back_repay_what_their_own_lot_owes() -> None:
    """The goods came back and then the redemption too: nothing is owed any more, and nothing is free."""
    purse = Purse(a=(A, 50))
    pay(purse, 50)
    take(purse, (A, 50))
    legs, new = give_back(purse.wallet, [(A.id, 50)], Account.REDEEMED, merchant("mall"), START, None)
    assert purse.legs(legs) == [("a", "redeemed", 50), ("a", "owed", -50)]
    assert new == []
    purse.post(legs)
    assert purse.lot("a") == (50, 0, 0, 0)


def test_points_that_come_back_repay_no_other_lot_of_the_same_merchant() -> None:
    """Two lots of air owe; what comes back to the later one frees that one, for the other is still gone."""
    later = series("later", expires=days(90), issuer="air")
    purse = Purse(a=(A, 50), later=(later, 50))
    pay(purse, 100)
    take(purse, (A, 50), (later, 50))
    legs, _ = give_back(purse.wallet, [(later.id, 50)], Account.REDEEMED, merchant("mall"), START, None)
    purse.post(legs)
    assert purse.lot("later") == (50, 0, 0, 0)
    assert purse.lot("a") == (50, 0, 0, 50)


def test_more_points_than_any_reader_keeps_exact_are_refused() -> None:
    """A rate with too many zeros is a mistake of the operator's, and nothing moves."""
    purse = Purse(a=(A, 50))
    refusal = earn(purse.wallet, [(A, POINTS_MAX)])
    assert isinstance(refusal, Refusal)
    assert refusal.code is Code.POINTS_OVERFLOW
    assert gain(purse, (A, POINTS_MAX - 50))


STEPS = st.lists(
    st.tuples(st.sampled_from(("earn", "spend", "claw back")), st.sampled_from("abc"), st.integers(1, 40)),
    max_size=30,
)


@given(STEPS)
def test_what_is_owed_is_what_was_gone_less_what_was_repaid(steps: list[tuple[str, str, int]]) -> None:
    """Never a negative lot; a claw-back moves no other lot; the books balance at every step."""
    named = {"a": A, "b": B, "c": C}
    purse = Purse(a=(A, 1), b=(B, 1), c=(C, 1))
    taken = dict.fromkeys("abc", 0)
    spent = 0
    for verb, name, points in steps:
        one = named[name]
        granted = purse.lot(name)[0]
        before = {other: purse.lot(other) for other in named}
        owing = purse.balance()[3]
        if verb == "earn":
            gain(purse, (one, points))
        elif verb == "spend":
            if purse.balance()[0] >= points:
                pay(purse, points)
                spent += points
        else:
            points = min(points, granted - taken[name])
            taken[name] += points
            take(purse, *([(one, points)] if points else []))
            assert all(purse.lot(other) == before[other] for other in named if other != name)
        available, _, _, owed = purse.balance()
        in_all = sum(purse.lot(other)[0] for other in named)
        assert available - owed == in_all - spent - sum(taken.values())
        assert verb != "earn" or owed == max(0, owing - points)


def test_a_leg_names_who_is_paid() -> None:
    """A debt is lent by the lot's issuer, who is repaid with another's points: clearing needs both names."""
    purse = Purse(a=(A, 50))
    pay(purse, 50)
    lent = claw_back(purse.wallet, [(A, 50)])
    assert lent == [
        Leg(A.id, Account.CLAWED_BACK, -50, merchant("air")),
        Leg(A.id, Account.OWED, 50, merchant("air")),
    ]
