"""Corrections between two people: one proposes with evidence, another decides, and only then points move."""

from typing import Any

import pytest

from jifen.parties.keys import Key
from jifen.site.inside import Inside, No
from tests.site.town import Town

PROPOSE = "/console/members/QH000012/adjust"
KILLED = """
UPDATE adjustment_proposal SET state = 'booking', decided_by = 'bea', decided_at = proposed_at
WHERE id = $1::text::uuid
"""
ASKED = {"reason": "11-20 的小票漏记", "evidence": "小票 118，收银台录像 18:02"}


def asks(town: Town, label: str, role: str = "clerk") -> Inside:
    """The interface as a clerk with a key of that label has it."""
    return Inside(town.house, town.program, Key(town.program.id, None, label, role))


async def proposed(town: Town, points: int, by: str = "ann", key: str = "", who: str = "lin") -> Any:
    """A correction that waits."""
    body = {"member": town.number(who), "points": points, **ASKED}
    return await asks(town, by).post("/v1/adjustment-proposals", body, key or f"{by}-{points}")


async def available(town: Town, who: str = "lin") -> int:
    """What can be spent."""
    found: int = (await town.balance(who))["balances"]["point"]["available"]
    return found


async def refused(town: Town, by: str, of: str, approve: bool, role: str = "clerk", reason: str = "") -> No:
    """A decision that is refused."""
    with pytest.raises(No) as no:
        await asks(town, by, role).post(
            f"/v1/adjustment-proposals/{of}/decision", {"approve": approve, "reason": reason}
        )
    return no.value


async def test_nothing_moves_before_a_second_person_says_yes(town: Town) -> None:
    """
    ann proposes 390          -> waits, balance as before
    ann approves her own      -> own_approval
    bea approves              -> booked once, names its entry; again the same answer
    bea declines afterwards   -> proposal_decided
    """
    before = await available(town)
    made = await proposed(town, 390, key="p1")
    assert (made["state"], made["needs_approver"], await available(town)) == ("waiting", False, before)
    assert (await proposed(town, 390, key="p1"))["id"] == made["id"]
    assert (await refused(town, "ann", made["id"], True)).code == "own_approval"
    path = f"/v1/adjustment-proposals/{made['id']}/decision"
    booked = await asks(town, "bea").post(path, {"approve": True})
    assert (booked["state"], booked["decided_by"], await available(town)) == ("approved", "bea", before + 390)
    assert await asks(town, "bea").post(path, {"approve": True}) == booked
    assert await available(town) == before + 390
    assert (await refused(town, "bea", made["id"], False, reason="no")).code == "proposal_decided"
    entry = await town.api.get(f"/v1/members/{town.number('lin')}/entries/{booked['no']}")
    assert (entry["kind"], entry["source"], entry["key"]) == ("adjust", "adjustments", made["id"])


async def test_above_the_limit_only_an_approver_decides(town: Town) -> None:
    """The limit is the programme's; an approver may set it, a clerk may not."""
    made = await proposed(town, 1001)
    assert made["needs_approver"]
    no = await refused(town, "bea", made["id"], True)
    assert (no.code, "1000" in no.detail) == ("role_refused", True)
    with pytest.raises(No, match="second person"):
        await asks(town, "bea").put("/v1/adjustment-limit", {"approver_above": 5000})
    await asks(town, "cai", "approver").put("/v1/adjustment-limit", {"approver_above": 1001})
    path = f"/v1/adjustment-proposals/{made['id']}/decision"
    assert (await asks(town, "bea").post(path, {"approve": True}))["state"] == "approved"
    await asks(town, "cai", "approver").put("/v1/adjustment-limit", {"approver_above": 1000})


async def test_what_the_books_refuse_waits_on(town: Town) -> None:
    """More is to be taken than there is: refused with the figures, and the proposal can be declined."""
    made = await proposed(town, -900, who="chen")
    no = await refused(town, "bea", made["id"], True)
    assert no.code == "insufficient_points"
    listed = (await asks(town, "bea").get("/v1/adjustment-proposals"))["adjustments"]
    assert [one["state"] for one in listed if one["id"] == made["id"]] == ["waiting"]
    assert (await refused(town, "bea", made["id"], False, reason=" ")).code == "invalid_request"
    path = f"/v1/adjustment-proposals/{made['id']}/decision"
    declined = await asks(town, "bea").post(path, {"approve": False, "reason": "账上没有这么多"})
    assert (declined["state"], declined["decision"]) == ("declined", "账上没有这么多")
    assert (await refused(town, "bea", made["id"], True)).code == "proposal_decided"


