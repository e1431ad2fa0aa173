"""The calendar: lunar days, terms, festivals and market days as they are known, and what runs on them."""

import re
from datetime import date

import pytest

from jifen.pages.words import Words
from jifen.rules.calendars import Dates, LunarDates, MonthDays
from jifen.rules.definition import Campaign, Flat, Multiplier, PerAmount, Rate, RuleSet
from jifen.rules.rewards import Price, Reward
from jifen.rules.when import Conditions
from jifen.site.console import calendar_month as months
from jifen.site.wording import wording
from jifen.values.periods import start_of_day
from tests.databases import execute
from tests.site.drafting import plain
from tests.site.town import Town

ZONE = "Asia/Shanghai"
ZH: Words = wording("zh")
FEBRUARY = date(2027, 2, 1)


def cell(page: str, day: int) -> str:
    """The text of a day of the shown month."""
    cells = re.findall(
        r'<div class="day c[^"]*">(.*?)</div>\s*<div class="names">(.*?)</div>', page, re.DOTALL
    )
    found = [plain(f"{top} {names}") for top, names in cells if re.search(rf"</span>{day}</a>", top)]
    return found[0]


async def test_february_2027_is_as_the_almanac_has_it(town: Town) -> None:
    """The twelfth month has 29 days, spring begins on the 4th, Spring Festival is the 6th."""
    page = await (await town.client("hezhiyuan")).open("/console/calendar?month=2027-02")
    assert "丙午年腊月、丁未年正月" in page
    assert "廿八" in cell(page, 4)
    assert "立春" in cell(page, 4)
    assert "除夕" in cell(page, 5)
    assert "春节" in cell(page, 6)
    assert "正月" in cell(page, 6)
    assert "元宵节" in cell(page, 20)
    assert "这个腊月只有廿九，没有三十" in page


async def test_market_days_stand_at_their_store(town: Town) -> None:
    """Lunar days ending in 3 and 8: six in that month; another month counts its own."""
    page = await (await town.client("hezhiyuan")).open("/console/calendar?month=2027-02")
    marked = [day for day in range(1, 29) if "禾田超市 柳河镇店集市日" in cell(page, day)]
    assert marked == [4, 8, 13, 18, 23, 28]
    assert "农历逢 3、8 6 天" in plain(page)
    chosen = plain(
        await (await town.client("hezhiyuan")).open("/console/calendar?month=2027-02&day=2027-02-18")
    )
    assert "2027 年 2 月 18 日 周四" in chosen
    assert "赶集日单笔满 50 元双倍" in chosen


async def test_both_languages_and_a_month_that_is_none(town: Town) -> None:
    """A wrong month shows this one."""
    english = plain(await (await town.client("songauditor", "en")).open("/console/calendar?month=2027-02"))
    assert "Beginning of spring" in english
    page = await (await town.client("hezhiyuan")).open("/console/calendar?month=2027-13&day=x&store=nowhere")
    assert "2026 年 11 月" in plain(page)


async def test_what_was_issued_and_what_is_expected(town: Town) -> None:
    """Past days as they were counted; days to come as the same weekday a year before; others: nothing.

    Nor is the day on which it all began, of which there was only a part, what another day will be like.
    """
    figure = (
        "INSERT INTO daily_count (program, day, entries) VALUES ('{0}', '{1}', 1); "
        "INSERT INTO daily_figure "
        "(program, day, unit, merchant, account, offset_points, offset_fen, points, legs) "
        "VALUES ('{0}', '{1}', 'point', '{0}', 'issued', 100, 100, {2}, 1)"
    )
    dsn = str(town.house.settings.database_url)
    for day, points in (("2026-11-10", 400), ("2025-11-24", 7), ("2025-11-25", 1000)):
        await execute(dsn, figure.format(town.program.id, day, points))
    page = await (await town.client("hezhiyuan")).open("/console/calendar?month=2026-11")
    issues = re.findall(r'class="issue( guess)?">.*?<span class="fig">([^<]*)<', page, re.DOTALL)
    assert issues == [("", "400"), (" guess", "1,000")]
    said = plain(page)
    assert "过去是实发；以后按去年同一周的同一天估" in said


