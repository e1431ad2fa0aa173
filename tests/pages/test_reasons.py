"""Reasons: for each word why a rule gave nothing a member reads what would have been needed."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from jifen.pages.missing import SAYING
from jifen.parties.programs import Evidence
from jifen.rules.award import Line
from jifen.rules.calendars import MarketDays, Markets
from jifen.rules.definition import (
    Act,
    AnyRule,
    Budget,
    Campaign,
    Cap,
    Combination,
    Conditions,
    Flat,
    Part,
    PerItem,
    Reached,
    Streak,
)
from jifen.rules.person import Person, Standing
from jifen.rules.reasons import REASONS
from jifen.rules.tiers import Tier, Tiers
from jifen.rules.when import Birthday, LineFilter, Nth
from tests.pages.telling import AT, DAY, booked, program, whole

TOMORROW = DAY + timedelta(days=1)
SNACK, DRINK = LineFilter(categories=("SNACK",)), LineFilter(categories=("DRINK",))
ORGANIC = LineFilter(categories=("PRODUCE",), evidence=("organic",))
CODE = "13126004185739206"
GREENS = (Line("小白菜", "PRODUCE", 2, 1_200, evidence=CODE),)
CHIPS = (Line("薯片", "SNACK", 2, 900),)
TIERS = Tiers(
    levels=(
        Tier(code="silver", title="银卡", title_en="Silver", at=0),
        Tier(code="gold", title="金卡", title_en="Gold", at=100_000),
    )
)
MARKETS = Markets(stores={"liuhe": MarketDays(lunar_digits=(1, 6)), "qingshi": MarketDays(weekdays=(3,))})
JULY = datetime(2026, 7, 1, tzinfo=UTC)


def evidence(until: datetime) -> Evidence:
    """Organic, from July on."""
    return Evidence(CODE, "organic", "", JULY, until)


def gives(**more: Any) -> Flat:
    """A rule that gives 5 points."""
    return Flat(id="r", title="r", points=5, **more)


def when(**conditions: Any) -> Flat:
    """A rule with conditions."""
    return gives(when=Conditions(**conditions))


def grouped(rule: Flat, **more: Any) -> Flat:
    """A rule of the group."""
    return msgspec.structs.replace(rule, group="best", **more)


class Case(msgspec.Struct):
    """A rule, what was bought, and what is said of it in Chinese and English. others: rules beside it."""

    rule: AnyRule
    zh: str
    en: str
    bought: dict[str, Any] = {}
    options: dict[str, Any] = {}
    others: tuple[AnyRule, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    every: bool = False


CASES: dict[str, Case] = {
    "closed": Case(
        gives(),
        "禾田超市从 2026 年 7 月 1 日起不再发积分",
        "禾田超市 gives no points from 1 Jul 2026 on",
        options={"leavings": {"hetian": JULY}},
    ),
    "weekday": Case(when(weekdays=(3,)), "条件：周三", "needs: Wed"),
    "month_day": Case(when(month_days=(8, 18)), "条件：每月 8、18 日", "needs: on day 8, 18 of each month"),
    "date": Case(when(dates=(TOMORROW,)), "条件：2026 年 11 月 22 日", "needs: 22 Nov 2026"),
    "calendar": Case(
        when(calendars=("fair",)),
        "条件：柳河镇店的集市日（农历逢 1、6）",
        "needs: market days at 柳河镇店 (lunar days that end in 1, 6)",
        options={"calendars": {"fair": MARKETS}},
    ),
    "merchant": Case(when(merchants=("muyan",)), "只在沐颜美妆", "only at 沐颜美妆", every=True),
    "store": Case(when(stores=("qingshi",)), "条件：只在青石店", "needs: only at 青石店"),
    "minimum": Case(when(minimum_fen=20_000), "这单 ¥186.40，差 ¥13.60", "this one is ¥186.40, ¥13.60 short"),
    "since": Case(when(since=AT + timedelta(days=1)), "2026 年 11 月 22 日才开始", "only begins 22 Nov 2026"),
    "until": Case(when(until=AT - timedelta(days=1)), "2026 年 11 月 20 日已经结束", "ended 20 Nov 2026"),
    "act": Case(
        gives(acts=("lecture",)),
        "只给：听讲座",
        "only for: A lecture",
        options={"acts": (Act(code="lecture", title="听讲座", title_en="A lecture"),)},
        every=True,
    ),
    "campaign": Case(
        gives(campaign="autumn"),
        "活动“秋收节”2026 年 11 月 21 日已经结束",
        "“Harvest” ended 21 Nov 2026",
        options={
            "campaigns": (Campaign(code="autumn", title="秋收节", title_en="Harvest", since=JULY, until=AT),)
        },
    ),
    "channel": Case(
        when(channels=("app",)), "条件：通过手机应用下单", "needs: ordered by the app", {"channel": "till"}
    ),
    "payment": Case(
        when(payments=("ecny",)), "条件：用数字人民币付款", "needs: paid by e-CNY", {"payment": "cash"}
    ),
    "lines": Case(
        gives(lines=SNACK), "这单没有“SNACK”类的商品", "no goods of “SNACK” in it", {"lines": GREENS}
    ),
    "evidence": Case(
        gives(lines=ORGANIC),
        "没有有效的绿色凭证，得 0：“小白菜”的凭证 131 26 004185739206 到 2026 年 10 月 31 日就过期了",
        "no valid green evidence, so 0: 131 26 004185739206 of “小白菜” ran out on 31 Oct 2026",
        {"lines": GREENS},
        evidence=(evidence(datetime(2026, 10, 31, 16, tzinfo=UTC)),),
    ),
    "quantity": Case(
        PerItem(id="r", points=10, every=3, lines=SNACK),
        "“SNACK”类的商品要满 3 件，这单 2 件",
        "needs 3 × goods of “SNACK”, this one has 2",
        {"lines": CHIPS},
    ),
    "combination": Case(
        Combination(id="r", points=10, parts=(Part(SNACK), Part(DRINK, 2))),
        "要同时有 “SNACK”类的商品 1 件 + “DRINK”类的商品 2 件，还差 “DRINK”类的商品 2 件",
        "needs 1 × goods of “SNACK” + 2 × goods of “DRINK” together, lacks 2 × goods of “DRINK”",
        {"lines": CHIPS},
    ),
    "nothing": Case(
        gives(categories=("SNACK",)), "这单没有“SNACK”类的商品", "nothing of “SNACK” in it", {"lines": GREENS}
    ),
    "tier": Case(
        when(tiers=("gold",), birthday=Birthday(span="month")),
        "条件：等级是金卡，生日当月，当时不符合",
        "needs: tier Gold, in the month of your birthday, which was not so then",
        {"person": Person(standing=Standing("silver"))},
        {"tiers": TIERS},
    ),
    "segment": Case(
        when(segments=("churn-risk",)),
        "条件：在这次活动的名单里，当时不符合",
        "needs: on the list of this offer, which was not so then",
    ),
    "token": Case(
        when(tokens=("trusted",)),
        "条件：信用凭证还在有效期内，当时不符合",
        "needs: with a credit token in force, which was not so then",
    ),
    "joined": Case(
        when(joined_within_days=30),
        "条件：入会 30 天以内，当时不符合",
        "needs: within 30 days of joining, which was not so then",
        {"person": Person(joined=date(2026, 3, 6))},
    ),
    "anniversary": Case(
        when(anniversary="day"),
        "条件：入会周年当天，当时不符合",
        "needs: on the anniversary of joining, which was not so then",
        {"person": Person(joined=date(2025, 3, 6))},
    ),
    "birthday": Case(
        when(birthday=Birthday(whose="pet")),
        "条件：宠物生日当天，当时不符合",
        "needs: on your pet's birthday, which was not so then",
    ),
    "invited": Case(
        when(invited=True),
        "条件：由朋友邀请入会，当时不符合",
        "needs: joined on a friend's invitation, which was not so then",
    ),
    "maximum": Case(
        when(maximum_fen=10_000),
        "这单 ¥186.40，要不超过 ¥100.00",
        "this one is ¥186.40, needs ¥100.00 or less",
    ),
    "expression": Case(
        when(expression="amount > 1000000"),
        "条款里还有一条，这次不符合",
        "the terms ask for one more thing, which was not so",
    ),
    "nth": Case(
        when(nth=Nth(per="month", exactly=(3, 5))),
        "每月第 3、5 单才给，这是第 2 单",
        "for purchase 3, 5 of a month, and this was purchase 2",
        {"used": {("buys", "2026-11"): 1}},
    ),
    "reached": Case(
        Reached(id="r", points=50, spend_fen=100_000),
        "当月累计满 ¥1,000.00 给一次，到这单 ¥886.40，差 ¥113.60",
        "once ¥1,000.00 is spent that month: ¥886.40 with this one, ¥113.60 short",
        {"used": {("spend", "2026-11"): 70_000}},
    ),
    "streak": Case(
        Streak(id="r", points=100, length=4),
        "连续 4 个月才给，到这次连续 3 个月",
        "for 4 months in a row, and it was 3 by then",
        {"used": {("streak:month", "2026-10"): 2, ("streak:month", "2026-09"): 1}},
    ),
    "no_code": Case(
        gives(acts=("lecture",), once_per_code=True),
        "要带编号，比如讲座上的码，这次没有",
        "needs a code, such as a lecture's, and none came with it",
        {"act": "lecture"},
    ),
    "code": Case(
        gives(acts=("lecture",), once_per_code=True),
        "编号 L1 给过了，一个编号一次",
        "you had it for code L1, once for each code",
        {"act": "lecture", "code": "L1", "used": {("code:r", "L1"): 1}},
    ),
    "once": Case(
        gives(once="year"),
        "每年一次，今年给过了",
        "once a year, and you had it this year",
        {"used": {("once:r", "2026"): 1}},
    ),
    "cap": Case(
        gives(caps=(Cap(5, "week"),)),
        "每周最多 5，之前已得 5，已经满了",
        "at most 5 a week, 5 before, all of it had",
        {"used": {("cap:r", "2026-W47"): 5}},
    ),
    "budget": Case(
        gives(budget="fair"),
        "这次活动的积分已经送完",
        "all points of this offer had been given",
        {"used": {("budget:fair", "left"): 1}},
        {"budgets": (Budget(code="fair", points=1000),)},
    ),
    "group": Case(
        grouped(gives()),
        "同类的优惠只给得分多的一条，给了“更多”",
        "of offers like it only the one that gives most counts: “More”",
        options={"groups": {"best": "best"}},
        others=(grouped(Flat(id="more", title="更多", title_en="More", points=9)),),
    ),
}


@pytest.mark.parametrize("reason", REASONS)
def test_each_reason_says_what_would_have_been_needed(reason: str) -> None:
    """The rules themselves give the reason; its sentence is complete in both languages."""
    case = CASES[reason]
    here = program(case.rule, *case.others, evidence=case.evidence, **case.options)
    entry = booked(here, **case.bought)
    for language, sentence in (("zh", case.zh), ("en", case.en)):
        missed = whole(here, entry, language, every=case.every).missed
        (told,) = [told for told in missed if told.rule == "r"]
        assert told.reason == reason
        assert told.said.striptags() == sentence


def test_there_is_a_story_for_each_reason_and_no_other() -> None:
    """A reason that the rules learn to give needs its sentence, and its story here."""
    assert set(CASES) == set(REASONS) == set(SAYING)


def test_what_an_operator_calls_lists_grants_and_expressions_is_not_said() -> None:
    """They are the operator's own words for people: none of them is read by a member."""
    for reason, word in (("segment", "churn-risk"), ("token", "trusted"), ("expression", "amount")):
        assert word not in CASES[reason].zh + CASES[reason].en


