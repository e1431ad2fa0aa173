"""What a return would do is told before it is made: it does just that, and asking books nothing."""

from datetime import timedelta
from random import Random
from typing import Any

import pytest

from tests.till.shop import Shop, line

BASKET = [line("rice", 10_000, 4), line("cola", 3_333, 3, "DRINK"), line("oil", 6_667)]


async def paid(shop: Shop, **body: Any) -> str:
    """A bill that was opened and captured; the key of its purchase."""
    key = shop.key("sale")
    bill = (await shop.opens(**body))["bill"]
    await shop.captures(bill["id"], bill["cash_fen"], key=key)
    return key


async def asks(shop: Shop, purchase: str, **body: Any) -> Any:
    """What a return would do."""
    return await shop.till.done("/v1/return-quotes", purchase=purchase, **body)


@pytest.mark.parametrize("seed", range(4))
async def test_it_does_what_was_told(shop: Shop, seed: int) -> None:
    """Piece by piece in any order: money, points, vouchers, what is taken back, and the balance after it."""
    chance = Random(seed)
    (off,) = await shop.gets("ann", "off-50")
    sale = await paid(shop, lines=BASKET, vouchers=[off], points=chance.choice((0, 777, 9_999)))
    pieces = ["rice"] * 4 + ["cola"] * 3 + ["oil"]
    chance.shuffle(pieces)
    for sku in pieces:
        lines = [{"sku": sku, "quantity": 1}]
        told = await asks(shop, sale, lines=lines)
        assert await shop.has() == (told["before"]["available"], told["before"]["held"])
        done = await shop.returns(sale, lines=lines)
        refund = done["refund"]
        assert told["cash_fen"] == refund.get("cash", 0)
        assert told["points"] == refund.get("points", 0)
        assert told["vouchers"] == refund.get("vouchers", [])
        assert told["charged_fen"] == refund.get("charged", 0)
        assert told["clawed"] == refund.get("clawed", 0) == -sum(one["points"] for one in told["taken"])
        assert told["owed_more"] == done["owed_more"]
        assert told["balance"] == done["balance"]
        assert sum(lot["points"] for lot in told["lots"]) == told["points"]
    assert told["left_goods_fen"] == told["invoiceable_fen"] == 0


async def test_points_that_are_gone_would_be_owed(shop: Shop) -> None:
    """Who spent what the goods earned is told what would be owed; nothing is owed by the question."""
    sale = await paid(shop, lines=BASKET)
    available, _ = await shop.has()
    await shop.till.done("/v1/redemptions", key=shop.key("r"), member="ann", store="air-1", points=available)
    told = await asks(shop, sale)
    assert (told["clawed"], told["owed_more"], told["points"]) == (220, 220, 0)
    assert (told["balance"]["available"], told["balance"]["owed"]) == (0, 220)
    assert await shop.has() == (0, 0)
    assert (await shop.returns(sale))["balance"] == told["balance"]


async def test_points_past_their_date_come_back_with_grace(shop: Shop) -> None:
    """Lots whose date passed since get the programme's grace: the answer names the later date."""
    sale = await paid(shop, lines=BASKET, points=10_000)
    (lot,) = (await asks(shop, sale))["lots"]
    await shop.pass_(days=400)
    (late,) = (await asks(shop, sale))["lots"]
    assert late["points"] == lot["points"] == 10_000
    assert late["expires_at"] > lot["expires_at"]
    assert late["series"] != lot["series"]
    done = await shop.returns(sale)
    assert done["balance"]["available"] >= 10_000 - 120


async def test_what_cannot_come_back_is_refused_alike(shop: Shop) -> None:
    """More than was bought, what was not bought, nothing left, another merchant's: by the same codes."""
    sale = await paid(shop, lines=BASKET)
    await shop.till.refused(
        "exceeds_entry", "/v1/return-quotes", purchase=sale, lines=[{"sku": "oil", "quantity": 2}]
    )
    await shop.till.refused(
        "line_unknown", "/v1/return-quotes", purchase=sale, lines=[{"sku": "tea", "quantity": 1}]
    )
    await shop.till.refused("entry_unknown", "/v1/return-quotes", purchase="never")
    entry = (await shop.returns(sale))["id"]
    assert entry
    await shop.till.refused("nothing_left", "/v1/return-quotes", purchase=sale)
    later = shop.now + timedelta(days=1)
    await shop.till.refused("event_in_future", "/v1/return-quotes", purchase=sale, at=later.isoformat())


async def test_another_merchants_purchase_is_not_asked_about(shop: Shop) -> None:
    """A merchant's key names its own purchases only."""
    bill = (await shop.opens(lines=BASKET))["bill"]
    done = await shop.captures(bill["id"], bill["cash_fen"])
    answer = await shop.other.ask("POST", "/v1/return-quotes", json={"entry": done["id"]})
    assert answer.status_code in (403, 404)
