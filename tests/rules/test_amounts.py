"""Points per amount: exact fractions, rounded once, with rates by category."""

from fractions import Fraction
from math import ceil, floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jifen.rules.compiled import rounded
from jifen.rules.definition import Flat, Multiplier, PerAmount, Rate, Rounding
from tests.rules.basket import BASE, compiled, facts, line, points

ROUNDINGS: tuple[Rounding, ...] = ("floor", "half_up", "ceiling")


def exact(value: Fraction, how: Rounding) -> int:
    """A fraction as a whole number."""
    if how == "floor":
        return floor(value)
    return ceil(value) if how == "ceiling" else floor(value + Fraction(1, 2))


@pytest.mark.parametrize(
    ("numerator", "denominator", "down", "half", "up"),
    [(0, 3, 0, 0, 0), (1, 3, 0, 0, 1), (1, 2, 0, 1, 1), (2, 3, 0, 1, 1), (3, 3, 1, 1, 1), (5, 2, 2, 3, 3)],
)
def test_rounding(numerator: int, denominator: int, down: int, half: int, up: int) -> None:
    """A half goes up."""
    assert [rounded(numerator, denominator, how) for how in ROUNDINGS] == [down, half, up]


@given(numerator=st.integers(0, 10**18), denominator=st.integers(1, 10**9), how=st.sampled_from(ROUNDINGS))
def test_rounding_is_that_of_exact_fractions(numerator: int, denominator: int, how: Rounding) -> None:
    """With numbers for which a float would be off."""
    assert rounded(numerator, denominator, how) == exact(Fraction(numerator, denominator), how)


@pytest.mark.parametrize(
    ("rate", "fen", "down", "half", "up"),
    [
        (Rate(1, 100), 19999, 199, 200, 200),
        (Rate(1, 100), 19949, 199, 199, 200),
        (Rate(10, 100), 10000, 1000, 1000, 1000),
        (Rate(1, 300), 1000, 3, 3, 4),
        (Rate(0, 1), 1000, 0, 0, 0),
    ],
)
def test_a_bill(rate: Rate, fen: int, down: int, half: int, up: int) -> None:
    """The whole bill at one rate."""
    for how, expected in zip(ROUNDINGS, (down, half, up), strict=True):
        rules = compiled(PerAmount(id="base", rate=rate, rounding=how))
        assert points(rules, facts(fen)) == ({"base": expected} if expected else {})


def test_categories_have_rates_of_their_own() -> None:
    """Fuel earns nothing, vegetables double; the sum is rounded once."""
    rules = compiled(
        PerAmount(id="base", rate=Rate(1, 100), rates={"FUEL": Rate(0, 1), "GREENS": Rate(2, 100)})
    )
    basket = (line("FUEL", 20000), line("GREENS", 149), line("RICE", 151), line("RICE", 51))
    assert points(rules, facts(None, *basket)) == {"base": 5}  # 2.98 + 2.02 are 5, not 2 + 2
    assert points(rules, facts(None, line("FUEL", 20000))) == {}
    assert points(rules, facts(20000)) == {"base": 200}  # a bill without lines is not fuel


RATES = st.builds(Rate, st.integers(0, 50), st.sampled_from((1, 3, 7, 100, 300)))
BASKET = st.lists(
    st.tuples(st.sampled_from(("FUEL", "GREENS", "RICE")), st.integers(0, 10**6)), min_size=1, max_size=12
)


@given(
    rate=RATES,
    rates=st.dictionaries(st.sampled_from(("FUEL", "GREENS")), RATES),
    how=st.sampled_from(ROUNDINGS),
    basket=BASKET,
)
def test_any_basket_at_any_rates(
    rate: Rate, rates: dict[str, Rate], how: Rounding, basket: list[tuple[str, int]]
) -> None:
    """The exact sum over all lines, rounded once."""
    rules = compiled(PerAmount(id="base", rate=rate, rates=rates, rounding=how))
    whole = sum(
        Fraction(amount * one.points, one.fen)
        for category, amount in basket
        for one in [rates.get(category, rate)]
    )
    expected = exact(Fraction(whole), how)
    assert points(rules, facts(None, *[line(*one) for one in basket])).get("base", 0) == expected


def test_acts_earn_nothing_by_amount_and_purchases_nothing_by_act() -> None:
    """A lecture attended is no purchase."""
    rules = compiled(BASE, Flat(id="lecture", points=20, acts=("lecture", "survey")))
    assert points(rules, facts(0, act="lecture")) == {"lecture": 20}
    assert points(rules, facts(0, act="survey")) == {"lecture": 20}
    assert points(rules, facts(0, act="nap")) == {}
    assert points(rules, facts(500)) == {"base": 5}


def test_a_fixed_number_for_what_is_in_the_basket() -> None:
    """By category, by tag, or for any purchase at all; never for nothing paid."""
    rules = compiled(
        Flat(id="any", points=1),
        Flat(id="snack", points=10, categories=("SNACK", "NUTS")),
        Flat(id="organic", points=100, tags=("organic",)),
    )
    assert points(rules, facts(500)) == {"any": 1}
    assert points(rules, facts(None, line("NUTS", 500))) == {"any": 1, "snack": 10}
    basket = (line("SNACK", 300), line("SNACK", 200, "organic", "local"))
    assert points(rules, facts(None, *basket)) == {"any": 1, "snack": 10, "organic": 100}
    assert points(rules, facts(0)) == {}


@pytest.mark.parametrize(
    ("factor", "down", "half", "up"),
    [
        ("2", 5, 5, 5),
        ("1.5", 2, 3, 3),
        ("3", 10, 10, 10),
        ("1", 0, 0, 0),
        ("0.5", 0, 0, 0),
        ("1.05", 0, 0, 1),
    ],
)
def test_a_multiplier_gives_the_extra(factor: str, down: int, half: int, up: int) -> None:
    """Of 5 points; less than once is no punishment."""
    for how, expected in zip(ROUNDINGS, (down, half, up), strict=True):
        rules = compiled(Multiplier(id="extra", factor=factor, rounding=how), BASE)
        assert points(rules, facts(500)) == {"base": 5} | ({"extra": expected} if expected else {})


def test_a_multiplier_multiplies_what_it_names() -> None:
    """All rules per amount unless some are named; never what was not given."""
    green = PerAmount(id="green", rate=Rate(0, 1), rates={"GREENS": Rate(1, 100)})
    gift = Flat(id="gift", points=7)
    basket = (line("GREENS", 300), line("RICE", 200))
    assert points(compiled(BASE, green, gift, Multiplier(id="x", factor="2")), facts(None, *basket)) == {
        "base": 5,
        "green": 3,
        "gift": 7,
        "x": 8,
    }
    named = Multiplier(id="x", factor="2", of=("green", "gift"))
    assert points(compiled(BASE, green, gift, named), facts(None, *basket))["x"] == 10
    assert points(compiled(BASE, green, gift, named), facts(200))["x"] == 7


def test_multipliers_add_up_and_do_not_compound() -> None:
    """Two doublings give three times, not four, unless one names the other."""
    twice = Multiplier(id="twice", factor="2")
    again = Multiplier(id="again", factor="2", of=("base",))
    both = Multiplier(id="both", factor="2", of=("base", "twice"))
    assert points(compiled(BASE, twice, again), facts(500)) == {"base": 5, "twice": 5, "again": 5}
    assert points(compiled(BASE, twice, both), facts(500)) == {"base": 5, "twice": 5, "both": 10}
