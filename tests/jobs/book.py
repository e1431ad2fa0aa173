"""A book in which everything has happened that can happen: what the proofs are tried on."""

from datetime import date

from jifen.engine.command import Receipt
from jifen.jobs.expiry import expire_due
from jifen.jobs.figures import count_days
from jifen.jobs.holds import lapse_due
from jifen.jobs.roots import take_root
from jifen.rules.award import Line
from jifen.rules.definition import Cap, Conditions, Flat, PerAmount, Rate, RuleSet
from jifen.values.periods import Active, Rolling, end_of_day
from tests.engine.town import Town, days, town
from tests.jobs.spending import REWARDS, spend

RULES = RuleSet(
    rules=(
        PerAmount(
            id="base", rate=Rate(1, 100), caps=(Cap(300, "day"), Cap(1000, "month"), Cap(9000, "ever"))
        ),
        Flat(id="first", points=100, once="ever", funder="operator", when=Conditions(minimum_fen=1000)),
        Flat(id="checkin", points=5, acts=("checkin",), once="day", funder="operator"),
        Flat(
            id="star", unit="green", points=20, when=Conditions(minimum_fen=5000), validity=Active(months=2)
        ),
        Flat(id="later", points=30, when=Conditions(stores=("sea",), minimum_fen=1000), pending_days=7),
    ),
    validity=Rolling(months=1, to="month_end"),
    grace_days=7,
    rewards=REWARDS,
)
"""What is earned in November lives to the end of December, green points by activity."""

MEMBERS = ("ann", "bob", "cat", "dan", "eve", "fay", "gus", "hal")


async def write_book(dsn: str) -> None:
    """Live through 70 days: earn, spend, hold, return, owe, repay, give, freeze, expire, live on."""
    async with town(dsn, RULES, members=MEMBERS) as here:
        await here.household("home", "ann", "bob")
        await _ann(here)
        await _bob(here)
        await _others(here)
        await take_root(here.pool, here.program, days(20))
        december = end_of_day(date(2026, 12, 31), here.program.zone)
        january = date(2027, 1, 31)
        await here.do(here.orders.extend("e4", "eve", days(62), expired_at=december, until=january))
        await expire_due(here.pool, here.engine, here.program, days(62))
        await _new_year(here)
        await lapse_due(here.pool, here.engine, here.program, days(66))
        await spend(here)
        await take_root(here.pool, here.program, days(70))
        await count_days(here.pool, here.program, days(71))


async def _ann(here: Town) -> None:
    """Ann buys, spends, holds and brings things back; one hold stays open."""
    orders = here.orders
    basket = [Line("a", "GROCERY", 1, 15000), Line("b", "GROCERY", 2, 5000)]
    await here.do(orders.purchase("a1", "ann", days(0), lines=basket))
    await here.do(orders.purchase("a2", "ann", days(1), store="sea", amount=12000))
    await here.do(orders.act("a3", "ann", days(1), act="checkin"))
    await here.do(orders.give_back("a4", "ann", days(2), of="a1", lines=[("b", 1)]))
    paid = await here.do(orders.redeem("a5", "ann", days(3), points=60))
    await here.do(orders.reserve("a6", "ann", days(3), points=50, deadline=days(90)))
    bill = await here.do(orders.reserve("a7", "ann", days(3), points=40, deadline=days(90)))
    await here.do(orders.capture("a8", "ann", days(4), hold=bill.id, points=15, keep_open=True))
    await here.do(orders.release("a9", "ann", days(5), hold=bill.id))
    await here.do(orders.restore("a10", "ann", days(6), of=paid.id, points=20))
    await here.do(orders.transfer("a11", "ann", days(7), points=30, to="bob"))


async def _bob(here: Town) -> None:
    """Bob spends what he then gives back, so that he owes, and repays a part."""
    orders = here.orders
    earned = await here.do(orders.purchase("b1", "bob", days(8), store="mall", amount=10000))
    await here.do(orders.redeem("b2", "bob", days(9), points=earned.balance.available))
    owing = await here.do(orders.give_back("b3", "bob", days(10), of="b1"))
    assert owing.balance.owed > 100
    await here.do(orders.purchase("b4", "bob", days(11), store="mall", amount=3000))


async def _others(here: Town) -> None:
    """Cat is frozen, Eve was; Fay holds points beyond their date; Dan never came."""
    orders = here.orders
    await here.do(orders.purchase("c1", "cat", days(2), store="sea", amount=8000))
    await here.do(orders.donate("c2", "cat", days(3), points=10, charity="pupils"))
    await here.do(orders.adjust("c3", "cat", days(4), points=40))
    await here.do(orders.adjust("c4", "cat", days(4), points=-5))
    await here.do(orders.compensate("c5", "cat", days(5), points=25, fault="sea"))
    await here.do(orders.freeze("c6", "cat", days(6), until=days(300)))
    await here.do(orders.act("e1", "eve", days(2), act="checkin"))
    await here.do(orders.freeze("e2", "eve", days(3), until=days(300)))
    await here.do(orders.unfreeze("e3", "eve", days(4)))
    await here.do(orders.purchase("f1", "fay", days(0), amount=10000))
    held: Receipt = await here.do(orders.reserve("f2", "fay", days(10), points=120, deadline=days(65)))
    assert held.balance.held == 120


async def _new_year(here: Town) -> None:
    """Gus and Hal come when what the others earned has expired; Gus spends points that live by activity.

    Cat brings back what she bought, whose points expired.
    """
    orders = here.orders
    back = await here.do(orders.give_back("c7", "cat", days(63), of="c1"))
    assert back.owed_more < 20
    await here.do(orders.purchase("g1", "gus", days(63), amount=6000))
    await here.do(orders.redeem("g2", "gus", days(64), points=5, unit="green"))
    await here.do(orders.purchase("h1", "hal", days(64), store="mall", amount=9000))
