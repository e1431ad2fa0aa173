"""Compiled rule sets: each rule a closure, evaluated in order of kind; the same code for now and for then."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction

from jifen.rules.award import Award, Facts, Share
from jifen.rules.definition import AnyRule, Conditions, Flat, Multiplier, PerAmount, Rounding, RuleSet
from jifen.values.periods import Active, Validity, end_of_day, expires_at, period_key, start_of_day

Counter = tuple[str, str]
"""A counter's name and period."""

Used = Mapping[Counter, int]
KEPT_DAYS = 2000
"""For how many days a rule keeps what it has worked out."""

Test = Callable[[Facts], bool]


def rounded(numerator: int, denominator: int, how: Rounding) -> int:
    """A fraction of points as whole points."""
    if how == "floor":
        return numerator // denominator
    if how == "ceiling":
        return -(-numerator // denominator)
    return (2 * numerator + denominator) // (2 * denominator)


def _not_on(when: Conditions, day: date) -> str | None:
    """Why a rule gives nothing on a day; None: it may."""
    if when.weekdays and day.isoweekday() not in when.weekdays:
        return "weekday"
    if when.month_days and day.day not in when.month_days:
        return "month_day"
    if when.dates and day not in when.dates:
        return "date"
    return None


def _tests(when: Conditions) -> list[tuple[str, Test]]:
    """The conditions beside the day that are given, each with the reason said where it does not hold."""
    found: list[tuple[str, Test]] = []
    if when.merchants:
        merchants = frozenset(when.merchants)
        found.append(("merchant", lambda facts: facts.merchant in merchants))
    if when.stores:
        stores = frozenset(when.stores)
        found.append(("store", lambda facts: facts.store in stores))
    if when.minimum_fen:
        found.append(("minimum", lambda facts, least=when.minimum_fen: facts.amount >= least))  # type: ignore[misc]
    if when.since is not None:
        found.append(("since", lambda facts, since=when.since: facts.at >= since))  # type: ignore[misc]
    if when.until is not None:
        found.append(("until", lambda facts, until=when.until: facts.at < until))  # type: ignore[misc]
    return found


Life = tuple[datetime | None, datetime | None, int | None]
"""From when and until when points can be used, and their idle months."""


def _life(validity: Validity, pending_days: int, day: date, zone: str) -> Life:
    matures = start_of_day(day + timedelta(days=pending_days), zone) if pending_days else None
    if isinstance(validity, Active):
        return matures, None, validity.months
    expires = expires_at(validity, day, zone)
    if expires is not None and matures is not None and expires <= matures:
        expires = end_of_day(day + timedelta(days=pending_days), zone)
    return matures, expires, None


Raw = Callable[[Facts, Mapping[str, int]], int]
"""The points of a rule before caps and once, from the facts and what other rules gave."""


def _per_amount(rule: PerAmount) -> Raw:
    rates = {category: (rate.points, rate.fen) for category, rate in rule.rates.items()}
    points, fen, rounding = rule.rate.points, rule.rate.fen, rule.rounding

    def raw(facts: Facts, given: Mapping[str, int]) -> int:
        if facts.act is not None:
            return 0
        plain = facts.amount
        numerator, denominator = 0, fen
        if rates:
            for category, amount in facts.by_category.items():
                own = rates.get(category)
                if own is None:
                    continue
                plain -= amount
                own_points, own_fen = own
                if own_fen == denominator:
                    numerator += amount * own_points
                else:
                    numerator = numerator * own_fen + amount * own_points * denominator
                    denominator *= own_fen
        return rounded(numerator + plain * points * (denominator // fen), denominator, rounding)

    return raw


def _flat(rule: Flat) -> Raw:
    points, acts = rule.points, frozenset(rule.acts)
    categories, tags = frozenset(rule.categories), frozenset(rule.tags)

    def raw(facts: Facts, given: Mapping[str, int]) -> int:
        if acts:
            return points if facts.act in acts else 0
        if facts.act is not None or facts.amount <= 0:
            return 0
        if categories and categories.isdisjoint(facts.by_category):
            return 0
        if tags and tags.isdisjoint(facts.tags):
            return 0
        return points

    return raw


def _multiplier(rule: Multiplier, whole: RuleSet) -> Raw:
    extra = Fraction(rule.factor) - 1
    of = frozenset(rule.of) or frozenset(other.id for other in whole.rules if isinstance(other, PerAmount))

    def raw(facts: Facts, given: Mapping[str, int]) -> int:
        base = sum(points for other, points in given.items() if other in of)
        return max(0, rounded(base * extra.numerator, extra.denominator, rule.rounding))

    return raw


def _raw(rule: AnyRule, whole: RuleSet) -> Raw:
    match rule:
        case PerAmount():
            return _per_amount(rule)
        case Flat():
            return _flat(rule)
        case Multiplier():
            return _multiplier(rule, whole)


class CompiledRule:
    """One rule, ready to run."""

    __slots__ = ("caps", "definition", "once", "raw", "reads", "tests", "unit", "validity")

    def __init__(self, rule: AnyRule, whole: RuleSet) -> None:
        self.definition = rule
        self.tests = _tests(rule.when)
        self.unit = rule.unit or whole.unit
        self.validity = rule.validity or whole.validity
        self.caps = [(f"cap:{rule.id}", cap.per, cap.points) for cap in rule.caps]
        self.once = f"once:{rule.id}" if rule.once else None
        self.raw = _raw(rule, whole)
        self.reads = [(name, per) for name, per, _ in self.caps if per != "event"]
        if rule.once:
            self.reads.append((f"once:{rule.id}", rule.once))


class RuleOnDay:
    """A rule as it is on one day: the counters of that day's periods, and how long its points live."""

    __slots__ = ("caps", "funder", "id", "life", "most", "once", "raw", "tests", "unit")

    def __init__(self, rule: CompiledRule, day: date, zone: str) -> None:
        definition = rule.definition
        self.id = definition.id
        self.unit = rule.unit
        self.funder = definition.funder
        self.raw = rule.raw
        self.tests = rule.tests
        self.life = _life(rule.validity, definition.pending_days, day, zone)
        self.most = min((most for _, per, most in rule.caps if per == "event"), default=None)
        self.caps = [((name, period_key(per, day)), most) for name, per, most in rule.caps if per != "event"]
        self.once: Counter | None = None
        if rule.once is not None and definition.once is not None:
            self.once = (rule.once, period_key(definition.once, day))

    def give(
        self, facts: Facts, given: Mapping[str, int], used: Used, award: Award
    ) -> tuple[int, str | None]:
        """The points of this rule, and why there are none."""
        for reason, test in self.tests:
            if not test(facts):
                return 0, reason
        points = self.raw(facts, given)
        if points <= 0:
            return 0, "nothing"
        if self.once is not None:
            before = award.read[self.once] = used.get(self.once, 0)
            if before > 0:
                return 0, "once"
        if self.most is not None and points > self.most:
            points = self.most
        for counter, most in self.caps:
            before = award.read[counter] = used.get(counter, 0)
            points = min(points, most - before)
        if points <= 0:
            return 0, "cap"
        for counter, _ in self.caps:
            award.counts[counter] = points
        if self.once is not None:
            award.counts[self.once] = 1
        return points, None


class CompiledRules:
    """A rule set ready to run: `version` names it on every entry, `since` is when it began."""

    def __init__(self, definition: RuleSet, version: int, since: datetime, zone: str) -> None:
        self.definition = definition
        self.version = version
        self.since = since
        self.zone = zone
        compiled = [CompiledRule(rule, definition) for rule in definition.rules]
        # Multipliers read what the others gave, so they run last.
        self.rules = sorted(compiled, key=lambda rule: isinstance(rule.definition, Multiplier))
        self._reads = tuple({read for rule in compiled for read in rule.reads})
        self._days: dict[date, tuple[list[RuleOnDay], list[Counter]]] = {}

    def reads(self, day: date) -> list[Counter]:
        """The counters, by (name, period), that an evaluation for that day may read."""
        return self._on(day)[1]

    def _on(self, day: date) -> tuple[list[RuleOnDay], list[Counter]]:
        """The rules that may give something on a day, and the counters of that day."""
        found = self._days.get(day)
        if found is None:
            if len(self._days) > KEPT_DAYS:
                self._days.clear()
            rules = [
                RuleOnDay(rule, day, self.zone)
                for rule in self.rules
                if _not_on(rule.definition.when, day) is None
            ]
            found = self._days[day] = (rules, [(name, period_key(per, day)) for name, per in self._reads])
        return found

    def evaluate(self, facts: Facts, used: Used, *, explain: bool = False) -> Award:
        """What the rules give for one purchase or act.

        used: points of each cap and count of each once, before this event, by (name, period).
        explain: also say which rules gave nothing, and why. Points are whole; amounts are fen.
        """
        award = Award([], {}, {}, [])
        given: dict[str, int] = {}
        for rule in self._on(facts.day)[0]:
            points, why = rule.give(facts, given, used, award)
            if why is not None:
                if explain:
                    award.missed.append((rule.id, why))
                continue
            given[rule.id] = points
            award.shares.append(Share(rule.id, points, rule.unit, rule.funder, *rule.life))
        if explain:
            for other in self.rules:
                if (why := _not_on(other.definition.when, facts.day)) is not None:
                    award.missed.append((other.definition.id, why))
        return award
