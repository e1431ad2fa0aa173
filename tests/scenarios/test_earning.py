"""Scenarios that earn: the dealer, the beauty brand, the operator, the shop, the market town, the card."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.scenarios.stage import Stage

SetUp = Callable[[str, str], Awaitable[Stage]]

pytestmark = pytest.mark.scenario


async def test_scenario_s05_twelve_bills_are_two_services_and_2_000_points(stage: SetUp) -> None:
    """Twelve bills of 1 000 yuan: 12 000 pt, two services, 2 000 pt left, 1 000 yuan saved."""
    dealer = await stage("S05-car-dealer", "2026-01-05")
    await dealer.joins("ann")
    for month in range(1, 13):
        await dealer.now(f"2026-{month:02d}-10 10:00")
        assert (await dealer.buys("ann", 1000))["points"] == 1000
    assert await dealer.has("ann") == 12_000
    saved = 0
    for left in (7_000, 2_000):
        told = await dealer.redeems("ann", "service")
        assert (told["points"], told["balance"]["available"]) == (-5_000, left)
        saved += (await dealer.price("ann", "service"))["value_fen"]
    assert saved == 100_000
    await dealer.refused("insufficient_points", "ann", "service")


async def test_scenario_s05_the_anniversary_months_price(stage: SetUp) -> None:
    """5 000 pt for an item of 6 000 pt, from the first to the last instant of the anniversary month."""
    dealer = await stage("S05-car-dealer", "2027-03-20")
    await dealer.joins("ann")
    await dealer.buys("ann", 20_000)
    prices = {}
    for at in ("2027-05-31 23:59:59", "2027-06-01", "2027-06-30 23:59:59", "2027-07-01"):
        await dealer.now(at)
        prices[at] = (await dealer.price("ann", "aircon"))["points"]
    assert list(prices.values()) == [6_000, 5_000, 5_000, 6_000]
    await dealer.now("2028-06-15")
    assert (await dealer.redeems("ann", "aircon"))["points"] == -5_000


async def test_scenario_s06_fifteen_months_reach_the_lipstick(stage: SetUp) -> None:
    """200 yuan a month: 3 000 pt after fifteen."""
    brand = await stage("S06-beauty-brand", "2025-01-01")
    await brand.joins("ann")
    for month in range(15):
        await brand.now(f"{2025 + month // 12}-{month % 12 + 1:02d}-20")
        await brand.refused("insufficient_points", "ann", "lipstick")
        await brand.buys("ann", 200)
    assert await brand.has("ann") == 3_000
    await brand.redeems("ann", "lipstick")
    assert await brand.has("ann") == 0


async def test_scenario_s06_the_member_day_is_a_day_and_not_a_second_longer(stage: SetUp) -> None:
    """From 00:00 to 24:00 on the 8th in Shanghai; a price that was shown before is not taken silently."""
    brand = await stage("S06-beauty-brand", "2026-05-01")
    await brand.joins("ann")
    await brand.buys("ann", 20_000)
    for at, points in (
        ("2026-06-07 23:59:59.999999", 4_000),
        ("2026-06-08 00:00", 3_000),
        ("2026-06-08 23:59:59.999999", 3_000),
        ("2026-06-09 00:00", 4_000),
    ):
        await brand.now(at)
        assert (await brand.price("ann", "serum"))["points"] == points
        assert (await brand.redeems("ann", "serum", expected=points))["points"] == -points
    told = await brand.refused("price_changed", "ann", "serum", expected=3_000)
    assert "4000" in told["detail"]


async def test_scenario_s06_the_facial_takes_nothing_and_comes_once_a_cycle(stage: SetUp) -> None:
    """A benefit for who has 10 000 pt, once a year; and a treatment that is priced in points, too."""
    brand = await stage("S06-beauty-brand", "2026-05-01")
    await brand.joins("ann")
    await brand.buys("ann", 9_999)
    told = await brand.refused("insufficient_points", "ann", "facial")
    assert (told["available"], told["requested"]) == (9_999, 10_000)
    await brand.buys("ann", 1)
    assert (await brand.redeems("ann", "facial"))["points"] == 0
    assert await brand.has("ann") == 10_000
    await brand.refused("limit_reached", "ann", "facial")
    await brand.now("2027-01-01")
    await brand.redeems("ann", "facial")
    assert (await brand.redeems("ann", "hand-care"))["points"] == -1_000


@pytest.mark.parametrize(
    ("example", "points", "net"), [("S07-telecom", 1_000, 90), ("S07-telecom-one-percent", 100, 99)]
)
async def test_scenario_s07_a_bill_of_100_yuan(stage: SetUp, example: str, points: int, net: int) -> None:
    """1 000 pt are 10 yuan of credit: net 90 yuan a month at ten points a yuan, 99 at one."""
    operator = await stage(example, "2026-01-01")
    await operator.joins("ann")
    told = await operator.buys("ann", 100)
    assert told["points"] == points
    assert 100 - told["points"] * 10 // 1_000 == net
    if points == 1_000:
        await operator.redeems("ann", "credit-10")
        assert await operator.has("ann") == 0
        await operator.buys("ann", 100)
        assert (await operator.redeems("ann", "data-10gb"))["points"] == -800


def basket(*lines: tuple[str, str, int]) -> list[dict[str, Any]]:
    """Lines of (article, category, yuan)."""
    return [
        {"sku": sku, "category": category, "quantity": 1, "amount": yuan * 100}
        for sku, category, yuan in lines
    ]


async def test_scenario_s08_breakfast_earns_in_the_tills_own_answer(stage: SetUp) -> None:
    """A soy milk (5) and a bun (3): 8 pt and the new balance at once."""
    shop = await stage("S08-convenience-store", "2026-03-02 07:30")
    await shop.joins("ann")
    told = await shop.buys("ann", lines=basket(("soy-milk", "breakfast", 5), ("bun", "breakfast", 3)))
    assert (told["points"], told["balance"]["available"]) == (8, 8)


async def test_scenario_s08_the_combination_once_a_basket_and_never_across_receipts(stage: SetUp) -> None:
    """Two snacks and two drinks are one bonus; a snack here and a drink there are none; a return takes it."""
    shop = await stage("S08-convenience-store", "2026-03-02 07:30")
    await shop.joins("ann")
    lines = basket(("crisps", "snack", 6), ("nuts", "snack", 4), ("tea", "drink", 5), ("cola", "drink", 5))
    told = await shop.buys("ann", key="r-1", lines=lines)
    assert told["points"] == 25
    assert (await shop.buys("ann", key="r-1", lines=lines))["replayed"] is True
    assert (await shop.buys("ann", lines=basket(("crisps", "snack", 10))))["points"] == 10
    assert (await shop.buys("ann", lines=basket(("tea", "drink", 10))))["points"] == 10
    # One drink goes back: still a combination; the other one too: the bonus goes with it.
    assert (await shop.returns("r-1", lines=[{"sku": "cola", "quantity": 1}]))["points"] == -5
    assert (await shop.returns("r-1", lines=[{"sku": "tea", "quantity": 1}]))["points"] == -10


async def test_scenario_s09_double_on_the_towns_own_market_day(stage: SetUp) -> None:
    """Lunar 3/8 at Liuhe: over the threshold double there, nowhere else, and not on other days."""
    county = await stage("S09-county-supermarket", "2027-01-01")
    await county.joins("ann")
    # 10 March 2027 is the third of the second lunar month, the 15th the eighth.
    for at, store, points in (
        ("2027-03-09 23:59:59", "liuhe", 100),
        ("2027-03-10 00:00", "liuhe", 200),
        ("2027-03-10 23:59:59", "liuhe", 200),
        ("2027-03-11 00:00", "liuhe", 100),
        ("2027-03-15 09:00", "liuhe", 200),
        ("2027-03-15 09:00", "longtan", 100),
    ):
        await county.now(at)
        assert (await county.buys("ann", 100, store=store))["points"] == points, (at, store)
    await county.now("2027-03-10 10:00")
    assert (await county.buys("ann", 87.99, store="liuhe"))["points"] == 87
    # The other towns' days: solar digits 5 and 0, Wednesdays and Saturdays, the branches 子 and 午.
    for at, store in (
        ("2027-03-05 10:00", "shiqiao"),
        ("2027-03-10 10:00", "baisha"),
        ("2027-03-04 10:00", "longtan"),
    ):
        await county.now(at)
        assert (await county.buys("ann", 100, store=store))["points"] == 200, (at, store)
        await county.now(at.replace("-03-", "-04-").replace("04-10", "04-08").replace("04-05", "04-06"))
        assert (await county.buys("ann", 100, store=store))["points"] == 100, (at, store)


async def test_scenario_s09_a_refund_below_the_threshold_takes_the_extra_back(stage: SetUp) -> None:
    """100 yuan double are 200; 50 of them come back: 50 stay."""
    county = await stage("S09-county-supermarket", "2027-03-10 09:00")
    await county.joins("ann")
    lines = basket(("rice", "staple", 50), ("oil", "staple", 50))
    assert (await county.buys("ann", key="m-1", store="liuhe", lines=lines))["points"] == 200
    await county.now("2027-03-12")
    assert (await county.returns("m-1", lines=[{"sku": "oil", "quantity": 1}]))["points"] == -150
    assert await county.has("ann") == 50


async def test_scenario_s09_gift_boxes_come_with_the_festivals(stage: SetUp) -> None:
    """Mid-Autumn 2027 is on 15 September: from 31 August on; staples are cheaper on offset days."""
    county = await stage("S09-county-supermarket", "2027-08-01")
    await county.joins("ann")
    await county.buys("ann", 50_000)
    await county.now("2027-08-30 23:59:59")
    told = await county.refused("reward_not_now", "ann", "gift-box")
    assert told["why"] == "calendar"
    await county.now("2027-08-31")
    await county.redeems("ann", "gift-box")
    await county.now("2027-09-19")
    await county.refused("reward_not_now", "ann", "gift-box")
    for day, oil, rice in (("2027-09-20", 5_000, 4_000), ("2027-09-21", 6_000, 5_000)):
        await county.now(day)
        prices = [(await county.price("ann", one))["points"] for one in ("oil", "rice")]
        assert prices == [oil, rice]


async def test_scenario_s18_a_line_of_the_card_feed_earns_once(stage: SetUp) -> None:
    """The same line twice earns once; green points, and the green card's extra, need evidence on the line."""
    bank = await stage("S18-bank-card", "2026-04-01")
    await bank.joins("ann")
    label = {"code": "EV-2026-0001", "kind": "ev-charging", "body": "清河充电联合会"}
    times = {"valid_from": "2026-01-01T00:00:00+08:00", "valid_until": "2027-01-01T00:00:00+08:00"}
    await bank.operator.done("/v1/evidence", **label, **times)
    plain = [{"sku": "charge", "quantity": 1, "amount": 20_000}]
    green = [{**plain[0], "evidence": "EV-2026-0001"}]
    unknown = [{**plain[0], "evidence": "EV-0"}]
    await bank.buys("ann", lines=green, key="feed-77", payment="green-card")
    assert (await bank.buys("ann", lines=green, key="feed-77", payment="green-card"))["replayed"] is True
    assert (await bank.has("ann"), await bank.has("ann", "green")) == (20, 40)
    for lines, payment, points, more in (
        (plain, "green-card", 20, 0),
        (unknown, "green-card", 20, 0),
        (green, "card", 20, 20),
        (green, "cash", 0, 20),
    ):
        before = await bank.has("ann"), await bank.has("ann", "green")
        await bank.buys("ann", lines=lines, payment=payment)
        after = await bank.has("ann"), await bank.has("ann", "green")
        assert (after[0] - before[0], after[1] - before[1]) == (points, more)


