"""Death and inheritance: the lots go with their dates to the heir, once, for good, on evidence."""

from tests.households.family import Family

CASE = {"heir": "dan", "case": "（2026）京民证字第7号", "evidence": "死亡证明和公证书原件已核对"}


async def test_the_heir_gets_the_lots_with_their_dates(family: Family) -> None:
    """The own points and the own part of the pool; the wallet is closed, the others keep theirs."""
    await family.opens("nest", "ann", "bob")
    await family.earns("ann", 60)
    await family.earns("bob", 40)
    await family.sends("ann", "nest", 20)
    await family.sends("bob", "nest", 40)
    lots = (await family.operator.get("/v1/members/ann/lots")).json()["lots"]
    await family.does("ann", "inheritance", **CASE)
    assert await family.has("ann", "bob", "nest", "dan") == [0, 0, 40, 60]
    heirs = (await family.operator.get("/v1/members/dan/lots")).json()["lots"]
    assert [(one["series"], one["expires_at"]) for one in heirs] == [
        (one["series"], one["expires_at"]) for one in lots
    ]
    assert [one["number"] for one in (await family.home("bob"))["members"]] == ["bob"]
    assert (await family.home("ann"))["number"] is None
    entries = (await family.operator.get("/v1/members/dan/entries")).json()["entries"]
    assert entries[0]["kind"] == "transfer"
    row = await family.house.pool.fetchrow(
        "SELECT i.case_ref, i.evidence, e.explanation FROM inheritance i JOIN member m ON m.wallet = i.heir"
        " JOIN entry e ON e.wallet = i.heir AND e.kind = 'transfer' WHERE m.number = 'dan'"
        " AND i.wallet IN (SELECT wallet FROM member WHERE program = $1)",
        family.alliance.id,
    )
    assert row is not None
    assert (row["case_ref"], row["evidence"]) == (CASE["case"], CASE["evidence"])
    assert CASE["case"] in row["explanation"]


async def test_it_is_once_and_for_good(family: Family) -> None:
    """Nothing is spent of a closed wallet, it joins nothing, and it is not inherited again."""
    await family.earns("ann", 40)
    await family.put("/v1/members/ann/beneficiaries/mother", name="王芳")
    first = await family.does("ann", "inheritance", key="h-1", **CASE)
    told = (await family.operator.get("/v1/members/ann/beneficiaries")).json()
    assert told["beneficiaries"] == []
    assert (await family.does("ann", "inheritance", key="h-1", **CASE)) == {**first, "replayed": True}
    await family.may_not("ann", "inheritance", **CASE)
    await family.may_not("ann", "inheritance", code="key_reused", key="h-1", **{**CASE, "heir": "cat"})
    await family.earns("ann", 40)
    told = await family.pays("ann", "lamp", code="household_refused")
    assert told["why"] == "closed"
    await family.opens("nest", "bob", "cat")
    await family.may_not("bob", "household/invitations", invitee="ann")
    await family.may_not("dan", "inheritance", **{**CASE, "heir": "ann"})
    assert await family.has("dan") == [40]


async def test_what_is_missing_or_open_keeps_it(family: Family) -> None:
    """Evidence in words, an heir who is a member, no hold that is open, the operator alone."""
    await family.earns("ann", 40)
    for field in ("case", "evidence"):
        told = await family.may_not("ann", "inheritance", code="invalid_request", **{**CASE, field: "  "})
        assert told["errors"][0]["field"] == field
    await family.may_not("ann", "inheritance", code="member_unknown", **{**CASE, "heir": "eve"})
    for heir in ("ann", "home"):
        await family.may_not("ann", "inheritance", **{**CASE, "heir": heir})
    deadline = "2026-11-22T02:00:00Z"
    hold = await family.operator.done(
        "/v1/holds", key=family.key(), member="ann", points=4, store="air-1", deadline=deadline
    )
    told = await family.may_not("ann", "inheritance", **CASE)
    assert told["why"] == "hold"
    air = family.alliance.air
    await air.refused("operator_only", "/v1/members/ann/inheritance", key="x", **CASE)
    await family.operator.done(f"/v1/holds/{hold['id']}/release", key=family.key())
    await family.does("ann", "inheritance", **CASE)
    assert await family.has("ann", "dan") == [0, 40]
