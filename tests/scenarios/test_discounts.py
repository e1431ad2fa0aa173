"""Scenarios about discounts that points or an invitation give: the first order (S22), the delivery (S25)."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.scenarios.stage import Stage

SetUp = Callable[[str, str], Awaitable[Stage]]

pytestmark = pytest.mark.scenario


async def only_voucher(shop: Stage, member: str) -> Any:
    """The one voucher that a member has."""
    (given,) = (await shop.operator.get(f"/v1/members/{member}/vouchers")).json()["vouchers"]
    return given


async def test_scenario_s22_the_invitees_first_order_costs_less(stage: SetUp) -> None:
    """Ten off a first order of a hundred, once, and only for who was invited; it earns as any order does."""
    friends = await stage("S22-referral", "2027-05-01 09:00")
    await friends.joins("ann")
    await friends.joins("bob", invited_by="ann")
    assert (await friends.refused("reward_not_now", "ann", "first-order"))["why"] == "invited"
    await friends.redeems("bob", "first-order")
    await friends.refused("limit_reached", "bob", "first-order")
    given = await only_voucher(friends, "bob")
    order = {"key": friends.key(), "member": "bob", "store": "maple-online", "vouchers": [given["code"]]}
    await friends.operator.refused("voucher_refused", "/v1/bills", **{**order, "amount": 9_999})
    bill = (await friends.operator.done("/v1/bills", **{**order, "amount": 12_000}))["bill"]
    assert bill["cash_fen"] == 11_000
    paid = await friends.operator.done(f"/v1/bills/{bill['id']}/capture", key="o-1", cash_fen=11_000)
    assert (paid["invoiceable_fen"], paid["earned"]) == (11_000, {"point": 110 + 100})
    await friends.night("2027-05-09 03:00")
    assert await friends.has("ann") == 200


async def test_scenario_s22_an_order_paid_with_a_voucher_that_comes_back_gives_the_inviter_nothing(
    stage: SetUp,
) -> None:
    """The voucher is free again, so the friend's next order is the first that stands."""
    friends = await stage("S22-referral", "2027-05-01 09:00")
    await friends.joins("ann")
    await friends.joins("bob", invited_by="ann")
    await friends.redeems("bob", "first-order")
    code = (await only_voucher(friends, "bob"))["code"]
    for day, stands in (("2027-05-01", False), ("2027-05-20", True)):
        await friends.now(f"{day} 12:00")
        body = {"key": friends.key(), "member": "bob", "store": "maple-1", "amount": 12_000}
        bill = (await friends.operator.done("/v1/bills", vouchers=[code], **body))["bill"]
        path = f"/v1/bills/{bill['id']}/capture"
        await friends.operator.done(path, key=f"paid-{day}", cash_fen=11_000)
        if not stands:
            await friends.returns(f"paid-{day}")
            assert (await only_voucher(friends, "bob"))["state"] == "issued"
            await friends.night("2027-05-19 03:00")
            assert (await friends.has("bob"), await friends.has("ann")) == (0, 0)
    await friends.night("2027-05-28 03:00")
    assert (await friends.has("bob"), await friends.has("ann")) == (210, 200)


async def test_scenario_s25_green_points_pay_the_delivery_up_to_what_it_costs(stage: SetUp) -> None:
    """A delivery of 5 yuan is free and one of 12 costs 4; the goods are paid in full and earn as such."""
    shop = await stage("S25-green-goods", "2026-06-01")
    await shop.joins("ann")
    times = {"valid_from": "2026-01-01T00:00:00+08:00", "valid_until": "2027-01-01T00:00:00+08:00"}
    organic = "001" + "26" + "123456789012"
    await shop.operator.done("/v1/evidence", code=organic, kind="organic", **times)
    greens = {"sku": "greens", "quantity": 40, "amount": 80_000, "evidence": organic}
    await shop.buys("ann", lines=[greens])
    assert await shop.has("ann", "green") == 1_600
    for _ in range(2):
        await shop.redeems("ann", "freight")
    assert await shop.has("ann", "green") == 0
    codes = [one["code"] for one in (await shop.operator.get("/v1/members/ann/vouchers")).json()["vouchers"]]
    told = []
    for code, freight in zip(codes, (500, 1_200), strict=True):
        before = await shop.has("ann")
        order = {"key": shop.key(), "member": "ann", "store": "lvye-online", "amount": 3_000}
        bill = (await shop.operator.done("/v1/bills", vouchers=[code], freight_fen=freight, **order))["bill"]
        path = f"/v1/bills/{bill['id']}/capture"
        paid = await shop.operator.done(path, key=shop.key(), cash_fen=bill["cash_fen"])
        told.append((paid["cash_fen"], await shop.has("ann") - before))
    assert told == [(3_000, 30), (3_400, 30)]