MORE: list[tuple[AnyRule, dict[str, Any], str]] = [
    (
        Reached(id="r", points=50, spend_fen=100_000),
        {"used": {("spend", "2026-11"): 100_000}},
        "当月累计满 ¥1,000.00 给一次，这单之前已经满了",
    ),
    (
        Streak(id="r", points=100, length=2),
        {"used": {("streak:month", "2026-10"): 1, ("once:r", "2026-11"): 1}},
        "连续 2 个月给一次，这一轮给过了",
    ),
    (
        Streak(id="r", points=100, length=3, per="day"),
        {"used": {("streak:day", "2026-11-20"): 1, ("once:r", "2026-11-20"): 1}},
        "连续 3 天才给，到这次连续 1 天",
    ),
    (
        Combination(id="r", points=10, parts=(Part(SNACK), Part(LineFilter(skus=("薯片",))))),
        {"lines": (Line("薯片", "SNACK", 1, 900),)},
        "要同时有 “SNACK”类的商品 1 件 + 货号“薯片”的商品 1 件，同一件不能算两样",
    ),
    (when(minimum_quantity=5), {"lines": CHIPS}, "商品要满 5 件，这单 2 件"),
    (when(nth=Nth(every=10)), {"used": {("buys", "ever"): 12}}, "每 10 单一次才给，这是第 13 单"),
    (when(invited=False), {"person": Person(inviter="w")}, "条件：不是由朋友邀请入会，当时不符合"),
    (when(lines=SNACK, minimum_fen=100), {"lines": GREENS}, "这单没有“SNACK”类的商品"),
    (gives(), {"amount": 0}, "这单没有付现金"),
]


