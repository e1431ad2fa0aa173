"""The index leaves out only what would have given nothing."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jifen.rules import compiled as compiling
from jifen.rules.award import Award, Facts
from jifen.rules.compiled import CompiledRules
from jifen.rules.definition import AnyRule, Conditions, Flat, LineFilter, PerItem
from jifen.rules.index import KEYED_LEAST
from tests.engine.town import BEFORE, ZONE
from tests.rules.basket import NOON, compiled, facts, line, points
from tests.rules.worlds import RULES, events, whole


def told(award: Award) -> tuple[object, ...]:
    """All of an award but the reasons."""
    return award.shares, award.counts, {k: v for k, v in award.read.items() if v}, award.held, award.drawn


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
