"""The pool by choice: what members let each other spend, in which order, and who takes what along."""

from typing import Any

import pytest

from tests.households.family import Family


async def movements(family: Family, entry: str) -> list[tuple[str, int]]:
    """Who gave how many points for a redemption, in every wallet."""
    rows = await family.house.pool.fetch(
        "SELECT coalesce(m.number, 'nest') AS number, sum(v.points)::bigint AS points FROM entry e"
        " JOIN movement v ON v.cell = e.cell AND v.wallet = e.wallet AND v.entry = e.no"
        " LEFT JOIN member m ON m.wallet = e.wallet WHERE e.id = $1::uuid GROUP BY 1 ORDER BY 1",
        entry,
    )
    return [(row["number"], row["points"]) for row in rows]


async def test_three_reach_together_what_none_reaches_alone(family: Family) -> None:
    """SCENARIOS S16: 40 points each, an item of 100; every draw is in the owner's own wallet."""
    await family.opens("nest", "ann", "bob", "cat")
    for member in ("ann", "bob", "cat"):
        await family.earns(member, 40)
        await family.lets(member, 40)
    await family.pays("ann", "cooker", code="insufficient_points")
    assert (await family.home("ann"))["payable"]["point"] == 120
    assert (await family.home("ann"))["pooled"]["point"] == 120
    receipt = await family.pays("ann", "cooker", "ann", "bob", "cat")
    given = dict(await movements(family, receipt["id"]))
    assert sum(given.values()) == -100
    assert given["ann"] == -40
    assert sum(await family.has("ann", "bob", "cat")) == 20
    assert (await family.has("ann"))[0] == 0


async def test_what_lapses_soonest_goes_first(family: Family) -> None:
    """The buyer's own first, or the soonest of all, as the programme says; the limit holds in both."""
    await family.opens("nest", "ann", "bob", "cat")
    await family.earns("cat", 60)
    await family.later(days=40)
    await family.earns("ann", 40)
    await family.earns("bob", 60)
    await family.lets("bob", 60)
    await family.lets("cat", 50)
    await family.pays("ann", "cooker", "ann", "bob", "cat")
    # Of the others', cat's points lapse first, but no more than 50 of them are let.
    assert await family.has("ann", "bob", "cat") == [0, 50, 10]
    await family.rules(draw="soonest")
    await family.later(days=40)
    await family.earns("ann", 99)
    await family.pays("ann", "cooker", "ann", "bob", "cat")
    assert await family.has("ann", "bob", "cat") == [59, 0, 0]


async def test_a_limit_is_for_a_month(family: Family) -> None:
    """What others spent of it counts, what one spends oneself does not; the next month begins anew."""
    await family.opens("nest", "ann", "bob")
    await family.earns("bob", 99)
    await family.lets("bob", 40)
    await family.pays("ann", "lamp", "ann", "bob")
    told = await family.pays("ann", "lamp", "ann", "bob", code="insufficient_points")
    assert told["available"] == 10
    await family.pays("bob", "lamp")
    assert (await family.home("ann"))["payable"]["point"] == 10
    await family.later(days=10)
    assert await family.has("ann", "bob") == [0, 39]
    await family.pays("ann", "lamp", "ann", "bob")
    assert await family.has("bob") == [9]


async def test_a_consent_is_taken_back_at_once(family: Family) -> None:
    """And nobody spends without one, also by naming a part."""
    await family.opens("nest", "ann", "bob")
    await family.earns("bob", 60)
    await family.pays("ann", "lamp", "ann", "bob", code="insufficient_points")
    await family.pays("ann", "lamp", "bob", code="insufficient_points")
    await family.lets("bob", 60)
    await family.pays("ann", "lamp", "ann", "bob")
    await family.delete("/v1/members/bob/household/pool")
    told = await family.pays("ann", "lamp", "ann", "bob", code="insufficient_points")
    assert told["available"] == 0
    await family.delete("/v1/members/bob/household/pool", code="household_refused")
    await family.earns("ann", 10)
    await family.pays("ann", "cooker", ("ann", 10), ("bob", 90), code="payers_refused")
    assert await family.has("ann", "bob") == [10, 30]


