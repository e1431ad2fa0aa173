"""Splitting: what is better goes by itself, and never takes along what is worse."""

from datetime import timedelta

import msgspec
import pytest

from jifen.programs.changes import weigh
from jifen.programs.definition import Programme
from jifen.programs.regulation import regulation
from jifen.programs.splitting import LIGHT, favourable_part
from jifen.rules.definition import Flat, PerAmount, Rate
from jifen.values.periods import Rolling

from .villages import NOW, shorter, village, with_rules, with_terms

replace = msgspec.structs.replace
BONUS = Flat(id="bonus", points=5, once="ever")


def changes(old: Programme, new: Programme) -> list[str]:
    """The changes with their weights."""
    found = weigh(
        old, new, published_at=NOW, valid_from=NOW + timedelta(days=60), members=10, law=regulation()
    )
    return [f"{one.kind} {one.code} {one.term} {one.weight}" for one in found.changes]


def split(old: Programme, new: Programme) -> Programme | None:
    """The part that is no worse."""
    found = weigh(
        old, new, published_at=NOW, valid_from=NOW + timedelta(days=60), members=10, law=regulation()
    )
    return favourable_part(old, new, found.changes)


def test_a_new_rule_goes_and_shorter_validity_stays() -> None:
    """The one is an offer, the other needs 30 days."""
    old = village()
    new = shorter(with_rules(old, rules=(*old.rules.rules, BONUS)))
    made = split(old, new)
    assert made is not None
    assert made.rules.validity == old.rules.validity
    assert BONUS in made.rules.rules
    assert all(one.rpartition(" ")[2] in LIGHT for one in changes(old, made))
    assert changes(old, made) != []


def test_a_rule_that_goes_comes_back_where_it_was() -> None:
    """Dropping is worse; adding beside it is not."""
    old = with_rules(village(), rules=(BONUS, *village().rules.rules))
    new = with_rules(old, rules=(*village().rules.rules, Flat(id="other", points=1, once="ever")))
    made = split(old, new)
    assert made is not None
    assert made.rules.rules[0].id == "bonus"
    assert "other" in {rule.id for rule in made.rules.rules}


def test_terms_that_are_worse_stay_as_they_were() -> None:
    """Clauses, notice and grace each by themselves."""
    old = with_terms(village(), notice_days=60)
    base = next(rule for rule in old.rules.rules if isinstance(rule, PerAmount))
    better = replace(base, rate=Rate(base.rate.points * 2, base.rate.fen))
    rules = tuple(better if rule is base else rule for rule in old.rules.rules)
    new = with_rules(with_terms(old, notice_days=30), rules=rules, grace_days=0)
    made = split(old, new)
    assert made is not None
    assert (made.terms.notice_days, made.rules.grace_days) == (60, old.rules.grace_days)
    assert better in made.rules.rules


@pytest.mark.parametrize("all_worse", [True, False], ids=["all worse", "none worse"])
def test_where_there_is_nothing_to_split_there_is_none(*, all_worse: bool) -> None:
    """Alike for nothing that weighs, and for nothing that is left."""
    old = village()
    new = shorter(old) if all_worse else with_rules(old, rules=(*old.rules.rules, BONUS))
    assert split(old, new) is None


def test_validity_of_a_rule_of_its_own_goes_back_with_the_rule() -> None:
    """A rule is one promise: its better points do not go without its shorter life."""
    old = with_rules(village(), rules=(*village().rules.rules, BONUS))
    worse = replace(BONUS, points=9, validity=Rolling(days=10))
    new = with_rules(old, rules=(*village().rules.rules, worse, Flat(id="more", points=1, once="ever")))
    made = split(old, new)
    assert made is not None
    assert BONUS in made.rules.rules
    assert worse not in made.rules.rules