async def test_a_kill_between_yes_and_the_books_is_made_good(town: Town) -> None:
    """Decided but not booked: it cannot be declined any more, and approving it again books it once."""
    before = await available(town)
    made = await proposed(town, 77)
    await town.house.pool.execute(KILLED, made["id"])
    assert (await refused(town, "cai", made["id"], False, reason="no")).code == "proposal_decided"
    path = f"/v1/adjustment-proposals/{made['id']}/decision"
    done = await asks(town, "cai").post(path, {"approve": True})
    assert (done["state"], done["decided_by"], await available(town)) == ("approved", "bea", before + 77)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"points": 0}, "invalid_request"),
        ({"evidence": "   "}, "invalid_request"),
        ({"member": "QH999999"}, "member_unknown"),
        ({"unit": "gold"}, "unit_unknown"),
    ],
)
async def test_a_proposal_that_says_too_little_is_refused(
    town: Town, more: dict[str, Any], code: str
) -> None:
    """Nothing is kept of it."""
    body = {"member": town.number("lin"), "points": 5, **ASKED, **more}
    with pytest.raises(No) as no:
        await asks(town, "ann").post("/v1/adjustment-proposals", body, f"bad-{code}-{sorted(more)}")
    assert no.value.code == code


async def test_the_same_key_with_other_content_is_told(town: Town) -> None:
    """As everywhere: the same key is the same fact."""
    await proposed(town, 11, key="same")
    with pytest.raises(No) as no:
        await proposed(town, 12, key="same")
    assert no.value.code == "key_reused"


async def test_from_the_members_page_to_the_books_by_two_people(town: Town) -> None:
    """The clerk proposes and sees no button for it; the approver reads reason and evidence, and approves."""
    before = await available(town)
    clerk, approver = await town.client("hezhiyuan"), await town.client("xuapprover")
    wrong = await clerk.send(PROPOSE, PROPOSE, points="many", **ASKED)
    assert (wrong.status_code, ASKED["evidence"] in wrong.text) == (422, True)
    sent = await clerk.send(PROPOSE, PROPOSE, points="1,500", **ASKED)
    assert sent.headers["location"].startswith("/console/adjustments#")
    of = sent.headers["location"].split("#")[1]
    own = await clerk.open("/console/adjustments")
    assert ("这是你提出的" in own, f'action="/console/adjustments/{of}"' in own) == (True, False)
    page = await approver.open("/console/adjustments")
    for said in (ASKED["reason"], ASKED["evidence"], "何知远", "批准，给 林小满 加 1,500"):
        assert said in page
    assert await available(town) == before
    done = await approver.send(f"/console/adjustments/{of}", "/console/adjustments", decision="approve")
    assert (done.status_code, await available(town)) == (303, before + 1500)
    assert "已入账" in await approver.open("/console/adjustments")
    lines = await town.house.pool.fetch("SELECT actor, action, target FROM audit ORDER BY no DESC LIMIT 2")
    assert {tuple(line) for line in lines} == {
        ("xuapprover", "console.adjustment_decide", of),
        ("hezhiyuan", "console.member_adjust", "QH000012"),
    }


async def test_a_no_needs_its_reason_on_the_page_too(town: Town) -> None:
    """Declining without a reason shows the page again; with one it stands beside the proposal."""
    made = await proposed(town, 21)
    approver = await town.client("xuapprover", "en")
    path = f"/console/adjustments/{made['id']}"
    again = await approver.send(path, "/console/adjustments", decision="decline", reason=" ")
    assert (again.status_code, "invalid_request" in again.text) == (422, True)
    done = await approver.send(
        path, "/console/adjustments", decision="decline", reason="the receipt is not ours"
    )
    assert done.status_code == 303
    assert "the receipt is not ours" in await approver.open("/console/adjustments")


async def test_the_auditor_sees_and_cannot_decide(town: Town) -> None:
    """No form on the page, and a form sent all the same is refused."""
    made = await proposed(town, 31)
    auditor = await town.client("songauditor")
    page = await auditor.open("/console/adjustments")
    assert (ASKED["evidence"] in page, '<form method="post"' in page) == (True, False)
    answer = await auditor.client.post(f"/console/adjustments/{made['id']}", data={"decision": "approve"})
    assert answer.status_code == 403
    assert (await town.api.get("/v1/adjustment-proposals"))["adjustments"][-1]["state"] == "waiting"
