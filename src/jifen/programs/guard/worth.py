"""What points are worth to a member: at the till, and in each reward."""

from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

from jifen.programs.definition import Programme
from jifen.rules.rewards import Reward, VoucherTerms

YEARLY = {"event": None, "day": 366, "week": 53, "month": 12, "year": 1, "ever": 1}
"""How many periods of each kind a year touches."""


class Way(NamedTuple):
    """A way to spend points: so many are worth so many fen, at most so often a year (None: always)."""

    name: str
    path: str
    points: int
    value_fen: int
    most: int | None = None

    @property
    def each(self) -> Fraction:
        """Fen a point."""
        return Fraction(self.value_fen, self.points)


def yearly(reward: Reward) -> int | None:
    """How often a member may have a reward in a year; None: without limit."""
    counts = [limit.count * times for limit in reward.limits if (times := YEARLY[limit.per]) is not None]
    return min(counts, default=None)


def saves(terms: VoucherTerms) -> int | None:
    """The most fen that a voucher takes off a bill; None: without an end."""
    return terms.save_fen if terms.type in ("save", "freight") else terms.most_fen


def worth_fen(reward: Reward) -> int:
    """What a reward is worth, in fen: its ordinary price, or what its voucher saves where that is more."""
    return max(reward.value_fen, (saves(reward.voucher) or 0) if reward.voucher else 0)


def ways(programme: Programme, unit: str, *, special: bool) -> list[Way]:
    """All ways to spend a unit, the best first. special: at the lowest price that a reward ever has."""
    found: list[Way] = []
    for place, one in enumerate(programme.units):
        if one.code == unit and one.offset_fen:
            found.append(Way("the till", f"units[{place}]", one.offset_points, one.offset_fen))
    for place, reward in enumerate(programme.rules.rewards):
        if (reward.unit or programme.rules.unit) != unit or reward.kind == "donation":
            continue
        prices = [(reward.points, reward.cash_fen)]
        prices += [(price.points, price.cash_fen) for price in reward.prices if special]
        most = yearly(reward) if special else None
        gains = [
            Way(reward.code, f"rules.rewards[{place}]", points, worth - cash, most)
            for points, cash in prices
            if points > 0 and (worth := worth_fen(reward)) > cash
        ]
        if gains and reward.threshold is None:
            found.append(max(gains, key=lambda way: way.each))
    return sorted(found, key=lambda way: way.each, reverse=True)


def point_worth(programme: Programme, unit: str) -> Fraction:
    """Fen that a point is worth: the best of the till and of the rewards at their ordinary prices."""
    found = ways(programme, unit, special=False)
    return found[0].each if found else Fraction(0)


def most_worth(programme: Programme, unit: str) -> Fraction:
    """The most fen that a point is ever worth: at the lowest price of a reward that has no limit."""
    found = [way.each for way in ways(programme, unit, special=True) if way.most is None]
    return max([*found, point_worth(programme, unit)])


def best_ways(programme: Programme, points: Mapping[str, int]) -> tuple[Fraction, list[str]]:
    """The most fen that a member makes of a year's points, at the lowest prices, and how."""
    total, told = Fraction(0), []
    for unit, left in points.items():
        rest = Fraction(left)
        for way in ways(programme, unit, special=True):
            taken = rest if way.most is None else min(rest, Fraction(way.most * way.points))
            if taken > 0:
                total += taken * way.each
                told.append(f"{float(taken):.0f} {unit} on {way.name} at {float(way.each):.2f} fen each")
            rest -= taken
        for reward in programme.rules.rewards:
            if (
                reward.threshold
                and (reward.unit or programme.rules.unit) == unit
                and left >= reward.threshold
            ):
                times = yearly(reward) or 1
                total += times * worth_fen(reward)
                told.append(f"{reward.code} {times} times for holding {reward.threshold} {unit}")
    return total, told
