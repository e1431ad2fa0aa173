"""Reviews of tiers: each standing once, on its day or later."""

import asyncio

import pytest

from jifen.jobs.run import Jobs
from jifen.jobs.tiers import review_due
from jifen.jobs.verify import verify
from jifen.rules.definition import PerAmount, Rate, RuleSet
from jifen.rules.person import read_person
from jifen.rules.tiers import Tier, Tiers
from jifen.values.periods import Never
from tests.engine.town import Town, days, town

TIERS = Tiers(
    window="months",
    months=1,
    grace_days=2,
    levels=(Tier(code="silver", title="银", at=10_000), Tier(code="gold", title="金", at=50_000)),
)
RULES = RuleSet(rules=(PerAmount(id="base", rate=Rate(1, 100)),), validity=Never(), tiers=TIERS)
"""Reached in November, kept to the end of December; reviewed on 3 January."""


async def tier(here: Town, who: str) -> str:
    """A member's level."""
    facts = await here.pool.fetchval("SELECT facts FROM wallet WHERE id = $1", here.wallets[who])
    return read_person(facts).standing.tier


async def test_a_standing_is_reviewed_on_its_day(database: str) -> None:
    """
    11-01  ann buys for 600, and is gold to 12-31
    01-02  nothing
    01-03  nothing was bought in December: she has no tier
    """
    async with town(database, RULES) as here:
        await here.do(here.orders.purchase("1", "ann", days(0), amount=60_000))
        await here.do(here.orders.purchase("2", "bob", days(0), amount=5_000))
        assert await tier(here, "ann") == "gold"
        early = await review_due(here.pool, here.engine, here.program, days(62))
        assert (early.booked, early.settled) == (0, 0)
        assert (await review_due(here.pool, here.engine, here.program, days(63))).booked == 1
        assert (await review_due(here.pool, here.engine, here.program, days(63))).booked == 0
        assert await tier(here, "ann") == ""
        assert await here.pool.fetch("SELECT * FROM standing_due") == []
        assert (await verify(here.pool)).clean


async def test_a_level_that_was_reached_again_is_kept(database: str) -> None:
    """Silver for what was bought in December, looked at again a month later."""
    async with town(database, RULES) as here:
        await here.do(here.orders.purchase("1", "ann", days(0), amount=60_000))
        await here.do(here.orders.purchase("2", "ann", days(40), amount=20_000))
        await review_due(here.pool, here.engine, here.program, days(64))
        assert await tier(here, "ann") == "silver"
        assert [row["due"].isoformat() for row in await here.pool.fetch("SELECT due FROM standing_due")] == [
            "2027-02-03"
        ]
        assert (await review_due(here.pool, here.engine, here.program, days(94))).booked == 1
        assert await tier(here, "ann") == ""


async def test_a_month_that_is_over_for_the_member_still_counts(database: str) -> None:
    """What was bought in December keeps silver at the review, though ann has bought in January since."""
    async with town(database, RULES, processes=2) as here:
        await here.do(here.orders.purchase("1", "ann", days(0), amount=60_000))
        await here.do(here.orders.purchase("2", "ann", days(40), amount=20_000))
        await here.do(here.orders.purchase("3", "ann", days(62), amount=1_000))
        assert (await here.counters("ann"))["tier 2026-12"] == (20_000, "table")
        other = here.processes[1]
        assert (await review_due(other.pool, other.engine, here.program, days(64))).booked == 1
        assert await tier(here, "ann") == "silver"
        assert (await verify(here.pool)).clean


async def test_many_runs_at_once_review_each_once(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes, each twice at once, over forty members, seven by seven; the loop then notes the day."""
    monkeypatch.setattr("jifen.jobs.tiers.BATCH", 7)
    names = [f"m{n}" for n in range(40)]
    async with town(database, RULES, members=names, processes=2) as here:
        await here.engine.submit_all(
            [here.orders.purchase(f"1{name}", name, days(0), amount=60_000) for name in names]
        )
        outcomes = await asyncio.gather(
            *(
                review_due(process.pool, process.engine, here.program, days(63))
                for process in (*here.processes, *here.processes)
            )
        )
        assert sum(outcome.booked for outcome in outcomes) == 40
        assert sum(outcome.failed for outcome in outcomes) == 0
        process = here.processes[0]
        await Jobs(process.pool, process.engine, process.catalog, clock=lambda: days(63)).daily()
        outcome = await here.pool.fetchval("SELECT outcome FROM job_run WHERE job = 'tiers'")
        assert outcome == '{"booked":0,"points":0,"settled":0,"failed":0}'
        assert (await verify(here.pool)).clean
