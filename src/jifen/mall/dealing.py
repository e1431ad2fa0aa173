"""What is asked of a reward, at which price, and whether the member may have it."""

from datetime import date, datetime
from typing import Literal

import msgspec

from jifen.books.refusals import Code, Refusal
from jifen.books.wallet import Wallet
from jifen.engine.command import Command
from jifen.engine.view import View
from jifen.mall.beneficiaries import beneficiary_refusal
from jifen.mall.paying import Payer
from jifen.mall.quotes import QuoteRow, quoted, reward_quote
from jifen.parties.programs import Merchant, Program, Store
from jifen.rules.award import Facts
from jifen.rules.compiled import CompiledRules
from jifen.rules.person import read_person
from jifen.rules.pricing import limits, pricing_of
from jifen.rules.rewards import Reward
from jifen.values.ids import Id
from jifen.values.periods import local_day


class Deal(msgspec.Struct, frozen=True):
    """A reward at its price: points and fen of a piece, under which rules, as of which instant.

    price: the place of the price that held in the reward's list. why_not: why it cannot be had.
    quote: the quote that promised it.
    """

    rules: CompiledRules
    reward: Reward
    points: int
    cash_fen: int
    at: datetime
    price: int | None = None
    why_not: str = ""
    quote: QuoteRow | None = None

    @property
    def unit(self) -> str:
        """The unit that it is paid in."""
        return self.reward.unit or self.rules.definition.unit


