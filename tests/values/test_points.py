"""Splitting points: nothing is lost, nothing is made, and nobody gets more than a fair share rounded up."""

from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jifen.values.points import POINTS_MAX, split

WEIGHTS = st.lists(st.integers(0, 10**6), min_size=1, max_size=12).filter(any)


@st.composite
def within(draw: st.DrawFn) -> tuple[int, list[int]]:
    """A total that is at most the sum of the weights."""
    weights = draw(WEIGHTS)
    return draw(st.integers(0, sum(weights))), weights


@pytest.mark.parametrize(
    ("total", "weights", "shares"),
    [
        (10, [1, 1, 1], [4, 3, 3]),
        (11, [1, 1, 1], [4, 4, 3]),
        (1, [1, 1], [1, 0]),
        (2, [1, 2, 3], [0, 1, 1]),
        (1, [5, 3, 2], [1, 0, 0]),
        (0, [1, 2], [0, 0]),
        (0, [0, 0], [0, 0]),
        (0, [], []),
        (7, [0, 7, 0], [0, 7, 0]),
        (5, [3], [5]),
        (POINTS_MAX, [1, 1], [POINTS_MAX // 2 + 1, POINTS_MAX // 2]),
    ],
)
def test_a_split_by_hand(total: int, weights: list[int], shares: list[int]) -> None:
    """Whole parts first, then one more for the largest remainders, the earlier of equal ones first."""
    assert split(total, weights) == shares


@pytest.mark.parametrize(("total", "weights"), [(-1, [1]), (1, [1, -1]), (3, [0, 0]), (1, []), (0, [2, -1])])
def test_what_cannot_be_split_is_refused(total: int, weights: list[int]) -> None:
    """A negative total or weight, or something over nothing."""
    with pytest.raises(ValueError, match="cannot split"):
        split(total, weights)


@given(total=st.integers(0, 10**9), weights=WEIGHTS)
def test_shares_sum_to_the_whole_and_are_fair(total: int, weights: list[int]) -> None:
    """Each share is its exact part, rounded down or up."""
    shares = split(total, weights)
    assert sum(shares) == total
    for share, weight in zip(shares, weights, strict=True):
        exact = Fraction(total * weight, sum(weights))
        assert abs(share - exact) < 1


@given(total=st.integers(0, 10**9), weights=WEIGHTS)
def test_who_lost_more_by_rounding_down_is_rounded_up_first(total: int, weights: list[int]) -> None:
    """Largest remainder, and of two equal ones the earlier."""
    shares = split(total, weights)
    remainders = [Fraction(total * weight, sum(weights)) % 1 for weight in weights]
    up = [
        share > Fraction(total * weight, sum(weights)) for share, weight in zip(shares, weights, strict=True)
    ]
    got = [(-remainders[i], i) for i in range(len(weights)) if up[i]]
    did_not = [(-remainders[i], i) for i in range(len(weights)) if not up[i] and remainders[i]]
    assert not got or not did_not or max(got) < min(did_not)


@given(within())
def test_no_share_exceeds_its_weight_where_the_total_does_not(case: tuple[int, list[int]]) -> None:
    """So that nothing comes back to a lot that did not go out of it."""
    total, weights = case
    assert all(share <= weight for share, weight in zip(split(total, weights), weights, strict=True))


@given(case=within(), cuts=st.lists(st.integers(1, 10**6), max_size=8))
def test_any_sequence_of_partial_returns_sums_to_the_whole(
    case: tuple[int, list[int]], cuts: Sequence[int]
) -> None:
    """Each part is split over what is still out; in the end all of it came back, to the very places."""
    _, weights = case
    out = list(weights)
    for cut in [*cuts, sum(weights)]:
        shares = split(min(cut, sum(out)), out)
        out = [left - share for left, share in zip(out, shares, strict=True)]
        assert min(out) >= 0
    assert not any(out)
