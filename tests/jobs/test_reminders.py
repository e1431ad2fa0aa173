"""Reminders: once for each date and step; and what nobody was reminded of lives on (S02, R05)."""

import asyncio
import json
from datetime import date

import msgspec
import pytest

from jifen.books.refusals import Code
from jifen.jobs.delivering import Delivering
from jifen.jobs.expiry import Extending, expire_due, extended_to
from jifen.jobs.reminders import remind_due, step_of
from jifen.jobs.roots import lock_of
from jifen.jobs.run import Jobs
from jifen.jobs.verify import verify
from jifen.messages.settings import ChannelSettings
from jifen.parties.secrets import Vault
from jifen.rules.definition import Flat, PerAmount, Rate, Reminders, RuleSet
from jifen.rules.tiers import Tier, Tiers
from jifen.store.database import connect
from jifen.store.queries import q
from jifen.values.periods import Active, Rolling
from tests.engine.town import ZONE, Town, days, town
from tests.jobs.telling import deliver, put_messages

REMINDERS = Reminders(days_before=(30, 7), extend_days=20)
RULES = RuleSet(
    rules=(
        PerAmount(id="base", rate=Rate(1, 100)),
        Flat(id="green", unit="green", points=3, acts=("ride",), validity=Active(months=1)),
    ),
    validity=Rolling(days=40),
    reminders=REMINDERS,
)
"""A point a yuan, bought on 11-01 good to 12-11; three green points a ride, for a month of idleness."""


async def expire(here: Town, day: int) -> tuple[int, int, int]:
    """Run the expiry of a day: (points expired, points extended, failures)."""
    outcome = await expire_due(here.pool, here.engine, here.program, days(day))
    assert isinstance(outcome, Extending)
    return outcome.points, outcome.points_extended, outcome.failed


async def remind(here: Town, day: int) -> int:
    """Run the reminders of a day; how many messages are new."""
    return (await remind_due(here.pool, here.program, days(day))).told


async def test_points_are_reminded_of_once_at_each_step(database: str) -> None:
    """
    11-10  31 days before 12-11  nobody is told
    11-11  30 days before        ann is told, however often it runs
    12-04  7 days before         ann is told again
    """
    async with town(database, RULES) as here:
        await here.do(here.orders.purchase("1", "ann", days(0), amount=12_345))
        assert [await remind(here, day) for day in (9, 10, 10, 11, 32, 33, 34, 40)] == [
            0,
            1,
            0,
            0,
            0,
            1,
            0,
            0,
        ]
        told = {"points": "123", "unit": "积分", "date": "2026-12-11", "worth": "1.23"}
        assert await put_messages(here, "points_lapsing") == [
            ("ann", "points_lapsing:ann:point:2026-12-11:30", told),
            ("ann", "points_lapsing:ann:point:2026-12-11:7", told),
        ]


async def test_a_day_on_which_nothing_ran_is_made_good(database: str) -> None:
    """The server was down on both days: each step comes with the next run."""
    async with town(database, RULES) as here:
        await here.do(here.orders.purchase("1", "ann", days(0), amount=5000))
        assert [await remind(here, day) for day in (16, 39)] == [1, 1]
        keys = [put.key for put in await put_messages(here, "points_lapsing")]
        assert [key.rpartition(":")[2] for key in keys] == ["30", "7"]


async def test_points_that_lapse_soon_are_reminded_of_at_the_nearest_step(database: str) -> None:
    """Five days are left when they are first seen: one message, not two."""
    async with town(database, RULES) as here:
        await here.do(here.orders.purchase("1", "ann", days(0), amount=5000))
        assert [await remind(here, day) for day in (35, 36)] == [1, 0]
        (put,) = await put_messages(here, "points_lapsing")
        assert put.key == "points_lapsing:ann:point:2026-12-11:7"


@pytest.mark.parametrize(("left", "step"), [(0, 7), (7, 7), (8, 30), (30, 30)])
def test_the_step_of_a_date(left: int, step: int) -> None:
    """The nearest that is not passed."""
    assert (
        step_of(date(2026, 11, 1 + left) if left < 30 else date(2026, 12, 1), date(2026, 11, 1), [7, 30])
        == step
    )


