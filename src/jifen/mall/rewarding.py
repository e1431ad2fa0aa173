"""Redeem a reward: its price of the moment is drawn, or, for a benefit, only looked at."""

from collections.abc import Sequence
from datetime import date

import msgspec

from jifen.books.legs import Account, Kind, Leg
from jifen.books.refusals import Code, Refusal
from jifen.books.verbs import draw, spend
from jifen.books.wallet import Wallet
from jifen.engine.command import NO_NEEDS, Command, Draft, Needs, Plan
from jifen.engine.view import View
from jifen.mall.spending import first_of, may_spend, take_of
from jifen.parties.catalog import stock_id
from jifen.parties.programs import Merchant, Program, Store
from jifen.rules.award import Facts
from jifen.rules.compiled import CompiledRules
from jifen.rules.person import read_person
from jifen.rules.pricing import Offer, limits, pricing_of
from jifen.values.periods import local_day


class Redeemed(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a redemption took its points: the reward of which rules, the price of a piece, how many.

    price: which of the reward's prices held. counted: the counters of its limits.
    """

    rules: int = 0
    reward: str = ""
    points: int = 0
    count: int = 1
    price: int | None = None
    counted: tuple[tuple[str, str], ...] = ()


_decode = msgspec.json.Decoder(Redeemed).decode
_encode = msgspec.json.Encoder().encode


def read_redeemed(text: str) -> Redeemed:
    """Why a redemption took its points; of one without a reward, nothing."""
    return _decode(text) if text else Redeemed()


class RedeemReward(Command, frozen=True, kw_only=True):
    """`count` pieces of a reward, from a merchant, at the price that holds for the member then (R06).

    expected: the points of a piece that the member was shown; another price is refused.
    """

    reward: str
    merchant: Merchant
    store: Store | None = None
    count: int = 1
    expected: int | None = None

    def needs(self, program: Program) -> Needs:
        """The counters of limits and prices, and the stock."""
        rules = program.rules_at(self.occurred_at)
        if rules is None:
            return NO_NEEDS
        pricing = pricing_of(rules)
        day = local_day(self.occurred_at, program.zone)
        reward = pricing.rewards.get(self.reward)
        if reward is None:
            return NO_NEEDS
        stocks = () if reward.stock is None else (stock_id(program.id, reward.stock),)
        counters = [*pricing.reads(day), *(counter for counter, _ in limits(reward, day))]
        return Needs(counters=counters, stocks=stocks)

    def decide(self, view: View) -> Plan | Refusal:
        """Price it, look at its limits, draw the lots and take from the stock: all or nothing."""
        program: Program = view.program(self.program)
        wallet = view.wallet(self.wallet)
        rules = program.rules_at(self.occurred_at)
        offer = None if rules is None else self._offer(program, rules, wallet)
        if offer is None or rules is None:
            said = f"there is no reward {self.reward!r}: take one of the list at /v1/rewards"
            return Refusal(Code.REWARD_UNKNOWN, said, {"reward": self.reward})
        unit = offer.reward.unit or rules.definition.unit
        if (refusal := may_spend(self, program, wallet, unit)) is not None:
            return refusal
        day = local_day(self.occurred_at, program.zone)
        if (refusal := self._may_have(program, offer, wallet, unit, day)) is not None:
            return refusal
        takes = take_of(view, self.program, offer.reward.stock, self.count)
        if isinstance(takes, Refusal):
            return takes
        legs: Sequence[Leg] = ()
        if offer.points:
            first = first_of(program, self, self.merchant)
            parts = draw(wallet, unit, offer.points * self.count, self.occurred_at, first)
            if isinstance(parts, Refusal):
                return parts
            legs = spend(parts, Account.REDEEMED, self.merchant.id)
        counted = tuple(counter for counter, _ in limits(offer.reward, day))
        told = Redeemed(rules.version, self.reward, offer.points, self.count, offer.price, counted)
        draft = Draft(
            self.wallet,
            Kind.REDEEM,
            unit,
            legs,
            self.merchant.id,
            explanation=_encode(told).decode(),
            counts=dict.fromkeys(counted, self.count),
            active_at=self.occurred_at,
        )
        return Plan((draft,), takes)

    def _offer(self, program: Program, rules: CompiledRules, wallet: Wallet) -> Offer | None:
        facts = facts_for(program, self.merchant, self.store, wallet, self)
        return pricing_of(rules).offer(self.reward, facts, wallet.counters)

    def _may_have(
        self, program: Program, offer: Offer, wallet: Wallet, unit: str, day: date
    ) -> Refusal | None:
        reward = offer.reward
        if reward.merchant is not None and reward.merchant != self.merchant.code:
            return Refusal(
                Code.REWARD_ELSEWHERE,
                f"the reward {reward.code!r} is given by {reward.merchant!r}, not by "
                f"{self.merchant.code!r}: go there",
                {"reward": reward.code, "merchant": reward.merchant},
            )
        if offer.why_not:
            return Refusal(
                Code.REWARD_NOT_NOW,
                f"the reward {reward.code!r} cannot be had: {offer.why_not} does not fit; its conditions "
                "stand in the list at /v1/rewards",
                {"reward": reward.code, "why": offer.why_not},
            )
        if self.expected is not None and self.expected != offer.points:
            return Refusal(
                Code.PRICE_CHANGED,
                f"a piece of {reward.code!r} costs {offer.points} points, not {self.expected}: show the "
                "new price and ask again",
                {"reward": reward.code, "points": offer.points, "expected": self.expected},
            )
        for counter, most in limits(reward, day):
            had = wallet.counters.get(counter, 0)
            if had + self.count > most:
                return Refusal(
                    Code.LIMIT_REACHED,
                    f"{had} of {reward.code!r} were had in {counter[1]}, {self.count} more requested, "
                    f"{most} are allowed: ask for at most {max(0, most - had)}",
                    {"reward": reward.code, "had": had, "most": most},
                )
        if reward.threshold is not None:
            available = wallet.balance(unit, self.occurred_at).available
            if available < reward.threshold:
                return Refusal(
                    Code.INSUFFICIENT_POINTS,
                    f"{reward.code!r} is for members with {reward.threshold} {unit}, {available} are "
                    f"available: {reward.threshold - available} are missing",
                    {"available": available, "requested": reward.threshold},
                )
        return None


def facts_for(
    program: Program, merchant: Merchant | None, store: Store | None, wallet: Wallet, command: Command
) -> Facts:
    """What the conditions of rewards read: the place, the day and the person."""
    return Facts(
        merchant.code if merchant else "",
        store.code if store else "",
        command.occurred_at,
        local_day(command.occurred_at, program.zone),
        1,
        person=read_person(wallet.facts),
    )
