"""What a reward costs a member at an instant, and whether the member may have it."""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Literal

import msgspec

from jifen.rules.award import Award, Facts
from jifen.rules.compiled import CompiledRules, Counter, RuleOnDay
from jifen.rules.definition import Flat, RuleSet
from jifen.rules.rewards import Reward
from jifen.rules.when import Conditions
from jifen.values.periods import period_key

BOARDS_KEPT = 512
"""For how many places and days it is kept what the rewards cost there for anybody."""

SHEETS_KEPT = 128
"""For how many kinds of members a board keeps what the rewards cost them."""


class Offer(msgspec.Struct, frozen=True):
    """A reward for one member: points and fen for one piece; why_not: the word for which it cannot be had.

    price: the place of the price that holds in the reward's list; None: the ordinary price.
    """

    reward: Reward
    points: int
    price: int | None = None
    why_not: str = ""
    early: bool = False
    cash_fen: int = 0


class Pricing:
    """The rewards of a rule set, ready to be priced.

    Every set of conditions is compiled as a rule of its own that gives one point where it holds, so that
    prices and earning read calendars, tiers and people alike.
    """

    def __init__(self, rules: CompiledRules) -> None:
        self.rewards = {reward.code: reward for reward in rules.definition.rewards}
        self.listed = rules.definition.rewards
        self.places = {reward.code: place for place, reward in enumerate(self.listed)}
        self.categories = tuple(dict.fromkeys(one.category for one in self.listed if one.category))
        self.headings_en = rules.definition.headings_en
        self.categories_en = tuple(self.headings_en.get(one, one) for one in self.categories)
        self._spans = frozenset(limit.per for reward in self.listed for limit in reward.limits) - {"event"}
        self.leavings = rules.definition.leavings
        tests: list[Flat] = []
        for place, reward in enumerate(self.listed):
            tests.append(_test(f"{place}.when", reward.when))
            if reward.early is not None:
                tests.append(_test(f"{place}.early", reward.early.when))
            tests += [_test(f"{place}.{at}", price.when) for at, price in enumerate(reward.prices)]
        conditions = RuleSet(rules=tuple(tests), calendars=rules.definition.calendars)
        self.conditions = CompiledRules(conditions, rules.version, rules.since, rules.zone)
        self.numbers = {rule.definition.id: number for number, rule in enumerate(self.conditions.rules)}
        self.reading = _reading(self)
        self._boards: OrderedDict[tuple[date, str, str], Board] = OrderedDict()

    def reads(self, day: date) -> list[Counter]:
        """The counters, by (name, period), that conditions of prices may read."""
        return self.conditions.reads(day)

    def periods(self, day: date) -> frozenset[str]:
        """The periods of a day over which some limit counts."""
        return frozenset(period_key(span, day) for span in self._spans)

    def offers(self, facts: Facts, used: Mapping[Counter, int]) -> list[Offer]:
        """All rewards, priced for a member on a day; facts name the place where they are asked for."""
        sheet = self.sheet(facts, used)
        return [sheet.offer(place) for place in range(len(self.listed))]

    def offer(self, code: str, facts: Facts, used: Mapping[Counter, int]) -> Offer | None:
        """One reward, priced; None: there is no such reward."""
        place = self.places.get(code)
        return None if place is None else self.sheet(facts, used).offer(place)

    def sheet(self, facts: Facts, used: Mapping[Counter, int]) -> "Sheet":
        """The price list for one member; members who are alike in all that prices read share one."""
        key = (facts.day, facts.merchant, facts.store)
        board = self._boards.get(key)
        if board is None:
            while len(self._boards) >= BOARDS_KEPT:
                self._boards.popitem(last=False)
            board = self._boards[key] = Board(self, facts)
        return board.sheet(facts, used)


class Board:
    """The rewards at one place on one day: conditions on nothing else are worked out once, for everybody."""

    def __init__(self, pricing: Pricing, facts: Facts) -> None:
        self.pricing = pricing
        self._reads = pricing.reads(facts.day) if pricing.reading.counters else []
        self._known: dict[int, str | RuleOnDay | None] = {}
        self.limits = [limits(reward, facts.day) for reward in pricing.listed]
        self._sheets: OrderedDict[Hashable, Sheet] = OrderedDict()

    def sheet(self, facts: Facts, used: Mapping[Counter, int]) -> "Sheet":
        """The price list for members like this one, at instants like this one."""
        key = self.pricing.reading.likeness(facts, [used.get(counter, 0) for counter in self._reads])
        found = self._sheets.get(key)
        if found is None:
            if len(self._sheets) >= SHEETS_KEPT:
                self._sheets.popitem(last=False)
            found = self._sheets[key] = Sheet(self, facts, used)
        return found

    def why_not(self, name: str, facts: Facts, used: Mapping[Counter, int]) -> str | None:
        """Why the conditions of that name do not hold; None: they hold."""
        pricing = self.pricing
        number = pricing.numbers[name]
        if number not in self._known:
            rule = pricing.conditions.on_day(number, facts.day)
            if isinstance(rule, RuleOnDay) and not _is_open(rule.compiled.definition.when):
                self._known[number] = _why_not(rule, facts, used)
            else:
                self._known[number] = rule
        known = self._known[number]
        return _why_not(known, facts, used) if isinstance(known, RuleOnDay) else known


