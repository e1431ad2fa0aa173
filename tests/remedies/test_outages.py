"""Outages: nothing lapses in one, what had lapsed lives again, each member is compensated once."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from jifen.engine.command import Receipt
from jifen.jobs.expiry import expire_due
from jifen.jobs.remedies import Remedied, extend_due, remedy_due
from jifen.jobs.run import Jobs
from jifen.jobs.verify import verify
from jifen.programs.remedies import compensation, extended_to, outage_of
from jifen.rules.definition import PerAmount, Rate, Remedy, RuleSet
from jifen.values.ids import cell_of, parse_id
from jifen.values.periods import Rolling
from tests.api.alliance import BEGAN, Alliance, problem

PATH = "/v1/outages"
RULES = RuleSet(
    rules=(PerAmount(id="base", rate=Rate(1, 100)),),
    validity=Rolling(days=10),
    grace_days=0,
    remedies={
        "outage": Remedy(title="服务中断补偿", points=20, extend_days=3),
        "delay": Remedy(title="延长有效期", extend_days=0),
    },
)
TEXT = "12月1日系统中断,到期积分已延期。"


def day(number: int, hour: int = 0) -> datetime:
    """An instant of December, as clocks in Shanghai show it."""
    return datetime(2026, 12, 1, tzinfo=UTC) + timedelta(days=number - 1, hours=hour - 8)


@pytest.fixture
async def town(alliance: Alliance) -> Alliance:
    """Points live ten days here; ann buys on the 1st and the 5th, bob at sea on the 1st."""
    await alliance.house.catalog.publish(alliance.id, RULES, BEGAN + timedelta(days=1), BEGAN)
    await alliance.set_clock(day(1, 10))
    await alliance.operator.done("/v1/purchases", key="p1", member="ann", store="air-1", amount=10_000)
    await alliance.operator.done("/v1/purchases", key="p2", member="bob", store="sea-1", amount=5_000)
    await alliance.set_clock(day(5, 10))
    await alliance.operator.done("/v1/purchases", key="p3", member="ann", store="air-1", amount=700)
    return alliance


async def lots(town: Alliance, member: str) -> list[tuple[int, str]]:
    """The lots of a member: what is left, and until which instant, as clocks in Shanghai show it."""
    told = (await town.operator.get(f"/v1/members/{member}/lots")).json()["lots"]
    return [
        (
            one["remaining"],
            (datetime.fromisoformat(one["expires_at"]) + timedelta(hours=8)).strftime("%m-%d %H"),
        )
        for one in told
        if one["remaining"]
    ]


async def night(town: Alliance, number: int) -> None:
    """What runs by itself on a day of December."""
    await town.set_clock(day(number, 1))
    house = town.house
    await Jobs(house.pool, house.engine, house.catalog)._each(_only(town, house))


def _only(town: Alliance, house: Any) -> Any:
    """The day's jobs of one programme."""
    jobs = Jobs(house.pool, house.engine, house.catalog)

    async def work(due: Any) -> None:
        if due.program == town.id:
            await jobs._day(due)

    return work


async def remedied(town: Alliance, of: str, number: int) -> Remedied:
    """What the job gives, run by itself."""
    house = town.house
    program = await house.catalog.refresh(town.id)
    outage = outage_of(program, parse_id(of))
    assert outage is not None
    return await remedy_due(house.pool, house.engine, program, outage, day(number, 2))


async def declared(town: Alliance, since: datetime, until: datetime | None = None, **more: Any) -> Any:
    """An outage, declared by the operator."""
    body: dict[str, Any] = {"key": "o1", "since": since.isoformat(), "remedy": "outage", "text": TEXT, **more}
    if until is not None:
        body["until"] = until.isoformat()
    return await town.operator.done(PATH, **body)


async def proves_clean(town: Alliance) -> None:
    """The books add up."""
    report = await verify(town.house.pool, town.id)
    assert report.clean, report.findings


async def test_nothing_lapses_in_an_open_outage(town: Alliance) -> None:
    """Not by the job, not by the operator's hand; when it is closed, all live longer by more than it took."""
    await town.set_clock(day(10, 12))
    made = await declared(town, day(10, 6))
    assert (made["until"], made["points"], made["extend_days"]) == (None, 20, 3)
    for number in (12, 13):
        await night(town, number)
    await town.operator.refused("nothing_left", "/v1/expiries", key="x1", member="ann")
    assert await lots(town, "ann") == [(100, "12-12 00"), (7, "12-16 00")]
    await town.set_clock(day(13, 7))
    await town.operator.done(f"{PATH}/{made['id']}/close", until=day(13, 6).isoformat())
    await night(town, 14)
    # Lapsed on the 12th at 0:00, plus three days of outage, plus three days of the remedy.
    assert await lots(town, "ann") == [(7, "12-16 00"), (100, "12-18 00"), (20, "12-25 00")]
    assert await lots(town, "bob") == [(50, "12-18 00"), (20, "12-25 00")]
    await proves_clean(town)


