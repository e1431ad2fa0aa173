"""Days in words: every kind of calendar, in both languages, and market days as they are at one store."""

from datetime import date
from typing import get_args

import pytest

from jifen.pages.days import calendar_of
from jifen.pages.words import words
from jifen.rules.calendars import (
    AnyCalendar,
    Dates,
    Festivals,
    LunarDates,
    MarketDays,
    Markets,
    MonthDays,
    NthWeekday,
    Openings,
    Weekdays,
    Yearly,
)
from jifen.rules.definition import Conditions, Flat
from jifen.rules.when import Birthday
from tests.pages.telling import program, told

MARKETS = Markets(
    stores={
        "liuhe": MarketDays(lunar_digits=(3, 8)),
        "qingshi": MarketDays(branches=("子", "午"), weekdays=(6,), solar_digits=(5,)),
    }
)
CALENDARS: list[tuple[AnyCalendar, str, str, str]] = [
    (Dates(dates=(date(2026, 11, 11),)), "", "2026 年 11 月 11 日", "11 Nov 2026"),
    (
        Yearly(since=(12, 24), until=(1, 3)),
        "",
        "每年 12 月 24 日到 1 月 3 日",
        "every year from 24 Dec to 3 Jan",
    ),
    (Yearly(since=(5, 20), until=(5, 20)), "", "每年 5 月 20 日", "every 20 May"),
    (Weekdays(weekdays=(7, 6)), "", "周六、周日", "Sat, Sun"),
    (
        MonthDays(days=(8,), last=True),
        "",
        "每月 8 日或每月最后一天",
        "on day 8 of each month or on the last day of each month",
    ),
    (NthWeekday(weekday=7, nth=2, months=(5,)), "", "5 月第 2 个周日", "the 2nd Sun of May"),
    (NthWeekday(weekday=5, nth=-1), "", "每月最后一个周五", "the last Fri of each month"),
    (LunarDates(days=(1, 15)), "", "农历每月初一、十五", "lunar day 1, 15 of each month"),
    (
        LunarDates(days=(8, 29), months=(12,), leap_months=False, last=True),
        "",
        "农历腊月初八、廿九、月末，闰月不算",
        "lunar day 8, 29, the last of month 12, leap months aside",
    ),
    (Festivals(names=("mid_autumn",)), "", "中秋节", "the Mid-Autumn Festival"),
    (
        Festivals(names=("spring_festival", "lantern"), days_before=7, days_after=1),
        "",
        "春节、元宵节（前 7 天到后 1 天）",
        "the Spring Festival, the Lantern Festival (days before: 7, after: 1)",
    ),
    (
        MARKETS,
        "liuhe",
        "柳河镇店的集市日（农历逢 3、8）",
        "market days at 柳河镇店 (lunar days that end in 3, 8)",
    ),
    (
        MARKETS,
        "qingshi",
        "青石店的集市日（公历逢 5或周六或逢子、午日）",
        "market days at 青石店 (days that end in 5 or Sat or zi, wu days)",
    ),
    (MARKETS, "muyan1", "柳河镇店、青石店的集市日", "market days at 柳河镇店, 青石店"),
    (
        Openings(stores={"liuhe": date(2020, 5, 1)}, days_after=2),
        "liuhe",
        "柳河镇店开业周年（前 0 天到后 2 天）",
        "the anniversary of 柳河镇店 (days before: 0, after: 2)",
    ),
]


@pytest.mark.parametrize(("calendar", "store", "zh", "en"), CALENDARS)
def test_each_calendar_is_said(calendar: AnyCalendar, store: str, zh: str, en: str) -> None:
    """As people say it: 逢三逢八, 初一、十五, the last Friday."""
    here = program()
    assert calendar_of(calendar, here, store, words("zh")).striptags() == zh
    assert calendar_of(calendar, here, store, words("en")).striptags() == en


def test_every_kind_of_calendar_is_among_them() -> None:
    """A new kind needs its words."""
    assert {type(calendar) for calendar, _, _, _ in CALENDARS} == set(get_args(AnyCalendar))


@pytest.mark.scenario
def test_the_market_day_of_another_store_is_named_by_this_ones(  # S09
) -> None:
    """柳河 has its market on lunar 3 and 8: on the 13th it gives; in 青石 the page says when it would."""
    rule = Flat(id="r", title="r", points=5, when=Conditions(calendars=("fair",)))
    options = {"calendars": {"fair": MARKETS}}
    assert told(rule, options=options) == ({"r": "柳河镇店的集市日（农历逢 3、8）：固定 5 积分"}, {})
    far = Markets(stores={"liuhe": MarketDays(lunar_digits=(3,)), "qingshi": MarketDays(weekdays=(3,))})
    _, missed = told(rule, store="qingshi", options={"calendars": {"fair": far}})
    assert missed == {"r": "条件：青石店的集市日（周三）"}


def test_one_of_several_calendars_is_enough() -> None:
    """Joined by or."""
    rule = Flat(id="r", title="r", points=5, when=Conditions(calendars=("a", "b"), birthday=Birthday()))
    calendars = {"a": Weekdays(weekdays=(1,)), "b": Festivals(names=("qixi",))}
    assert told(rule, options={"calendars": calendars})[1] == {"r": "条件：周一或七夕，生日当天"}
