"""Kinds of rules: what each gives, beside what it does not."""

from datetime import timedelta

import pytest

from jifen.rules.award import Facts
from jifen.rules.definition import (
    AnyRule,
    Bracket,
    Combination,
    Conditions,
    Flat,
    LineFilter,
    Multiplier,
    Part,
    PerAmount,
    PerItem,
    Rate,
    Reached,
    Streak,
)
from tests.rules.basket import BASE, NOON, booked, compiled, facts, line, points, why

SNACKS, DRINKS = LineFilter(categories=("SNACK",)), LineFilter(categories=("DRINK",))
MILK, BUN = line("DRINK", 500, sku="soy-milk"), line("SNACK", 300, sku="bun")


def only(rule: AnyRule, what: Facts) -> int:
    """The points of a rule that stands alone."""
    return points(compiled(rule), what).get(rule.id, 0)


@pytest.mark.parametrize(
    ("lines", "gives"),
    [
        (LineFilter(categories=("GREENS",)), 3),
        (LineFilter(brands=("Field",)), 7),
        (LineFilter(brands=("Field",), categories=("GREENS",)), 3),
        (LineFilter(skus=("rice", "kale")), 7),
        (LineFilter(tags=("organic",)), 3),
        (LineFilter(tags=("frozen",)), 0),
    ],
)
def test_only_the_lines_that_are_meant_count(lines: LineFilter, gives: int) -> None:
    """Of each field that is given, one value must hold; the rest of the basket earns nothing."""
    basket = (
        line("GREENS", 300, "organic", sku="kale", brand="Field"),
        line("RICE", 400, sku="rice", brand="Field"),
        line("FISH", 999),
    )
    assert only(PerAmount(id="r", rate=Rate(1, 100), lines=lines), facts(None, *basket)) == gives


def test_rates_by_category_hold_among_the_lines_that_count() -> None:
    """Organic greens at twice, other organic goods at once, what is not organic at nothing."""
    rule = PerAmount(
        id="r", rate=Rate(1, 100), rates={"GREENS": Rate(2, 100)}, lines=LineFilter(tags=("organic",))
    )
    basket = (line("GREENS", 300, "organic"), line("GREENS", 500), line("RICE", 250, "organic"))
    assert only(rule, facts(None, *basket)) == 8


@pytest.mark.parametrize(
    ("fen", "progressive", "whole"),
    [
        (0, 0, 0),
        (9_999, 99, 99),
        (10_000, 100, 200),
        (15_000, 200, 300),
        (20_000, 300, 600),
        (30_000, 600, 900),
    ],
)
def test_brackets(fen: int, progressive: int, whole: int) -> None:
    """1 point a yuan up to 100 yuan, then 2, from 200 yuan on 3: for what lies above, or for all of it."""
    brackets = (Bracket(10_000, Rate(2, 100)), Bracket(20_000, Rate(3, 100)))
    rule = PerAmount(id="r", rate=Rate(1, 100), brackets=brackets)
    assert only(rule, facts(fen)) == progressive
    rule = PerAmount(id="r", rate=Rate(1, 100), brackets=brackets, bracket_mode="whole")
    assert only(rule, facts(fen)) == whole


def test_categories_with_rates_of_their_own_stand_outside_of_the_brackets() -> None:
    """They fill no bracket."""
    rule = PerAmount(
        id="r", rate=Rate(1, 100), rates={"FUEL": Rate(0, 1)}, brackets=(Bracket(10_000, Rate(2, 100)),)
    )
    assert only(rule, facts(None, line("FUEL", 90_000), line("RICE", 11_000))) == 120


def test_an_act_with_an_amount_earns_by_it() -> None:
    """A phone bill of 100 yuan; not a purchase of 100 yuan, nor another act."""
    rule = PerAmount(id="bill", rate=Rate(10, 100), acts=("bill",))
    assert only(rule, facts(10_000, act="bill")) == 1000
    assert only(rule, facts(10_000)) == 0
    assert only(rule, facts(10_000, act="fine")) == 0
    assert why(compiled(rule), facts(10_000)) == {"bill": "act"}


