"""The loop: what is due is done, by one process at a time, whatever becomes of the others."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from jifen.jobs import run
from jifen.jobs.expiry import expire_due
from jifen.jobs.run import Jobs
from jifen.jobs.verify import verify
from jifen.rules.definition import PerAmount, Rate, RuleSet
from jifen.values.periods import Rolling
from tests.engine.town import Process, Town, days, found, town

RULES = RuleSet(rules=(PerAmount(id="base", rate=Rate(1, 100)),), validity=Rolling(days=2))
ENTRIES = "SELECT count(*) FROM entry WHERE kind = $1"
RUNS = "SELECT job, day::text, outcome FROM job_run ORDER BY job, day"
ROOTS = "SELECT day::text FROM daily_root ORDER BY day"


def jobs(process: Process, now: Callable[[], datetime], every_s: float = 60.0) -> Jobs:
    """The jobs of a process that goes by some clock."""
    return Jobs(process.pool, process.engine, process.catalog, every_s=every_s, clock=now)


async def soon(look: Callable[[], Any], expected: Any) -> None:
    """Wait, for ten seconds at most, until a look finds what is expected."""
    async with asyncio.timeout(10):
        while await look() != expected:  # noqa: ASYNC110 (a database gives no sign)
            await asyncio.sleep(0.01)


async def entries(here: Town, kind: str) -> int:
    """How many entries of a kind there are."""
    count: int = await here.pool.fetchval(ENTRIES, kind)
    return count


async def roots(here: Town) -> list[str]:
    """The days that have a root."""
    return [row["day"] for row in await here.pool.fetch(ROOTS)]


async def test_a_day_is_done_once(database: str) -> None:
    """
    11-10 09:00  expiry of 50, then the root
    11-10 21:00  nothing
    11-11 00:00  the next day's
    """
    async with town(database, RULES) as here:
        await here.do(here.orders.purchase("1", "ann", days(0), amount=5000))
        now = days(9)
        mine = jobs(here.processes[0], lambda: now)
        await mine.daily()
        await here.do(here.orders.purchase("2", "bob", days(0), days(9), amount=5000))
        now = days(9, hours=11)
        await mine.daily()
        done = [tuple(row) for row in await here.pool.fetch(RUNS)]
        assert done == [("expiry", "2026-11-10", '{"booked":1,"points":50,"settled":0,"failed":0}')]
        assert await roots(here) == ["2026-11-10"]
        assert await here.pool.fetchval("SELECT max(version) FROM daily_head") == 2
        now = days(9, hours=14)
        await mine.daily()
        assert await entries(here, "expire") == 2
        assert await roots(here) == ["2026-11-10", "2026-11-11"]
        assert (await verify(here.pool)).clean


async def test_a_programme_goes_by_its_own_clock(database: str) -> None:
    """A year can be tried in a minute: on the test clock forty days are over, elsewhere it is today."""
    async with town(database, RULES) as here:
        catalog = here.processes[0].catalog
        await found(catalog, "other", RULES)
        await here.do(here.orders.purchase("1", "ann", days(0), amount=5000))
        await here.do(here.orders.reserve("2", "ann", days(1), points=30, deadline=days(10)))
        await catalog.set_clock(here.program.id, days(40))
        mine = jobs(here.processes[0], lambda: days(1))
        await mine.lapse()
        await mine.daily()
        assert (await entries(here, "lapse"), await entries(here, "expire")) == (1, 1)
        assert await roots(here) == ["2026-11-02", "2026-12-11"]
        assert await here.pool.fetchval("SELECT recorded_at FROM entry WHERE kind = 'lapse'") == days(40)
        assert (await verify(here.pool)).clean


async def test_the_loop_runs_beside_the_server_and_stops(database: str) -> None:
    """Started, it does what is due; stopped, it does nothing more, and leaves no task behind."""
    async with town(database, RULES) as here:
        await here.do(here.orders.purchase("1", "ann", days(0), amount=5000))
        await here.do(here.orders.reserve("2", "ann", days(0), points=30, deadline=days(1)))
        async with jobs(here.processes[0], lambda: days(1), every_s=0.01):
            await soon(lambda: entries(here, "lapse"), 1)
            await soon(lambda: roots(here), ["2026-11-02"])
            await here.do(here.orders.reserve("3", "ann", days(0), points=20, deadline=days(1)))
            await soon(lambda: entries(here, "lapse"), 2)
        await here.do(here.orders.reserve("4", "ann", days(0), points=20, deadline=days(1)))
        await asyncio.sleep(0.05)
        assert await entries(here, "lapse") == 2
        assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("jobs-")]


async def test_of_many_processes_one_does_the_job(database: str) -> None:
    """Three loops on one database: one entry for each lot, one run, one root."""
    names = [f"m{n}" for n in range(30)]
    async with town(database, RULES, members=names, processes=3) as here:
        orders = here.orders
        await here.engine.submit_all(
            [orders.purchase(f"1{name}", name, days(0), amount=5000) for name in names]
        )
        await asyncio.gather(*(jobs(process, lambda: days(9)).daily() for process in here.processes))
        await asyncio.gather(*(jobs(process, lambda: days(9)).daily() for process in here.processes))
        assert await entries(here, "expire") == 30
        assert len(await here.pool.fetch(RUNS)) == len(await roots(here)) == 1
        assert (await verify(here.pool)).clean


HOLDER = """
import asyncio, sys, uuid
from jifen.jobs.roots import lock_of
from jifen.store.database import connect
from jifen.store.queries import q

