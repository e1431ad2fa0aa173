"""A bill at the till: points and vouchers are held while it is open, and pay when it is captured."""

import asyncio

import msgspec
import pytest

from jifen.rules.definition import RuleSet, Till
from tests.till.shop import RULES, Shop, capped, line


async def test_points_and_money_pay_one_bill(shop: Shop) -> None:
    """Quoted, held, captured: one purchase, in which points are spent and earned."""
    quote = await shop.quotes(amount=20_000)
    assert (quote["kind"], quote["due_fen"]) == ("basket", 20_000)
    assert (quote["most_points"], quote["most_pays_fen"], quote["cash_fen"]) == (20_000, 20_000, 0)
    bill = await shop.opens(quote=quote["id"], points=10_000)
    told = bill["bill"]
    assert (told["points"], told["pays_fen"], told["cash_fen"]) == (10_000, 10_000, 10_000)
    assert told["invoiceable_fen"] == 10_000
    assert told["earns"] == {"point": 120}
    assert await shop.has() == (10_000, 10_000)
    paid = await shop.captures(told["id"], 10_000)
    assert (paid["points_spent"], paid["earned"], paid["balance"]["available"]) == (
        10_000,
        {"point": 120},
        10_120,
    )
    assert await shop.has() == (10_120, 0)
    entry = (await shop.till.get(f"/v1/entries/{paid['id']}")).json()
    assert (entry["kind"], entry["points"]) == ("purchase", 120 - 10_000)
    assert entry["basket"]["amount"] == 20_000
    assert (entry["basket"]["tenders"]["cash"], entry["basket"]["tenders"]["pays"]) == (10_000, 10_000)
    assert await shop.stands(told["id"]) == "captured"


async def test_a_whole_bill_is_paid_by_points(shop: Shop) -> None:
    """Nothing is left in money, and nothing is earned; it succeeds."""
    bill = await shop.opens(amount=20_000, points=20_000)
    assert bill["bill"]["cash_fen"] == 0
    paid = await shop.captures(bill["bill"]["id"], 0)
    assert (paid["earned"], paid["balance"]["available"]) == ({}, 0)


async def test_without_points_a_voucher_pays_alone(shop: Shop) -> None:
    """Such a bill holds nothing: its entry is of the kind bill. The voucher is spent with it."""
    (off,) = await shop.gets("bob", "off-50")
    bill = (await shop.opens(member="bob", amount=30_000, vouchers=[off]))["bill"]
    assert (bill["points"], bill["due_fen"], bill["cash_fen"]) == (0, 25_000, 25_000)
    assert (await shop.voucher("bob", off))["state"] == "locked"
    opened = (await shop.till.get(f"/v1/entries/{bill['id']}")).json()
    assert opened["kind"] == "bill"
    told = await shop.till.refused(
        "cash_differs", f"/v1/bills/{bill['id']}/capture", key=shop.key(), cash_fen=30_000
    )
    assert (told["cash_fen"], told["sent_fen"]) == (25_000, 30_000)
    paid = await shop.captures(bill["id"], 25_000)
    assert paid["earned"] == {"point": 270}
    assert (await shop.voucher("bob", off))["state"] == "spent"


async def test_at_the_till_fewer_points_may_pay(shop: Shop) -> None:
    """Then more money does, and the other points are free in the same entry."""
    bill = (await shop.opens(amount=20_000, points=10_000))["bill"]
    path = f"/v1/bills/{bill['id']}/capture"
    told = await shop.till.refused("cash_differs", path, key="c", cash_fen=10_000, points=4_000)
    assert told["cash_fen"] == 16_000
    told = await shop.till.refused("exceeds_hold", path, key="c", cash_fen=0, points=10_001)
    assert told["held"] == 10_000
    paid = await shop.captures(bill["id"], 16_000, points=4_000)
    assert (paid["points_spent"], paid["pays_fen"], paid["earned"]) == (4_000, 4_000, {"point": 180})
    assert await shop.has() == (16_180, 0)


async def test_none_of_the_points_may_be_taken_in_the_end(shop: Shop) -> None:
    """All money: the hold is closed all the same."""
    bill = (await shop.opens(amount=20_000, points=10_000))["bill"]
    await shop.captures(bill["id"], 20_000, points=0)
    assert await shop.has() == (20_220, 0)


