"""Compiled rule sets: every rule ready to run, evaluated in order; the same code for now and for then."""

from datetime import date, datetime
from itertools import groupby

from jifen.rules.award import Award, Facts, Share
from jifen.rules.calendars import stores_on
from jifen.rules.conditions import not_on
from jifen.rules.counting import Advances, Advancing, Counter, Period, advance
from jifen.rules.definition import AnyRule, Multiplier, Reached, RuleSet
from jifen.rules.expressions import Sight
from jifen.rules.index import Holding, Place, Places, Spot
from jifen.rules.kinds import ids_by_amount, rounded
from jifen.rules.reasons import Reason
from jifen.rules.rule import CompiledRule, Shared
from jifen.rules.rule_on_day import RuleOnDay, Used, on_day, own_reads
from jifen.rules.tiers import window
from jifen.values.periods import end_of_day, start_of_day

KEPT_DAYS = 2000
"""For how many days a rule set keeps what it has worked out."""


class Day:
    """What a rule set has worked out for one day, as it was asked for."""

    __slots__ = ("advances", "budgets", "held", "reads", "rules", "window")

    def __init__(self, advances: Advances | None, window: list[Counter], budgets: list[str]) -> None:
        self.advances = advances
        self.window = window
        self.budgets = budgets
        self.held: dict[Spot, Holding] = {}
        self.rules: dict[int, RuleOnDay | Reason] = {}
        self.reads: dict[Spot, list[Counter]] = {}


