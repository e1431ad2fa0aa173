"""Points and money: whole numbers only, split without losing any."""

from collections.abc import Sequence
from typing import NewType

Points = NewType("Points", int)
"""Whole points of one unit's smallest part."""

Fen = NewType("Fen", int)
"""Money in fen: 100 fen are 1 yuan."""

POINTS_MAX = 9_007_199_254_740_991
"""The largest count of points or fen that every JSON reader keeps exact (2**53 - 1)."""


def split(total: int, weights: Sequence[int]) -> list[int]:
    """Split `total` in proportion to `weights` by largest remainder; ties go to the earlier share.

    With `total` at most the sum of the weights no share exceeds its weight, so that a sequence of
    partial returns over what is left always sums to the whole (SCENARIOS, returns).

    Raises:
        ValueError: a negative total or weight, or a total to split over weights that sum to zero.
    """
    if total < 0 or any(weight < 0 for weight in weights):
        raise ValueError(f"cannot split {total} over {list(weights)}: neither may be negative")
    whole = sum(weights)
    if whole == 0:
        if total == 0:
            return [0] * len(weights)
        raise ValueError(f"cannot split {total}: the weights {list(weights)} sum to zero")
    shares = [total * weight // whole for weight in weights]
    left = total - sum(shares)
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in by_remainder[:left]:
        shares[i] += 1
    return shares
