"""The books again, the plainest way: a list of facts a wallet, read from the start for every question."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from jifen.rules.definition import RuleSet
from jifen.values.periods import add_months, end_of_day, local_day
from tests.model.naive_rules import Bought, Counters

OPERATOR = "operator"
FAR = datetime(9999, 12, 31, tzinfo=UTC)
UNSET: Any = object()


class Traits(NamedTuple):
    """What makes a series, with merchants by name."""

    unit: str
    issuer: str
    funder: str
    contract: int
    terms: int
    matures: datetime | None
    expires: datetime | None
    idle: int | None
    origin: "Traits | None" = None


class Move(NamedTuple):
    """Points into a lot, or out of it, and who is at the other end."""

    traits: Traits
    account: str
    points: int
    other: str


class Said(NamedTuple):
    """An answer: points, repaid, owed more, and the four balances."""

    points: int
    repaid: int
    owed: int
    balance: tuple[int, int, int, int]


class No(NamedTuple):
    """A refusal."""

    code: str


class Held(msgspec.Struct):
    """A hold as it is after a fact: what is left of it, lot by lot."""

    key: str
    merchant: str
    deadline: datetime
    parts: list[tuple[Traits, int]]


class Fact(msgspec.Struct):
    """One entry. of: the key of what it takes back. bought, terms: of a purchase. back: of a return."""

    verb: str
    key: str
    at: datetime
    moves: list[Move] = []
    claimed: bool = True
    merchant: str = ""
    unit: str = "point"
    of: str | None = None
    bought: Bought | None = None
    terms: int = 0
    counts: Counters = {}
    back: Any = None
    active: bool = False
    hold: Held | None = None
    frozen: Any = UNSET


class Lot(msgspec.Struct):
    """What is of one series in a wallet."""

    granted: int = 0
    remaining: int = 0
    held: int = 0
    owed: int = 0


class Books:
    """Wallets by name, each a list of facts; nothing else is remembered. name: the id of a series."""

    def __init__(self, zone: str, units: Sequence[str], name: Callable[[Traits], UUID]) -> None:
        self.zone = zone
        self.units = units
        self.name = name
        self.facts: dict[str, list[Fact]] = {}
        self.homes: dict[str, str] = {}
        self.rules: list[tuple[datetime, RuleSet]] = []

    def lots(self, who: str, more: Sequence[Move] = ()) -> dict[Traits, Lot]:
        """All lots of a wallet, also after some more moves."""
        lots: dict[Traits, Lot] = {}
        for move in [move for fact in self.facts[who] for move in fact.moves] + list(more):
            lot = lots.setdefault(move.traits, Lot())
            lot.remaining += move.points
            if move.account == "held":
                lot.held -= move.points
            elif move.account == "owed" and move.points > 0:
                lot.owed += move.points
            elif move.account == "owed":
                left = -move.points
                for traits in self.debts(lots, move.traits):
                    if traits.issuer == move.other:
                        paid = min(left, lots[traits].owed)
                        lots[traits].owed -= paid
                        left -= paid
                assert not left
            elif move.points > 0 and move.account in ("issued", "transferred", "adjusted"):
                lot.granted += move.points
        return lots

    def debts(self, lots: dict[Traits, Lot], paying: Traits) -> list[Traits]:
        """What owes, in the order in which points of a series repay it: its own, its origin, the oldest."""
        owing = [traits for traits, lot in lots.items() if lot.owed and traits.unit == paying.unit]
        return sorted(
            owing, key=lambda one: (one != paying, one != paying.origin, one.expires or FAR, self.name(one))
        )

    def active(self, who: str) -> datetime:
        """When the wallet was last used."""
        return max([datetime(1970, 1, 1, tzinfo=UTC)] + [fact.at for fact in self.facts[who] if fact.active])

    def expiry(self, who: str, traits: Traits) -> datetime | None:
        """When a lot expires in this wallet."""
        if traits.idle is None:
            return traits.expires
        return end_of_day(add_months(local_day(self.active(who), self.zone), traits.idle), self.zone)

    def usable(self, who: str, traits: Traits, at: datetime) -> bool:
        """Matured, and not expired."""
        expires = self.expiry(who, traits)
        return (traits.matures is None or traits.matures <= at) and (expires is None or at < expires)

    def balance(self, who: str, unit: str, at: datetime) -> tuple[int, int, int, int]:
        """Available, pending, held, owed."""
        lots = {traits: lot for traits, lot in self.lots(who).items() if traits.unit == unit}
        return (
            sum(lot.remaining for traits, lot in lots.items() if self.usable(who, traits, at)),
            sum(lot.remaining for traits, lot in lots.items() if traits.matures and at < traits.matures),
            sum(lot.held for lot in lots.values()),
            sum(lot.owed for lot in lots.values()),
        )

    def counters(self, who: str, before: Fact | None = None) -> Counters:
        """What caps have counted, up to a fact."""
        counters: Counters = {}
        for fact in self.facts[who]:
            if fact is before:
                break
            for counter, count in fact.counts.items():
                counters[counter] = max(0, counters.get(counter, 0) + count)
        return counters

    def holds(self, who: str) -> dict[str, Held]:
        """Open holds, by key."""
        last = {fact.hold.key: fact.hold for fact in self.facts[who] if fact.hold is not None}
        return {key: hold for key, hold in last.items() if hold.parts}

    def frozen(self, who: str) -> datetime | None:
        """Until when spending is stopped, or was."""
        ends = [fact.frozen for fact in self.facts[who] if fact.frozen is not UNSET]
        return ends[-1] if ends else None

    def find(self, who: str, key: str) -> Fact | None:
        """What a wallet has booked first under a key."""
        return next((fact for fact in self.facts[who] if fact.key == key and fact.claimed), None)

    def terms_at(self, at: datetime) -> int:
        """The number of the rules in force; 0: none."""
        return max([0] + [n for n, (since, _) in enumerate(self.rules, 1) if since <= at])

    def grace(self, at: datetime) -> datetime | None:
        """Until when points that come back late can be used."""
        terms = self.terms_at(at)
        days = self.rules[terms - 1][1].grace_days if terms else 0
        return end_of_day(local_day(at, self.zone) + timedelta(days=days), self.zone) if days else None
