"""Then and now: an entry is explained by the rules and facts of its own time, a return by what it left."""

import pytest

from jifen.engine.command import Receipt
from jifen.parties.programs import Unit
from jifen.rules.award import Line
from jifen.rules.definition import Conditions, Flat, Multiplier, PerAmount, Rate, RuleSet
from jifen.values.periods import Never
from tests.pages.alliance import Alliance, at
from tests.pages.reader import Asking
from tests.pages.test_entry_page import facts, told
from tests.pages.test_odd_wallets import guest, programme

POINT = Unit("point", "积分", 100, 100)
ONE = RuleSet(
    rules=(PerAmount(id="base", title="基础", title_en="Base", rate=Rate(1, 100)),), validity=Never()
)
TWO = RuleSet(
    rules=(
        PerAmount(id="base", title="新基础", rate=Rate(2, 100)),
        Flat(id="gift", title="满百礼", points=10, when=Conditions(minimum_fen=10_000)),
    ),
    validity=Never(),
)
MARKET = RuleSet(
    rules=(
        PerAmount(id="base", title="基础", rate=Rate(1, 100)),
        Multiplier(id="double", title="集市双倍", factor="2", when=Conditions(minimum_fen=10_000)),
    ),
    validity=Never(),
)


async def test_an_entry_of_an_old_version_is_explained_by_that_version(story: Alliance, ask: Asking) -> None:
    """New rules were published since; what happened before and came after is decided by the old ones."""
    program = await programme(story, "versions", ONE, POINT)
    order, link = await guest(story, program)
    await story.do(order.purchase("v1", "g", at(9, 1), store="inn", amount=15_000))
    await story.catalog.publish(program.id, TWO, at(10, 1), at(9, 20))
    await story.do(
        order.purchase("v2", "g", at(10, 2), store="inn", amount=15_000),
        order.purchase("v3", "g", at(9, 30), at(10, 3), store="inn", amount=15_000),
    )
    for no in (1, 3):
        old = await ask.page(f"{link}/entries/{no}")
        assert told(old) == [("基础", 150, "¥150.00 × 1 积分/元")]
        assert told(old, "missed") == []
        assert facts(old)["按哪一版规则"] == "第 1 版，2026 年 1 月 1 日起"
    new = await ask.page(f"{link}/entries/2")
    assert told(new) == [
        ("新基础", 300, "¥150.00 × 2 积分/元"),
        ("满百礼", 10, "满 ¥100.00：固定 10 积分"),
    ]
    assert facts(new)["按哪一版规则"] == "第 2 版，2026 年 10 月 1 日起"
    english = await ask.page(f"{link}/entries/1", "en")
    assert told(english) == [("Base", 150, "¥150.00 × 1 pt per ¥1")]
    assert facts(english)["Terms"] == "version 1, since 1 Jan 2026"


@pytest.mark.scenario
async def test_a_return_below_the_threshold_says_what_broke(story: Alliance, ask: Asking) -> None:
    """S09: what is left is below ¥100.00, so the double goes back; the rest keeps its points."""
    order, link = await guest(story, await programme(story, "market", MARKET, POINT))
    basket = (Line("油", "OIL", 1, 6_000), Line("米", "GRAIN", 2, 8_000))
    await story.do(
        order.purchase("m1", "g", at(11, 1), store="inn", lines=basket),
        order.give_back("m2", "g", at(11, 2), of="m1", lines=(("油", 1),)),
        order.give_back("m3", "g", at(11, 3), of="m1", lines=(("米", 1),)),
        order.give_back("m4", "g", at(11, 4), of="m1"),
    )
    first = await ask.page(f"{link}/entries/2")
    assert told(first) == [
        ("基础", -60, "退货之后还得 80"),
        ("集市双倍", -140, "退货之后：这单 ¥80.00，差 ¥20.00"),
    ]
    assert told(await ask.page(f"{link}/entries/3")) == [("基础", -40, "退货之后还得 40")]
    last = await ask.page(f"{link}/entries/4", "en")
    assert told(last) == [("基础", -40, "all of it came back")]
    related = [row.attributes["href"].rsplit("/", 1)[1] for row in first.all("a.row")]
    assert related == ["4", "3", "1"]


async def test_what_gives_for_another_time_is_told_beside_each_rule(story: Alliance, ask: Asking) -> None:
    """Only where it is not the same for all."""
    rules = RuleSet(
        rules=(
            PerAmount(id="base", title="基础", rate=Rate(1, 100)),
            Flat(id="later", title="次周可用", points=20, pending_days=7),
        ),
        validity=Never(),
    )
    order, link = await guest(story, await programme(story, "lives", rules, POINT))
    answers = await story.do(
        order.purchase("p1", "g", at(11, 20), store="inn", amount=10_000),
    )
    assert isinstance(answers[0], Receipt)
    page = await ask.page(f"{link}/entries/1")
    assert [[note.text for note in one.all("p")] for one in page.all("li.told")] == [
        ["¥100.00 × 1 积分/元", "长期有效"],
        ["固定 20 积分，7 天后生效", "2026 年 11 月 27 日起可用，长期有效"],
    ]
