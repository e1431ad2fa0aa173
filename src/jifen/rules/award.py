"""What an evaluation takes and gives."""

from collections.abc import Mapping
from datetime import date, datetime

import msgspec

from jifen.rules.person import NOBODY_KNOWN, Person
from jifen.rules.reasons import Reason


class Line(msgspec.Struct, frozen=True, gc=False):
    """One line of a basket; amount is what was paid for all of it, in fen. evidence: of green goods."""

    sku: str
    category: str
    quantity: int
    amount: int
    tags: tuple[str, ...] = ()
    brand: str = ""
    evidence: str = ""


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
    by_category: dict[str, int] = {}
    tags: set[str] = set()

    def __post_init__(self) -> None:
        """Add the lines up once, for all rules."""
        if self.lines:
            sums: dict[str, int] = {}
            for line in self.lines:
                sums[line.category] = sums.get(line.category, 0) + line.amount
                if line.tags:
                    self.tags.update(line.tags)
            self.by_category = sums


class Share(msgspec.Struct, frozen=True, gc=False):
    """What one rule gave: so many points of a unit, paid for by a funder, living from and to an instant.

    funder: merchant (that of the purchase), operator, or a merchant's code. A rule whose points several
    fund has a share for each of them.
    """

    rule: str
    points: int
    unit: str
    funder: str
    matures_at: datetime | None
    expires_at: datetime | None
    idle_months: int | None


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
