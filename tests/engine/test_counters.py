"""Where counters are: under way in their wallet's row, past in the table, and read alike from both."""

from importlib.resources import files

from jifen.engine.applying import COUNTERS_KEPT
from jifen.engine.command import Command, Receipt
from jifen.engine.engine import Engine
from jifen.jobs.verify import verify
from jifen.rules.definition import Cap, Flat, PerAmount, Rate, RuleSet
from jifen.values.periods import Never
from tests.engine.town import COUNTERS, Town, days, receipts, town

RULES = RuleSet(
    rules=(
        PerAmount(id="base", rate=Rate(1, 100), caps=(Cap(300, "month"), Cap(2000, "ever"))),
        Flat(id="first", points=50, once="ever", funder="operator"),
        Flat(id="weekly", points=7, acts=("checkin",), once="week", funder="operator"),
        Flat(id="lecture", points=5, acts=("lecture",), once_per_code=True, funder="operator"),
    ),
    validity=Never(),
)
"""At most 300 a month, 50 for the first purchase; 7 a week for a visit, 5 for each lecture."""

DAILY = RuleSet(
    rules=(PerAmount(id="base", rate=Rate(1, 100), caps=(Cap(30, "day"), Cap(5000, "year"))),),
    validity=Never(),
)
"""At most 30 a day, which is many counters."""


async def proven(here: Town) -> None:
    """The books hold, with each counter in its place."""
    report = await verify(here.pool)
    assert report.clean, report.text()


async def test_a_month_ends_and_its_cap_starts_anew(database: str) -> None:
    """
    11-01  ann buys for 250, and gets 250 and 50 for the first
    11-30  ann buys for 100, and gets 50: that is all of November
    12-01  ann buys for 100, and gets 100
    12-02  what she bought on 11-01 comes back: November has 50 again
    12-03  a purchase of 11-29 is heard of: 400 would give 250, the rest of November
    """
    async with town(database, RULES) as here:
        orders = here.orders
        assert (await here.do(orders.purchase("p1", "ann", days(0), amount=25_000))).points == 300
        assert (await here.do(orders.purchase("p2", "ann", days(29), amount=10_000))).points == 50
        assert await here.counters("ann") == {
            "cap:base 2026-11": (300, "row"),
            "cap:base ever": (300, "row"),
            "once:first ever": (1, "table"),
        }
        assert (await here.do(orders.purchase("p3", "ann", days(30), amount=10_000))).points == 100
        assert await here.counters("ann") == {
            "cap:base 2026-11": (300, "table"),
            "cap:base 2026-12": (100, "row"),
            "cap:base ever": (400, "row"),
            "once:first ever": (1, "table"),
        }
        back = await here.do(orders.give_back("b1", "ann", days(31), of="p1"))
        assert back.points == -300
        assert (await here.counters("ann"))["cap:base 2026-11"] == (50, "table")
        late = await here.do(orders.purchase("p4", "ann", days(28), days(32), amount=40_000))
        assert late.points == 250 + 50
        assert await here.counters("ann") == {
            "cap:base 2026-11": (300, "table"),
            "cap:base 2026-12": (100, "row"),
            "cap:base ever": (400, "row"),
            "once:first ever": (1, "table"),
        }
        await proven(here)


async def test_the_days_of_one_batch(database: str) -> None:
    """November, December, and November again, all for ann and all at once: as if they came one by one."""
    async with town(database, RULES) as here:
        orders = here.orders
        sent: list[Command] = [
            orders.purchase("p1", "ann", days(0), amount=10_000),
            orders.purchase("p2", "ann", days(31), amount=20_000),
            orders.purchase("p3", "ann", days(1), days(31), amount=25_000),
            orders.purchase("p4", "ann", days(2), days(31), amount=10_000),
            orders.purchase("p5", "ann", days(32), amount=20_000),
        ]
        gave = [answer.points for answer in receipts(await here.engine.submit_all(sent))]
        assert gave == [150, 200, 200, 0, 100]
        assert await here.counters("ann") == {
            "cap:base 2026-11": (300, "table"),
            "cap:base 2026-12": (300, "row"),
            "cap:base ever": (600, "row"),
            "once:first ever": (1, "table"),
        }
        await proven(here)


async def test_members_for_whom_a_month_is_over_and_for_whom_it_is_not(database: str) -> None:
    """The same purchase of 11-03 by both, in one batch; only ann was there in December, and both had 250."""
    async with town(database, RULES, processes=2) as here:
        orders = here.orders
        for who in ("bob", "ann"):
            await here.do(orders.purchase(f"p1 {who}", who, days(0), amount=25_000))
        await here.do(orders.purchase("p2", "ann", days(31), amount=1_000))
        sent: list[Command] = [
            orders.purchase(f"p3 {who}", who, days(2), days(32), amount=10_000) for who in ("bob", "ann")
        ]
        gave = receipts(await here.processes[1].engine.submit_all(sent))
        assert [answer.points for answer in gave] == [50, 50]
        assert (await here.counters("bob"))["cap:base 2026-11"] == (300, "row")
        assert (await here.counters("ann"))["cap:base 2026-11"] == (300, "table")
        await proven(here)


