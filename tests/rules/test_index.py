"""The index leaves out only what would have given nothing."""

from datetime import timedelta
from itertools import product

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jifen.rules import compiled as compiling
from jifen.rules.award import Award, Facts
from jifen.rules.compiled import CompiledRules
from jifen.rules.counting import Period
from jifen.rules.definition import (
    AnyRule,
    Cap,
    Conditions,
    Flat,
    Funding,
    LineFilter,
    PerItem,
    Reached,
    Streak,
)
from jifen.rules.index import KEYED_LEAST
from jifen.rules.when import Nth
from jifen.values.periods import CalendarYear, Rolling
from tests.engine.town import BEFORE, ZONE
from tests.rules.basket import NOON, compiled, facts, line, points
from tests.rules.worlds import RULES, events, whole


def told(award: Award) -> tuple[object, ...]:
    """All of an award but the reasons. What is promised is told apart by identity, so here by its fields."""
    shares = [(msgspec.structs.astuple(share.promise), share.points) for share in award.shares]
    return shares, award.counts, {k: v for k, v in award.read.items() if v}, award.held, award.drawn


@settings(max_examples=200, deadline=None)
@given(rules=st.lists(RULES, max_size=30), happened=st.lists(events(), min_size=1, max_size=4))
def test_it_gives_what_every_rule_one_after_another_gives(
    rules: list[AnyRule], happened: list[Facts]
) -> None:
    """Points, counters, what was read and whom it depended on; `explain` goes through all the rules."""
    ready = CompiledRules(whole(rules), 1, BEFORE, ZONE)
    used: dict[tuple[str, str], int] = {("budget:fund", "left"): 51}
    for event in happened:
        found = ready.evaluate(event, used)
        explained = ready.evaluate(event, used, explain=True)
        assert told(found) == told(explained)
        gave = {share.rule for share in found.shares}
        assert sorted([*gave, *(rule for rule, _ in explained.missed)]) == sorted(
            rule.definition.id for rule in ready.rules
        )
        asked = ready.reads(event.day, event.code)
        place = (event.merchant, event.store, event.act)
        there = ready.reads(event.day, event.code, place)
        touched = {counter for counter in {*found.counts, *found.read} if counter[0] != "budget:fund"}
        assert touched <= set(there) <= set(asked)
        for counter, count in found.counts.items():
            used[counter] = used.get(counter, 0) + count
        for budget, count in found.drawn.items():
            used[(f"budget:{budget}", "left")] -= count


def second(per: Period) -> Conditions:
    """Each second purchase of such a period."""
    return Conditions(nth=Nth(per=per, every=2))


SPANS: tuple[Period, ...] = ("day", "week", "month", "year", "ever")
DAY_BY_DAY: dict[str, AnyRule] = {
    **{f"at most 7 a {per}": Flat(id="r", points=2, caps=(Cap(7, per),)) for per in SPANS},
    **{f"once a {per}": Flat(id="r", points=2, once=per) for per in SPANS},
    **{f"each second of a {per}": Flat(id="r", points=2, when=second(per)) for per in SPANS},
    **{f"2 yuan in a {per}": Reached(id="r", points=2, spend_fen=200, per=per) for per in SPANS},
    "three days running": Streak(id="r", points=2, per="day", length=3),
    "two months running": Streak(id="r", points=2, per="month", length=2),
    "for a week": Flat(id="r", points=2, validity=Rolling(days=7)),
    "from the third day on": Flat(id="r", points=2, pending_days=3),
    "to the month's end": Flat(id="r", points=2, validity=Rolling(months=1, to="month_end"), pending_days=1),
    "paid by two": Flat(id="r", points=3, funding=(Funding("merchant", 2), Funding("operator", 1))),
    "on market days": Flat(id="r", points=3, when=Conditions(calendars=("market",))),
}


@pytest.mark.parametrize("name", DAY_BY_DAY)
def test_what_was_worked_out_for_other_days_is_nothing_to_this_one(name: str) -> None:
    """Days that are alike for a rule share it; every day gives what it would give alone."""
    definition = whole([DAY_BY_DAY[name]])
    for validity in (CalendarYear(), Rolling(days=30)):
        every_day = msgspec.structs.replace(definition, validity=validity)
        ready = CompiledRules(every_day, 1, BEFORE, ZONE)
        used: dict[tuple[str, str], int] = {}
        gave = 0
        for day, store in product([*range(70), 3, 65], ("air", "sea")):
            event = facts(100, at=NOON + timedelta(days=day), store=store)
            found = ready.evaluate(event, used)
            assert told(found) == told(CompiledRules(every_day, 1, BEFORE, ZONE).evaluate(event, used)), day
            gave += len(found.shares)
            for counter, count in found.counts.items():
                used[counter] = used.get(counter, 0) + count
        assert gave


def test_rules_wait_for_their_lines() -> None:
    """Of many rules for goods only those are asked whose goods are in the basket."""
    many = [PerItem(id=f"sku-{n}", points=1, lines=LineFilter(skus=(f"s{n}",))) for n in range(50)]
    asked: list[str] = []
    rules = compiled(*many, Flat(id="any", points=1))
    for rule in rules.rules:
        raw = rule.raw

        def noting(what: Facts, given: object, name: str = rule.definition.id, raw: object = raw) -> int:
            asked.append(name)
            return raw(what, given)  # type: ignore[operator, no-any-return]

        rule.raw = noting
    basket = facts(None, line("X", 100, sku="s7"), line("X", 100, sku="s41"))
    assert points(rules, basket) == {"sku-7": 1, "sku-41": 1, "any": 1}
    assert asked == ["sku-7", "sku-41", "any"]
    assert len(many) >= KEYED_LEAST


def test_many_days_and_places_are_forgotten_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was worked out does not grow for ever, and forgetting changes nothing."""
    monkeypatch.setattr(compiling, "KEPT_DAYS", 3)
    rules = compiled(Flat(id="wednesday", points=5, when=Conditions(weekdays=(3,))))
    gave = []
    for day in range(21):
        for store in ("air", "sea", "hut"):
            gave.append(bool(points(rules, facts(100, store=store, at=NOON + timedelta(days=day)))))
            assert len(rules._days) <= 4
    assert gave == [day % 7 == 0 for day in range(21) for _ in range(3)]


def test_made_up_acts_are_one_to_it() -> None:
    """A caller that invents names does not fill it."""
    rules = compiled(Flat(id="visit", points=5, acts=("visit",)))
    for number in range(50):
        assert points(rules, facts(0, act=f"nap-{number}")) == {}
        assert rules.reads(NOON.date(), place=("air", "air", f"nap-{number}")) == []
    (day,) = rules._days.values()
    assert len(day.held) == len(day.reads) == 1
    assert len(rules._places._found) == 1
