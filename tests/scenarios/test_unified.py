"""What cuts across all programmes: refunds, points of a minute ago, repeats, late reports, two tills."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.scenarios.stage import EXAMPLES, Stage, local

SetUp = Callable[[str, str], Awaitable[Stage]]

pytestmark = pytest.mark.scenario

PROGRAMMES = sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir())
OPENED = "2027-03-02 10:00"


async def wallet(shop: Stage, member: str) -> dict[str, dict[str, int]]:
    """All balances of a member, by unit."""
    told = (await shop.operator.get(f"/v1/members/{member}/balance")).json()
    balances: dict[str, dict[str, int]] = told["balances"]
    return {unit: balance for unit, balance in balances.items() if any(balance.values())}


def points_of(shop: Stage, receipt: Any) -> tuple[str, int]:
    """The unit in which a purchase mostly earned, and what is available of it."""
    return receipt["unit"], receipt["balance"]["available"]


@pytest.mark.parametrize("programme", PROGRAMMES)
async def test_unified_operations(stage: SetUp, programme: str) -> None:
    """On one stage, with members of their own: publishing a programme takes longer than all of it."""
    shop = await stage(programme, OPENED)
    await twice(shop)
    await back_in_parts(shop)
    await spent_at_once(shop)
    await two_tills(shop)
    await reported_late(shop)


async def twice(shop: Stage) -> None:
    """The same key gives the same answer; the same key with another amount gives an error."""
    await shop.joins("twain")
    first = await shop.buys("twain", 640, key="twice")
    again = await shop.operator.ask(
        "POST",
        "/v1/purchases",
        json={"key": "twice", "member": "twain", "store": shop.store, "amount": 64_000},
    )
    assert (again.status_code, again.json()["id"]) == (200, first["id"])
    assert again.json()["points"] == first["points"]
    other = {"key": "twice", "member": "twain", "store": shop.store, "amount": 64_001}
    await shop.operator.refused("key_reused", "/v1/purchases", **other)
    told = (await shop.operator.get("/v1/members/twain/entries")).json()["entries"]
    assert [entry["kind"] for entry in told if entry["kind"] == "purchase"] == ["purchase"]


async def reported_late(shop: Stage) -> None:
    """Two members buy the same on the same day; one purchase is reported three days later."""
    await shop.joins("prompt", "tardy")
    on_time = await shop.buys("prompt", 640)
    await shop.now("2027-03-05 10:00")
    late = await shop.buys("tardy", 640, at=local(OPENED).isoformat())
    assert (late["points"], late["unit"]) == (on_time["points"], on_time["unit"])
    lots = [
        sorted(
            (lot["unit"], lot["remaining"], lot["expires_at"])
            for lot in (await shop.operator.get(f"/v1/members/{member}/lots")).json()["lots"]
        )
        for member in ("prompt", "tardy")
    ]
    assert lots[0] == lots[1]


async def back_in_parts(shop: Stage) -> None:
    """A third comes back, then a fen, then the rest: nothing of it is left, and nothing else moved."""
    await shop.joins("parts")
    await shop.buys("parts", 320)
    before = await wallet(shop, "parts")
    await shop.buys("parts", 640, key="goes-back")
    for amount in (21_333, 1):
        await shop.returns("goes-back", amount=amount)
    await shop.returns("goes-back")
    assert await wallet(shop, "parts") == before
    body = {"key": shop.key(), "purchase": "goes-back"}
    await shop.operator.refused("nothing_left", "/v1/returns", **body)


async def spent_at_once(shop: Stage) -> None:
    """What was spent is owed; the redemption taken back repays it, to the point."""
    await shop.joins("hasty")
    bought = await shop.buys("hasty", 640, key="fresh")
    unit, available = points_of(shop, bought)
    if not available:
        assert bought["points"] == 0 or bought["balance"]["pending"]
        return
    await shop.now((local(OPENED) + timedelta(minutes=1)).replace(tzinfo=None).isoformat(" "))
    spent = await shop.operator.done(
        "/v1/redemptions", key="spends", member="hasty", store=shop.store, points=available, unit=unit
    )
    assert spent["balance"]["available"] == 0
    back = await shop.returns("fresh")
    assert back["balance"]["owed"] == available
    await shop.operator.done("/v1/reversals", key="unspends", entry=spent["id"])
    assert await wallet(shop, "hasty") == {}


async def two_tills(shop: Stage) -> None:
    """Both ask for all there is: one gets it, the other is told what is left."""
    await shop.joins("double")
    bought = await shop.buys("double", 640)
    unit, available = points_of(shop, bought)
    if not available:
        return
    asked = [
        shop.operator.ask(
            "POST",
            "/v1/redemptions",
            json={
                "key": f"till-{n}",
                "member": "double",
                "store": shop.store,
                "points": available,
                "unit": unit,
            },
        )
        for n in range(2)
    ]
    answers = sorted(await asyncio.gather(*asked), key=lambda answer: answer.status_code)
    assert [answer.status_code for answer in answers] == [201, 409]
    problem = answers[1].json()
    assert (problem["code"], problem["available"]) == ("insufficient_points", 0)