class OfReward(Command, frozen=True, kw_only=True):
    """What is asked: `count` pieces of a reward from a merchant; see RedeemReward."""

    reward: str
    merchant: Merchant
    store: Store | None = None
    count: int = 1
    expected: int | None = None
    slot: datetime | None = None
    pay: Literal["points", "cash"] = "points"
    cash_fen: int | None = None
    payers: tuple[Payer, ...] = ()
    beneficiary: str | None = None
    quote: Id | None = None
    quoted_at: datetime | None = None
    quoted_rules: int | None = None

    @property
    def priced_at(self) -> datetime:
        """The instant that decides the price: now, or that of the quote."""
        return self.quoted_at or self.occurred_at

    def rules_for(self, program: Program) -> CompiledRules | None:
        """The rules that decide the price: those in force, or those of the quote."""
        if self.quoted_rules is not None:
            return program.rules_version(self.quoted_rules)
        return program.rules_at(self.occurred_at)

    @property
    def store_code(self) -> str | None:
        """The code of the store, where one is named."""
        return None if self.store is None else self.store.code

    def deal(self, view: View, program: Program, wallet: Wallet) -> Deal | Refusal:
        """The reward at the price of the quote, else at that which holds for the member.

        In cash it is sold at its ordinary price, to anybody.
        """
        if self.quote is not None:
            return self._quoted(view, program, self.quote)
        rules = self.rules_for(program)
        if rules is None:
            return self._unknown()
        pricing, at = pricing_of(rules), self.occurred_at
        if self.pay == "cash":
            reward = pricing.rewards.get(self.reward)
            return self._unknown() if reward is None else Deal(rules, reward, 0, reward.value_fen, at)
        facts = facts_for(program, self.merchant, self.store, wallet, self)
        offer = pricing.offer(self.reward, facts, wallet.counters)
        if offer is None:
            return self._unknown()
        return Deal(rules, offer.reward, offer.points, offer.cash_fen, at, offer.price, offer.why_not)

    def _quoted(self, view: View, program: Program, of: Id) -> Deal | Refusal:
        """What the quote promised is given as it was promised (COMPLIANCE R06)."""
        quote = quoted(view, of, "reward", self.recorded_at)
        if isinstance(quote, Refusal):
            return quote
        pinned = reward_quote(quote.content)
        asked = (self.reward, self.count, self.merchant.id, self.store_code or "", self.slot)
        promised = (pinned.reward, pinned.count, quote.merchant, quote.store, pinned.slot)
        if asked != promised or self.pay == "cash":
            return Refusal(
                Code.QUOTE_UNKNOWN,
                f"quote {of} is of {pinned.count} of {pinned.reward!r}, at its place and time: ask for just "
                "that, or for another quote",
                {"quote": str(of), "reward": pinned.reward, "count": pinned.count},
            )
        rules = program.rules_version(quote.rules)
        reward = pricing_of(rules).rewards[pinned.reward]
        points, cash_fen = pinned.points // pinned.count, pinned.cash_fen // pinned.count
        return Deal(rules, reward, points, cash_fen, quote.quoted_at, pinned.price, quote=quote)

    def _unknown(self) -> Refusal:
        said = f"there is no reward {self.reward!r}: take one of the list at /v1/rewards"
        return Refusal(Code.REWARD_UNKNOWN, said, {"reward": self.reward})

    def may_have(self, program: Program, deal: Deal, wallet: Wallet) -> Refusal | None:
        """Why the member may not have it: another merchant's, its conditions, its limits, its price."""
        checks = (self._where_and_when, self._how_paid, self._how_many)
        for check in checks:
            if (refusal := check(deal)) is not None:
                return refusal
        if self.pay == "cash":
            return None
        if (refusal := self._within_limits(deal, wallet, local_day(deal.at, program.zone))) is not None:
            return refusal
        if self.beneficiary is not None:
            person = read_person(wallet.facts)
            refusal = beneficiary_refusal(person, self.beneficiary, self.occurred_at, deal.rules)
            if refusal is not None:
                return refusal
        return self._threshold(deal, wallet)

    def _where_and_when(self, deal: Deal) -> Refusal | None:
        reward = deal.reward
        if reward.merchant is not None and reward.merchant != self.merchant.code:
            return Refusal(
                Code.REWARD_ELSEWHERE,
                f"the reward {reward.code!r} is given by {reward.merchant!r}, not by "
                f"{self.merchant.code!r}: go there",
                {"reward": reward.code, "merchant": reward.merchant},
            )
        if reward.kind == "donation" and not self.merchant.charity:
            return Refusal(
                Code.CHARITY_UNQUALIFIED,
                f"{self.merchant.code!r} is no qualified charity: name one that the programme lists",
                {"charity": self.merchant.code},
            )
        if deal.why_not:
            return Refusal(
                Code.REWARD_NOT_NOW,
                f"the reward {reward.code!r} cannot be had: {deal.why_not} does not fit; its conditions "
                "stand in the list at /v1/rewards",
                {"reward": reward.code, "why": deal.why_not},
            )
        return None

    def _how_paid(self, deal: Deal) -> Refusal | None:
        code = deal.reward.code
        if self.pay == "cash" and (deal.reward.slots is None or not deal.cash_fen):
            return Refusal(
                Code.REWARD_NOT_NOW,
                f"the reward {code!r} is not sold for cash: only what is booked and has a price is",
                {"reward": code, "why": "cash"},
            )
        if self.expected is not None and self.expected != deal.points:
            return Refusal(
                Code.PRICE_CHANGED,
                f"a piece of {code!r} costs {deal.points} points, not {self.expected}: show the "
                "new price and ask again",
                {"reward": code, "points": deal.points, "expected": self.expected},
            )
        due = deal.cash_fen * self.count
        at_once = deal.reward.fulfil == "at_once"
        if (self.cash_fen is not None or at_once) and (self.cash_fen or 0) != due:
            return cash_differs(f"{self.count} of {code!r}", due, self.cash_fen or 0)
        return None

    def _how_many(self, deal: Deal) -> Refusal | None:
        reward = deal.reward
        if (payers := len(self.wallets)) > reward.payers and any(one.points for one in self.payers):
            return Refusal(
                Code.PAYERS_REFUSED,
                f"{reward.code!r} may be paid by {reward.payers} members, {payers} are named: name fewer",
                {"reward": reward.code, "most": reward.payers, "payers": payers},
            )
        most = [limit.count for limit in reward.limits if limit.per == "event"]
        if reward.voucher is not None:
            most.append(VOUCHERS_MOST)
        if most and self.count > min(most) and self.pay != "cash":
            return Refusal(
                Code.LIMIT_REACHED,
                f"{min(most)} of {reward.code!r} can be had at once, {self.count} requested: ask for fewer",
                {"reward": reward.code, "had": 0, "most": min(most)},
            )
        return None

    def _within_limits(self, deal: Deal, wallet: Wallet, day: date) -> Refusal | None:
        for counter, most in limits(deal.reward, day):
            had = wallet.counters.get(counter, 0)
            if had + self.count > most:
                return Refusal(
                    Code.LIMIT_REACHED,
                    f"{had} of {deal.reward.code!r} were had in {counter[1]}, {self.count} more requested, "
                    f"{most} are allowed: ask for at most {max(0, most - had)}",
                    {"reward": deal.reward.code, "had": had, "most": most},
                )
        return None

    def _threshold(self, deal: Deal, wallet: Wallet) -> Refusal | None:
        threshold, unit = deal.reward.threshold, deal.unit
        available = wallet.balance(unit, self.occurred_at).available
        if threshold is None or available >= threshold:
            return None
        return Refusal(
            Code.INSUFFICIENT_POINTS,
            f"{deal.reward.code!r} is for members with {threshold} {unit}, {available} are "
            f"available: {threshold - available} are missing",
            {"available": available, "requested": threshold},
        )


VOUCHERS_MOST = 100
"""So many vouchers can be had with one redemption."""


def cash_differs(what: str, due: int, paid: int) -> Refusal:
    """The refusal of cash that is not what is to be paid beside the points; in fen."""
    return Refusal(
        Code.CASH_DIFFERS,
        f"{due} fen are to be paid for {what}, {paid} are said to be received: take {due}, and send "
        f"`cash_fen`: {due}",
        {"due_fen": due, "paid_fen": paid},
    )


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
