"""A notice to a hundred thousand members: published, delivered with receipts, in force on its day."""

from collections.abc import Awaitable, Callable

import msgspec
import pytest

from jifen.messages.outbox import delivered
from jifen.values.periods import Rolling
from tests.scenarios.stage import Stage, local

SetUp = Callable[[str, str], Awaitable[Stage]]

pytestmark = pytest.mark.scenario

MEMBERS = (10_000, pytest.param(100_000, marks=pytest.mark.soak))
"""As many as a county has; the hundred thousand of a city are told under `make soak`."""


async def lasts(stage: Stage, member: str) -> list[tuple[int, str]]:
    """The lots of a member, with their instants of expiry."""
    told = (await stage.operator.get(f"/v1/members/{member}/lots")).json()["lots"]
    return sorted((lot["remaining"], lot["expires_at"]) for lot in told)


@pytest.mark.parametrize("count", MEMBERS)
async def test_scenario_s01_all_are_told(stage: SetUp, count: int) -> None:
    """Each has a receipt before the day; earlier lots keep their date, those of the day have the new one."""
    shop = await stage("S01-terms-validity", "2026-03-01")
    numbers = [f"m{number:06d}" for number in range(count)]
    program = await shop.program()
    await shop.house.members.enrol_all(program.id, numbers, local("2026-03-01"))
    # As the server's own housekeeping does within minutes of so many rows.
    await shop.house.pool.execute("ANALYZE")
    some = numbers[:: count // 20]
    for member in some:
        await shop.buys(member, 100)
    before = [await lasts(shop, member) for member in some]
    rules = msgspec.structs.replace(shop.programme.rules, validity=Rolling(days=20))
    done = await shop.publish(
        msgspec.structs.replace(shop.programme, rules=rules), "2026-03-02 10:00", "2026-04-02"
    )
    assert done.told == count
    await shop.night("2026-03-03 10:00")
    pool = shop.house.pool
    rows = await pool.fetch(
        "SELECT key, state, settled_at FROM message WHERE program = $1 AND event = 'terms_changed'",
        program.id,
    )
    assert len({row["key"] for row in rows}) == len(rows) == count
    assert {row["state"] for row in rows} == {"delivered"}
    assert max(row["settled_at"] for row in rows) < local("2026-04-02")
    async with pool.acquire() as conn:
        proofs = await delivered(conn, program.id, [row["key"] for row in rows[:1000]])
    assert len(proofs) == 1000
    # A second look delivers nothing twice.
    await shop.night("2026-03-04 10:00")
    again = await pool.fetchval(
        "SELECT count(*) FROM message WHERE program = $1 AND event = 'terms_changed'", program.id
    )
    assert again == count
    assert [await lasts(shop, member) for member in some] == before
    await shop.now("2026-04-01 23:59:59")
    await shop.buys(some[0], 10)
    await shop.now("2026-04-02")
    await shop.buys(some[0], 1)
    assert await lasts(shop, some[0]) == [
        (1, "2026-04-22T16:00:00Z"),
        (10, "2026-05-01T16:00:00Z"),
        (100, "2026-03-31T16:00:00Z"),
    ]
    assert [await lasts(shop, member) for member in some[1:]] == before[1:]
