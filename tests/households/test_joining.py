"""Households by consent: invited, accepted or declined, left, closed; one at a time."""

import asyncio

import pytest

from jifen.parties.catalog import Conflict
from jifen.parties.households import open_pool
from jifen.store.queries import q
from jifen.values.ids import cell_of
from tests.households.family import Family


async def test_who_is_invited_and_accepts_is_a_member(family: Family) -> None:
    """Nobody becomes one without the own word; declining changes nothing."""
    await family.opens("nest", "ann", "bob")
    invited = await family.does("bob", "household/invitations", invitee="cat")
    waiting = (await family.operator.get("/v1/members/cat/household/invitations")).json()["invitations"]
    assert [(one["id"], one["household"], one["inviter"]) for one in waiting] == [
        (invited["id"], "nest", "bob")
    ]
    assert (await family.home("cat"))["number"] is None
    await family.does("cat", f"household/invitations/{invited['id']}/accept")
    seen = await family.home("cat")
    assert seen["number"] == "nest"
    assert [(one["number"], one["head"]) for one in seen["members"]] == [
        ("ann", True),
        ("bob", False),
        ("cat", False),
    ]
    invited = await family.does("ann", "household/invitations", invitee="dan")
    await family.does("dan", f"household/invitations/{invited['id']}/decline")
    told = await family.may_not("dan", f"household/invitations/{invited['id']}/accept")
    assert "declined" in told["detail"]
    assert (await family.home("dan"))["number"] is None


async def test_an_invitation_is_for_one_and_for_a_time(family: Family) -> None:
    """Another cannot take it, it lapses, and it lapses with the membership of who invited."""
    await family.opens("nest", "ann", "bob")
    invited = await family.does("bob", "household/invitations", invitee="cat")
    await family.may_not("dan", f"household/invitations/{invited['id']}/accept")
    await family.may_not("cat", "household/invitations/0193a1b2-0000-7000-8000-000000000000/accept")
    told = await family.may_not("cat", "household/invitations/x/accept", code="invalid_request")
    assert told["errors"][0]["field"] == "id"
    await family.later(days=14)
    told = await family.may_not("cat", f"household/invitations/{invited['id']}/accept")
    assert "open until" in told["detail"]
    assert (await family.operator.get("/v1/members/cat/household/invitations")).json()["invitations"] == []
    invited = await family.does("bob", "household/invitations", invitee="cat")
    await family.does("bob", "household/leave")
    told = await family.may_not("cat", f"household/invitations/{invited['id']}/accept")
    assert "no member any more" in told["detail"]


async def test_whom_nobody_can_invite(family: Family) -> None:
    """A member of another household, oneself, a pool; and who is in none cannot invite."""
    await family.opens("nest", "ann", "bob")
    for invitee in ("fay", "ann", "nest"):
        await family.may_not("ann", "household/invitations", invitee=invitee)
    await family.may_not("cat", "household/invitations", invitee="dan")
    await family.may_not("ann", "household/invitations", code="member_unknown", invitee="nobody")
    told = await family.may_not("ann", "household/invitations", code="invalid_request", invited="dan")
    assert told["errors"][0]["field"] == "invited"


async def test_one_household_at_a_time_and_not_a_new_one_at_once(family: Family) -> None:
    """Who left waits before another; back into the same is free. Who was closed out is free."""
    await family.opens("nest", "ann", "bob", "cat")
    await family.opens("tree", "dan")
    await family.does("bob", "household/leave")
    invited = await family.does("dan", "household/invitations", invitee="bob")
    told = await family.may_not("bob", f"household/invitations/{invited['id']}/accept")
    assert "wait until then" in told["detail"]
    await family.joins("bob", "ann")
    await family.may_not("cat", "household/close")
    await family.does("ann", "household/close")
    for member in ("ann", "bob", "cat"):
        assert (await family.home(member))["number"] is None
    await family.joins("cat", "dan")
    invited = await family.does("dan", "household/invitations", invitee="ann")
    await family.may_not("ann", f"household/invitations/{invited['id']}/accept")
    await family.later(days=30)
    await family.joins("ann", "dan")
    assert [one["number"] for one in (await family.home("ann"))["members"]] == ["dan", "cat", "ann"]


