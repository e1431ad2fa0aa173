"""What spends, the plainest way: redeem, donate, transfer, hold and what ends a hold, and what comes back."""

from datetime import datetime, timedelta

from tests.model.model import Fact, Held, Move, No
from tests.model.naive_moves import Moving, shares

COMING_BACK = ("redeem", "capture")


class Spending(Moving):
    """Each verb gives the fact to add, or says no."""

    def cannot_spend(self, who: str, at: datetime, now: datetime, unit: str) -> No | None:
        """What stops any spending."""
        if at - now > timedelta(minutes=5):
            return No("event_in_future")
        if unit not in self.units:
            return No("unit_unknown")
        frozen = self.frozen(who)
        return No("wallet_frozen") if frozen is not None and now < frozen else None

    def own(self, at: datetime, merchant: str) -> str:
        """Whose points go first."""
        terms = self.terms_at(at)
        return merchant if terms and self.rules[terms - 1][1].own_points_first else ""

    def redeem(
        self, who: str, at: datetime, now: datetime, *, points: int, merchant: str, unit: str = "point"
    ) -> Fact | No:
        """Points pay a merchant."""
        parts = self.cannot_spend(who, at, now, unit) or self.draw(
            who, unit, points, at, self.own(at, merchant)
        )
        if isinstance(parts, No):
            return parts
        moves = [Move(traits, "redeemed", -part, merchant) for traits, part in parts]
        return Fact("", "", at, moves, merchant=merchant, unit=unit, active=True)

    def donate(self, who: str, at: datetime, now: datetime, *, points: int, charity: str) -> Fact | No:
        """Points go to a charity."""
        no = self.cannot_spend(who, at, now, "point")
        if no is None and charity != "pupils":
            no = No("charity_unqualified")
        parts = no or self.draw(who, "point", points, at)
        if isinstance(parts, No):
            return parts
        return Fact("", "", at, [Move(traits, "donated", -part, charity) for traits, part in parts])

    def transfer(self, who: str, at: datetime, now: datetime, *, points: int, to: str) -> Fact | No:
        """Points move within a household."""
        if to == who:
            return No("same_wallet")
        no = self.cannot_spend(who, at, now, "point")
        if no is None and (who not in self.homes or self.homes[who] != self.homes.get(to)):
            no = No("not_one_household")
        parts = no or self.draw(who, "point", points, at)
        if isinstance(parts, No):
            return parts
        return Fact("", "", at, [Move(traits, "transferred", -part, to) for traits, part in parts])

    def restore(
        self, who: str, at: datetime, now: datetime, *, of: str, points: int | None = None
    ) -> Fact | No:
        """What was spent comes back, in proportion to what is still out of each lot."""
        if at - now > timedelta(minutes=5):
            return No("event_in_future")
        first = self.find(who, of)
        if first is None:
            return No("entry_unknown")
        if first.verb not in COMING_BACK:
            return No("not_reversible")
        out = {m.traits: -m.points for m in first.moves if m.account == "redeemed"}
        for fact in self.facts[who]:
            if fact.verb == "restore" and fact.of == of:
                for move in fact.moves:
                    out[move.traits] = out.get(move.traits, 0) - move.points * (move.account == "redeemed")
        left = sum(out.values())
        if not left:
            return No("nothing_left")
        points = left if points is None else points
        if points > left:
            return No("exceeds_entry")
        split = shares(points, list(out.values()))
        parts = [(traits, share) for traits, share in zip(out, split, strict=True) if share]
        moves = self.come_back(who, parts, "redeemed", first.merchant, at)
        return Fact("", "", at, moves, merchant=first.merchant, unit=first.unit, of=of)

    def reserve(
        self,
        who: str,
        at: datetime,
        now: datetime,
        *,
        points: int,
        deadline: datetime,
        merchant: str = "mall",
    ) -> Fact | No:
        """Points are set aside."""
        no = self.cannot_spend(who, at, now, "point")
        if no is None and deadline <= now:
            no = No("hold_lapsed")
        parts = no or self.draw(who, "point", points, at, self.own(at, merchant))
        if isinstance(parts, No):
            return parts
        moves = [Move(traits, "held", -part, "") for traits, part in parts]
        return Fact("", "", at, moves, merchant=merchant, hold=Held("", merchant, deadline, parts))

    def capture(
        self,
        who: str,
        at: datetime,
        now: datetime,
        *,
        hold: str,
        points: int | None = None,
        keep_open: bool = False,
    ) -> Fact | No:
        """A hold pays with its first parts; the rest stays held, or comes back at once."""
        if at - now > timedelta(minutes=5):
            return No("event_in_future")
        held = self.holds(who).get(hold)
        if held is None:
            return No("hold_closed")
        if at >= held.deadline:
            return No("hold_lapsed")
        whole = sum(part for _, part in held.parts)
        left = whole if points is None else points
        if left > whole:
            return No("exceeds_hold")
        moves, rest = [], []
        for traits, part in held.parts:
            now_taken = min(left, part)
            left -= now_taken
            if now_taken:
                moves += [
                    Move(traits, "held", now_taken, ""),
                    Move(traits, "redeemed", -now_taken, held.merchant),
                ]
            if part > now_taken:
                rest.append((traits, part - now_taken))
        if not keep_open:
            moves += self.come_back(who, rest, "held", "", at)
            rest = []
        after = Held(hold, held.merchant, held.deadline, rest)
        return Fact("", "", at, moves, merchant=held.merchant, active=True, hold=after)

    def release(self, who: str, at: datetime, now: datetime, *, hold: str, lapsed: bool = False) -> Fact | No:
        """A hold ends; all that is left of it comes back."""
        if at - now > timedelta(minutes=5):
            return No("event_in_future")
        held = self.holds(who).get(hold)
        if held is None:
            return No("hold_closed")
        if lapsed and now < held.deadline:
            return No("hold_running")
        moves = self.come_back(who, held.parts, "held", "", at)
        after = Held(hold, held.merchant, held.deadline, [])
        return Fact("", "", at, moves, merchant=held.merchant, hold=after)