async def main():
    conn = await connect(sys.argv[1])
    async with conn.transaction():
        print(await conn.fetchval(q("job_lock"), lock_of("expiry", uuid.UUID(sys.argv[2]))), flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


async def test_a_killed_process_holds_nobody_up(database: str) -> None:
    """While another process does the expiry we leave it alone; it is killed, and the next look does it."""
    async with town(database, RULES) as here:
        await here.do(here.orders.purchase("1", "ann", days(0), amount=5000))
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(part for part in sys.path if part)}
        command = [sys.executable, "-c", HOLDER, database, str(here.program.id)]
        other = await asyncio.create_subprocess_exec(*command, env=environment, stdout=PIPE)
        try:
            assert other.stdout is not None
            assert (await other.stdout.readline()).strip() == b"True"
            mine = jobs(here.processes[0], lambda: days(9))
            await mine.daily()
            assert (await entries(here, "expire"), await roots(here)) == (0, [])
        finally:
            other.kill()
            await other.wait()

        async def done() -> int:
            await mine.daily()
            return await entries(here, "expire")

        await soon(done, 1)
        assert await roots(here) == ["2026-11-10"]


async def test_an_expiry_that_was_cut_off_goes_on(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped after its first batches, it is run again from the start, and each lot expires once."""
    monkeypatch.setattr("jifen.jobs.expiry.BATCH", 2)
    names = [f"m{n}" for n in range(30)]
    async with town(database, RULES, members=names) as here:
        orders = here.orders
        await here.engine.submit_all(
            [orders.purchase(f"1{name}", name, days(0), amount=5000) for name in names]
        )
        stop = asyncio.Event()
        seen: list[int] = []

        def progress(done: int, of: int) -> None:
            seen.append(done)
            if done == 100:
                stop.set()

        task = asyncio.create_task(expire_due(here.pool, here.engine, here.program, days(9), progress))
        await stop.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert task.cancelled()
        assert await entries(here, "expire") < 30
        await expire_due(here.pool, here.engine, here.program, days(9))
        assert await entries(here, "expire") == 30
        assert (await verify(here.pool)).clean


async def test_a_failure_is_logged_and_tried_again(
    database: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The day's root does not wait for a wallet that cannot expire; the expiry is looked at again later."""
    async with town(database, RULES) as here:
        await here.do(here.orders.purchase("1", "ann", days(0), amount=5000))
        await here.pool.execute("ALTER TABLE entry ADD CONSTRAINT not_now CHECK (kind <> 'expire') NOT VALID")
        mine = jobs(here.processes[0], lambda: days(9))
        await mine.daily()
        assert "failed: not now" in caplog.text
        assert (await roots(here), await here.pool.fetch(RUNS)) == (["2026-11-10"], [])
        await here.pool.execute("ALTER TABLE entry DROP CONSTRAINT not_now")
        await mine.daily()
        assert await entries(here, "expire") == 0
        monkeypatch.setattr(run, "AGAIN_S", 0.0)
        again = jobs(here.processes[0], lambda: days(9))
        await again.daily()
        assert await entries(here, "expire") == 1
        assert len(await here.pool.fetch(RUNS)) == 1


async def test_one_programmes_trouble_is_not_the_others(
    database: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A programme in a zone that nobody knows keeps no other programme waiting."""
    async with town(database, RULES) as here:
        await found(here.processes[0].catalog, "a-lost-one", RULES)
        await here.pool.execute("UPDATE program SET zone = 'Nowhere/Land' WHERE code = 'a-lost-one'")
        await jobs(here.processes[0], lambda: days(9)).daily()
        assert "programme a-lost-one failed" in caplog.text
        assert await roots(here) == ["2026-11-10"]
