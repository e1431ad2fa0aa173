"""Expiry: each lot once, however often and by however many it is run."""

import asyncio
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from jifen.books.legs import Kind
from jifen.books.series import Series, expiry_of, series_of
from jifen.jobs.expiry import expire_due
from jifen.jobs.lapsing import active_before
from jifen.jobs.verify import verify
from jifen.rules.definition import Flat, PerAmount, Rate, RuleSet
from jifen.values.ids import MerchantId, ProgramId, hashed_id
from jifen.values.periods import Active, Rolling, Validity
from tests.engine.town import ZONE, Town, days, found, town


def rules(validity: Validity, grace_days: int = 7) -> RuleSet:
    """A point a yuan of that validity; and one green point an event, for a month after the last activity."""
    return RuleSet(
        rules=(
            PerAmount(id="base", rate=Rate(1, 100)),
            Flat(id="green", unit="green", points=1, validity=Active(months=1)),
        ),
        validity=validity,
        grace_days=grace_days,
    )


async def expiries(here: Town) -> list[tuple[str, str, int]]:
    """(who, unit, points) of all legs that expired points, in the order of their entries."""
    names = {wallet: name for name, wallet in here.wallets.items()}
    rows = await here.pool.fetch(
        "SELECT e.wallet, s.unit, m.points FROM movement m JOIN series s ON s.id = m.series"
        " JOIN entry e ON e.wallet = m.wallet AND e.no = m.entry WHERE m.account = 'expired'"
        " ORDER BY e.recorded_at, e.wallet, e.no, m.leg"
    )
    return [(names[row["wallet"]], row["unit"], -row["points"]) for row in rows]


async def test_points_expire_when_their_day_is_over(database: str) -> None:
    """
    earn    ann 50  lives 2 days, to the end of 11-03
    expire  on 11-03 at 23:59  -> nothing
    expire  on 11-04 at 00:00  -> 50
    expire  once more          -> nothing
    """
    async with town(database, rules(Rolling(days=2))) as here:
        await here.do(here.orders.purchase("1", "ann", days(0), amount=5000))
        midnight = datetime(2026, 11, 3, 16, tzinfo=UTC)
        early = await expire_due(here.pool, here.engine, here.program, midnight - timedelta(minutes=1))
        assert (early.booked, early.settled, early.failed) == (0, 0, 0)
        due = await expire_due(here.pool, here.engine, here.program, midnight)
        assert (due.booked, due.points) == (1, 50)
        again = await expire_due(here.pool, here.engine, here.program, midnight + timedelta(hours=9))
        assert (again.booked, again.settled) == (0, 0)
        assert await expiries(here) == [("ann", "point", 50)]
        assert (await verify(here.pool)).clean


async def test_green_points_expire_by_idleness(database: str) -> None:
    """Ann came again on the 15th, Bob did not: on 12-02 a month is over for Bob alone."""
    async with town(database, rules(Rolling(days=400))) as here:
        for who in ("ann", "bob"):
            await here.do(here.orders.purchase(f"1{who}", who, days(0), amount=5000))
        await here.do(here.orders.purchase("2", "ann", days(14), amount=5000))
        assert (await expire_due(here.pool, here.engine, here.program, days(30))).booked == 0
        assert (await expire_due(here.pool, here.engine, here.program, days(31))).points == 1
        assert (await expire_due(here.pool, here.engine, here.program, days(45))).points == 2
        assert await expiries(here) == [("bob", "green", 1), ("ann", "green", 2)]


async def test_both_units_of_a_wallet_expire_in_one_run(database: str) -> None:
    """One entry for each unit, though both were found at the same version."""
    async with town(database, rules(Rolling(days=2))) as here:
        await here.do(here.orders.purchase("1", "ann", days(0), amount=5000))
        due = await expire_due(here.pool, here.engine, here.program, days(40))
        assert (due.booked, due.points) == (2, 51)
        assert {unit for _, unit, _ in await expiries(here)} == {"point", "green"}


async def test_what_comes_back_expired_expires_again_the_same_day(database: str) -> None:
    """
    redeem   ann 40 of 50  on 11-01
    expire   on 11-10      -> the 10 that were left
    restore  the 40        -> no grace, so they come back expired
    expire   on 11-10      -> 40
    """
    async with town(database, rules(Rolling(days=2), grace_days=0)) as here:
        await here.do(here.orders.purchase("1", "ann", days(0), amount=5000))
        spent = await here.do(here.orders.redeem("2", "ann", days(1), points=40))
        assert (await expire_due(here.pool, here.engine, here.program, days(9))).points == 10
        await here.do(here.orders.restore("3", "ann", days(9), of=spent.id))
        second = await expire_due(here.pool, here.engine, here.program, days(9))
        assert (second.booked, second.points) == (1, 40)
        assert [points for _, _, points in await expiries(here)] == [10, 40]
        assert (await verify(here.pool)).clean


