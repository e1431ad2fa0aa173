"""Under 14: a guardian's consent, kept in the ledger of consents, before anything is spent or pooled."""

from tests.households.family import Family

TEXT = {"text": "我同意孩子在家庭中使用积分。", "channel": "app"}


async def test_a_member_under_14_spends_with_a_guardians_consent(family: Family) -> None:
    """Not before it, not after it is withdrawn; pooling has a consent of its own."""
    await family.opens("nest", "ann", "bob")
    await family.earns("bob", 90)
    await family.lets("bob", 90)
    await family.put("/v1/members/bob/guardian", guardian="ann")
    told = await family.pays("bob", "lamp", code="household_refused")
    assert told["why"] == "guardian"
    await family.operator.refused(
        "household_refused", "/v1/redemptions", key="r1", member="bob", points=5, store="air-1"
    )
    await family.operator.refused(
        "household_refused", "/v1/transfers", key="t1", member="bob", to="nest", points=5
    )
    await family.pays("ann", "lamp", "ann", "bob", code="insufficient_points")
    await family.put("/v1/members/bob/household/pool", code="household_refused", points=5)
    await family.put("/v1/members/bob/guardian", guardian="ann", allows=["pool"], consent=TEXT)
    await family.pays("ann", "lamp", "ann", "bob")
    await family.pays("bob", "lamp", code="household_refused")
    await family.put("/v1/members/bob/guardian", guardian="ann", allows=["spend"], consent=TEXT)
    await family.pays("bob", "lamp")
    await family.pays("ann", "lamp", "ann", "bob", code="insufficient_points")
    await family.put("/v1/members/bob/guardian", guardian="ann")
    await family.pays("bob", "lamp", code="household_refused")
    await family.delete("/v1/members/bob/guardian")
    await family.pays("bob", "lamp")
    await family.delete("/v1/members/bob/guardian", code="household_refused")


async def test_the_consent_stands_in_the_guardians_ledger(family: Family) -> None:
    """With the hash of its text; it can be read there, and is given and withdrawn at its own address only."""
    wallet = (await family.operator.get("/v1/members/bob")).json()["wallet"]
    path = f"/v1/members/ann/consents/guardian:{wallet}"
    await family.put("/v1/members/bob/guardian", guardian="ann", allows=["spend"], consent=TEXT, version="v3")
    await family.put("/v1/members/bob/guardian", guardian="dan")
    seen = (await family.operator.get(path)).json()
    assert [(one["given"], one["version"], one["channel"]) for one in seen["lines"]] == [
        (True, "v3", "app"),
        (False, "", "api"),
    ]
    assert not seen["holds"]
    for answer in (
        await family.operator.ask("PUT", path, json={"version": "v1", **TEXT}),
        await family.operator.ask("DELETE", path),
    ):
        assert answer.status_code == 422
        assert "/guardian" in answer.json()["detail"]


async def test_who_can_be_a_guardian(family: Family) -> None:
    """Another member, an adult; what is allowed comes with the text of the consent."""
    await family.put("/v1/members/bob/guardian", guardian="ann")
    for guardian in ("cat", "bob", "home"):
        await family.put("/v1/members/cat/guardian", code="household_refused", guardian=guardian)
    told = await family.put(
        "/v1/members/bob/guardian", code="consent_missing", guardian="ann", allows=["spend"]
    )
    assert told["errors"][0]["field"] == "consent"
    told = await family.put("/v1/members/bob/guardian", code="invalid_request", guardian="ann", allows=["x"])
    assert told["errors"][0]["field"] == "allows[0]"


async def test_a_child_agrees_to_no_joint_payment_alone(family: Family) -> None:
    """The other payer is untouched; with the guardian's consent both pay."""
    await family.earns("ann", 60)
    await family.earns("bob", 60)
    await family.put("/v1/members/bob/guardian", guardian="ann")
    payers = [{"member": "ann", "points": 60}, {"member": "bob", "points": 60}]
    body = {"member": "ann", "reward": "scarf", "expected": 120, "payers": payers}
    offer = await family.operator.done("/v1/joint-redemptions", key=family.key(), **body)
    accept = f"/v1/joint-redemptions/{offer['id']}/accept"
    await family.operator.refused("household_refused", accept, key="a-1", member="bob")
    assert await family.has("ann", "bob") == [60, 60]
    await family.put("/v1/members/bob/guardian", guardian="ann", allows=["spend"], consent=TEXT)
    await family.operator.done(accept, key="a-1", member="bob")
    assert await family.has("ann", "bob") == [0, 0]


async def test_the_same_consent_twice_is_one_line(family: Family) -> None:
    """A repeat under its key adds nothing to the ledger."""
    wallet = (await family.operator.get("/v1/members/bob")).json()["wallet"]
    for _ in range(2):
        await family.put(
            "/v1/members/bob/guardian", key="g-1", guardian="ann", allows=["spend"], consent=TEXT
        )
    seen = (await family.operator.get(f"/v1/members/ann/consents/guardian:{wallet}")).json()
    assert len(seen["lines"]) == 1
