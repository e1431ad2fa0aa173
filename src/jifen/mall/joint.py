"""Several pay one reward together or not at all: offered by one, agreed to by each, then redeemed at once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from jifen.books.refusals import Code, Refusal
from jifen.engine.command import Needs, Plan, entry_id
from jifen.engine.view import View
from jifen.mall.family import OfHousehold, terms_at, told
from jifen.mall.paying import Payer
from jifen.mall.rewarding import RedeemReward
from jifen.parties.programs import Program
from jifen.rules.pricing import pricing_of
from jifen.values.ids import EntryId, Id, WalletId, cell_of


class Part(msgspec.Struct, frozen=True):
    """Who pays how many points of an offer; agreed_at: None, until its holder has agreed."""

    payer: WalletId
    points: int
    agreed_at: datetime | None = None


class Offer(msgspec.Struct, frozen=True):
    """A joint offer as it stands. wallet: of who made it; expected: the points of a piece then."""

    id: Id
    wallet: WalletId
    reward: str
    merchant: str
    store: str | None
    count: int
    expected: int
    offered_at: datetime
    ends_at: datetime
    state: str
    redemption: Id | None
    parts: tuple[Part, ...]

    def waits_for(self, besides: WalletId | None = None) -> list[WalletId]:
        """The payers who have not agreed yet, besides one."""
        return [part.payer for part in self.parts if part.agreed_at is None and part.payer != besides]

    def closed(self, now: datetime) -> str:
        """Why nobody can agree any more; the empty text: they can."""
        if self.state != "open":
            return self.state
        return "lapsed" if self.ends_at <= now else ""


def offer_from(rows: Sequence[Any]) -> Offer | None:
    """The offer of some rows of the query needs_joint; None of none."""
    if not rows:
        return None
    one = rows[0]
    return Offer(
        one["asked"],
        one["wallet"],
        one["reward"],
        one["merchant"],
        one["store"],
        one["count"],
        one["expected"],
        one["offered_at"],
        one["ends_at"],
        one["state"],
        one["redemption"],
        tuple(Part(row["payer"], row["points"], row["agreed_at"]) for row in rows),
    )


class OfferJoint(OfHousehold, frozen=True, kw_only=True):
    """A member offers others to pay a reward together, and agrees with that to the own part."""

    reward: str
    merchant: str
    store: str | None
    count: int
    expected: int
    parts: tuple[tuple[WalletId, int], ...]

    def decide(self, view: View) -> Plan | Refusal:
        """The offer, until its end. Nothing is held for it: it is paid or not when all have agreed."""
        program: Program = view.program(self.program)
        rules = program.rules_at(self.recorded_at)
        reward = None if rules is None else pricing_of(rules).rewards.get(self.reward)
        if reward is None:
            said = f"there is no reward {self.reward!r}: take one of the list at /v1/rewards"
            return Refusal(Code.REWARD_UNKNOWN, said, {"reward": self.reward})
        if reward.slots is not None or reward.cash_fen:
            return _refused(
                f"{self.reward!r} is booked for a time or paid in cash too: one of you pays it", 0
            )
        payers = [wallet for wallet, _ in self.parts]
        if len(set(payers)) < len(payers) or self.wallet not in payers or len(payers) < 2:
            return _refused("the payers are the member and at least one other, each once: name them so", 0)
        if len(payers) > reward.payers:
            return _refused(
                f"{self.reward!r} may be paid by {reward.payers} members, {len(payers)} are named: "
                "name fewer",
                len(payers),
            )
        price, stated = self.expected * self.count, sum(points for _, points in self.parts)
        if stated != price:
            return _refused(
                f"the payers' points sum to {stated}, the price is {price}: let them agree", stated
            )
        now, this = self.recorded_at, entry_id(self.program, self.source, self.key)
        offer = Offer(
            this,
            self.wallet,
            self.reward,
            self.merchant,
            self.store,
            self.count,
            self.expected,
            now,
            now + timedelta(hours=terms_at(program, now).offer_hours),
            "open",
            None,
            tuple(Part(of, points, now if of == self.wallet else None) for of, points in self.parts),
        )
        said = told("offered", ref=str(this))
        return Plan((self.draft(program, self.wallet, said),), effects=[_effect(offer, self.program)])


class OfOffer(OfHousehold, frozen=True, kw_only=True):
    """What a payer says to an offer. maker: the wallet of who made it, whose version guards it."""

    offer: Id
    maker: WalletId

    @property
    def wallets(self) -> tuple[WalletId, ...]:
        """Who says it, who made the offer."""
        return (self.wallet,) if self.wallet == self.maker else (self.wallet, self.maker)

    def needs(self, program: Program) -> Needs:
        """The offer."""
        return Needs(rows=[("joint", self.maker, self.offer)])


class AgreeJoint(OfOffer, frozen=True, kw_only=True):
    """A payer agrees, while another has yet to; the last one pays at once with PayJoint."""

    def decide(self, view: View) -> Plan | Refusal:
        """The agreement. The maker's wallet gets an entry too, so that two are never both last but one."""
        offer = _to_answer(view, self.offer, self.wallet, self.recorded_at)
        if isinstance(offer, Refusal):
            return offer
        if not offer.waits_for(self.wallet):
            return _refused("all the others have agreed: this is the last word, and pays", 1)
        changed = _agreed(offer, self.wallet, self.recorded_at)
        program: Program = view.program(self.program)
        said = told("agreed", self.wallet, str(self.offer))
        drafts = [self.draft(program, wallet, said) for wallet in self.wallets]
        return Plan(drafts, effects=[_effect(changed, self.program)])


