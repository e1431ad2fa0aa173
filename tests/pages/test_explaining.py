"""Sums and reasons: what is written out is what the rules computed, for every kind of rule and condition."""

from datetime import UTC, datetime, timedelta

import pytest

from jifen.rules.award import Line
from jifen.rules.definition import AnyRule, Cap, Conditions, Flat, Multiplier, PerAmount, Rate
from tests.pages.telling import AT, BASE, DAY, YUAN, told

WHOLE_DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (PerAmount(id="r", rate=YUAN), "¥186.40 × 1 积分/元，不足 ¥1.00 的 ¥0.40 不计"),
        (PerAmount(id="r", rate=Rate(2, 100)), "¥186.40 × 2 积分/元 = 372.8，舍去零头"),
        (PerAmount(id="r", rate=Rate(5, 100)), "¥186.40 × 5 积分/元"),
        (PerAmount(id="r", rate=Rate(1, 1000)), "¥186.40 × 1 积分/¥10.00，不足 ¥10.00 的 ¥6.40 不计"),
        (PerAmount(id="r", rate=Rate(1, 300)), "¥186.40 × 1 积分/¥3.00，不足 ¥3.00 的 ¥0.40 不计"),
        (PerAmount(id="r", rate=YUAN, rounding="half_up"), "¥186.40 × 1 积分/元 = 186.4，四舍五入"),
        (
            PerAmount(id="r", rate=Rate(1, 300), rounding="ceiling"),
            "¥186.40 × 1 积分/¥3.00 = 62.1333…，零头进一",
        ),
        (Flat(id="r", points=1200), "固定 1,200 积分"),
        (Flat(id="r", points=5, once="month"), "每月一次，固定 5 积分"),
        (PerAmount(id="r", rate=Rate(5, 100), pending_days=14), "¥186.40 × 5 积分/元，14 天后生效"),
        (
            PerAmount(id="r", rate=Rate(5, 100), caps=(Cap(500, "event"),)),
            "¥186.40 × 5 积分/元，算出 932，每单最多 500",
        ),
        (
            Flat(id="r", points=5, when=Conditions(weekdays=(7, 6), month_days=(21, 8), minimum_fen=10_000)),
            "周六、周日，每月 8、21 日，满 ¥100.00：固定 5 积分",
        ),
        (
            Flat(
                id="r", points=5, when=Conditions(dates=(DAY, DAY + WHOLE_DAY), stores=("liuhe", "qingshi"))
            ),
            "2026 年 11 月 21 日、2026 年 11 月 22 日，只在柳河镇店、青石店：固定 5 积分",
        ),
        (
            Flat(id="r", points=5, when=Conditions(dates=tuple(DAY + n * WHOLE_DAY for n in range(5)))),
            "2026 年 11 月 21 日、2026 年 11 月 22 日、2026 年 11 月 23 日等 5 天：固定 5 积分",
        ),
    ],
)
def test_sums(rule: AnyRule, said: str) -> None:
    """Rate, rounding, caps, waiting and conditions, each in its words."""
    given_, missed = told(rule)
    assert list(given_.values()) == [said]
    assert missed == {}


def test_a_sum_over_categories() -> None:
    """Each rate by itself, then their sum; what does not count is named."""
    rule = PerAmount(
        id="r",
        title="r",
        rate=YUAN,
        rates={"FRESH": Rate(2, 100), "FUEL": Rate(1, 1000), "TOBACCO": Rate(0, 1)},
    )
    lines = tuple(Line("x", name, 1, 1_250) for name in ("FRESH", "FUEL", "TOBACCO", "OTHER"))
    assert told(rule, lines=lines)[0]["r"] == (
        "¥12.50 × 1 积分/元 + FRESH ¥12.50 × 2 积分/元 + FUEL ¥12.50 × 1 积分/¥10.00 = 38.75，舍去零头，"
        "TOBACCO ¥12.50 不计分"
    )


