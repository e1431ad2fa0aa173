"""Households, the plainest way: who is in which, what members let others spend, whose a pool's points are."""

from datetime import datetime, timedelta
from typing import Literal

import msgspec

from tests.spending.lots import Parts, Traits, day_of, month_of, shares
from tests.spending.naive_till import Till
from tests.spending.sheets import INVITATION_DAYS, MEMBERS_MOST
from tests.spending.world import HOMES, MEMBERS, No, Said, no


class Invitation(msgspec.Struct):
    """Who asked whom into which household."""

    home: str
    by: str
    to: str
    ends: datetime
    state: Literal["open", "accepted", "declined"] = "open"


REFUSED = no("household_refused")


class Home(Till):
    """Each verb changes the world and says what is answered, or says no and changes nothing."""

    def __init__(self, *given: object) -> None:
        super().__init__(*given)  # type: ignore[arg-type]
        self.kin = {home: list(members) for home, members in HOMES.items()}
        self.lets: dict[str, int] = {}
        self.left: dict[str, tuple[datetime, str]] = {}
        self.invitations: dict[str, Invitation] = {}
        self.lent: dict[tuple[str, tuple[int, int]], int] = {}
        self.owners: dict[str, dict[Traits, dict[str, int]]] = {home: {} for home in HOMES}

    def home_of(self, who: str) -> str | None:
        """The household of a member, or of a pool."""
        if who in HOMES:
            return who
        return next((home for home, members in self.kin.items() if who in members), None)

    def allowance(self, buyer: str, other: str) -> int | None:
        """So much the buyer may spend of another's points; None: nothing at all."""
        if self.home_of(buyer) is None or self.home_of(buyer) != self.home_of(other):
            return None
        available = self.wallets[other].available(self.now)
        if other in HOMES:
            return available
        if other not in self.lets:
            return None
        return min(available, max(0, self.lets[other] - self.lent.get((other, month_of(self.now)), 0)))

    # Whose a pool's points are.

    def put(self, pool: str, traits: Traits, owner: str, points: int) -> None:
        """A member's points are in the pool."""
        owners = self.owners[pool].setdefault(traits, {})
        owners[owner] = owners.get(owner, 0) + points

    def take(self, pool: str, traits: Traits, points: int, taker: str = "") -> dict[str, int]:
        """Points leave a pool: the taker's own first, then of all owners in proportion."""
        owners = self.owners[pool][traits]
        own = min(points, owners.get(taker, 0))
        weights = {owner: part - (own if owner == taker else 0) for owner, part in owners.items()}
        weights = {owner: part for owner, part in weights.items() if part}
        gone = dict(zip(weights, shares(points - own, list(weights.values())), strict=True))
        if own:
            gone[taker] = gone.get(taker, 0) + own
        for owner, part in gone.items():
            owners[owner] -= part
        return gone

    def spend_of(self, who: str, parts: Parts) -> dict[Traits, dict[str, int]]:
        """Points of a wallet are spent; of a pool, whose they were."""
        self.wallets[who].spend(parts)
        return {traits: self.take(who, traits, points) for traits, points in parts} if who in HOMES else {}

    def back_of(self, who: str, parts: Parts, whose: dict[Traits, dict[str, int]]) -> None:
        """Spent points come back; to a pool, to those whose they were."""
        late = [traits for traits, _ in parts if traits.expires is not None and traits.expires <= self.now]
        self.wallets[who].come_back(parts, self.now, self.grace)
        for traits, owners in whose.items():
            lot = traits
            if traits in late and self.grace is not None:
                lot = traits._replace(expires=self.grace, origin=traits.origin or traits)
            for owner, points in owners.items():
                self.put(who, lot, owner, points)

    # The verbs.

    def expire(self, key: str, *, who: str) -> Said | No:
        """What is past its date goes, of a pool from all its owners."""
        before = {traits: lot.remaining for traits, lot in self.wallets[who].lots.items()}
        said = super().expire(key, who=who)
        if who in HOMES:
            for traits, lot in self.wallets[who].lots.items():
                if before[traits] > lot.remaining:
                    self.take(who, traits, before[traits] - lot.remaining)
        return said

    def transfer(self, key: str, *, who: str, to: str, points: int) -> Said | No:
        """Points move within a household, lot by lot."""
        if who == to:
            return no("same_wallet")
        why = set() if self.home_of(who) and self.home_of(who) == self.home_of(to) else {"not_one_household"}
        parts = self.wallets[who].draw(points, self.now)
        if parts is None or why:
            return no(*why, *(("insufficient_points",) if parts is None else ()))
        self.wallets[who].spend(parts)
        for traits, part in parts:
            self.wallets[to].lot(traits).remaining += part
            if who in HOMES:
                self.take(who, traits, part, to)
            if to in HOMES:
                self.put(to, traits, who, part)
        return self.balance(who)

    def invite(self, key: str, *, who: str, whom: str) -> Said | No:
        """A member asks somebody to join."""
        home = self.home_of(who)
        if home is None or who in HOMES or self.home_of(whom) is not None:
            return REFUSED
        ends = self.now + timedelta(days=INVITATION_DAYS)
        self.invitations[key] = Invitation(home, who, whom, ends)
        return {}

    def answer(self, key: str, *, who: str, invitation: str, accept: bool) -> Said | No:
        """Who was asked accepts or declines."""
        one = self.invitations[invitation]
        if one.to != who or one.state != "open" or one.ends <= self.now:
            return REFUSED
        if accept:
            since, of = self.left.get(who, (None, ""))
            waits = since is not None and of != one.home
            if waits and since is not None and self.now < since + timedelta(days=self.today.rejoin_days):
                return REFUSED
            if one.by not in self.kin[one.home] or self.home_of(who) is not None:
                return REFUSED
            if len(self.kin[one.home]) >= MEMBERS_MOST:
                return REFUSED
            self.kin[one.home].append(who)
        one.state = "accepted" if accept else "declined"
        return {}

    def leave(self, key: str, *, who: str) -> Said | No:
        """A member leaves with the own part of the pool, late or not; the last one with all of it."""
        home = self.home_of(who)
        if home is None or who in HOMES:
            return REFUSED
        self.kin[home].remove(who)
        self.lets.pop(who, None)
        self.left[who] = self.now, home
        for traits, owners in self.owners[home].items():
            points = owners.get(who, 0) if self.kin[home] else sum(owners.values())
            if points:
                self.wallets[home].lots[traits].remaining -= points
                self.wallets[who].lot(traits).remaining += points
                self.take(home, traits, points, who)
        return {}

    def let(self, key: str, *, who: str, points: int | None) -> Said | No:
        """The others may spend so many of a member's points a month; none any more."""
        if points is None:
            if who not in self.lets:
                return REFUSED
            del self.lets[who]
            return {}
        if self.home_of(who) is None or not self.today.pools:
            return REFUSED
        self.lets[who] = points
        return {}


__all__ = ["MEMBERS", "Home", "Invitation", "day_of"]
