"""The search for the basket, the day and the member by which a rule set gives most for what is spent."""

import heapq
from collections import Counter as Tally
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from fractions import Fraction
from math import lcm
from operator import itemgetter
from types import MappingProxyType
from typing import NamedTuple

from jifen.programs.definition import Programme
from jifen.programs.guard.acts import BIRTHDAY, acts_of
from jifen.programs.guard.alone import best_alone
from jifen.programs.guard.bounds import Bounds
from jifen.programs.guard.extremes import Basket, Extremes, Scenes, Where, extremes, seed_of, ungated
from jifen.programs.guard.holding import Holding
from jifen.programs.guard.worth import best_ways, most_worth
from jifen.programs.knowing import RELATIVES_MOST
from jifen.rules.award import Award
from jifen.rules.compiled import CompiledRules
from jifen.rules.definition import AnyRule, PerAmount, RuleSet

ROUNDS_MOST = 3
TRIED_MOST = 160
SAME_KIND_MOST = 40
STEPS_MOST = 4000
SHOWN_MOST = 6
EVALUATIONS_MOST = 40_000
"""So many events are tried while the search climbs; a larger programme is told that it was cut short."""

Event = tuple[date, tuple[str, str], tuple[str, bool, bool], str, str, Basket]


class Step(NamedTuple):
    """A purchase of the worst year, and how often in it. gave: the points of each rule."""

    day: date
    merchant: str
    store: str
    fen: int
    gave: tuple[tuple[str, int], ...]
    times: int


class Worst(NamedTuple):
    """The worst that was found: what a member gets for what is spent, and the steps to it.

    cut: the programme was too large to be searched in whole. steps: the purchases of the trail. tried: how
    many events were. free, free_trail: the points that acts give in a year without spending, and how.
    """

    value_fen: Fraction
    spend_fen: int
    points: dict[str, int]
    trail: tuple[str, ...]
    cut: bool = False
    steps: tuple[Step, ...] = ()
    tried: int = 0
    free: Mapping[str, int] = MappingProxyType({})
    free_trail: tuple[str, ...] = ()

    @property
    def rebate(self) -> Fraction:
        """Value by spend; 0 where nothing is given."""
        return self.value_fen / self.spend_fen if self.spend_fen else Fraction(0)


class Row(NamedTuple):
    """Value by spend of each basket where the same rules hold; the best, and which is the first so good."""

    ratios: list[Fraction]
    best: Fraction
    first: int


class Given(NamedTuple):
    """What an event was given at the counters as they were then. ratio: value by spend."""

    event: Event
    award: Award
    ratio: Fraction

    def stands(self, used: Mapping[tuple[str, str], int]) -> bool:
        """Whether it is given the same now: of all counters nothing is read but what the award notes."""
        return all(used.get(counter, 0) == before for counter, before in self.award.read.items())


