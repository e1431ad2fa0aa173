"""Bills and returns drawn by chance, under every kind of rule that counts: the books prove clean."""

from random import Random
from typing import Any

import msgspec
import pytest

from jifen.rules.definition import (
    Cap,
    Combination,
    Conditions,
    Flat,
    Multiplier,
    Part,
    PerAmount,
    Rate,
    Reached,
)
from jifen.rules.tiers import Tier, Tiers
from jifen.rules.when import LineFilter, Nth
from jifen.values.periods import Rolling
from tests.till.shop import RULES, Shop, line

COUNTING = msgspec.structs.replace(
    RULES,
    rules=(
        PerAmount(
            id="base",
            rate=Rate(1, 100),
            rates={"DRINK": Rate(5, 100), "FUEL": Rate(0, 1)},
            caps=(Cap(400, "day"), Cap(900, "month")),
            rounding="half_up",
        ),
        Flat(id="first", points=50, once="day", when=Conditions(minimum_fen=5_000)),
        Flat(id="third", points=30, when=Conditions(nth=Nth(per="day", every=3))),
        Reached(id="month", points=200, spend_fen=60_000, per="month"),
        Combination(
            id="pair",
            points=9,
            parts=(
                Part(lines=LineFilter(categories=("DRINK",))),
                Part(lines=LineFilter(categories=("GROCERY",))),
            ),
        ),
        Multiplier(id="more", factor="1.5", when=Conditions(minimum_fen=12_000)),
    ),
    tiers=Tiers(
        by="spend",
        window="year",
        levels=(Tier(code="silver", title="Silver", at=30_000), Tier(code="gold", title="Gold", at=90_000)),
    ),
    validity=Rolling(days=60),
)
"""Caps, once-only, nth purchases, thresholds, combinations, tiers: returns take back what each counts."""

CATEGORIES = ("GROCERY", "DRINK", "FUEL")


class Sale(msgspec.Struct):
    """A bill that was captured, and what its payer has got back so far."""

    key: str
    member: str
    pieces: list[str]
    cash: int
    points: int
    vouchers: list[str]
    back_cash: int = 0
    back_points: int = 0


async def one_bill(shop: Shop, chance: Random, member: str) -> Sale | None:
    """A basket with vouchers and points as they come; captured, captured with less, voided or left."""
    lines = [
        line(f"s{n}", chance.randint(0, 9_000), chance.randint(1, 3), chance.choice(CATEGORIES))
        for n in range(chance.randint(1, 4))
    ]
    if not sum(one["amount"] for one in lines):
        return None
    vouchers = await shop.gets(member, *chance.sample(("off-50", "tenth", "ship"), chance.randint(0, 2)))
    freight = chance.choice((0, 0, 500, 1_200))
    points = chance.choice((None, 0, 0, 1, 333))
    body: dict[str, Any] = {"lines": lines, "freight_fen": freight, "vouchers": vouchers}
    quote = await shop.quotes(member, **body, **({} if points is None else {"points": 0}))
    chosen = min(quote["most_points"], quote["points"] if points is None else points)
    named = [one["voucher"] for one in quote["vouchers"]]
    bill = (await shop.opens(quote=quote["id"], points=chosen, vouchers=named))["bill"]
    end = chance.random()
    if end < 0.1:
        await shop.voids(bill["id"])
    if end < 0.2:
        return None
    taken = chosen if end < 0.8 else chosen // 2
    cash = bill["due_fen"] - taken
    key = shop.key("sale")
    await shop.captures(bill["id"], cash, points=taken, key=key)
    pieces = [one["sku"] for one in lines for _ in range(one["quantity"])]
    return Sale(key, member, pieces, cash, taken, named)


async def one_return(shop: Shop, chance: Random, sale: Sale) -> None:
    """Some pieces come back."""
    back = [
        sale.pieces.pop(chance.randrange(len(sale.pieces)))
        for _ in range(chance.randint(1, len(sale.pieces)))
    ]
    lines = [{"sku": sku, "quantity": back.count(sku)} for sku in sorted(set(back))]
    told = await shop.returns(sale.key, lines=lines)
    sale.back_cash += told["refund"].get("cash", 0)
    sale.back_points += told["refund"].get("points", 0)
    for voucher in told["refund"].get("vouchers", ()):
        sale.vouchers.remove(voucher)
    assert sale.back_cash <= sale.cash
    assert sale.back_points <= sale.points
    if not sale.pieces:
        assert (sale.back_cash, sale.back_points, sale.vouchers) == (sale.cash, sale.points, [])


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_happens_the_books_prove_clean(shop: Shop, seed: int) -> None:
    """Every tender of what came back whole is back, and all counters are as entries say."""
    chance = Random(seed)
    await shop.publish(COUNTING)
    await shop.gives("bob", 3_000)
    sales: list[Sale] = []
    for _ in range(30):
        if sales and chance.random() < 0.45:
            sale = chance.choice(sales)
            await one_return(shop, chance, sale)
            sales = [one for one in sales if one.pieces]
        else:
            made = await one_bill(shop, chance, chance.choice(("ann", "bob")))
            sales += [made] if made else []
        if chance.random() < 0.2:
            await shop.pass_(minutes=chance.choice((7, 40, 700)))
            await shop.lapse()
    assert sales
