"""Index: of all rules the few that may give something at a place, for an act, for what is in a basket."""

from collections.abc import Iterable, Sequence

from jifen.rules.award import Facts
from jifen.rules.lines import Demand, Field
from jifen.rules.rule import CompiledRule
from jifen.rules.rule_on_day import RuleOnDay

Place = tuple[str, str, str | None]
"""Merchant, store, and act; None: a purchase."""

KEYED_LEAST = 8
"""So many rules must wait for some line, or it is cheaper to ask each of them."""


KEPT_PLACES = 100_000
"""Of so many places it is remembered which rules hold there."""

ANY = "\0"
"""Stands for every act, and for purchases: no act has such a name."""


class Spot:
    """Places at which the same rules hold, by their numbers, whatever the day; told apart by identity."""

    __slots__ = ("numbers",)

    def __init__(self, numbers: tuple[int, ...]) -> None:
        self.numbers = numbers


class Places:
    """Rules by where and for what they hold, in the order in which they run."""

    def __init__(self, rules: Sequence[CompiledRule]) -> None:
        self._rules = rules
        self._acts: set[str | None] = {None}
        self._spots: dict[tuple[int, ...], Spot] = {}
        self._found: dict[Place, Spot] = {}
        self._anywhere: dict[str | None, list[int]] = {}
        self._by_merchant: dict[tuple[str | None, str], list[int]] = {}
        self._by_store: dict[tuple[str | None, str], list[int]] = {}
        for number, rule in enumerate(rules):
            self._acts |= rule.acts or frozenset()
            when = rule.definition.when
            for act in (ANY,) if rule.acts is None else rule.acts:
                if when.stores:
                    for code in dict.fromkeys(when.stores):
                        self._by_store.setdefault((act, code), []).append(number)
                elif when.merchants:
                    for code in dict.fromkeys(when.merchants):
                        self._by_merchant.setdefault((act, code), []).append(number)
                else:
                    self._anywhere.setdefault(act, []).append(number)

    def at(self, place: Place) -> Spot:
        """Where that place belongs; acts that no rule names are one."""
        if place[2] not in self._acts:
            place = (place[0], place[1], "")
        found = self._found.get(place)
        if found is None:
            if len(self._found) >= KEPT_PLACES:
                self._found.clear()
            numbers = tuple(self._look(place))
            found = self._found[place] = self._spots.setdefault(numbers, Spot(numbers))
        return found

    def _look(self, place: Place) -> list[int]:
        merchant, store, act = place
        found: list[int] = []
        for done in (act, ANY):
            found += self._anywhere.get(done, ())
            found += self._by_merchant.get((done, merchant), ())
            found += self._by_store.get((done, store), ())
        return [number for number in sorted(found) if self._here(number, merchant, store)]

    def _here(self, number: int, merchant: str, store: str) -> bool:
        when = self._rules[number].definition.when
        return (not when.merchants or merchant in when.merchants) and (
            not when.stores or store in when.stores
        )


class Holding:
    """The rules of a spot that may give something on one day. Those of calendars hold at some stores only."""

    __slots__ = ("_apart", "_by_rules", "_by_store", "_elsewhere", "_rules")

    def __init__(self, rules: list[RuleOnDay]) -> None:
        self._rules = rules
        self._apart = frozenset[str]().union(*(rule.stores for rule in rules if rule.stores is not None))
        self._elsewhere = Shelf([rule for rule in rules if rule.stores is None])
        self._by_store: dict[str, Shelf] = {}
        self._by_rules: dict[tuple[int, ...], Shelf] = {}

    def at(self, store: str) -> "Shelf":
        """The shelf of a store; stores at which the same rules hold on that day share one."""
        if store not in self._apart:
            return self._elsewhere
        found = self._by_store.get(store)
        if found is None:
            here = [at for at, rule in enumerate(self._rules) if rule.stores is None or store in rule.stores]
            key = tuple(here)
            found = self._by_rules.get(key)
            if found is None:
                found = self._by_rules[key] = Shelf([self._rules[at] for at in here])
            self._by_store[store] = found
        return found


class Shelf:
    """The rules of one day at one place: those for any basket, and those that wait for a line.

    grouped: rules of one group stand side by side in it. tiered: some are for members of some tiers only.
    """

    __slots__ = ("_any", "_by_tier", "by_line", "grouped", "rules", "tiered")

    def __init__(self, rules: list[RuleOnDay]) -> None:
        self.rules = rules
        groups = [rule.group for rule in rules if rule.group is not None]
        self.grouped = len(set(groups)) < len(groups)
        self.tiered = any(rule.tiers for rule in rules)
        self._by_tier: dict[str, Shelf] = {}
        waiting = [(number, rule.compiled.demand) for number, rule in enumerate(rules)]
        keyed: list[tuple[int, Demand]] = [(number, asked) for number, asked in waiting if asked is not None]
        self.by_line: dict[Field, dict[str, list[int]]] = {}
        if len(keyed) < KEYED_LEAST:
            return
        self._any = [number for number, asked in waiting if asked is None]
        for number, (field, values) in keyed:
            for value in values:
                self.by_line.setdefault(field, {}).setdefault(value, []).append(number)

    def of_tier(self, tier: str) -> "Shelf":
        """The shelf of those of the rules that a member of that tier may get; the empty text: of none."""
        found = self._by_tier.get(tier)
        if found is None:
            found = Shelf([rule for rule in self.rules if not rule.tiers or tier in rule.tiers])
            self._by_tier[tier] = found
        return found

    def of(self, facts: Facts) -> list[RuleOnDay]:
        """The rules that may give something for a basket, in the order in which they run."""
        found = set(self._any)
        for field, by_value in self.by_line.items():
            for value in _values(field, facts):
                if value in by_value:
                    found.update(by_value[value])
        rules = self.rules
        return [rules[number] for number in sorted(found)]


def _values(field: Field, facts: Facts) -> Iterable[str]:
    match field:
        case "category":
            return facts.by_category
        case "tag":
            return facts.tags
        case "sku":
            return [line.sku for line in facts.lines]
        case "brand":
            return [line.brand for line in facts.lines]
    return list(facts.evidence.values())
