"""The audit log: every line is there, none can be changed, and calls by keys stand in it."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from jifen.parties.audit import Audit
from jifen.store.queries import q
from tests.api.alliance import Alliance

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def audit_of(alliance: Alliance) -> Audit:
    """The log of a house."""
    return Audit(alliance.house.pool, alliance.house.vault)


async def written(alliance: Alliance, count: int = 5) -> None:
    """Some lines, one a minute."""
    audit = audit_of(alliance)
    for no in range(count):
        at = NOW + timedelta(minutes=no)
        actor = f"@staff/{'wang' if no % 2 else 'li'}"
        await audit.write(
            alliance.id, at, actor, "clerk", "freeze", f"M{no}", "done", {"no": no, "原因": "核实"}
        )


async def test_lines_come_newest_first_page_by_page(alliance: Alliance) -> None:
    """With what was said of them."""
    await written(alliance)
    audit = audit_of(alliance)
    first = await audit.page(alliance.id, None, 2, {})
    assert [line.no for line in first] == [5, 4]
    assert first[0].facts == {"no": 4, "原因": "核实"}
    assert (first[0].at, first[0].actor, first[0].target) == (NOW + timedelta(minutes=4), "@staff/li", "M4")
    assert [line.no for line in await audit.page(alliance.id, 4, 2, {})] == [3, 2]


async def test_lines_are_filtered(alliance: Alliance) -> None:
    """By who, what and when; a filter that is none is refused."""
    await written(alliance)
    audit = audit_of(alliance)

    async def numbers(**filters: object) -> list[int]:
        return [line.no for line in await audit.page(alliance.id, None, 50, filters)]

    assert await numbers(actor="@staff/wang") == [4, 2]
    assert await numbers(target="M2") == [3]
    assert await numbers(action="thaw") == []
    assert await numbers(since=NOW + timedelta(minutes=1), until=NOW + timedelta(minutes=3)) == [3, 2]
    with pytest.raises(ValueError, match="no filter"):
        await numbers(colour="red")


async def test_lines_written_at_once_stand_in_one_chain(alliance: Alliance) -> None:
    """The lock of the head puts them in a row."""
    audit = audit_of(alliance)
    lines = [
        audit.write(alliance.id, NOW, "@member", "member", "redeem", "ann", "done", {}) for _ in range(12)
    ]
    assert sorted(await asyncio.gather(*lines)) == list(range(1, 13))
    assert await audit.fault(alliance.id) == ""


FAULTS = {
    "a word changed": "UPDATE audit SET actor = '@staff/nobody' WHERE program = $1 AND no = 3",
    "a fact changed": "UPDATE audit SET facts = '{}' WHERE program = $1 AND no = 3",
    "a time changed": "UPDATE audit SET at = at - interval '1 second' WHERE program = $1 AND no = 3",
    "a line deleted": "DELETE FROM audit WHERE program = $1 AND no = 3",
    "the last lines deleted": "DELETE FROM audit WHERE program = $1 AND no >= 4",
    "all deleted": "DELETE FROM audit WHERE program = $1",
    "one moved": "UPDATE audit SET no = 93 WHERE program = $1 AND no = 2",
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_a_line_that_was_tampered_with_is_found(alliance: Alliance, fault: str) -> None:
    """Planted: and before that, nothing is found."""
    await written(alliance)
    assert await audit_of(alliance).fault(alliance.id) == ""
    await alliance.house.pool.execute(fault, alliance.id)
    assert "line" in await audit_of(alliance).fault(alliance.id)


async def test_a_line_of_another_past_does_not_fit(alliance: Alliance) -> None:
    """Each line was hashed by us, but not after the one before it: an older log, put in between."""
    pool = alliance.house.pool
    await written(alliance, 3)
    old = await pool.fetchrow("SELECT * FROM audit WHERE program = $1 AND no = 2", alliance.id)
    first = await pool.fetchval("SELECT hash FROM audit WHERE program = $1 AND no = 1", alliance.id)
    assert old is not None
    await pool.execute("DELETE FROM audit WHERE program = $1 AND no > 1", alliance.id)
    await pool.execute("UPDATE audit_head SET no = 1, hash = $2 WHERE program = $1", alliance.id, first)
    for no in range(2):
        await audit_of(alliance).write(alliance.id, NOW, "@staff/li", "clerk", "thaw", f"{no}", "done", {})
    assert await audit_of(alliance).fault(alliance.id) == ""
    await pool.execute("DELETE FROM audit WHERE program = $1 AND no = 2", alliance.id)
    await pool.execute(q("audit_add"), *old.values())
    assert "line 3" in await audit_of(alliance).fault(alliance.id)


async def test_a_line_cannot_be_hashed_again_without_the_secret(alliance: Alliance) -> None:
    """Who can write the table but has not the secret is found: the hash is keyed."""
    await written(alliance, 2)
    other = Audit(alliance.house.pool, type(alliance.house.vault)(b"x" * 32))
    assert await other.fault(alliance.id) != ""


async def test_what_an_operators_key_does_stands_in_the_log(alliance: Alliance) -> None:
    """With the label of the key; reads, facts (which leave entries) and what was refused do not."""
    await alliance.operator.done("/v1/stores", merchant="air", code="air-9", name="新店")
    await alliance.operator.ask("DELETE", "/v1/keys/nothing-of-that-name")
    await alliance.operator.get("/v1/appeals")
    await alliance.operator.done("/v1/adjustments", key="a1", member="ann", points=5, reason="counted again")
    await alliance.air.refused("operator_only", "/v1/stores", merchant="air", code="x", name="x")
    lines = await audit_of(alliance).page(alliance.id)
    assert [(line.actor, line.role, line.action, line.outcome) for line in lines] == [
        ("operator", "key", "add_store", "done")
    ]
    answer = await alliance.operator.ask("DELETE", "/v1/keys/sea-till")
    assert answer.status_code == 200
    line = (await audit_of(alliance).page(alliance.id))[0]
    assert (line.action, line.target) == ("revoke_key", "sea-till")
