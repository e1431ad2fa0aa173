"""Daily figures: each day is summed once from its entries, again where asked, and never twice."""

from datetime import date

from jifen.jobs.figures import count_days
from jifen.jobs.run import Jobs
from jifen.jobs.verify import verify
from jifen.rules.definition import PerAmount, Rate, RuleSet
from jifen.values.periods import Rolling
from tests.engine.town import Town, days, town

RULES = RuleSet(rules=(PerAmount(id="base", rate=Rate(1, 100)),), validity=Rolling(days=2))
FIGURES = """
SELECT day::text, account::text, sum(points)::int AS points FROM daily_figure GROUP BY 1, 2 ORDER BY 1, 2
"""
COUNTS = "SELECT day::text, entries::int FROM daily_count ORDER BY 1"


async def figures(here: Town) -> list[tuple[str, str, int]]:
    """Day, account, points of all that is counted."""
    return [tuple(row) for row in await here.pool.fetch(FIGURES)]


async def counts(here: Town) -> dict[str, int]:
    """Entries by counted day."""
    return dict([tuple(row) for row in await here.pool.fetch(COUNTS)])


async def test_a_day_is_counted_when_it_is_over(database: str) -> None:
    """
    11-01  ann earns 50, bob earns 20
    11-02  ann spends 30
    11-02 noon: the first is counted, the second is not; 11-03: both are, and again the same
    """
    async with town(database, RULES) as here:
        await here.do(here.orders.purchase("1", "ann", days(0), amount=5000))
        await here.do(here.orders.purchase("2", "bob", days(0), amount=2000))
        await here.do(here.orders.redeem("3", "ann", days(1), points=30))
        counted = await count_days(here.pool, here.program, days(1))
        assert counted.last == date(2026, 11, 1)
        assert await figures(here) == [("2026-11-01", "issued", 70)]
        await count_days(here.pool, here.program, days(2))
        both = [("2026-11-01", "issued", 70), ("2026-11-02", "redeemed", -30)]
        assert await figures(here) == both
        again = await count_days(here.pool, here.program, days(2))
        assert (again.days, await figures(here)) == (0, both)
        anew = await count_days(here.pool, here.program, days(2), anew=True)
        assert (anew.days >= 2, await figures(here)) == (True, both)


async def test_what_is_written_late_is_counted_at_the_next_run(database: str) -> None:
    """An entry that another server wrote into a day just after it was counted is found the day after."""
    async with town(database, RULES) as here:
        await here.do(here.orders.purchase("1", "ann", days(0), amount=5000))
        await count_days(here.pool, here.program, days(1))
        await here.do(here.orders.purchase("2", "bob", days(0), amount=2000))
        assert (await verify(database)).checks["figures"].found == 2
        await count_days(here.pool, here.program, days(2))
        assert await figures(here) == [("2026-11-01", "issued", 70)]
        assert (await counts(here))["2026-11-01"] == 2
        assert (await verify(database)).clean


async def test_the_jobs_count_each_day_once_and_prove_the_books(database: str) -> None:
    """The daily jobs count the days before; where they prove, a proof is asked for once and then made."""
    async with town(database, RULES) as here:
        await here.do(here.orders.purchase("1", "ann", days(0), amount=5000))
        process = here.processes[0]
        mine = Jobs(
            process.pool, process.engine, process.catalog, clock=lambda: days(1), proves=lambda: database
        )
        await mine.daily()
        await mine.daily()
        assert await figures(here) == [("2026-11-01", "issued", 50)]
        waiting = "SELECT count(*) FROM verification WHERE finished_at IS NULL"
        assert await here.pool.fetchval(waiting) == 1
        await mine.prove()
        await mine.prove()
        assert await here.pool.fetchval(waiting) == 0
        assert await here.pool.fetchval("SELECT array_agg(findings) FROM verification") == [0]


async def test_an_empty_programme_has_counted_days_without_figures(database: str) -> None:
    """A day on which nothing happened is counted too, so that it is not looked for again."""
    async with town(database, RULES) as here:
        assert (await count_days(here.pool, here.program, days(1))).days == 1
        assert (await counts(here), await figures(here)) == ({"2026-11-01": 0}, [])