async def test_a_repeat_gets_the_first_answer(shop: Shop) -> None:
    """Each step, sent again by a till that heard nothing; and with another content it is refused."""
    body = {"key": "b", "member": "ann", "store": "air-1", "amount": 20_000, "points": 5_000}
    first = await shop.till.done("/v1/bills", **body)
    again = await shop.till.done("/v1/bills", **body)
    assert (first["replayed"], again["replayed"], again["bill"]) == (False, True, first["bill"])
    await shop.till.refused("key_reused", "/v1/bills", **{**body, "points": 6_000})
    of = first["bill"]["id"]
    paid = await shop.captures(of, 15_000, key="c")
    repeated = await shop.captures(of, 15_000, key="c")
    assert repeated == {**paid, "replayed": True}
    await shop.till.refused("key_reused", f"/v1/bills/{of}/capture", key="c", cash_fen=14_999)
    told = await shop.till.refused("bill_closed", f"/v1/bills/{of}/capture", key="d", cash_fen=15_000)
    assert told["state"] == "captured"
    assert await shop.till.done("/v1/bills", **body) == again
    assert await shop.has() == (15_170, 0)


async def test_a_voided_bill_frees_all_at_once(shop: Shop) -> None:
    """Its points, its voucher, and its quote."""
    (off,) = await shop.gets("ann", "off-50")
    quote = await shop.quotes(amount=30_000, vouchers=[off], points=1_000)
    bill = (await shop.opens(quote=quote["id"]))["bill"]
    assert (await shop.has(), (await shop.voucher("ann", off))["state"]) == ((19_000, 1_000), "locked")
    told = await shop.till.refused("quote_used", "/v1/bills", key=shop.key(), quote=quote["id"])
    assert told["used_by"] == bill["id"]
    freed = await shop.voids(bill["id"], key="v")
    assert (freed["points"], freed["balance"]["available"]) == (1_000, 20_000)
    assert (await shop.voids(bill["id"], key="v"))["replayed"]
    assert (await shop.voucher("ann", off))["state"] == "issued"
    assert await shop.stands(bill["id"]) == "void"
    await shop.till.refused("bill_closed", f"/v1/bills/{bill['id']}/capture", key=shop.key(), cash_fen=24_000)
    other = (await shop.opens(quote=quote["id"]))["bill"]
    await shop.captures(other["id"], 24_000)


async def test_a_till_that_dies_leaves_nothing_behind(shop: Shop) -> None:
    """At its deadline a bill lapses: points by the job, vouchers by time; a late capture is refused."""
    (off,) = await shop.gets("ann", "off-50")
    bill = (await shop.opens(amount=30_000, vouchers=[off], points=1_000))["bill"]
    await shop.pass_(minutes=30)
    assert await shop.stands(bill["id"]) == "lapsed"
    assert (await shop.voucher("ann", off))["state"] == "issued"
    path = f"/v1/bills/{bill['id']}"
    await shop.till.refused("bill_lapsed", f"{path}/capture", key="late", cash_fen=24_000)
    await shop.lapse()
    assert await shop.has() == (20_000, 0)
    await shop.till.refused("bill_lapsed", f"{path}/capture", key="late", cash_fen=24_000)
    await shop.till.refused("bill_lapsed", f"{path}/void", key="late")
    again = (await shop.opens(amount=30_000, vouchers=[off], points=1_000))["bill"]
    await shop.captures(again["id"], 24_000)


async def test_a_lapsed_bill_can_be_voided_before_the_job_runs(shop: Shop) -> None:
    """The till came back first: the points are free at once, and the job finds nothing to do."""
    bill = (await shop.opens(amount=30_000, points=1_000))["bill"]
    await shop.pass_(minutes=31)
    await shop.voids(bill["id"])
    assert await shop.has() == (20_000, 0)
    await shop.lapse()
    assert await shop.has() == (20_000, 0)