async def test_a_counter_moves_once(database: str) -> None:
    """With whatever first happens after its period; afterwards nobody writes it until it changes."""
    november = "SELECT value, xmin::text FROM counter WHERE period = '2026-11'"
    async with town(database, RULES) as here:
        orders = here.orders
        await here.do(orders.purchase("p1", "ann", days(0), amount=10_000))
        assert await here.pool.fetch(november) == []
        await here.do(orders.redeem("r1", "ann", days(30), points=10))
        moved = [tuple(row) for row in await here.pool.fetch(november)]
        assert [value for value, _ in moved] == [100]
        assert (await here.counters("ann"))["cap:base 2026-11"] == (100, "table")
        await here.do(orders.purchase("p2", "ann", days(31), amount=10_000))
        await here.do(orders.purchase("p3", "ann", days(70), amount=10_000))
        assert [tuple(row) for row in await here.pool.fetch(november)] == moved
        assert (await here.counters("ann"))["cap:base 2026-12"] == (100, "table")
        await proven(here)


async def test_a_counter_that_was_taken_back_does_not_move(database: str) -> None:
    """What is 0 is nowhere: neither in the row, nor in the table when its month is over."""
    async with town(database, RULES) as here:
        orders = here.orders
        await here.do(orders.purchase("p1", "ann", days(0), amount=10_000))
        await here.do(orders.give_back("b1", "ann", days(1), of="p1"))
        assert await here.counters("ann") == {}
        assert (await here.do(orders.purchase("p2", "ann", days(31), amount=10_000))).points == 150
        assert await here.pool.fetchval("SELECT count(*) FROM counter WHERE period = '2026-11'") == 0
        assert (await here.do(orders.purchase("p3", "ann", days(2), days(32), amount=60_000))).points == 300
        await proven(here)


async def test_weeks_codes_and_what_is_once_for_ever(database: str) -> None:
    """A week moves when it is over; a code looks like a period and is none; neither gives twice."""
    async with town(database, RULES) as here:
        orders = here.orders
        gave = [
            (await here.do(orders.act(f"a{n}", "ann", at, act=act, code=code))).points
            for n, (at, act, code) in enumerate(
                (
                    (days(0), "checkin", ""),
                    (days(0), "lecture", '2026 "A"'),
                    (days(0), "lecture", "2027"),
                    (days(1), "checkin", ""),
                    (days(1), "checkin", ""),
                    (days(40), "lecture", '2026 "A"'),
                    (days(40), "lecture", "2027"),
                    (days(40), "checkin", ""),
                )
            )
        ]
        assert gave == [7, 5, 5, 7, 0, 0, 0, 7]
        assert await here.counters("ann") == {
            "once:weekly 2026-W44": (1, "table"),
            "once:weekly 2026-W45": (1, "table"),
            "once:weekly 2026-W50": (1, "row"),
            'code:lecture 2026 "A"': (1, "table"),
            "code:lecture 2027": (1, "table"),
        }
        late = await here.do(orders.act("late", "ann", days(3), days(41), act="checkin"))
        assert late.points == 0
        assert (await here.do(orders.purchase("p1", "ann", days(41), amount=1_000))).points == 60
        assert (await here.do(orders.purchase("p2", "ann", days(80), amount=1_000))).points == 10
        await proven(here)


async def test_what_is_heard_of_first_lies_long_ago(database: str) -> None:
    """That is then the last activity, and its month under way until there is a later one."""
    async with town(database, RULES) as here:
        orders = here.orders
        assert (await here.do(orders.purchase("p1", "ann", days(-400), days(1), amount=60_000))).points == 350
        assert (await here.counters("ann"))["cap:base 2025-09"] == (300, "row")
        assert (await here.do(orders.purchase("p2", "ann", days(-400), days(1), amount=1_000))).points == 0
        assert (await here.do(orders.purchase("p3", "ann", days(1), amount=1_000))).points == 10
        assert (await here.counters("ann"))["cap:base 2025-09"] == (300, "table")
        await proven(here)


async def test_what_a_process_forgets_it_reads_again(database: str) -> None:
    """More days than a snapshot keeps; then a purchase of the first day is heard of, and of a day between."""
    async with town(database, DAILY) as here:
        orders = here.orders
        many = COUNTERS_KEPT + 10
        bought: list[Command] = [
            orders.purchase(f"p{day}", "ann", days(day), amount=2_000) for day in range(many)
        ]
        for command in bought:
            assert (await here.do(command)).points == 20
        now = days(many)
        late: list[Command] = [
            orders.purchase(f"q{day}", "ann", days(day), now, amount=2_000) for day in (0, 1, 60, many - 1)
        ]
        assert [answer.points for answer in receipts(await here.engine.submit_all(late))] == [10] * 4
        stored = await here.counters("ann")
        assert stored["cap:base 2026-11-01"] == (30, "table")
        assert stored["cap:base 2027"] == (20 * (many - 61) + 10, "row")
        assert [place for _, place in stored.values()].count("row") == 2
        await proven(here)


