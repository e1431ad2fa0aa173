"""The places of a time: the same for points and for cash, counted once, kept when a version changes them."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from jifen.mall.slots import ensure, left_of, slot_stock, times
from jifen.parties.catalog import stock_id
from jifen.values.periods import local_day
from tests.api.alliance import NOW, Alliance, Caller, problem
from tests.vouchers.counter import HOUR, REWARDS, RULES

SUNDAY = "2026-11-22"
TEN = "2026-11-22T10:00:00+08:00"


async def slots(caller: Caller, query: str = "", reward: str = "tour") -> Any:
    """The times of a Sunday."""
    answer = await caller.get(f"/v1/rewards/{reward}/slots?date={SUNDAY}{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def left(told: Any) -> list[int]:
    """What is left of each time."""
    return [one["left"] for one in told["slots"]]


async def sold(caller: Caller, key: str, slot: str = TEN, **more: Any) -> Any:
    """Places sold for cash at the ticket office."""
    return await caller.done("/v1/slot-sales", **{"key": key, "reward": "tour", "slot": slot, **more})


async def with_places(alliance: Alliance, capacity: int, minutes: int) -> None:
    """A later version of the programme has so many places in each time of the tour."""
    hour = msgspec.structs.replace(HOUR, capacity=capacity)
    rewards = tuple(
        msgspec.structs.replace(one, slots=msgspec.structs.replace(one.slots, openings=(hour,)))
        if one.code == "tour" and one.slots is not None
        else one
        for one in REWARDS
    )
    at = NOW + timedelta(minutes=minutes)
    rules = msgspec.structs.replace(RULES, rewards=rewards)
    await alliance.house.catalog.publish(alliance.id, rules, at, at)
    await alliance.set_clock(at)


async def test_times_with_the_policy_before_booking(alliance: Alliance) -> None:
    """What happens to who does not come is said with the times, in both languages (S26)."""
    told = await slots(alliance.air)
    assert [one["since"] for one in told["slots"]] == [f"2026-11-22T0{hour}:00:00Z" for hour in (1, 2, 3)]
    assert told["slots"][0] == {
        "since": "2026-11-22T01:00:00Z",
        "until": "2026-11-22T02:00:00Z",
        "capacity": 2,
        "left": 2,
        "closes_at": "2026-11-22T00:30:00Z",
        "open": True,
    }
    assert (told["no_show"], told["cancel_hours"]) == ("forfeit", 2)
    assert told["policy_zh"] == (
        "开始前 2 小时以上取消，付的积分和钱全部退回；再晚取消，或者没有来，付的积分算用掉了；"
        "商户取消的，付的积分退回原来的批次；开始前 30 分钟停止预约"
    )
    assert told["policy_en"] == (
        "cancelled 2 hours ahead or earlier, all points and money come back; cancelled later, or when nobody "
        "comes, the points count as used; when the merchant cancels, the points go back to their own lots; "
        "booked until 30 minutes before it begins"
    )
    lesson = await slots(alliance.sea, "&store=sea-1", "lesson")
    assert lesson["no_show"] == "return"
    assert "退回" in lesson["policy_zh"].split("；")[1]


async def test_points_and_cash_have_the_same_times(alliance: Alliance) -> None:
    """Only the price differs (S14)."""
    points, cash = await slots(alliance.air), await slots(alliance.air, "&pay=cash")
    assert points["slots"] == cash["slots"]
    assert (points["points"], points["cash_fen"]) == (60, 0)
    assert (cash["points"], cash["cash_fen"]) == (0, 6_000)


async def test_a_day_that_is_over_or_too_far_is_shown_and_not_open(alliance: Alliance) -> None:
    """Today at ten the first time has begun and the second is closed."""
    today = (await alliance.air.get("/v1/rewards/tour/slots")).json()
    assert today["date"] == "2026-11-21"
    assert [one["open"] for one in today["slots"]] == [False, False, True]
    far = (await alliance.air.get("/v1/rewards/tour/slots?date=2026-12-23")).json()
    assert [one["open"] for one in far["slots"]] == [False, False, False]
    closed = (await alliance.air.get("/v1/rewards/tour/slots?date=2026-12-24")).json()
    assert closed["slots"] == []


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/v1/rewards/moon/slots", "reward_unknown"),
        ("/v1/rewards/mug/slots", "slot_unknown"),
        ("/v1/rewards/tour/slots?date=2026-13-01", "invalid_request"),
        ("/v1/rewards/tour/slots?date=20261122", "invalid_request"),
        ("/v1/rewards/tour/slots?date=0001-01-01", "invalid_request"),
        ("/v1/rewards/tour/slots?pay=gold", "invalid_request"),
        ("/v1/rewards/lesson/slots?pay=cash&store=sea-1", "invalid_request"),
        ("/v1/rewards/lesson/slots", "invalid_request"),
        ("/v1/rewards/lesson/slots?store=moon", "store_unknown"),
        ("/v1/rewards/lesson/slots?store=air-1", "invalid_request"),
    ],
)
async def test_what_is_not_asked_so(alliance: Alliance, path: str, code: str) -> None:
    """Each says what to send instead."""
    assert problem(await alliance.operator.get(path), code)["detail"]


async def test_a_ticket_sold_for_cash_is_gone_for_points(alliance: Alliance) -> None:
    """And when the sale is cancelled it is there again, once."""
    sale = await sold(alliance.air, "s1")
    assert (sale["count"], sale["cash_fen"], sale["left"], sale["replayed"]) == (1, 6_000, 1, False)
    assert left(await slots(alliance.air)) == left(await slots(alliance.air, "&pay=cash")) == [2, 1, 2]
    again = await sold(alliance.air, "s1")
    assert again == {**sale, "replayed": True}
    await sold(alliance.air, "s2")
    told = await alliance.air.refused("slot_full", "/v1/slot-sales", key="s3", reward="tour", slot=TEN)
    assert (told["left"], told["requested"]) == (0, 1)
    path = f"/v1/slot-sales/{sale['id']}"
    for replayed in (False, True):
        back = await alliance.air.done(f"{path}/cancellation")
        assert (back["left"], back["replayed"]) == (1, replayed)
        assert back["cancelled_at"]
    assert (await alliance.operator.get(path)).json()["cancelled_at"]
    await sold(alliance.air, "s3")


async def test_who_may_sell(alliance: Alliance) -> None:
    """A merchant its own rewards; what was sold is seen by it and by the operator."""
    sale = await sold(alliance.air, "s1")
    body = {"key": "s2", "reward": "tour", "slot": TEN}
    await alliance.sea.refused("out_of_scope", "/v1/slot-sales", **body)
    await alliance.stranger.refused("unauthenticated", "/v1/slot-sales", **body)
    for path in (f"/v1/slot-sales/{sale['id']}", "/v1/slot-sales/00000000-0000-8000-8000-000000000000"):
        problem(await alliance.sea.get(path), "order_unknown")
        await alliance.sea.refused("order_unknown", f"{path}/cancellation")
    assert left(await slots(alliance.air)) == [2, 1, 2]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"slot": "2026-11-22T10:30:00+08:00"}, "slot_unknown"),
        ({"slot": "2026-11-21T10:00:00+08:00"}, "slot_unknown"),
        ({"slot": "2026-12-24T10:00:00+08:00"}, "slot_unknown"),
        ({"slot": "2027-02-01T10:00:00+08:00"}, "slot_unknown"),
        ({"slot": "2026-11-22T10:00:00"}, "invalid_request"),
        ({"count": 0}, "invalid_request"),
        ({"count": 3}, "slot_full"),
        ({"reward": "mug"}, "slot_unknown"),
        ({"reward": "moon"}, "reward_unknown"),
        ({"store": "sea-1"}, "invalid_request"),
        ({"store": "moon"}, "store_unknown"),
        ({"member": "ann"}, "invalid_request"),
    ],
)
async def test_what_cannot_be_sold(alliance: Alliance, more: dict[str, Any], code: str) -> None:
    """And nothing is taken."""
    body = {"key": "s1", "reward": "tour", "slot": TEN, **more}
    told = await alliance.operator.refused(code, "/v1/slot-sales", **body)
    if code == "slot_unknown" and more.get("slot"):
        assert len(told["nearest"].split(", ")) == 3
    assert left(await slots(alliance.air)) == [2, 2, 2]


async def test_a_key_is_used_once(alliance: Alliance) -> None:
    """For the very same sale; the header does as well as the field."""
    await sold(alliance.air, "s1")
    other = {"reward": "tour", "slot": TEN, "count": 2}
    await alliance.air.refused("key_reused", "/v1/slot-sales", key="s1", **other)
    answer = await alliance.air.ask(
        "POST", "/v1/slot-sales", json={"reward": "tour", "slot": TEN}, headers={"idempotency-key": "s1"}
    )
    assert (answer.status_code, answer.json()["replayed"]) == (200, True)
    await alliance.air.refused("key_missing", "/v1/slot-sales", reward="tour", slot=TEN)
    # Another's key of the same name is another key.
    await sold(alliance.operator, "s1")
    # Even when the time is over, a repeat is answered as the first was.
    await alliance.set_clock(NOW + timedelta(days=3))
    assert (await sold(alliance.air, "s1"))["replayed"]


async def test_the_last_place_is_sold_once(alliance: Alliance) -> None:
    """Thirty want one of two places at once, each under a key of its own, twenty of them twice."""
    keys = [f"k{number}" for number in range(30)]
    answers = await asyncio.gather(
        *(
            alliance.air.post("/v1/slot-sales", key=key, reward="tour", slot=TEN)
            for key in [*keys, *keys[:20]]
        )
    )
    granted = {answer.json()["id"] for answer in answers if answer.status_code in (200, 201)}
    assert len(granted) == 2
    assert {answer.json()["code"] for answer in answers if answer.status_code >= 400} == {"slot_full"}
    assert left(await slots(alliance.air)) == [2, 0, 2]


async def test_more_places_in_a_later_version_keep_what_is_taken(alliance: Alliance) -> None:
    """Two of two are taken; of five then, three are left: in the list, and to be sold."""
    await sold(alliance.air, "s1", count=2)
    await with_places(alliance, 5, 1)
    assert left(await slots(alliance.air)) == [5, 3, 5]
    assert (await sold(alliance.air, "s2"))["left"] == 2
    assert left(await slots(alliance.air)) == [5, 2, 5]


async def test_fewer_places_take_nothing_away_and_come_off_as_places_are_given_back(
    alliance: Alliance,
) -> None:
    """Five of five are taken, then there are two: nothing is left until more than three came back."""
    await with_places(alliance, 5, 1)
    first, second = [await sold(alliance.air, key, count=count) for key, count in (("s1", 2), ("s2", 3))]
    await with_places(alliance, 2, 2)
    assert left(await slots(alliance.air)) == [2, 0, 2]
    await alliance.air.refused("slot_full", "/v1/slot-sales", key="s3", reward="tour", slot=TEN)
    await alliance.air.done(f"/v1/slot-sales/{first['id']}/cancellation")
    # Three are taken still, of two.
    assert left(await slots(alliance.air)) == [2, 0, 2]
    await alliance.air.refused("slot_full", "/v1/slot-sales", key="s3", reward="tour", slot=TEN)
    await alliance.air.done(f"/v1/slot-sales/{second['id']}/cancellation")
    assert left(await slots(alliance.air)) == [2, 2, 2]
    await sold(alliance.air, "s3", count=2)
    assert left(await slots(alliance.air)) == [2, 0, 2]


async def test_capacity_changes_while_places_are_sold(alliance: Alliance) -> None:
    """However versions and sales interleave, what is left is the capacity less what was sold."""
    program = await alliance.house.catalog.program(alliance.id)
    rules = program.rules[-1]
    reward = next(one for one in rules.definition.rewards if one.code == "tour")
    slot = times(program, rules, reward, local_day(NOW + timedelta(days=1), program.zone), None)[1]
    pool = alliance.house.pool

    def sized(capacity: int) -> Any:
        assert reward.slots is not None
        openings = (msgspec.structs.replace(HOUR, capacity=capacity),)
        return msgspec.structs.replace(reward, slots=msgspec.structs.replace(reward.slots, openings=openings))

    async def resize(capacities: Sequence[int]) -> None:
        for capacity in capacities:
            await ensure(pool, program, rules, sized(capacity), slot.since, None, NOW)

    await resize([40])
    sizes = [30, 50, 20, 45, 10, 60]
    sales = [alliance.air.post("/v1/slot-sales", key=f"c{n}", reward="tour", slot=TEN) for n in range(25)]
    answers, *_ = await asyncio.gather(asyncio.gather(*sales), resize(sizes), resize(sizes[::-1]))
    granted = sum(answer.status_code == 201 for answer in answers)
    await resize([60])
    stock = stock_id(program.id, slot_stock(reward, slot.since, None))
    row = await pool.fetchrow(
        "SELECT s.remaining, t.capacity FROM stock s JOIN slot t ON t.cell = s.cell AND t.stock = s.id "
        "WHERE s.id = $1",
        stock,
    )
    assert row is not None
    assert (row["capacity"], row["remaining"]) == (60, 60 - granted)
    found = times(program, rules, sized(60), local_day(slot.since, program.zone), None)
    assert (await left_of(pool, program, reward, found, None))[1] == 60 - granted


async def test_each_store_has_its_own_places(alliance: Alliance) -> None:
    """Where the reward says so; a store must then be named."""
    body = {"reward": "lesson", "slot": TEN}
    await alliance.operator.done("/v1/slot-sales", key="s1", store="sea-1", count=2, **body)
    await alliance.operator.refused("slot_full", "/v1/slot-sales", key="s2", store="sea-1", **body)
    await alliance.operator.refused("invalid_request", "/v1/slot-sales", key="s3", **body)
    assert left(await slots(alliance.sea, "&store=sea-1", "lesson")) == [2, 0, 2]
