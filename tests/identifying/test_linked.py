"""Linked accounts: nobody invites themselves under another name, and a person can say that it was not so."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from jifen.jobs.referrals import Referrals, refer_due
from jifen.jobs.verify import verify
from jifen.rules.definition import Flat, PerAmount, Rate, Referral, RuleSet
from tests.api.alliance import BEGAN, NOW, Alliance

RULES = RuleSet(
    rules=(
        PerAmount(id="base", rate=Rate(1, 100)),
        Flat(id="invited", points=50, acts=("referral",), funder="operator"),
    ),
    referral=Referral(wait_days=0),
)


@pytest.fixture
async def town(alliance: Alliance) -> Alliance:
    """Whoever invites a friend gets 50 points after the friend's first order."""
    await alliance.house.catalog.publish(alliance.id, RULES, BEGAN + timedelta(days=1), BEGAN)
    await alliance.operator.done(
        "/v1/members", number="ida", phone="19900000011", device="phone-ida", payer="card-1"
    )
    return alliance


async def invited(town: Alliance, number: str, **traits: Any) -> None:
    """Ida invites somebody, who buys at once."""
    enrolment = {name: value for name, value in traits.items() if not name.startswith("pays_")}
    await town.operator.done("/v1/members", number=number, invited_by="ida", **enrolment)
    bought = {name.removeprefix("pays_"): value for name, value in traits.items() if name.startswith("pays_")}
    await town.operator.done(
        "/v1/purchases", key=f"first-{number}", member=number, store="air-1", amount=3_000, **bought
    )


async def settled(town: Alliance) -> Referrals:
    """The day's referrals."""
    program = await town.house.catalog.refresh(town.id)
    return await refer_due(town.house.pool, town.house.engine, program, NOW)


async def referrals(town: Alliance) -> dict[str, Any]:
    """What came of each, by the invited member."""
    told = (await town.operator.get("/v1/referrals")).json()
    return {one["invitee"]: one for one in told["referrals"]}


async def test_a_friend_of_ones_own_is_paid_for(town: Alliance) -> None:
    """Other devices, other cards, or none said: 50 points, once."""
    await invited(town, "kim", device="phone-kim", payer="card-2")
    await invited(town, "leo")
    first = await settled(town)
    assert (first.booked, first.linked) == (2, 0)
    assert (await settled(town)).booked == 0
    assert await town.operator.available("ida") == 100


@pytest.mark.parametrize(
    ("traits", "shared"),
    [
        ({"device": "phone-ida"}, ["device"]),
        ({"payer": "card-1"}, ["payer"]),
        ({"pays_device": "phone-ida"}, ["device"]),
        ({"pays_device": "phone-ida", "pays_payer": "card-1"}, ["device", "payer"]),
    ],
)
async def test_ones_own_other_account_is_not(
    town: Alliance, traits: dict[str, str], shared: list[str]
) -> None:
    """Enrolled or paid from the inviter's device or card: refused with its reason, and told."""
    await invited(town, "ida2", **traits)
    outcome = await settled(town)
    assert (outcome.booked, outcome.linked) == (0, 1)
    one = (await referrals(town))["ida2"]
    assert (one["state"], one["reason"], one["shared"]) == ("lapsed", "linked", shared)
    assert await town.operator.available("ida") == 0
    assert (await settled(town)).linked == 0
    told = await town.house.pool.fetchval(
        "SELECT count(*) FROM message WHERE program = $1 AND event = 'referral_refused'", town.id
    )
    assert told == 1


async def test_one_device_is_one_friend(town: Alliance) -> None:
    """Three invited accounts on one phone: the first is paid for; others' friends are not concerned."""
    await town.operator.done("/v1/members", number="zoe")
    for n in range(3):
        await town.set_clock(NOW + timedelta(minutes=n))
        await invited(town, f"f{n}", device="one-phone")
    await town.operator.done("/v1/members", number="zed", invited_by="zoe", device="one-phone")
    await town.operator.done("/v1/purchases", key="zed", member="zed", store="air-1", amount=100)
    await town.set_clock(NOW + timedelta(minutes=5))
    program = await town.house.catalog.refresh(town.id)
    now = NOW + timedelta(minutes=5)
    outcomes = await asyncio.gather(
        *(refer_due(town.house.pool, town.house.engine, program, now) for _ in range(3))
    )
    assert sum(one.booked for one in outcomes) == 2
    found = await referrals(town)
    assert [found[f"f{n}"]["state"] for n in range(3)] == ["paid", "lapsed", "lapsed"]
    assert found["zed"]["state"] == "paid"
    assert await town.operator.available("ida") == 50