async def test_each_date_and_unit_has_its_own_reminder(database: str) -> None:
    """Two purchases a day apart and a ride; what was spent is not spoken of."""
    async with town(database, RULES) as here:
        await here.do(here.orders.purchase("1", "ann", days(0), amount=5000))
        await here.do(here.orders.purchase("2", "ann", days(1), amount=6000))
        await here.do(here.orders.purchase("3", "bob", days(1), amount=6000))
        await here.do(here.orders.act("4", "ann", days(2), act="ride"))
        await here.do(here.orders.redeem("5", "bob", days(2), points=60))
        assert await remind(here, 11) == 3
        found = [
            (put.who, put.fields["points"], put.fields["unit"])
            for put in await put_messages(here, "points_lapsing")
        ]
        assert found == [("ann", "3", "绿色积分"), ("ann", "50", "积分"), ("ann", "60", "积分")]
        keys = [put.key for put in await put_messages(here, "points_lapsing")]
        assert keys[0] == "points_lapsing:ann:green:2026-12-03:30"


async def test_who_is_active_again_is_told_again(database: str) -> None:
    """A ride moves the date of the idle points, so the reminder of the old date is none of the new one's."""
    async with town(database, RULES) as here:
        await here.do(here.orders.act("1", "ann", days(0), act="ride"))
        assert await remind(here, 10) == 1
        await here.do(here.orders.act("2", "ann", days(20), act="ride"))
        assert await remind(here, 21) == 1
        keys = [put.key for put in await put_messages(here, "points_lapsing")]
        assert keys == ["points_lapsing:ann:green:2026-12-01:30", "points_lapsing:ann:green:2026-12-21:30"]


async def test_reminded_points_expire_and_the_others_live_on(database: str) -> None:
    """
    12-04  both are reminded, only ann's message arrives
    12-12  ann's 50 expire, bob's 60 live to 12-31
    """
    async with town(database, RULES) as here:
        await here.do(here.orders.purchase("1", "ann", days(0), amount=5000))
        await here.do(here.orders.purchase("2", "bob", days(0), amount=6000))
        assert await remind(here, 33) == 2
        await deliver(here, days(34), "points_lapsing", "ann")
        assert await expire(here, 40) == (0, 0, 0)
        assert await expire(here, 41) == (50, 60, 0)
        assert await expire(here, 41) == (0, 0, 0)
        assert await here.balance("ann", days(41)) == {"available": 0, "pending": 0, "held": 0, "owed": 0}
        assert await here.balance("bob", days(41)) == {"available": 60, "pending": 0, "held": 0, "owed": 0}
        ((who, _, fields),) = await put_messages(here, "points_extended")
        assert (who, fields) == ("bob", {"points": "60", "unit": "积分", "date": "2026-12-31"})
        (row,) = await here.pool.fetch("SELECT * FROM entry WHERE kind = 'extend'")
        assert json.loads(row["event"]) == {
            "type": "extend", "unit": "point", "last_day": "2026-12-11", "until": "2026-12-31",
        }  # fmt: skip
        assert json.loads(row["explanation"]) == {
            "points": 60, "last_day": "2026-12-11", "until": "2026-12-31",
        }  # fmt: skip
        assert (await verify(here.pool)).clean


async def test_a_reminder_in_the_inbox_lets_points_lapse(database: str) -> None:
    """No provider at all is set up: the message stands in the inbox, which is as good as read (R05)."""
    async with town(database, RULES, members=("ann",)) as here:
        await here.do(here.orders.purchase("1", "ann", days(0), amount=5000))
        await remind(here, 33)
        catalog = here.processes[0].catalog
        post = Delivering(here.pool, catalog, Vault(b"0" * 32), ChannelSettings(), clock=lambda: days(33))
        await post.messages()
        assert await here.pool.fetchval("SELECT state FROM message") == "delivered"
        assert await expire(here, 41) == (50, 0, 0)


async def test_an_extended_date_is_a_date_like_any_other(database: str) -> None:
    """It is reminded of; where that arrives the points expire, where it does not they live on once more."""
    async with town(database, RULES) as here:
        await here.do(here.orders.purchase("1", "ann", days(0), amount=5000))
        assert await expire(here, 41) == (0, 50, 0)
        assert await remind(here, 41) == 1
        assert await expire(here, 61) == (0, 50, 0)
        assert await remind(here, 61) == 1
        await deliver(here, days(62))
        assert await expire(here, 80) == (0, 0, 0)
        assert await expire(here, 81) == (50, 0, 0)
        origins = await here.pool.fetch("SELECT DISTINCT origin FROM series WHERE origin IS NOT NULL")
        assert len(origins) == 1
        assert (await verify(here.pool)).clean


