"""Keys with a role: an auditor's only reads, a clerk's decides nothing, labels of people are nobody's."""

from typing import Any

import pytest

from jifen.api.app import DOCUMENTED
from jifen.parties.catalog import Conflict
from tests.api.alliance import NOW, Alliance, Caller, problem

DUTY = tuple(route for route in DOCUMENTED if route.duty == "approve")


async def keyed(alliance: Alliance, role: str) -> Caller:
    """A caller with a key of a role, made through the interface."""
    made = await alliance.operator.done("/v1/keys", label=f"key-{role}", role=role)
    assert made["role"] == role
    return Caller(alliance.client, made["secret"])


async def test_an_auditors_key_reads_and_changes_nothing(alliance: Alliance) -> None:
    """Whatever is sent: the role is looked at before the body."""
    auditor = await keyed(alliance, "auditor")
    for path in ("/v1/program", "/v1/members/ann/balance", "/v1/messages", "/v1/appeals"):
        answer = await auditor.get(path)
        assert answer.status_code == 200, path
    before = await alliance.books()
    for route in DOCUMENTED:
        if route.method != "GET" and route.who != "anyone":
            path = "/".join("ann" if part.startswith("{") else part for part in route.path.split("/"))
            problem(await auditor.ask(route.method, path, json={"nonsense": 1}), "role_refused")
    assert await alliance.books() == before


async def test_a_clerks_key_prepares_and_decides_nothing(alliance: Alliance) -> None:
    """What is for the second person is refused, one by one and in bulk; the rest is done."""
    clerk = await keyed(alliance, "clerk")
    assert {"adjust", "compensate", "approve_programme", "decide_appeal", "make_key"} <= {
        one.name for one in DUTY
    }
    for route in DUTY:
        path = "/".join("ann" if part.startswith("{") else part for part in route.path.split("/"))
        problem(await clerk.ask(route.method, path, json={"nonsense": 1}), "role_refused")
    line = {"type": "adjustment", "key": "b1", "member": "ann", "points": 5, "reason": "counted again"}
    assert [one["code"] for one in await clerk.bulk(line)] == ["role_refused"]
    await clerk.done("/v1/purchases", key="p1", member="ann", store="air-1", amount=5_000)
    await clerk.done("/v1/stores", merchant="air", code="air-8", name="新店")


async def test_an_approvers_key_and_a_key_of_before_decide(alliance: Alliance) -> None:
    """A key without a role is what it was."""
    approver = await keyed(alliance, "approver")
    for no, caller in enumerate((approver, alliance.operator)):
        body: dict[str, Any] = {"key": f"a{no}", "member": "ann", "points": 5, "reason": "counted again"}
        await caller.done("/v1/adjustments", **body)


async def test_a_merchants_key_may_only_be_an_auditors(alliance: Alliance) -> None:
    """A merchant has no clerks of the operator; and the auditor's sees no more than the merchant."""
    await alliance.operator.refused("invalid_request", "/v1/keys", label="k1", merchant="air", role="clerk")
    made = await alliance.operator.done("/v1/keys", label="k2", merchant="air", role="auditor")
    auditor = Caller(alliance.client, made["secret"])
    assert (await auditor.get("/v1/members/ann/balance")).status_code == 200
    problem(await auditor.get("/v1/appeals"), "operator_only")
    body = {"key": "p9", "member": "ann", "store": "air-1", "amount": 100}
    await auditor.refused("role_refused", "/v1/purchases", **body)


async def test_a_role_that_is_none_is_refused(alliance: Alliance) -> None:
    """By the interface and by the book of keys."""
    await alliance.operator.refused("invalid_request", "/v1/keys", label="k3", role="queen")
    with pytest.raises(Conflict, match="no role"):
        await alliance.house.keys.make(alliance.id, None, "k4", NOW, "queen")


async def test_labels_of_people_are_nobodys(alliance: Alliance) -> None:
    """Neither as the label of a key, nor as a source that an operator names."""
    with pytest.raises(Conflict, match="system's own"):
        await alliance.house.keys.make(alliance.id, None, "@member", NOW)
    await alliance.operator.refused("invalid_request", "/v1/keys", label="@staff/wang")
    body = {"key": "p9", "member": "ann", "store": "air-1", "amount": 100, "source": "@member"}
    await alliance.operator.refused("invalid_request", "/v1/purchases", **body)
