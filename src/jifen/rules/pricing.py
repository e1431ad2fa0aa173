"""What a reward costs a member at an instant, and whether the member may have it."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

import msgspec

from jifen.rules.award import Facts
from jifen.rules.compiled import CompiledRules, Counter
from jifen.rules.definition import Flat, RuleSet
from jifen.rules.rewards import Reward
from jifen.rules.when import Conditions
from jifen.values.periods import period_key


class Offer(msgspec.Struct, frozen=True):
    """A reward for one member: points for one piece; why_not: the reason word for which it cannot be had.

    price: the place of the price that holds in the reward's list; None: the ordinary price.
    """

    reward: Reward
    points: int
    price: int | None = None
    why_not: str = ""
    early: bool = False


class Pricing:
    """The rewards of a rule set, ready to be priced.

    Every set of conditions is compiled as a rule of its own that gives one point where it holds, so that
    prices and earning read calendars, tiers and people alike.
    """

    def __init__(self, rules: CompiledRules) -> None:
        self.rewards = {reward.code: reward for reward in rules.definition.rewards}
        tests: list[Flat] = []
        for place, reward in enumerate(rules.definition.rewards):
            tests.append(_test(f"{place}.when", reward.when))
            if reward.early is not None:
                tests.append(_test(f"{place}.early", reward.early.when))
            tests += [_test(f"{place}.{at}", price.when) for at, price in enumerate(reward.prices)]
        self._places = {reward.code: place for place, reward in enumerate(rules.definition.rewards)}
        conditions = RuleSet(rules=tuple(tests), calendars=rules.definition.calendars)
        self._conditions = CompiledRules(conditions, rules.version, rules.since, rules.zone)

    def reads(self, day: date) -> list[Counter]:
        """The counters, by (name, period), that conditions of prices may read."""
        return self._conditions.reads(day)

    def offers(self, facts: Facts, used: Mapping[Counter, int]) -> list[Offer]:
        """All rewards, priced for a member on a day; facts name the place where they are asked for."""
        held, missed = self._held(facts, used)
        return [self._offer(reward, facts, held, missed) for reward in self.rewards.values()]

    def offer(self, code: str, facts: Facts, used: Mapping[Counter, int]) -> Offer | None:
        """One reward, priced; None: there is no such reward."""
        reward = self.rewards.get(code)
        return None if reward is None else self._offer(reward, facts, *self._held(facts, used))

    def _held(self, facts: Facts, used: Mapping[Counter, int]) -> tuple[set[str], dict[str, str]]:
        asked = msgspec.structs.replace(facts, amount=1, act=None, held=None)
        award = self._conditions.evaluate(asked, used, explain=True)
        return {share.rule for share in award.shares}, dict(award.missed)

    def _offer(self, reward: Reward, facts: Facts, held: set[str], missed: Mapping[str, str]) -> Offer:
        place = self._places[reward.code]
        points, chosen = reward.points, None
        for at, price in enumerate(reward.prices):
            if f"{place}.{at}" in held and price.points < points:
                points, chosen = price.points, at
        if f"{place}.when" in held:
            return Offer(reward, points, chosen)
        why = missed.get(f"{place}.when", "nothing")
        first = reward.early
        if why == "since" and first is not None and first.since <= facts.at and f"{place}.early" in held:
            return Offer(reward, points, chosen, early=True)
        return Offer(reward, points, chosen, why)


def _test(name: str, when: Conditions) -> Flat:
    return Flat(id=name, when=when, points=1)


def limits(reward: Reward, day: date) -> list[tuple[Counter, int]]:
    """The counters of a reward's limits on a day, and how many each allows."""
    return [
        ((f"reward:{reward.code}", period_key(limit.per, day)), limit.count)
        for limit in reward.limits
        if limit.per != "event"
    ]


@lru_cache(maxsize=256)
def pricing_of(rules: CompiledRules) -> Pricing:
    """The rewards of compiled rules, made ready once."""
    return Pricing(rules)