async def test_declared_late_it_takes_expiries_back(town: Alliance) -> None:
    """What the job had booked as expired lives again, in the wallet where it was, once."""
    await night(town, 12)
    assert await lots(town, "ann") == [(7, "12-16 00")]
    await town.set_clock(day(12, 13))
    made = await declared(town, day(11), day(12, 12))
    await night(town, 13)
    # A day and a half, and three of the remedy, from the 12th at 0:00: to the end of the 16th.
    assert await lots(town, "ann") == [(7, "12-16 00"), (100, "12-17 00"), (20, "12-24 00")]
    before = await town.books()
    for number in (13, 14):
        again = await remedied(town, made["id"], number)
        assert (again.booked, again.failed, again.extended, again.compensated) == (0, 0, 0, 0)
    assert await town.books() == before
    await proves_clean(town)
    told = (await town.operator.get("/v1/members/ann/entries")).json()["entries"]
    for one in told:
        explained = await town.operator.get(f"/v1/entries/{one['id']}/explanation")
        assert explained.status_code == 200, explained.text
    assert [one["kind"] for one in told if one["kind"] in ("extend", "compensate")] in (
        ["extend", "compensate"],
        ["compensate", "extend"],
    )
    # What is extended lapses at its new date, as any other.
    await night(town, 17)
    assert await lots(town, "ann") == [(20, "12-24 00")]
    await proves_clean(town)


async def test_long_after_it_counts_from_today(town: Alliance) -> None:
    """Where the points' own date and more are over, they live as much longer from now."""
    await night(town, 30)
    assert await lots(town, "ann") == []
    await declared(town, day(11), day(12))
    await town.set_clock(day(30, 3))
    await night(town, 30)
    found = await lots(town, "ann")
    assert (100, "01-04 00") in found
    await proves_clean(town)


async def test_declared_and_run_however_often_it_gives_once(town: Alliance) -> None:
    """The same outage under other keys, by eight at once, and the job in four processes."""
    await town.set_clock(day(12, 12))
    made = await asyncio.gather(*(declared(town, day(11), day(12), key=f"o{n}") for n in range(8)))
    assert len({one["id"] for one in made}) == 1
    outcomes = await asyncio.gather(*(remedied(town, made[0]["id"], 12) for _ in range(4)))
    assert all(outcome.failed == 0 for outcome in outcomes)
    members = len((*"abcd", "fay", "gus"))
    assert sum(outcome.compensated for outcome in outcomes) == members
    assert sum(outcome.points_extended for outcome in outcomes) == 150
    compensated = await town.house.pool.fetch(
        "SELECT wallet FROM entry WHERE kind = 'compensate' AND wallet IN "
        "(SELECT id FROM wallet WHERE program = $1)",
        town.id,
    )
    assert len(compensated) == len({row["wallet"] for row in compensated}) == members
    told = await town.house.pool.fetchval(
        "SELECT count(*) FROM message WHERE program = $1 AND event = 'compensated'", town.id
    )
    assert told == members
    assert (await town.operator.get(PATH)).json()["outages"][0]["settled_at"]
    await proves_clean(town)


async def test_an_outage_of_a_merchant_spares_its_points(town: Alliance) -> None:
    """And compensates its customers, at its cost; what others issued lapses as ever."""
    await town.set_clock(day(13, 12))
    made = await declared(town, day(11), day(13), merchant="air")
    await night(town, 14)
    assert await lots(town, "ann") == [(7, "12-16 00"), (100, "12-17 00"), (20, "12-25 00")]
    assert await lots(town, "bob") == []
    assert await lots(town, "cat") == []
    told = (await town.operator.get("/v1/members/ann/lots")).json()["lots"]
    assert next(one["funder"] for one in told if one["remaining"] == 20) == "air"
    assert made["merchant"] == "air"
    await proves_clean(town)


async def test_points_that_come_back_later_are_extended_too(town: Alliance) -> None:
    """Held through the outage, free after the remedy was given: the next day's job finds them."""
    await town.set_clock(day(10, 12))
    hold = await town.air.done("/v1/holds", key="h1", member="ann", points=100, deadline=day(20).isoformat())
    made = await declared(town, day(10, 6))
    await town.set_clock(day(13))
    await town.operator.done(f"{PATH}/{made['id']}/close")
    await night(town, 13)
    assert await lots(town, "ann") == [(7, "12-16 00"), (20, "12-24 00")]
    await town.air.done(f"/v1/holds/{hold['id']}/release", key="r1")
    await night(town, 14)
    assert (100, "12-18 00") in await lots(town, "ann")
    await proves_clean(town)


async def test_nothing_else_changes(town: Alliance) -> None:
    """Lots of other dates, other programmes' and the counters stay; a remedy without points gives none."""
    before = await lots(town, "ann")
    await town.set_clock(day(9, 12))
    await declared(town, day(8), day(9), remedy="delay")
    await night(town, 10)
    assert await lots(town, "ann") == before
    entries = (await town.operator.get("/v1/members/ann/entries")).json()["entries"]
    assert [one["kind"] for one in entries] == ["purchase", "purchase"]
    await proves_clean(town)