async def test_a_household_is_no_larger_than_the_programme_says(family: Family) -> None:
    """Also where two join in the same moment: the pool's wallet decides."""
    await family.rules(members_most=3)
    await family.opens("nest", "ann", "bob")
    first = await family.does("ann", "household/invitations", invitee="cat")
    second = await family.does("ann", "household/invitations", invitee="dan")
    answers = await asyncio.gather(
        *(
            family.operator.post(
                f"/v1/members/{member}/household/invitations/{one['id']}/accept", key=f"j-{member}"
            )
            for member, one in (("cat", first), ("dan", second))
        )
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert len((await family.home("ann"))["members"]) == 3
    await family.rules(members_most=2)
    await family.does("ann", "household/close")
    body = {"number": "tree", "members": ["ann", "bob", "dan"]}
    await family.operator.refused("household_refused", "/v1/households", **body)
    assert (await family.operator.get("/v1/members/tree")).status_code == 404


async def test_a_repeat_changes_nothing(family: Family) -> None:
    """The same key gets the first answer, at each step; the same opening too; another opening does not."""
    await family.opens("nest", "ann", "bob")
    await family.opens("nest", "ann", "bob")
    told = await family.operator.refused("already_exists", "/v1/households", number="nest", members=["cat"])
    assert told["errors"][0]["field"] == "number"
    first = await family.does("bob", "household/invitations", key="i-1", invitee="cat")
    again = await family.does("bob", "household/invitations", key="i-1", invitee="cat")
    assert again == {**first, "replayed": True}
    await family.may_not("bob", "household/invitations", code="key_reused", key="i-1", invitee="dan")
    path = f"household/invitations/{first['id']}/accept"
    await family.does("cat", path, key="i-2")
    assert (await family.does("cat", path, key="i-2"))["replayed"]
    await family.does("cat", "household/leave", key="i-3")
    assert (await family.does("cat", "household/leave", key="i-3"))["replayed"]
    await family.may_not("cat", "household/leave")


async def test_an_opening_that_died_half_way_is_completed(family: Family) -> None:
    """The pool's wallet was made, its household was not: sent again, it is; and by nobody else."""
    await open_pool(family.house.pool, family.alliance.id, "nest", family.now)
    await family.opens("nest", "ann", "bob")
    assert [one["number"] for one in (await family.home("bob"))["members"]] == ["ann", "bob"]
    with pytest.raises(Conflict, match="taken"):
        await open_pool(family.house.pool, family.alliance.id, "cat", family.now)


async def test_the_head_passes_on(family: Family) -> None:
    """To who has been there longest; the last one closes the door."""
    await family.opens("nest", "ann", "bob", "cat")
    await family.does("ann", "household/leave")
    assert [(one["number"], one["head"]) for one in (await family.home("bob"))["members"]] == [
        ("bob", True),
        ("cat", False),
    ]
    await family.does("bob", "household/leave")
    await family.does("cat", "household/leave")
    assert (await family.home("cat"))["number"] is None


@pytest.mark.parametrize("member", ("ann", "bob"))
async def test_the_column_and_the_facts_agree(family: Family, member: str) -> None:
    """Transfers look at the wallet's household, which is that of its facts at every step."""
    await family.opens("nest", "ann", "bob")
    await family.earns(member, 10)
    await family.sends(member, "nest", 4)
    await family.does(member, "household/leave")
    wallet = (await family.house.members.wallets(family.alliance.id, [member]))[member]
    row = await family.house.pool.fetchrow(q("household_facts"), [cell_of(wallet)], [wallet])
    assert row is not None
    assert row["household"] is None
    await family.operator.refused(
        "not_one_household", "/v1/transfers", key="t-9", member=member, to="nest", points=1
    )
    assert await family.has(member, "nest") == [10, 0]
