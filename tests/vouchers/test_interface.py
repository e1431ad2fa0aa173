"""Vouchers through the interface: who sees what of them, and what a till is told before it uses one."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from jifen.rules.rewards import Limit, VoucherTerms
from tests.api.alliance import NOW, Alliance, Caller, problem
from tests.vouchers.counter import FIVE, REWARDS, RULES


async def redeemed(alliance: Alliance, reward: str, key: str, **more: Any) -> Any:
    """Ann redeems a reward; returns her vouchers, newest first."""
    await alliance.operator.done("/v1/reward-redemptions", key=key, member="ann", reward=reward, **more)
    return await vouchers(alliance.operator)


async def vouchers(caller: Caller, query: str = "") -> Any:
    """Ann's vouchers as somebody sees them."""
    answer = await caller.get(f"/v1/members/ann/vouchers{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()["vouchers"]


async def check(caller: Caller, voucher: Any, **bill: Any) -> Any:
    """What a till is told of a voucher that can be used."""
    return await caller.done("/v1/voucher-checks", **{"code": voucher["code"], "store": "air-1", **bill})


async def refused(caller: Caller, why: str, voucher: Any, **bill: Any) -> Any:
    """The problem of a voucher that cannot."""
    body = {"code": voucher["code"], "store": "air-1", **bill}
    told = await caller.refused("voucher_refused", "/v1/voucher-checks", **body)
    assert told["why"] == why, told
    assert told["voucher"] == voucher["id"]
    return told


async def test_a_redemption_gives_a_voucher_with_its_terms_in_words(alliance: Alliance) -> None:
    """In both languages, with the last day; the points are gone."""
    (voucher,) = await redeemed(alliance, "off-5", "r1")
    assert await alliance.operator.available("ann") == 900
    assert (voucher["state"], voucher["merchant"], voucher["title_en"]) == ("issued", "air", "5 off 50")
    assert voucher["terms_zh"] == "满 ¥50.00，减 ¥5.00，在Air可用，不和别的券一起用，用到 2026 年 12 月 1 日"
    assert voucher["terms_en"] == (
        "from ¥50.00, ¥5.00 off, good at Air, not together with other vouchers, until the end of 1 Dec 2026"
    )
    assert voucher["expires_at"] == "2026-12-01T16:00:00Z"
    assert len(voucher["code"].replace("-", "")) == 16


async def test_vouchers_of_a_redemption_in_bulk(alliance: Alliance) -> None:
    """A line gives them too, and the line again gives no more."""
    line = {"type": "reward", "key": "b1", "member": "ann", "reward": "off-5", "count": 2}
    for status in (201, 200):
        (told,) = await alliance.operator.bulk(line)
        assert told["status"] == status, told
        found = await vouchers(alliance.operator)
        assert len(found) == 2
        assert (await check(alliance.air, found[0], amount=5_000))["saves_fen"] == 500


async def test_the_code_is_for_the_operators_eyes(alliance: Alliance) -> None:
    """It leads its holder's page; a merchant that has it could use it up. And it is stored nowhere."""
    (voucher,) = await redeemed(alliance, "off-5", "r1")
    (seen,) = await vouchers(alliance.air)
    assert seen == {**voucher, "code": None}
    code = voucher["code"].replace("-", "")
    for table in ("voucher", "voucher_code", "redemption", "entry"):
        rows = await alliance.house.pool.fetch(f"SELECT t::text AS said FROM {table} t")
        assert not any(code in row["said"] or voucher["code"] in row["said"] for row in rows)


async def test_a_merchant_sees_what_it_gave_and_what_it_takes(alliance: Alliance) -> None:
    """The sea's voucher is good at the air's too; the air's own is nothing of the sea's."""
    await redeemed(alliance, "off-5", "r1")
    await redeemed(alliance, "tenth", "r2")
    assert {one["reward"] for one in await vouchers(alliance.operator)} == {"off-5", "tenth"}
    assert {one["reward"] for one in await vouchers(alliance.air)} == {"off-5", "tenth"}
    assert {one["reward"] for one in await vouchers(alliance.sea)} == {"tenth"}
    problem(await alliance.stranger.get("/v1/members/ann/vouchers"), "unauthenticated")


async def test_pages_and_states(alliance: Alliance) -> None:
    """Seven vouchers in pages of three, newest first, each once; those of another state are left out."""
    await redeemed(alliance, "ship", "r1", count=4)
    await redeemed(alliance, "off-5", "r2", count=3)
    seen: list[str] = []
    path = "/v1/members/ann/vouchers?limit=3"
    following: str | None = path
    while following is not None:
        page = (await alliance.operator.get(following)).json()
        seen += [one["id"] for one in page["vouchers"]]
        following = page["next"] and f"{path}&cursor={page['next']}"
    assert len(seen) == len(set(seen)) == 7
    assert len(await vouchers(alliance.operator, "?state=issued")) == 7
    assert await vouchers(alliance.operator, "?state=spent") == []
    # The five-off live ten days, the freight thirty.
    await alliance.set_clock(NOW + timedelta(days=11))
    lapsed = await vouchers(alliance.operator, "?state=lapsed")
    assert {one["reward"] for one in lapsed} == {"off-5"}
    assert {one["state"] for one in lapsed} == {"lapsed"}
    assert len(await vouchers(alliance.operator, "?state=issued")) == 4


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/v1/members/nobody/vouchers", "member_unknown"),
        ("/v1/members/ann/vouchers?state=gone", "invalid_request"),
        ("/v1/members/ann/vouchers?limit=0", "invalid_request"),
        ("/v1/members/ann/vouchers?cursor=x", "invalid_request"),
        ("/v1/members/ann/vouchers?page=2", "invalid_request"),
    ],
)
async def test_what_is_not_asked_so(alliance: Alliance, path: str, code: str) -> None:
    """Each says the field and what to send."""
    told = problem(await alliance.operator.get(path), code)
    assert told["errors"][0]["message"]


