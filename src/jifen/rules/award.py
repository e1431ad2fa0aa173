"""What an evaluation takes and gives."""

from collections.abc import Iterable, Mapping, Set
from datetime import date, datetime

import msgspec

from jifen.rules.person import NOBODY_KNOWN, Person
from jifen.rules.reasons import Reason

NONE: frozenset[str] = frozenset()


class Line(msgspec.Struct, frozen=True, gc=False):
    """One line of a basket; amount is what was paid for all of it, in fen. evidence: of green goods."""

    sku: str
    category: str
    quantity: int
    amount: int
    tags: tuple[str, ...] = ()
    brand: str = ""
    evidence: str = ""


class Sums(msgspec.Struct, frozen=True, gc=False):
    """Lines added up once, for all rules: fen by category, and the tags and the evidence that they name."""

    by_category: dict[str, int]
    tags: Set[str]
    evidence: Set[str]


def added_up(lines: Iterable[Line]) -> Sums:
    """Lines as rules read them together."""
    by_category: dict[str, int] = {}
    tags: Set[str] = NONE
    evidence: Set[str] = NONE
    for line in lines:
        category = line.category
        if category in by_category:
            by_category[category] += line.amount
        else:
            by_category[category] = line.amount
        if line.tags:
            tags = tags | set(line.tags)
        if line.evidence:
            evidence = evidence | {line.evidence}
    return Sums(by_category, tags, evidence)


class Facts(msgspec.Struct, gc=False):
    """What rules read of one purchase or act; by_category: fen of the lines of each category.

    code: what an act carries. evidence: the kind of each green evidence that the lines name and that is valid
    on the day, by its code. held: the rules whose conditions on the person held when the event was
    booked, where it is evaluated again; None: ask the person.
    """

    merchant: str
    store: str
    at: datetime
    day: date
    amount: int
    lines: tuple[Line, ...] = ()
    act: str | None = None
    code: str = ""
    channel: str = ""
    payment: str = ""
    person: Person = NOBODY_KNOWN
    evidence: Mapping[str, str] = {}
    held: frozenset[str] | None = None
    sums: Sums | None = None
    by_category: Mapping[str, int] = {}
    tags: Set[str] = NONE

    def __post_init__(self) -> None:
        """Take the lines added up, for all rules at once."""
        if self.lines:
            sums = self.sums
            if sums is None:
                sums = self.sums = added_up(self.lines)
            self.by_category, self.tags = sums.by_category, sums.tags


class Promise(msgspec.Struct, frozen=True, eq=False, gc=False):
    """What the points of a rule are on a day: of which unit, paid by which funder, living from and to when.

    funder: merchant (that of the purchase), operator, or a merchant's code. Told apart by identity: a
    rule makes one for each funder and each such life.
    """

    rule: str
    unit: str
    funder: str
    matures_at: datetime | None
    expires_at: datetime | None
    idle_months: int | None


class Share(msgspec.Struct, frozen=True, gc=False):
    """What one rule gave. A rule whose points several fund has a share for each of them."""

    promise: Promise
    points: int

    @property
    def rule(self) -> str:
        """Which rule gave."""
        return self.promise.rule

    @property
    def unit(self) -> str:
        """Points of which unit."""
        return self.promise.unit

    @property
    def funder(self) -> str:
        """Who pays for them, as the promise says it."""
        return self.promise.funder


class Award(msgspec.Struct, gc=False):
    """All shares, the counters to advance, what was read of them, and why other rules gave nothing.

    held: rules that have conditions on the person, and whose conditions held. drawn: points by budget.
    """

    shares: list[Share]
    counts: dict[tuple[str, str], int]
    read: dict[tuple[str, str], int]
    missed: list[tuple[str, Reason]]
    held: list[str] = []
    drawn: dict[str, int] = {}
