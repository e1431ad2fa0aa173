"""Who pays for a rule's points, and how several share them so that every part of them comes back exactly."""

from collections.abc import Sequence
from functools import lru_cache
from math import gcd

from jifen.rules.definition import Rule


class Funders:
    """The parties that pay for a rule's points, in the order in which the rule names them.

    The points are dealt one by one in a fixed order of turns, so one point more takes none from anybody: when
    a part of the points is clawed back, no party gets a point for it that it did not fund (DESIGN §2).
    """

    __slots__ = ("_cycle", "_dealt", "_weights", "parties")

    def __init__(self, rule: Rule) -> None:
        weights: dict[str, int] = {}
        for one in rule.funding:
            weights[one.by] = weights.get(one.by, 0) + one.parts
        self.parties = tuple(weights) or (rule.funder,)
        whole = gcd(*weights.values()) if weights else 1
        self._weights = tuple(weight // whole for weight in weights.values()) or (1,)
        self._cycle = sum(self._weights)
        self._dealt = dealt(self._weights)

    def split(self, points: int) -> list[int]:
        """Each party's share of so many points; their sum is the whole."""
        rounds, rest = divmod(points, self._cycle)
        turns = self._dealt[rest]
        return [rounds * weight + extra for weight, extra in zip(self._weights, turns, strict=True)]


@lru_cache(maxsize=1024)
def dealt(weights: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    """What each party has after 0, 1, 2 … points of one round, in which each gets its weight.

    Each point goes to the party with the largest weight / (2 × its points + 1), the earlier one among equals:
    the method of Webster and Sainte-Laguë, which is house-monotone and exact after every whole round.
    """
    have = [0] * len(weights)
    found = [tuple(have)]
    for _ in range(sum(weights) - 1):
        best = 0
        for place in range(1, len(weights)):
            if weights[place] * (2 * have[best] + 1) > weights[best] * (2 * have[place] + 1):
                best = place
        have[best] += 1
        found.append(tuple(have))
    return tuple(found)