class CompiledRules:
    """A rule set ready to run: `version` names it on every entry, `since` is when it began.

    Raises:
        ValueError: an expression cannot be used (the rule and the column are named), or a rule names a
            calendar, a group or a campaign that the rule set does not have.
    """

    def __init__(self, definition: RuleSet, version: int, since: datetime, zone: str) -> None:
        self.definition = definition
        self.version = version
        self.since = since
        self.zone = zone
        self._sight = Sight(zone)
        campaigns = {campaign.code: campaign for campaign in definition.campaigns}
        shared = Shared(definition, ids_by_amount(definition), campaigns, self._sight)
        self.rules = [CompiledRule(rule, shared) for rule in in_order(definition)]
        self.reads_person = any(rule.persons for rule in self.rules)
        self.budgets = tuple(
            dict.fromkeys(rule.budget for rule in definition.rules if rule.budget is not None)
        )
        self._drawing = [
            (rule.definition.budget, rule.since, rule.until)
            for rule in self.rules
            if rule.definition.budget is not None
        ]
        self._groups = definition.groups
        self._places = Places(self.rules)
        self._all = Spot(tuple(range(len(self.rules))))
        self._advancing = Advancing(definition, _counted_buys(definition), _counted_spend(definition))
        self._sees = any(rule.expression is not None for rule in self.rules)
        self._ends = definition.closes_at is not None or bool(definition.leavings)
        self._days: dict[date, Day] = {}

    def budgets_on(self, day: date) -> list[str]:
        """The codes of the budgets that rules may draw on on a day: those of campaigns that run on it."""
        return (self._days.get(day) or self._on(day)).budgets

    def reads(self, day: date, code: str = "", place: Place | None = None) -> list[Counter]:
        """The counters, by (name, period), that an evaluation for that day may read or advance.

        code: what the act carries. place: only those of the rules that can hold there.
        """
        kept = self._days.get(day) or self._on(day)
        spot = self._all if place is None else self._places.at(place)
        found = kept.reads.get(spot)
        if found is None:
            own = [counter for number in spot.numbers for counter in own_reads(self.rules[number], day)]
            # The same counter may be asked for by several rules.
            found = kept.reads[spot] = list(dict.fromkeys([*own, *self._advancing.read_on(day)]))
        if not code:
            return found
        return [*found, *((rule.code, code) for rule in self.rules if rule.code is not None)]

    def tier_window(self, day: date) -> list[Counter]:
        """The counters, by (name, period), whose sum a tier of that day is reached by."""
        return (self._days.get(day) or self._on(day)).window

    def evaluate(self, facts: Facts, used: Used, *, explain: bool = False) -> Award:
        """What the rules give for one purchase or act.

        used: the counters before this event, by (name, period), and what is left of budgets.
        explain: also say which rules gave nothing, and why. Points are whole; amounts are fen.
        """
        if self._sees:
            self._sight.forget()
        award = Award([], {}, {}, [])
        if self._ends and self.ended(facts):
            award.missed += [(rule.definition.id, "closed") for rule in self.rules] if explain else []
            return award
        given: dict[str, int] = {}
        kept = self._days.get(facts.day) or self._on(facts.day)
        if explain:
            self._tell(kept, facts, given, used, award)
        else:
            spot = self._places.at((facts.merchant, facts.store, facts.act))
            shelf = (kept.held.get(spot) or self._holding(kept, spot, facts.day)).at(facts.store)
            if shelf.tiered and facts.held is None:
                shelf = shelf.of_tier(facts.person.standing.tier)
            running = shelf.of(facts) if shelf.by_line else shelf.rules
            if shelf.grouped:
                self._run(running, facts, given, used, award, False)
            else:
                self._run_apart(running, facts, given, used, award)
        if kept.advances is not None:
            advance(kept.advances, self._advancing.tier_rules, facts, award)
        return award

    def ended(self, facts: Facts) -> bool:
        """Whether earning has stopped, in the programme or at the merchant (COMPLIANCE R09)."""
        closes, left = self.definition.closes_at, self.definition.leavings.get(facts.merchant)
        return (closes is not None and facts.at >= closes) or (left is not None and facts.at >= left)

    def _tell(self, kept: Day, facts: Facts, given: dict[str, int], used: Used, award: Award) -> None:
        """Run all rules, one after another, and say of each that gave nothing why."""
        numbers = range(len(self.rules))
        running = [rule for number in numbers if (rule := self._rule(kept, number, facts.day)) is not None]
        self._run(running, facts, given, used, award, True)
        idle = [(self.rules[number].definition.id, kept.rules[number]) for number in numbers]
        award.missed += [(name, why) for name, why in idle if isinstance(why, str)]

    def _run_apart(
        self, running: list[RuleOnDay], facts: Facts, given: dict[str, int], used: Used, award: Award
    ) -> None:
        """Each rule in turn, none in a group and none explained: the same as _run, and the commonest case."""
        shares = award.shares
        for rule in running:
            for _, test in rule.rest:
                if not test(facts):
                    break
            else:
                points = rule.raw(facts, given)
                if points <= 0:
                    continue
                if rule.plain:
                    given[rule.id] = points
                    shares.append(Share(rule.promise, points))
                    continue
                limited = rule.limited(points, facts, used, award)
                if limited.__class__ is int:
                    given[rule.id] = limited
                    rule.take(limited, facts.code, award)

    def _run(
        self,
        running: list[RuleOnDay],
        facts: Facts,
        given: dict[str, int],
        used: Used,
        award: Award,
        explain: bool,
    ) -> None:
        """Each rule in turn; those of a group, which stand side by side, compete."""
        for group, side_by_side in groupby(running, key=lambda rule: rule.group):
            if group is not None:
                self._compete(list(side_by_side), facts, given, used, award, explain)
                continue
            for rule in side_by_side:
                points = rule.offer(rule.tests if explain else rule.rest, facts, given, used, award)
                if not isinstance(points, str):
                    given[rule.id] = points
                    rule.take(points, facts.code, award)
                elif explain:
                    award.missed.append((rule.id, rule.compiled.why(points, facts)))

    def _compete(
        self,
        rivals: list[RuleOnDay],
        facts: Facts,
        given: dict[str, int],
        used: Used,
        award: Award,
        explain: bool,
    ) -> None:
        """Of the rules of one group only one gives: the first in order, or who gives most."""
        first = self._groups[rivals[0].group or ""] == "first"
        best: tuple[int, RuleOnDay] | None = None
        lost: list[RuleOnDay] = []
        for rule in rivals:
            late = first and best is not None
            if late and not explain:
                break
            # Whoever comes too late is asked for its reason alone.
            noted = Award([], {}, {}, [], drawn=award.drawn) if late else award
            points = rule.offer(rule.tests if explain else rule.rest, facts, given, used, noted)
            if isinstance(points, str):
                award.missed += [(rule.id, rule.compiled.why(points, facts))] if explain else []
            elif best is None or (not first and points > best[0]):
                lost += [best[1]] if best is not None else []
                best = points, rule
            else:
                lost.append(rule)
        if best is not None:
            points, rule = best
            given[rule.id] = points
            rule.take(points, facts.code, award)
        if explain:
            award.missed += [(rule.id, "group") for rule in lost]

    def _on(self, day: date) -> Day:
        found = self._days.get(day)
        if found is None:
            if len(self._days) > KEPT_DAYS:
                self._days.clear()
            found = self._days[day] = Day(
                self._advancing.on(day) if self._advancing else None,
                window(self.definition.tiers, day) if self.definition.tiers is not None else [],
                self._drawn_on(day),
            )
        return found

    def _drawn_on(self, day: date) -> list[str]:
        begins, ends = start_of_day(day, self.zone), end_of_day(day, self.zone)
        found = [
            budget
            for budget, since, until in self._drawing
            if (since is None or since < ends) and (until is None or begins < until)
        ]
        return list(dict.fromkeys(found))

    def _rule(self, kept: Day, number: int, day: date) -> RuleOnDay | None:
        """A rule on that day; None where it gives nothing then, whatever the event."""
        found = kept.rules.get(number)
        if found is None:
            found = kept.rules[number] = self._made(self.rules[number], day)
        return found if isinstance(found, RuleOnDay) else None

    def on_day(self, number: int, day: date) -> RuleOnDay | Reason:
        """The rule of that number, in the order in which they run, on a day; or why it gives nothing then."""
        kept = self._on(day)
        self._rule(kept, number, day)
        return kept.rules[number]

    def _made(self, rule: CompiledRule, day: date) -> RuleOnDay | Reason:
        when = rule.definition.when
        if (why := not_on(when, day)) is not None:
            return why
        stores: frozenset[str] | None = None
        if when.calendars:
            held = [stores_on(self.definition.calendars[name], day) for name in when.calendars]
            if None not in held:
                stores = frozenset[str]().union(*(some for some in held if some))
                if not stores:
                    return "calendar"
        return on_day(rule, day, self.zone, stores)

    def _holding(self, kept: Day, spot: Spot, day: date) -> Holding:
        begins, ends = start_of_day(day, self.zone), end_of_day(day, self.zone)
        found = []
        for number in spot.numbers:
            rule = self.rules[number]
            if rule.until is not None and rule.until <= begins:
                continue
            if rule.since is not None and rule.since >= ends:
                continue
            made = self._rule(kept, number, day)
            if made is not None:
                found.append(made)
        holding = kept.held[spot] = Holding(found)
        return holding


