"""Bookings as orders: who gets the last place, what a repeat does, what comes back and when."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from tests.api.alliance import NOW, Alliance, Caller, problem
from tests.vouchers.test_places import TEN, left, slots, sold, with_places

NINE = "2026-11-22T09:00:00+08:00"


def booking(key: str, member: str = "ann", slot: str | None = TEN, **more: Any) -> dict[str, Any]:
    """A booking of the tour."""
    asked = {"key": key, "member": member, "reward": "tour", "slot": slot, **more}
    return {name: value for name, value in asked.items() if value is not None}


async def booked(caller: Caller, key: str, member: str = "ann", slot: str | None = TEN, **more: Any) -> Any:
    """The order of a booking."""
    made = await caller.done("/v1/reward-redemptions", **booking(key, member, slot, **more))
    return (await caller.get(f"/v1/orders/{made['id']}")).json()


async def give(alliance: Alliance, *members: str) -> None:
    """Everybody has a thousand points."""
    for member in members:
        gift = {"key": f"gift-{member}", "member": member, "points": 1_000, "reason": "test"}
        await alliance.operator.done("/v1/compensations", **gift)


async def test_a_booking_is_an_order_with_its_time(alliance: Alliance) -> None:
    """It is confirmed at once, tells from when to when, and a repeat books nothing more."""
    order = await booked(alliance.air, "b1")
    assert (order["state"], order["slot_since"], order["slot_until"]) == (
        "confirmed",
        "2026-11-22T02:00:00Z",
        "2026-11-22T03:00:00Z",
    )
    assert await booked(alliance.air, "b1") == order
    assert left(await slots(alliance.air)) == [2, 1, 2]
    assert await alliance.operator.available("ann") == 940
    listed = (await alliance.air.get("/v1/orders?slots_on=2026-11-22")).json()["orders"]
    assert [one["id"] for one in listed] == [order["id"]]


@pytest.mark.parametrize(
    ("more", "code", "why"),
    [
        ({"slot": None}, "slot_unknown", "missing"),
        ({"slot": "2026-11-22T10:01:00+08:00"}, "slot_unknown", "time"),
        ({"slot": "2026-11-21T10:00:00+08:00"}, "slot_unknown", "closed"),
        ({"slot": "2026-12-24T10:00:00+08:00"}, "slot_unknown", "time"),
        ({"slot": "2026-12-22T10:00:00+08:00"}, "slot_unknown", "ahead"),
        ({"reward": "mug"}, "slot_unknown", "none"),
        ({"reward": "lesson", "merchant": "sea"}, "slot_unknown", "store"),
        ({"count": 3}, "slot_full", None),
        ({"slot": "soon"}, "invalid_request", None),
    ],
)
async def test_what_cannot_be_booked(
    alliance: Alliance, more: dict[str, Any], code: str, why: str | None
) -> None:
    """No point moves, no place is taken."""
    told = await alliance.operator.refused(code, "/v1/reward-redemptions", **booking("b1", **more))
    assert told.get("why") == why
    assert await alliance.operator.available("ann") == 1_000
    assert left(await slots(alliance.air)) == [2, 2, 2]


async def test_the_last_place_is_booked_once(alliance: Alliance) -> None:
    """Four members and the ticket office want two places, again and again: two get one, nobody else pays."""
    members = ("ann", "bob", "cat", "dan")
    await give(alliance, "bob", "cat", "dan")
    asked = [
        alliance.operator.post("/v1/reward-redemptions", **booking(f"b{turn}-{member}", member))
        for turn in range(5)
        for member in members
    ]
    asked += [
        alliance.operator.post("/v1/slot-sales", key=f"s{turn}", reward="tour", slot=TEN) for turn in range(5)
    ]
    answers = await asyncio.gather(*asked)
    granted = [answer for answer in answers if answer.status_code == 201]
    assert len(granted) == 2
    for answer in answers:
        if answer.status_code != 201:
            problem(answer, "slot_full")
    assert left(await slots(alliance.air)) == [2, 0, 2]
    points = sum([await alliance.operator.available(member) for member in members])
    bookings = sum("kind" in answer.json() for answer in granted)
    assert points == 4_000 - 60 * bookings


async def test_cancelled_in_time_or_by_the_merchant(alliance: Alliance) -> None:
    """The member until two hours before, the merchant at any time: points and place come back, once."""
    order = await booked(alliance.operator, "b1")
    path = f"/v1/orders/{order['id']}/cancel"
    for _ in range(2):
        await alliance.operator.done(path, key="c1", by="member")
    assert await alliance.operator.available("ann") == 1_000
    assert left(await slots(alliance.air)) == [2, 2, 2]
    late = await booked(alliance.operator, "b2")
    await alliance.set_clock(NOW + timedelta(hours=23, minutes=59))
    await alliance.air.done(f"/v1/orders/{late['id']}/cancel", key="c2")
    assert await alliance.operator.available("ann") == 1_000
    assert left(await slots(alliance.air)) == [2, 2, 2]


async def test_cancelled_too_late_the_place_is_free_and_the_points_are_used(alliance: Alliance) -> None:
    """As the policy said that was shown with the times."""
    order = await booked(alliance.operator, "b1", slot="2026-11-22T11:00:00+08:00")
    await alliance.set_clock(NOW + timedelta(hours=23, seconds=1))
    await alliance.operator.done(f"/v1/orders/{order['id']}/cancel", key="c1", by="member")
    assert await alliance.operator.available("ann") == 940
    assert left(await slots(alliance.air)) == [2, 2, 2]


async def test_who_does_not_come(alliance: Alliance) -> None:
    """Not before the time begins. The tour counts as used; the lesson's policy gives the points back."""
    tour = await booked(alliance.operator, "b1")
    lesson = await booked(alliance.operator, "b2", reward="lesson", store="sea-1", slot=NINE)
    await alliance.air.refused("order_state", f"/v1/orders/{tour['id']}/no-show", key="n1")
    await alliance.set_clock(NOW + timedelta(hours=25))
    await alliance.air.done(f"/v1/orders/{tour['id']}/no-show", key="n1")
    assert await alliance.operator.available("ann") == 880
    await alliance.sea.done(f"/v1/orders/{lesson['id']}/no-show", key="n2")
    assert await alliance.operator.available("ann") == 940


