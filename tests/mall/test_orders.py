"""Orders: placed, confirmed, fulfilled, cancelled, returned, disputed, failed; with all that a step moves."""

import asyncio
from typing import Any

import msgspec
import pytest

from jifen.api.app import create_app
from tests.api.alliance import Caller, client_of, running
from tests.mall.stalls import REWARDS, Stalls

SLOT = "2026-11-28T10:00:00+08:00"


async def test_what_is_handed_over_at_once_is_a_fulfilled_order(stalls: Stalls) -> None:
    """The redemption's answer is as ever, and its id is the order's."""
    lamp = await stalls.redeems("ann", "lamp", store="air-1", count=2)
    assert (lamp["kind"], lamp["points"], lamp["balance"]["available"]) == ("redeem", -600, 1_400)
    order = await stalls.order(lamp)
    assert (order["state"], order["count"], order["points"], order["member"]) == ("fulfilled", 2, 600, "ann")
    assert order["open"] == ["return", "dispute"]
    assert order["payers"] == [{"member": "ann", "no": lamp["no"], "points": 600}]
    assert await stalls.left("lamp") == 3


async def test_a_night_is_placed_confirmed_paid_and_fulfilled(stalls: Stalls) -> None:
    """The cash beside the points must have come, to the fen, before the night is given."""
    night = await stalls.redeems("ann", "night")
    assert await stalls.state(night) == "placed"
    await stalls.step(night, "confirm", stalls.air)
    told = await stalls.stuck("cash_differs", night, "fulfil", stalls.air)
    assert (told["due_fen"], told["paid_fen"]) == (5_000, 0)
    await stalls.stuck("cash_differs", night, "fulfil", stalls.air, cash_fen=4_999)
    done = await stalls.step(night, "fulfil", stalls.air, cash_fen=5_000)
    assert (done["kind"], done["points"]) == ("order", 0)
    order = await stalls.order(night)
    assert (order["state"], order["paid_fen"], order["back_fen"]) == ("fulfilled", 5_000, 0)
    await stalls.step(night, "return", reason="the view was of a wall")
    order = await stalls.order(night)
    assert (order["state"], order["back_fen"], order["reason"]) == (
        "returned",
        5_000,
        "the view was of a wall",
    )
    assert await stalls.has("ann") == 2_000
    assert await stalls.left("night") == 5


PLACED = "confirm, fulfil, cancel, no-show, dispute, fail"


@pytest.mark.parametrize(
    ("steps", "word", "open_ones"),
    [
        ((), "return", PLACED),
        (("cancel",), "confirm", "nothing"),
        (("fail",), "cancel", "nothing"),
        (("confirm",), "confirm", "fulfil, cancel, no-show, dispute, fail"),
        (("dispute",), "confirm", "fulfil, return, fail"),
        (("dispute",), "cancel", "fulfil, return, fail"),
    ],
)
async def test_a_step_out_of_turn_is_refused_and_says_what_can_follow(
    stalls: Stalls, steps: tuple[str, ...], word: str, open_ones: str
) -> None:
    night = await stalls.redeems("ann", "night")
    for one in steps:
        more = {} if one == "confirm" else {"reason": "so it was"}
        await stalls.step(night, one, None, **more)
    before = await stalls.has("ann")
    told = await stalls.stuck("order_state", night, word)
    assert told["open"] == open_ones
    assert await stalls.has("ann") == before


async def test_who_may_do_what(stalls: Stalls) -> None:
    """A merchant steps with its own orders alone; a dispute, and its rejection, are the operator's."""
    night = await stalls.redeems("ann", "night")
    await stalls.stuck("order_unknown", night, "confirm", stalls.sea)
    await stalls.stuck("order_state", night, "dispute", stalls.air, reason="we disagree")
    await stalls.stuck("out_of_scope", night, "cancel", stalls.air, by="member")
    await stalls.step(night, "dispute", reason="nobody answers")
    await stalls.stuck("order_state", night, "fulfil", stalls.air, cash_fen=5_000)
    await stalls.step(night, "fulfil", cash_fen=5_000)
    assert await stalls.state(night) == "fulfilled"
    unseen = await stalls.sea.get(f"/v1/orders/{night['id']}")
    assert unseen.json()["code"] == "order_unknown"
    assert (await stalls.operator.get("/v1/orders/nonsense")).json()["code"] == "invalid_request"


