"""Reminders of what was ordered: bookings of the next day, vouchers in their last days, each once."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from jifen.engine.command import Receipt
from jifen.jobs.order_reminders import remind_of_orders, reminds
from jifen.jobs.run import Jobs
from jifen.mall.rewarding import RedeemReward
from jifen.mall.slots import ensure
from jifen.mall.voucher_codes import code_hashes
from jifen.rules.definition import PerAmount, Rate, Reminders, RuleSet
from jifen.rules.rewards import Opening, Reward, Slots, VoucherTerms
from jifen.values.periods import Never
from tests.engine.town import Town, days, town
from tests.jobs.spending import VAULT, WHEN, Spending
from tests.jobs.telling import put_messages

AROUND_MIDNIGHT = (
    Opening(since="00:00", until="01:00", every_minutes=60, capacity=50),
    Opening(since="22:00", until="23:00", every_minutes=60, capacity=50),
)
REWARDS = (
    Reward(
        code="stars",
        title="观星",
        title_en="an hour of stars",
        merchant="sea",
        points=1,
        fulfil="order",
        slots=Slots(openings=AROUND_MIDNIGHT, cancel_hours=1, no_show="return"),
    ),
    Reward(code="salt", title="盐", merchant="air", points=1),
    Reward(
        code="off",
        title="五元券",
        title_en="5 off",
        kind="voucher",
        merchant="air",
        points=2,
        voucher=VoucherTerms(save_fen=500, valid_days=20),
    ),
    Reward(
        code="brief",
        title="短期券",
        kind="voucher",
        merchant="air",
        points=2,
        voucher=VoucherTerms(save_fen=300, valid_days=5),
    ),
)
RULES = RuleSet(
    rules=(PerAmount(id="base", rate=Rate(1, 100)),),
    validity=Never(),
    reminders=Reminders(days_before=(30, 7)),
    rewards=REWARDS,
)
STARS = {"reward": "观星", "reward_en": "an hour of stars", "merchant": "sea", "store": ""}
OFF = {"reward": "五元券", "reward_en": "5 off", "merchant": "air"}


def on(text: str) -> datetime:
    """An instant, as the clocks in Shanghai show it."""
    return datetime.fromisoformat(f"{text}+08:00")


async def redeems(here: Town, key: str, who: str, reward: str, at: datetime, **more: Any) -> Receipt:
    """A member redeems a reward, who is given the points for it before."""
    does = Spending(here)
    of = next(one for one in REWARDS if one.code == reward)
    count = more.get("count", 1)
    await here.do(here.orders.adjust(f"points-{key}", who, at, points=10 * count))
    if of.voucher is not None:
        more["hashes"] = code_hashes(VAULT, here.program.id, does.id(key), count)
    if of.slots is not None:
        await ensure(here.pool, here.program, does.rules, of, more["slot"], None, at)
    merchant = here.program.merchants[of.merchant or "air"]
    return await here.do(RedeemReward(**does._asked(key, who, at, reward=reward, merchant=merchant, **more)))


async def remind(here: Town, at: datetime) -> int:
    """Run the reminders of an instant; how many messages are new."""
    return (await remind_of_orders(here.pool, here.program, at)).told


async def test_a_booking_is_reminded_of_on_the_day_before(database: str) -> None:
    """
    ann  11-20 00:00, 22:00  bob  11-21 00:00
    11-18, to its last minute: nobody is told
    11-19, from its first on:  ann of both, however often it runs
    11-20                      bob
    11-21                      nobody
    """
    async with town(database, RULES) as here:
        for key, who, slot in (("1", "ann", "20T00"), ("2", "ann", "20T22"), ("3", "bob", "21T00")):
            await redeems(here, key, who, "stars", days(0), slot=on(f"2026-11-{slot}:00"))
        told = [
            await remind(here, on(f"2026-11-{at}"))
            for at in ("18T23:59:59", "19T00:00", "19T09:00", "19T23:59", "20T08:00", "21T08:00")
        ]
        assert told == [0, 2, 0, 0, 1, 0]
        found = [(put.who, put.fields) for put in await put_messages(here, "booking_tomorrow")]
        assert sorted(found, key=lambda one: one[1]["slot"]) == [
            ("ann", STARS | {"slot": "2026-11-20 00:00"}),
            ("ann", STARS | {"slot": "2026-11-20 22:00"}),
            ("bob", STARS | {"slot": "2026-11-21 00:00"}),
        ]


async def test_only_what_still_stands_is_reminded_of(database: str) -> None:
    """Placed or confirmed; not cancelled, failed or fulfilled; and nothing that has no time."""
    slot = on("2026-11-20T22:00")
    steps = (None, "confirm", "cancel", "fail", "fulfil")
    async with town(database, RULES, members=[str(step) for step in steps]) as here:
        for step in steps:
            who = str(step)
            await redeems(here, who, who, "stars", days(0), slot=slot)
            if step is not None:
                await Spending(here).steps(f"{step}-1", who, who, step, at=days(1))
        await redeems(here, "salt", "None", "salt", days(0))
        assert await remind(here, on("2026-11-19T08:00")) == 2
        assert {put.who for put in await put_messages(here, "booking_tomorrow")} == {"None", "confirm"}


async def test_vouchers_are_reminded_of_at_the_last_step(database: str) -> None:
    """
    ann has three of 11-01, good to 11-21, and one of 11-03, good to 11-23
    11-13   8 days before the first date  nobody is told, 30 days being for points
    11-14   7 days before it              one message of three
    11-16   7 days before the second      one of one
    """
    async with town(database, RULES) as here:
        await redeems(here, "1", "ann", "off", days(0), count=2)
        await redeems(here, "2", "ann", "off", days(0))
        await redeems(here, "3", "ann", "off", days(2))
        at = ("13T23:59:59", "14T00:00", "14T12:00", "15T08:00", "16T08:00", "17T08:00", "23T08:00")
        assert [await remind(here, on(f"2026-11-{one}")) for one in at] == [0, 1, 0, 0, 1, 0, 0]
        assert await put_messages(here, "voucher_lapsing") == [
            ("ann", "voucher_lapsing:ann:off:2026-11-21", OFF | {"count": "3", "date": "2026-11-21"}),
            ("ann", "voucher_lapsing:ann:off:2026-11-23", OFF | {"count": "1", "date": "2026-11-23"}),
        ]


@pytest.mark.parametrize(("at", "told"), [("21T23:59:59", 1), ("22T00:00", 0)])
async def test_days_on_which_nothing_ran_are_made_good_until_the_date(
    database: str, at: str, told: int
) -> None:
    """On the last day ann is still told; at midnight it has lapsed."""
    async with town(database, RULES) as here:
        await redeems(here, "1", "ann", "off", days(0))
        assert await remind(here, on(f"2026-11-{at}")) == told


async def test_what_was_used_or_given_back_is_not_reminded_of(database: str) -> None:
    """Of four, one was spent, one went back, one was locked by a bill that lapsed: two are left."""
    async with town(database, RULES) as here:
        does = Spending(here)
        for key in ("v1", "v2", "v3", "v4"):
            await redeems(here, key, "ann", "off", WHEN)
        await does.opens("b1", "ann", 6000, 0, "v1")
        await does.captures("b2", "b1", "ann")
        await does.opens("b3", "ann", 6000, 0, "v2")
        await does.steps("r1", "v4", "ann", "return")
        assert await remind(here, on("2027-01-21T08:00")) == 1
        (put,) = await put_messages(here, "voucher_lapsing")
        assert put.fields == OFF | {"count": "2", "date": "2027-01-28"}


async def test_a_voucher_that_a_bill_holds_waits_for_it(database: str) -> None:
    """It is being used at this moment; half an hour later the bill has lapsed, and it is free."""
    async with town(database, RULES) as here:
        await redeems(here, "v1", "ann", "brief", WHEN)
        await Spending(here).opens("b1", "ann", 6000, 0, "v1")
        minutes = (10, 29, 31, 32)
        assert [await remind(here, WHEN + timedelta(minutes=one)) for one in minutes] == [0, 0, 1, 0]


async def test_a_reward_that_is_no_longer_listed_keeps_its_name(database: str) -> None:
    """In the words under which it was redeemed."""
    async with town(database, RULES) as here:
        await redeems(here, "1", "ann", "off", days(0))
        await redeems(here, "2", "ann", "stars", days(0), slot=on("2026-11-20T22:00"))
        catalog = here.processes[0].catalog
        await catalog.publish(here.program.id, msgspec.structs.replace(RULES, rewards=()), days(1), days(1))
        here.program = await catalog.refresh(here.program.id)
        assert await remind(here, on("2026-11-19T08:00")) == 2
        for event, title in (("booking_tomorrow", "观星"), ("voucher_lapsing", "五元券")):
            (put,) = await put_messages(here, event)
            assert put.fields["reward"] == title


async def test_without_reminders_only_bookings_are_told(database: str) -> None:
    """Nothing was promised of vouchers; and who has neither is not looked at."""
    plain = msgspec.structs.replace(RULES, reminders=None)
    async with town(database, plain) as here:
        await redeems(here, "1", "ann", "off", days(0))
        await redeems(here, "2", "ann", "stars", days(0), slot=on("2026-11-20T22:00"))
        assert await remind(here, on("2026-11-19T08:00")) == 1
        assert await put_messages(here, "voucher_lapsing") == []


@pytest.mark.parametrize(
    ("codes", "reminders", "due"),
    [
        (("stars",), None, True),
        (("off",), Reminders(), True),
        (("off",), None, False),
        (("salt",), Reminders(), False),
    ],
)
async def test_who_has_nothing_to_be_reminded_of_is_not_asked(
    database: str, codes: tuple[str, ...], reminders: Reminders | None, due: bool
) -> None:
    """By the rules: times, or vouchers where reminders are promised."""
    rewards = tuple(one for one in REWARDS if one.code in codes)
    rules = msgspec.structs.replace(RULES, rewards=rewards, reminders=reminders)
    async with town(database, rules) as here:
        assert reminds(here.program, days(0)) is due


async def test_pages_end_anywhere(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One row a page: times, wallets and dates that are alike are all told, once."""
    monkeypatch.setattr("jifen.jobs.order_reminders.BATCH", 1)
    async with town(database, RULES) as here:
        for who in ("ann", "bob"):
            for n in range(2):
                await redeems(here, f"s{n}{who}", who, "stars", days(0), slot=on("2026-11-20T22:00"))
                await redeems(here, f"o{n}{who}", who, "off", days(0))
            await redeems(here, f"b{who}", who, "brief", days(15))
        # Four bookings; of each member's vouchers, one date of each of two rewards.
        assert await remind(here, on("2026-11-19T08:00")) == 8
        assert await remind(here, on("2026-11-19T08:00")) == 0


