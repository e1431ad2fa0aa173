"""A wallet, the plainest way: lots by what makes them, and what moves points in and out of them."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from fractions import Fraction
from typing import NamedTuple
from uuid import UUID

import msgspec

OPERATOR = "operator"
FAR = datetime(9999, 12, 31, tzinfo=UTC)
BEIJING = timezone(timedelta(hours=8))
"""The programme's zone, which has no summer time."""


class Traits(NamedTuple):
    """What makes a series, with merchants by name. worth: so many points pay so many fen."""

    issuer: str
    funder: str
    contract: int
    terms: int
    worth: tuple[int, int]
    matures: datetime | None
    expires: datetime | None
    origin: "Traits | None" = None


Parts = list[tuple[Traits, int]]
"""Points of which lots, in order."""


class Lot(msgspec.Struct):
    """What is of one series in a wallet. lapsed: what was booked as expired, and not taken back since."""

    remaining: int = 0
    held: int = 0
    owed: int = 0
    lapsed: int = 0


def day_of(at: datetime) -> date:
    """The day of an instant, in the programme's zone."""
    return at.astimezone(BEIJING).date()


def end_of(day: date) -> datetime:
    """The instant at which a day is over."""
    return datetime(day.year, day.month, day.day, tzinfo=BEIJING).astimezone(UTC) + timedelta(days=1)


def month_of(at: datetime) -> tuple[int, int]:
    """The month of an instant, in the programme's zone."""
    return day_of(at).year, day_of(at).month


def shares(total: int, weights: Sequence[int]) -> list[int]:
    """A total over weights, by largest remainder; the earlier of two alike gets more."""
    if not sum(weights):
        assert not total
        return [0 for _ in weights]
    exact = [Fraction(total * weight, sum(weights)) for weight in weights]
    made = [int(one) for one in exact]
    order = sorted(range(len(weights)), key=lambda n: (made[n] - exact[n], n))
    return [one + (n in order[: total - sum(made)]) for n, one in enumerate(made)]


class Wallet:
    """Lots of one member, or of a household's pool. name: the id of a series; holds: parts by bill."""

    def __init__(self, name: Callable[[Traits], UUID]) -> None:
        self.name = name
        self.lots: dict[Traits, Lot] = {}
        self.holds: dict[str, tuple[datetime, Parts]] = {}

    def lot(self, traits: Traits) -> Lot:
        """A lot, empty where it is new."""
        return self.lots.setdefault(traits, Lot())

    def usable(self, at: datetime) -> list[Traits]:
        """What can pay at an instant."""
        return [
            traits
            for traits, lot in self.lots.items()
            if lot.remaining
            and (traits.matures is None or traits.matures <= at)
            and (traits.expires is None or at < traits.expires)
        ]

    def balance(self, at: datetime) -> dict[str, int]:
        """Available, pending, held, owed."""
        return {
            "available": self.available(at),
            "pending": sum(
                lot.remaining for traits, lot in self.lots.items() if traits.matures and at < traits.matures
            ),
            "held": sum(lot.held for lot in self.lots.values()),
            "owed": sum(lot.owed for lot in self.lots.values()),
        }

    def available(self, at: datetime) -> int:
        """What can be spent at an instant."""
        return sum(self.lots[traits].remaining for traits in self.usable(at))

    def order(self, traits: Traits, first: str = "") -> tuple[bool, datetime, datetime, UUID]:
        """What is drawn before what: own points where asked, soonest to expire, oldest."""
        return (
            bool(first) and traits.issuer != first,
            traits.expires or FAR,
            traits.matures or FAR,
            self.name(traits),
        )

    def draw(self, points: int, at: datetime, first: str = "") -> Parts | None:
        """Which lots pay; None: there are too few points."""
        parts: Parts = []
        for traits in sorted(self.usable(at), key=lambda one: self.order(one, first)):
            taken = min(points, self.lots[traits].remaining)
            points -= taken
            if taken:
                parts.append((traits, taken))
        return None if points else parts

    def spend(self, parts: Parts) -> None:
        """Points leave."""
        for traits, points in parts:
            self.lots[traits].remaining -= points
            assert self.lots[traits].remaining >= 0

    def hold(self, bill: str, parts: Parts, deadline: datetime) -> None:
        """Points are set aside."""
        self.spend(parts)
        for traits, points in parts:
            self.lots[traits].held += points
        self.holds[bill] = deadline, parts

    def unhold(self, bill: str, points: int, at: datetime, grace: datetime | None) -> Parts:
        """The first so many points of a hold leave; the others are free, where late into the grace."""
        _, parts = self.holds.pop(bill)
        taken: Parts = []
        for traits, part in parts:
            self.lots[traits].held -= part
            now = min(points, part)
            points -= now
            if now:
                taken.append((traits, now))
            if part > now:
                self.lots[traits].remaining += part - now
                self.prolong(traits, part - now, at, grace)
        assert not points
        return taken

    def issue(self, traits: Traits, points: int) -> None:
        """Points come in, and repay what is owed: their own lot, what they come from, then the oldest."""
        self.lot(traits).remaining += points
        owing = sorted(
            (one for one, lot in self.lots.items() if lot.owed),
            key=lambda one: (one != traits, one != traits.origin, one.expires or FAR, self.name(one)),
        )
        for one in owing:
            points -= self.repay(traits, one, points)

    def repay(self, traits: Traits, debt: Traits, points: int) -> int:
        """Points of one lot repay what another owes; how many did."""
        repaid = min(points, self.lots[debt].owed)
        self.lots[traits].remaining -= repaid
        self.lots[debt].owed -= repaid
        return repaid

    def come_back(self, parts: Parts, at: datetime, grace: datetime | None) -> None:
        """Spent points return to their very lots, and repay only what these lots owe."""
        for traits, points in parts:
            self.lot(traits).remaining += points
            for debt in dict.fromkeys((traits, traits.origin or traits)):
                if debt in self.lots:
                    points -= self.repay(traits, debt, points)
            self.prolong(traits, points, at, grace)

    def prolong(self, traits: Traits, points: int, at: datetime, grace: datetime | None) -> None:
        """Points past their date move to a lot that lives until the end of the grace."""
        if points and grace is not None and traits.expires is not None and traits.expires <= at < grace:
            later = traits._replace(expires=grace, origin=traits.origin or traits)
            self.lots[traits].remaining -= points
            self.lot(later).remaining += points

    def take_back(self, traits: Traits, points: int) -> None:
        """Earned points go: what is free, what got a later date, what expired unused; the rest is owed."""
        later = sorted(
            (one for one in self.lots if one.origin == traits),
            key=lambda one: (one.expires or FAR, self.name(one)),
        )
        for one in [traits, *later]:
            taken = min(points, self.lot(one).remaining)
            self.lots[one].remaining -= taken
            points -= taken
        for one in [traits, *later]:
            taken = min(points, self.lots[one].lapsed)
            self.lots[one].lapsed -= taken
            points -= taken
        self.lots[traits].owed += points

    def expire(self, now: datetime) -> bool:
        """What is free and past its date is gone; whether anything was."""
        gone = [
            traits
            for traits, lot in self.lots.items()
            if lot.remaining and traits.expires is not None and traits.expires <= now
        ]
        for traits in gone:
            self.lots[traits].lapsed += self.lots[traits].remaining
            self.lots[traits].remaining = 0
        return bool(gone)
