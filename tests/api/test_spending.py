"""Redemptions, holds and what takes them back."""

from datetime import timedelta

import pytest

from tests.api.alliance import NOW, Alliance

LATER = "2026-11-22T10:00:00+08:00"


@pytest.fixture
async def rich(alliance: Alliance) -> Alliance:
    """Ann has 100 points of air and 50 of sea."""
    await alliance.operator.done("/v1/purchases", key="p-air", member="ann", store="air-1", amount=8_000)
    await alliance.operator.done(
        "/v1/adjustments", key="p-adjust", member="ann", points=20, reason="opening balance"
    )
    await alliance.operator.done("/v1/purchases", key="p-sea", member="ann", store="sea-1", amount=5_000)
    assert await alliance.operator.available("ann") == 150
    return alliance


async def test_points_pay_a_merchant(rich: Alliance) -> None:
    """Named by a store or by itself, and never both or neither; and no more than there are."""
    operator = rich.operator
    paid = await operator.done("/v1/redemptions", key="d1", member="ann", store="sea-1", points=40)
    assert (paid["points"], paid["kind"], paid["balance"]["available"]) == (-40, "redeem", 110)
    await operator.done("/v1/redemptions", key="d2", member="ann", merchant="air", points=10, unit="point")
    told = await operator.refused(
        "insufficient_points", "/v1/redemptions", key="d3", member="ann", store="sea-1", points=101
    )
    assert (told["available"], told["requested"], told["missing"]) == (100, 101, 1)
    both = await operator.refused(
        "invalid_request", "/v1/redemptions", key="d3", member="ann", store="sea-1", merchant="air", points=1
    )
    assert both["errors"][0]["field"] == "merchant"
    neither = await operator.refused("invalid_request", "/v1/redemptions", key="d3", member="ann", points=1)
    assert neither["errors"][0]["field"] == "merchant"


async def test_the_last_one_is_sold_once(rich: Alliance) -> None:
    """Points and stock move together, or neither."""
    operator = rich.operator
    assert await operator.done("/v1/stocks", code="mug", count=1) == {"code": "mug", "remaining": 1}
    await operator.done("/v1/redemptions", key="d1", member="ann", store="sea-1", points=10, stock="mug")
    told = await operator.refused(
        "out_of_stock", "/v1/redemptions", key="d2", member="ann", store="sea-1", points=10, stock="mug"
    )
    assert (told["left"], told["requested"]) == (0, 1)
    assert (await operator.get("/v1/stocks/mug")).json() == {"code": "mug", "remaining": 0}
    assert await operator.available("ann") == 140
    await operator.refused(
        "stock_unknown", "/v1/redemptions", key="d3", member="ann", store="sea-1", points=1, stock="cup"
    )
    await operator.refused(
        "invalid_request", "/v1/redemptions", key="d3", member="ann", store="sea-1", points=1, count=2
    )


async def test_a_hold_is_captured_in_part_and_released(rich: Alliance) -> None:
    """What is held is neither available nor gone."""
    operator = rich.operator
    held = await operator.done("/v1/holds", key="h1", member="ann", store="sea-1", points=100, deadline=LATER)
    assert held["balance"] == {"available": 50, "pending": 0, "held": 100, "owed": 0}
    path = f"/v1/holds/{held['id']}"
    seen = (await operator.get(path)).json()
    assert (seen["state"], seen["member"], seen["merchant"], seen["held"]) == ("open", "ann", "sea", 100)
    taken = await operator.done(f"{path}/capture", key="c1", points=30, keep_open=True)
    assert (taken["points"], taken["balance"]["held"]) == (-30, 70)
    told = await operator.refused("exceeds_hold", f"{path}/capture", key="c2", points=71)
    assert (told["held"], told["requested"]) == (70, 71)
    freed = await operator.done(f"{path}/release", key="f1")
    assert (freed["points"], freed["balance"]) == (70, {"available": 120, "pending": 0, "held": 0, "owed": 0})
    assert (await operator.get(path)).json()["state"] == "closed"
    await operator.refused("hold_closed", f"{path}/capture", key="c3")
    await operator.refused("hold_closed", f"{path}/release", key="f2")


async def test_a_body_may_be_empty_where_the_header_has_the_key(rich: Alliance) -> None:
    """A release needs no more than its key."""
    held = await rich.operator.done(
        "/v1/holds", key="h1", member="ann", store="sea-1", points=10, deadline=LATER
    )
    path = f"/v1/holds/{held['id']}/release"
    freed = await rich.operator.ask("POST", path, headers={"idempotency-key": "f1"})
    assert freed.status_code == 201
    again = await rich.operator.ask("POST", path, headers={"idempotency-key": '"f1"'})
    assert again.json() == {**freed.json(), "replayed": True}


