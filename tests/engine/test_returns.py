"""Returns through the engine: twelve lines, five rules, piece by piece until nothing is left of it."""

from jifen.books.refusals import Code
from jifen.engine.command import Command, Receipt
from jifen.rules.award import Line
from jifen.rules.definition import Cap, Conditions, Flat, Multiplier, PerAmount, Rate, RuleSet
from jifen.values.periods import Never
from tests.engine.town import COUNTERS, Town, days, receipts, town

RULES = RuleSet(
    rules=(
        PerAmount(
            id="base",
            rate=Rate(1, 100),
            rates={"FUEL": Rate(0, 1), "GREENS": Rate(2, 100)},
            caps=(Cap(400, "day"), Cap(1000, "month")),
        ),
        Multiplier(id="double", factor="2", when=Conditions(merchants=("sea",))),
        Flat(id="big", points=20, when=Conditions(minimum_fen=20_000)),
        Flat(id="first", points=100, once="ever", funder="operator"),
        Flat(id="green", points=3, unit="green", tags=("organic",)),
    ),
    validity=Never(),
)
BASKET = tuple(
    Line(f"s{n}", ("FUEL", "GREENS", "RICE")[n % 3], 1 + n % 3, 1777 * (n + 1), ("organic",) * (n == 4))
    for n in range(12)
)


async def stored(here: Town) -> tuple[object, ...]:
    """What is left of a member's lots and counters, empty ones aside."""
    lots = await here.pool.fetch(
        "SELECT series, remaining, held, owed FROM lot WHERE remaining + held + owed > 0"
    )
    counters = await here.pool.fetch(f"SELECT name, period, value FROM ({COUNTERS}) c WHERE value > 0")
    return {tuple(row) for row in lots}, {tuple(row) for row in counters}


async def test_a_basket_that_comes_back_piece_by_piece(database: str) -> None:
    """Points, caps, the threshold's bonus, the first order's, the green ones: all as before the purchase."""
    async with town(database, RULES) as here:
        orders = here.orders
        await here.do(orders.purchase("small", "ann", days(0), store="air", amount=9_000))
        before = await stored(here)
        bought = await here.do(orders.purchase("big", "ann", days(0), store="sea", lines=BASKET))
        backs: list[Command] = [
            orders.give_back(f"b{line.sku}-{piece}", "ann", days(1), of="big", lines=[(line.sku, 1)])
            for line in BASKET
            for piece in range(line.quantity)
        ]
        answers = receipts(await here.engine.submit_all(backs))
        assert sum(answer.points for answer in answers) == -bought.points
        assert all(answer.owed_more == 0 for answer in answers)
        assert await stored(here) == before
        refusal = await here.refused(orders.give_back("more", "ann", days(1), of="big"))
        assert refusal.code is Code.NOTHING_LEFT


async def test_the_first_order_comes_back_so_the_next_is_the_first(database: str) -> None:
    """What it had as the first is taken back and given to the next; what it used of the caps is free."""
    async with town(database, RULES) as here:
        orders = here.orders
        first = await here.do(orders.purchase("p1", "ann", days(0), amount=39_000))
        second = await here.do(orders.purchase("p2", "ann", days(0), amount=39_000))
        assert (first.points, second.points) == (390 + 20 + 100, 10 + 20)
        part = await here.do(orders.give_back("b1", "ann", days(0), of="p1", amount=20_000))
        assert part.points == -(200 + 20)
        rest = await here.do(orders.give_back("b2", "ann", days(0), of="p1"))
        assert rest.points == -(190 + 100)
        third = await here.do(orders.purchase("p3", "ann", days(0), amount=50_000))
        assert third.points == 390 + 20 + 100
        assert isinstance(third, Receipt)


async def test_rules_of_then_decide_a_return(database: str) -> None:
    """Rules were changed since: what comes back of an old purchase is settled by the old ones."""
    async with town(database, RULES) as here:
        orders = here.orders
        bought = await here.do(orders.purchase("p", "ann", days(0), amount=30_000))
        assert bought.points == 300 + 20 + 100
        generous = RuleSet(rules=(PerAmount(id="base", rate=Rate(9, 100)),), validity=Never())
        await here.processes[0].catalog.publish(here.program.id, generous, days(-1), days(0))
        back = await here.do(orders.give_back("b", "ann", days(1), of="p", amount=15_000))
        assert back.points == -(150 + 20)


async def test_a_purchase_at_no_store_comes_back_too(database: str) -> None:
    """Bought from the operator itself."""
    async with town(database, RULES) as here:
        bought = await here.do(here.orders.purchase("p", "ann", days(0), store="", amount=5_000))
        assert bought.points == 150
        back = await here.do(here.orders.give_back("b", "ann", days(0), of="p"))
        assert back.points == -150
