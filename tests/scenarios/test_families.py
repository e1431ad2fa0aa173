"""Families and couples, with the numbers of SCENARIOS.md: S15, S16 and the couple's item of S22."""

from collections.abc import Awaitable, Callable
from typing import Any

from jifen.jobs.verify import verify
from tests.api.alliance import problem
from tests.scenarios.stage import Stage

SetUp = Callable[..., Awaitable[Stage]]


async def _does(stage: Stage, member: str, what: str, **body: Any) -> Any:
    return await stage.operator.done(f"/v1/members/{member}/{what}", key=stage.key(), **body)


async def _put(stage: Stage, path: str, **body: Any) -> Any:
    answer = await stage.operator.ask("PUT", path, json={"key": stage.key(), **body})
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


async def _family(stage: Stage, *members: str) -> None:
    """The first opens a household, the others are invited and accept."""
    await stage.operator.done("/v1/households", number="home", members=[members[0]])
    for member in members[1:]:
        asked = await _does(stage, members[0], "household/invitations", invitee=member)
        await _does(stage, member, f"household/invitations/{asked['id']}/accept")


async def _paid_by(stage: Stage, entry: str) -> dict[str, int]:
    """What each member gave for a redemption; and every leg names a lot of the owner's own."""
    rows = await stage.house.pool.fetch(
        "SELECT m.number, -sum(v.points)::bigint AS points, count(l.series) = count(*) AS own FROM entry e"
        " JOIN movement v ON v.cell = e.cell AND v.wallet = e.wallet AND v.entry = e.no"
        " JOIN member m ON m.wallet = e.wallet"
        " LEFT JOIN lot l ON l.cell = e.cell AND l.wallet = e.wallet AND l.series = v.series"
        " WHERE e.id = $1::uuid GROUP BY m.number",
        entry,
    )
    assert all(row["own"] for row in rows)
    return {row["number"]: row["points"] for row in rows}


async def test_scenario_s15_only_a_registered_beneficiary_can_be_named(stage: SetUp) -> None:
    """A fare of 2,000 yuan earns 10,000; a seat for the mother can be had from the sixtieth day on."""
    here = await stage("S15-railway", "2026-06-01T09:00")
    await here.joins("ming")
    await here.buys("ming", 2000)
    assert await here.has("ming") == 10_000
    await here.refused("beneficiary_refused", "ming", "second-100", beneficiary="mother")
    await _put(here, "/v1/members/ming/beneficiaries/mother", name="王芳")
    told = await here.refused("beneficiary_refused", "ming", "second-100", beneficiary="mother")
    assert told["from"] == "2026-07-31"
    await here.now("2026-07-30T23:59")
    await here.refused("beneficiary_refused", "ming", "second-100", beneficiary="mother")
    await here.refused("beneficiary_refused", "ming", "second-100", beneficiary="father")
    await here.now("2026-07-31T00:00")
    await here.redeems("ming", "second-100", beneficiary="mother")
    assert await here.has("ming") == 0


async def test_scenario_s15_at_most_eight_beneficiaries(stage: SetUp) -> None:
    """As the terms say."""
    here = await stage("S15-railway", "2026-06-01T09:00")
    await here.joins("ming")
    for number in range(8):
        await _put(here, f"/v1/members/ming/beneficiaries/kin-{number}", name=f"家人{number}")
    answer = await here.operator.ask(
        "PUT", "/v1/members/ming/beneficiaries/kin-8", json={"key": here.key(), "name": "家人8"}
    )
    assert problem(answer, "beneficiary_refused")["most"] == 8


async def test_scenario_s15_one_travels_the_family_gains(stage: SetUp) -> None:
    """What the daughter's trip earns is hers, and the family sees what it may spend together."""
    here = await stage("S15-railway", "2026-06-01T09:00")
    await here.joins("ming", "mei")
    await _family(here, "ming", "mei")
    await here.buys("mei", 1200)
    assert (await here.has("mei"), await here.has("ming")) == (6_000, 0)
    await _put(here, "/v1/members/mei/household/pool", points=6_000)
    seen = (await here.operator.get("/v1/members/ming/household")).json()
    assert (seen["pooled"]["point"], seen["payable"]["point"]) == (6_000, 6_000)
    assert [one["number"] for one in seen["members"]] == ["ming", "mei"]


async def test_scenario_s16_three_times_4000_buy_an_item_of_10000(stage: SetUp) -> None:
    """Each draw names its owner and lot; who leaves takes the unspent own lots along."""
    here = await stage("S16-family-account", "2026-06-01T09:00")
    members = ("ann", "bob", "cat")
    await here.joins(*members)
    for member in members:
        await here.buys(member, 4000)
    await _family(here, *members)
    payers = [{"member": member} for member in members]
    await here.refused("insufficient_points", "ann", "rice-cooker")
    told = await here.refused("insufficient_points", "ann", "rice-cooker", payers=payers)
    assert told["available"] == 4_000
    for member in members:
        await _put(here, f"/v1/members/{member}/household/pool", points=4_000)
    seen = (await here.operator.get("/v1/members/bob/household")).json()
    assert seen["pooled"]["point"] == 12_000
    receipt = await here.redeems("ann", "rice-cooker", payers=payers)
    given = await _paid_by(here, receipt["id"])
    assert given["ann"] == 4_000
    assert sum(given.values()) == 10_000
    left = {member: await here.has(member) for member in members}
    assert {member: 4_000 - left[member] for member in given} == given
    assert sum(left.values()) == 2_000
    for member in ("cat", "bob"):
        await _does(here, member, "household/leave")
        assert await here.has(member) == left[member]


