"""Goods of a bill come back: each tender to the fen and the point, and what was earned is taken back."""

from datetime import timedelta
from random import Random
from typing import Any

import msgspec
import pytest

from tests.till.shop import RULES, Shop, line

BASKET = [line("rice", 10_000, 4), line("cola", 3_333, 3, "DRINK"), line("oil", 6_667)]


async def paid(shop: Shop, cash: int, **body: Any) -> Any:
    """A bill that was opened and captured; its answer with the key of its purchase."""
    key = shop.key("sale")
    bill = (await shop.opens(**body))["bill"]
    assert bill["cash_fen"] == cash
    return {**await shop.captures(bill["id"], cash, key=key), "key": key}


async def test_a_mixed_bill_comes_back_by_tender(shop: Shop) -> None:
    """200 yuan: 50 by a voucher, 60 by points, 90 in money; half of it comes back, then the rest."""
    (tenth,) = await shop.gets("ann", "tenth")
    sale = await paid(shop, 12_000, lines=BASKET, vouchers=[tenth], points=6_000)
    assert sale["earned"] == {"point": 140}
    back = await shop.returns(sale["key"], lines=[{"sku": "rice", "quantity": 4}])
    assert back["refund"] == {"cash": 6_000, "points": 3_000, "pays": 3_000, "clawed": 80}
    assert back["points"] == 3_000 - 80
    assert (await shop.voucher("ann", tenth))["state"] == "spent"
    back = await shop.returns(sale["key"])
    assert back["refund"] == {
        "cash": 6_000,
        "points": 3_000,
        "pays": 3_000,
        "vouchers": [tenth],
        "clawed": 60,
    }
    assert (await shop.voucher("ann", tenth))["state"] == "issued"
    assert await shop.has() == (20_000, 0)
    told = await shop.till.refused("nothing_left", "/v1/returns", key="x", purchase=sale["key"])
    assert told["detail"]


@pytest.mark.parametrize("seed", range(6))
async def test_any_sequence_of_returns_ends_where_it_began(shop: Shop, seed: int) -> None:
    """Piece by piece in any order: money, points, voucher, and the points that were earned."""
    chance = Random(seed)
    off, ship = await shop.gets("ann", "off-50", "ship")
    if seed % 2:
        vouchers, due = [off], 15_000 + 900
    else:
        vouchers, due = [ship], 20_000 + 100
    points = chance.choice((0, 1, 777, 9_999, due))
    sale = await paid(shop, due - points, lines=BASKET, freight_fen=900, vouchers=vouchers, points=points)
    pieces = ["rice"] * 4 + ["cola"] * 3 + ["oil"]
    chance.shuffle(pieces)
    cash = back = clawed = 0
    given: list[str] = []
    for sku in pieces:
        answer = await shop.returns(sale["key"], lines=[{"sku": sku, "quantity": 1}])
        refund = answer["refund"]
        cash, back = cash + refund.get("cash", 0), back + refund.get("points", 0)
        clawed += refund.get("clawed", 0)
        given += refund.get("vouchers", ())
    assert (cash, back, given) == (due - points, points, vouchers)
    assert clawed == sum(sale["earned"].values())
    assert (await shop.voucher("ann", vouchers[0]))["state"] == "issued"
    assert await shop.has() == (20_000, 0)


async def test_below_its_minimum_the_voucher_comes_back(shop: Shop) -> None:
    """50 off from 200 on: half comes back, so the rest is paid without it, and earns what that earns."""
    (off,) = await shop.gets("ann", "off-50")
    sale = await paid(shop, 15_000, lines=BASKET, vouchers=[off])
    assert sale["earned"] == {"point": 170}
    back = await shop.returns(sale["key"], lines=[{"sku": "rice", "quantity": 4}])
    assert back["refund"] == {"cash": 5_000, "vouchers": [off], "charged": 2_500, "clawed": 50}
    assert (await shop.voucher("ann", off))["state"] == "issued"
    # It serves another bill, and what is returned of the first does not bring it back once more.
    other = await paid(shop, 15_000, amount=20_000, vouchers=[off])
    back = await shop.returns(sale["key"])
    assert back["refund"] == {"cash": 10_000, "clawed": 120}
    assert (await shop.voucher("ann", off))["state"] == "spent"
    assert (await shop.returns(other["key"]))["refund"]["vouchers"] == [off]


async def test_a_bill_is_named_by_its_own_key_too(shop: Shop) -> None:
    """By the key or the id that it was opened with, by the entry or the key of its purchase."""
    bill = (await shop.opens(key="open", amount=20_000, points=8_000))["bill"]
    told = await shop.till.refused("entry_unknown", "/v1/returns", key="x", purchase="open", amount=1_000)
    assert told["detail"]
    sale = await shop.captures(bill["id"], 12_000, key="sale")
    for key, named in enumerate(
        ({"purchase": "open"}, {"purchase": "sale"}, {"entry": bill["id"]}, {"entry": sale["id"]})
    ):
        back = await shop.till.done("/v1/returns", key=f"t{key}", amount=1_000, **named)
        assert (back["refund"]["cash"], back["refund"]["points"]) == (600, 400)
        assert (await shop.till.done("/v1/returns", key=f"t{key}", amount=1_000, **named))["replayed"]
    told = await shop.till.refused("exceeds_entry", "/v1/returns", key="x", purchase="sale", amount=16_001)
    assert told["left"] == 16_000


