"""Races and several payers: the last item, the last place, one quote, and points of a whole household."""

import asyncio
from typing import Any

from tests.mall.stalls import Stalls

SLOT = "2026-11-28T10:00:00+08:00"


async def all_at_once(stalls: Stalls, *bodies: dict[str, Any]) -> list[Any]:
    """Answers to redemptions that are sent at the same moment."""
    sent = [{"key": stalls.key(), **body} for body in bodies]
    answers = await asyncio.gather(*(stalls.operator.post("/v1/reward-redemptions", **body) for body in sent))
    return [answer.json() for answer in answers]


async def test_the_last_lamp_goes_to_one(stalls: Stalls) -> None:
    """Ten want one of three: three have paid, seven are told why and have paid nothing."""
    await stalls.gives(1_000, "cat", "dan")
    await stalls.redeems("cat", "lamp", store="air-1", count=2)
    members = ("ann", "bob", "dan")
    told = await all_at_once(
        stalls, *({"member": member, "reward": "lamp", "store": "air-1"} for member in members * 4)
    )
    won = [one for one in told if "no" in one]
    lost = [one for one in told if "no" not in one]
    assert (len(won), await stalls.left("lamp")) == (3, 0)
    assert {one["code"] for one in lost} <= {"out_of_stock", "limit_reached"}
    paid = 5_000 - sum([await stalls.has(member) for member in members])
    assert paid == 300 * 3


async def test_the_last_place_goes_to_one_whether_it_is_paid_in_points_or_cash(stalls: Stalls) -> None:
    cash = {"pay": "cash", "cash_fen": 20_000}
    told = await all_at_once(
        stalls,
        *({"member": member, "reward": "spa", "slot": SLOT} for member in ("ann", "bob", "ann")),
        *({"member": member, "reward": "spa", "slot": SLOT, **cash} for member in ("ann", "bob", "bob")),
    )
    assert len([one for one in told if "no" in one]) == 2
    assert {one["code"] for one in told if "no" not in one} == {"slot_full"}
    assert (await stalls.places("spa"))[0] == 0


async def test_a_quote_is_honoured_once(stalls: Stalls) -> None:
    """At the price, the rules and the instant that it was given for, also after midnight."""
    await stalls.at("2026-11-21 23:58")
    body = {"member": "ann", "reward": "tea", "store": "air-1"}
    quote = await stalls.operator.done("/v1/quotes", key=stalls.key(), **body)
    await stalls.at("2026-11-22 00:02")
    assert (await stalls.operator.get("/v1/rewards/tea?member=ann")).json()["reward"]["points"] == 500
    for wrong in ({"count": 2}, {"store": "sea-1"}, {"reward": "lamp"}):
        await stalls.operator.refused(
            "quote_unknown",
            "/v1/reward-redemptions",
            **{"key": stalls.key(), **body, "quote": quote["id"], **wrong},
        )
    told = await all_at_once(stalls, *([{**body, "quote": quote["id"]}] * 4))
    assert sorted(one.get("code", "won") for one in told) == ["quote_used"] * 3 + ["won"]
    assert await stalls.has("ann") == 2_000 - 450
    other = {**body, "member": "bob", "quote": quote["id"]}
    await stalls.operator.refused("quote_unknown", "/v1/reward-redemptions", key=stalls.key(), **other)


async def test_a_quote_has_an_end(stalls: Stalls) -> None:
    body = {"member": "ann", "reward": "tea", "store": "air-1"}
    quote = await stalls.operator.done("/v1/quotes", key=stalls.key(), **body)
    await stalls.at("2026-11-21 10:15")
    told = await stalls.refused("quote_ended", "ann", "tea", store="air-1", quote=quote["id"])
    assert told["quote"] == quote["id"]