async def test_a_voucher_that_lapsed_with_a_bill_serves_the_next(shop: Shop) -> None:
    """The first bill does not take it back when it is voided late."""
    (off,) = await shop.gets("ann", "off-50")
    first = (await shop.opens(amount=30_000, vouchers=[off], points=1_000))["bill"]
    await shop.pass_(minutes=31)
    second = (await shop.opens(amount=40_000, vouchers=[off]))["bill"]
    await shop.voids(first["id"])
    assert (await shop.voucher("ann", off))["bill"] == second["id"]
    await shop.captures(second["id"], 35_000)


async def test_a_hold_that_is_ended_by_itself_ends_its_bill(shop: Shop) -> None:
    """Somebody releases the hold behind the bill's back: the bill cannot be captured, only voided."""
    (off,) = await shop.gets("ann", "off-50")
    bill = (await shop.opens(amount=30_000, vouchers=[off], points=1_000))["bill"]
    await shop.till.done(f"/v1/holds/{bill['id']}/release", key=shop.key())
    told = await shop.till.refused(
        "bill_closed", f"/v1/bills/{bill['id']}/capture", key=shop.key(), cash_fen=24_000
    )
    assert told["why"] == "hold"
    await shop.voids(bill["id"])
    assert (await shop.voucher("ann", off))["state"] == "issued"


async def test_only_its_merchant_and_the_operator_see_a_bill(shop: Shop) -> None:
    """To another till it is as if there were none."""
    bill = (await shop.opens(amount=30_000, points=1_000))["bill"]
    path = f"/v1/bills/{bill['id']}"
    assert (await shop.operator.get(path)).json()["bill"]["member"] == "ann"
    assert (await shop.other.get(path)).json()["code"] == "bill_unknown"
    await shop.other.refused("bill_unknown", f"{path}/capture", key="x", cash_fen=29_000)
    await shop.other.refused("bill_unknown", f"{path}/void", key="x")
    await shop.till.refused("bill_unknown", f"/v1/bills/{bill['quote'] or shop.alliance.id}/void", key="x")
    await shop.voids(bill["id"])


async def test_a_frozen_member_pays_in_money(shop: Shop) -> None:
    """Neither points nor vouchers, until the freeze ends (S17)."""
    await shop.operator.done(
        "/v1/freezes", key="f", member="ann", reason="copied", evidence="case 7", notice="told",
        until="2027-01-01T00:00:00+08:00",
    )  # fmt: skip
    quote = await shop.quotes(amount=20_000)
    assert (quote["most_points"], quote["cash_fen"]) == (0, 20_000)
    body = {"key": "b", "member": "ann", "store": "air-1", "amount": 20_000, "points": 100}
    await shop.till.refused("wallet_frozen", "/v1/bills", **body)
    await shop.till.refused("wallet_frozen", "/v1/quotes", **body)


async def test_many_points_ask_for_the_member(shop: Shop) -> None:
    """From so many on an identification is needed; one that is none is refused the same way."""
    await shop.publish(_with(Till(confirm_points=5_000)))
    body = {"key": "b", "member": "ann", "store": "air-1", "amount": 20_000}
    told = await shop.till.refused("identification_refused", "/v1/bills", **body, points=5_000)
    assert told["confirm_points"] == 5_000
    nobody = "0193a1b2-0000-7000-8000-000000000000"
    await shop.till.refused(
        "identification_refused", "/v1/bills", **body, points=5_000, identification=nobody
    )
    bill = (await shop.opens(amount=20_000, points=4_999))["bill"]
    await shop.captures(bill["id"], 15_001)
    code = (await shop.operator.get("/v1/members/ann/code")).json()["code"]
    known = await shop.till.done("/v1/identifications", key="i", code=code)
    bill = (await shop.opens(amount=20_000, points=5_000, identification=known["id"]))["bill"]
    await shop.captures(bill["id"], 15_000)


def _with(till: Till) -> RuleSet:
    return msgspec.structs.replace(RULES, till=till)


async def test_points_that_are_spent_twice_are_there_once(shop: Shop) -> None:
    """Two tills open bills at once over all points: one holds them, the other is told what is left."""
    bodies = [
        {"key": f"b{n}", "member": "ann", "store": "air-1", "amount": 20_000, "points": 15_000}
        for n in range(4)
    ]
    answers = await asyncio.gather(*(shop.till.post("/v1/bills", **body) for body in bodies))
    codes = sorted(answer.status_code for answer in answers)
    assert codes == [201, 409, 409, 409]
    refused = [answer.json() for answer in answers if answer.status_code == 409]
    assert {told["code"] for told in refused} == {"offset_refused"}
    assert {told["most_points"] for told in refused} == {5_000}
    assert await shop.has() == (5_000, 15_000)


