"""What a verb of the naive books does to a wallet: which lots pay, what is repaid, what comes back."""

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction

from jifen.rules.award import Line
from jifen.values.periods import Active, expires_at, local_day
from tests.model.model import FAR, OPERATOR, Books, Move, No, Traits
from tests.model.naive_rules import Bought, Counters, counted, evaluate


class Moving(Books):
    """Moves that verbs have in common; none of them is remembered until a fact is added."""

    def draw(
        self, who: str, unit: str, points: int, at: datetime, first: str = ""
    ) -> list[tuple[Traits, int]] | No:
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
        moves: list[Move] = []
        for traits, points in parts:
            moves.append(Move(traits, account, points, other))
            lots = self.lots(who, moves)
            owed = sum(lots[one].owed for one in {traits, traits.origin or traits} if one in lots)
            repaid = min(points, owed) if account != "held" else 0
            if repaid:
                moves.append(Move(traits, "owed", -repaid, traits.issuer))
            expires, grace = self.expiry(who, traits), self.grace(at)
            if points > repaid and grace is not None and expires is not None and expires <= at < grace:
                later = traits._replace(expires=grace, idle=None, origin=traits.origin or traits)
                moves.append(Move(traits, "transferred", repaid - points, who))
                moves.append(Move(later, "transferred", points - repaid, who))
        return moves

    def take_back(self, who: str, traits: Traits, points: int) -> list[Move]:
        """Earned points: what is free, what has a later date, what expired; the rest is owed."""
        lots = self.lots(who)
        moves: list[Move] = []
        gone = points - min(points, lots[traits].remaining)
        later = [one for one in lots if one.origin == traits]
        later.sort(key=lambda one: (one.expires or FAR, self.name(one)))
        for one in later:
            found = min(gone, lots[one].remaining)
            gone -= found
            moves += self.shift(who, one, traits, found)
        for one in [traits, *later]:
            expired = -sum(
                move.points
                for fact in self.facts[who]
                for move in fact.moves
                if (move.traits, move.account) == (one, "expired")
            )
            found = min(gone, expired)
            gone -= found
            if found:
                moves.append(Move(one, "expired", found, traits.issuer))
                moves += self.shift(who, one, traits, found)
        moves.append(Move(traits, "clawed_back", -points, traits.issuer))
        return [*moves, Move(traits, "owed", gone, traits.issuer)] if gone else moves

    def shift(self, who: str, traits: Traits, to: Traits, points: int) -> list[Move]:
        """Points from one lot of a wallet to another."""
        if not points or traits == to:
            return []
        return [Move(traits, "transferred", -points, who), Move(to, "transferred", points, who)]

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

    def earnings(self, bought: Bought, terms: int, used: Counters) -> tuple[dict[Traits, int], Counters]:
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
