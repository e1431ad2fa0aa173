"""Scenarios at the till: what points pay of a bill (S03), and what a small basket answers at once (S08)."""

from collections.abc import Awaitable, Callable
from typing import Any

from tests.scenarios.stage import Stage

SetUp = Callable[..., Awaitable[Stage]]


async def rich(store: Stage, points: int) -> None:
    """Ann has so many points, by what she bought."""
    await store.joins("ann")
    await store.buys("ann", points - 500)
    assert await store.has("ann") == points


async def quoted(store: Stage, yuan: float, **more: Any) -> Any:
    """A quote for ann."""
    body = {"key": store.key(), "member": "ann", "store": store.store, "amount": round(yuan * 100), **more}
    return await store.operator.done("/v1/quotes", **body)


async def opened(store: Stage, quote: Any, **more: Any) -> Any:
    """A bill of a quote."""
    told = await store.operator.done("/v1/bills", key=store.key(), quote=quote["id"], **more)
    return told["bill"]


async def captured(store: Stage, bill: Any, yuan: float, **more: Any) -> Any:
    """The bill is paid."""
    path = f"/v1/bills/{bill['id']}/capture"
    return await store.operator.done(path, key=store.key(), cash_fen=round(yuan * 100), **more)


async def test_scenario_s03_points_pay_half_of_a_bill_or_all_of_it(stage: SetUp) -> None:
    """10 000 points on 200.00 leave 100.00, invoiceable 100.00; 20 000 leave 0.00."""
    anhe = await stage("S03-bill-offset", "2026-03-02 10:00")
    await rich(anhe, 30_100)
    quote = await quoted(anhe, 200)
    assert (quote["most_points"], quote["most_pays_fen"]) == (20_000, 20_000)
    bill = await opened(anhe, quote, points=10_000)
    assert (bill["cash_fen"], bill["invoiceable_fen"]) == (10_000, 10_000)
    paid = await captured(anhe, bill, 100)
    assert (paid["points_spent"], paid["invoiceable_fen"], paid["earned"]) == (10_000, 10_000, {"point": 100})
    assert paid["balance"]["available"] == 20_200
    bill = await opened(anhe, await quoted(anhe, 200), points=20_000)
    assert (bill["cash_fen"], bill["invoiceable_fen"]) == (0, 0)
    paid = await captured(anhe, bill, 0)
    assert (paid["earned"], paid["balance"]["available"]) == ({}, 200)


async def test_scenario_s03_no_remainder_is_left_by_a_step(stage: SetUp) -> None:
    """Steps are of one yuan, but the whole of 200.40 may be paid: no 0.40 is left."""
    anhe = await stage("S03-bill-offset", "2026-03-02 10:00")
    await rich(anhe, 30_100)
    quote = await quoted(anhe, 200.4)
    assert (quote["most_points"], quote["cash_fen"]) == (20_040, 0)
    await captured(anhe, await opened(anhe, quote), 0)
    assert await anhe.has("ann") == 10_060


async def test_scenario_s03_a_capped_programme_refuses_more_and_says_the_most(stage: SetUp) -> None:
    """At most 50 %: 10 000 points of a bill of 200.00."""
    anhe = await stage("S03-bill-offset-capped", "2026-03-02 10:00")
    await rich(anhe, 30_100)
    quote = await quoted(anhe, 200)
    assert (quote["most_points"], quote["most_pays_fen"], quote["cash_fen"]) == (10_000, 10_000, 10_000)
    for points in (10_100, 20_000):
        told = await anhe.operator.refused(
            "offset_refused", "/v1/bills", key=anhe.key(), quote=quote["id"], points=points
        )
        assert (told["requested"], told["most_points"], told["most_pays_fen"]) == (points, 10_000, 10_000)
    bill = await opened(anhe, quote, points=10_000)
    assert (await captured(anhe, bill, 100))["points_spent"] == 10_000


async def test_scenario_s03_what_points_paid_comes_back_as_points(stage: SetUp) -> None:
    """A refund by tender: half of the goods is half of the points and half of the money."""
    anhe = await stage("S03-bill-offset", "2026-03-02 10:00")
    await rich(anhe, 30_100)
    bill = await opened(anhe, await quoted(anhe, 200), points=10_000)
    paid = await captured(anhe, bill, 100)
    told = await anhe.operator.done("/v1/returns", key=anhe.key(), entry=paid["id"], amount=10_000)
    assert told["refund"] == {"cash": 5_000, "points": 5_000, "pays": 5_000, "clawed": 50}
    told = await anhe.operator.done("/v1/returns", key=anhe.key(), entry=paid["id"])
    assert told["refund"] == {"cash": 5_000, "points": 5_000, "pays": 5_000, "clawed": 50}
    assert await anhe.has("ann") == 30_100


async def test_scenario_s08_a_bill_at_the_till_answers_points_and_balance(stage: SetUp) -> None:
    """Soy milk (5) and a bun (3): the till's own answer holds the 8 points and the new balance."""
    shop = await stage("S08-convenience-store", "2026-03-02 07:30")
    await shop.joins("ann")
    lines = [
        {"sku": "soy-milk", "category": "breakfast", "quantity": 1, "amount": 500},
        {"sku": "bun", "category": "breakfast", "quantity": 1, "amount": 300},
    ]
    body = {"key": shop.key(), "member": "ann", "store": shop.store, "lines": lines}
    told = await shop.operator.done("/v1/bills", **body)
    assert (told["bill"]["cash_fen"], told["bill"]["earns"]) == (800, {"point": 8})
    paid = await captured(shop, told["bill"], 8)
    assert (paid["earned"], paid["balance"]["available"]) == ({"point": 8}, 8)