async def test_a_receipt_counts_that_came_before_the_date_was_over(database: str) -> None:
    """Of either step; a minute too late is too late."""
    async with town(database, RULES, members=("ann", "bob", "cid")) as here:
        for who in here.wallets:
            await here.do(here.orders.purchase(f"1{who}", who, days(0), amount=5000))
        assert await remind(here, 12) == 3
        await deliver(here, days(12), "points_lapsing", "ann")
        assert await remind(here, 33) == 3
        await here.pool.execute(
            "DELETE FROM message WHERE wallet = $1 AND key LIKE '%:7'", here.wallets["ann"]
        )
        await deliver(here, days(40, hours=13), "points_lapsing", "bob")  # 23:00 of the last day
        await deliver(here, days(40, hours=14), "points_lapsing", "cid")  # midnight
        assert await expire(here, 41) == (100, 50, 0)
        assert [put.who for put in await put_messages(here, "points_extended")] == ["cid"]


async def test_a_receipt_under_earlier_rules_counts(database: str) -> None:
    """The steps were changed after the reminder had arrived."""
    async with town(database, RULES) as here:
        await here.do(here.orders.purchase("1", "ann", days(0), amount=5000))
        await remind(here, 12)
        await deliver(here, days(12))
        later = msgspec.structs.replace(RULES, reminders=Reminders(days_before=(14, 3), extend_days=5))
        catalog = here.processes[0].catalog
        await catalog.publish(here.program.id, later, days(20), days(20))
        here.program = await catalog.refresh(here.program.id)
        assert await expire(here, 41) == (50, 0, 0)


async def test_dates_of_one_wallet_are_looked_at_one_by_one(database: str) -> None:
    """The first was reminded of, the second not, and the run comes late: each has its own outcome."""
    async with town(database, RULES) as here:
        await here.do(here.orders.purchase("1", "ann", days(0), amount=5000))
        await remind(here, 10)
        await deliver(here, days(11))
        await here.do(here.orders.purchase("2", "ann", days(3), days(12), amount=6000))
        assert await expire(here, 45) == (50, 60, 0)
        assert sorted(lot[1] for lot in (await here.lots("ann")).values()) == [0, 0, 60]
        assert (await verify(here.pool)).clean


async def test_each_date_gets_its_own_later_one(database: str) -> None:
    """Two purchases three days apart, found late and together: twenty days more for each."""
    async with town(database, RULES) as here:
        await here.do(here.orders.purchase("1", "ann", days(0), amount=5000))
        await here.do(here.orders.purchase("2", "ann", days(3), amount=6000))
        assert await expire(here, 45) == (0, 110, 0)
        lots = {name: lot[1] for name, lot in (await here.lots("ann")).items() if lot[1]}
        assert lots == {"air 2026-12-31": 50, "air 2027-01-03": 60}


