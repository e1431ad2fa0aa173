"""Birthdays: once a year for each person or pet, for those who agreed, also where days were missed (S11)."""

import asyncio
from datetime import date, datetime

import msgspec
import pytest

from jifen.books.refusals import Code
from jifen.jobs.birthdays import days_back, gives, greet
from jifen.jobs.run import Jobs
from jifen.jobs.verify import verify
from jifen.messages.consents import withdraw
from jifen.programs.knowing import DropRelative, Know, SetBirthday, SetRelative
from jifen.rules.definition import Conditions, Flat, RuleSet
from jifen.rules.person import Anniversary
from jifen.rules.when import Birthday
from jifen.values.periods import Never
from tests.engine.town import Town, days, town
from tests.jobs.telling import agree, put_messages

RULES = RuleSet(
    rules=(
        Flat(id="own", points=88, acts=("birthday.self",), when=Conditions(birthday=Birthday(whose="self"))),
        Flat(id="pet", points=20, acts=("birthday.pet",)),
        Flat(id="child", points=30, acts=("birthday.child",)),
    ),
    validity=Never(),
)
POINTS = (
    "SELECT e.key, sum(m.points)::bigint AS points FROM entry e LEFT JOIN movement m"
    " ON m.cell = e.cell AND m.wallet = e.wallet AND m.entry = e.no WHERE e.kind = 'act' GROUP BY e.key"
)


async def know(here: Town, key: str, who: str, change: SetBirthday | SetRelative | DropRelative) -> None:
    """Something about a member is known from now on."""
    await here.do(
        Know(
            program=here.program.id,
            source="app",
            key=key,
            wallet=here.wallets[who],
            occurred_at=days(0),
            recorded_at=days(0),
            content=msgspec.json.encode({"know": key}),
            change=change,
        )
    )


def own(month: int, dom: int, *, lunar: bool = False) -> SetBirthday:
    """A member's own birthday."""
    return SetBirthday(Anniversary("self", "self", month, dom, lunar))


def pet(ref: str, month: int, dom: int, *, lunar: bool = False) -> SetRelative:
    """A pet's."""
    return SetRelative(Anniversary("pet", ref, month, dom, lunar), b"sealed")


async def given(here: Town) -> list[tuple[str, int]]:
    """The birthdays that were booked: their keys with names for wallets, and the points."""
    names = {str(wallet): name for name, wallet in here.wallets.items()}
    return sorted(
        (":".join(names.get(part, part) for part in row["key"].split(":")), row["points"] or 0)
        for row in await here.pool.fetch(POINTS)
    )


async def run(here: Town, day: date, now: datetime) -> int:
    """The birthdays of a day; how many were new."""
    outcome = await greet(here.pool, here.engine, here.program, day, now)
    assert outcome.failed == 0
    return outcome.booked


async def test_a_birthday_gives_its_points_and_a_greeting_once(database: str) -> None:
    """
    11-05  ann's birthday; bob's, who has agreed to nothing; cid's, who took it back
    11-05  again                          -> nothing more
    11-06  nobody's
    """
    async with town(database, RULES, members=("ann", "bob", "cid")) as here:
        for who in here.wallets:
            await know(here, f"1{who}", who, own(11, 5))
        await agree(here, "birthday", ["ann", "cid"])
        async with here.pool.acquire() as conn:
            await withdraw(conn, here.program.id, here.wallets["cid"], "birthday", channel="app", at=days(1))
        day = date(2026, 11, 5)
        assert [await run(here, day, days(4)), await run(here, day, days(4, hours=3))] == [1, 0]
        assert await run(here, date(2026, 11, 6), days(5)) == 0
        assert await given(here) == [("birthday:ann:self:2026", 88)]
        assert await put_messages(here, "birthday_self") == [
            ("ann", "birthday:ann:self:2026", {"points": "88", "unit": "积分"})
        ]
        assert (await verify(here.pool)).clean


