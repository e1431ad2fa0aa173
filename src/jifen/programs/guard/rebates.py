"""The effective rebate of each rule, and of the whole rule set on an ordinary day: exact fractions."""

from datetime import date
from fractions import Fraction

import msgspec

from jifen.programs.definition import Programme
from jifen.programs.guard.alone import best_alone
from jifen.programs.guard.bounds import Bounds
from jifen.programs.guard.extremes import Where
from jifen.programs.guard.reference import reference_day
from jifen.programs.guard.worst import Search
from jifen.programs.guard.worth import point_worth


class Rebate(msgspec.Struct, frozen=True, kw_only=True):
    """What comes back of what is spent. rule: its id; the empty text: the whole rule set.

    points, fen: so many points for so many fen at the best; fen 0: for an act, where nothing is spent.
    worth_fen: what one point of the unit is worth.
    """

    rule: str
    path: str
    unit: str
    points: Fraction
    fen: int
    worth_fen: Fraction

    @property
    def share(self) -> Fraction | None:
        """Value by spend; None: nothing is spent."""
        return self.points * self.worth_fen / self.fen if self.fen else None

    @property
    def permille(self) -> Fraction | None:
        """The same in thousandths: 100 is a rebate of 10 %."""
        return None if self.share is None else self.share * 1000

    @property
    def percent(self) -> str:
        """The same for a person: 10 %, 16.7 %; the empty text: nothing is spent."""
        return "" if self.share is None else percent(self.share)


def percent(share: Fraction, places: int = 1) -> str:
    """A share as a percentage, rounded half up, without a zero that says nothing."""
    whole = (share * 100 * 10**places * 2 + 1) // 2
    text = f"{whole // 10**places}.{whole % 10**places:0{places}d}".rstrip("0").rstrip(".")
    return f"{text} %"


def rebates(programme: Programme) -> list[Rebate]:
    """The effective rebate of every rule on the basket that suits it best, and of all together (S07).

    The value of a point is the best of the till and of the rewards at their ordinary prices.
    """
    bounds = Bounds(reference_day(programme))
    found = []
    for place, rule in enumerate(programme.rules.rules):
        points, fen = best_alone(rule, programme.rules, bounds["piece_fen"])
        unit = rule.unit or programme.rules.unit
        found.append(
            Rebate(
                rule=rule.id,
                path=f"rules.rules[{place}]",
                unit=unit,
                points=points,
                fen=fen,
                worth_fen=point_worth(programme, unit),
            )
        )
    return [*found, ordinary(programme, bounds)]


def ordinary(programme: Programme, bounds: Bounds) -> Rebate:
    """All rules together on the basket that gives most, on an ordinary day, to a member without privileges.

    An ordinary day is of the commonest kind of day, and what is given once only has been given.
    """
    on = reference_day(programme)
    search = Search(programme, on, bounds)
    day = max(search.space.days, key=len)[0]
    once = {
        (f"once:{rule.id}", period): 1
        for rule in search.rules.definition.rules
        if rule.once
        for period in _periods(rule.once, day)
    }
    worths = {unit.code: point_worth(programme, unit.code) for unit in programme.units}
    best, won = (
        Fraction(-1),
        Rebate(
            rule="",
            path="rules",
            unit=programme.rules.unit,
            points=Fraction(0),
            fen=100,
            worth_fen=Fraction(0),
        ),
    )
    tried: set[tuple[int, int]] = set()
    for place in search.space.places:
        where: Where = (place, ("", False, False), "", "")
        for at, basket in enumerate(search.space.baskets):
            alike = search.alike(day, where, at)
            if alike in tried:
                continue
            tried.add(alike)
            award = search.award((day, *where, basket), once)
            value = sum((share.points * worths[share.unit] for share in award.shares), Fraction(0))
            if value / basket.amount > best:
                best = value / basket.amount
                worth = worths[programme.rules.unit]
                points = value / worth if worth else Fraction(0)
                won = Rebate(
                    rule="",
                    path="rules",
                    unit=programme.rules.unit,
                    points=points,
                    fen=basket.amount,
                    worth_fen=worth,
                )
    return won


def _periods(once: str, day: date) -> tuple[str, ...]:
    week = day.isocalendar()
    return (
        day.isoformat(),
        f"{week.year}-W{week.week:02d}",
        f"{day.year:04d}-{day.month:02d}",
        f"{day.year:04d}",
        "ever",
    )