def test_every_so_many_pieces() -> None:
    """5 points for every 3 buns, whatever they cost; 2 are too few."""
    rule = PerItem(id="r", points=5, every=3, lines=LineFilter(skus=("bun",)))
    assert only(rule, facts(None, line("SNACK", 600, sku="bun", quantity=7))) == 10
    assert only(rule, facts(None, line("SNACK", 600, sku="bun", quantity=2), BUN)) == 5
    two = facts(None, line("SNACK", 600, sku="bun", quantity=2), MILK)
    assert only(rule, two) == 0
    assert why(compiled(rule), two) == {"r": "quantity"}
    assert why(compiled(rule), facts(None, MILK)) == {"r": "lines"}
    assert only(rule, facts(0, line("SNACK", 0, sku="bun", quantity=9))) == 0


def test_a_fixed_number_for_a_line() -> None:
    """Whatever else is in the basket."""
    rule = Flat(id="r", points=5, lines=LineFilter(brands=("Field",), tags=("organic",)))
    assert only(rule, facts(None, MILK, line("RICE", 900, "organic", brand="Field"))) == 5
    apart = facts(None, line("RICE", 900, "organic"), line("RICE", 900, brand="Field"))
    assert only(rule, apart) == 0
    assert why(compiled(rule), apart) == {"r": "lines"}


def test_a_combination_comes_once_a_basket() -> None:
    """SCENARIOS S08: snack and drink; never across two receipts, and twice only where that is said."""
    rule = Combination(id="combo", points=2, parts=(Part(SNACKS), Part(DRINKS)))
    assert only(rule, facts(None, MILK, BUN)) == 2
    assert only(rule, facts(None, MILK, BUN, MILK, BUN)) == 2
    twice = Combination(id="combo", points=2, most=3, parts=(Part(SNACKS), Part(DRINKS)))
    assert only(twice, facts(None, MILK, BUN, MILK, BUN, BUN)) == 4
    rules = compiled(rule)
    assert booked(rules, facts(None, MILK), facts(None, BUN)) == [{}, {}]
    assert why(rules, facts(None, MILK, MILK)) == {"combo": "combination"}


@pytest.mark.parametrize(
    ("basket", "sets"),
    [
        ((line("SNACK", 300, sku="bun", quantity=2),), 1),
        ((BUN,), 0),
        ((BUN, line("SNACK", 100, sku="nuts")), 1),
        ((BUN, line("SNACK", 100, sku="nuts", quantity=9)), 1),
        ((line("SNACK", 300, sku="bun", quantity=5), line("SNACK", 100, sku="nuts", quantity=4)), 4),
        ((line("SNACK", 300, sku="bun", quantity=9), line("SNACK", 100, sku="nuts")), 5),
    ],
)
def test_no_piece_counts_for_two_parts(basket: tuple[object, ...], sets: int) -> None:
    """A bun and another snack: a bun is a snack too, but not both at once."""
    rule = Combination(id="combo", points=1, most=99, parts=(Part(LineFilter(skus=("bun",))), Part(SNACKS)))
    assert only(rule, facts(None, *basket)) == sets  # type: ignore[arg-type]


def test_parts_that_overlap_in_a_ring_are_shared_out_exactly() -> None:
    """Each line could be for two of three parts; taking the first that fits would find one set too few."""
    parts = (
        Part(LineFilter(skus=("a", "b")), 2),
        Part(LineFilter(skus=("b", "c")), 2),
        Part(LineFilter(skus=("a", "c")), 2),
    )
    rule = Combination(id="combo", points=1, most=99, parts=parts)
    basket = [line("X", 100, sku=sku, quantity=4) for sku in "abc"]
    assert only(rule, facts(None, *basket)) == 2
    assert only(rule, facts(None, *basket[:2], line("X", 100, sku="c", quantity=3))) == 1


def test_the_purchase_that_reaches_a_spend_gives_once_in_its_period() -> None:
    """500 yuan in a month: exactly reached counts, and the next month begins at nothing."""
    rules = compiled(Reached(id="five-hundred", points=50, spend_fen=50_000))
    bought = [facts(fen) for fen in (49_999, 1, 50_000)] + [facts(50_000, at=NOON + timedelta(days=13))]
    assert booked(rules, *bought) == [{}, {"five-hundred": 50}, {}, {"five-hundred": 50}]
    assert why(rules, facts(100), {("spend", "2026-11"): 50_000}) == {"five-hundred": "reached"}
    assert why(rules, facts(100)) == {"five-hundred": "reached"}
    assert points(rules, facts(50_000, act="bill")) == {}