def lasting(code: str, first: date, after: date) -> Campaign:
    """A campaign from the beginning of one day to that of another."""
    return Campaign(code=code, title="活动", since=start_of_day(first, ZONE), until=start_of_day(after, ZONE))


def laid(rules: RuleSet, month: date = FEBRUARY) -> list[months.Week]:
    """A month of some rules."""
    days = [day for week in months.weeks_of(month) for day in week]
    return months.laid(month, rules, months.items_of(rules, days, ZH, ZONE), {}, "", ZH)


def test_a_campaign_is_a_bar_over_its_days_and_is_cut_at_the_week() -> None:
    """From the 5th to the 9th: three days of one week, two of the next."""
    campaign = lasting("new-year", date(2027, 2, 5), date(2027, 2, 10))
    rules = RuleSet(rules=(Flat(id="gift", points=5, campaign="new-year"),), campaigns=(campaign,))
    bars = [(bar.column, bar.span, bar.opens, bar.closes) for week in laid(rules) for bar in week.bars]
    assert bars == [(5, 3, True, False), (1, 2, False, True)]


@pytest.mark.parametrize(
    ("rule", "look"),
    [
        (Flat(id="x", points=5, campaign="c"), "pts"),
        (Flat(id="x", points=5, campaign="c", unit="green"), "grn"),
        (Flat(id="x", points=5), "pri"),
    ],
    ids=["points", "green", "no rule of its own"],
)
def test_colours_mean_what_they_mean_everywhere(rule: Flat, look: str) -> None:
    """Amber for points, green for what needs evidence, indigo for what is exchanged."""
    campaign = lasting("c", date(2027, 2, 5), date(2027, 2, 6))
    bars = [bar for week in laid(RuleSet(rules=(rule,), campaigns=(campaign,))) for bar in week.bars]
    assert [bar.item.look for bar in bars] == [look]


def test_member_days_and_other_prices_stand_on_their_days() -> None:
    """A rule and a price by a calendar; a rule of every day is no bar."""
    days = Conditions(calendars=("day",))
    rules = RuleSet(
        rules=(
            PerAmount(id="base", rate=Rate(1, 100)),
            Multiplier(id="double", title="会员日", factor="2", when=days),
        ),
        calendars={"day": MonthDays(days=(8, 18))},
        rewards=(Reward(code="lip", title="口红", points=4000, prices=(Price(points=3000, when=days),)),),
    )
    bars = [(bar.first.day, bar.item.title, bar.item.look) for week in laid(rules) for bar in week.bars]
    assert bars == [
        (8, "会员日", "pts"), (8, "口红 3,000", "pri"), (18, "会员日", "pts"), (18, "口红 3,000", "pri")
    ]  # fmt: skip


def test_more_than_four_at_once_are_counted() -> None:
    """The first four are drawn, the day says how many more there are."""
    day = date(2027, 2, 10)
    rules = RuleSet(
        rules=tuple(
            Flat(id=f"r{no}", title=f"第{no}条", points=1, when=Conditions(dates=(day,))) for no in range(6)
        ),
        calendars={"unused": Dates(dates=(day,))},
    )
    week = laid(rules)[1]
    assert len(week.bars) == 4
    assert [cell.hidden for cell in week.days if cell.day == day] == [2]


def test_who_asks_for_the_thirtieth_is_named() -> None:
    """A calendar of the 30th has no day in a short month, unless it means the month's end."""
    rules = RuleSet(
        rules=(), calendars={"eve": LunarDates(days=(30,)), "end": LunarDates(days=(30,), last=True)}
    )
    assert months.asks_for_thirtieth(rules) == ["eve"]
    assert months.short_months(FEBRUARY, ZH) == ["腊月"]


def test_signs_of_stores_differ() -> None:
    """By the store's own name, not its merchant's; where letters are alike by the next one."""
    found = months.signs(
        {"a": "禾田超市 柳河店", "b": "禾田超市 柳林店", "c": "青石店", "d": "松岭店", "e": "南浦店"}
    )
    assert [one.sign for one in found.values()] == ["柳", "林", "青", "松", "南"]
    assert [one.shape for one in found.values()] == ["filled", "outline", "dashed", "round", "filled"]
