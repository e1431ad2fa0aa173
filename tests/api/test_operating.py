"""Transfers, donations, corrections, freezes and expiry: what is for the operator."""

from datetime import UTC, datetime

import pytest

from tests.api.alliance import Alliance


@pytest.fixture
async def funded(alliance: Alliance) -> Alliance:
    """Fay and Ann have 100 points each."""
    for member in ("fay", "ann"):
        await alliance.operator.done(
            "/v1/purchases", key=f"p-{member}", member=member, store="air-1", amount=8_000
        )
        await alliance.operator.done(
            "/v1/adjustments", key=f"a-{member}", member=member, points=20, reason="opening"
        )
    return alliance


async def test_points_stay_in_the_family(funded: Alliance) -> None:
    """To another of the household or to its pool; not to oneself, nor outside."""
    operator = funded.operator
    given = await operator.done("/v1/transfers", key="t1", member="fay", to="gus", points=30)
    assert (given["points"], given["kind"]) == (-30, "transfer")
    await operator.done("/v1/transfers", key="t2", member="gus", to="home", points=10)
    assert [await operator.available(one) for one in ("fay", "gus", "home")] == [70, 20, 10]
    await operator.refused("not_one_household", "/v1/transfers", key="t3", member="fay", to="ann", points=1)
    await operator.refused("same_wallet", "/v1/transfers", key="t3", member="fay", to="fay", points=1)
    told = await operator.refused(
        "member_unknown", "/v1/transfers", key="t3", member="fay", to="eve", points=1
    )
    assert told["errors"][0]["field"] == "to"


async def test_only_a_qualified_charity_is_given_points(funded: Alliance) -> None:
    """A merchant that sells is none."""
    operator = funded.operator
    assert (await operator.done("/v1/donations", key="g1", member="ann", charity="hope", points=7))[
        "points"
    ] == -7
    await operator.refused(
        "charity_unqualified", "/v1/donations", key="g2", member="ann", charity="air", points=7
    )
    told = await operator.refused(
        "merchant_unknown", "/v1/donations", key="g2", member="ann", charity="x", points=7
    )
    assert told["errors"][0]["field"] == "charity"


async def test_a_correction_has_a_reason(funded: Alliance) -> None:
    """It is kept with the entry; without one, or of nothing, it is refused."""
    operator = funded.operator
    taken = await operator.done("/v1/adjustments", key="a1", member="ann", points=-40, reason="counted twice")
    assert taken["balance"]["available"] == 60
    entry = (await operator.get(f"/v1/entries/{taken['id']}")).json()
    assert entry["event"] == {"points": -40, "reason": "counted twice", "type": "adjustment"}
    await operator.refused(
        "insufficient_points", "/v1/adjustments", key="a2", member="ann", points=-61, reason="x"
    )
    for wrong, field in (({"points": 0, "reason": "x"}, "points"), ({"points": 1, "reason": " "}, "reason")):
        told = await operator.refused("invalid_request", "/v1/adjustments", key="a2", member="ann", **wrong)
        assert told["errors"][0]["field"] == field


async def test_no_lot_grows_beyond_what_is_exact(funded: Alliance) -> None:
    """2**53 - 1 points fit into a lot, and not one more."""
    operator = funded.operator
    most = 2**53 - 1
    await operator.done("/v1/adjustments", key="a1", member="bob", points=most, reason="x")
    for path in ("/v1/adjustments", "/v1/compensations"):
        told = await operator.refused("points_overflow", path, key="a2", member="bob", points=1, reason="x")
        assert (told["requested"], told["most"]) == (1, most)


async def test_a_compensation_is_paid_by_who_is_at_fault(funded: Alliance) -> None:
    """The lot names its funder: the merchant, or the operator by default."""
    operator = funded.operator
    await operator.done("/v1/compensations", key="c1", member="bob", points=15, reason="late", at_fault="sea")
    await operator.done("/v1/compensations", key="c2", member="bob", points=5, reason="late", unit="green")
    lots = (await operator.get("/v1/members/bob/lots")).json()["lots"]
    assert sorted((lot["funder"], lot["unit"], lot["remaining"]) for lot in lots) == [
        ("operator", "green", 5),
        ("sea", "point", 15),
    ]
    await operator.refused(
        "unit_unknown", "/v1/compensations", key="c3", member="bob", points=5, reason="x", unit="y"
    )


FREEZE = {
    "reason": "chargebacks",
    "evidence": "case 17",
    "notice": "sent 2026-11-21",
    "until": "2026-12-01T00:00:00+08:00",
}


async def test_a_freeze_stops_spending_but_not_earning(funded: Alliance) -> None:
    """Until it is lifted; a second one is refused."""
    operator = funded.operator
    await operator.refused("wallet_not_frozen", "/v1/unfreezes", key="u0", member="ann", reason="x")
    frozen = await operator.done("/v1/freezes", key="f1", member="ann", **FREEZE)
    assert frozen["kind"] == "freeze"
    assert (await operator.get("/v1/members/ann")).json()["frozen_until"] == "2026-11-30T16:00:00Z"
    told = await operator.refused(
        "wallet_frozen", "/v1/redemptions", key="d1", member="ann", store="air-1", points=1
    )
    assert told["until"] == "2026-11-30T16:00:00+00:00"
    await operator.refused("wallet_already_frozen", "/v1/freezes", key="f2", member="ann", **FREEZE)
    await operator.done("/v1/purchases", key="p1", member="ann", store="air-1", amount=100)
    await operator.done("/v1/unfreezes", key="u1", member="ann", reason="cleared")
    await operator.done("/v1/redemptions", key="d1", member="ann", store="air-1", points=1)


@pytest.mark.parametrize("field", sorted(FREEZE))
async def test_a_freeze_needs_its_evidence(funded: Alliance, field: str) -> None:
    """Reason, evidence, notice and end are each demanded."""
    some = {name: value for name, value in FREEZE.items() if name != field}
    told = await funded.operator.refused("invalid_request", "/v1/freezes", key="f1", member="ann", **some)
    assert told["errors"][0] == {"field": field, "value": None, "message": "is missing: add it"}


async def test_what_is_past_its_date_expires(funded: Alliance) -> None:
    """Not before it; then once."""
    operator = funded.operator
    await operator.refused("nothing_left", "/v1/expiries", key="x1", member="ann")
    await funded.set_clock(datetime(2027, 6, 1, tzinfo=UTC))
    assert (await operator.get("/v1/members/ann/balance")).json()["balances"]["point"]["available"] == 0
    gone = await operator.done("/v1/expiries", key="x1", member="ann", unit="point")
    assert (gone["points"], gone["kind"]) == (-100, "expire")
    await operator.refused("nothing_left", "/v1/expiries", key="x2", member="ann")
