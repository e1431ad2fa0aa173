"""Compiled rule sets: each rule a closure, evaluated in order of kind; the same code for now and for then."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction

from jifen.rules.award import Award, Facts, Share
from jifen.rules.definition import AnyRule, Conditions, Flat, Multiplier, PerAmount, Rounding, RuleSet
from jifen.values.periods import Active, Validity, end_of_day, expires_at, period_key, start_of_day

Used = Mapping[tuple[str, str], int]
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


def _tests(when: Conditions) -> list[tuple[str, Test]]:
    """The conditions that are given, each with the reason said where it does not hold."""
    found: list[tuple[str, Test]] = []
    if when.merchants:
        merchants = frozenset(when.merchants)
        found.append(("merchant", lambda facts: facts.merchant in merchants))
    if when.stores:
        stores = frozenset(when.stores)
        found.append(("store", lambda facts: facts.store in stores))
    if when.weekdays:
        weekdays = frozenset(when.weekdays)
        found.append(("weekday", lambda facts: facts.day.isoweekday() in weekdays))
    if when.month_days:
        month_days = frozenset(when.month_days)
        found.append(("month_day", lambda facts: facts.day.day in month_days))
    if when.dates:
        dates = frozenset(when.dates)
        found.append(("date", lambda facts: facts.day in dates))
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


class CompiledRule:
    """One rule, ready to run."""

    __slots__ = (
        "_lives", "caps", "definition", "factor", "of", "once", "rates", "reads", "tests", "unit", "validity",
    )  # fmt: skip

    def __init__(self, rule: AnyRule, whole: RuleSet) -> None:
        self.definition = rule
        self.tests = _tests(rule.when)
        self.unit = rule.unit or whole.unit
        self.validity = rule.validity or whole.validity
        self.caps = [(f"cap:{rule.id}", cap.per, cap.points) for cap in rule.caps]
        self.once = f"once:{rule.id}" if rule.once else None
        self.reads = [(name, per) for name, per, _ in self.caps if per != "event"]
        if rule.once:
            self.reads.append((f"once:{rule.id}", rule.once))
        self._lives: dict[date, Life] = {}
        self.rates: dict[str, tuple[int, int]] = {}
        self.of: frozenset[str] = frozenset()
        self.factor = (0, 1)
        if isinstance(rule, PerAmount):
            self.rates = {category: (rate.points, rate.fen) for category, rate in rule.rates.items()}
        elif isinstance(rule, Multiplier):
            extra = Fraction(rule.factor) - 1
            self.factor = (extra.numerator, extra.denominator)
            self.of = frozenset(rule.of) or frozenset(
                other.id for other in whole.rules if isinstance(other, PerAmount)
            )

    def life(self, day: date, zone: str) -> Life:
        """From when and until when points earned on a day can be used."""
        found = self._lives.get(day)
        if found is None:
            if len(self._lives) > KEPT_DAYS:
                self._lives.clear()
            found = self._lives[day] = _life(self.validity, self.definition.pending_days, day, zone)
        return found

    def raw(self, facts: Facts, given: Mapping[str, int]) -> int:
        """The points before caps and once."""
        rule = self.definition
        if isinstance(rule, PerAmount):
            return self._per_amount(rule, facts)
        if isinstance(rule, Flat):
            return self._flat(rule, facts)
        numerator, denominator = self.factor
        whole = sum(points for other, points in given.items() if other in self.of)
        return max(0, rounded(whole * numerator, denominator, rule.rounding))

    def _per_amount(self, rule: PerAmount, facts: Facts) -> int:
        if facts.act is not None:
            return 0
        rate = rule.rate
        if not self.rates or not facts.lines:
            return rounded(facts.amount * rate.points, rate.fen, rule.rounding)
        plain = 0
        special: dict[tuple[int, int], int] = {}
        rates = self.rates
        for line in facts.lines:
            own = rates.get(line.category)
            if own is None:
                plain += line.amount
            else:
                special[own] = special.get(own, 0) + line.amount
        if not special:
            return rounded(plain * rate.points, rate.fen, rule.rounding)
        numerator, denominator = plain * rate.points, rate.fen
        for (points, fen), amount in special.items():
            if fen == denominator:
                numerator += amount * points
            else:
                numerator, denominator = numerator * fen + amount * points * denominator, denominator * fen
        return rounded(numerator, denominator, rule.rounding)

    def _flat(self, rule: Flat, facts: Facts) -> int:
        if rule.acts:
            return rule.points if facts.act in rule.acts else 0
        if facts.act is not None or facts.amount <= 0:
            return 0
        if rule.categories and not any(line.category in rule.categories for line in facts.lines):
            return 0
        if rule.tags and not any(tag in rule.tags for line in facts.lines for tag in line.tags):
            return 0
        return rule.points


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
        self._read_on: dict[date, list[tuple[str, str]]] = {}

    def reads(self, day: date) -> list[tuple[str, str]]:
        """The counters, by (name, period), that an evaluation for that day may read."""
        found = self._read_on.get(day)
        if found is None:
            if len(self._read_on) > KEPT_DAYS:
                self._read_on.clear()
            found = self._read_on[day] = [(name, period_key(per, day)) for name, per in self._reads]
        return found

    def evaluate(self, facts: Facts, used: Used, *, explain: bool = False) -> Award:
        """What the rules give for one purchase or act.

        used: points of each cap and count of each once, before this event, by (name, period).
        explain: also say which rules gave nothing, and why. Points are whole; amounts are fen.
        """
        award = Award([], {}, {}, [])
        given: dict[str, int] = {}
        for rule in self.rules:
            definition = rule.definition
            why = None
            for reason, test in rule.tests:
                if not test(facts):
                    why = reason
                    break
            points = 0
            if why is None:
                points = rule.raw(facts, given)
                if points <= 0:
                    why = "nothing"
                elif rule.caps or rule.once:
                    points, why = self._limit(rule, points, facts.day, used, award)
            if why is not None:
                if explain:
                    award.missed.append((definition.id, why))
                continue
            given[definition.id] = points
            matures, expires, idle = rule.life(facts.day, self.zone)
            award.shares.append(
                Share(definition.id, points, rule.unit, definition.funder, matures, expires, idle)
            )
        return award

    def _limit(
        self, rule: CompiledRule, points: int, day: date, used: Used, award: Award
    ) -> tuple[int, str | None]:
        counts: list[tuple[str, str]] = []
        once = rule.definition.once
        if rule.once is not None and once is not None:
            key = (rule.once, period_key(once, day))
            before = award.read[key] = used.get(key, 0)
            if before > 0:
                return 0, "once"
        for name, per, most in rule.caps:
            if per == "event":
                points = min(points, most)
                continue
            key = (name, period_key(per, day))
            before = award.read[key] = used.get(key, 0)
            points = min(points, most - before)
            counts.append(key)
        if points <= 0:
            return 0, "cap"
        for key in counts:
            award.counts[key] = points
        if rule.once is not None and once is not None:
            award.counts[(rule.once, period_key(once, day))] = 1
        return points, None