async def test_scenario_s16_points_never_leave_the_household(stage: SetUp) -> None:
    """Not by a transfer, not by paying for a stranger, not by leaving with what another put into the pool."""
    here = await stage("S16-family-account", "2026-06-01T09:00")
    await here.joins("ann", "bob", "eve")
    await here.buys("ann", 4000)
    await here.buys("bob", 4000)
    await _family(here, "ann", "bob")
    await _put(here, "/v1/members/ann/household/pool", points=4_000)
    sent = {"member": "ann", "points": 1_000}
    await here.operator.refused("not_one_household", "/v1/transfers", key=here.key(), to="eve", **sent)
    payers = [{"member": "eve"}, {"member": "ann"}]
    await here.refused("household_refused", "eve", "kettle", payers=payers)
    await here.operator.done("/v1/transfers", key=here.key(), to="home", **sent)
    await here.operator.done("/v1/transfers", key=here.key(), to="home", member="bob", points=500)
    await _does(here, "bob", "household/leave")
    assert (await here.has("ann"), await here.has("bob"), await here.has("home")) == (3_000, 4_000, 1_000)
    await here.operator.refused(
        "not_one_household", "/v1/transfers", key=here.key(), to="bob", member="home", points=1
    )


async def test_scenario_s16_green_points_may_be_given_to_family(stage: SetUp) -> None:
    """200 for an appliance of the first class, which the mother gives the daughter."""
    here = await stage("S16-family-account", "2026-06-01T09:00")
    await here.joins("ann", "bob")
    await _family(here, "ann", "bob")
    await here.operator.done(
        "/v1/adjustments", key=here.key(), member="ann", points=200, unit="green", reason="标签补录"
    )
    body = {"member": "ann", "to": "bob", "points": 200, "unit": "green"}
    await here.operator.done("/v1/transfers", key=here.key(), **body)
    assert (await here.has("ann", "green"), await here.has("bob", "green")) == (0, 200)


async def test_scenario_s22_a_couples_item_is_paid_by_both_or_by_neither(stage: SetUp) -> None:
    """12,000 points in two parts: one who lacks a single point moves nothing for anybody."""
    here = await stage("S22-referral", "2026-06-01T09:00")
    await here.joins("ann", "bob")
    await here.buys("ann", 7000)
    await here.buys("bob", 4999)
    payers = [{"member": "ann", "points": 7_000}, {"member": "bob", "points": 5_000}]
    offer = await here.operator.done(
        "/v1/joint-redemptions",
        key=here.key(),
        member="ann",
        reward="couple-scarf",
        store=here.store,
        expected=12_000,
        payers=payers,
    )
    accept = f"/v1/joint-redemptions/{offer['id']}/accept"
    assert (await here.has("ann"), await here.has("bob")) == (7_000, 4_999)
    await here.operator.refused("payers_refused", accept, key="yes", member="bob")
    assert (await here.has("ann"), await here.has("bob")) == (7_000, 4_999)
    await here.buys("bob", 1)
    paid = await here.operator.done(accept, key="yes", member="bob")
    assert await _paid_by(here, paid["id"]) == {"ann": 7_000, "bob": 5_000}
    assert (await here.has("ann"), await here.has("bob")) == (0, 0)
    report = await verify(here.house.pool, (await here.program()).id)
    assert report.clean, report.findings


async def test_scenario_s22_nobody_pays_unasked(stage: SetUp) -> None:
    """A part of another who did not agree is refused; so is an offer after its day."""
    here = await stage("S22-referral", "2026-06-01T09:00")
    await here.joins("ann", "bob")
    await here.buys("ann", 7000)
    await here.buys("bob", 5000)
    payers = [{"member": "ann", "points": 7_000}, {"member": "bob", "points": 5_000}]
    await here.refused("payers_refused", "ann", "couple-scarf", payers=payers)
    body = {"member": "ann", "reward": "couple-scarf", "store": here.store, "expected": 12_000}
    offer = await here.operator.done("/v1/joint-redemptions", key=here.key(), payers=payers, **body)
    await here.now("2026-06-02T09:00")
    accept = f"/v1/joint-redemptions/{offer['id']}/accept"
    await here.operator.refused("payers_refused", accept, key="late", member="bob")
    assert (await here.has("ann"), await here.has("bob")) == (7_000, 5_000)