async def test_a_step_is_repeated_and_does_nothing_twice(stalls: Stalls) -> None:
    night = await stalls.redeems("ann", "night")
    path, body = f"/v1/orders/{night['id']}/cancel", {"key": "c-1", "reason": "rain"}
    first = await stalls.operator.done(path, **body)
    assert await stalls.operator.done(path, **body) == {**first, "replayed": True}
    assert await stalls.has("ann") == 2_000
    other = await stalls.operator.refused("key_reused", path, key="c-1", reason="snow")
    assert other["differs"] == "reason"
    # Many clerks press the same button at once: one of them does it.
    night = await stalls.redeems("ann", "night")
    path = f"/v1/orders/{night['id']}/cancel"
    answers = await asyncio.gather(*(stalls.operator.post(path, key=stalls.key()) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    assert await stalls.has("ann") == 2_000
    assert await stalls.left("night") == 5


async def test_a_failed_order_gives_the_very_lots_back_and_what_is_published_for_the_fault(
    stalls: Stalls,
) -> None:
    """12.5 % of 400 points, rounded up, and 10 more; paid for by the merchant, in one commit."""
    before = await stalls.lots("ann")
    night = await stalls.redeems("ann", "night")
    known = await stalls.stuck("remedy_unknown", night, "fail", stalls.air, reason="full", remedy="flood")
    assert "overbooked" in known["detail"]
    assert await stalls.state(night) == "placed"
    back = await stalls.step(night, "fail", stalls.air, reason="full", remedy="overbooked")
    assert back["points"] == 400
    after = await stalls.lots("ann")
    assert {series: after[series] for series in before} == before
    [(given, _)] = [one for series, one in after.items() if series not in before]
    assert given == 60
    told = (await stalls.operator.get("/v1/members/ann/lots")).json()["lots"]
    [lot] = [lot for lot in told if lot["series"] not in before]
    assert (lot["issuer"], lot["funder"]) == ("operator", "air")
    messages = (await stalls.operator.get("/v1/messages?member=ann&event=compensated")).json()["messages"]
    assert len(messages) == 1


async def test_points_past_their_date_live_for_the_longer_grace(stalls: Stalls) -> None:
    """Of a fault the remedy's 20 days, of a change of mind the programme's 7."""
    cancelled, failed = await stalls.redeems("ann", "night"), await stalls.redeems("bob", "night")
    await stalls.at("2027-01-10 12:00")
    await stalls.step(cancelled, "cancel")
    await stalls.step(failed, "fail", reason="closed", remedy="overbooked")
    assert [date for left, date in (await stalls.lots("ann")).values() if left == 400] == [
        "2027-01-17T16:00:00Z"
    ]
    assert (400, "2027-01-30T16:00:00Z") in (await stalls.lots("bob")).values()


async def test_a_limit_gives_way_when_an_order_is_given_back(stalls: Stalls) -> None:
    first = await stalls.redeems("ann", "lamp", store="air-1", count=2)
    told = await stalls.refused("limit_reached", "ann", "lamp", store="air-1")
    assert (told["had"], told["most"]) == (2, 2)
    await stalls.step(first, "return")
    await stalls.redeems("ann", "lamp", store="air-1")
    assert await stalls.left("lamp") == 4
    # A benefit takes no points, and is once a year all the same.
    lounge = await stalls.redeems("ann", "lounge", store="air-1")
    await stalls.refused("limit_reached", "ann", "lounge", store="air-1")
    await stalls.step(lounge, "return")
    await stalls.redeems("ann", "lounge", store="air-1")


async def test_seven_days_after_it_was_handed_over_nothing_is_taken_back(stalls: Stalls) -> None:
    lamp = await stalls.redeems("ann", "lamp", store="air-1")
    await stalls.at("2026-11-28 23:59:59")
    other = await stalls.redeems("bob", "lamp", store="air-1")
    await stalls.at("2026-11-29 00:00")
    told = await stalls.stuck("order_state", lamp, "return")
    assert told["until"] == "2026-11-28T16:00:00+00:00"
    await stalls.step(other, "return")
    # Where something was wrong with it, the operator decides.
    await stalls.step(lamp, "dispute", reason="it broke on the first day")
    await stalls.step(lamp, "return", stalls.air)
    assert await stalls.has("ann") == 2_000


async def test_vouchers_are_taken_back_with_their_order_unless_one_was_used(stalls: Stalls) -> None:
    coupon = await stalls.redeems("ann", "coupon", count=3)
    order = await stalls.order(coupon)
    assert len(order["vouchers"]) == 3
    vouchers = (await stalls.operator.get("/v1/members/ann/vouchers")).json()["vouchers"]
    assert {one["id"] for one in vouchers} == set(order["vouchers"])
    await stalls.operator.refused("not_reversible", "/v1/reversals", key=stalls.key(), entry=coupon["id"])
    await stalls.step(coupon, "return")
    vouchers = (await stalls.operator.get("/v1/members/ann/vouchers")).json()["vouchers"]
    assert {one["state"] for one in vouchers} == {"returned"}
    assert await stalls.has("ann") == 2_000
    used = await stalls.redeems("ann", "coupon")
    spent = "UPDATE voucher SET state = $2, bill = $3 WHERE redemption = $1"
    await stalls.house.pool.execute(spent, used["id"], "spent", used["id"])
    told = await stalls.stuck("voucher_refused", used, "return")
    assert told["why"] == "spent"
    await stalls.house.pool.execute(spent, used["id"], "issued", None)
    assert await stalls.has("ann") == 1_850


async def test_a_booking_takes_its_place_and_gives_it_back(stalls: Stalls) -> None:
    """In points or in cash, it is the same places; who is too late for one keeps the points."""
    spa = await stalls.redeems("ann", "spa", slot=SLOT)
    assert (await stalls.order(spa))["slot_since"] == "2026-11-28T02:00:00Z"
    assert await stalls.state(spa) == "confirmed"
    told = await stalls.refused("cash_differs", "bob", "spa", slot=SLOT, pay="cash")
    assert told["due_fen"] == 20_000
    sold = await stalls.redeems("bob", "spa", slot=SLOT, pay="cash", cash_fen=20_000)
    assert (sold["kind"], sold["points"], await stalls.has("bob")) == ("order", 0, 2_000)
    assert await stalls.places("spa") == [0, 2]
    full = await stalls.refused("slot_full", "bob", "spa", slot=SLOT)
    assert (full["left"], full["requested"]) == (0, 1)
    await stalls.refused("slot_unknown", "bob", "spa")
    await stalls.refused("slot_unknown", "bob", "spa", slot="2026-11-28T10:30:00+08:00")
    await stalls.refused("reward_not_now", "bob", "lamp", store="air-1", pay="cash")
    await stalls.step(spa, "cancel")
    assert await stalls.places("spa") == [1, 2]
    assert await stalls.has("ann") == 2_000
    assert (await stalls.step(sold, "cancel", stalls.sea))["points"] == 0
    assert (await stalls.order(sold))["back_fen"] == 20_000


async def test_who_cancels_late_or_does_not_come_gets_what_was_said_before(stalls: Stalls) -> None:
    """The treatment is forfeit a day before, the walk never is; the merchant's cancelling returns all."""
    kinds = {"late": "spa", "missed": "spa", "theirs": "spa", "walked": "walk"}
    slots = {"late": SLOT, "missed": SLOT, "theirs": SLOT.replace("T10", "T11"), "walked": SLOT}
    booked: dict[str, Any] = {}
    for name, reward in kinds.items():
        booked[name] = await stalls.redeems("ann", reward, slot=slots[name])
    assert await stalls.has("ann") == 2_000 - 700
    told = await stalls.stuck("order_state", booked["missed"], "no-show", stalls.sea)
    assert "begins" in told["detail"]
    await stalls.at("2026-11-27 10:00:01")
    await stalls.step(booked["late"], "cancel")
    assert (await stalls.state(booked["late"]), await stalls.has("ann")) == ("cancelled", 1_300)
    assert (await stalls.places("spa"))[0] == 1
    await stalls.step(booked["theirs"], "cancel", stalls.sea, reason="the masseur is ill")
    assert await stalls.has("ann") == 1_500
    await stalls.at("2026-11-28 10:30")
    missed = await stalls.step(booked["missed"], "no-show", stalls.sea)
    assert (missed["points"], await stalls.has("ann")) == (0, 1_500)
    walked = await stalls.step(booked["walked"], "no-show", stalls.sea)
    assert (walked["points"], await stalls.has("ann")) == (100, 1_600)


async def test_a_reward_that_is_listed_no_more_goes_on_where_it_was_ordered(stalls: Stalls) -> None:
    """Delisting touches nobody's order (R06): confirmed, fulfilled and given back as it was promised."""
    night, other = await stalls.redeems("ann", "night"), await stalls.redeems("bob", "night")
    await stalls.at("2026-11-22 09:00")
    await stalls.publish()
    await stalls.refused("reward_unknown", "ann", "night", merchant="air")
    assert (await stalls.mall())["rewards"] == []
    await stalls.step(night, "confirm", stalls.air, cash_fen=5_000)
    await stalls.step(night, "fulfil", stalls.air)
    await stalls.step(other, "fail", stalls.air, reason="delisted", remedy="overbooked")
    assert (await stalls.order(night))["title"] == "景观房一晚"
    assert await stalls.has("bob") == 2_060


async def test_orders_are_listed_by_page_and_filter(stalls: Stalls) -> None:
    for member in ("ann", "bob", "ann"):
        await stalls.redeems(member, "night")
    spa = await stalls.redeems("bob", "spa", slot=SLOT)
    first = (await stalls.operator.get("/v1/orders?limit=3")).json()
    rest = (await stalls.operator.get(f"/v1/orders?limit=3&cursor={first['next']}")).json()
    found = [*first["orders"], *rest["orders"]]
    assert (len(first["orders"]), len(rest["orders"]), rest["next"]) == (3, 1, None)
    assert len({one["id"] for one in found}) == 4
    for query, count in (
        ("member=ann", 2),
        ("state=placed", 3),
        ("state=placed&member=bob", 1),
        ("merchant=sea", 1),
        ("reward=spa", 1),
        ("slots_on=2026-11-28", 1),
        ("slots_on=2026-11-29", 0),
        ("state=placed,confirmed", 4),
        ("state=confirmed,cancelled&member=ann", 0),
        ("booked=coming", 1),
        ("booked=past", 0),
        ("booked=coming&member=ann", 0),
    ):
        assert len((await stalls.operator.get(f"/v1/orders?{query}")).json()["orders"]) == count, query
    own = (await stalls.sea.get("/v1/orders")).json()["orders"]
    assert [one["id"] for one in own] == [spa["id"]]
    for query, code in (
        ("merchant=air", "out_of_scope"),
        ("state=lost", "invalid_request"),
        ("state=placed,", "invalid_request"),
        ("booked=never", "invalid_request"),
        ("slots_on=soon", "invalid_request"),
        ("cursor=x", "invalid_request"),
        ("member=zoe", "member_unknown"),
    ):
        assert (await stalls.sea.get(f"/v1/orders?{query}")).json()["code"] == code, query


async def test_a_booking_is_past_when_its_time_or_its_order_is_over(stalls: Stalls) -> None:
    """To come until its end, unless it was cancelled; an order without a time is neither."""
    await stalls.redeems("ann", "night")
    walked = await stalls.redeems("ann", "walk", slot=SLOT)
    given_up = await stalls.redeems("ann", "walk", slot=SLOT)
    await stalls.step(given_up, "cancel")

    async def listed(which: str) -> list[str]:
        told = (await stalls.operator.get(f"/v1/orders?member=ann&booked={which}")).json()["orders"]
        return [one["id"] for one in told]

    assert (await listed("coming"), await listed("past")) == ([walked["id"]], [given_up["id"]])
    await stalls.at("2026-11-28 10:59")
    assert await listed("coming") == [walked["id"]]
    await stalls.at("2026-11-28 11:00")
    assert (await listed("coming"), len(await listed("past"))) == ([], 2)


async def test_orders_come_in_bulk_too(stalls: Stalls) -> None:
    lines = [
        {"type": "reward", "key": "b-1", "member": "ann", "reward": "lamp", "store": "air-1"},
        {"type": "reward", "key": "b-2", "member": "ann", "reward": "coupon", "count": 2},
        {"type": "reward", "key": "b-3", "member": "bob", "reward": "spa", "slot": SLOT},
        {"type": "reward", "key": "b-4", "member": "bob", "reward": "spa"},
    ]
    answers = await stalls.operator.bulk(*lines)
    assert [answer["status"] for answer in answers] == [201, 201, 201, 422]
    assert (await stalls.order(answers[1]))["vouchers"]
    assert await stalls.places("spa") == [1, 2]
    again = await stalls.operator.bulk(*lines[:3])
    assert [answer["replayed"] for answer in again] == [True] * 3
    assert await stalls.left("lamp") == 4


async def test_what_comes_back_repays_what_is_owed_once(stalls: Stalls) -> None:
    """The goods that earned the points went back meanwhile: so 400 are owed, and of 460 only 60 are free."""
    await stalls.air.done("/v1/purchases", key="p-1", member="cat", store="air-1", amount=50_000)
    night = await stalls.redeems("cat", "night")
    await stalls.air.done("/v1/returns", key="r-1", purchase="p-1")
    balance = (await stalls.operator.get("/v1/members/cat/balance")).json()["balances"]["point"]
    assert (balance["available"], balance["owed"]) == (0, 400)
    await stalls.step(night, "fail", stalls.air, reason="full", remedy="overbooked")
    balance = (await stalls.operator.get("/v1/members/cat/balance")).json()["balances"]["point"]
    assert (balance["available"], balance["owed"]) == (60, 0)


async def test_what_cannot_be_ordered_is_refused_and_takes_nothing(stalls: Stalls) -> None:
    """Each refusal names what was asked and what to do."""
    await stalls.refused("cash_differs", "ann", "night", cash_fen=4_000)
    await stalls.refused("limit_reached", "ann", "coupon", count=101)
    await stalls.refused("reward_elsewhere", "ann", "night", store="sea-1")
    await stalls.refused("beneficiary_refused", "ann", "night", beneficiary="grandma")
    await stalls.refused("slot_unknown", "ann", "night", slot=SLOT)
    await stalls.refused("quote_unknown", "ann", "night", quote="0193a1b2-0000-7000-8000-000000000000")
    for field, value in (
        ("quote", "x"),
        ("pay", "gold"),
        ("payers", []),
        ("slot", "2026-11-28T10:00:00"),
        ("cash_fen", 0),
        ("beneficiary", ""),
    ):
        told = await stalls.refused("invalid_request", "ann", "night", **{field: value})
        assert told["errors"][0]["field"].startswith(field)
    for word, body in (
        ("fail", {}),
        ("dispute", {}),
        ("confirm", {"cash_fen": -1}),
        ("cancel", {"by": "me"}),
    ):
        night = {"id": "0193a1b2-0000-7000-8000-000000000000"}
        await stalls.stuck("invalid_request", night, word, **body)
    await stalls.stuck("order_unknown", {"id": "0193a1b2-0000-7000-8000-000000000000"}, "confirm")
    assert await stalls.has("ann") == 2_000


async def test_part_of_an_orders_points_come_back_and_the_rest_with_the_order(stalls: Stalls) -> None:
    """Where nothing else goes with them, points alone come back as before; all of them end the order."""
    tea = await stalls.redeems("ann", "tea", store="air-1")
    await stalls.operator.done("/v1/reversals", key="v-1", entry=tea["id"], points=50)
    assert await stalls.state(tea) == "fulfilled"
    assert (await stalls.step(tea, "return"))["points"] == 400
    other = await stalls.redeems("bob", "tea", store="air-1")
    await stalls.operator.done("/v1/reversals", key="v-2", entry=other["id"])
    assert await stalls.state(other) == "returned"
    assert (await stalls.has("ann"), await stalls.has("bob")) == (2_000, 2_000)


async def test_another_process_knows_the_rules_that_an_order_was_placed_by(stalls: Stalls) -> None:
    """It has not heard of the new version when the order is asked for there, nor when a step is taken."""
    settings = msgspec.structs.replace(stalls.house.settings, lookout_s=3600)
    async with running(create_app(settings)) as other, client_of(other) as client:
        there = Caller(client, stalls.operator.secret)
        assert (await there.get("/v1/rewards?q=night")).json()["rewards"]
        await stalls.at("2026-11-22 09:00")
        await stalls.publish(*REWARDS)
        night = await stalls.redeems("ann", "night")
        assert (await stalls.order(night, there))["rules"] == 3
        assert len((await there.get("/v1/orders")).json()["orders"]) == 1
    async with running(create_app(settings)) as other, client_of(other) as client:
        there = Caller(client, stalls.operator.secret)
        assert (await there.get("/v1/rewards?q=night")).json()["rewards"]
        await stalls.publish(*REWARDS)
        spa = await stalls.redeems("ann", "spa", slot=SLOT)
        await stalls.step(spa, "cancel", there)
    assert await stalls.state(spa) == "cancelled"
