"""Keys: the same fact gets the same answer for ever, another fact under the same key the difference."""

import asyncio
from typing import Any

import pytest

from tests.api.alliance import Alliance, problem

PURCHASE = {"member": "ann", "store": "air-1", "amount": 5_000}


async def test_a_repeat_gets_the_first_answer(alliance: Alliance) -> None:
    """As it was then, though the balance has moved on; 200 instead of 201, and nothing moves."""
    first = await alliance.operator.post("/v1/purchases", key="p1", **PURCHASE)
    await alliance.operator.done("/v1/purchases", key="p2", **PURCHASE)
    before = await alliance.books()
    again = await alliance.operator.post("/v1/purchases", key="p1", **PURCHASE)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == {**first.json(), "replayed": True}
    assert await alliance.books() == before


async def test_another_fact_under_the_same_key_is_told_the_difference(alliance: Alliance) -> None:
    """The field that differs with both values, for another amount, store and member."""
    first = await alliance.operator.done("/v1/purchases", key="p1", **PURCHASE)
    before = await alliance.books()
    for field, other in (("amount", 5_001), ("store", "sea-1"), ("member", "bob")):
        told = await alliance.operator.refused(
            "key_reused", "/v1/purchases", key="p1", **{**PURCHASE, field: other}
        )
        assert told["differs"] in (field, "cash"), "an amount without lines is kept as cash"
        assert told["entry"] == first["id"]
    assert (
        "5000 was booked, 5001 is asked now"
        in (
            await alliance.operator.refused(
                "key_reused", "/v1/purchases", key="p1", **{**PURCHASE, "amount": 5_001}
            )
        )["detail"]
    )
    act = await alliance.operator.refused("key_reused", "/v1/acts", key="p1", member="ann", act="bag")
    assert "type" in act["differs"]
    assert await alliance.books() == before


async def test_the_key_may_come_as_a_header(alliance: Alliance) -> None:
    """By header or by field, both where they agree; bare or in quotes; never two, never none."""
    operator = alliance.operator
    header = {"idempotency-key": "p1"}
    first = await operator.ask("POST", "/v1/purchases", json=PURCHASE, headers=header)
    assert first.status_code == 201
    both = await operator.ask("POST", "/v1/purchases", json={**PURCHASE, "key": "p1"}, headers=header)
    assert both.status_code == 200
    quoted = await operator.ask("POST", "/v1/purchases", json=PURCHASE, headers={"idempotency-key": '"p1"'})
    assert quoted.status_code == 200
    differing = await operator.ask("POST", "/v1/purchases", json={**PURCHASE, "key": "p2"}, headers=header)
    assert problem(differing, "key_differs")["errors"][0]["value"] == "p2"
    assert (
        problem(await operator.post("/v1/purchases", **PURCHASE), "key_missing")["errors"][0]["field"]
        == "key"
    )


async def test_each_source_has_keys_of_its_own(alliance: Alliance) -> None:
    """A source is the label of the API key; an operator may name another."""
    await alliance.air.done("/v1/purchases", key="p1", **PURCHASE)
    await alliance.operator.done("/v1/purchases", key="p1", **PURCHASE)
    await alliance.operator.done("/v1/purchases", key="p1", source="import", **PURCHASE)
    again = await alliance.operator.post("/v1/purchases", key="p1", source="air-till", **PURCHASE)
    assert again.status_code == 200
    told = await alliance.air.refused("out_of_scope", "/v1/purchases", key="p9", source="import", **PURCHASE)
    assert told["errors"][0]["field"] == "source"


async def test_a_refused_fact_may_be_sent_again(alliance: Alliance) -> None:
    """A refusal books nothing, so the key is still free, and the books decide anew."""
    spend = {"key": "d1", "member": "ann", "store": "air-1", "points": 30}
    await alliance.operator.refused("insufficient_points", "/v1/redemptions", **spend)
    await alliance.operator.done("/v1/purchases", key="p1", **PURCHASE)
    first = await alliance.operator.post("/v1/redemptions", **spend)
    assert first.status_code == 201
    await alliance.operator.done("/v1/redemptions", key="d2", member="ann", store="air-1", points=20)
    again = await alliance.operator.post("/v1/redemptions", **spend)
    assert (again.status_code, again.json()) == (200, {**first.json(), "replayed": True})


async def test_of_many_at_once_one_is_booked(alliance: Alliance) -> None:
    """Twenty repeats in flight together are one entry."""
    answers = await asyncio.gather(
        *(alliance.operator.post("/v1/purchases", key="p1", **PURCHASE) for _ in range(20))
    )
    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert await alliance.operator.available("ann") == 50


REPEATS: dict[str, dict[str, Any]] = {
    "acts": {"member": "ann", "act": "bag"},
    "returns": {"purchase": "seed", "amount": 100},
    "redemptions": {"member": "ann", "store": "air-1", "points": 5},
    "holds": {"member": "ann", "store": "air-1", "points": 5, "deadline": "2026-11-30T00:00:00Z"},
    "holds/{hold}/capture": {"points": 2, "keep_open": True},
    "holds/{hold}/release": {},
    "reversals": {"entry_key": "spent"},
    "transfers": {"member": "fay", "to": "gus", "points": 1},
    "donations": {"member": "ann", "charity": "hope", "points": 1},
    "adjustments": {"member": "ann", "points": 3, "reason": "x"},
    "compensations": {"member": "ann", "points": 3, "reason": "x"},
    "freezes": {
        "member": "bob",
        "reason": "x",
        "evidence": "y",
        "notice": "z",
        "until": "2026-12-01T00:00:00Z",
    },
}


@pytest.mark.parametrize("route", sorted(REPEATS))
async def test_every_write_repeats(alliance: Alliance, route: str) -> None:
    """Each kind of fact: the repeat is the first answer, and moves nothing."""
    operator = alliance.operator
    for member in ("ann", "fay"):
        await operator.done("/v1/purchases", key=f"seed-{member}", **{**PURCHASE, "member": member})
    await operator.done("/v1/purchases", key="seed", **PURCHASE)
    await operator.done("/v1/redemptions", key="spent", member="ann", store="air-1", points=10)
    held = await operator.done(
        "/v1/holds", key="held", member="ann", store="air-1", points=9, deadline="2026-11-30T00:00:00Z"
    )
    path = "/v1/" + route.format(hold=held["id"])
    first = await operator.post(path, key="again", **REPEATS[route])
    assert first.status_code == 201, first.text
    before = await alliance.books()
    again = await operator.post(path, key="again", **REPEATS[route])
    assert (again.status_code, again.json()) == (200, {**first.json(), "replayed": True})
    assert await alliance.books() == before