@pytest.mark.parametrize(("rule", "bought", "sentence"), MORE)
def test_the_other_sides_of_a_reason(rule: AnyRule, bought: dict[str, Any], sentence: str) -> None:
    """Where one word has several causes, the sentence says which it was."""
    here = program(rule)
    (told,) = whole(here, booked(here, **bought)).missed
    assert told.said.striptags() == sentence


def test_of_a_group_the_first_is_named_where_order_decides() -> None:
    """By priority, not by points."""
    rules = (grouped(gives(priority=1)), grouped(Flat(id="more", title="更多", points=9), priority=5))
    here = program(*rules, groups={"best": "first"})
    (told,) = whole(here, booked(here)).missed
    assert told.said.striptags() == "同类的优惠只给排在前面的一条，给了“更多”"


def test_a_campaign_that_is_to_come_says_from_when() -> None:
    """And one of half a year ago has nothing to do with a purchase of today."""
    coming = Campaign(
        code="next", title="年货节", since=AT + timedelta(days=9), until=AT + timedelta(days=20)
    )
    gone = Campaign(code="gone", title="开春", since=JULY - timedelta(days=90), until=JULY)
    rules = (gives(campaign="next"), Flat(id="old", title="old", points=5, campaign="gone"))
    here = program(*rules, campaigns=(coming, gone))
    entry = booked(here)
    (told,) = whole(here, entry).missed
    assert told.said.striptags() == "活动“年货节”2026 年 11 月 30 日才开始"
    everything = {one.rule: one.concerns for one in whole(here, entry, every=True).missed}
    assert everything == {"r": True, "old": False}
