"""Which rules hold where, when and for whom: where the same hold, the same is given for a basket."""

from datetime import date

from jifen.programs.guard.extremes import Basket, Scenes, Where
from jifen.rules.award import Facts
from jifen.rules.compiled import CompiledRules
from jifen.rules.reasons import Reason
from jifen.rules.rule_on_day import RuleOnDay

OF_BASKET: frozenset[Reason] = frozenset(("minimum", "act", "lines", "quantity", "maximum"))
"""What a rule's conditions on the basket are called."""

OF_WAY: frozenset[Reason] = frozenset(("channel", "payment"))
"""And those on how it is bought and paid; all others are decided by the day, the place and the member."""

NOTHING = Basket((), 0)
NOBODY = ("", False, False)
SOME_DAY = date(2026, 1, 1)
PLENTY = 10**12
"""The points of other rules of which a multiplier gives something if it ever does."""


class Holding:
    """The rules that hold, as bits in the order in which they run, each part of them looked at once.

    Where the same rules hold, a basket is given the same points at equal counters: a rule reads nothing else
    of an event.
    """

    def __init__(self, scenes: Scenes, rules: CompiledRules) -> None:
        self._facts = scenes.facts
        self._rules = rules
        self._plenty = dict.fromkeys((rule.definition.id for rule in rules.rules), PLENTY)
        self._at: dict[tuple[date, tuple[str, str]], int] = {}
        self._for: dict[tuple[date, tuple[str, bool, bool]], int] = {}
        self._by: dict[tuple[str, str], int] = {}

    def of(self, day: date, where: Where) -> int:
        """The rules that hold on a day, somewhere, for somebody, whatever is bought."""
        place, person, channel, payment = where
        at, who, by = (day, place), (day, person), (channel, payment)
        if at not in self._at:
            self._at[at] = self._there(self._facts(day, place, NOBODY, "", "", NOTHING))
        if who not in self._for:
            facts = self._facts(day, ("", ""), person, "", "", NOTHING)
            self._for[who] = self._whom(facts)
        if by not in self._by:
            facts = self._facts(day, ("", ""), NOBODY, channel, payment, NOTHING)
            self._by[by] = self._bought(facts)
        return self._at[at] & self._for[who] & self._by[by]

    def for_basket(self, basket: Basket) -> int:
        """The rules that can give something for a basket, wherever it is bought."""
        facts = self._facts(SOME_DAY, ("", ""), NOBODY, "", "", basket)
        found = 0
        for number, rule in enumerate(self._rules.rules):
            if all(
                reason not in OF_BASKET or test(facts) for reason, test in (*rule.rest, *rule.late)
            ) and rule.raw(facts, self._plenty):
                found |= 1 << number
        return found

    def _there(self, facts: Facts) -> int:
        if self._rules.ended(facts):
            return 0
        found = 0
        for number in range(len(self._rules.rules)):
            rule = self._rules.on_day(number, facts.day)
            if isinstance(rule, RuleOnDay) and all(
                reason in OF_BASKET or reason in OF_WAY or test(facts) for reason, test in rule.tests
            ):
                found |= 1 << number
        return found

    def _whom(self, facts: Facts) -> int:
        found = 0
        for number, rule in enumerate(self._rules.rules):
            if all(test(facts) for _, test in rule.persons):
                found |= 1 << number
        return found

    def _bought(self, facts: Facts) -> int:
        found = 0
        for number, rule in enumerate(self._rules.rules):
            if all(reason not in OF_WAY or test(facts) for reason, test in rule.rest):
                found |= 1 << number
        return found
