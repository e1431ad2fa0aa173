"""Expressions: typed before they are published, bounded when they run, and nothing where they fail."""

from datetime import UTC, date, datetime, timedelta

import pytest

from jifen.rules.award import Facts
from jifen.rules.definition import Conditions, Flat
from jifen.rules.expressions import VARIABLES, Expression, Sight
from jifen.rules.person import Person, Standing, Token
from tests.rules.basket import NOON, compiled, facts, line, points, why

END = NOON + timedelta(days=1)
ANN = Person(
    joined=date(2026, 11, 1),
    standing=Standing("gold"),
    segments=("parents",),
    tokens=(Token("city", "trusted", END, "t1"), Token("city", "old", NOON, "t2")),
    inviter="w-bob",
)
BASKET = facts(
    None,
    line("RICE", 400, "organic", sku="rice", quantity=2, brand="Field", evidence="OC-1"),
    line("EGGS", 600, quantity=3),
    channel="app",
    payment="card",
    person=ANN,
    evidence={"OC-1": "organic"},
)


def bonus(expression: str) -> Flat:
    """5 points where the expression holds."""
    return Flat(id="bonus", points=5, when=Conditions(expression=expression))


@pytest.mark.parametrize(
    ("holds", "fails"),
    [
        ("amount == 1000", "amount > 1000"),
        ("quantity == 5", "quantity < 5"),
        ("lines.size() == 2", "lines.exists(l, l.amount > 600)"),
        ("lines.exists(l, l.sku == 'rice' && l.quantity == 2)", "lines.all(l, 'organic' in l.tags)"),
        ("lines.exists_one(l, l.evidence == 'organic')", "lines.exists(l, l.evidence == 'OC-1')"),
        (
            "lines.exists(l, l.brand == 'Field' && l.category == 'RICE')",
            "lines.exists(l, l.brand == 'Fields')",
        ),
        ("by_category['RICE'] == 400", "'MILK' in by_category"),
        ("by_category.RICE * 2 < by_category.EGGS * 2", "has(by_category.MILK)"),
        ("'organic' in tags", "'frozen' in tags"),
        ("merchant == 'air' && store == 'air'", "merchant == 'sea'"),
        ("channel == 'app' && payment == 'card'", "channel == ''"),
        ("act == '' && code == ''", "act == 'lecture'"),
        ("year == 2026 && month == 11 && day == 18", "day == 17"),
        ("weekday == 3 && hour == 12 && minute == 0", "hour >= 13"),
        ("at == timestamp('2026-11-18T04:00:00Z')", "at > timestamp('2026-11-18T04:00:00Z')"),
        ("tier == 'gold'", "tier == ''"),
        ("'parents' in segments", "'students' in segments"),
        ("tokens == ['trusted']", "'old' in tokens"),
        ("joined_days == 17", "joined_days < 17"),
        ("invited", "!invited"),
    ],
)
def test_what_expressions_read(holds: str, fails: str) -> None:
    """Every variable, where it holds and where it does not."""
    assert points(compiled(bonus(holds)), BASKET) == {"bonus": 5}
    assert points(compiled(bonus(fails)), BASKET) == {}
    assert why(compiled(bonus(fails)), BASKET) == {"bonus": "expression"}


def test_what_is_missing_has_a_value() -> None:
    """An amount without lines, a stranger, an act at no store: all can be asked about."""
    empty = Facts("", "", NOON, date(2026, 11, 18), 100)
    for name in VARIABLES:
        expression = Expression(f"{name} == {name}", Sight("Asia/Shanghai"))
        assert expression.outcome(empty) is True, name
    stranger = "tier == '' && joined_days == -1 && !invited && segments.size() == 0 && tokens.size() == 0"
    assert points(compiled(bonus(stranger)), facts(100)) == {"bonus": 5}