async def test_nobody_of_another_household_pays(family: Family) -> None:
    """Whatever they let their own family spend."""
    await family.opens("nest", "ann", "bob")
    for member in ("fay", "ann"):
        await family.earns(member, 60)
        await family.lets(member, 60)
    await family.pays("ann", "cooker", "ann", "fay", code="insufficient_points")
    await family.pays("ann", "cooker", ("ann", 50), ("fay", 50), code="payers_refused")
    await family.pays("cat", "lamp", "cat", "ann", code="household_refused")
    assert await family.has("fay", "ann") == [60, 60]


async def test_named_parts_are_paid_all_or_none(family: Family) -> None:
    """Parts that do not sum, payers named twice, one who lacks points: nothing moves for anybody."""
    await family.opens("nest", "ann", "bob")
    await family.earns("ann", 60)
    await family.earns("bob", 39)
    await family.lets("bob", 100)
    for payers in (
        (("ann", 60), ("bob", 39)),
        (("ann", 60), ("bob", 20), ("bob", 20)),
        (("ann", 60), "bob"),
        (("ann", 60), ("bob", 40)),
    ):
        await family.pays("ann", "cooker", *payers, code="payers_refused")
    await family.earns("bob", 1)
    await family.pays("ann", "cooker", ("ann", 60), ("bob", 40))
    assert await family.has("ann", "bob") == [0, 0]


async def test_what_is_returned_goes_back_to_who_paid(family: Family) -> None:
    """And counts no more against the month."""
    await family.opens("nest", "ann", "bob")
    await family.earns("ann", 40)
    await family.earns("bob", 60)
    await family.lets("bob", 60)
    receipt = await family.pays("ann", "cooker", "ann", "bob")
    assert await family.has("ann", "bob") == [0, 0]
    await family.operator.done(f"/v1/orders/{receipt['id']}/return", key=family.key())
    assert await family.has("ann", "bob") == [40, 60]
    assert (await family.home("ann"))["payable"]["point"] == 100


async def test_who_leaves_takes_the_own_unspent_part_along(family: Family) -> None:
    """By lot: bob put 60 into the pool, ann 30; of what 30 were spent, each loses a third; dates stay."""
    await family.opens("nest", "ann", "bob")
    await family.earns("ann", 30)
    await family.earns("bob", 60)
    await family.sends("ann", "nest", 30)
    await family.sends("bob", "nest", 60)
    await family.pays("ann", "lamp", "ann", "nest")
    assert await family.has("ann", "bob", "nest") == [0, 0, 60]
    lots = (await family.operator.get("/v1/members/nest/lots")).json()["lots"]
    await family.does("bob", "household/leave")
    assert await family.has("ann", "bob", "nest") == [0, 40, 20]
    own = (await family.operator.get("/v1/members/bob/lots")).json()["lots"]
    assert [(one["series"], one["expires_at"]) for one in own] == [
        (one["series"], one["expires_at"]) for one in lots
    ]
    await family.does("ann", "household/leave")
    assert await family.has("ann", "bob", "nest") == [20, 40, 0]


async def test_the_end_of_a_household_divides_its_pool(family: Family) -> None:
    """To each the own part; what the pool earned itself in equal parts, the odd point to the first."""
    await family.opens("nest", "ann", "bob")
    await family.earns("ann", 10)
    await family.sends("ann", "nest", 10)
    await family.earns("nest", 5)
    await family.does("ann", "household/close")
    assert await family.has("ann", "bob", "nest") == [13, 2, 0]


async def test_points_of_a_pool_under_a_bill_keep_everybody(family: Family) -> None:
    """Nobody leaves with what is held; once the hold has ended, they can."""
    await family.opens("nest", "ann", "bob")
    await family.earns("ann", 10)
    await family.sends("ann", "nest", 10)
    deadline = "2026-11-22T02:00:00Z"
    hold = await family.operator.done(
        "/v1/holds", key=family.key(), member="nest", points=4, store="air-1", deadline=deadline
    )
    told = await family.may_not("ann", "household/leave")
    assert "held until" in told["detail"]
    await family.operator.done(f"/v1/holds/{hold['id']}/release", key=family.key())
    await family.does("ann", "household/leave")
    assert await family.has("ann", "nest") == [10, 0]


