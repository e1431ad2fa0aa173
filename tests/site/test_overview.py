"""The overview: its figures add up to the point, agree with the books, and say what a person must do."""

import json
import re
from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest

from jifen.jobs.figures import count_days
from jifen.site.console.figures import period_of, read_figures
from tests.site.town import TODAY, Town, Towns, built

LOTS = """
SELECT sum(l.remaining + l.held)::bigint AS lots, sum(l.owed)::bigint AS owed
FROM lot l JOIN series s ON s.id = l.series WHERE s.unit = 'point'
"""
DAY = TODAY.date()


@pytest.fixture(scope="module")
async def town(towns: Towns) -> AsyncIterator[Town]:
    """Three weeks of trade: purchases, returns that leave a debt, spending, holds, corrections, donations."""
    async with built(towns) as made:
        for back in (20, 12, 3, 1, 0):
            await made.clock(TODAY - timedelta(days=back))
            await made.buys("lin", 18640)
            bought = await made.buys("gu", 20000, store="S700")
            there = (await made.balance("gu"))["balances"]["point"]["available"]
            spent = {"member": made.number("gu"), "store": "S367", "points": 100 if back else there}
            await made.api.post("/v1/redemptions", spent, f"r{back}")
            if back in (20, 0):
                await made.api.post("/v1/returns", {"entry": bought["id"]}, f"b{back}")
        await made.given("lin", 5000)
        await made.given("chen", 700)
        await made.api.post(
            "/v1/holds",
            {
                "member": made.number("lin"),
                "store": "S700",
                "points": 300,
                "deadline": TODAY + timedelta(days=2),
            },
            "hold-1",
        )
        yield made


@pytest.mark.parametrize("counted", [False, True], ids=["nothing is counted yet", "all days but today are"])
async def test_opening_and_what_moved_give_the_closing_of_the_books(town: Town, counted: bool) -> None:
    """To the point, whether the days are counted or summed on the spot: the lots hold what the page says."""
    if counted:
        assert (await count_days(town.house.pool, town.program, TODAY)).days > 20
    lots = await town.house.pool.fetchrow(LOTS)
    assert lots is not None
    for name in ("week", "month", "year"):
        seen = await read_figures(town.house.pool, town.program, "point", period_of(name, DAY), DAY)
        now = seen.now
        assert seen.opening + now.issued - now.used - now.expired == seen.closing == lots["lots"]
        assert (seen.owed, seen.months[-1].closing) == (lots["owed"], lots["lots"])
    month = await read_figures(town.house.pool, town.program, "point", period_of("month", DAY), DAY)
    assert (month.opening, month.before.used) == (0, 0)
    assert month.now.used > 300
    assert month.owed > 0
    assert month.now["adjusted"] == 5700
    assert sum(trade.accepted for trade in month.trades) == month.now.used


async def test_counting_moves_no_figure(town: Town) -> None:
    """The same page before and after the days were counted."""
    program, pool = town.program, town.house.pool
    before = await read_figures(pool, program, "point", period_of("week", DAY), DAY)
    await count_days(pool, program, TODAY, anew=True)
    after = await read_figures(pool, program, "point", period_of("week", DAY), DAY)
    assert (after.now.of, after.closing, after.closing_fen) == (
        dict(before.now.of),
        before.closing,
        before.closing_fen,
    )
    assert [(one.closing, one.sums.issued) for one in after.months] == [
        (one.closing, one.sums.issued) for one in before.months
    ]


async def test_the_page_shows_the_true_figures_in_both_languages(town: Town) -> None:
    """Five figures with the sum that they make, and what the charts draw beside it as tables."""
    seen = await read_figures(town.house.pool, town.program, "point", period_of("month", DAY), DAY)
    for language, sum_said in (("zh", "= 未兑付"), ("en", "= outstanding")):
        page = await (await town.client("hezhiyuan", language)).open("/console")
        for figure in (seen.opening, seen.now.issued, seen.now.used, seen.closing, seen.owed):
            assert f"{figure:,}" in page
        assert sum_said in page
        drawn = [
            json.loads(text) for text in re.findall(r'application/json">(.*?)</script>', page, re.DOTALL)
        ]
        assert drawn[0]["series"][0]["values"][-1] == seen.months[-1].sums.issued
        assert drawn[1]["series"][0]["values"][-1] == seen.closing_fen
        assert "禾田超市" in page


async def test_what_waits_for_a_person_is_named_and_led_to(town: Town) -> None:
    """Books never proven and a correction that waits, each with its way on; an auditor sees no form."""
    body = {"member": town.number("lin"), "points": 40, "reason": "漏记一笔", "evidence": "小票 118"}
    await town.api.post("/v1/adjustment-proposals", body, "look-1")
    page = await (await town.client("songauditor", "zh")).open("/console")
    assert "账目还没核对过" in page
    assert 'href="/console/verification"' in page
    assert "调账 1 笔等第二个人批" in page
    assert '<form method="post"' not in page


async def test_periods_compare_the_same_days_of_before() -> None:
    """A month up to its 31st is beside the whole of a shorter month; a week begins on Monday."""
    week = period_of("week", date(2026, 11, 21))
    assert (week.first, week.before_first, week.before_last) == (
        date(2026, 11, 16), date(2026, 11, 9), date(2026, 11, 14),
    )  # fmt: skip
    month = period_of("month", date(2026, 3, 31))
    assert (month.first, month.before_first, month.before_last) == (
        date(2026, 3, 1), date(2026, 2, 1), date(2026, 2, 28),
    )  # fmt: skip
    year = period_of("year", date(2028, 2, 29))
    assert (year.before_first, year.before_last) == (date(2027, 1, 1), date(2027, 2, 28))


async def test_an_unknown_period_or_unit_is_refused_with_a_way_back(town: Town) -> None:
    """No guess at what was meant."""
    clerk = await town.client("hezhiyuan")
    for path in ("/console?period=decade", "/console?unit=gold"):
        assert 'href="/console"' in await clerk.open(path, 404)


async def test_the_console_is_the_operators(town: Town) -> None:
    """A cashier and a member are turned away, a stranger is asked to sign in."""
    for who in ("zhoumin", "hemanager", "lin"):
        await (await town.client(who)).open("/console", 403)
    assert (await (await town.client()).client.get("/console")).headers["location"].startswith("/staff")
