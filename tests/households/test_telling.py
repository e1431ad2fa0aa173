"""What entries of a household tell, wherever an entry can be read."""

from jifen.mall.family import read_told
from tests.households.family import Family


async def test_every_step_can_be_read(family: Family) -> None:
    """By the list, by the entry and by its explanation, in both languages."""
    await family.opens("nest", "ann", "bob")
    await family.joins("cat", "bob")
    await family.earns("cat", 20)
    await family.lets("cat", 20)
    await family.sends("cat", "nest", 10)
    await family.put("/v1/members/cat/beneficiaries/mother", name="王芳")
    await family.put("/v1/members/bob/guardian", guardian="ann")
    await family.does("cat", "household/leave")
    steps: list[str] = []
    for member in ("ann", "bob", "cat", "nest"):
        answer = await family.operator.get(f"/v1/members/{member}/entries")
        assert answer.status_code == 200, answer.text
        for entry in reversed(answer.json()["entries"]):
            whole = await family.operator.get(f"/v1/entries/{entry['id']}")
            assert whole.status_code == 200, whole.text
            assert entry["points"] == whole.json()["points"] or entry["kind"] in ("transfer", "household")
            for language in ("zh", "en"):
                told = await family.operator.get(f"/v1/entries/{entry['id']}/explanation?lang={language}")
                assert told.status_code == 200, told.text
            if entry["kind"] == "household":
                row = await family.house.pool.fetchval(
                    "SELECT explanation FROM entry WHERE wallet = $1::uuid AND no = $2",
                    answer.json()["wallet"],
                    entry["no"],
                )
                steps.append(read_told(row).step)
    assert set(steps) == {"opened", "joined", "invited", "pooled", "named", "guarded", "left"}
