"""The search for the basket, the day and the member by which a rule set gives most for what is spent."""

import heapq
from collections import Counter as Tally
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import NamedTuple

from jifen.programs.definition import Programme
from jifen.programs.guard.acts import BIRTHDAY, acts_of
from jifen.programs.guard.alone import best_alone
from jifen.programs.guard.bounds import Bounds
from jifen.programs.guard.extremes import Basket, Extremes, Where, extremes, facts_of, seed_of, ungated
from jifen.programs.guard.worth import best_ways, point_worth, ways
from jifen.programs.knowing import RELATIVES_MOST
from jifen.rules.award import Award, Facts
from jifen.rules.compiled import CompiledRules
from jifen.rules.definition import AnyRule, PerAmount, RuleSet

ROUNDS_MOST = 3
TRIED_MOST = 160
SAME_KIND_MOST = 40
STEPS_MOST = 4000
SHOWN_MOST = 6
EVALUATIONS_MOST = 40_000
"""So often the rules are asked while the search climbs; a larger programme is told that it was cut short."""

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
    many events were.
    """

    value_fen: Fraction
    spend_fen: int
    points: dict[str, int]
    trail: tuple[str, ...]
    cut: bool = False
    steps: tuple[Step, ...] = ()
    tried: int = 0

    @property
    def rebate(self) -> Fraction:
        """Value by spend; 0 where nothing is given."""
        return self.value_fen / self.spend_fen if self.spend_fen else Fraction(0)


class Search:
    """Tries events on a programme. Worth is in fen a point, at the lowest price that a reward ever has."""

    def __init__(self, programme: Programme, on: date, bounds: Bounds) -> None:
        self.programme = programme
        self.bounds = bounds
        self.rules = CompiledRules(
            ungated(programme.rules), 1, datetime(2000, 1, 1, tzinfo=UTC), programme.zone
        )
        self.space: Extremes = extremes(programme, on, bounds)
        self.left = EVALUATIONS_MOST
        self._worth: dict[str, Fraction] = {}

    def worth(self, unit: str) -> Fraction:
        """The most that one point is ever worth."""
        if unit not in self._worth:
            found = [way.each for way in ways(self.programme, unit, special=True) if way.most is None]
            self._worth[unit] = max([*found, point_worth(self.programme, unit)], default=Fraction(0))
        return self._worth[unit]

    def award(self, event: Event, used: Mapping[tuple[str, str], int]) -> Award:
        """What the rules give for it."""
        self.left -= 1
        return self.rules.evaluate(self._facts(event), used)

    def _facts(self, event: Event) -> Facts:
        return facts_of(self.programme, *event)

    def value(self, award: Award) -> Fraction:
        """The fen that an award is worth."""
        points: dict[str, int] = {}
        for share in award.shares:
            points[share.unit] = points.get(share.unit, 0) + share.points
        return sum((given * self.worth(unit) for unit, given in points.items()), Fraction(0))

    def ratio(self, event: Event, used: Mapping[tuple[str, str], int]) -> Fraction:
        """Value by spend of one event."""
        return self.value(self.award(event, used)) / event[5].amount if event[5].amount else Fraction(0)

    def starts(self) -> Iterator[tuple[int, Where]]:
        """Where to begin: a day and place of each rule, the most promising first; then anywhere."""
        rules = self.programme.rules
        piece = self.bounds["piece_fen"]

        def promise(rule: AnyRule) -> Fraction:
            points, fen = best_alone(rule, rules, piece)
            return -points * self.worth(rule.unit or rules.unit) / fen if fen else Fraction(0)

        for rule in sorted(rules.rules, key=promise):
            kind = next((n for n, active in enumerate(self.space.active) if rule.id in active), None)
            if kind is not None:
                yield kind, seed_of(self.programme, rule, self.space)
        for kind in range(len(self.space.days)):
            yield kind, (self.space.places[0], self.space.persons[0], "", "")

    def _climbed(self, day: date, where: Where) -> Event:
        """From a start each coordinate in turn, until none gives more."""
        space = self.space
        now: Event = (day, *where, space.baskets[0])
        choices = (space.places, space.persons, space.channels, space.payments)
        best = Fraction(-1)
        for _ in range(ROUNDS_MOST):
            before = best
            for basket in space.baskets:
                best, now = self._better(best, now, (*now[:5], basket))
            for place, options in enumerate(choices, start=1):
                for option in options:
                    tried = (*now[:place], option, *now[place + 1 :])
                    best, now = self._better(best, now, tried)  # type: ignore[arg-type]
            if best == before:
                break
        return now

    def _better(self, best: Fraction, now: Event, tried: Event) -> tuple[Fraction, Event]:
        found = self.ratio(tried, {})
        return (found, tried) if found > best else (best, now)

    def candidates(self) -> list[Event]:
        """The events worth repeating over a year, on several days of each kind."""
        scored: dict[tuple[int, Event], Fraction] = {}
        for kind, where in dict.fromkeys(self.starts()):
            if self.left <= 0:
                break
            end = self._climbed(self.space.days[kind][0], where)
            for basket in self.space.baskets:
                event: Event = (*end[:5], basket)
                if (kind, event) not in scored:
                    scored[kind, event] = self.ratio(event, {})
        best = sorted(scored, key=lambda one: -scored[one])
        found: list[Event] = []
        for kind, event in best[:TRIED_MOST]:
            days = self.space.days[kind]
            step = max(1, len(days) // SAME_KIND_MOST)
            found += [(day, *event[1:]) for day in days[::step][:SAME_KIND_MOST]]
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
    known: dict[str, tuple[Event, Award]] = {}
    found = search.candidates()
    cut = search.left <= 0
    heap = [(-search.ratio(event, used), place, event) for place, event in enumerate(found)]
    heapq.heapify(heap)
    spent = 0
    for _ in range(STEPS_MOST):
        if not heap or spent >= bounds["year_spend_fen"]:
            break
        promised, place, event = heapq.heappop(heap)
        award = search.award(event, used)
        ratio = search.value(award) / event[5].amount
        if -ratio > promised and heap and -ratio > heap[0][0]:
            heapq.heappush(heap, (-ratio, place, event))
            continue
        _book(award, used, points)
        said = _said(event, award)
        steps[said] += 1
        known[said] = (event, award)
        spent += event[5].amount
        heapq.heappush(heap, (promised if -ratio < promised else -ratio, place, event))
    free, told = yearly_acts(search, on)
    points.update(free)
    value, spending = best_ways(programme, points)
    most = steps.most_common(SHOWN_MOST)
    trail = [f"{step}{f', {times} times' if times > 1 else ''}" for step, times in most]
    taken = tuple(_step(*known[step], times) for step, times in most)
    tried = EVALUATIONS_MOST - search.left
    return Worst(value, spent, dict(points), (*trail, *told, *spending), cut, taken, tried)


def _step(event: Event, award: Award, times: int) -> Step:
    day, (merchant, store), *_, basket = event
    gave = tuple((share.rule, share.points) for share in award.shares)
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
            facts = facts_of(search.programme, day, place, person, "", "", Basket((), 0, act))
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