async def test_a_hold_ends_at_its_deadline(rich: Alliance) -> None:
    """It cannot begin after it, and cannot be captured from then on."""
    operator = rich.operator
    await operator.refused(
        "hold_lapsed", "/v1/holds", key="h1", member="ann", store="sea-1", points=1, deadline=NOW.isoformat()
    )
    held = await operator.done("/v1/holds", key="h1", member="ann", store="sea-1", points=10, deadline=LATER)
    await rich.set_clock(NOW + timedelta(days=1))
    assert (await operator.get(f"/v1/holds/{held['id']}")).json()["state"] == "overdue"
    await operator.refused("hold_lapsed", f"/v1/holds/{held['id']}/capture", key="c1")
    await operator.done(f"/v1/holds/{held['id']}/release", key="f1")


async def test_what_is_no_hold_is_not_found(rich: Alliance) -> None:
    """An unknown id, a purchase's id, and what is no id."""
    operator = rich.operator
    bought = await operator.done("/v1/purchases", key="p1", member="ann", store="air-1", amount=100)
    await operator.refused("hold_unknown", f"/v1/holds/{bought['id']}/capture", key="c1")
    await operator.refused("hold_unknown", "/v1/holds/00000000-0000-8000-8000-000000000000/release", key="c1")
    told = await operator.refused("invalid_request", "/v1/holds/mine/capture", key="c1")
    assert told["errors"][0]["field"] == "hold"
    assert (await operator.get(f"/v1/holds/{bought['id']}")).json()["code"] == "hold_unknown"


async def test_spent_points_come_back_in_parts(rich: Alliance) -> None:
    """A redemption by its entry, a capture by its key; never more than was spent."""
    operator = rich.operator
    paid = await operator.done("/v1/redemptions", key="d1", member="ann", store="sea-1", points=120)
    some = await operator.done("/v1/reversals", key="v1", entry=paid["id"], points=50)
    assert (some["points"], some["kind"], some["balance"]["available"]) == (50, "reverse", 80)
    told = await operator.refused("exceeds_entry", "/v1/reversals", key="v2", entry=paid["id"], points=71)
    assert told["left"] == 70
    assert (await operator.done("/v1/reversals", key="v2", entry_key="d1"))["points"] == 70
    await operator.refused("nothing_left", "/v1/reversals", key="v3", entry_key="d1")
    held = await operator.done("/v1/holds", key="h1", member="ann", store="sea-1", points=40, deadline=LATER)
    await operator.done(f"/v1/holds/{held['id']}/capture", key="c1", points=25)
    assert (await operator.done("/v1/reversals", key="v4", entry_key="c1", member="ann"))["points"] == 25
    assert await operator.available("ann") == 150


async def test_a_purchase_is_reversed_whole(rich: Alliance) -> None:
    """It is a return of all that is left, so a part already returned does not come back twice."""
    operator = rich.operator
    await operator.done("/v1/returns", key="r1", purchase="p-air", amount=3_000)
    told = await operator.refused("invalid_request", "/v1/reversals", key="v1", entry_key="p-air", points=5)
    assert told["errors"][0]["field"] == "points"
    back = await operator.done("/v1/reversals", key="v1", entry_key="p-air")
    assert (back["kind"], back["points"]) == ("return", -50)
    await operator.refused("nothing_left", "/v1/reversals", key="v2", entry_key="p-air")


async def test_what_cannot_be_reversed_says_what_to_do_instead(rich: Alliance) -> None:
    """Each kind with its own remedy."""
    operator = rich.operator
    await operator.done("/v1/acts", key="act", member="ann", act="bag")
    await operator.done("/v1/holds", key="hold", member="ann", store="sea-1", points=1, deadline=LATER)
    await operator.done("/v1/donations", key="gift", member="ann", charity="hope", points=1)
    for key, remedy in {
        "act": "adjust the points",
        "hold": "release the hold",
        "gift": "for good",
        "p-adjust": "opposite adjustment",
    }.items():
        told = await operator.refused("not_reversible", "/v1/reversals", key="v1", entry_key=key)
        assert remedy in told["detail"]
    await operator.refused("entry_unknown", "/v1/reversals", key="v1", entry_key="nothing")
    await operator.refused("invalid_request", "/v1/reversals", key="v1")
    await operator.refused("invalid_request", "/v1/reversals", key="v1", entry_key="a", entry="b")