def test_the_hour_is_that_of_the_programme() -> None:
    """16:30 in Greenwich is half past midnight of the next day in Shanghai."""
    late = facts(100, at=datetime(2026, 11, 17, 16, 30, tzinfo=UTC))
    assert points(compiled(bonus("hour == 0 && minute == 30 && day == 18")), late) == {"bonus": 5}


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("amount >", "column 9: Syntax error"),
        ("amuont > 1", "column 1: undeclared reference to 'amuont': mend it there"),
        ("amount > 'a'", "column 8: found no matching overload"),
        ("amount > 1 &&\n hour > 'x'", "line 2, column 7: found no matching overload"),
        ("amount + 1", "gives INT, not true or false: compare it with something"),
        ("lines.exists(l, l.catgory == 'RICE')", "column 19: a line has no field 'catgory'"),
        ("lines.exists(l, l.sku == 'a.b' && has(l.price))", "column 41: a line has no field 'price'"),
    ],
)
def test_what_cannot_be_used_is_refused_when_it_is_compiled(expression: str, told: str) -> None:
    """With the rule and the column."""
    with pytest.raises(ValueError, match="the expression of rule 'bonus' cannot be used: ") as refused:
        compiled(bonus(expression))
    assert told in str(refused.value)


def test_fields_in_texts_and_functions_are_no_fields_of_lines() -> None:
    """Neither are categories, nor the decimals of a number."""
    for expression in (
        "store != 'a.b' && store != \"x.y\"",
        "lines.map(l, l.amount).size() > 0 && 1.5 < 2.0",
        "has(by_category.ANY) || by_category.RICE > 0",
        "at.getHours('Asia/Shanghai') == 12 // l.price",
    ):
        assert points(compiled(bonus(expression)), BASKET) == {"bonus": 5}


@pytest.mark.parametrize(
    "expression",
    [
        "by_category['MILK'] > 0",
        "amount / (quantity - 5) > 0",
        "amount * 9223372036854775807 > 0",
        "lines[7].amount > 0",
        "lines.exists(l, l.amount > 'x')",
    ],
)
def test_what_fails_when_it_runs_gives_nothing(expression: str) -> None:
    """A category that is not there, a division by 0, too large a number: no error reaches the till."""
    assert why(compiled(bonus(expression)), BASKET) == {"bonus": "expression"}


def test_a_run_is_bounded() -> None:
    """Each line with each other, of a basket of 1 000 lines, is more than is allowed."""
    many = facts(None, *[line("RICE", 1)] * 1000)
    everything = bonus("lines.all(a, lines.all(b, a.sku == b.sku))")
    assert why(compiled(everything), many) == {"bonus": "expression"}
    few = facts(None, *[line("RICE", 1)] * 50)
    assert points(compiled(everything), few) == {"bonus": 5}


def test_a_bad_regular_expression_takes_no_time() -> None:
    """It is matched in linear time."""
    nested = bonus("store.matches('^(a+)+$')")
    assert points(compiled(nested), facts(100, store="a" * 5000 + "b")) == {}


def test_two_evaluations_of_the_same_facts_see_what_changed_between() -> None:
    """Nothing is remembered of an earlier event."""
    rules = compiled(bonus("channel == 'app'"))
    asked = facts(100)
    assert points(rules, asked) == {}
    asked.channel = "app"
    assert points(rules, asked) == {"bonus": 5}


def test_an_expression_about_the_person_is_decided_once() -> None:
    """As other conditions on the person are; one about the basket is decided again."""
    rules = compiled(bonus("tier == 'gold' && amount >= 500"))
    then = rules.evaluate(facts(500, person=ANN), {})
    assert then.held == ["bonus"]
    assert points(rules, facts(100, held=frozenset(then.held))) == {"bonus": 5}
    basket = compiled(bonus("amount >= 500"))
    assert basket.evaluate(facts(500, person=ANN), {}).held == []
    assert points(basket, facts(100, held=frozenset(("bonus",)))) == {}