async def test_a_check_says_what_it_saves_and_changes_nothing(alliance: Alliance) -> None:
    """As often as it is asked, with the code in any form."""
    (voucher,) = await redeemed(alliance, "off-5", "r1")
    before = await alliance.books()
    told = await check(alliance.air, voucher, amount=5_000)
    assert (told["saves_fen"], told["left_fen"], told["reward"]) == (500, 4_500, "off-5")
    typed = {"code": voucher["code"].lower().replace("-", " ")}
    assert await check(alliance.air, typed, lines=[{"sku": "x", "quantity": 1, "amount": 5_000}]) == told
    assert await alliance.books() == before
    assert (await vouchers(alliance.operator))[0]["state"] == "issued"


async def test_a_check_refuses_with_a_reason(alliance: Alliance) -> None:
    """Another merchant, too small a bill, the wrong goods, points beside it, the wrong day, past its date."""
    (off,) = await redeemed(alliance, "off-5", "r1")
    drink = (await redeemed(alliance, "drink", "r2"))[0]
    juice = [{"sku": "juice", "quantity": 2, "amount": 3_000, "category": "DRINK"}]
    soup = [{"sku": "soup", "quantity": 1, "amount": 3_000, "category": "FOOD"}]
    await refused(alliance.operator, "merchant", off, amount=9_000, store="sea-1")
    told = await refused(alliance.operator, "minimum", off, amount=4_999)
    assert (told["minimum_fen"], told["amount_fen"]) == (5_000, 4_999)
    assert (await check(alliance.air, drink, lines=juice))["saves_fen"] == 1_500
    await refused(alliance.air, "lines", drink, lines=soup)
    await refused(alliance.air, "points", drink, lines=juice, with_points=True)
    await refused(alliance.operator, "store", drink, lines=juice, store="sea-1")
    await alliance.set_clock(NOW + timedelta(days=2))
    told = await refused(alliance.air, "time", drink, lines=juice)
    assert told["condition"] == "weekday"
    await alliance.set_clock(NOW + timedelta(days=11))
    told = await refused(alliance.air, "lapsed", off, amount=9_000)
    assert told["expired_at"] == "2026-12-01T16:00:00+00:00"


