"""Zhou, to whom everything happens that can happen to points; Chen, with whom Zhou shares a household."""

from jifen.rules.award import Line
from tests.pages.alliance import Alliance, at

SHOPPING = (
    Line("大米", "GRAIN", 2, 9_990),
    Line("香烟", "TOBACCO", 1, 5_000),
    Line("小白菜", "PRODUCE", 1, 1_250, ("有机",)),
)


async def zhou(town: Alliance) -> None:
    """Tell the story of Zhou, in the order of the book."""
    await town.enrol("zhou", "周立", "19900000021")
    await town.enrol("chen", "陈露", "19900000022")
    members = [town.wallets["zhou"], town.wallets["chen"]]
    town.wallets["home"] = await town.members.open_household(town.program.id, "H1", members, at(3, 6))
    await _lapsed(town)
    await _held(town)
    await _spent(town)
    await _operated(town)


async def _lapsed(town: Alliance) -> None:
    """Points expire; some that come back after their date get the grace."""
    order = town.orders
    await town.do(order.purchase("z1", "zhou", at(1, 5), store="banpo1", amount=7_000))
    (spent,) = await town.do(order.redeem("z2", "zhou", at(7, 20), points=5, merchant="banpo"))
    await town.do(
        order.restore("z3", "zhou", at(8, 3), of=spent.id, points=3),
        order.expire("z4", "zhou", at(8, 4)),
        order.expire("z5", "zhou", at(8, 20)),
    )


async def _held(town: Alliance) -> None:
    """A hold is captured in part, one is cancelled, one lapses, one still runs."""
    order = town.orders
    await town.do(
        order.purchase("z6", "zhou", at(11, 2), store="qingshi", lines=SHOPPING),
        order.purchase("z7", "zhou", at(11, 3), store="qingshi", amount=150_000),
    )
    (first, second, third) = await town.do(
        order.reserve("z8", "zhou", at(11, 4), points=200, merchant="anchi", deadline=at(11, 20)),
        order.reserve("z9", "zhou", at(11, 4), points=100, merchant="anchi", deadline=at(11, 20)),
        order.reserve("z10", "zhou", at(11, 4), points=50, merchant="muyan", deadline=at(11, 10)),
    )
    await town.do(
        order.capture("z11", "zhou", at(11, 5), hold=first.id, points=150),
        order.release("z12", "zhou", at(11, 6), hold=second.id),
        order.release("z13", "zhou", at(11, 11), hold=third.id, lapsed=True),
        order.reserve("z14", "zhou", at(11, 12), points=30, merchant="anchi", deadline=at(11, 28, "18:00")),
        order.reserve("z15", "zhou", at(11, 12), points=20, merchant="muyan", deadline=at(12, 2, "18:00")),
    )


async def _spent(town: Alliance) -> None:
    """Points are used, come back in part, go to the family and to a school; goods come back."""
    order = town.orders
    (spent,) = await town.do(order.redeem("z16", "zhou", at(11, 13), points=80, merchant="muyan"))
    await town.do(
        order.restore("z17", "zhou", at(11, 13), of=spent.id, points=30),
        order.transfer("z18", "zhou", at(11, 14), points=20, to="chen"),
        order.donate("z19", "zhou", at(11, 14), points=10, charity="school"),
        order.give_back("z20", "zhou", at(11, 15), of="z6", lines=(("大米", 1),)),
        order.give_back("z21", "zhou", at(11, 15), of="z7", amount=50_000),
    )


async def _operated(town: Alliance) -> None:
    """An act earns, a late purchase is booked, people correct and make good, and spending is paused."""
    order = town.orders
    await town.do(
        order.act("z22", "zhou", at(11, 16), act="lecture"),
        order.purchase("z23", "zhou", at(11, 14), at(11, 16, "12:00"), store="douli1", amount=650),
        order.adjust("z24", "zhou", at(11, 16), points=25),
        order.adjust("z25", "zhou", at(11, 16), points=-5),
        order.compensate("z26", "zhou", at(11, 17), points=40, fault="wangxing"),
        order.freeze("z27", "zhou", at(11, 18), until=at(11, 19)),
        order.unfreeze("z28", "zhou", at(11, 18, "16:00")),
        order.freeze("z29", "zhou", at(11, 20), until=at(12, 1, "18:00")),
    )
