"""Scenarios about vouchers and bookings: the quarter's vouchers, the park's tickets, services by slot."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import pytest

from tests.scenarios.stage import Stage

SetUp = Callable[[str, str], Awaitable[Stage]]

pytestmark = pytest.mark.scenario


async def voucher(stage: Stage, member: str = "ann") -> Any:
    """The member's newest voucher."""
    told = (await stage.operator.get(f"/v1/members/{member}/vouchers")).json()
    return told["vouchers"][0]


async def bill(stage: Stage, yuan: float, store: str, *codes: str, member: str = "ann") -> Any:
    """A bill that is opened with vouchers."""
    body = {"key": stage.key(), "member": member, "store": store, "amount": round(yuan * 100)}
    return (await stage.operator.done("/v1/bills", vouchers=codes, **body))["bill"]


async def not_taken(stage: Stage, why: str, yuan: float, store: str, code: str) -> Any:
    """Why a voucher is refused: by the till's question, and by the bill, alike."""
    amount = round(yuan * 100)
    asked = {"code": code, "store": store, "amount": amount}
    told = await stage.operator.refused("voucher_refused", "/v1/voucher-checks", **asked)
    assert told["why"] == why, told
    body = {"key": stage.key(), "member": "ann", "store": store, "amount": amount, "vouchers": [code]}
    opened = await stage.operator.refused("voucher_refused", "/v1/bills", **body)
    assert opened["why"] == why, opened
    return opened


async def quarter(stage: SetUp) -> tuple[Stage, Any]:
    """Ann has spent 1 200 yuan in the quarter, and taken a voucher of the noodle shop for 1 000 points."""
    town = await stage("S04-vouchers", "2027-01-04 12:00")
    await town.joins("ann")
    await town.buys("ann", 1_200)
    await town.redeems("ann", "noodles-100-20")
    assert await town.has("ann") == 200
    return town, await voucher(town)


async def test_scenario_s04_at_another_merchant_it_is_refused_with_a_reason(stage: SetUp) -> None:
    """Good at the noodle shop from 100 yuan on; not at the tea house, whatever the bill."""
    town, given = await quarter(stage)
    told = await not_taken(town, "merchant", 200, "tea-lake", given["code"])
    assert told["merchants"] == "noodles"
    await not_taken(town, "minimum", 99.99, "noodles-lake", given["code"])
    check = {"code": given["code"], "store": "noodles-lake", "amount": 10_000}
    assert (await town.operator.done("/v1/voucher-checks", **check))["saves_fen"] == 2_000
    assert (await voucher(town))["state"] == "issued"


async def test_scenario_s04_locked_free_again_and_spent(stage: SetUp) -> None:
    """While a bill is open no other takes it; voided it is free, captured it is spent."""
    town, given = await quarter(stage)
    code = given["code"]
    first = await bill(town, 120, "noodles-lake", code)
    assert (first["due_fen"], first["cash_fen"]) == (10_000, 10_000)
    held = await voucher(town)
    assert (held["state"], held["bill"], held["locked_until"]) == ("locked", first["id"], first["deadline"])
    await not_taken(town, "locked", 150, "noodles-lake", code)
    await town.operator.done(f"/v1/bills/{first['id']}/void", key=town.key())
    assert (await voucher(town))["state"] == "issued"
    second = await bill(town, 150, "noodles-lake", code)
    paid = await town.operator.done(f"/v1/bills/{second['id']}/capture", key=town.key(), cash_fen=13_000)
    # What the voucher paid earns nothing: 130 points for 130 yuan.
    assert (paid["cash_fen"], paid["invoiceable_fen"], paid["earned"]) == (13_000, 13_000, {"point": 130})
    assert (await voucher(town))["state"] == "spent"
    await not_taken(town, "spent", 150, "noodles-lake", code)


async def test_scenario_s04_restored_on_refund(stage: SetUp) -> None:
    """The goods come back, so do the voucher and the money; used again and returned past its date, it lives
    on for the programme's grace, a week.
    """
    town, given = await quarter(stage)
    first = await bill(town, 120, "noodles-lake", given["code"])
    capture = {"key": town.key(), "cash_fen": 10_000}
    paid = await town.operator.done(f"/v1/bills/{first['id']}/capture", **capture)
    await town.operator.done("/v1/returns", key=town.key(), entry=paid["id"])
    back = await voucher(town)
    assert (back["state"], back["bill"], back["expires_at"]) == ("issued", None, given["expires_at"])
    assert await town.has("ann") == 200
    await town.now("2027-03-05 18:00")
    again = await bill(town, 120, "noodles-lake", given["code"])
    capture = {"key": town.key(), "cash_fen": 10_000}
    paid = await town.operator.done(f"/v1/bills/{again['id']}/capture", **capture)
    await town.now("2027-03-09 10:00")
    await town.operator.done("/v1/returns", key=town.key(), entry=paid["id"])
    back = await voucher(town)
    assert (back["state"], back["expires_at"]) == ("issued", "2027-03-16T16:00:00Z")
    await town.now("2027-03-17 00:00")
    await not_taken(town, "lapsed", 120, "noodles-lake", given["code"])