async def test_many_runs_at_once_expire_each_lot_once(database: str) -> None:
    """Two processes, each twice at once, over sixty wallets: each wallet has one entry for each unit."""
    names = [f"m{n}" for n in range(60)]
    async with town(database, rules(Rolling(days=2)), members=names, processes=2) as here:
        await here.engine.submit_all(
            [here.orders.purchase(f"1{name}", name, days(0), amount=5000) for name in names]
        )
        runs = [
            expire_due(process.pool, process.engine, here.program, days(40))
            for process in (*here.processes, *here.processes)
        ]
        await asyncio.gather(*runs)
        legs = await expiries(here)
        assert len(legs) == 120
        assert {(who, unit) for who, unit, _ in legs} == {
            (who, unit) for who in names for unit in ("point", "green")
        }
        assert (await verify(here.pool)).clean


async def test_held_points_wait_for_the_end_of_their_hold(database: str) -> None:
    """
    hold     ann 30 of 50 until 11-20
    expire   on 11-10  -> 20
    release  on 11-11  -> 30, with seven days of grace
    expire   on 11-18  -> nothing
    expire   on 11-19  -> 30
    """
    async with town(database, rules(Rolling(days=2))) as here:
        await here.do(here.orders.purchase("1", "ann", days(0), amount=5000))
        held = await here.do(here.orders.reserve("2", "ann", days(1), points=30, deadline=days(19)))
        assert (await expire_due(here.pool, here.engine, here.program, days(9))).points == 20
        await here.do(here.orders.release("3", "ann", days(10), hold=held.id))
        assert (await expire_due(here.pool, here.engine, here.program, days(17))).booked == 0
        assert (await expire_due(here.pool, here.engine, here.program, days(18))).points == 30
        assert (await verify(here.pool)).clean


async def test_another_programmes_points_are_left_alone(database: str) -> None:
    """Expiry goes by programme, each with its own clock."""
    async with town(database, rules(Rolling(days=2))) as here:
        other = await found(here.processes[0].catalog, "other", rules(Rolling(days=2)))
        await here.do(here.orders.purchase("1", "ann", days(0), amount=5000))
        assert (await expire_due(here.pool, here.engine, other, days(40))).booked == 0
        assert (await expire_due(here.pool, here.engine, here.program, days(40))).booked == 2


async def test_what_it_books_names_the_cutoff(database: str) -> None:
    """The event says of which unit, and of which day's start, the expiry is."""
    async with town(database, rules(Rolling(days=2))) as here:
        await here.do(here.orders.purchase("1", "ann", days(0), amount=5000))
        told: list[tuple[int, int]] = []
        await expire_due(
            here.pool, here.engine, here.program, days(9), lambda done, of: told.append((done, of))
        )
        assert told[-1] == (256, 256)
        (row,) = await here.pool.fetch("SELECT * FROM entry WHERE kind = 'expire'")
        assert row["kind"] == Kind.EXPIRE
        assert row["event"] == '{"type":"expire","unit":"point","cutoff":"2026-11-09T16:00:00Z"}'
        cutoff = "2026-11-09T16:00:00+00:00"
        assert (row["source"], row["key"]) == ("jobs", f"expire:point:{cutoff}:{here.wallets['ann']}:1")


def idle(months: int) -> Series:
    """A series that lives by activity."""
    nobody = hashed_id("nobody")
    return series_of(
        ProgramId(nobody), "point", MerchantId(nobody), nobody, 0, 1, (100, 100), None, None, months
    )


@given(
    st.dates(date(2026, 1, 1), date(2029, 12, 31)),
    st.integers(1, 40),
    st.integers(-40, 40),
    st.integers(0, 24 * 60 - 1),
)
def test_the_last_activity_that_is_too_long_ago(day: date, months: int, off: int, minute: int) -> None:
    """Asked in one comparison, the answer is that of the books for every wallet, also at ends of months."""
    now = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minute)
    before = active_before(now, months, ZONE)
    for active_at in (before + timedelta(hours=off), before, before - timedelta(microseconds=1)):
        expires = expiry_of(idle(months), active_at, ZONE)
        assert expires is not None
        assert (expires <= now) == (active_at < before)