def test_a_streak_gives_with_the_month_that_completes_it_and_begins_anew() -> None:
    """Three months in a row; the fourth is the first of the next three."""
    rules = compiled(Streak(id="three", points=30, length=3))
    months = [facts(100, at=NOON + timedelta(days=31 * month)) for month in range(7)]
    gifts = booked(rules, *months)
    assert [bool(gift) for gift in gifts] == [False, False, True, False, False, True, False]


def test_a_streak_gives_once_in_the_period_that_completes_it() -> None:
    """And with whichever purchase of it meets the rule's conditions first."""
    rules = compiled(Streak(id="two", points=30, length=2, per="week", when=Conditions(minimum_fen=500)))
    week = timedelta(days=7)
    events = [
        facts(fen, at=NOON + week * at) for fen, at in ((100, 0), (100, 1), (500, 1), (500, 1), (500, 3))
    ]
    assert booked(rules, *events) == [{}, {}, {"two": 30}, {}, {}]


def test_a_missed_period_breaks_a_streak() -> None:
    """So does a period in which all came back, or nothing was paid."""
    rules = compiled(Streak(id="three", points=30, length=3, per="day"))
    days = [facts(fen, at=NOON + timedelta(days=day)) for day, fen in ((0, 100), (1, 0), (2, 100), (3, 100))]
    used: dict[tuple[str, str], int] = {}
    assert booked(rules, *days, used=used) == [{}, {}, {}, {}]
    assert used == {("streak:day", f"2026-11-{day}"): 1 for day in (18, 20, 21)}
    assert why(rules, facts(100), used) == {"three": "streak"}


def test_acts_have_streaks_of_their_own() -> None:
    """Checking in on seven days; a purchase is no check-in."""
    rules = compiled(Streak(id="week", points=7, length=7, per="day", acts=("check-in",)), BASE)
    days = [facts(0, at=NOON + timedelta(days=day), act="check-in") for day in range(8)]
    gifts = booked(rules, *days)
    assert gifts == [{}, {}, {}, {}, {}, {}, {"week": 7}, {}]
    bought = [facts(100, at=NOON + timedelta(days=day)) for day in range(8)]
    assert all("week" not in gift for gift in booked(rules, *bought))


def test_a_multiplier_of_acts() -> None:
    """It multiplies what was given for the act that it names."""
    lecture = Flat(id="lecture", points=20, acts=("lecture",))
    rules = compiled(BASE, lecture, Multiplier(id="double", factor="2", of=("lecture",)))
    assert points(rules, facts(0, act="lecture")) == {"lecture": 20, "double": 20}
    assert points(rules, facts(500)) == {"base": 5}


def test_green_goods_need_evidence_that_is_valid() -> None:
    """SCENARIOS S25: without it nothing is given, and it is said that evidence is what is wanting."""
    green = PerAmount(
        id="green", rate=Rate(1, 100), lines=LineFilter(tags=("organic",), evidence=("organic",))
    )
    kale = line("GREENS", 500, "organic", evidence="OC-1")
    valid = {"OC-1": "organic"}
    assert points(compiled(green), facts(None, kale, evidence=valid)) == {"green": 5}
    for evidence in ({}, {"OC-1": "degradable"}, {"OC-2": "organic"}):
        assert why(compiled(green), facts(None, kale, evidence=evidence)) == {"green": "evidence"}
    plain = line("GREENS", 500, evidence="OC-1")
    assert why(compiled(green), facts(None, plain, evidence=valid)) == {"green": "lines"}
    pair = Combination(id="pair", points=5, parts=(Part(LineFilter(evidence=("organic",))), Part(SNACKS)))
    assert points(compiled(pair), facts(None, kale, BUN, evidence=valid)) == {"pair": 5}
    assert why(compiled(pair), facts(None, kale, BUN)) == {"pair": "evidence"}
    assert why(compiled(pair), facts(None, kale, evidence=valid)) == {"pair": "combination"}
