"""Prices: a lower one that holds for a while, until when, and what may truly be claimed of it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec
from markupsafe import Markup

from jifen.books.wallet import Wallet
from jifen.pages import naming
from jifen.pages.words import Words
from jifen.parties.programs import Program
from jifen.rules.award import Facts
from jifen.rules.compiled import CompiledRules
from jifen.rules.person import read_person
from jifen.rules.pricing import Offer, Pricing, pricing_of
from jifen.rules.rewards import Reward
from jifen.values.periods import local_day, start_of_day

AHEAD_DAYS = 62
"""So far ahead it is looked when a lower price ends; one that holds longer has no end worth saying."""

PRESSING_DAYS = 7
"""A lower price that ends within so many days is shown first."""


class Lower(msgspec.Struct, frozen=True):
    """A price below the usual one, now. until: the first instant without it; None: not for a good while.

    when: the conditions by which it holds, in words. usual: the points of a piece at other times.
    """

    points: int
    usual: int
    cash_fen: int
    usual_cash_fen: int
    when: Markup
    until: datetime | None

    @property
    def claim(self) -> tuple[str, str] | None:
        """How many percent fewer points it takes and how much more each is worth; None: it is no such price.

        Source: SCENARIOS S05, S06: 4,000 to 3,000 is 25 % fewer points and 33.3 % more value each.
        """
        if self.cash_fen != self.usual_cash_fen or not 0 < self.points < self.usual:
            return None
        saved = self.usual - self.points
        return percent(saved, self.usual), percent(saved, self.points)


def percent(part: int, whole: int) -> str:
    """A share as a percentage, rounded half up to a tenth: `25%`, `33.3%`."""
    tenths = (2000 * part + whole) // (2 * whole)
    return f"{tenths // 10}%" if tenths % 10 == 0 else f"{tenths // 10}.{tenths % 10}%"


def lower_of(program: Program, reward: Reward, wallet: Wallet, at: datetime, words: Words) -> Lower | None:
    """The lower price of a reward for a member at an instant; None: it costs what it always does."""
    rules = program.rules_at(at)
    if rules is None or not reward.prices:
        return None
    asked = _Asked(program, rules, pricing_of(rules), reward, wallet)
    offer = asked.offer(at)
    if offer is None or offer.price is None:
        return None
    when = naming.when_of(reward.prices[offer.price].when, program, rules.definition, words)
    return Lower(offer.points, reward.points, offer.cash_fen, reward.cash_fen, when, asked.ends(at, offer))


class _Asked(msgspec.Struct):
    """One reward's price for one member, at any instant."""

    program: Program
    rules: CompiledRules
    pricing: Pricing
    reward: Reward
    wallet: Wallet

    def offer(self, at: datetime) -> Offer | None:
        day = local_day(at, self.program.zone)
        person = read_person(self.wallet.facts)
        facts = Facts(self.reward.merchant or "", "", at.astimezone(UTC), day, 1, person=person)
        return self.pricing.offer(self.reward.code, facts, self.wallet.counters)

    def ends(self, at: datetime, now: Offer) -> datetime | None:
        """The first instant at which it costs something else."""
        for then in sorted(self._turns(at)):
            offer = self.offer(then)
            if offer is None or (offer.points, offer.cash_fen) != (now.points, now.cash_fen):
                return then
        return None

    def _turns(self, at: datetime) -> Iterator[datetime]:
        """When a price may change: at the beginning of a day, and where a condition names an instant."""
        today = local_day(at, self.program.zone)
        last = at + timedelta(days=AHEAD_DAYS)
        for ahead in range(1, AHEAD_DAYS):
            yield start_of_day(today + timedelta(days=ahead), self.program.zone)
        for price in self.reward.prices:
            for turn in (price.when.since, price.when.until):
                if turn is not None and at < turn <= last:
                    yield turn