async def test_points_go_back_into_their_very_lots(shop: Shop) -> None:
    """By their shares of what is still out, each with its own date."""
    at = (shop.now - timedelta(days=161)).isoformat()
    await shop.till.done("/v1/purchases", key="old", member="bob", store="air-1", amount=98_000, at=at)
    await shop.gives("bob", 1_000)
    lots = (await shop.operator.get("/v1/members/bob/lots")).json()["lots"]
    sale = await paid(shop, 98_500, member="bob", amount=100_000, points=1_500)
    back = await shop.returns(sale["key"], amount=50_000)
    assert back["refund"]["points"] == 750
    after = {one["series"]: one for one in (await shop.operator.get("/v1/members/bob/lots")).json()["lots"]}
    # 520 of one lot and 980 of the other had paid; half of each is back.
    assert [one["remaining"] for one in lots] == [520, 1_000]
    assert [after[one["series"]]["remaining"] for one in lots] == [260, 20 + 490]


async def test_what_was_earned_and_spent_meanwhile_is_owed(shop: Shop) -> None:
    """As with any purchase; the answer says so."""
    sale = await paid(shop, 30_000, member="bob", amount=30_000)
    assert sale["earned"] == {"point": 320}
    await shop.operator.done("/v1/redemptions", key="r", member="bob", store="air-1", points=320)
    back = await shop.returns(sale["key"])
    assert (back["refund"], back["owed_more"]) == ({"cash": 30_000, "clawed": 320}, 320)


async def test_points_that_come_back_are_there_before_what_was_earned_is_taken(shop: Shop) -> None:
    """Of a series that was spent and earned in one bill nothing is owed while points of it came back."""
    await shop.till.done("/v1/purchases", key="p", member="bob", store="air-1", amount=30_000)
    sale = await paid(shop, 29_680, member="bob", amount=30_000, points=320)
    await shop.operator.done("/v1/redemptions", key="r", member="bob", store="air-1", points=316)
    back = await shop.returns(sale["key"])
    assert (back["refund"]["points"], back["refund"]["clawed"], back["owed_more"]) == (320, 316, 0)
    assert await shop.has("bob") == (4, 0)


async def test_a_bill_that_is_reversed_comes_back_whole(shop: Shop) -> None:
    """By /v1/reversals, as any purchase."""
    (off,) = await shop.gets("ann", "off-50")
    sale = await paid(shop, 14_000, amount=20_000, vouchers=[off], points=1_000)
    back = await shop.till.done("/v1/reversals", key="x", entry=sale["id"])
    assert back["refund"]["vouchers"] == [off]
    assert await shop.has() == (20_000, 0)
    assert (await shop.voucher("ann", off))["state"] == "issued"


async def test_a_free_piece_that_comes_back_brings_its_voucher(shop: Shop) -> None:
    """A drink was free: when it comes back there is no money for it, but the voucher."""
    (drink,) = await shop.gets("bob", "drink")
    sale = await paid(shop, 18_889, member="bob", lines=BASKET, vouchers=[drink])
    back = await shop.returns(sale["key"], lines=[{"sku": "cola", "quantity": 3}])
    assert back["refund"]["vouchers"] == [drink]
    assert back["refund"]["cash"] == 3_333 - 1_111
    back = await shop.returns(sale["key"])
    assert back["refund"]["cash"] == 16_667


async def test_rules_of_then_decide_what_is_taken_back(shop: Shop) -> None:
    """Whatever was published since."""
    sale = await paid(shop, 10_000, amount=20_000, points=10_000)
    assert sale["earned"] == {"point": 120}
    await shop.pass_(days=1)
    await shop.publish(msgspec.structs.replace(RULES, rules=()))
    back = await shop.returns(sale["key"], amount=10_000)
    assert back["refund"] == {"cash": 5_000, "points": 5_000, "pays": 5_000, "clawed": 70}


async def test_what_a_voucher_made_cheaper_is_no_reason_to_take_more_than_was_given(shop: Shop) -> None:
    """Fuel comes back and the voucher with it, so the rice cost more and would have earned more than it did.

    Nothing is given for that; and later no more is told, counted or taken than was given.
    """
    (off,) = await shop.gets("bob", "off-50")
    lines = [line("rice", 10_000, 2), line("petrol", 10_000, category="FUEL")]
    sale = await paid(shop, 15_000, member="bob", lines=lines, vouchers=[off])
    assert sale["earned"] == {"point": 75 + 20}
    told = []
    for sku in ("petrol", "rice", "rice"):
        back = await shop.returns(sale["key"], lines=[{"sku": sku, "quantity": 1}])
        shares = dict(back["explanation"].get("shares", ()))
        told.append((back["refund"]["cash"], back["refund"].get("clawed", 0), shares))
    assert told == [
        (5_000, 0, {}),
        (5_000, 45, {"base": -25, "big": -20}),
        (5_000, 50, {"base": -50}),
    ]
    assert await shop.has("bob") == (0, 0)