class Search:
    """Tries events on a programme. Worth is in fen a point, at the lowest price that a reward ever has."""

    def __init__(self, programme: Programme, on: date, bounds: Bounds) -> None:
        self.programme = programme
        self.bounds = bounds
        self.rules = CompiledRules(
            ungated(programme.rules), 1, datetime(2000, 1, 1, tzinfo=UTC), programme.zone
        )
        self.space: Extremes = extremes(programme, on, bounds)
        self.scenes = Scenes(programme)
        self.holding = Holding(self.scenes, self.rules)
        self._giving = [self.holding.for_basket(basket) for basket in self.space.baskets]
        self.left = EVALUATIONS_MOST
        units = {rule.unit or programme.rules.unit for rule in programme.rules.rules}
        self.worth = {unit: most_worth(programme, unit) for unit in units}
        self._whole = lcm(*(worth.denominator for worth in self.worth.values()))
        self._parts = {unit: int(worth * self._whole) for unit, worth in self.worth.items()}
        self._ratios: dict[tuple[int, int], Fraction] = {}
        self._rows: dict[int, Row] = {}

    def award(self, event: Event, used: Mapping[tuple[str, str], int]) -> Award:
        """What the rules give for it."""
        return self.rules.evaluate(self.scenes.facts(*event), used)

    def by_spend(self, award: Award, basket: Basket) -> Fraction:
        """The value of an award by what is spent for it."""
        parts = sum([share.points * self._parts[share.unit] for share in award.shares])
        return Fraction(parts, self._whole * basket.amount)

    def ratio(self, day: date, where: Where, at: int) -> Fraction:
        """Value by spend of one event while nothing is counted yet. at: which of the baskets is bought."""
        self.left -= 1
        return self._ratio(self.holding.of(day, where), day, where, at)

    def row(self, day: date, where: Where) -> Row:
        """The same of every basket."""
        self.left -= len(self.space.baskets)
        holding = self.holding.of(day, where)
        if holding not in self._rows:
            ratios = [self._ratio(holding, day, where, at) for at in range(len(self.space.baskets))]
            best = max(ratios)
            self._rows[holding] = Row(ratios, best, ratios.index(best))
        return self._rows[holding]

    def _ratio(self, holding: int, day: date, where: Where, at: int) -> Fraction:
        alike = holding & self._giving[at], at
        found = self._ratios.get(alike)
        if found is None:
            basket = self.space.baskets[at]
            found = self._ratios[alike] = self.by_spend(self.award((day, *where, basket), {}), basket)
        return found

    def alike(self, day: date, where: Where, at: int) -> tuple[int, int]:
        """What tells an event apart: those of which this is the same are given the same at equal counters."""
        return self.holding.of(day, where) & self._giving[at], at

    def given(
        self, day: date, where: Where, at: int, used: Mapping[tuple[str, str], int], before: Given | None
    ) -> Given:
        """What an event is given at the counters as they are. before: what it was given earlier, if so."""
        self.left -= 1
        if before is not None and before.stands(used):
            return before
        event: Event = (day, *where, self.space.baskets[at])
        award = self.award(event, used)
        return Given(event, award, self.by_spend(award, event[5]))

    def starts(self) -> Iterator[tuple[int, Where]]:
        """Where to begin: a day and place of each rule, the most promising first; then anywhere."""
        rules = self.programme.rules
        piece = self.bounds["piece_fen"]

        def promise(rule: AnyRule) -> Fraction:
            points, fen = best_alone(rule, rules, piece)
            return -points * self.worth[rule.unit or rules.unit] / fen if fen else Fraction(0)

        for rule in sorted(rules.rules, key=promise):
            kind = next((n for n, active in enumerate(self.space.active) if rule.id in active), None)
            if kind is not None:
                yield kind, seed_of(self.programme, rule, self.space)
        for kind in range(len(self.space.days)):
            yield kind, (self.space.places[0], self.space.persons[0], "", "")

    def _climbed(self, day: date, where: Where) -> Where:
        """From a start the basket and each coordinate in turn, until none gives more."""
        space = self.space
        choices = (space.places, space.persons, space.channels, space.payments)
        best, at = Fraction(-1), 0
        for _ in range(ROUNDS_MOST):
            before = best
            row = self.row(day, where)
            if row.best > best:
                best, at = row.best, row.first
            for place, options in enumerate(choices):
                for option in options:
                    tried: Where = (*where[:place], option, *where[place + 1 :])  # type: ignore[assignment]
                    found = self.ratio(day, tried, at)
                    if found > best:
                        best, where = found, tried
            if best == before:
                break
        return where

    def candidates(self) -> list[tuple[date, Where, int]]:
        """The events worth repeating over a year, on several days of each kind: day, where, which basket."""
        scored: dict[tuple[int, Where], list[Fraction]] = {}
        for kind, where in dict.fromkeys(self.starts()):
            if self.left <= 0:
                break
            day = self.space.days[kind][0]
            end = self._climbed(day, where)
            if (kind, end) not in scored:
                scored[kind, end] = self.row(day, end).ratios
        every = [(ratio, *end, at) for end, ratios in scored.items() for at, ratio in enumerate(ratios)]
        found: list[tuple[date, Where, int]] = []
        for _, kind, where, at in heapq.nlargest(TRIED_MOST, every, key=itemgetter(0)):
            days = self.space.days[kind]
            step = max(1, len(days) // SAME_KIND_MOST)
            found += [(day, where, at) for day in days[::step][:SAME_KIND_MOST]]
        return found


def worst_year(programme: Programme, on: date, bounds: Bounds) -> Worst:
    """A year in which a member spends what it takes, always where most is given for it, acts without spending
    included.

    Greedy: of all candidates the one that gives most by spend at the counters as they are by then.
    Raises:
        ValueError: the rules name what is not there, see CompiledRules.
    """
    search = Search(programme, on, bounds)
    used: dict[tuple[str, str], int] = {}
    points: Tally[str] = Tally()
    steps: Tally[str] = Tally()
    known: dict[str, Given] = {}
    found = search.candidates()
    cut = search.left <= 0
    heap = [(-search.ratio(*one), place) for place, one in enumerate(found)]
    heapq.heapify(heap)
    asked: dict[int, Given] = {}
    spent = 0
    for _ in range(STEPS_MOST):
        if not heap or spent >= bounds["year_spend_fen"]:
            break
        promised, place = heapq.heappop(heap)
        given = asked[place] = search.given(*found[place], used, asked.get(place))
        if -given.ratio > promised and heap and -given.ratio > heap[0][0]:
            heapq.heappush(heap, (-given.ratio, place))
            continue
        _book(given.award, used, points)
        said = _said(given.event, given.award)
        steps[said] += 1
        known[said] = given
        spent += given.event[5].amount
        heapq.heappush(heap, (max(promised, -given.ratio), place))
    free, told = yearly_acts(search, on)
    points.update(free)
    value, spending = best_ways(programme, points)
    most = steps.most_common(SHOWN_MOST)
    trail = [f"{step}{f', {times} times' if times > 1 else ''}" for step, times in most]
    taken = tuple(_step(known[step], times) for step, times in most)
    tried = EVALUATIONS_MOST - search.left
    return Worst(
        value, spent, dict(points), (*trail, *told, *spending), cut, taken, tried, dict(free), tuple(told)
    )


def _step(given: Given, times: int) -> Step:
    day, (merchant, store), *_, basket = given.event
    gave = tuple((share.rule, share.points) for share in given.award.shares)
    return Step(day, merchant, store, basket.amount, gave, times)


def _book(award: Award, used: dict[tuple[str, str], int], points: Tally[str]) -> None:
    for counter, count in award.counts.items():
        used[counter] = used.get(counter, 0) + count
    for share in award.shares:
        points[share.unit] += share.points


def _said(event: Event, award: Award) -> str:
    day, place, person, channel, payment, basket = event
    where = ":".join(name for name in place if name)
    pieces = ", ".join(
        f"{line.quantity} {'/'.join(filter(None, (line.sku, line.category, line.brand, *line.tags)))}"
        for line in basket.lines
    )
    who = [person[0], "newly joined" if person[1] else "", "invited" if person[2] else ""]
    how = [channel, payment, basket.act or ""]
    extras = ", ".join(name for name in (*who, *how) if name)
    gave = ", ".join(f"{share.rule} {share.points}" for share in award.shares) or "nothing"
    told = f"{day}{f' at {where}' if where else ''}: {basket.amount // 100}.{basket.amount % 100:02d} yuan"
    return f"{told}{f' ({pieces})' if pieces else ''}{f' [{extras}]' if extras else ''} gives {gave}"


def yearly_acts(search: Search, on: date) -> tuple[Tally[str], list[str]]:
    """The points that acts give in a year without spending, each act once a day, every code once; and how.

    Of birthdays there are as many in a year as a member may name relatives.
    """
    codes = {act.code: act.codes for act in search.programme.rules.acts}
    points: Tally[str] = Tally()
    told: list[str] = []
    used: dict[tuple[str, str], int] = {}
    days = sorted(day for kind in search.space.days for day in kind)[:366]
    place, person = search.space.places[0], search.space.persons[-1]
    for act in acts_without_spending(search.programme.rules):
        gave: Tally[str] = Tally()
        times = days[:RELATIVES_MOST] if act.startswith(BIRTHDAY) else days
        for number, day in enumerate(times):
            facts = search.scenes.facts(day, place, person, "", "", Basket((), 0, act))
            known = codes.get(act, ())
            facts.code = known[number] if number < len(known) else ("" if known else f"code-{number}")
            _book(search.rules.evaluate(facts, used), used, gave)
        points.update(gave)
        told += [f"a year of the act {act} gives {count} {unit}" for unit, count in gave.items() if count]
    return points, told


def acts_without_spending(rules: RuleSet) -> list[str]:
    """The acts for which points are given although nothing is paid."""
    paid = {act for rule in rules.rules if isinstance(rule, PerAmount) for act in rule.acts}
    every = dict.fromkeys(act for rule in rules.rules for act in acts_of(rule))
    return [act for act in every if act not in paid]