async def test_the_month_ends_at_midnight_of_the_programme(database: str) -> None:
    """In Shanghai December begins while it is still November in UTC."""
    async with town(database, RULES) as here:
        orders = here.orders
        await here.do(orders.purchase("p1", "ann", days(29, hours=13), amount=10_000))
        assert (await here.counters("ann"))["cap:base 2026-11"] == (100, "row")
        await here.do(orders.purchase("p2", "ann", days(29, hours=14), amount=10_000))
        stored = await here.counters("ann")
        assert stored["cap:base 2026-11"] == (100, "table")
        assert stored["cap:base 2026-12"] == (100, "row")
        await proven(here)


async def test_two_processes_agree_when_a_month_ends(database: str) -> None:
    """Either has the wallet at hand as it was before the other moved its counters."""
    async with town(database, RULES, processes=2) as here:
        orders = here.orders
        one, other = (process.engine for process in here.processes)

        async def points(engine: Engine, command: Command) -> int:
            answer = await engine.submit(command)
            assert isinstance(answer, Receipt), answer
            return answer.points

        assert await points(one, orders.purchase("p1", "ann", days(0), amount=10_000)) == 150
        assert await points(other, orders.purchase("p2", "ann", days(1), amount=10_000)) == 100
        assert await points(one, orders.purchase("p3", "ann", days(31), amount=10_000)) == 100
        assert await points(other, orders.purchase("p4", "ann", days(2), days(31), amount=30_000)) == 100
        assert await points(one, orders.purchase("p5", "ann", days(3), days(31), amount=30_000)) == 0
        assert await points(other, orders.purchase("p6", "ann", days(32), amount=30_000)) == 200
        assert await points(one, orders.purchase("p7", "ann", days(33), amount=30_000)) == 0
        assert await points(other, orders.give_back("b1", "ann", days(34), of="p1")) == -150
        assert await points(one, orders.purchase("p8", "ann", days(4), days(35), amount=30_000)) == 150
        assert await here.counters("ann") == {
            "cap:base 2026-11": (300, "table"),
            "cap:base 2026-12": (300, "row"),
            "cap:base ever": (600, "row"),
            "once:first ever": (1, "table"),
        }
        await proven(here)


async def test_the_migration_puts_the_counters_of_before_where_they_belong(database: str) -> None:
    """Members of every kind, all of whose counters were in the table: then it is as if they never were."""
    async with town(database, RULES, members=("ann", "bob", "cid")) as here:
        orders = here.orders
        await here.do(orders.purchase("p1", "ann", days(0), amount=10_000))
        await here.do(orders.act("a1", "ann", days(0), act="lecture", code='2026 "A"'))
        await here.do(orders.act("a2", "ann", days(29, hours=13), act="checkin"))
        await here.do(orders.purchase("p2", "ann", days(29, hours=14), amount=10_000))
        await here.do(orders.act("b1", "bob", days(0), act="checkin"))
        await here.do(orders.purchase("b2", "bob", days(4), amount=10_000))
        await here.do(orders.give_back("b3", "bob", days(5), of="b2"))
        after = [
            tuple(row) for row in await here.pool.fetch(f"SELECT * FROM ({COUNTERS}) c ORDER BY 2, 3, 4")
        ]
        assert {(name, period): place for _, _, name, period, value, place in after if value} == {
            ("cap:base", "2026-11"): "table",
            ("cap:base", "2026-12"): "row",
            ("cap:base", "ever"): "row",
            ("code:lecture", '2026 "A"'): "table",
            ("once:first", "ever"): "table",
            ("once:weekly", "2026-W44"): "table",
            ("once:weekly", "2026-W49"): "row",
        }
        await here.pool.execute(
            "INSERT INTO counter SELECT cell, wallet, name, period, value"
            f" FROM ({COUNTERS}) c WHERE place = 'row'"
        )
        await here.pool.execute("UPDATE wallet SET counters = '{}'")
        cid = here.wallets["cid"]
        await here.pool.execute(
            "INSERT INTO counter SELECT cell, id, 'pooled:point', '2026-10', 3 FROM wallet WHERE id = $1", cid
        )
        await here.pool.execute(
            "INSERT INTO counter SELECT cell, id, 'buys', '2026-11-02', 0 FROM wallet WHERE id = $1", cid
        )
        migration = files("jifen.store") / "migrations" / "0016_counters_under_way.sql"
        _, _, statements = migration.read_text().partition("-- Counters of before")
        await here.pool.execute("-- Counters of before" + statements)
        assert await here.counters("cid") == {"pooled:point 2026-10": (3, "row")}
        assert await here.pool.fetchval("SELECT count(*) FROM counter WHERE wallet = $1", cid) == 0
        await here.pool.execute("UPDATE wallet SET counters = '{}' WHERE id = $1", cid)
        found = await here.pool.fetch(f"SELECT * FROM ({COUNTERS}) c ORDER BY 2, 3, 4")
        assert [tuple(row) for row in found] == after
        await proven(here)