async def test_an_edited_date_gives_nothing_more_in_its_year(database: str) -> None:
    """The pet's date is moved to a later day twice, and gives again the next year; another pet is another."""
    async with town(database, RULES) as here:
        await agree(here, "birthday", ["ann"])
        await know(here, "1", "ann", pet("tiger", 11, 5))
        await know(here, "2", "ann", pet("lily", 11, 5))
        assert await run(here, date(2026, 11, 5), days(4)) == 2
        await know(here, "3", "ann", pet("tiger", 11, 9))
        assert await run(here, date(2026, 11, 9), days(8)) == 0
        await know(here, "4", "ann", pet("tiger", 12, 1))
        assert await run(here, date(2026, 12, 1), days(30)) == 0
        assert await run(here, date(2027, 12, 1), days(395)) == 1
        assert await given(here) == [
            ("birthday:ann:lily:2026", 20),
            ("birthday:ann:tiger:2026", 20),
            ("birthday:ann:tiger:2027", 20),
        ]
        assert len(await put_messages(here, "birthday_pet")) == 3
        await know(here, "5", "ann", DropRelative("tiger"))
        assert await run(here, date(2028, 12, 1), days(761)) == 0


async def test_a_lunar_birthday_is_kept_once_in_each_lunar_year(database: str) -> None:
    """11/20 of the lunar years 2025 and 2026 are both in the solar year 2026; 12/30 is kept on a 29th."""
    async with town(database, RULES) as here:
        await agree(here, "birthday", ["ann", "bob"])
        await know(here, "1", "ann", own(11, 20, lunar=True))
        await know(here, "2", "bob", own(12, 30, lunar=True))
        for day in (date(2026, 1, 8), date(2026, 12, 28), date(2027, 2, 5)):
            assert await run(here, day, days(500)) == 1, day
        assert [key for key, _ in await given(here)] == [
            "birthday:ann:self:2025",
            "birthday:ann:self:2026",
            "birthday:bob:self:2026",
        ]


async def test_the_29th_of_february_is_kept_on_the_28th(database: str) -> None:
    """In common years; the condition of the rule says the same of that day."""
    async with town(database, RULES) as here:
        await agree(here, "birthday", ["ann"])
        await know(here, "1", "ann", own(2, 29))
        assert await run(here, date(2027, 2, 28), days(200)) == 1
        assert await run(here, date(2028, 2, 28), days(500)) == 0
        assert await run(here, date(2028, 2, 29), days(500)) == 1
        assert [points for _, points in await given(here)] == [88, 88]


async def test_who_joined_later_has_no_birthday_before(database: str) -> None:
    """A birthday of the days that are made good, of somebody who was no member then."""
    async with town(database, RULES) as here:
        await agree(here, "birthday", ["ann"])
        await know(here, "1", "ann", own(11, 5))
        wallet = here.wallets["ann"]
        await here.pool.execute("UPDATE wallet SET opened_at = $2 WHERE id = $1", wallet, days(5))
        assert await run(here, date(2026, 11, 5), days(6)) == 0
        await here.pool.execute("UPDATE wallet SET opened_at = $2 WHERE id = $1", wallet, days(4))
        assert await run(here, date(2026, 11, 5), days(6)) == 1


async def test_the_loop_makes_up_for_a_week(database: str) -> None:
    """
    11-03          runs
    11-04 … 11-11  the server is down; ann's birthday is on 11-05, bob's on 11-03
    11-12          ann's is made good, as of its own day
    11-20          cid's of 11-12 was done; a birthday entered for 11-18 is not given a second look
    """
    async with town(database, RULES, members=("ann", "bob", "cid")) as here:
        await agree(here, "birthday", ["ann", "bob", "cid"])
        for number, (who, dom) in enumerate((("ann", 5), ("bob", 3), ("cid", 12))):
            await know(here, str(number), who, own(11, dom))
        process = here.processes[0]
        now = days(2)
        mine = Jobs(process.pool, process.engine, process.catalog, clock=lambda: now)
        await mine.daily()
        now = days(11)
        await mine.daily()
        await mine.daily()
        rows = await here.pool.fetch(
            "SELECT occurred_at, recorded_at FROM entry WHERE kind = 'act' ORDER BY 1"
        )
        assert [(row[0].isoformat(), row[1]) for row in rows] == [
            ("2026-11-02T16:00:00+00:00", days(2)),
            ("2026-11-04T16:00:00+00:00", days(11)),
            ("2026-11-11T16:00:00+00:00", days(11)),
        ]
        done = await here.pool.fetch("SELECT day::text FROM job_run WHERE job = 'birthdays' ORDER BY day")
        assert [row["day"][5:] for row in done] == [
            "10-27", "10-28", "10-29", "10-30", "10-31", "11-01", "11-02", "11-03",
            "11-05", "11-06", "11-07", "11-08", "11-09", "11-10", "11-11", "11-12",
        ]  # fmt: skip
        assert (await verify(here.pool)).clean


