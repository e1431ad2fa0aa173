"""Members are told of what happens to their orders: by each step's own commit, once, with what came back."""

import asyncio
import json
from typing import Any

from jifen.messages.delivery import Post
from jifen.messages.reaching import channels_of
from tests.api.alliance import NOW
from tests.mall.stalls import Stalls

SLOT = "2026-11-28T10:00:00+08:00"
NIGHT = {"reward": "景观房一晚", "reward_en": "a night with a view", "merchant": "Air", "slot": ""}
WALK = {"reward": "古城导览", "reward_en": "a guided walk", "merchant": "Sea", "slot": "2026-11-28 10:00"}
PAIR = {"reward": "情侣对杯", "reward_en": "cups for two", "merchant": "Air", "slot": ""}

Told = tuple[str, str, dict[str, str]]


async def told(stalls: Stalls) -> list[Told]:
    """What was put into the outbox: event, member's number or `?`, and fields, in the order of both."""
    rows = await stalls.house.pool.fetch(
        "SELECT m.event, coalesce(n.number, '?') AS number, m.fields FROM message m"
        " LEFT JOIN member_number n ON n.wallet = m.wallet"
        " WHERE m.program = $1 AND m.event LIKE 'order%' ORDER BY 1, 2",
        stalls.alliance.id,
    )
    return [(row["event"], row["number"], json.loads(row["fields"])) for row in rows]


def back(points: int, cash: str = "0.00", reason: str = "—") -> dict[str, str]:
    """What the messages say that tell of something that came back."""
    return {"points": str(points), "unit": "积分", "cash": cash, "reason": reason}


async def joint(stalls: Stalls) -> Any:
    """Cups for two, of which cat paid 250 points and dan 150."""
    await stalls.gives(300, "cat", "dan")
    path = "/v1/joint-redemptions"
    parts = [{"member": "cat", "points": 250}, {"member": "dan", "points": 150}]
    body = {"key": stalls.key(), "member": "cat", "reward": "pair", "expected": 400, "payers": parts}
    offer = await stalls.operator.done(path, **body)
    path = f"{path}/{offer['id']}"
    await stalls.operator.done(f"{path}/accept", key=stalls.key(), member="dan")
    return {"id": (await stalls.operator.get(path)).json()["redemption"]}


async def test_a_night_is_confirmed_and_given(stalls: Stalls) -> None:
    """Placing it is its own answer; a step that is refused or repeated tells nobody anything."""
    order = await stalls.redeems("ann", "night")
    await stalls.stuck("cash_differs", order, "fulfil", stalls.air)
    assert await told(stalls) == []
    path = f"/v1/orders/{order['id']}/confirm"
    for _ in range(2):
        await stalls.air.done(path, key="once")
    assert await told(stalls) == [("order_confirmed", "ann", NIGHT)]
    await stalls.step(order, "fulfil", stalls.air, cash_fen=5_000)
    assert await told(stalls) == [("order_confirmed", "ann", NIGHT), ("order_fulfilled", "ann", NIGHT)]


async def test_a_merchant_cancels_what_was_paid_in_points_and_cash(stalls: Stalls) -> None:
    """400 points and 50 yuan come back; nobody said why."""
    order = await stalls.redeems("ann", "night", cash_fen=5_000)
    await stalls.step(order, "cancel", stalls.air)
    assert await told(stalls) == [("order_cancelled", "ann", NIGHT | back(400, "50.00"))]


async def test_the_operator_cancels_at_its_own_word(stalls: Stalls) -> None:
    """With the reason that was given."""
    order = await stalls.redeems("ann", "night")
    await stalls.step(order, "cancel", by="operator", reason="道路封闭")
    assert await told(stalls) == [("order_cancelled", "ann", NIGHT | back(400, reason="道路封闭"))]


async def test_what_a_member_does_is_told_by_the_answer(stalls: Stalls) -> None:
    """Cancelled at her word; nor do a dispute, a return, or a time that was missed put any of these."""
    first, second = await stalls.redeems("ann", "night"), await stalls.redeems("ann", "night")
    await stalls.step(first, "cancel")
    await stalls.step(second, "dispute", reason="nobody answers")
    await stalls.step(second, "return")
    walk = await stalls.redeems("ann", "walk", slot=SLOT)
    await stalls.at("2026-11-28 10:30")
    await stalls.step(walk, "no-show", stalls.sea)
    assert [await stalls.state(one) for one in (first, second, walk)] == [
        "cancelled",
        "returned",
        "cancelled",
    ]
    assert await told(stalls) == []


