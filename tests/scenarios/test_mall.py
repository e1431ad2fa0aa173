"""Scenarios of the mall: an upgrade, a cancelled flight, charity, a race for the last item, the coalition."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.scenarios.stage import Stage

SetUp = Callable[[str, str], Awaitable[Stage]]

pytestmark = pytest.mark.scenario


async def lots(stage: Stage, member: str) -> dict[str, tuple[int, Any]]:
    """What is left of each lot of a member, with its date."""
    told = (await stage.operator.get(f"/v1/members/{member}/lots")).json()["lots"]
    return {one["series"]: (one["remaining"], one["expires_at"]) for one in told}


async def step(stage: Stage, order: str, word: str, **more: Any) -> Any:
    """A step of an order, granted."""
    return await stage.operator.done(f"/v1/orders/{order}/{word}", key=stage.key(), **more)


async def order(stage: Stage, of: str) -> Any:
    """An order as the operator sees it."""
    return (await stage.operator.get(f"/v1/orders/{of}")).json()


async def test_scenario_s10_an_upgrade_not_delivered_gives_back_the_very_lots(stage: SetUp) -> None:
    """1 500 pt of two lots, one of later terms, go back into just these; no expiry run takes any."""
    hotel = await stage("S10-hotel-chain", "2026-01-10")
    await hotel.joins("ann")
    await hotel.buys("ann", 1_000)
    await hotel.publish(hotel.programme, "2026-01-10")
    await hotel.now("2031-06-01")
    await hotel.buys("ann", 900)
    before = await lots(hotel, "ann")
    assert await hotel.has("ann") == 1_900
    assert {date for _, date in before.values()} == {None}
    for year in (2036, 2056):
        await hotel.night(f"{year}-06-01 03:00")
        assert await lots(hotel, "ann") == before
    booked = await hotel.redeems("ann", "upgrade")
    assert booked["points"] == -1_500
    assert (await order(hotel, booked["id"]))["state"] == "placed"
    assert await lots(hotel, "ann") != before
    failed = await step(hotel, booked["id"], "fail", reason="没有景观房")
    assert (failed["kind"], failed["points"]) == ("reverse", 1_500)
    assert await lots(hotel, "ann") == before
    assert (await order(hotel, booked["id"]))["state"] == "failed"


async def test_scenario_s13_a_cancelled_flight_returns_the_miles_and_compensates(stage: SetUp) -> None:
    """One operation: 15 000 miles in their own lots, those past their date for 60 days, and 2 000 more."""
    airline = await stage("S13-airline-miles", "2023-01-10")
    await airline.joins("ann")
    await airline.buys("ann", 10_000)
    await airline.now("2025-12-01")
    await airline.buys("ann", 8_000)
    before = await lots(airline, "ann")
    ticket = await airline.redeems("ann", "short-haul")
    await step(airline, ticket["id"], "confirm")
    # The older miles were good until the end of January 2026; the flight is cancelled after that.
    await airline.now("2026-02-20")
    body = {"key": "flight-1", "reason": "航班取消", "remedy": "flight-cancelled", "by": "merchant"}
    path = f"/v1/orders/{ticket['id']}/cancel"
    told = await airline.operator.done(path, **body)
    assert (told["points"], told["kind"]) == (15_000, "reverse")
    again = await airline.operator.done(path, **body)
    assert again == {**told, "replayed": True}
    after = await lots(airline, "ann")
    [old] = [series for series, (_, date) in before.items() if date < "2026-02-01"]
    [young] = [series for series in before if series != old]
    assert after[young] == before[young]
    assert old not in after or after[old][0] == 0
    [grace] = [one for one in after.values() if one[1] is not None and one[1] < "2026-06"]
    assert grace == (before[old][0], "2026-04-21T16:00:00Z")
    # 10 % of 15 000 miles and 500 beside them, in a lot of its own that the airline pays for.
    given = [one for series, one in after.items() if series not in before and one != grace]
    assert given == [(2_000, "2029-02-28T16:00:00Z")]
    assert await airline.has("ann", "mile") == before[old][0] + before[young][0] + 2_000
    lines = (await airline.operator.get("/v1/members/ann/entries?limit=2")).json()["entries"]
    assert [line["kind"] for line in lines] == ["compensate", "reverse"]


async def test_scenario_s19_what_is_donated_is_for_good_and_in_the_public_tally(stage: SetUp) -> None:
    """Never more than available, irrevocable, to charities alone; the tally shows what is payable."""
    market = await stage("S19-charity", "2026-03-01")
    await market.joins("ann", "bob")
    await market.buys("ann", 1_200)
    await market.buys("bob", 700)
    donor = {"member": "ann", "reward": "school-lunch", "merchant": "morning-light"}
    lunch = await market.operator.done("/v1/reward-redemptions", key="d-1", count=2, **donor)
    assert (lunch["kind"], lunch["points"]) == ("donate", -1_000)
    told = await market.operator.refused("insufficient_points", "/v1/reward-redemptions", key="d-2", **donor)
    assert (told["available"], told["requested"]) == (200, 500)
    await market.operator.done("/v1/donations", key="d-3", member="bob", charity="green-hills", points=333)
    await market.operator.done("/v1/donations", key="d-4", member="bob", charity="morning-light", points=7)
    for word, body in (
        ("return", {}),
        ("cancel", {}),
        ("fail", {"reason": "regret"}),
        ("dispute", {"reason": "x"}),
    ):
        path = f"/v1/orders/{lunch['id']}/{word}"
        told = (await market.operator.post(path, key=market.key(), **body)).json()
        assert told["code"] in ("order_state", "not_reversible"), told
    await market.operator.refused("not_reversible", "/v1/reversals", key="d-5", entry=lunch["id"])
    bag = {"member": "ann", "reward": "school-lunch", "merchant": "weiguang"}
    await market.operator.refused("reward_elsewhere", "/v1/reward-redemptions", key="d-6", **bag)
    anybody = await market.operator.client.get(f"/v1/programs/{market.programme.code}/donations")
    tally = {one["charity"]: one for one in anybody.json()["charities"]}
    lunches, trees = tally["morning-light"], tally["green-hills"]
    assert (lunches["points"], lunches["donors"], lunches["payable_fen"]) == (1_007, 2, 1_007)
    assert (trees["points"], trees["donors"], trees["payable_fen"]) == (333, 1, 333)
    assert (await market.has("ann"), await market.has("bob")) == (200, 360)


async def test_scenario_s23_two_members_race_for_the_last_item(stage: SetUp) -> None:
    """One gets it, at the price of the quote; the other's points are untouched, and who lost is told why."""
    mall = await stage("S23-points-mall", "2026-05-07")
    await mall.joins("ann", "bob")
    for member in ("ann", "bob"):
        await mall.buys(member, 2_600)
    has = await mall.has("ann")
    await mall.operator.done("/v1/stocks", code="umbrella", count=1)
    # It is a Thursday: an umbrella costs 2 500 then, and 3 000 on Friday.
    await mall.now("2026-05-07 23:55")
    quotes = {}
    for member in ("ann", "bob"):
        body = {"member": member, "reward": "umbrella", "store": mall.store}
        told = await mall.operator.done("/v1/quotes", key=mall.key(), **body)
        quotes[member] = told["id"]
    await mall.now("2026-05-08 00:05")
    assert (await mall.price("ann", "umbrella"))["points"] == 3_000
    assert (await mall.price("ann", "umbrella"))["left"] == 1
    bodies = [
        {"key": mall.key(), "member": member, "reward": "umbrella", "store": mall.store, "quote": quote}
        for member, quote in quotes.items()
    ]
    answers = await asyncio.gather(*(mall.operator.post("/v1/reward-redemptions", **body) for body in bodies))
    won = [body["member"] for body, answer in zip(bodies, answers, strict=True) if answer.status_code == 201]
    lost = [body["member"] for body, answer in zip(bodies, answers, strict=True) if answer.status_code != 201]
    assert (len(won), len(lost)) == (1, 1)
    [refused] = [answer.json() for answer in answers if answer.status_code != 201]
    assert (refused["code"], refused["left"], refused["requested"]) == ("out_of_stock", 0, 1)
    assert await mall.has(won[0]) == has - 2_500
    assert await mall.has(lost[0]) == has
    assert (await mall.price("ann", "umbrella"))["why_not"] == "stock"


async def test_scenario_s24_points_issued_by_one_merchant_are_spent_at_another(stage: SetUp) -> None:
    """The legs name who issued them and who took them; who sells it takes its own points first."""
    alliance = await stage("S24-coalition", "2026-04-01")
    await alliance.joins("ann")
    await alliance.buys("ann", 3_000, store="market-1")
    await alliance.buys("ann", 1_000, store="petrol-1")
    told = (await alliance.operator.get("/v1/members/ann/lots")).json()["lots"]
    issuers = {lot["series"]: lot["issuer"] for lot in told}
    wash = await alliance.redeems("ann", "car-wash", store="petrol-1")
    assert wash["points"] == -3_000
    whole = (await alliance.operator.get(f"/v1/entries/{wash['id']}")).json()
    legs = [(issuers[leg["series"]], leg["party"], leg["points"]) for leg in whole["legs"]]
    assert legs == [("petrol", "petrol", -500), ("market", "petrol", -2_500)]
    assert {leg["account"] for leg in whole["legs"]} == {"redeemed"}
    back = await step(alliance, wash["id"], "return", reason="not washed")
    assert back["points"] == 3_000