async def test_many_runs_at_once_tell_once(database: str) -> None:
    """Two processes, each twice at once."""
    names = [f"m{n}" for n in range(20)]
    async with town(database, RULES, members=names, processes=2) as here:
        for name in names:
            await redeems(here, f"s{name}", name, "stars", days(0), slot=on("2026-11-20T22:00"))
            await redeems(here, f"o{name}", name, "off", days(0))
        told = await asyncio.gather(
            *(
                remind_of_orders(process.pool, here.program, on("2026-11-19T08:00"))
                for process in (*here.processes, *here.processes)
            )
        )
        assert sum(one.told for one in told) == 40


async def test_the_loop_runs_it_once_a_day(database: str) -> None:
    """What came of it stands beside the day."""
    async with town(database, RULES) as here:
        await redeems(here, "1", "ann", "off", days(0))
        await redeems(here, "2", "ann", "stars", days(0), slot=on("2026-11-20T22:00"))
        process = here.processes[0]
        now = on("2026-11-19T08:00")
        mine = Jobs(process.pool, process.engine, process.catalog, clock=lambda: now)
        await mine.daily()
        await mine.daily()
        rows = await here.pool.fetch("SELECT day::text, outcome FROM job_run WHERE job = 'order_reminders'")
        assert [tuple(row) for row in rows] == [("2026-11-19", '{"looked":2,"told":2}')]