async def test_several_on_one_bill(alliance: Alliance) -> None:
    """Two that stack: each saves of what the one before left, the freight of the delivery alone."""
    (tenth,) = await redeemed(alliance, "tenth", "r1")
    ship = (await redeemed(alliance, "ship", "r2"))[0]
    off = (await redeemed(alliance, "off-5", "r3"))[0]
    told = await check(alliance.air, ship, amount=10_000, freight_fen=600, beside=[tenth["code"]])
    assert (told["saves_fen"], told["left_fen"], told["left_freight_fen"]) == (600, 9_000, 0)
    await refused(alliance.air, "stacking", off, amount=10_000, beside=[tenth["code"]])
    await refused(alliance.air, "twice", tenth, amount=10_000, beside=[tenth["code"]])
    await refused(alliance.air, "freight", ship, amount=10_000)


async def test_a_code_that_is_none(alliance: Alliance) -> None:
    """A wrong letter, an invented code, another programme's: all the same, so that nothing is learnt."""
    (voucher,) = await redeemed(alliance, "off-5", "r1")
    code = voucher["code"]
    wrong = code[:-1] + ("A" if code[-1] != "A" else "C")
    told = [
        await alliance.air.refused(
            "voucher_unknown", "/v1/voucher-checks", code=one, store="air-1", amount=9_000
        )
        for one in (wrong, "ACDE-FGHJ-KMNP-RTVW", "x", "0" * 16)
    ]
    assert len({msgspec.json.encode(one) for one in told}) == 1
    for body, field in (
        ({"store": "air-1", "amount": 1}, "code"),
        ({"code": code, "amount": 1}, "store"),
        ({"code": code, "store": "air-1"}, "amount"),
        ({"code": code, "store": "air-1", "amount": -1}, "amount"),
        ({"code": code, "store": "air-1", "amount": 1, "member": "ann"}, "member"),
        (
            {
                "code": code,
                "store": "air-1",
                "amount": 2,
                "lines": [{"sku": "x", "quantity": 1, "amount": 1}],
            },
            "amount",
        ),
    ):
        told = problem(await alliance.air.post("/v1/voucher-checks", **body), "invalid_request")
        assert told["errors"][0]["field"] == field
    await alliance.sea.refused("out_of_scope", "/v1/voucher-checks", code=code, store="air-1", amount=1)
    await alliance.air.refused("store_unknown", "/v1/voucher-checks", code=code, store="moon", amount=1)


async def test_a_later_version_does_not_touch_what_was_issued(alliance: Alliance) -> None:
    """The reward saves less from now on, and its date is nearer; the voucher keeps what it promised (R04)."""
    (voucher,) = await redeemed(alliance, "off-5", "r1")
    worse = msgspec.structs.replace(FIVE, save_fen=100, minimum_fen=8_000, valid_days=1, merchants=("sea",))
    rewards = tuple(
        msgspec.structs.replace(one, voucher=worse) if one.code == "off-5" else one for one in REWARDS
    )
    rules = msgspec.structs.replace(RULES, rewards=rewards)
    await alliance.house.catalog.publish(alliance.id, rules, NOW + timedelta(minutes=1), NOW)
    await alliance.set_clock(NOW + timedelta(days=5))
    assert (await check(alliance.air, voucher, amount=5_000))["saves_fen"] == 500
    (same,) = await vouchers(alliance.operator)
    assert same == voucher
    fresh = (await redeemed(alliance, "off-5", "r2"))[0]
    assert fresh["terms"]["save_fen"] == 100


async def test_a_reward_of_no_points_gives_its_voucher_once(alliance: Alliance) -> None:
    """As a first order's discount: nothing is taken, and the limit holds."""
    first = msgspec.structs.replace(
        REWARDS[0],
        code="welcome",
        points=0,
        voucher=VoucherTerms(save_fen=300),
        limits=(Limit(1, "ever"),),
    )
    rules = msgspec.structs.replace(RULES, rewards=(*REWARDS, first))
    await alliance.house.catalog.publish(alliance.id, rules, NOW, NOW)
    (voucher,) = await redeemed(alliance, "welcome", "w1")
    assert await alliance.operator.available("ann") == 1_000
    assert (await check(alliance.air, voucher, amount=5_000))["saves_fen"] == 300
    again = {"key": "w2", "member": "ann", "reward": "welcome"}
    await alliance.operator.refused("limit_reached", "/v1/reward-redemptions", **again)
    assert len(await vouchers(alliance.operator)) == 1
