"""Beneficiaries: named beforehand, usable after the waiting period (SCENARIOS S15)."""

from tests.households.family import Family

PATH = "/v1/members/ann/beneficiaries"


async def test_a_beneficiary_waits(family: Family) -> None:
    """Refused before the day, which is told; granted from that day on; forgotten at once."""
    await family.earns("ann", 90)
    await family.pays("ann", "lamp", beneficiary="mother", code="beneficiary_refused")
    await family.put(f"{PATH}/mother", name="王芳")
    told = await family.pays("ann", "lamp", beneficiary="mother", code="beneficiary_refused")
    assert told["from"] == "2027-01-20"
    seen = (await family.operator.get(PATH)).json()
    assert seen == {
        "beneficiaries": [
            {"ref": "mother", "name": "王芳", "named": "2026-11-21", "usable_from": "2027-01-20"}
        ],
        "most": 8,
    }
    # 02:00 in UTC is 10:00 in the programme's zone; 60 days later to the minute is that day.
    await family.later(days=59, hours=13)
    await family.pays("ann", "lamp", beneficiary="mother", code="beneficiary_refused")
    await family.later(hours=2)
    await family.pays("ann", "lamp", beneficiary="mother")
    await family.delete(f"{PATH}/mother")
    await family.pays("ann", "lamp", beneficiary="mother", code="beneficiary_refused")
    await family.delete(f"{PATH}/mother", code="beneficiary_refused")
    assert (await family.operator.get(PATH)).json()["beneficiaries"] == []


async def test_another_name_waits_anew(family: Family) -> None:
    """The same name again does not; nor is one person put in another's place."""
    await family.earns("ann", 90)
    await family.put(f"{PATH}/mother", name="王芳")
    await family.later(days=60)
    await family.put(f"{PATH}/mother", name=" 王芳 ")
    await family.pays("ann", "lamp", beneficiary="mother")
    await family.put(f"{PATH}/mother", name="李强")
    await family.pays("ann", "lamp", beneficiary="mother", code="beneficiary_refused")


async def test_there_are_so_many_at_most(family: Family) -> None:
    """What is asked twice under a key is done once."""
    await family.rules(beneficiaries_most=2, beneficiary_days=0)
    await family.earns("ann", 90)
    await family.put(f"{PATH}/a", key="b-1", name="甲")
    assert (await family.put(f"{PATH}/a", key="b-1", name="甲"))["replayed"]
    await family.put(f"{PATH}/a", code="key_reused", key="b-1", name="乙")
    await family.put(f"{PATH}/b", name="乙")
    await family.put(f"{PATH}/c", code="beneficiary_refused", name="丙")
    await family.put(f"{PATH}/b", name="丁")
    await family.pays("ann", "lamp", beneficiary="b")
    for ref in ("A", "a b", "x" * 33):
        told = await family.put(f"{PATH}/{ref}", code="invalid_request", name="甲")
        assert told["errors"][0]["field"] == "ref"
    told = await family.put(f"{PATH}/c", code="invalid_request", name=" ")
    assert told["errors"][0]["field"] == "name"


async def test_a_name_is_kept_sealed(family: Family) -> None:
    """Neither the entry, the facts nor the table tells it."""
    await family.put(f"{PATH}/mother", name="王芳")
    rows = await family.house.pool.fetch(
        "SELECT e.event, e.explanation, w.facts, b.sealed FROM wallet w JOIN entry e ON e.wallet = w.id"
        " JOIN beneficiary b ON b.wallet = w.id WHERE w.program = $1",
        family.alliance.id,
    )
    assert rows
    for row in rows:
        assert "王芳" not in row["event"] + row["explanation"] + row["facts"]
        assert "王芳".encode() not in row["sealed"]