class Sheet:
    """A price list: every reward is worked out when it is asked for, and then stays."""

    def __init__(self, board: Board, facts: Facts, used: Mapping[Counter, int]) -> None:
        self._board = board
        self._facts = msgspec.structs.replace(facts, amount=1, act=None, held=None)
        self._used = {counter: used.get(counter, 0) for counter in board._reads}
        self._offers: list[Offer | None] = [None] * len(board.pricing.listed)
        self._ranked: dict[str, list[tuple[int, int]]] = {}
        self.limits = board.limits

    def offer(self, place: int) -> Offer:
        """The reward at that place of the list, priced."""
        found = self._offers[place]
        if found is None:
            found = self._offers[place] = self._priced(place, self._board.pricing.listed[place])
        return found

    def ranked(self, by: Literal["points", "-points", "value"]) -> list[tuple[int, int]]:
        """(key, place) of every reward: by points, the fewest or the most first, or by what a point buys.

        That is in thousandths of a fen, the most first; what takes no points comes before all.
        """
        found = self._ranked.get(by)
        if found is None:
            offers = [self.offer(place) for place in range(len(self._offers))]
            if by == "value":
                keys = [_worth(offer) for offer in offers]
            else:
                keys = [offer.points if by == "points" else -offer.points for offer in offers]
            found = self._ranked[by] = sorted(zip(keys, range(len(keys)), strict=True))
        return found

    def _priced(self, place: int, reward: Reward) -> Offer:
        points, cash_fen, chosen = reward.points, reward.cash_fen, None
        for at, price in enumerate(reward.prices):
            if (price.points, price.cash_fen) < (points, cash_fen) and self._why_not(f"{place}.{at}") is None:
                points, cash_fen, chosen = price.points, price.cash_fen, at
        why = self._left(reward) or self._why_not(f"{place}.when")
        if why is None:
            return Offer(reward, points, chosen, cash_fen=cash_fen)
        first = reward.early
        begun = why == "since" and first is not None and first.since <= self._facts.at
        if begun and self._why_not(f"{place}.early") is None:
            return Offer(reward, points, chosen, early=True, cash_fen=cash_fen)
        return Offer(reward, points, chosen, why, cash_fen=cash_fen)

    def _why_not(self, name: str) -> str | None:
        return self._board.why_not(name, self._facts, self._used)

    def _left(self, reward: Reward) -> str | None:
        """Why a merchant that has left the programme gives nothing any more."""
        merchant = reward.merchant or self._facts.merchant
        left = self._board.pricing.leavings.get(merchant)
        return "closed" if left is not None and left <= self._facts.at else None


def _worth(offer: Offer) -> int:
    if not offer.points:
        return -(2**53)
    return -(1000 * max(0, offer.reward.value_fen - offer.cash_fen) // offer.points)


class Reading(msgspec.Struct):
    """What the conditions of all rewards read of a member and an instant; what none reads tells nobody apart.

    turns: the instants at which something begins or ends to hold. at, minute: expressions read the clock.
    """

    turns: list[datetime]
    tiers: bool = False
    segments: bool = False
    tokens: bool = False
    joined: bool = False
    birthdays: bool = False
    invited: bool = False
    counters: bool = False
    minute: bool = False
    at: bool = False

    def likeness(self, facts: Facts, counted: list[int]) -> Hashable:
        """What is alike in members and instants for which every reward costs the same."""
        person, at = facts.person, facts.at
        found: list[Hashable] = [bisect_right(self.turns, at)] if self.turns else []
        if self.tiers:
            found.append(person.standing.tier)
        if self.segments:
            found.append(person.segments)
        if self.tokens:
            found.append(tuple(token.grant for token in person.tokens if at < token.until))
        if self.joined:
            found.append(person.joined)
        if self.birthdays:
            found.append(person.birthdays)
        if self.invited:
            found.append(bool(person.inviter))
        if self.at or self.minute:
            found.append(at if self.at else at.replace(second=0, microsecond=0))
        found += counted
        return tuple(found)


def _reading(pricing: Pricing) -> Reading:
    turns: set[datetime] = set(pricing.leavings.values())
    turns |= {reward.early.since for reward in pricing.listed if reward.early is not None}
    found = Reading([])
    for rule in pricing.conditions.rules:
        when = rule.definition.when
        turns |= {at for at in (when.since, when.until) if at is not None}
        names = rule.expression.names if rule.expression is not None else frozenset[str]()
        found.tiers |= bool(when.tiers) or "tier" in names
        found.segments |= bool(when.segments) or "segments" in names
        found.tokens |= bool(when.tokens) or "tokens" in names
        found.joined |= when.joined_within_days is not None or when.anniversary is not None
        found.joined |= "joined_days" in names
        found.birthdays |= when.birthday is not None
        found.invited |= when.invited is not None or "invited" in names
        found.counters |= when.nth is not None
        found.at |= "at" in names
        found.minute |= bool(names & {"hour", "minute"})
    found.turns = sorted(turns)
    return found


def _is_open(when: Conditions) -> bool:
    """Whether conditions read more than the day and the place."""
    return (
        bool(when.tiers or when.segments or when.tokens)
        or when.expression is not None
        or any(
            one is not None
            for one in (
                when.since,
                when.until,
                when.joined_within_days,
                when.anniversary,
                when.birthday,
                when.invited,
                when.nth,
            )
        )
    )


def _why_not(rule: RuleOnDay, facts: Facts, used: Mapping[Counter, int]) -> str | None:
    told = rule.offer(rule.tests, facts, {}, used, Award([], {}, {}, []))
    return rule.compiled.why(told, facts) if isinstance(told, str) else None


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