async def test_a_birthday_longer_ago_than_a_week_is_over(database: str) -> None:
    """Eight days are looked at, today among them."""
    assert days_back(date(2026, 11, 12)) == [date(2026, 11, dom) for dom in range(5, 13)]
    async with town(database, RULES) as here:
        await agree(here, "birthday", ["ann"])
        await know(here, "1", "ann", own(11, 4))
        process = here.processes[0]
        await Jobs(process.pool, process.engine, process.catalog, clock=lambda: days(11)).daily()
        assert await given(here) == []


async def test_a_greeting_that_was_cut_off_is_sent_by_the_next_run(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of forty birthdays some are booked when the first run is stopped. Two then run at once."""
    monkeypatch.setattr("jifen.jobs.birthdays.BATCH", 5)
    names = [f"m{n}" for n in range(40)]
    async with town(database, RULES, members=names, processes=2) as here:
        await agree(here, "birthday", names)
        for name in names:
            await know(here, f"k{name}", name, own(11, 5))
        task = asyncio.create_task(run(here, date(2026, 11, 5), days(4)))
        async with asyncio.timeout(20):
            while not await given(here):  # noqa: ASYNC110 (a database gives no sign)
                await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert len(await put_messages(here, "birthday_self")) < 40
        await asyncio.gather(
            *(
                greet(process.pool, process.engine, here.program, date(2026, 11, 5), days(4, hours=hours))
                for hours, process in enumerate(here.processes)
            )
        )
        assert len(await given(here)) == len(await put_messages(here, "birthday_self")) == 40
        assert (await verify(here.pool)).clean


async def test_rules_that_give_nothing_for_birthdays_ask_for_no_run(database: str) -> None:
    """No act is booked and no day is noted; and nobody but the system reports a birthday."""
    plain = msgspec.structs.replace(RULES, rules=(Flat(id="visit", points=1, acts=("visit",)),))
    async with town(database, plain) as here:
        assert not gives(here.program, date(2026, 11, 5))
        await agree(here, "birthday", ["ann"])
        await know(here, "1", "ann", own(11, 5))
        assert await run(here, date(2026, 11, 5), days(4)) == 0
        process = here.processes[0]
        await Jobs(process.pool, process.engine, process.catalog, clock=lambda: days(4)).daily()
        assert await here.pool.fetch("SELECT * FROM job_run WHERE job = 'birthdays'") == []
        refusal = await here.refused(here.orders.act("2", "ann", days(4), act="birthday.self"))
        assert refusal.code is Code.ACT_RESERVED


async def test_points_that_a_rule_withholds_are_not_spoken_of(database: str) -> None:
    """The rule asks for more than a birthday: nothing is given, and no greeting says that something was."""
    strict = msgspec.structs.replace(
        RULES, rules=(Flat(id="own", points=9, acts=("birthday.self",), when=Conditions(tiers=("gold",))),)
    )
    async with town(database, strict) as here:
        await agree(here, "birthday", ["ann"])
        await know(here, "1", "ann", own(11, 5))
        await run(here, date(2026, 11, 5), days(4))
        assert await put_messages(here, "birthday_self") == []
