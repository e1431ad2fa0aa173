"""A rule as it is on one day: the counters of that day's periods, and how long its points live."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from jifen.rules.award import Award, Facts, Promise, Share
from jifen.rules.conditions import Tests
from jifen.rules.counting import (
    BUYS,
    SPEND,
    Counter,
    budget_counter,
    once_name,
    periods_before,
    streak_name,
)
from jifen.rules.definition import Reached, Streak
from jifen.rules.kinds import is_purchase
from jifen.rules.reasons import Reason
from jifen.rules.rule import CompiledRule
from jifen.rules.when import Nth
from jifen.values.periods import Active, Validity, end_of_day, expires_at, period_key, start_of_day

Used = Mapping[Counter, int]
"""What was counted before an event, by the counter's name and period."""

Life = tuple[datetime | None, datetime | None, int | None]
"""From when and until when points can be used, and their idle months."""

KEPT_DAYS = 2000
"""For so many days, and lives of its points, a rule keeps what was worked out for them."""

Check = Callable[[Facts, Used, Award], Reason | None]
"""A condition that reads counters or the person; it notes in the award what it read."""


class RuleOnDay:
    """A rule as it is on one day: the counters of that day's periods, and how long its points live.

    simple: it counts nothing and is limited by nothing. plain: nor does it ask for the person or a counter.
    """

    __slots__ = (
        "budget", "caps", "checks", "code", "compiled", "counted", "group", "id", "most", "once", "plain",
        "promise", "promises", "raw", "rest", "simple", "split", "stores", "tests", "tiers",
    )  # fmt: skip

    def __init__(self, rule: CompiledRule, day: date, life: Life, stores: frozenset[str] | None) -> None:
        """A rule that may give something on that day, at these stores (None: at all)."""
        definition = rule.definition
        self.compiled = rule
        self.id = definition.id
        self.raw = rule.raw
        self.stores = stores
        self.tiers = definition.when.tiers
        calendar: Tests = ()
        if stores is not None:
            calendar = (("calendar", lambda facts: facts.store in stores),)
        self.tests = rule.tests(calendar)
        self.rest = rule.rest
        self.most = min((most for _, per, most in rule.caps if per == "event"), default=None)
        self.caps = [((name, period_key(per, day)), most) for name, per, most in rule.caps if per != "event"]
        self.once: Counter | None = None
        if rule.once is not None and definition.once is not None:
            self.once = (rule.once, period_key(definition.once, day))
        self.code = rule.code
        self.budget = definition.budget
        self.group = definition.group
        self.promises = _promises(rule, life)
        self.promise = self.promises[0]
        self.split = rule.funders if len(self.promises) > 1 else None
        self.counted: Counter | None = None
        if isinstance(definition, Streak):
            self.counted = (once_name(self.id), period_key(definition.per, day))
        self.checks = _checks(rule, day)
        limits = (self.most, self.once, self.code, self.budget, self.split, self.counted)
        self.simple = not self.caps and all(limit is None for limit in limits)
        self.plain = self.simple and not self.checks

    def offer(
        self, tests: Tests, facts: Facts, given: Mapping[str, int], used: Used, award: Award
    ) -> int | Reason:
        """The points that this rule would give, or why there are none; what it read is noted in the award."""
        for reason, test in tests:
            if not test(facts):
                return reason
        points = self.raw(facts, given)
        return self.limited(points, facts, used, award) if points > 0 else "nothing"

    def limited(self, points: int, facts: Facts, used: Used, award: Award) -> int | Reason:
        """What is left of the points that the basket is worth: conditions on the person, and limits."""
        for check in self.checks:
            if (why := check(facts, used, award)) is not None:
                return why
        if self.simple:
            return points
        if self.code is not None and (why := self._not_for_code(facts.code, used, award)) is not None:
            return why
        if self.once is not None:
            before = award.read[self.once] = used.get(self.once, 0)
            if before > 0:
                return "once"
        if self.most is not None and points > self.most:
            points = self.most
        for counter, most in self.caps:
            before = award.read[counter] = used.get(counter, 0)
            if points > most - before:
                points = most - before
        if points <= 0:
            return "cap"
        return points if self.budget is None else self._within(self.budget, points, used, award)

    def _not_for_code(self, code: str, used: Used, award: Award) -> Reason | None:
        assert self.code is not None
        if not code:
            return "no_code"
        counter = (self.code, code)
        before = award.read[counter] = used.get(counter, 0)
        return "code" if before > 0 else None

    def _within(self, budget: str, points: int, used: Used, award: Award) -> int | Reason:
        """At most what is left of the budget; that is noted only where it mattered."""
        counter = budget_counter(budget)
        told = used.get(counter, 0)
        if told == 0:
            return points
        left = told - 1 - award.drawn.get(budget, 0)
        if points <= left:
            return points
        award.read[counter] = told
        return left if left > 0 else "budget"

    def take(self, points: int, code: str, award: Award) -> None:
        """Give so many points: the shares, and the counters that they advance."""
        if self.simple:
            award.shares.append(Share(self.promise, points))
            return
        counts = award.counts
        for counter, _ in self.caps:
            counts[counter] = points
        if self.once is not None:
            counts[self.once] = 1
        if self.counted is not None:
            counts[self.counted] = 1
        if self.code is not None:
            counts[(self.code, code)] = 1
        if self.budget is not None:
            award.drawn[self.budget] = award.drawn.get(self.budget, 0) + points
        if self.split is None:
            award.shares.append(Share(self.promise, points))
            return
        for promise, part in zip(self.promises, self.split.split(points), strict=True):
            if part:
                award.shares.append(Share(promise, part))