async def test_scenario_s25_green_points_only_by_valid_evidence(stage: SetUp) -> None:
    """A product without valid evidence earns 0 green points and the entry says why."""
    shop = await stage("S25-green-goods", "2026-06-01")
    await shop.joins("ann")
    organic = "001" + "26" + "123456789012"
    times = {"valid_from": "2026-01-01T00:00:00+08:00", "valid_until": "2026-07-01T00:00:00+08:00"}
    await shop.operator.done("/v1/evidence", code=organic, kind="organic", **times)
    bag = {"code": "DG-1", "kind": "degradable-packaging", "body": "清河环保检测中心"}
    await shop.operator.done("/v1/evidence", **bag, **times)
    lines = [
        {"sku": "greens", "quantity": 2, "amount": 3_000, "evidence": organic},
        {"sku": "bag", "quantity": 3, "amount": 150, "tags": ["degradable"], "evidence": "DG-1"},
        {"sku": "meat", "quantity": 1, "amount": 5_000},
    ]
    await shop.buys("ann", key="g-1", lines=lines)
    assert (await shop.has("ann"), await shop.has("ann", "green")) == (81, 60 + 15)
    await shop.now("2026-07-01")
    late = await shop.buys("ann", lines=lines)
    assert await shop.has("ann", "green") == 75
    why = (await shop.operator.get(f"/v1/entries/{late['id']}")).json()["explanation"]["missed"]
    assert {(one["rule"], one["reason"]) for one in why} == {
        ("green-produce", "evidence"),
        ("packaging", "evidence"),
    }
    # What came back later is taken back by the evidence of then.
    await shop.returns("g-1", lines=[{"sku": "greens", "quantity": 1}])
    assert await shop.has("ann", "green") == 75 - 30
