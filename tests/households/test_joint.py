"""Two pay one reward together or not at all: offered, agreed to, and paid in one command."""

import asyncio

import pytest

from tests.households.family import Family

OFFER = "/v1/joint-redemptions"


async def offered(family: Family, *parts: tuple[str, int], **more: object) -> str:
    """An offer of the first, to all of them; its id."""
    body = {
        "key": family.key(),
        "member": parts[0][0],
        "reward": "scarf",
        "expected": 120,
        "payers": [{"member": member, "points": points} for member, points in parts],
        **more,
    }
    made = await family.operator.done(OFFER, **body)
    found: str = made["id"]
    return found


async def left(family: Family) -> int:
    """Scarves in stock."""
    count: int = (await family.operator.get("/v1/stocks/scarf")).json()["remaining"]
    return count


async def test_both_pay_when_both_have_agreed(family: Family) -> None:
    """Friends need no household; the offer tells how far it has come, and a repeat changes nothing."""
    await family.earns("ann", 70)
    await family.earns("bob", 70)
    of = await offered(family, ("ann", 70), ("bob", 50))
    assert await family.has("ann", "bob") == [70, 70]
    seen = (await family.operator.get(f"{OFFER}/{of}")).json()
    assert seen["state"] == "open"
    assert [(one["member"], one["points"], one["agreed_at"] is not None) for one in seen["payers"]] == [
        ("ann", 70, True),
        ("bob", 50, False),
    ]
    paid = await family.operator.done(f"{OFFER}/{of}/accept", key="a-1", member="bob")
    assert await family.has("ann", "bob") == [0, 20]
    assert await left(family) == 4
    again = await family.operator.done(f"{OFFER}/{of}/accept", key="a-1", member="bob")
    assert again == {**paid, "replayed": True}
    seen = (await family.operator.get(f"{OFFER}/{of}")).json()
    assert (seen["state"], seen["redemption"]) == ("done", paid["id"])
    await family.operator.refused("payers_refused", f"{OFFER}/{of}/accept", key="a-2", member="bob")
    await family.operator.refused("payers_refused", f"{OFFER}/{of}/decline", key="a-3", member="bob")


async def test_one_who_lacks_points_leaves_the_other_untouched(family: Family) -> None:
    """Neither pays, the scarf stays; with the points the same offer is paid."""
    await family.earns("ann", 70)
    await family.earns("bob", 49)
    of = await offered(family, ("ann", 70), ("bob", 50))
    told = await family.operator.refused("payers_refused", f"{OFFER}/{of}/accept", key="a-1", member="bob")
    assert "nothing was taken" in told["detail"]
    assert await family.has("ann", "bob") == [70, 49]
    assert await left(family) == 5
    await family.earns("bob", 1)
    await family.operator.done(f"{OFFER}/{of}/accept", key="a-1", member="bob")
    assert await family.has("ann", "bob") == [0, 0]


async def test_who_offers_may_lack_points_too(family: Family) -> None:
    """Then it is told to who agrees last, and nothing was taken from that member."""
    await family.earns("ann", 60)
    await family.earns("bob", 60)
    of = await offered(family, ("ann", 60), ("bob", 60))
    await family.pays("ann", "lamp")
    await family.operator.refused("insufficient_points", f"{OFFER}/{of}/accept", key="a-1", member="bob")
    assert await family.has("ann", "bob") == [30, 60]


async def test_an_offer_lapses_and_can_be_declined(family: Family) -> None:
    """Nothing has moved then, and nobody can agree any more."""
    await family.earns("ann", 60)
    await family.earns("bob", 60)
    of = await offered(family, ("ann", 60), ("bob", 60))
    await family.later(hours=24)
    told = await family.operator.refused("payers_refused", f"{OFFER}/{of}/accept", key="a-1", member="bob")
    assert "lapsed" in told["detail"]
    assert (await family.operator.get(f"{OFFER}/{of}")).json()["state"] == "lapsed"
    for member in ("ann", "bob"):
        of = await offered(family, ("ann", 60), ("bob", 60))
        await family.operator.done(f"{OFFER}/{of}/decline", key=f"d-{member}", member=member)
        await family.operator.refused("payers_refused", f"{OFFER}/{of}/accept", key=f"a-{of}", member="bob")
    assert await family.has("ann", "bob") == [60, 60]


