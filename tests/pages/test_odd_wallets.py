"""Programmes that are unlike the alliance: without rules, worth or end, or told of the past at once."""

from datetime import UTC, datetime, timedelta

import pytest

from jifen.pages.links import wallet_link
from jifen.parties.members import Joining
from jifen.parties.programs import Program, Unit
from jifen.rules.definition import Conditions, Flat, Multiplier, PerAmount, Rate, RuleSet
from jifen.values.ids import WalletId
from jifen.values.periods import Active, Never, Rolling
from tests.engine.orders import Orders
from tests.pages.alliance import NOW, Alliance, at
from tests.pages.reader import Asking, number

YUAN = Rate(1, 100)


async def programme(story: Alliance, code: str, rules: RuleSet | None, *units: Unit) -> Program:
    """Another programme in the same database, with one store."""
    begun = at(1, 1)
    program = (await story.catalog.add_program(code, code, "Asia/Shanghai", begun)).id
    for unit in units:
        await story.catalog.add_unit(program, unit)
    merchant = (await story.catalog.add_merchant(program, "inn", "云上客栈", begun)).merchants["inn"]
    await story.catalog.add_store(program, merchant.id, "inn", "云上客栈")
    if rules is not None:
        await story.catalog.publish(program, rules, begun, begun)
    return await story.catalog.set_clock(program, NOW)


async def guest(story: Alliance, program: Program) -> tuple[Orders, str]:
    """A member of a programme: what can be ordered, and the link."""
    wallet: WalletId = await story.members.enrol(program.id, Joining("g"), at(1, 2))
    link = wallet_link(story.vault, wallet, datetime.now(UTC) + timedelta(days=1))
    return Orders(program, {"g": wallet}), link


@pytest.mark.parametrize("units", [(), (Unit("point", "积分", 100, 100),)], ids=["no unit", "no rules"])
async def test_a_programme_that_is_not_finished(
    story: Alliance, ask: Asking, units: tuple[Unit, ...]
) -> None:
    """A page all the same: nothing there yet."""
    program = await programme(story, f"bare{len(units)}", None, *units)
    _, link = await guest(story, program)
    page = await ask.page(link)
    assert page.one("p.balance").text == "0"
    assert page.one("div.empty").one("h3").text == "还没有积分"
    assert bool(page.all("p.worth")) is bool(units)


@pytest.mark.scenario
async def test_points_that_never_lapse_say_so(story: Alliance, ask: Asking) -> None:
    """S10, a hotel: nights that are worth no money and have no end."""
    rules = RuleSet(rules=(PerAmount(id="night", rate=YUAN),), unit="night", validity=Never())
    order, link = await guest(story, await programme(story, "hotel", rules, Unit("night", "夜星", 1, 0)))
    await story.do(order.purchase("n1", "g", at(11, 1), store="inn", amount=30_000))
    page = await ask.page(link)
    assert page.one("h1").text == "可用夜星"
    assert page.one("p.balance").text == "300"
    assert not page.all("p.worth")
    assert page.one("ul.lapsing").text == "长期有效，不会到期"
    assert page.one("svg.labels").text == "长期"
    assert page.one("tbody").one("th").text == "长期"
    entry = await ask.page(f"{link}/entries/1", "en")
    assert entry.one("li.told").one("p").text == "¥300.00 × 1 夜星 per ¥1"
    assert "no end" in entry.one("main").text


async def test_points_that_live_from_activity_to_activity(story: Alliance, ask: Asking) -> None:
    """The date moves with the last activity."""
    rules = RuleSet(rules=(PerAmount(id="base", rate=YUAN),), validity=Active(months=12))
    order, link = await guest(story, await programme(story, "idle", rules, Unit("point", "积分", 100, 100)))
    await story.do(order.purchase("i1", "g", at(3, 1), store="inn", amount=10_000))
    assert "2027 年 3 月 1 日" in (await ask.page(link)).one("ul.lapsing").text
    await story.do(order.purchase("i2", "g", at(11, 1), store="inn", amount=5_000))
    page = await ask.page(link)
    assert page.one("ul.lapsing").text == "150 积分 2027 年 11 月 1 日到期，剩 345 天"


async def test_what_is_told_of_long_ago_has_expired_by_now(story: Alliance, ask: Asking) -> None:
    """A purchase of February, booked in November: its points were gone before they came."""
    rules = RuleSet(
        rules=(
            PerAmount(id="base", title="基础", rate=YUAN),
            Flat(id="later", title="次周可用", points=20, pending_days=7),
            Multiplier(id="tiny", title="零头", factor="1.001"),
            Flat(id="extra", title="加赠", points=5, when=Conditions(minimum_fen=0)),
        ),
        validity=Rolling(months=2),
    )
    order, link = await guest(story, await programme(story, "late", rules, Unit("point", "积分", 100, 100)))
    await story.do(
        order.purchase("p1", "g", at(2, 1), at(11, 1), store="inn", amount=10_000),
        order.purchase("p2", "g", at(11, 20), store="inn", amount=8_000),
        order.purchase("p3", "g", at(11, 20, "11:00"), store="inn", amount=0),
    )
    page = await ask.page(link)
    rows = {row.attributes["href"].rsplit("/", 1)[1]: row for row in page.all("a.row")}
    assert rows["1"].first(".note").text.startswith("10:00 买单 ¥100.00，记上时已经过期")
    assert number(rows["1"].one(".signed").text) == 125
    assert rows["1"].one(".much").text.endswith("余额 0")
    assert "另 20 11 月 27 日可用" in rows["2"].first(".note").text
    assert rows["2"].one(".signed").text == "+85"
    missed = {
        one.one("h3").text: one.one("p").text
        for one in (await ask.page(f"{link}/entries/2")).all("li.missed")
    }
    assert missed == {"零头": "基础 80 × 0.1% = 0.08，舍去零头，不够 1 积分"}
    nothing = await ask.page(f"{link}/entries/3")
    assert "这一单没有得分。" in nothing.one("main").text
    assert nothing.one(".big").text == "0"
    missed = {one.one("h3").text: one.one("p").text for one in nothing.all("li.missed")}
    assert missed["加赠"] == "这单没有付现金"
    assert missed["基础"] == "这单没有付现金"


async def test_a_hold_that_is_used_whole_changes_no_balance(story: Alliance, ask: Asking) -> None:
    """It was taken out when it was held; the row says what became of it."""
    rules = RuleSet(rules=(PerAmount(id="base", rate=YUAN),), validity=Never())
    order, link = await guest(story, await programme(story, "whole", rules, Unit("point", "积分", 100, 100)))
    await story.do(order.purchase("w1", "g", at(11, 1), store="inn", amount=10_000))
    (held,) = await story.do(
        order.reserve("w2", "g", at(11, 2), points=60, merchant="inn", deadline=at(11, 9))
    )
    await story.do(order.capture("w3", "g", at(11, 3), hold=held.id))
    row = (await ask.page(link)).all("a.row")[0]
    assert (row.one(".signed").text, row.first(".note").text) == ("0", "10:00 用掉占用的 60")
    assert row.one(".much").text.endswith("余额 40")
