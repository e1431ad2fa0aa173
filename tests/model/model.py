"""The books again, the plainest way: a list of facts for each wallet, read from the start at every question."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from jifen.rules.award import Line
from jifen.rules.definition import RuleSet
from jifen.values.periods import Active, add_months, end_of_day, expires_at, local_day
from tests.model.naive_rules import Bought, Counters, counted, evaluate

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

    # Questions, each answered from the first fact on.

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
        """What owes, in the order in which points of a series repay it: its own debt, then the oldest date."""
        owing = [traits for traits, lot in lots.items() if lot.owed and traits.unit == paying.unit]
        return sorted(owing, key=lambda one: (one != paying, one.expires or FAR, self.name(one)))

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

    # What verbs have in common.

    def draw(self, who: str, unit: str, points: int, at: datetime, first: str = "") -> list[tuple[Traits, int]] | No:
        """Which lots pay: own points first if asked, soonest to expire, never last."""
        lots = {
            traits: lot.remaining
            for traits, lot in self.lots(who).items()
            if traits.unit == unit and lot.remaining and self.usable(who, traits, at)
        }
        if sum(lots.values()) < points:
            return No("insufficient_points")
        parts = []
        for traits in sorted(
            lots,
            key=lambda one: (
                bool(first) and one.issuer != first,
                self.expiry(who, one) or FAR,
                one.matures or FAR,
                self.name(one),
            ),
        ):
            taken = min(points, lots[traits])
            points -= taken
            if taken:
                parts.append((traits, taken))
        return parts

    def issue(self, who: str, grants: dict[Traits, int]) -> list[Move]:
        """Points into new or known lots, which repay what is owed."""
        moves: list[Move] = []
        for traits, points in grants.items():
            moves.append(Move(traits, "issued", points, traits.issuer))
            lots = self.lots(who, moves)
            for debt in self.debts(lots, traits):
                repaid = min(points, lots[debt].owed)
                points -= repaid
                moves += [Move(traits, "owed", -repaid, debt.issuer)] if repaid else []
        return moves

    def come_back(
        self, who: str, parts: list[tuple[Traits, int]], account: str, other: str, at: datetime
    ) -> list[Move]:
        """Points back into their very lots; those past their date move on into the grace."""
        moves = []
        for traits, points in parts:
            moves.append(Move(traits, account, points, other))
            lots = self.lots(who)
            repaid = min(points, lots[traits].owed) if account != "held" else 0
            if repaid:
                moves.append(Move(traits, "owed", -repaid, traits.issuer))
            expires, grace = self.expiry(who, traits), self.grace(at)
            if points > repaid and grace is not None and expires is not None and expires <= at < grace:
                later = traits._replace(expires=grace, idle=None, origin=traits.origin or traits)
                moves.append(Move(traits, "transferred", repaid - points, who))
                moves.append(Move(later, "transferred", points - repaid, who))
        return moves

    def operators(self, unit: str, at: datetime, funder: str) -> Traits:
        """The series of points that the operator gives."""
        terms = self.terms_at(at)
        validity = self.rules[terms - 1][1].validity if terms else None
        idle = validity.months if isinstance(validity, Active) else None
        expires = (
            None if validity is None or idle else expires_at(validity, local_day(at, self.zone), self.zone)
        )
        contract = 0 if funder == OPERATOR else 1
        return Traits(unit, OPERATOR, funder, contract, terms, None, expires, idle)

    def earnings(
        self, bought: Bought, terms: int, used: Counters
    ) -> tuple[dict[Traits, int], Counters]:
        """What rules give for a purchase, by series, and what their caps count of it."""
        if not bought.amount and not bought.lines and bought.act is None:
            return {}, {}
        rules = self.rules[terms - 1][1]
        given = evaluate(rules, bought, used, self.zone)
        issuer = bought.merchant or OPERATOR
        grants: dict[Traits, int] = {}
        for rule, points, matures, expires, idle in given:
            funder = issuer if rule.funder == "merchant" else OPERATOR
            contract = 0 if issuer == OPERATOR else 1
            one = Traits(rule.unit or rules.unit, issuer, funder, contract, terms, matures, expires, idle)
            grants[one] = grants.get(one, 0) + points
        return grants, counted(given, local_day(bought.at, self.zone))


def shares(points: int, out: list[int]) -> list[int]:
    """Points over what is still out, by largest remainder."""
    exact = [Fraction(points * one, sum(out)) for one in out]
    made = [int(one) for one in exact]
    order = sorted(range(len(out)), key=lambda n: (made[n] - exact[n], n))
    return [one + (n in order[: points - sum(made)]) for n, one in enumerate(made)]


def without(lines: Sequence[Line], back: Sequence[tuple[str, int]]) -> list[Line] | No:
    """What is left of a basket, taken away one piece at a time but priced at once."""
    left = list(lines)
    for sku, wanted in back:
        if not any(line.sku == sku for line in lines):
            return No("line_unknown")
        for n, line in enumerate(left):
            taken = min(wanted, line.quantity) if line.sku == sku else 0
            if taken:
                stays = line.quantity - taken
                paid = int(Fraction(line.amount * stays, line.quantity))
                left[n] = Line(sku, line.category, stays, paid, line.tags)
                wanted -= taken
        if wanted:
            return No("exceeds_entry")
    return [line for line in left if line.quantity]