def test_a_multiplier_names_what_it_multiplies() -> None:
    """One rule, or several in brackets; those that gave nothing are not named."""
    extra = Flat(id="extra", title="加赠", points=5)
    silent = Flat(id="silent", title="无", points=5, when=Conditions(minimum_fen=10**9))
    both = Multiplier(id="m", title="m", factor="1.25", of=("base", "extra", "silent"))
    assert told(BASE, extra, silent, both)[0]["m"] == "（基础 186 + 加赠 5） × 25% = 47.75，舍去零头"
    plain = Multiplier(id="m", title="m", factor="3")
    assert told(BASE, extra, plain)[0]["m"] == "基础 186 × 200%"


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (Flat(id="r", points=5, when=Conditions(weekdays=(1, 2))), "条件：周一、周二"),
        (Flat(id="r", points=5, when=Conditions(month_days=(8, 18, 28))), "条件：每月 8、18、28 日"),
        (Flat(id="r", points=5, when=Conditions(dates=(DAY + WHOLE_DAY,))), "条件：2026 年 11 月 22 日"),
        (Flat(id="r", points=5, when=Conditions(stores=("qingshi",))), "条件：只在青石店"),
        (Flat(id="r", points=5, when=Conditions(minimum_fen=20_000)), "这单 ¥186.40，差 ¥13.60"),
        (Flat(id="r", points=5, when=Conditions(since=AT + WHOLE_DAY)), "2026 年 11 月 22 日才开始"),
        (
            Flat(id="r", points=5, when=Conditions(until=datetime(2026, 10, 31, 16, tzinfo=UTC))),
            "2026 年 10 月 31 日已经结束",
        ),
        (Flat(id="r", points=5, categories=("SNACK", "DRINK")), "这单没有“SNACK、DRINK”类的商品"),
        (Flat(id="r", points=5, tags=("有机",)), "这单没有带“有机”标记的商品"),
        (
            PerAmount(id="r", rate=Rate(1, 100_000)),
            "¥186.40 × 1 积分/¥1,000.00，不足 ¥1,000.00 的 ¥186.40 不计，不够 1 积分",
        ),
        (Multiplier(id="r", factor="2"), "这单没有可以加成的积分"),
    ],
)
def test_reasons(rule: AnyRule, said: str) -> None:
    """What would have given points, so that a member can do it next time."""
    given_, missed = told(rule)
    assert given_ == {}
    assert list(missed.values()) == [said]


@pytest.mark.parametrize(
    ("rule", "used", "said"),
    [
        (Flat(id="r", points=5, once="day"), {("once:r", "2026-11-21"): 1}, "每天一次，今天给过了"),
        (Flat(id="r", points=5, once="ever"), {("once:r", "ever"): 1}, "只给一次，以前给过了"),
        (
            PerAmount(id="r", rate=YUAN, caps=(Cap(500, "day"), Cap(3000, "month"))),
            {("cap:r", "2026-11-21"): 500, ("cap:r", "2026-11"): 900},
            "每天最多 500，之前已得 500，已经满了",
        ),
        (
            PerAmount(id="r", rate=YUAN, caps=(Cap(500, "day"), Cap(3000, "month"))),
            {("cap:r", "2026-11"): 3000},
            "每月最多 3,000，之前已得 3,000，已经满了",
        ),
    ],
)
def test_what_was_used_before_is_said(rule: AnyRule, used: dict[tuple[str, str], int], said: str) -> None:
    """Once-only rules and caps: what had been given by then, as it was kept with the entry."""
    assert list(told(rule, used=used)[1].values()) == [said]


def test_a_cap_that_cuts_says_what_was_left() -> None:
    """120 of 500 were left that day."""
    rule = PerAmount(id="r", title="r", rate=YUAN, caps=(Cap(500, "day"),))
    given_, _ = told(rule, amount=18_600, used={("cap:r", "2026-11-21"): 380})
    assert given_["r"] == "¥186.00 × 1 积分/元，算出 186，每天最多 500，之前已得 380"


def test_what_has_nothing_to_do_with_it_is_not_told() -> None:
    """Other merchants' rules, by merchant or by store, whatever the day; acts at a purchase."""
    others: tuple[AnyRule, ...] = (
        Flat(id="a", points=5, when=Conditions(merchants=("muyan",))),
        Flat(id="b", points=5, when=Conditions(stores=("muyan1",))),
        Flat(id="c", points=5, when=Conditions(merchants=("muyan",), weekdays=(1,))),
        Flat(id="d", points=5, acts=("lecture",)),
    )
    assert told(BASE, *others)[1] == {}


def test_an_act_is_told_of_acts_only() -> None:
    """The act's own rule gave; of the others only one for the same act is told."""
    once = Flat(id="once", title="首次", points=50, acts=("lecture",), once="ever")
    other = Flat(id="other", title="另", points=5, acts=("survey",))
    lecture = Flat(id="lecture", points=30, acts=("lecture",))
    given_, missed = told(BASE, once, other, lecture, act="lecture", used={("once:once", "ever"): 1})
    assert given_ == {"加赠 30": "固定 30 积分"}
    assert missed == {"首次": "只给一次，以前给过了"}


def test_rules_without_a_title_get_one() -> None:
    """Made of what they do."""
    rules = (
        PerAmount(id="a", rate=YUAN),
        Flat(id="b", points=50),
        Multiplier(id="c", factor="2"),
    )
    assert list(told(*rules)[0]) == ["消费积分", "加赠 50", "2 倍积分"]
    assert list(told(*rules, language="en")[0]) == ["Points for spending", "50 extra", "2 times the points"]