async def test_pages_end_anywhere(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wallet whose dates and units lie on several pages is told of all of them, and all are looked at."""
    monkeypatch.setattr("jifen.jobs.lapsing.BATCH", 1)
    async with town(database, RULES) as here:
        for who in ("ann", "bob"):
            for day in (0, 1, 2):
                await here.do(here.orders.purchase(f"{day}{who}", who, days(day), amount=1000))
            await here.do(here.orders.act(f"3{who}", who, days(2), act="ride"))
        assert await remind(here, 15) == 8
        assert await remind(here, 15) == 0
        assert await expire(here, 45) == (0, 66, 0)


@pytest.mark.parametrize(
    ("last", "now", "until"),
    [
        (date(2026, 12, 11), 41, date(2026, 12, 31)),
        (date(2026, 12, 11), 60, date(2026, 12, 31)),
        (date(2026, 12, 11), 61, date(2027, 1, 21)),
        (date(2026, 12, 11), 200, date(2027, 6, 9)),
    ],
)
def test_an_extension_is_never_over_already(last: date, now: int, until: date) -> None:
    """From the last day, or from today where that would be past."""
    assert extended_to(last, 20, days(now), ZONE) == until


async def test_a_households_points_are_told_to_all_who_share_them(database: str) -> None:
    """One of them having got the message is enough; cid is of another family."""
    async with town(database, RULES, members=("ann", "bob", "cid")) as here:
        await here.household("home", "ann", "bob")
        for who in ("ann", "cid"):
            await here.do(here.orders.purchase(f"1{who}", who, days(0), amount=5000))
        await here.do(here.orders.transfer("2", "ann", days(1), points=50, to="home"))
        assert await remind(here, 12) == 3
        keys = [(put.who, put.key) for put in await put_messages(here, "points_lapsing")]
        assert keys == [
            ("ann", "points_lapsing:home:point:2026-12-11:30:ann"),
            ("bob", "points_lapsing:home:point:2026-12-11:30:bob"),
            ("cid", "points_lapsing:cid:point:2026-12-11:30"),
        ]
        assert await expire(here, 41) == (0, 100, 0)
        assert [put.who for put in await put_messages(here, "points_extended")] == ["ann", "bob", "cid"]
        await remind(here, 42)
        await deliver(here, days(43), "points_lapsing", "bob")
        assert await expire(here, 61) == (50, 50, 0)


async def test_nobody_expires_points_past_the_reminders(database: str) -> None:
    """An operator's own expiry is refused, for it knows nothing of receipts; without reminders it is done."""
    async with town(database, RULES) as here:
        await here.do(here.orders.purchase("1", "ann", days(0), amount=5000))
        refusal = await here.refused(here.orders.expire("2", "ann", days(41)))
        assert refusal.code is Code.NOT_REMINDED
        plain = msgspec.structs.replace(RULES, reminders=None)
        await here.processes[0].catalog.publish(here.program.id, plain, days(41), days(41))
        assert (await here.do(here.orders.expire("3", "ann", days(41)))).points == -50


async def test_many_runs_at_once_extend_each_lot_once(database: str) -> None:
    """Two processes, each twice at once, over forty wallets of which every fourth was reminded."""
    names = [f"m{n}" for n in range(40)]
    async with town(database, RULES, members=names, processes=2) as here:
        await here.engine.submit_all(
            [here.orders.purchase(f"1{name}", name, days(0), amount=5000) for name in names]
        )
        told = await asyncio.gather(
            *(
                remind_due(process.pool, here.program, days(33))
                for process in (*here.processes, *here.processes)
            )
        )
        assert sum(one.told for one in told) == 40
        await deliver(here, days(34), "points_lapsing", *names[::4])
        await asyncio.gather(
            *(
                expire_due(process.pool, process.engine, here.program, days(41))
                for process in (*here.processes, *here.processes)
            )
        )
        kinds = await here.pool.fetch(
            "SELECT kind::text, count(*) FROM entry GROUP BY kind ORDER BY kind::text"
        )
        assert [tuple(row) for row in kinds] == [("expire", 10), ("extend", 30), ("purchase", 40)]
        assert len(await put_messages(here, "points_extended")) == 30
        assert (await verify(here.pool)).clean


async def test_what_was_cut_off_goes_on(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped in the middle of the cells, both are run again: each is told, and extended, once."""
    monkeypatch.setattr("jifen.jobs.lapsing.BATCH", 2)
    names = [f"m{n}" for n in range(40)]
    async with town(database, RULES, members=names) as here:
        await here.engine.submit_all(
            [here.orders.purchase(f"1{name}", name, days(0), amount=5000) for name in names]
        )
        stop = asyncio.Event()
        task = asyncio.create_task(
            expire_due(
                here.pool,
                here.engine,
                here.program,
                days(41),
                lambda done, of: stop.set() if done > 99 else None,
            )
        )
        await stop.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert task.cancelled()
        before = len(await put_messages(here, "points_extended"))
        assert 0 < before < 40
        assert await expire(here, 41) == (0, 50 * (40 - before), 0)
        assert len(await put_messages(here, "points_extended")) == 40
        assert (await verify(here.pool)).clean


async def test_goods_that_come_back_find_the_points_that_live_on(database: str) -> None:
    """
    buy     ann 50 on 11-01, nobody is reminded, so they live to 12-31
    return  20 yuan on 12-15  -> 20 of them
    redeem  10
    return  the rest          -> 20 left of them, 10 are owed
    """
    async with town(database, RULES) as here:
        await here.do(here.orders.purchase("1", "ann", days(0), amount=5000))
        assert await expire(here, 41) == (0, 50, 0)
        back = await here.do(here.orders.give_back("2", "ann", days(44), of="1", amount=2000))
        assert (back.points, back.owed_more, back.balance.available) == (-20, 0, 30)
        await here.do(here.orders.redeem("3", "ann", days(45), points=10))
        rest = await here.do(here.orders.give_back("4", "ann", days(46), of="1"))
        assert (rest.points, rest.owed_more, rest.balance.available) == (-30, 10, 0)
        assert (await verify(here.pool)).clean


async def test_goods_that_come_back_after_an_extension_ran_out(database: str) -> None:
    """Fifty lived on, ten of them were spent, forty expired after a reminder: ten are owed."""
    async with town(database, RULES) as here:
        await here.do(here.orders.purchase("1", "ann", days(0), amount=5000))
        await expire(here, 41)
        await here.do(here.orders.redeem("2", "ann", days(45), points=10))
        await remind(here, 45)
        await deliver(here, days(46))
        assert await expire(here, 61) == (40, 0, 0)
        back = await here.do(here.orders.give_back("3", "ann", days(62), of="1", amount=1500))
        assert (back.owed_more, back.balance.owed) == (0, 0)
        back = await here.do(here.orders.give_back("4", "ann", days(63), of="1"))
        assert (back.owed_more, back.balance.owed) == (10, 10)
        assert (await verify(here.pool)).clean


async def test_the_loop_reminds_extends_and_says_so(database: str) -> None:
    """Once a day of the programme; what came of it stands beside the day."""
    async with town(database, RULES) as here:
        await here.do(here.orders.purchase("1", "ann", days(0), amount=5000))
        await here.do(here.orders.purchase("2", "bob", days(2), amount=6000))
        process = here.processes[0]
        now = days(41)
        mine = Jobs(process.pool, process.engine, process.catalog, clock=lambda: now)
        await mine.daily()
        await mine.daily()
        rows = await here.pool.fetch("SELECT job, day::text, outcome FROM job_run ORDER BY job")
        extended = '"settled":0,"failed":0,"extended":1,"points_extended":50'
        assert [tuple(row) for row in rows] == [
            ("expiry", "2026-12-12", '{"booked":1,"points":0,' + extended + "}"),
            ("reminders", "2026-12-12", '{"looked":2,"told":2}'),
        ]


async def test_a_year_can_be_tried_in_a_minute(database: str) -> None:
    """On a test clock: reminded, not arrived, extended, reminded again, arrived, expired."""
    async with town(database, RULES, members=("ann",)) as here:
        await here.do(here.orders.purchase("1", "ann", days(0), amount=5000))
        process = here.processes[0]
        mine = Jobs(process.pool, process.engine, process.catalog, clock=lambda: days(0))
        for day in (30, 33, 40, 41, 54, 60, 61):
            await process.catalog.set_clock(here.program.id, days(day))
            await mine.daily()
            if day == 54:
                await deliver(here, days(54))
        kinds = await here.pool.fetch("SELECT kind::text, recorded_at FROM entry ORDER BY no")
        assert [(row[0], row[1]) for row in kinds][1:] == [("extend", days(41)), ("expire", days(61))]
        keys = [put.key for put in await put_messages(here, "points_lapsing")]
        assert keys == [
            "points_lapsing:ann:point:2026-12-11:30",
            "points_lapsing:ann:point:2026-12-11:7",
            "points_lapsing:ann:point:2026-12-31:30",
            "points_lapsing:ann:point:2026-12-31:7",
        ]
        assert await here.pool.fetchval("SELECT count(*) FROM job_run WHERE job = 'reminders'") == 7
        assert (await verify(here.pool)).clean


async def test_a_job_that_another_process_does_is_left_to_it(database: str) -> None:
    """The expiry and the root do not wait for it; when the other is gone, it is done here."""
    async with town(database, RULES, members=("ann",)) as here:
        await here.do(here.orders.purchase("1", "ann", days(0), amount=5000))
        process = here.processes[0]
        mine = Jobs(process.pool, process.engine, process.catalog, clock=lambda: days(33))
        other = await connect(database)
        try:
            async with other.transaction():
                assert await other.fetchval(q("job_lock"), lock_of("reminders", here.program.id))
                await mine.daily()
                assert await put_messages(here, "points_lapsing") == []
                done = await here.pool.fetch(
                    "SELECT job FROM job_run UNION ALL SELECT 'root' FROM daily_root"
                )
                assert sorted(row["job"] for row in done) == ["expiry", "root"]
        finally:
            await other.close()
        await mine.daily()
        assert len(await put_messages(here, "points_lapsing")) == 1


async def test_a_job_that_fails_keeps_no_other_waiting(
    database: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The outbox refuses: that is logged, tiers are reviewed, and the next look makes it good."""
    tiers = Tiers(levels=(Tier(code="silver", title="银", at=100),))
    async with town(database, msgspec.structs.replace(RULES, tiers=tiers), members=("ann",)) as here:
        await here.do(here.orders.purchase("1", "ann", days(0), amount=5000))
        process = here.processes[0]
        mine = Jobs(process.pool, process.engine, process.catalog, clock=lambda: days(33))
        await here.pool.execute("ALTER TABLE message ADD CONSTRAINT not_now CHECK (false) NOT VALID")
        await mine.daily()
        assert "reminders of programme town failed" in caplog.text
        assert [row["job"] for row in await here.pool.fetch("SELECT job FROM job_run ORDER BY job")] == [
            "expiry",
            "tiers",
        ]
        await here.pool.execute("ALTER TABLE message DROP CONSTRAINT not_now")
        await mine.daily()
        assert len(await put_messages(here, "points_lapsing")) == 1
