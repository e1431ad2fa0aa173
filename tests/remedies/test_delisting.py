"""A reward is no more: open orders fail with the remedy, each once, and nothing of others is touched."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from jifen.jobs.verify import verify
from jifen.rules.definition import PerAmount, Rate, Remedy, RuleSet
from jifen.rules.rewards import Reward
from tests.api.alliance import BEGAN, Alliance

PATH = "/v1/remedies/delisting"
RULES = RuleSet(
    rules=(PerAmount(id="base", rate=Rate(1, 100)),),
    rewards=(
        Reward(code="mug", title="杯子", merchant="air", points=100, fulfil="order"),
        Reward(code="bag", title="布袋", merchant="air", points=50, fulfil="order"),
    ),
    remedies={"delisting": Remedy(title="下架补偿", permille=100, points=5)},
)
GOOD = {"reward": "mug", "remedy": "delisting", "text": "杯子已停产,积分原路退回并补偿。", "key": "d1"}


@pytest.fixture
async def town(alliance: Alliance) -> Alliance:
    """Ann and bob wait for mugs, ann for a bag too."""
    await alliance.house.catalog.publish(alliance.id, RULES, BEGAN + timedelta(days=1), BEGAN)
    for member in ("ann", "bob"):
        await alliance.operator.done("/v1/purchases", key=member, member=member, store="air-1", amount=50_000)
        await ordered(alliance, member, "mug")
    await ordered(alliance, "ann", "bag")
    return alliance


async def ordered(town: Alliance, member: str, reward: str) -> Any:
    """An order that waits for the merchant."""
    return await town.operator.done(
        "/v1/reward-redemptions", key=f"{member}-{reward}", member=member, reward=reward, store="air-1"
    )


async def test_open_orders_fail_with_the_remedy_once(town: Alliance) -> None:
    """Looked at first; then points back, a tenth or five more; again and at once, nothing more."""
    looked = await town.operator.done(PATH, **GOOD, look_only=True)
    assert {one["member"]: one["state"] for one in looked["orders"]} == {"ann": "open", "bob": "open"}
    assert await town.operator.available("ann") == 350
    many = await asyncio.gather(*(town.operator.done(PATH, **GOOD, alternative="bag") for _ in range(4)))
    assert any(one["orders"] for one in many)
    given = {order["member"]: (order["points"], order["given"]) for one in many for order in one["orders"]}
    assert {member: points for member, (points, _) in given.items()} == {"ann": 100, "bob": 100}
    assert (await town.operator.done(PATH, **GOOD))["orders"] == []
    extra = given["ann"][1]
    assert extra >= 10
    assert await town.operator.available("ann") == 450 + extra
    assert await town.operator.available("bob") == 500 + extra
    states = (await town.operator.get("/v1/orders?member=ann")).json()["orders"]
    assert {one["reward"]: one["state"] for one in states} == {"mug": "failed", "bag": "placed"}
    told = await town.house.pool.fetch(
        "SELECT fields FROM message WHERE program = $1 AND event = 'order_withdrawn'", town.id
    )
    assert len(told) == 2
    assert all("布袋" in row["fields"] for row in told)
    report = await verify(town.house.pool, town.id)
    assert report.clean, report.findings


async def test_a_merchant_goes(town: Alliance) -> None:
    """All open orders of the merchant; another merchant's stay."""
    body = {**GOOD, "reward": None, "merchant": "sea"}
    assert (await town.operator.done(PATH, **body))["orders"] == []
    gone = await town.operator.done(PATH, **{**body, "merchant": "air"})
    assert [one["state"] for one in gone["orders"]] == ["failed"] * 3
    assert not gone["more"]


async def test_what_may_not_be(town: Alliance) -> None:
    """Nothing named, names unknown, words that the law forbids: told, and nothing moved."""
    before = await town.books()
    for body, code in (
        ({"reward": None}, "invalid_request"),
        ({"merchant": "none"}, "merchant_unknown"),
        ({"remedy": "none"}, "remedy_unknown"),
        ({"alternative": "none"}, "reward_unknown"),
        ({"alternative": "mug"}, "reward_unknown"),
        ({"text": "兑换后概不退换。"}, "invalid_request"),
        ({"key": None}, "key_missing"),
    ):
        await town.operator.refused(code, PATH, **{**GOOD, **body})
    await town.air.refused("operator_only", PATH, **GOOD)
    assert await town.books() == before