async def test_another_programme_is_not_concerned(town: Alliance) -> None:
    """A trait is hashed with the programme, its kind and the secret: the text itself stands nowhere."""
    await invited(town, "kim", device="card-1", payer="phone-ida")
    assert (await settled(town)).booked == 1
    rows = await town.house.pool.fetch("SELECT * FROM trait WHERE program = $1", town.id)
    assert len(rows) == 5
    assert not any(b"card-1" in row["blind"] or b"phone-ida" in row["blind"] for row in rows)
    events = await town.house.pool.fetch("SELECT event FROM entry WHERE key = 'first-kim'")
    assert not any("card-1" in row["event"] for row in events)


async def test_traits_are_no_part_of_a_purchase(town: Alliance) -> None:
    """The same purchase with another device is the same purchase; in bulk they are kept too."""
    fact = {"key": "p", "member": "ann", "store": "air-1", "amount": 100}
    first = await town.air.done("/v1/purchases", **fact, device="d1")
    again = await town.air.done("/v1/purchases", **fact, device="d2")
    assert (again["id"], again["replayed"]) == (first["id"], True)
    await town.air.bulk(
        {"type": "purchase", **fact, "key": "b1", "device": "d3", "payer": "c3"},
        {"type": "purchase", **fact, "key": "b2", "device": "d3"},
        {"type": "purchase", **fact, "key": "b3"},
    )
    count = await town.house.pool.fetchval(
        "SELECT count(*) FROM trait t JOIN wallet w ON w.id = t.wallet JOIN member m ON m.wallet = w.id "
        "WHERE t.program = $1 AND m.number = 'ann'",
        town.id,
    )
    assert count == 3
    await town.air.refused("invalid_request", "/v1/purchases", **{**fact, "device": ""})
    await town.operator.refused("invalid_request", "/v1/members", number="long", payer="x" * 201)


async def test_a_person_overrules(town: Alliance) -> None:
    """With reason and evidence, once; the points are an adjustment that names both."""
    await invited(town, "ida2", device="phone-ida")
    await settled(town)
    path = "/v1/referrals/ida2/overrule"
    good = {"key": "k", "points": 50, "by": "王芳", "reason": "共用平板的姐妹", "evidence": "工单 881"}
    for field in ("by", "reason", "evidence"):
        await town.operator.refused("invalid_request", path, **{**good, field: " "})
    await town.air.refused("operator_only", path, **good)
    one = await town.operator.done(path, **good)
    assert (one["overruled_by"], one["overruled_for"], one["evidence"]) == (
        "王芳",
        "共用平板的姐妹",
        "工单 881",
    )
    assert await town.operator.done(path, **good) == one
    await town.operator.refused("key_reused", path, **{**good, "points": 60})
    assert await town.operator.available("ida") == 50
    await town.operator.refused("nothing_left", "/v1/referrals/ann/overrule", **good)
    await town.operator.refused("member_unknown", "/v1/referrals/nobody/overrule", **good)
    await invited(town, "kim")
    await town.operator.refused("nothing_left", "/v1/referrals/kim/overrule", **good)
    for query in ("state=none", "before=x", "before=2026-01-01_x"):
        answer = await town.operator.get(f"/v1/referrals?{query}")
        assert answer.status_code == 422
    assert len((await town.operator.get("/v1/referrals?state=lapsed")).json()["referrals"]) == 1
    report = await verify(town.house.pool, town.id)
    assert report.clean, report.findings


async def test_too_late_is_told_as_such(town: Alliance) -> None:
    """A friend who never buys: lapsed, late."""
    await town.operator.done("/v1/members", number="never", invited_by="ida")
    program = await town.house.catalog.refresh(town.id)
    await refer_due(town.house.pool, town.house.engine, program, datetime(2027, 12, 31, tzinfo=UTC))
    assert (await referrals(town))["never"]["reason"] == "late"