@pytest.mark.parametrize(
    ("body", "field"),
    (
        ({"points": 0}, "points"),
        ({"points": "5"}, "points"),
        ({"points": 5, "unit": "gold"}, "unit"),
        ({}, "points"),
    ),
)
async def test_a_limit_is_a_count_of_points(family: Family, body: dict[str, Any], field: str) -> None:
    """Named with field and value, where it is none."""
    await family.opens("nest", "ann", "bob")
    code = "unit_unknown" if "unit" in body else "invalid_request"
    told = await family.put("/v1/members/ann/household/pool", code=code, **body)
    assert told["errors"][0]["field"] == field


async def test_a_programme_may_do_without_pools(family: Family) -> None:
    """Then nothing can be let, and no household pays."""
    await family.opens("nest", "ann", "bob")
    await family.earns("bob", 60)
    await family.lets("bob", 60)
    await family.rules(pool=False)
    await family.put("/v1/members/ann/household/pool", code="household_refused", points=5)
    await family.pays("ann", "lamp", "ann", "bob", code="household_refused")
    await family.put("/v1/members/cat/household/pool", code="household_refused", points=5)


async def test_a_frozen_member_pays_for_nobody(family: Family) -> None:
    """The household does without those points; a frozen buyer does not buy."""
    await family.opens("nest", "ann", "bob", "cat")
    for member in ("bob", "cat"):
        await family.earns(member, 20)
        await family.lets(member, 20)
    freeze = {"reason": "fraud", "evidence": "case 7", "notice": "sms", "until": "2026-11-25T00:00:00Z"}
    await family.operator.done("/v1/freezes", key=family.key(), member="cat", **freeze)
    told = await family.pays("ann", "lamp", "ann", "bob", "cat", code="insufficient_points")
    assert told["available"] == 20
    await family.pays("cat", "lamp", "cat", "bob", code="wallet_frozen")


async def test_points_past_their_date_go_with_their_owner(family: Family) -> None:
    """Nothing is left in a household that has ended, whatever its date; there it would be nobody's."""
    await family.opens("nest", "ann", "bob")
    await family.earns("ann", 10)
    await family.sends("ann", "nest", 10)
    await family.later(days=300)
    assert await family.has("nest") == [0]
    await family.does("ann", "household/close")
    for member, left in (("nest", []), ("ann", [10])):
        lots = (await family.operator.get(f"/v1/members/{member}/lots")).json()["lots"]
        assert [one["remaining"] for one in lots] == left


async def test_own_points_come_back_out_of_the_pool_and_no_more(family: Family) -> None:
    """Soonest to lapse first, with their dates; never what another put in; a repeat changes nothing."""
    await family.earns("ann", 60)
    await family.earns("bob", 40)
    await family.opens("nest", "ann", "bob")
    await family.operator.done("/v1/transfers", key=family.key(), member="ann", to="nest", points=60)
    await family.operator.done("/v1/transfers", key=family.key(), member="bob", to="nest", points=40)
    seen = (await family.operator.get("/v1/members/bob/household")).json()
    assert {one["member"]: one["points"] for one in seen["shares"]} == {"ann": 60, "bob": 40}
    told = await family.may_not("bob", "household/take-back", "insufficient_points", points=41)
    assert (told["available"], told["missing"]) == (40, 1)
    taken = await family.does("bob", "household/take-back", key="back", points=15)
    assert taken["points"] == 15
    assert (await family.does("bob", "household/take-back", key="back", points=15))["replayed"]
    assert await family.has("ann", "bob", "nest") == [0, 15, 85]
    seen = (await family.operator.get("/v1/members/ann/household")).json()
    assert {one["member"]: one["points"] for one in seen["shares"]} == {"ann": 60, "bob": 25}
    assert await _dates(family, "bob") <= await _dates(family, "nest")
    await family.may_not("cat", "household/take-back", points=1)


async def _dates(family: Family, member: str) -> set[str | None]:
    lots = (await family.operator.get(f"/v1/members/{member}/lots")).json()["lots"]
    return {lot["expires_at"] for lot in lots}
