"""Sums: whatever the rates and the basket, what is written out is what the rule computed."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from jifen.pages.sums import sum_of
from jifen.rules.award import Facts, Line
from jifen.rules.compiled import rounded
from jifen.rules.definition import Multiplier, PerAmount, Rate
from tests.pages.telling import AT, BASE, DAY, occasion, program

RATES = st.builds(Rate, st.integers(0, 500), st.integers(1, 100_000))
ROUNDINGS = st.sampled_from(["floor", "half_up", "ceiling"])
CATEGORIES = ("A", "B", "C")
LINES = st.lists(
    st.builds(Line, st.just("x"), st.sampled_from([*CATEGORIES, "D"]), st.just(1), st.integers(0, 10**7)),
    max_size=6,
).map(tuple)


@given(rate=RATES, rates=st.dictionaries(st.sampled_from(CATEGORIES), RATES), lines=LINES, how=ROUNDINGS)
def test_what_is_written_is_what_was_computed(
    rate: Rate, rates: dict[str, Rate], lines: tuple[Line, ...], how: Any
) -> None:
    """The value of the sum, rounded as it says, is what the rule gives before any cap."""
    definition = PerAmount(id="r", rate=rate, rates=rates, rounding=how)
    here = program(definition)
    facts = Facts("hetian", "liuhe", AT, DAY, sum(line.amount for line in lines) or 777, lines)
    (rule,) = here.rules[0].rules
    _, exact = sum_of(occasion(here, facts), rule, {})
    assert rounded(exact.numerator, exact.denominator, how) == rule.raw(facts, {})


@given(base=st.integers(0, 10**9), tenths=st.integers(0, 9990), how=ROUNDINGS)
def test_a_multiplier_is_what_was_computed(base: int, tenths: int, how: Any) -> None:
    """The extra, rounded as it says; a factor below one takes nothing away."""
    definition = Multiplier(id="m", factor=f"{tenths // 10}.{tenths % 10}", rounding=how)
    here = program(BASE, definition)
    rule = here.rules[0].rules[1]
    facts = Facts("hetian", "liuhe", AT, DAY, 0)
    _, exact = sum_of(occasion(here, facts), rule, {"base": base})
    assert max(0, rounded(exact.numerator, exact.denominator, how)) == rule.raw(facts, {"base": base})