async def test_an_expiry_that_was_decided_before_is_decided_again(town: Alliance) -> None:
    """The declaration lifts the programme's revision, so no expiry under way elsewhere passes by it."""
    house = town.house
    program = await house.catalog.program(town.id)
    stale: Sequence[Any] = program.outages
    await town.set_clock(day(12, 1))
    await declared(town, day(11, 6))
    # Another process, whose catalog is as it was before.
    house.catalog._programs[town.id] = msgspec.structs.replace(program, outages=tuple(stale))
    program = await house.catalog.program(town.id)
    assert program.outages == ()
    outcome = await expire_due(house.pool, house.engine, program, day(12, 1))
    assert (outcome.booked, outcome.failed) == (0, 0)
    assert await lots(town, "ann") == [(100, "12-12 00"), (7, "12-16 00")]


async def test_what_may_not_be_declared(town: Alliance) -> None:
    """Field, value and remedy; another end or text of what stands; a time that is taken; unlawful words."""
    await town.set_clock(day(12, 12))
    good = {"key": "k", "since": day(11).isoformat(), "remedy": "outage", "text": TEXT}
    for field, value, code in (
        ("remedy", "none", "remedy_unknown"),
        ("merchant", "nobody", "merchant_unknown"),
        ("since", day(13).isoformat(), "invalid_request"),
        ("since", "2020-01-01T00:00:00Z", "invalid_request"),
        ("until", day(11).isoformat(), "invalid_request"),
        ("until", day(13).isoformat(), "invalid_request"),
        ("text", "因系统中断,过期积分一律不退,最终解释权归本公司所有。", "invalid_request"),
        ("text", "", "invalid_request"),
    ):
        told = await town.operator.refused(code, PATH, **{**good, field: value})
        assert field in told["detail"]
    await town.air.refused("operator_only", PATH, **good)
    made = await town.operator.done(PATH, **good)
    assert await town.operator.done(PATH, **good) == made
    await town.operator.refused("already_exists", PATH, **{**good, "text": "另一段文字。"})
    await town.operator.refused("already_exists", PATH, **{**good, "since": day(12).isoformat()})
    await town.operator.done(PATH, **{**good, "merchant": "air"})
    close = f"{PATH}/{made['id']}/close"
    await town.operator.refused("invalid_request", close, until=day(11).isoformat())
    closed = await town.operator.done(close, until=day(12).isoformat())
    assert await town.operator.done(close, until=day(12).isoformat()) == closed
    assert await town.operator.done(close) == closed
    await town.operator.refused("already_exists", close, until=day(12, 1).isoformat())
    await town.operator.refused("remedy_unknown", f"{PATH}/nonsense/close")
    problem(await town.air.get(PATH), "operator_only")
    await town.operator.done(PATH, **{**good, "since": day(12, 1).isoformat(), "key": "k2"})


async def test_a_new_date_is_never_less_than_promised(town: Alliance) -> None:
    """For every hour of an outage and of a date in it: at least its length and the days longer."""
    await town.set_clock(day(12, 12))
    made = await declared(town, day(1, 10), day(1, 11))
    program = await town.house.catalog.refresh(town.id)
    outage = outage_of(program, parse_id(made["id"]))
    assert outage is not None
    for hours in range(1, 100, 7):
        for begin in (0, 5, 23):
            since = day(1, begin)
            one = msgspec.structs.replace(outage, since=since, until=since + timedelta(hours=hours))
            for expires in (since, day(2), since + timedelta(hours=hours)):
                for now in (since + timedelta(hours=hours), day(20, 3)):
                    last = extended_to(one, expires, now, program.zone)
                    end = datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(hours=16)
                    assert end - expires >= timedelta(hours=hours, days=3)
                    assert end > now


async def test_a_compensation_names_its_outage(town: Alliance) -> None:
    """Its event says which outage, which remedy, how many points; its key is of outage and wallet alone."""
    await town.set_clock(day(12, 12))
    made = await declared(town, day(11), day(12))
    program = await town.house.catalog.refresh(town.id)
    outage = outage_of(program, parse_id(made["id"]))
    assert outage is not None
    wallet = (await town.house.members.wallets(town.id, ["ann"]))["ann"]
    first = await town.house.engine.submit(compensation(program, outage, wallet, day(12, 12)))
    second = await town.house.engine.submit(compensation(program, outage, wallet, day(15)))
    assert isinstance(first, Receipt)
    assert isinstance(second, Receipt)
    assert (first.points, second.replayed, second.id) == (20, True, first.id)
    event = await town.house.pool.fetchval(
        "SELECT event FROM entry WHERE cell = $1 AND wallet = $2 AND no = $3",
        cell_of(wallet),
        wallet,
        first.no,
    )
    assert msgspec.json.decode(event)["outage"] == made["id"]
    assert (await extend_due(town.house.pool, town.house.engine, program, day(12, 12))).failed == 0
