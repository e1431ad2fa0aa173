"""What points pay of a bill: caps, steps, minimums, lots worth more, and one rounding."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jifen.books.refusals import Refusal
from jifen.parties.programs import Merchant
from jifen.rules.definition import Offset
from jifen.till.offset import Most, Part, first_points, least_for, may_pay, most, pays
from jifen.values.ids import MerchantId, SeriesId, hashed_id

AIR = Merchant(MerchantId(hashed_id("merchant", "air")), "air", "Air", False, ())


def part(points: int, per: int = 100, fen: int = 100, name: str = "a") -> Part:
    """Points of a lot: so many (`per`) pay so many fen."""
    return Part(SeriesId(hashed_id("series", name)), points, per, fen)


def found(parts: list[Part], due: int, bill: int | None = None, **offset: Any) -> Most:
    """The most of a bill of which so much is due."""
    return most(Offset(**offset), parts, due if bill is None else bill, due, AIR)


@pytest.mark.parametrize(
    ("parts", "due", "offset", "expected"),
    [
        ([part(20_000)], 20_000, {}, (20_000, 20_000, "")),
        ([part(30_000)], 20_000, {}, (20_000, 20_000, "")),
        ([part(10_000)], 20_000, {}, (10_000, 10_000, "")),
        ([part(30_000)], 20_000, {"most_permille": 500}, (10_000, 10_000, "")),
        # Half of 200.03 is 100.015, which nobody can pay: rounded down, and in steps below.
        ([part(30_000)], 20_003, {"most_permille": 500}, (10_001, 10_001, "")),
        ([part(30_000)], 20_003, {"most_permille": 500, "step_points": 100}, (10_000, 10_000, "")),
        # The whole may be paid though it is no multiple: no 0.03 is left by a step.
        ([part(30_000)], 20_003, {"step_points": 100}, (20_003, 20_003, "")),
        ([part(20_002)], 20_003, {"step_points": 100}, (20_000, 20_000, "")),
        ([part(99)], 20_003, {"step_points": 100}, (0, 0, "points")),
        ([part(500)], 20_003, {"minimum_points": 1_000}, (0, 0, "points")),
        ([part(5_000)], 900, {"minimum_points": 1_000}, (0, 0, "minimum")),
        ([part(5_000)], 900, {"minimum_fen": 1_000}, (0, 0, "minimum_fen")),
        ([part(5_000)], 900, {"merchants": ("sea",)}, (0, 0, "merchant")),
        ([part(5_000)], 900, {"merchants": ("sea", "air")}, (900, 900, "")),
        ([part(5_000)], 900, {"most_permille": 0}, (0, 0, "not_here")),
        ([part(5_000)], 1, {"most_permille": 500}, (0, 0, "nothing_due")),
        ([], 900, {}, (0, 0, "points")),
        # Three points pay one fen: 299 of them pay 99, and so do 297.
        ([part(299, 3, 1)], 900, {}, (297, 99, "")),
        # Ten points pay seven fen: 143 pay 100.1, which is the fewest that leave nothing.
        ([part(500, 10, 7)], 100, {}, (143, 100, "")),
        # A point is worth 100 fen: 201 leave nothing of 200.40, as the member may choose.
        ([part(500, 1, 100)], 20_040, {}, (201, 20_040, "")),
        ([part(500, 1, 100)], 20_040, {"most_permille": 500}, (100, 10_000, "")),
        # The lot that lapses first was promised more, so it pays more.
        ([part(1_000, 100, 150), part(5_000, 100, 100, "b")], 2_000, {}, (1_500, 2_000, "")),
    ],
)
def test_the_most(
    parts: list[Part], due: int, offset: dict[str, Any], expected: tuple[int, int, str]
) -> None:
    """Points, the fen that they pay, and why there are none."""
    told = found(parts, due, **offset)
    assert (told.points, told.pays, told.why) == expected


def test_vouchers_go_first() -> None:
    """The minimum is of the bill, the cap of what is due after vouchers."""
    told = found([part(50_000)], 8_000, bill=10_000, minimum_fen=10_000, most_permille=500)
    assert (told.points, told.pays) == (4_000, 4_000)


LOTS = st.lists(
    st.builds(part, st.integers(1, 3_000), st.integers(1, 200), st.integers(1, 300)), min_size=0, max_size=4
)


@given(
    LOTS,
    st.integers(1, 20_000),
    st.sampled_from((100, 333, 500, 999, 1000)),
    st.sampled_from((1, 7, 50, 100)),
    st.sampled_from((0, 10, 500)),
)
def test_the_most_can_be_paid_and_nothing_more(
    lots: list[Part], due: int, permille: int, step: int, minimum: int
) -> None:
    """It stays within the cap, leaves no part of a fen, is taken when asked for, and one step more is not."""
    offset = Offset(most_permille=permille, step_points=step, minimum_points=minimum)
    told = most(offset, lots, due, due, AIR)
    cap = due * permille // 1000
    assert 0 <= told.pays <= cap
    assert told.points <= sum(lot.points for lot in lots)
    if told.points:
        assert told.pays == pays(lots, told.points, due) > 0
        assert may_pay(offset, lots, told, told.points, due) == told.pays
        assert told.points % step == 0 or told.pays == due
    for more in (told.points + 1, told.points + step):
        assert isinstance(may_pay(offset, lots, told, more, due), Refusal)


@given(LOTS, st.integers(0, 20_000))
def test_the_fewest_points_are_the_fewest(lots: list[Part], fen: int) -> None:
    """So many pay it, and one fewer does not; exactly, as fractions say."""
    least = least_for(lots, fen)

    def worth(points: int) -> Fraction:
        return sum(
            (Fraction(one.points * one.fen, one.per) for one in first_points(lots, points)), Fraction()
        )

    if least is None:
        assert worth(sum(lot.points for lot in lots)) < fen
    else:
        assert worth(least) >= fen
        assert not least or worth(least - 1) < fen


def test_points_that_would_pay_nothing_are_not_taken() -> None:
    """Three points pay one fen: five are refused, and it is said that three do the same."""
    told = found([part(300, 3, 1)], 900)
    no = may_pay(Offset(), [part(300, 3, 1)], told, 5, 900)
    assert isinstance(no, Refusal)
    assert (no.facts["why"], no.facts["enough"]) == ("wasted", 3)