class DeclineJoint(OfOffer, frozen=True, kw_only=True):
    """A payer declines, or takes the agreement back; the maker withdraws. Then nobody pays."""

    def decide(self, view: View) -> Plan | Refusal:
        """The end of an offer of which nothing was paid."""
        offer = offer_from(view.rows.get(("joint", self.offer), ()))
        if offer is None or all(part.payer != self.wallet for part in offer.parts):
            return unknown(self.offer)
        if why := offer.closed(self.recorded_at):
            return _refused(f"the offer is {why}: there is nothing to decline", 0)
        program: Program = view.program(self.program)
        said = told("refused", self.wallet, str(self.offer))
        drafts = [self.draft(program, wallet, said) for wallet in self.wallets]
        ended = msgspec.structs.replace(offer, state="declined")
        return Plan(drafts, effects=[_effect(ended, self.program)])


class PayJoint(RedeemReward, frozen=True, kw_only=True):
    """The last payer agrees, and all pay in one command: the reward is the maker's, whose wallet it names.

    offer: the joint offer; last: the wallet of who agrees with this.
    """

    offer: Id
    last: WalletId

    @property
    def looks_back(self) -> bool:
        """The offer is a row of the maker's wallet."""
        return True

    def needs(self, program: Program) -> Needs:
        """What the redemption needs, and the offer."""
        needs = RedeemReward.needs(self, program)
        return msgspec.structs.replace(needs, rows=[*needs.rows, ("joint", self.wallet, self.offer)])

    def decide(self, view: View) -> Plan | Refusal:
        """All of it or nothing (SCENARIOS S22)."""
        offer = _to_answer(view, self.offer, self.last, self.recorded_at)
        if isinstance(offer, Refusal):
            return offer
        if offer.waits_for(self.last):
            return _refused(
                "somebody has not agreed yet: wait for the others", len(offer.waits_for(self.last))
            )
        if {part.payer: part.points for part in offer.parts} != {
            one.wallet: one.points for one in self.payers
        }:
            return _refused("the payers are not those of the offer", len(self.payers))
        plan = RedeemReward.decide(self, view)
        if isinstance(plan, Refusal):
            return plan
        this = entry_id(self.program, self.source, self.key)
        done = msgspec.structs.replace(
            _agreed(offer, self.last, self.recorded_at), state="done", redemption=this
        )
        return Plan(plan.drafts, plan.takes, [*plan.effects, _effect(done, self.program)])


def payers_in(offer: Offer) -> tuple[Payer, ...]:
    """The payers of an offer to which all agreed, who made it first."""
    parts = sorted(offer.parts, key=lambda part: part.payer != offer.wallet)
    return tuple(Payer(part.payer, part.points, True) for part in parts)


def unknown(offer: Id | EntryId) -> Refusal:
    """The refusal of an offer that is not there, or not to this payer."""
    return Refusal(
        Code.PAYERS_REFUSED,
        f"there is no joint offer {offer} to this member: check its id",
        {"offer": str(offer), "why": "unknown"},
    )


def _to_answer(view: View, of: Id, payer: WalletId, now: datetime) -> Offer | Refusal:
    offer = offer_from(view.rows.get(("joint", of), ()))
    part = None if offer is None else next((part for part in offer.parts if part.payer == payer), None)
    if offer is None or part is None:
        return unknown(of)
    if why := offer.closed(now):
        so = "the reward was redeemed" if why == "done" else "nothing was paid with it; make another"
        return _refused(f"the offer is {why}: {so}", 0)
    if part.agreed_at is not None:
        return _refused("this member has agreed already: wait for the others", len(offer.waits_for()))
    return offer


def _agreed(offer: Offer, payer: WalletId, now: datetime) -> Offer:
    parts = tuple(
        msgspec.structs.replace(part, agreed_at=now) if part.payer == payer else part for part in offer.parts
    )
    return msgspec.structs.replace(offer, parts=parts)


def _effect(offer: Offer, program: Id) -> tuple[str, dict[str, Any]]:
    row = {name: getattr(offer, name) for name in offer.__struct_fields__ if name != "parts"}
    parts = [
        {"payer": part.payer, "place": place, "points": part.points, "agreed_at": part.agreed_at}
        for place, part in enumerate(offer.parts)
    ]
    return "joint", {**row, "cell": cell_of(offer.wallet), "program": program, "parts": parts}


def _refused(said: str, value: int) -> Refusal:
    return Refusal(Code.PAYERS_REFUSED, said, {"value": value})
