"""Entries of rewards, longer validity and profiles, booked through the engine, as the history shows them."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from jifen.mall.rewarding import RedeemReward
from jifen.parties.programs import Program, Unit
from jifen.programs.knowing import Know, SetBirthday
from jifen.programs.operating import Extend
from jifen.rules.calendars import MonthDays
from jifen.rules.definition import Conditions, PerAmount, Rate, RuleSet
from jifen.rules.person import Anniversary
from jifen.rules.rewards import Price, Reward
from jifen.values.ids import WalletId
from jifen.values.periods import Rolling, end_of_day, local_day
from tests.engine.orders import Orders
from tests.pages.alliance import Alliance, at
from tests.pages.reader import Asking
from tests.pages.test_entry_page import facts, told
from tests.pages.test_odd_wallets import guest, programme

RULES = RuleSet(
    rules=(PerAmount(id="base", title="基础", rate=Rate(1, 100)),),
    validity=Rolling(days=60),
    calendars={"member-day": MonthDays(days=(18,))},
    rewards=(
        Reward(
            code="lipstick",
            title="口红",
            points=400,
            prices=(Price(points=300, when=Conditions(calendars=("member-day",))),),
        ),
    ),
)


def common(program: Program, wallet: WalletId, key: str, when: Any, **asked: Any) -> dict[str, Any]:
    """What every command has."""
    content = msgspec.json.encode(asked)
    return {
        "program": program.id,
        "source": "till",
        "key": key,
        "wallet": wallet,
        "occurred_at": when,
        "recorded_at": when,
        "content": content,
    }


async def lived(story: Alliance) -> tuple[str, Orders]:
    """A member who bought, redeemed twice, was not reminded, and said a birthday."""
    program = await programme(story, "lively", RULES, Unit("point", "积分", 100, 100))
    order, link = await guest(story, program)
    wallet = order.wallets["g"]
    inn = program.merchants["inn"]
    bought = at(9, 1)
    day = local_day(bought, program.zone) + timedelta(days=60)
    gone = end_of_day(day, program.zone)
    await story.do(
        order.purchase("n1", "g", bought, store="inn", amount=200_000),
        RedeemReward(
            **common(program, wallet, "n2", at(9, 18), reward="lipstick"), reward="lipstick", merchant=inn
        ),
        RedeemReward(
            **common(program, wallet, "n3", at(9, 19), reward="lipstick"),
            reward="lipstick",
            merchant=inn,
            count=2,
        ),
        Extend(
            **common(program, wallet, "n4", at(11, 2), type="extend"),
            unit="point",
            expired_at=gone,
            until=day + timedelta(days=30),
        ),
        Know(
            **common(program, wallet, "n5", at(11, 3), type="profile", change="Birthday", digest="00"),
            change=SetBirthday(Anniversary("self", "self", 6, 1)),
        ),
    )
    return link, order


@pytest.mark.scenario
async def test_the_history_shows_them(story: Alliance, ask: Asking) -> None:
    """Which reward, why the points live longer, and, without a figure, that something is known."""
    link, _ = await lived(story)
    rows = (await ask.page(link)).all("a.row")
    assert [(row.one(".title").text, row.one(".signed").text, row.first(".note").text) for row in rows] == [
        ("资料更新", "0", "10:00 生日有更新"),
        ("有效期延长", "0", "10:00 10 月 31 日到期前没能提醒到你，900 延到 11 月 30 日"),
        ("云上客栈 · 用积分", "−800", "10:00 换了 2 件“口红”"),
        ("云上客栈 · 用积分", "−300", "10:00 换了“口红”"),
        ("云上客栈", "+2,000", "10:00 买单 ¥2,000.00"),
    ]
    member_day = await ask.page(f"{link}/entries/2")
    assert told(member_day) == [("口红", -300, "每月 18 日：每件 300 积分，平时 400")]
    usual = await ask.page(f"{link}/entries/3", "en")
    assert told(usual) == [("口红", -800, "400 pt each, 2 of them")]
    longer = await ask.page(f"{link}/entries/4")
    assert "延到 11 月 30 日" in longer.one("main").text
    assert longer.one(".big").text == "0"
    quiet = await ask.page(f"{link}/entries/5")
    assert quiet.one("h1").text == "这笔流水是怎么回事"
    assert "6 月 1 日" not in quiet.text
    assert set(facts(quiet)) == {"这笔之后可用", "流水号"}