async def test_a_later_version_with_fewer_places_keeps_bookings(alliance: Alliance) -> None:
    """Two are booked, then there is one place: both stay, nobody else fits until both were given back."""
    first = await booked(alliance.operator, "b1")
    second = await booked(alliance.operator, "b2")
    await with_places(alliance, 1, 1)
    assert left(await slots(alliance.air)) == [1, 0, 1]
    for order, free in ((first, 0), (second, 1)):
        await alliance.operator.refused("slot_full", "/v1/reward-redemptions", **booking("b3"))
        await alliance.air.done(f"/v1/orders/{order['id']}/cancel", key=f"c-{order['id']}")
        assert left(await slots(alliance.air))[1] == free
    await booked(alliance.operator, "b3")
    assert left(await slots(alliance.air)) == [1, 0, 1]


async def test_points_and_cash_take_the_same_places(alliance: Alliance) -> None:
    """A member who pays in money has an order as well; the office's sale has none."""
    await sold(alliance.air, "s1")
    paid = await booked(alliance.operator, "b1", pay="cash", cash_fen=6_000)
    assert (paid["points"], paid["cash_fen"], paid["paid_fen"]) == (0, 6_000, 6_000)
    assert await alliance.operator.available("ann") == 1_000
    await alliance.operator.refused("slot_full", "/v1/reward-redemptions", **booking("b2"))
    await alliance.air.done(f"/v1/orders/{paid['id']}/cancel", key="c1")
    await booked(alliance.operator, "b2")
    assert left(await slots(alliance.air)) == [2, 0, 2]