async def test_a_quote_is_used_once(shop: Shop) -> None:
    """However many tills name it at once."""
    quote = await shop.quotes(amount=20_000, points=1_000)
    answers = await asyncio.gather(
        *(shop.till.post("/v1/bills", key=f"b{n}", quote=quote["id"]) for n in range(6))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409, 409]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"quote_used"}
    (won,) = [n for n, answer in enumerate(answers) if answer.status_code == 201]
    again = await shop.till.done("/v1/bills", key=f"b{won}", quote=quote["id"])
    assert again == {**answers[won].json(), "replayed": True}
    assert await shop.has() == (19_000, 1_000)


async def test_a_voucher_at_two_tills_is_locked_by_one(shop: Shop) -> None:
    """The other is told that it is held."""
    (off,) = await shop.gets("ann", "off-50")
    bodies = [
        {"key": f"b{n}", "member": "ann", "store": "air-1", "amount": 30_000, "vouchers": [off]}
        for n in range(4)
    ]
    answers = await asyncio.gather(*(shop.till.post("/v1/bills", **body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    refused = [answer.json() for answer in answers if answer.status_code == 409]
    assert {(told["code"], told["why"]) for told in refused} == {("voucher_refused", "locked")}


@pytest.mark.parametrize(
    ("code", "field", "body"),
    [
        ("invalid_request", "amount", {}),
        ("invalid_request", "amount", {"amount": 100, "lines": [line("a", 99)]}),
        ("invalid_request", "lines", {"lines": [line("a", 0)]}),
        ("invalid_request", "store", {"store": None, "amount": 100}),
        ("store_unknown", "store", {"store": "nowhere", "amount": 100}),
        ("out_of_scope", "store", {"store": "sea-1", "amount": 100}),
        ("member_unknown", "member", {"member": "zoe", "amount": 100}),
        ("invalid_request", "member", {"member": None, "amount": 100}),
        ("invalid_request", "points", {"amount": 100, "points": -1}),
        ("voucher_unknown", None, {"amount": 100, "vouchers": ["ACDE-FGHJ-KMNP-RTVW"]}),
        ("voucher_unknown", None, {"amount": 100, "vouchers": ["0193a1b2-0000-7000-8000-000000000000"]}),
        ("quote_unknown", None, {"quote": "0193a1b2-0000-7000-8000-000000000000", "store": None}),
        ("offset_refused", None, {"amount": 100, "points": 101}),
        ("offset_refused", None, {"amount": 100_000, "points": 20_001}),
    ],
)
async def test_what_a_bill_cannot_be_of(shop: Shop, code: str, field: str | None, body: dict) -> None:  # type: ignore[type-arg]
    """Nothing is held, and the problem names the field or says the most."""
    asked = {"member": "ann", "store": "air-1", **body}
    told = await shop.till.refused(
        code, "/v1/bills", key="b", **{name: value for name, value in asked.items() if value is not None}
    )
    if field is not None:
        assert told["errors"][0]["field"] == field
    assert await shop.has() == (20_000, 0)


async def test_a_capped_programme_says_the_most(shop: Shop) -> None:
    """At most half of what is left after vouchers, in steps, from a minimum on."""
    await shop.publish(capped(most_permille=500, step_points=100, minimum_points=1_000))
    body = {"key": "b", "member": "ann", "store": "air-1", "amount": 20_030}
    told = await shop.till.refused("offset_refused", "/v1/bills", **body, points=10_100)
    assert (told["most_points"], told["most_pays_fen"], told["why"]) == (10_000, 10_000, "most")
    assert (await shop.till.refused("offset_refused", "/v1/bills", **body, points=9_950))["why"] == "step"
    assert (await shop.till.refused("offset_refused", "/v1/bills", **body, points=900))["why"] == "minimum"
    bill = (await shop.opens(amount=20_030, points=10_000))["bill"]
    assert bill["cash_fen"] == 10_030