async def test_a_booking_that_fails_names_its_time(stalls: Stalls) -> None:
    """As the clocks in Shanghai show it; the remedy is told beside it, as ever."""
    walk = await stalls.redeems("ann", "walk", slot=SLOT)
    await stalls.step(walk, "fail", stalls.sea, reason="导游生病", remedy="overbooked")
    assert await told(stalls) == [("order_failed", "ann", WALK | back(100, reason="导游生病"))]
    assert (
        await stalls.house.pool.fetchval(
            "SELECT count(*) FROM message WHERE program = $1 AND event = 'compensated'", stalls.alliance.id
        )
        == 1
    )


async def test_a_booking_that_was_paid_in_cash(stalls: Stalls) -> None:
    """No points came back: the price did, in yuan."""
    spa = await stalls.redeems("ann", "spa", slot=SLOT, pay="cash", cash_fen=20_000)
    await stalls.step(spa, "cancel", stalls.sea, reason="停水")
    ((_, _, fields),) = await told(stalls)
    assert (fields["points"], fields["cash"], fields["slot"]) == ("0", "200.00", "2026-11-28 10:00")


async def test_everybody_who_paid_is_told_what_came_back_to_them(stalls: Stalls) -> None:
    """Of the confirmation only cat, whose order it is."""
    pair = await joint(stalls)
    await stalls.step(pair, "confirm", stalls.air)
    assert await told(stalls) == [("order_confirmed", "cat", PAIR)]
    await stalls.step(pair, "fail", stalls.air, reason="售罄")
    assert (await told(stalls))[1:] == [
        ("order_failed", "cat", PAIR | back(250, reason="售罄")),
        ("order_failed", "dan", PAIR | back(150, reason="售罄")),
    ]


async def test_points_of_a_pool_are_told_to_whose_order_it_is(stalls: Stalls) -> None:
    """Nobody reads what is sent to a pool: fay, who ordered it, hears of her points and the pool's."""
    await stalls.gives(450, "fay")
    await stalls.operator.done("/v1/transfers", key=stalls.key(), member="fay", to="home", points=150)
    night = await stalls.redeems("fay", "night", payers=[{"member": "fay"}, {"member": "home"}])
    paid = {one["member"]: one["points"] for one in (await stalls.order(night))["payers"]}
    assert sum(paid.values()) == 400
    assert len(paid) == 2
    await stalls.step(night, "cancel", stalls.air)
    assert await told(stalls) == [("order_cancelled", "fay", NIGHT | back(400))]


async def test_a_dispute_that_is_turned_down_tells_of_no_second_fulfilment(stalls: Stalls) -> None:
    """It was told when it was given; where it never was, it is told then."""
    first, second = await stalls.redeems("ann", "pair"), await stalls.redeems("bob", "pair")
    await stalls.step(first, "fulfil", stalls.air)
    for order in (first, second):
        await stalls.step(order, "dispute", reason="broken")
        await stalls.step(order, "fulfil")
    assert await told(stalls) == [("order_fulfilled", "ann", PAIR), ("order_fulfilled", "bob", PAIR)]


async def test_a_delisting_tells_it_in_its_own_words(stalls: Stalls) -> None:
    """One message of one fact, not two."""
    await stalls.redeems("ann", "pair")
    body = {"reward": "pair", "remedy": "overbooked", "text": "已停产。", "key": stalls.key()}
    await stalls.operator.done("/v1/remedies/delisting", **body)
    assert await told(stalls) == [("order_withdrawn", "ann", {"reason": "已停产。"})]


async def test_many_clerks_cancel_at_once_and_it_is_told_once(stalls: Stalls) -> None:
    """Under a key each."""
    order = await stalls.redeems("ann", "night")
    path = f"/v1/orders/{order['id']}/cancel"
    await asyncio.gather(*(stalls.air.post(path, key=stalls.key()) for _ in range(4)))
    assert len(await told(stalls)) == 1


async def test_without_texts_of_the_programme_the_inbox_has_words(stalls: Stalls) -> None:
    """In the member's language."""
    order = await stalls.redeems("ann", "night", cash_fen=5_000)
    await stalls.step(order, "cancel", stalls.air, reason="客满")
    house = stalls.house
    program = await house.catalog.program(stalls.alliance.id)
    post = Post(house.pool, house.vault, house.channels, channels_of(house.channels, program.code))
    await post.deliver(program, NOW)
    inbox = (await stalls.operator.get("/v1/members/ann/inbox")).json()["messages"]
    assert [one["text"] for one in inbox] == [
        "您兑换的景观房一晚已被取消,退回400积分、现金50.00元。原因:客满"
    ]