async def test_two_members_pay_one_night_or_nobody_does(stalls: Stalls) -> None:
    """A stated part is taken of nobody who has not agreed; agreed to, each pays its own, and gets it back."""
    parts = [{"member": "ann", "points": 250}, {"member": "bob", "points": 150}]
    await stalls.refused("payers_refused", "ann", "night", payers=parts)
    await stalls.refused("payers_refused", "ann", "night", payers=[{"member": "ann", "points": 250}])
    await stalls.operator.refused(
        "invalid_request",
        "/v1/reward-redemptions",
        key=stalls.key(),
        member="ann",
        reward="night",
        payers=[{"member": "bob", "points": 400}],
    )
    assert (await stalls.has("ann"), await stalls.has("bob"), await stalls.left("night")) == (2_000, 2_000, 5)


async def test_a_joint_order_that_fails_restores_every_payers_wallet(stalls: Stalls) -> None:
    """Each gets back the very lots, and a part of the remedy by what each paid: 38 and 22 of 60 points."""
    await stalls.gives(300, "cat", "dan")
    before = await stalls.lots("cat"), await stalls.lots("dan")
    offer = await stalls.operator.done(
        "/v1/joint-redemptions",
        key=stalls.key(),
        member="cat",
        reward="pair",
        expected=400,
        payers=[{"member": "cat", "points": 250}, {"member": "dan", "points": 150}],
    )
    path = f"/v1/joint-redemptions/{offer['id']}"
    await stalls.operator.done(f"{path}/accept", key=stalls.key(), member="dan")
    pair = {"id": (await stalls.operator.get(path)).json()["redemption"]}
    assert (await stalls.has("cat"), await stalls.has("dan")) == (50, 150)
    order = await stalls.order(pair)
    assert [(one["member"], one["points"]) for one in order["payers"]] == [("cat", 250), ("dan", 150)]
    assert (order["state"], await stalls.left("pair")) == ("placed", 4)
    await stalls.operator.refused("not_reversible", "/v1/reversals", key=stalls.key(), entry=pair["id"])
    told = await stalls.step(pair, "fail", stalls.air, reason="full", remedy="overbooked")
    assert told["points"] == 250
    assert (await stalls.has("cat"), await stalls.has("dan")) == (338, 322)
    after = await stalls.lots("cat"), await stalls.lots("dan")
    for was, now in zip(before, after, strict=True):
        assert {series: now[series] for series in was} == was
    assert await stalls.left("pair") == 5


async def test_a_household_pays_from_what_its_members_let(stalls: Stalls) -> None:
    """What was let in a month is used by an order, and free again when it is cancelled."""
    await stalls.gives(300, "cat", "dan")
    together = {"number": f"home-{stalls.key()}", "members": ["cat", "dan"]}
    await stalls.operator.done("/v1/households", **together)
    let = {"key": stalls.key(), "points": 120}
    answer = await stalls.operator.ask("PUT", "/v1/members/dan/household/pool", json=let)
    assert answer.status_code == 201, answer.text
    family = [{"member": "cat"}, {"member": "dan"}]
    night = await stalls.redeems("cat", "night", payers=family)
    assert (await stalls.has("cat"), await stalls.has("dan")) == (0, 200)
    await stalls.refused("insufficient_points", "cat", "walk", slot=SLOT, payers=family)
    await stalls.step(night, "cancel")
    assert (await stalls.has("cat"), await stalls.has("dan")) == (300, 300)
    await stalls.redeems("cat", "night", payers=family)


async def test_till_and_mall_spend_the_same_points_once(stalls: Stalls) -> None:
    """Sixteen orders of 500 from 2 000 points: four are placed."""
    told = await all_at_once(
        stalls, *([{"member": "ann", "reward": "tea", "store": "air-1", "count": 1}] * 16)
    )
    assert len([one for one in told if "no" in one]) == 4
    assert {one["code"] for one in told if "no" not in one} == {"insufficient_points"}
    assert await stalls.has("ann") == 2_000 - 4 * 450