async def test_what_cannot_be_offered(family: Family) -> None:
    """Parts that do not sum, more payers than the reward takes, oneself alone, a reward that is not there."""
    for parts, code in (
        ((("ann", 60), ("bob", 59)), "payers_refused"),
        ((("ann", 40), ("bob", 40), ("cat", 40)), "payers_refused"),
        ((("ann", 60), ("ann", 60)), "payers_refused"),
        ((("ann", 60), ("eve", 60)), "member_unknown"),
        ((("ann", 120),), "invalid_request"),
    ):
        body = {"member": "ann", "reward": "scarf", "expected": 120, "key": family.key()}
        payers = [{"member": member, "points": points} for member, points in parts]
        await family.operator.refused(code, OFFER, payers=payers, **body)
    payers = [{"member": "bob", "points": 60}, {"member": "cat", "points": 60}]
    body = {"member": "ann", "reward": "scarf", "expected": 120, "key": family.key()}
    await family.operator.refused("payers_refused", OFFER, payers=payers, **body)
    body |= {"reward": "hat", "store": "air-1"}
    await family.operator.refused("reward_unknown", OFFER, payers=payers, **body)
    await family.alliance.air.refused("operator_only", OFFER, **body)
    of = await offered(family, ("ann", 60), ("bob", 60))
    await family.operator.refused("payers_refused", f"{OFFER}/{of}/accept", key="x", member="cat")
    await family.operator.refused("invalid_request", f"{OFFER}/x/accept", key="x", member="cat")
    nowhere = "0193a1b2-0000-7000-8000-000000000000"
    await family.operator.refused("payers_refused", f"{OFFER}/{nowhere}/accept", key="x", member="cat")


async def test_another_price_is_paid_by_nobody(family: Family) -> None:
    """What was agreed to is what was shown."""
    await family.earns("ann", 90)
    await family.earns("bob", 90)
    of = await offered(family, ("ann", 50), ("bob", 50), expected=100)
    await family.operator.refused("price_changed", f"{OFFER}/{of}/accept", key="x", member="bob")
    assert await family.has("ann", "bob") == [90, 90]


@pytest.mark.parametrize("turn", range(5))
async def test_the_last_two_agree_at_once(family: Family, turn: int) -> None:
    """Three pay a cooker: whoever comes second pays for all, once; or all are told why not."""
    for member in ("ann", "bob", "cat"):
        await family.earns(member, 40)
    parts = (("ann", 40), ("bob", 30), ("cat", 30))
    of = await offered(family, *parts, reward="cooker", expected=100)
    answers = await asyncio.gather(
        *(
            family.operator.post(f"{OFFER}/{of}/accept", key=f"a-{member}", member=member)
            for member in ("bob", "cat")
        )
    )
    assert [answer.status_code for answer in answers] == [201, 201], [answer.text for answer in answers]
    assert await family.has("ann", "bob", "cat") == [0, 10, 10]
    assert (await family.operator.get(f"{OFFER}/{of}")).json()["state"] == "done"


async def test_offers_are_listed_for_who_made_them_and_in_the_own_family(family: Family) -> None:
    """A friend who is no family needs the id; somebody who has no part sees nothing."""
    await family.opens("nest", "ann", "bob")
    of = await offered(family, ("ann", 70), ("bob", 50))
    friends = await offered(family, ("ann", 60), ("cat", 60))
    listed = {}
    for member in ("ann", "bob", "cat"):
        told = (await family.operator.get(f"/v1/members/{member}/joint-redemptions")).json()["offers"]
        listed[member] = {one["id"] for one in told}
    assert listed == {"ann": {of, friends}, "bob": {of}, "cat": set()}
