"""What pays a bill comes back with the goods, to the fen and the point, in any sequence of returns."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jifen.events.tenders import Paid, Refund, Slip, cash_for_goods, take_back
from jifen.values.points import split

FEN = st.integers(0, 5_000)


@st.composite
def bills(draw: st.DrawFn) -> tuple[Paid, list[int]]:
    """A bill of some lines and a delivery, paid by money, points and up to three vouchers; with its lines."""
    lines = draw(st.lists(FEN, min_size=1, max_size=6))
    freight = draw(FEN)
    left, slips = sum(lines), []
    for _ in range(draw(st.integers(0, 3))):
        saves = draw(st.integers(0, left))
        left -= saves
        slips.append(Slip(saves, draw(st.integers(0, 2 * sum(lines)))))
    if freight and draw(st.booleans()):
        saves = draw(st.integers(0, freight))
        freight -= saves
        slips.append(Slip(saves, draw(st.integers(0, sum(lines))), freight=True))
    pays = draw(st.integers(0, left + freight))
    points = draw(st.integers(1, 3 * pays)) if pays else 0
    paid = Paid(sum(lines), freight, left + freight - pays, points, pays, tuple(slips))
    return paid, lines


def must_add_up(paid: Paid) -> None:
    """What pays is what is out, and nothing is negative."""
    saved = sum(slip.saves for slip in paid.slips if not slip.freight)
    assert paid.cash + paid.pays + saved == paid.goods + paid.freight
    assert min(paid.goods, paid.freight, paid.cash, paid.points, paid.pays) >= 0
    assert all(slip.saves >= 0 for slip in paid.slips)


@settings(max_examples=400)
@given(bills(), st.data())
def test_any_sequence_of_returns_gives_every_tender_back(
    bill: tuple[Paid, list[int]], data: st.DataObject
) -> None:
    """Money, points and their worth sum to the whole; each voucher comes back once; nothing is negative."""
    first, lines = bill
    must_add_up(first)
    paid, refunds = first, [Refund()]
    lowered = sum(slip.saves for slip in first.slips if slip.freight)
    while any(line >= 0 for line in lines):
        back = data.draw(
            st.lists(
                st.sampled_from([n for n, line in enumerate(lines) if line >= 0]), min_size=1, unique=True
            )
        )
        goods = sum(lines[n] for n in back)
        for n in back:
            lines[n] = -1
        staying = sum(line for line in lines if line > 0)
        whole = all(line < 0 for line in lines)
        paid, refund = take_back(paid, goods, [staying] * len(paid.slips), whole=whole)
        must_add_up(paid)
        assert min(refund.cash, refund.points, refund.pays, refund.charged) >= 0
        refunds.append(refund)
    given = [place for refund in refunds for place in refund.vouchers]
    assert sorted(given) == list(range(len(first.slips)))
    charged = sum(refund.charged for refund in refunds)
    # What was charged was paid for what stayed, and came back with that: nobody gains by it.
    assert sum(refund.cash for refund in refunds) == first.cash
    assert sum(refund.points for refund in refunds) == first.points
    assert sum(refund.pays for refund in refunds) == first.pays
    assert charged <= sum(slip.saves for slip in first.slips) + lowered
    assert (paid.goods, paid.freight, paid.cash, paid.points, paid.pays) == (0, 0, 0, 0, 0)


@given(bills(), st.integers(1, 20))
def test_amounts_sum_to_the_whole_too(bill: tuple[Paid, list[int]], pieces: int) -> None:
    """Where a purchase has no lines, parts of its amount come back."""
    first, _ = bill
    paid, cash, points = first, 0, 0
    parts = split(first.goods, [1] * pieces)
    for place, part in enumerate(parts):
        whole = place == len(parts) - 1
        left = paid.goods - part
        paid, refund = take_back(paid, part, [left] * len(paid.slips), whole=whole)
        must_add_up(paid)
        cash, points = cash + refund.cash, points + refund.points
    assert (cash, points) == (first.cash, first.points)


def test_shares_are_of_what_is_left() -> None:
    """A bill of 200 yuan: 50 by a voucher, 60 by points, 90 in money; goods of 50 come back."""
    paid = Paid(20_000, 0, 9_000, 6_000, 6_000, (Slip(5_000, 10_000),))
    left, refund = take_back(paid, 5_000, [15_000], whole=False)
    assert refund == Refund(2_250, 1_500, 1_500)
    assert left.slips == (Slip(3_750, 10_000),)
    left, refund = take_back(left, 15_000, [0], whole=True)
    assert refund == Refund(6_750, 4_500, 4_500, (0,))


def test_below_its_minimum_a_voucher_comes_back_and_what_stays_costs_more() -> None:
    """50 off from 200 on; goods of 100 of 200 come back: what stays costs 100 and not 75."""
    paid = Paid(20_000, 0, 15_000, slips=(Slip(5_000, 20_000),))
    left, refund = take_back(paid, 10_000, [10_000], whole=False)
    assert refund == Refund(5_000, vouchers=(0,), charged=2_500)
    assert (left.cash, left.slips) == (10_000, (Slip(0, 20_000, back=True),))
    left, refund = take_back(left, 10_000, [0], whole=True)
    assert refund == Refund(10_000)


def test_a_refund_too_small_for_the_charge_leaves_the_discount() -> None:
    """Goods of 10 of 200 come back: 7.50 in money do not cover the discount of 47.50, so it stays."""
    paid = Paid(20_000, 0, 15_000, slips=(Slip(5_000, 20_000),))
    left, refund = take_back(paid, 1_000, [19_000], whole=False)
    assert refund == Refund(750)
    assert left.slips == (Slip(4_750, 20_000),)
    # With the next goods the refund is large enough.
    left, refund = take_back(left, 10_000, [9_000], whole=False)
    assert refund == Refund(5_250, vouchers=(0,), charged=2_250)
    assert left.cash == left.goods == 9_000


def test_where_money_does_not_cover_the_charge_points_do() -> None:
    """Of the points that would come back fewer do."""
    paid = Paid(20_000, 0, 1_000, 28_000, 14_000, (Slip(5_000, 20_000),))
    left, refund = take_back(paid, 10_000, [10_000], whole=False)
    assert (refund.cash, refund.pays, refund.points, refund.charged) == (0, 5_000, 10_000, 2_500)
    assert (left.cash, left.pays, left.points) == (1_000, 9_000, 18_000)


def test_what_the_delivery_cost_comes_back_with_the_last_goods() -> None:
    """And what a voucher saved on it is nobody's money."""
    paid = Paid(10_000, 500, 10_500, slips=(Slip(700, freight=True),))
    left, refund = take_back(paid, 4_000, [6_000], whole=False)
    assert (refund.cash, refund.vouchers, left.freight) == (4_000, (), 500)
    left, refund = take_back(left, 6_000, [0], whole=True)
    assert refund == Refund(6_500, vouchers=(0,))


def test_no_more_comes_back_than_is_out() -> None:
    """That is a fault of ours, and no refund."""
    with pytest.raises(ValueError, match="are to come back"):
        take_back(Paid(100, 0, 100), 101, [], whole=False)


def test_money_is_for_goods_and_delivery_alike() -> None:
    """By largest remainder; without a delivery all of it is for the goods."""
    assert cash_for_goods(75, 100, 50) == 50
    assert cash_for_goods(0, 100, 50) == 0
    assert cash_for_goods(70, 100, 0) == 70