def on_day(rule: CompiledRule, day: date, zone: str, stores: frozenset[str] | None) -> RuleOnDay:
    """The rule on a day, at these stores: one for all days of the same periods whose points live as long."""
    life = _life(rule.validity, rule.definition.pending_days, day, zone)
    alike = (stores, life, tuple([period_key(per, day) for per in rule.spans]))
    found = rule.on_days.get(alike)
    if found is None:
        if len(rule.on_days) >= KEPT_DAYS:
            rule.on_days.clear()
        found = rule.on_days[alike] = RuleOnDay(rule, day, life, stores)
    return found


def _promises(rule: CompiledRule, life: Life) -> list[Promise]:
    """What the rule's points are, for each of its funders: the same object for all days with that life."""
    found = rule.promised.get(life)
    if found is None:
        if len(rule.promised) >= KEPT_DAYS:
            rule.promised.clear()
        parties = rule.funders.parties
        found = rule.promised[life] = [
            Promise(rule.definition.id, rule.unit, party, *life) for party in parties
        ]
    return found


def _life(validity: Validity, pending_days: int, day: date, zone: str) -> Life:
    matures = start_of_day(day + timedelta(days=pending_days), zone) if pending_days else None
    if isinstance(validity, Active):
        return matures, None, validity.months
    expires = expires_at(validity, day, zone)
    if expires is not None and matures is not None and expires <= matures:
        expires = end_of_day(day + timedelta(days=pending_days), zone)
    return matures, expires, None


def _checks(rule: CompiledRule, day: date) -> list[Check]:
    """What is decided last: the person, what could hold for a part of the basket, then counters."""
    checks: list[Check] = []
    if rule.persons:
        checks.append(_person(rule))
    checks += [_late(reason, test) for reason, test in rule.late]
    nth = rule.definition.when.nth
    if nth is not None:
        checks.append(_nth(nth, day))
    match rule.definition:
        case Reached() as reached:
            checks.append(_reached(reached, day))
        case Streak() as streak:
            checks.append(_streak(streak, day))
    return checks


def _person(rule: CompiledRule) -> Check:
    """The conditions on the person, once they held then: as they were decided when the event was booked."""
    tests, name = tuple(rule.persons), rule.definition.id

    def check(facts: Facts, used: Used, award: Award) -> Reason | None:
        if facts.held is not None:
            if name not in facts.held:
                return tests[0][0]
        else:
            for reason, test in tests:
                if not test(facts):
                    return reason
        award.held.append(name)
        return None

    return check


def _late(reason: Reason, test: Callable[[Facts], bool]) -> Check:
    return lambda facts, used, award: None if test(facts) else reason


def _nth(nth: Nth, day: date) -> Check:
    counter = (BUYS, period_key(nth.per, day))
    exactly, every = frozenset(nth.exactly), nth.every

    def check(facts: Facts, used: Used, award: Award) -> Reason | None:
        if not is_purchase(facts):
            return "nth"
        before = award.read[counter] = used.get(counter, 0)
        holds = before + 1 in exactly or (every is not None and (before + 1) % every == 0)
        return None if holds else "nth"

    return check


def _reached(rule: Reached, day: date) -> Check:
    counter, wanted = (SPEND, period_key(rule.per, day)), rule.spend_fen

    def check(facts: Facts, used: Used, award: Award) -> Reason | None:
        before = award.read[counter] = used.get(counter, 0)
        return None if before < wanted <= before + facts.amount else "reached"

    return check


def _streak(rule: Streak, day: date) -> Check:
    """The periods before have events and gave nothing yet, and this one gave nothing yet."""
    name, given = streak_name(rule), once_name(rule.id)
    now = (given, period_key(rule.per, day))
    earlier = [((name, key), (given, key)) for key in periods_before(rule.per, day, rule.length - 1)]

    def check(facts: Facts, used: Used, award: Award) -> Reason | None:
        read = award.read
        read[now] = used.get(now, 0)
        if read[now] > 0:
            return "streak"
        for events, gifts in earlier:
            read[events] = used.get(events, 0)
            if read[events] == 0:
                return "streak"
            read[gifts] = used.get(gifts, 0)
            if read[gifts] > 0:
                return "streak"
        return None

    return check


def own_reads(rule: CompiledRule, day: date) -> list[Counter]:
    """The counters of a rule itself that an evaluation for that day may read or advance; codes aside."""
    found = [(name, period_key(per, day)) for name, per in rule.reads]
    definition = rule.definition
    if isinstance(definition, Streak):
        name, given = streak_name(definition), once_name(definition.id)
        found.append((given, period_key(definition.per, day)))
        for key in periods_before(definition.per, day, definition.length - 1):
            found += [(name, key), (given, key)]
    return found
