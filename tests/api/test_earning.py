"""Purchases, acts and returns: what is earned, what is taken back, what is refused."""

from tests.api.alliance import Alliance

BASKET = [
    {"sku": "apple", "category": "PRODUCE", "quantity": 2, "amount": 6_000},
    {"sku": "soap", "quantity": 1, "amount": 5_000, "tags": ["green"]},
]


async def test_a_purchase_earns_by_the_rules(alliance: Alliance) -> None:
    """6 000 fen of produce at 2 and 5 000 fen at 1 point per 100 fen are 170, and 20 for a large basket."""
    booked = await alliance.operator.post(
        "/v1/purchases", key="p1", member="ann", store="air-1", amount=11_000, lines=BASKET
    )
    assert booked.status_code == 201
    receipt = booked.json()
    assert (receipt["points"], receipt["kind"], receipt["no"], receipt["replayed"]) == (
        190,
        "purchase",
        1,
        False,
    )
    assert receipt["balance"] == {"available": 190, "pending": 0, "held": 0, "owed": 0}
    assert receipt["occurred_at"] == "2026-11-21T02:00:00Z"
    assert receipt["explanation"]["shares"] == [["base", 170], ["big", 20]]


async def test_the_amount_must_be_the_sum_of_the_lines(alliance: Alliance) -> None:
    """Where both are given; either alone is enough."""
    told = await alliance.operator.refused(
        "invalid_request", "/v1/purchases", key="p1", member="ann", store="air-1", amount=11_001, lines=BASKET
    )
    assert told["errors"][0]["field"] == "amount"
    assert told["errors"][0]["value"] == 11_001
    assert "11000" in told["errors"][0]["message"]
    await alliance.operator.done("/v1/purchases", key="p1", member="ann", store="air-1", lines=BASKET)
    await alliance.operator.done("/v1/purchases", key="p2", member="ann", store="air-1", amount=11_000)


async def test_a_time_is_kept_as_the_instant_that_it_is(alliance: Alliance) -> None:
    """The same instant in another zone is the same content, so a repeat is a repeat."""
    purchase = {"key": "p1", "member": "ann", "store": "air-1", "amount": 500}
    first = await alliance.operator.done("/v1/purchases", **purchase, at="2026-11-20T10:00:00+08:00")
    again = await alliance.operator.post("/v1/purchases", **purchase, at="2026-11-20T02:00:00Z")
    assert first["occurred_at"] == "2026-11-20T02:00:00Z"
    assert again.status_code == 200
    assert again.json() == {**first, "replayed": True}
    told = await alliance.operator.refused(
        "event_in_future",
        "/v1/purchases",
        key="p2",
        member="ann",
        store="air-1",
        amount=5,
        at="2026-11-21T10:06:00+08:00",
    )
    assert "2026-11-21T02:06:00+00:00" in told["detail"]
    await alliance.operator.refused(
        "no_rules",
        "/v1/purchases",
        key="p3",
        member="ann",
        store="air-1",
        amount=5,
        at="2025-12-31T00:00:00Z",
    )


async def test_an_act_earns_once_a_day(alliance: Alliance) -> None:
    """The second one of the day is booked too, but gives nothing."""
    first = await alliance.operator.done("/v1/acts", key="a1", member="ann", act="bag", store="air-1")
    assert (first["points"], first["kind"]) == (5, "act")
    assert (await alliance.operator.done("/v1/acts", key="a2", member="ann", act="bag"))["points"] == 0


async def test_a_part_of_a_purchase_comes_back(alliance: Alliance) -> None:
    """One of two apples takes 60 points, and the 20 for a large basket with it; then the rest; then none."""
    operator = alliance.operator
    await operator.done("/v1/purchases", key="p1", member="ann", store="air-1", lines=BASKET)
    part = await operator.done(
        "/v1/returns", key="r1", purchase="p1", lines=[{"sku": "apple", "quantity": 1}]
    )
    assert (part["points"], part["kind"]) == (-80, "return")
    rest = await operator.done("/v1/returns", key="r2", purchase="p1", member="ann")
    assert rest["points"] == -110
    await operator.refused("nothing_left", "/v1/returns", key="r3", purchase="p1")
    assert await operator.available("ann") == 0


async def test_a_return_by_amount_and_by_entry(alliance: Alliance) -> None:
    """A purchase without lines comes back by an amount; the purchase may be named by its entry's id."""
    operator = alliance.operator
    booked = await operator.done("/v1/purchases", key="p1", member="ann", store="air-1", amount=5_000)
    assert (await operator.done("/v1/returns", key="r1", entry=booked["id"], amount=2_000))["points"] == -20
    told = await operator.refused("exceeds_entry", "/v1/returns", key="r2", purchase="p1", amount=3_001)
    assert (told["requested"], told["left"]) == (3_001, 3_000)


async def test_a_return_of_what_was_not_bought_is_refused(alliance: Alliance) -> None:
    """Another article, too many of one, an unknown purchase, another member's, and what is no purchase."""
    operator = alliance.operator
    await operator.done("/v1/purchases", key="p1", member="ann", store="air-1", lines=BASKET)
    await operator.done("/v1/acts", key="a1", member="ann", act="bag")
    pear = [{"sku": "pear", "quantity": 1}]
    three = [{"sku": "apple", "quantity": 3}]
    await operator.refused("line_unknown", "/v1/returns", key="r1", purchase="p1", lines=pear)
    await operator.refused("exceeds_entry", "/v1/returns", key="r1", purchase="p1", lines=three)
    await operator.refused("line_unknown", "/v1/returns", key="r1", purchase="p1", amount=5)
    await operator.refused("entry_unknown", "/v1/returns", key="r1", purchase="p2")
    await operator.refused("entry_unknown", "/v1/returns", key="r1", purchase="a1")
    await operator.refused("entry_unknown", "/v1/returns", key="r1", purchase="p1", member="bob")
    assert await operator.available("ann") == 195


async def test_what_is_gone_becomes_owed(alliance: Alliance) -> None:
    """Spent points cannot be clawed back: they are owed, and later earnings repay them."""
    operator = alliance.operator
    await operator.done("/v1/purchases", key="p1", member="ann", store="air-1", amount=5_000)
    await operator.done("/v1/redemptions", key="d1", member="ann", store="sea-1", points=30)
    back = await operator.done("/v1/returns", key="r1", purchase="p1")
    assert (back["points"], back["owed_more"]) == (-50, 30)
    assert back["balance"] == {"available": 0, "pending": 0, "held": 0, "owed": 30}
    earned = await operator.done("/v1/purchases", key="p2", member="ann", store="air-1", amount=4_000)
    assert (earned["points"], earned["repaid"], earned["balance"]["available"]) == (40, 30, 10)