async def test_scenario_s04_a_redemption_is_returned_while_its_voucher_is_unused(stage: SetUp) -> None:
    """Then the points are back in their lot and the voucher is gone; a spent one keeps its points."""
    town, given = await quarter(stage)
    await town.operator.done(f"/v1/orders/{given['redemption']}/return", key=town.key())
    assert await town.has("ann") == 1_200
    assert (await voucher(town))["state"] == "returned"
    await not_taken(town, "returned", 120, "noodles-lake", given["code"])
    order = await town.redeems("ann", "noodles-100-20")
    other = await voucher(town)
    opened = await bill(town, 120, "noodles-lake", other["code"])
    await town.operator.done(f"/v1/bills/{opened['id']}/capture", key=town.key(), cash_fen=10_000)
    path = f"/v1/orders/{order['id']}/return"
    assert (await town.operator.refused("voucher_refused", path, key=town.key()))["why"] == "spent"


async def slots(stage: Stage, reward: str, day: date, pay: str = "points", store: str = "") -> Any:
    """The times of a reward on a day."""
    query = f"?date={day}&pay={pay}" + (f"&store={store}" if store else "")
    answer = await stage.operator.get(f"/v1/rewards/{reward}/slots{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_scenario_s14_points_and_cash_have_the_same_times_on_every_date(stage: SetUp) -> None:
    """For each date of a year and each reward; some places are sold, for points and for cash, on the way."""
    park = await stage("S14-scenic-area", "2027-01-01 06:00")
    await park.joins("ann")
    await park.buys("ann", 50_000)
    first = date(2027, 1, 1)
    closed, places = 0, {300: 0, 500: 0}
    for away in range(365):
        day = first + timedelta(days=away)
        if away in (0, 30, 45):
            at = f"{day}T{'09' if away else '10'}:00:00+08:00"
            await park.redeems("ann", "ticket", slot=at)
            sale = {"reward": "ticket", "slot": at, "count": 2}
            await park.operator.done("/v1/slot-sales", key=park.key(), **sale)
        for reward in ("ticket", "boat", "guide"):
            points, cash = [await slots(park, reward, day, pay) for pay in ("points", "cash")]
            assert points["slots"] == cash["slots"], (reward, day)
            assert (points["cash_fen"], cash["points"]) == (0, 0)
            if reward == "ticket":
                closed += not points["slots"]
                for one in points["slots"]:
                    places[one["capacity"]] += 1
                    assert one["left"] in (one["capacity"], one["capacity"] - 3)
    # Four Tuesdays of upkeep; else eight times on weekdays and ten at weekends.
    assert closed == 4
    assert places == {300: (261 - 4) * 8, 500: 104 * 10}


async def test_scenario_s14_a_ticket_sold_for_cash_is_not_there_for_points(stage: SetUp) -> None:
    """A boat of twenty places: seven sold at the gate, twelve for points, then one is left for either."""
    park = await stage("S14-scenic-area", "2027-05-01 08:00")
    await park.joins("ann", "bob")
    await park.buys("ann", 30_000)
    at, day = "2027-05-02T10:00:00+08:00", date(2027, 5, 2)

    async def left() -> tuple[int, int]:
        told = [await slots(park, "boat", day, pay) for pay in ("points", "cash")]
        found = [
            next(one["left"] for one in each["slots"] if one["since"] == "2027-05-02T02:00:00Z")
            for each in told
        ]
        return found[0], found[1]

    assert await left() == (20, 20)
    sale = {"reward": "boat", "slot": at, "count": 6}
    await park.operator.done("/v1/slot-sales", key=park.key(), **sale)
    assert await left() == (14, 14)
    # A member who pays in money has an order too.
    await park.redeems("bob", "boat", slot=at, pay="cash", cash_fen=4_000)
    assert await left() == (13, 13)
    await park.redeems("ann", "boat", slot=at, count=12)
    assert await left() == (1, 1)
    assert await park.has("ann") == 60_000 - 48_000
    told = await park.refused("slot_full", "ann", "boat", slot=at, count=2)
    assert (told["left"], await park.has("ann")) == (1, 12_000)
    more = {"reward": "boat", "slot": at, "count": 2}
    await park.operator.refused("slot_full", "/v1/slot-sales", key=park.key(), **more)
    await park.redeems("ann", "boat", slot=at)
    assert await left() == (0, 0)


async def test_scenario_s26_the_policy_is_shown_before_booking(stage: SetUp) -> None:
    """With the times, in both languages: until when one may cancel, and what happens to who does not come."""
    town = await stage("S26-service-rewards", "2027-02-01 09:00")
    day = date(2027, 2, 2)
    wash = await slots(town, "car-wash", day, store="clean-car-1")
    assert (wash["cancel_hours"], wash["no_show"]) == (2, "forfeit")
    assert wash["policy_zh"].startswith(
        "开始前 2 小时以上取消，付的积分和钱全部退回；再晚取消，或者没有来，付的积分算用掉了"
    )
    assert "when nobody comes, the points count as used" in wash["policy_en"]
    assert "when the merchant cancels, the points go back to their own lots" in wash["policy_en"]
    yoga = await slots(town, "yoga-class", day, store="yoga-1")
    assert "the points come back too" in yoga["policy_en"]


async def booked(stage: Stage, member: str, reward: str, at: str, store: str) -> Any:
    """A booking of a service for points."""
    return await stage.redeems(member, reward, slot=at, store=store)


async def lots(stage: Stage, member: str) -> Any:
    """A member's lots."""
    return (await stage.operator.get(f"/v1/members/{member}/lots")).json()["lots"]


async def test_scenario_s26_the_last_place_and_the_merchants_cancellation(stage: SetUp) -> None:
    """Two washes at a time: the third is refused and keeps its points; the merchant's cancellation gives the
    very lots back, and the place.
    """
    town = await stage("S26-service-rewards", "2027-02-01 09:00")
    await town.joins("ann", "bob", "cai")
    for member in ("ann", "bob", "cai"):
        await town.buys(member, 3_000)
        await town.now("2027-03-01 09:00")
        await town.buys(member, 1_000)
        await town.now("2027-02-01 09:00")
    await town.now("2027-03-01 10:00")
    at = "2027-03-02T09:30:00+08:00"
    before = await lots(town, "ann")
    assert len(before) == 2
    order = await booked(town, "ann", "car-wash", at, "clean-car-1")
    await booked(town, "bob", "car-wash", at, "clean-car-1")
    had = await town.has("cai")
    told = await town.refused("slot_full", "cai", "car-wash", slot=at, store="clean-car-1")
    assert (told["left"], await town.has("cai")) == (0, had)
    other = "2027-03-02T09:45:00+08:00"
    told = await town.refused("slot_unknown", "cai", "car-wash", slot=other, store="clean-car-1")
    assert "2027-03-02T10:00:00+08:00" in told["nearest"]
    # An hour before it begins, too late for the member, the merchant cancels.
    await town.now("2027-03-02 08:30")
    cancel = {"key": town.key(), "by": "merchant", "reason": "洗车机故障"}
    await town.operator.done(f"/v1/orders/{order['id']}/cancel", **cancel)
    assert await lots(town, "ann") == before
    await booked(town, "cai", "car-wash", at, "clean-car-1")


async def test_scenario_s26_cancelled_in_time_too_late_and_not_come(stage: SetUp) -> None:
    """As was shown: two hours ahead all comes back; later, or when nobody comes, the wash counts as used, and
    the yoga class, whose policy says so, gives the points back.
    """
    town = await stage("S26-service-rewards", "2027-02-01 09:00")
    await town.joins("ann")
    await town.buys("ann", 30_000)
    had = await town.has("ann")
    at, wash = "2027-02-02T12:00:00+08:00", ("car-wash", "2027-02-02T12:00:00+08:00", "clean-car-1")
    first, second, third = [
        await booked(town, "ann", *wash[:1], slot, wash[2])
        for slot in (at, "2027-02-02T12:30:00+08:00", "2027-02-02T13:00:00+08:00")
    ]
    yoga = await booked(town, "ann", "yoga-class", "2027-02-02T19:00:00+08:00", "yoga-1")
    assert await town.has("ann") == had - 3 * 3_000 - 6_000
    await town.now("2027-02-02 10:00")
    await town.operator.done(f"/v1/orders/{first['id']}/cancel", key=town.key(), by="member")
    assert await town.has("ann") == had - 2 * 3_000 - 6_000
    await town.now("2027-02-02 10:31")
    await town.operator.done(f"/v1/orders/{second['id']}/cancel", key=town.key(), by="member")
    assert await town.has("ann") == had - 2 * 3_000 - 6_000
    # What was cancelled is free for others, early or late.
    free = {
        one["since"]: one["left"]
        for one in (await slots(town, "car-wash", date(2027, 2, 2), store="clean-car-1"))["slots"]
    }
    assert (free["2027-02-02T04:00:00Z"], free["2027-02-02T04:30:00Z"], free["2027-02-02T05:00:00Z"]) == (
        2,
        2,
        1,
    )
    await town.operator.refused("order_state", f"/v1/orders/{third['id']}/no-show", key=town.key())
    await town.now("2027-02-02 21:00")
    for order in (third, yoga):
        await town.operator.done(f"/v1/orders/{order['id']}/no-show", key=town.key())
    assert await town.has("ann") == had - 2 * 3_000
