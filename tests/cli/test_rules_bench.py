"""The bench of rules measures sound rules, of which as many can apply however many there are."""

import pytest

from jifen.cli.bench import rules as bench
from jifen.cli.bench.rulebook import HOME, baskets, rulebook
from jifen.rules.definition import AnyRule


@pytest.mark.parametrize("count", [200, 1_000])
def test_the_rules_are_as_many_as_asked_for_and_sound(count: int) -> None:
    """Of every kind; they would be published."""
    definition = bench.published(rulebook(count))
    assert len(definition.rules) == count
    assert {type(rule) for rule in definition.rules} == set(AnyRule.__args__)
    assert sum(HOME in (rule.when.merchants or (HOME,)) for rule in definition.rules) == 20


def test_the_baskets_earn_and_the_days_change() -> None:
    """What gives nothing would be fast for nothing."""
    taken = baskets(3, 20)
    assert len({facts.day for facts in taken}) == 3
    assert all(len(facts.lines) == 5 for facts in taken)
    found = bench.measured(rulebook(200), taken)
    assert found["200_gave"] > 3
    assert 0 < found["200_us"] < found["200_p99_us"]
    assert found["200_first_of_day_us"] > found["200_us"]
