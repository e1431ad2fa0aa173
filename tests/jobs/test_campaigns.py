"""The start of a campaign: those who agreed to marketing are told once, and nobody else."""

from datetime import UTC, datetime, timedelta

import msgspec

from jifen.jobs.campaigns import announce, running
from jifen.jobs.run import Jobs
from jifen.messages.consents import withdraw
from jifen.rules.definition import Campaign, PerAmount, Rate, RuleSet
from jifen.values.periods import Never
from tests.engine.town import Town, days, town
from tests.jobs.telling import agree, put_messages

DOUBLE = Campaign(
    code="double",
    title="双倍积分周",
    title_en="Double points",
    text="周年庆",
    since=days(3),
    until=days(10),
)
LATER = Campaign(code="later", title="年终", since=days(40), until=days(50))
RULES = RuleSet(rules=(PerAmount(id="base", rate=Rate(1, 100)),), validity=Never(), campaigns=(DOUBLE, LATER))


def jobs(here: Town, now: datetime, process: int = 0) -> Jobs:
    """The jobs of a process, at a time."""
    one = here.processes[process]
    return Jobs(one.pool, one.engine, one.catalog, clock=lambda: now)


async def test_the_start_is_told_once_to_those_who_agreed(database: str) -> None:
    """
    11-04 09:59  nobody is told
    11-04 10:00  ann is; bob took his consent back, cid never gave one
    11-05        nobody is told again; dan, who agrees now, missed the start
    """
    async with town(database, RULES, members=("ann", "bob", "cid", "dan"), processes=2) as here:
        await agree(here, "marketing", ["ann", "bob"])
        async with here.pool.acquire() as conn:
            await withdraw(conn, here.program.id, here.wallets["bob"], "marketing", channel="app", at=days(1))
        assert running(here.program, days(3) - timedelta(minutes=1)) == []
        await jobs(here, days(3) - timedelta(minutes=1)).daily()
        assert await put_messages(here, "campaign_started") == []
        await jobs(here, days(3)).daily()
        await agree(here, "marketing", ["dan"])
        for process, now in ((0, days(3)), (1, days(4)), (0, days(9))):
            await jobs(here, now, process).daily()
        ((who, key, fields),) = await put_messages(here, "campaign_started")
        assert (who, key) == ("ann", f"campaign_started:double:{days(3).astimezone(UTC).isoformat()}:ann")
        assert (fields["title"], fields["from"], fields["until"]) == (
            "双倍积分周",
            "2026-11-04",
            "2026-11-11",
        )
        assert (
            await here.pool.fetchval("SELECT purpose FROM message WHERE event = 'campaign_started'")
            == "marketing"
        )
        rows = await here.pool.fetch(
            "SELECT job, day::text, outcome FROM job_run WHERE job LIKE 'campaign:%'"
        )
        assert [tuple(row) for row in rows] == [("campaign:double", "2026-11-04", '{"looked":1,"told":1}')]


async def test_a_start_that_was_missed_is_told_while_the_campaign_runs(database: str) -> None:
    """The server was down for days; after the end nobody is told any more."""
    async with town(database, RULES) as here:
        await agree(here, "marketing", ["ann"])
        await jobs(here, days(8)).daily()
        assert len(await put_messages(here, "campaign_started")) == 1
        await jobs(here, days(55)).daily()
        assert len(await put_messages(here, "campaign_started")) == 1


async def test_new_rules_with_the_same_campaign_do_not_tell_again(database: str) -> None:
    """The same code and start are the same campaign; another start is another one."""
    async with town(database, RULES) as here:
        await agree(here, "marketing", ["ann"])
        catalog = here.processes[0].catalog
        await jobs(here, days(4)).daily()
        named = msgspec.structs.replace(DOUBLE, title="双倍")
        await catalog.publish(
            here.program.id, msgspec.structs.replace(RULES, campaigns=(named,)), days(5), days(5)
        )
        await jobs(here, days(6)).daily()
        assert len(await put_messages(here, "campaign_started")) == 1
        again = msgspec.structs.replace(DOUBLE, since=days(20), until=days(30))
        await catalog.publish(
            here.program.id, msgspec.structs.replace(RULES, campaigns=(again,)), days(7), days(7)
        )
        await jobs(here, days(21)).daily()
        assert len(await put_messages(here, "campaign_started")) == 2


async def test_a_run_that_was_cut_off_tells_the_rest(database: str) -> None:
    """Half of them were told when it was stopped: the next run tells the others, once each."""
    names = [f"m{n}" for n in range(30)]
    async with town(database, RULES, members=names) as here:
        await agree(here, "marketing", names[:15])
        assert (await announce(here.pool, here.program, DOUBLE, days(3))).told == 15
        await agree(here, "marketing", names)
        assert (await announce(here.pool, here.program, DOUBLE, days(3, hours=1))).told == 15
        assert len(await put_messages(here, "campaign_started")) == 30
