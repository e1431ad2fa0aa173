"""Points that live from the last activity: what extends them, and the balance that is told meanwhile."""

from jifen.rules.definition import PerAmount, Rate, RuleSet
from jifen.values.periods import Active
from tests.engine.town import days, town

IDLE = RuleSet(rules=(PerAmount(id="base", rate=Rate(1, 100)),), validity=Active(months=1), grace_days=0)


async def test_use_extends_what_is_left(database: str) -> None:
    """Earning and redeeming do; a late fact of long ago does not shorten anything."""
    async with town(database, IDLE) as here:
        orders = here.orders
        await here.do(orders.purchase("e1", "ann", days(0), amount=5_000))
        await here.do(orders.redeem("r1", "ann", days(20), points=10))
        late = await here.do(orders.purchase("e2", "ann", days(3), days(40), amount=1_000))
        assert late.balance.available == 50
        assert (await here.refused(orders.redeem("r2", "ann", days(53), points=1))).facts["available"] == 0
        expired = await here.do(orders.expire("x", "ann", days(53)))
        assert expired.points == -50


async def test_a_balance_counts_what_came_back_and_was_extended(database: str) -> None:
    """A lot that was empty when the wallet was read comes back past its date, and the next use revives it."""
    async with town(database, IDLE) as here:
        orders = here.orders
        await here.do(orders.purchase("e1", "ann", days(0), amount=5_000))
        spent = await here.do(orders.redeem("r1", "ann", days(0), points=50))
        restored = await here.do(orders.restore("b1", "ann", days(40), of=spent.id))
        assert restored.balance.available == 0
        earned = await here.do(orders.purchase("e2", "ann", days(41), amount=1_000))
        assert earned.balance.available == 60
        assert (await here.do(orders.redeem("r2", "ann", days(41), points=60))).balance.available == 0


async def test_points_that_are_received_are_not_gone_on_arrival(database: str) -> None:
    """Who was never active before is, from the day on which points are received."""
    async with town(database, IDLE) as here:
        orders = here.orders
        given = await here.do(orders.compensate("c1", "ann", days(0), points=30))
        assert given.balance.available == 30
        assert (await here.refused(orders.expire("x1", "ann", days(10)))).code == "nothing_left"
        assert (await here.do(orders.expire("x2", "ann", days(53)))).points == -30
