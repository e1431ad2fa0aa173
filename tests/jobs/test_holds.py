"""Lapse: holds past their deadline give their points back, once."""

import asyncio
from datetime import timedelta

import msgspec
import pytest

from jifen.engine.command import entry_id
from jifen.jobs.holds import lapse_due
from jifen.jobs.verify import verify
from tests.engine.town import days, town


async def test_a_hold_lapses_at_its_deadline(database: str) -> None:
    """
    hold   ann 30 until 11-11, bob 10 until 11-12
    lapse  a minute before 11-11 10:00  -> nothing
    lapse  at 11-11 10:00               -> Ann's 30
    lapse  once more                    -> nothing
    """
    async with town(database) as here:
        for who in ("ann", "bob"):
            await here.do(here.orders.purchase(f"1{who}", who, days(0), amount=5000))
        mine = await here.do(here.orders.reserve("2", "ann", days(1), points=30, deadline=days(10)))
        await here.do(here.orders.reserve("3", "bob", days(1), points=10, deadline=days(11)))
        early = await lapse_due(here.pool, here.engine, here.program, days(10) - timedelta(minutes=1))
        assert (early.booked, early.settled) == (0, 0)
        seen: list[int] = []
        lapsed = await lapse_due(here.pool, here.engine, here.program, days(10), seen.append)
        assert (lapsed.booked, lapsed.points, seen) == (1, 30, [1])
        assert (await lapse_due(here.pool, here.engine, here.program, days(10))).booked == 0
        assert await here.balance("ann", days(10)) == {"available": 50, "pending": 0, "held": 0, "owed": 0}
        assert await here.balance("bob", days(10)) == {"available": 40, "pending": 0, "held": 10, "owed": 0}
        key = await here.pool.fetchval("SELECT key FROM entry WHERE kind = 'lapse'")
        assert key == f"lapse:{mine.id}"
        assert (await verify(here.pool)).clean


async def test_many_runs_at_once_let_each_hold_lapse_once(database: str) -> None:
    """Two processes and forty holds: the second to come gets the first answer, or finds nothing open."""
    names = [f"m{n}" for n in range(40)]
    async with town(database, members=names, processes=2) as here:
        orders = here.orders
        await here.engine.submit_all(
            [orders.purchase(f"1{name}", name, days(0), amount=5000) for name in names]
        )
        await here.engine.submit_all(
            [orders.reserve(f"2{name}", name, days(1), points=30, deadline=days(10)) for name in names]
        )
        runs = [
            lapse_due(one.pool, one.engine, here.program, days(12))
            for one in (*here.processes, *here.processes)
        ]
        outcomes = await asyncio.gather(*runs)
        assert not any(outcome.failed for outcome in outcomes)
        assert await here.pool.fetchval("SELECT count(*) FROM entry WHERE kind = 'lapse'") == 40
        assert await here.pool.fetchval("SELECT count(*) FROM hold WHERE is_open") == 0
        assert (await verify(here.pool)).clean


async def test_a_capture_in_time_leaves_nothing_to_lapse(database: str) -> None:
    """What was captured in part and kept open lapses with the rest; what was captured whole does not."""
    async with town(database) as here:
        for who in ("ann", "bob"):
            await here.do(here.orders.purchase(f"1{who}", who, days(0), amount=5000))
            await here.do(here.orders.reserve(f"2{who}", who, days(1), points=30, deadline=days(10)))
        holds = {who: entry_id(here.program.id, "till", f"2{who}") for who in ("ann", "bob")}
        await here.do(here.orders.capture("3", "ann", days(2), hold=holds["ann"]))
        await here.do(here.orders.capture("4", "bob", days(2), hold=holds["bob"], points=12, keep_open=True))
        lapsed = await lapse_due(here.pool, here.engine, here.program, days(12))
        assert (lapsed.booked, lapsed.points) == (1, 18)
        assert (await here.balance("ann", days(12)))["available"] == 20
        assert (await here.balance("bob", days(12)))["available"] == 38


async def test_a_key_that_somebody_else_used_is_a_failure_and_told(
    database: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Who books something under our source and key must not keep a hold open in silence."""
    async with town(database) as here:
        await here.do(here.orders.purchase("1", "ann", days(0), amount=5000))
        mine = await here.do(here.orders.reserve("2", "ann", days(1), points=30, deadline=days(10)))
        foreign = here.orders.purchase(f"lapse:{mine.id}", "bob", days(2), amount=5000)
        await here.do(msgspec.structs.replace(foreign, source="jobs"))
        lapsed = await lapse_due(here.pool, here.engine, here.program, days(12))
        assert (lapsed.booked, lapsed.settled, lapsed.failed) == (0, 0, 1)
        assert "was booked before as something else" in caplog.text