def in_order(whole: RuleSet) -> list[AnyRule]:
    """The rules in the order in which they run.

    Multipliers read what the others gave, so they run last; before them the groups in which multipliers
    compete with other rules. Within a group the higher priority goes first. Otherwise as they are written.
    """
    group_of: dict[str, list[AnyRule]] = {}
    for rule in whole.rules:
        if rule.group is not None:
            group_of.setdefault(rule.group, []).append(rule)
    firsts = {name: rules[0].id for name, rules in group_of.items()}
    places = {rule.id: place for place, rule in enumerate(whole.rules)}

    def turn(rule: AnyRule) -> tuple[int, int, int, int]:
        if rule.group is None:
            return (2 if isinstance(rule, Multiplier) else 0), places[rule.id], 0, 0
        multiply = [isinstance(other, Multiplier) for other in group_of[rule.group]]
        phase = 2 if all(multiply) else 1 if any(multiply) else 0
        return phase, places[firsts[rule.group]], -rule.priority, places[rule.id]

    return sorted(whole.rules, key=turn)


def _counted_buys(whole: RuleSet) -> set[Period]:
    return {rule.when.nth.per for rule in whole.rules if rule.when.nth is not None}


def _counted_spend(whole: RuleSet) -> set[Period]:
    return {rule.per for rule in whole.rules if isinstance(rule, Reached)}


__all__ = ["CompiledRule", "CompiledRules", "Counter", "RuleOnDay", "Used", "rounded"]
