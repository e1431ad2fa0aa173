"""Kinds of rules: what each gave, written out as a sum that a member can follow, in both languages."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jifen.pages.sums import sum_of
from jifen.rules.award import Facts, Line
from jifen.rules.compiled import rounded
from jifen.rules.definition import (
    AnyRule,
    Bracket,
    Budget,
    Cap,
    Combination,
    Conditions,
    Flat,
    Multiplier,
    Part,
    PerAmount,
    PerItem,
    Rate,
    Reached,
    Streak,
)
from jifen.rules.person import Anniversary, Person
from jifen.rules.when import Birthday, LineFilter, Nth
from jifen.values.periods import Active, Never, Rolling
from tests.pages.telling import AT, BASE, DAY, YUAN, booked, occasion, program, told, whole

SNACK, DRINK = LineFilter(categories=("SNACK",)), LineFilter(categories=("DRINK",))
BASKET = (Line("薯片", "SNACK", 5, 4_500), Line("可乐", "DRINK", 2, 700), Line("毛巾", "HOME", 1, 1_990))
STEPS = (Bracket(10_000, Rate(2, 100)), Bracket(50_000, Rate(3, 100)))


def titled(rule: AnyRule) -> AnyRule:
    """The rule, called r."""
    return msgspec.structs.replace(rule, id="r", title="r")


KINDS: list[tuple[AnyRule, dict[str, Any], str, str]] = [
    (
        PerAmount(id="", rate=YUAN, brackets=STEPS),
        {"amount": 60_000},
        "¥100.00 × 1 积分/元 + 满 ¥100.00 以上的 ¥400.00 × 2 积分/元 + "
        "满 ¥500.00 以上的 ¥100.00 × 3 积分/元 = 1,200",
        "¥100.00 × 1 pt per ¥1 + ¥400.00 above ¥100.00 × 2 pt per ¥1 + "
        "¥100.00 above ¥500.00 × 3 pt per ¥1 = 1,200",
    ),
    (
        PerAmount(id="", rate=YUAN, brackets=STEPS, bracket_mode="whole"),
        {"amount": 20_000},
        "满 ¥100.00，全部 ¥200.00 × 2 积分/元",
        "from ¥100.00 on, all ¥200.00 × 2 pt per ¥1",
    ),
    (
        PerAmount(id="", rate=YUAN, lines=SNACK),
        {"lines": BASKET},
        "“SNACK”类的商品：¥45.00 × 1 积分/元",
        "goods of “SNACK”: ¥45.00 × 1 pt per ¥1",
    ),
    (
        PerAmount(id="", rate=YUAN, acts=("bill",)),
        {"act": "bill", "amount": 10_000},
        "¥100.00 × 1 积分/元",
        "¥100.00 × 1 pt per ¥1",
    ),
    (
        PerItem(id="", points=10, lines=SNACK),
        {"lines": BASKET},
        "“SNACK”类的商品 5 件，5 × 10 积分",
        "5 × goods of “SNACK”, 5 × 10 pt",
    ),
    (
        PerItem(id="", points=10, lines=SNACK, every=2),
        {"lines": BASKET},
        "“SNACK”类的商品 5 件，每 2 件算一次，2 × 10 积分",
        "5 × goods of “SNACK”, counted by 2, 2 × 10 pt",
    ),
    (
        Flat(id="", points=15, lines=LineFilter(skus=("可乐",), brands=(), tags=())),
        {"lines": BASKET},
        "买了货号“可乐”的商品，固定 15 积分",
        "with goods numbered “可乐”, 15 pt",
    ),
    (
        Combination(id="", points=15, parts=(Part(SNACK, 2), Part(DRINK)), most=2),
        {"lines": BASKET},
        "凑齐 2 套（“SNACK”类的商品 2 件 + “DRINK”类的商品 1 件），2 × 15 积分，每单最多 2 套",
        "2 times together (2 × goods of “SNACK” + 1 × goods of “DRINK”), 2 × 15 pt, "
        "at most 2 times a purchase",
    ),
    (
        Reached(id="", points=50, spend_fen=100_000),
        {"used": {("spend", "2026-11"): 90_000}},
        "当月累计 ¥1,086.40，满了 ¥1,000.00，固定 50 积分",
        "¥1,086.40 spent that month, ¥1,000.00 reached, 50 pt",
    ),
    (
        Streak(id="", points=100, length=3, per="week"),
        {"used": {("streak:week", "2026-W46"): 2, ("streak:week", "2026-W45"): 1}},
        "连续 3 周，这次凑满，固定 100 积分",
        "3 weeks in a row, complete now, 100 pt",
    ),
    (
        Flat(id="", points=20, when=Conditions(nth=Nth(per="month", exactly=(3,)))),
        {"used": {("buys", "2026-11"): 2}},
        "每月第 3 单：固定 20 积分，这是第 3 单",
        "purchase 3 of a month: 20 pt, this is purchase 3",
    ),
    (
        Flat(id="", points=20, acts=("lecture",), once_per_code=True),
        {"act": "lecture", "code": "L7"},
        "固定 20 积分，编号 L7，一个编号一次",
        "20 pt, code L7, once for each code",
    ),
    (
        Flat(id="", points=20, when=Conditions(birthday=Birthday(span="month"), channels=("app",))),
        {"channel": "app", "person": Person(birthdays=(Anniversary("self", "self", 11, 2),))},
        "通过手机应用下单，生日当月：固定 20 积分",
        "ordered by the app, in the month of your birthday: 20 pt",
    ),
]


@pytest.mark.parametrize(("rule", "bought", "zh", "en"), KINDS)
def test_each_kind_has_its_sum(rule: AnyRule, bought: dict[str, Any], zh: str, en: str) -> None:
    """The figures of the sum multiply out to the points."""
    assert told(titled(rule), **bought) == ({"r": zh}, {})
    assert told(titled(rule), **bought, language="en") == ({"r": en}, {})


def test_rules_without_a_title_are_called_by_what_they_do() -> None:
    """In the reader's language; an operator's English title is read by who reads English."""
    untitled = (
        PerItem(id="a", points=1, lines=SNACK),
        Combination(id="b", points=1, parts=(Part(SNACK), Part(DRINK))),
        Reached(id="c", points=1, spend_fen=100),
        Streak(id="d", points=1, length=2),
        Flat(id="e", points=7, title="开业礼", title_en="Opening gift"),
    )
    bought: dict[str, Any] = {"lines": BASKET, "used": {("streak:month", "2026-10"): 1}}
    assert list(told(*untitled, **bought)[0]) == [
        "按件加赠", "组合加赠", "累计满额加赠", "连续加赠", "开业礼",
    ]  # fmt: skip
    assert list(told(*untitled, **bought, language="en")[0]) == [
        "Extra by the piece",
        "Extra for a combination",
        "Extra for what was spent",
        "Extra in a row",
        "Opening gift",
    ]


def test_what_a_multiplier_multiplies_may_be_of_any_kind() -> None:
    """Three times what was given by the piece."""
    items = PerItem(id="items", title="按件", points=10, lines=SNACK)
    triple = Multiplier(id="r", title="r", factor="3", of=("items",))
    assert told(items, triple, lines=BASKET)[0]["r"] == "按件 50 × 200%"


def test_a_friend_who_was_invited_is_not_named() -> None:
    """The code of a referral is that friend's wallet: it is nobody else's to read."""
    friend = "0193a1b2-0000-7000-8000-000000000000"
    rule = Flat(id="r", title="r", points=50, acts=("referral",), once_per_code=True)
    bought: dict[str, Any] = {"act": "referral", "code": friend}
    assert told(rule, **bought)[0] == {"r": "固定 50 积分，一位朋友一次"}
    again = told(rule, **bought, used={("code:r", friend): 1})[1]
    assert again == {"r": "这位朋友已经算过，一位朋友一次"}


def test_a_budget_that_runs_out_gives_its_last_points() -> None:
    """Of 186 only 40 were left."""
    rule = msgspec.structs.replace(BASE, budget="fair")
    budgets = {"budgets": (Budget(code="fair", points=1000),)}
    given_, _ = told(rule, used={("budget:fair", "left"): 41}, options=budgets)
    assert given_ == {"基础": "¥186.40 × 1 积分/元，不足 ¥1.00 的 ¥0.40 不计，这次活动只剩 40"}


def test_a_cap_and_a_budget_both_cut() -> None:
    """The cap first, then the budget."""
    rule = msgspec.structs.replace(BASE, budget="fair", caps=(Cap(100, "day"),))
    budgets = {"budgets": (Budget(code="fair", points=1000),)}
    given_, _ = told(rule, amount=20_000, used={("budget:fair", "left"): 41}, options=budgets)
    assert given_ == {"基础": "¥200.00 × 1 积分/元，算出 200，每天最多 100，这次活动只剩 40"}


def test_the_one_of_a_group_says_that_it_is_the_one() -> None:
    """And only where others would have given."""
    more = Flat(id="more", title="多", points=9, group="g")
    less = Flat(id="less", title="少", points=5, group="g")
    given_, missed = told(more, less, options={"groups": {"g": "best"}})
    assert given_ == {"多": "固定 9 积分，同类的优惠只给一条，给了这条"}
    assert missed == {"少": "同类的优惠只给得分多的一条，给了“多”"}
    alone = msgspec.structs.replace(less, when=Conditions(minimum_fen=10**9))
    assert told(more, alone, options={"groups": {"g": "best"}})[0] == {"多": "固定 9 积分"}


def test_each_rule_says_when_its_points_can_be_used() -> None:
    """From the day on which they mature to the last on which they live."""
    rules = (
        Flat(id="a", points=1, validity=Rolling(days=30), pending_days=7),
        Flat(id="b", points=1, validity=Never()),
        Flat(id="c", points=1, validity=Active(months=12)),
    )
    here = program(*rules)
    found = whole(here, booked(here))
    assert [one.lives.striptags() for one in found.given] == [
        "2026 年 11 月 28 日起可用，能用到 2026 年 12 月 21 日",
        "长期有效",
        "最后一次得或用积分后 12 个月内有效",
    ]
    assert found.lives_differ
    english = [one.lives.striptags() for one in whole(here, booked(here), "en").given]
    assert english[0] == "usable from 28 Nov 2026, usable to 21 Dec 2026"
    assert found.given[0].life == (
        datetime(2026, 11, 27, 16, tzinfo=UTC),
        datetime(2026, 12, 21, 16, tzinfo=UTC),
        None,
    )


AMOUNTS = st.integers(0, 10**7)
RATES = st.builds(Rate, st.integers(0, 500), st.integers(1, 100_000))
BRACKETS = st.lists(st.builds(Bracket, AMOUNTS, RATES), max_size=4).map(tuple)
LINES = st.lists(
    st.builds(Line, st.just("x"), st.sampled_from(["SNACK", "DRINK", "HOME"]), st.integers(1, 9), AMOUNTS),
    min_size=1,
    max_size=6,
).map(tuple)


@given(
    rate=RATES,
    brackets=BRACKETS,
    mode=st.sampled_from(["progressive", "whole"]),
    rates=st.dictionaries(st.sampled_from(["SNACK", "DRINK"]), RATES),
    only=st.sampled_from([None, SNACK, LineFilter(categories=("SNACK", "HOME"))]),
    lines=LINES,
)
def test_what_is_written_over_brackets_is_what_was_computed(
    rate: Rate, brackets: Any, mode: Any, rates: dict[str, Rate], only: LineFilter | None, lines: Any
) -> None:
    """Whatever the brackets, the rates of categories and the goods that count."""
    rule = PerAmount(id="r", rate=rate, rates=rates, brackets=brackets, bracket_mode=mode, lines=only)
    here = program(rule)
    facts = Facts("hetian", "liuhe", AT, DAY, sum(line.amount for line in lines), lines)
    (compiled,) = here.rules[0].rules
    _, exact = sum_of(occasion(here, facts), compiled, {})
    assert rounded(exact.numerator, exact.denominator, "floor") == compiled.raw(facts, {})


@given(every=st.integers(1, 6), quantity=st.integers(1, 3), most=st.integers(1, 4), lines=LINES)
def test_what_is_written_of_pieces_is_what_was_computed(
    every: int, quantity: int, most: int, lines: Any
) -> None:
    """So many pieces, so many sets."""
    rules = (
        PerItem(id="a", points=7, every=every, lines=SNACK),
        Combination(id="b", points=7, parts=(Part(SNACK, quantity), Part(DRINK)), most=most),
    )
    here = program(*rules)
    facts = Facts("hetian", "liuhe", AT, DAY, 1 + sum(line.amount for line in lines), lines)
    for compiled in here.rules[0].rules:
        _, exact = sum_of(occasion(here, facts), compiled, {})
        assert exact == compiled.raw(facts, {})


def test_a_late_purchase_is_told_by_its_own_day() -> None:
    """What matures is counted from the day of the purchase, wherever the clock stands."""
    rule = Flat(id="a", points=1, pending_days=3, validity=Rolling(days=10))
    here = program(rule)
    entry = booked(here, at=AT - timedelta(days=20))
    assert whole(here, entry).given[0].lives.striptags() == (
        "2026 年 11 月 4 日起可用，能用到 2026 年 11 月 11 日"
    )
