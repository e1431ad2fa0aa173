"""A quote prices a basket or a reward for a member, and is honoured while it lives (R06)."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from jifen.rules.definition import PerAmount, Rate, RuleSet, Worth
from jifen.rules.rewards import Limit, Price, Reward
from jifen.rules.when import Conditions
from jifen.values.periods import Rolling
from tests.till.shop import RULES, Shop, capped, line

BASKET = [line("rice", 8_000, 2), line("cola", 600, 2, "DRINK"), line("petrol", 11_400, 1, "FUEL")]


async def test_a_quote_tells_everything(shop: Shop) -> None:
    """What vouchers save, what points may pay, what is left and what that earns; nothing is booked by it."""
    off, tenth, drink = await shop.gets("ann", "off-50", "tenth", "drink")
    before = await shop.alliance.books()
    quote = await shop.quotes(lines=BASKET, freight_fen=1_000, vouchers=[off], points=5_000)
    assert await shop.alliance.books() == before
    assert (quote["goods_fen"], quote["freight_fen"], quote["due_fen"]) == (20_000, 1_000, 16_000)
    assert quote["vouchers"] == [
        {"voucher": off, "reward": "off-50", "saves_fen": 5_000, "with_points": True}
    ]
    assert {one["voucher"]: one["saves_fen"] for one in quote["fits"]} == {
        off: 5_000,
        tenth: 2_000,
        drink: 300,
    }
    assert (quote["most_points"], quote["most_pays_fen"]) == (16_000, 16_000)
    assert (quote["points"], quote["pays_fen"], quote["cash_fen"]) == (5_000, 5_000, 11_000)
    assert quote["invoiceable_fen"] == 11_000
    # Of 110 yuan in money 104.76 are for the goods, 45 of these for what is no fuel; 20 for a large basket.
    assert quote["earns"] == {"point": 65}
    bill = (await shop.opens(quote=quote["id"]))["bill"]
    assert bill["earns"] == quote["earns"]
    assert (await shop.captures(bill["id"], 11_000))["earned"] == {"point": 65}


async def test_vouchers_that_do_not_fit_say_why(shop: Shop) -> None:
    """By a word, and by a sentence."""
    off, ship = await shop.gets("ann", "off-50", "ship")
    quote = await shop.quotes(amount=1_000, vouchers=[off])
    assert quote["vouchers"] == []
    assert {one["voucher"]: one["why"] for one in quote["misfits"]} == {off: "minimum", ship: "freight"}
    assert all(one["said"] for one in quote["misfits"])


async def test_a_voucher_that_goes_without_points(shop: Shop) -> None:
    """With it no points may pay; with points it does not fit."""
    (drink,) = await shop.gets("ann", "drink")
    quote = await shop.quotes(lines=BASKET, vouchers=[drink])
    assert (quote["most_points"], quote["why_none"], quote["cash_fen"]) == (0, "voucher", 19_700)
    quote = await shop.quotes(lines=BASKET, vouchers=[drink], points=100)
    assert (quote["vouchers"], quote["misfits"][0]["why"], quote["pays_fen"]) == ([], "points", 100)
    body = {"member": "ann", "store": "air-1", "lines": BASKET, "vouchers": [drink], "points": 100}
    told = await shop.till.refused("voucher_refused", "/v1/bills", key="b", **body)
    assert told["why"] == "points"


async def test_vouchers_go_on_a_bill_by_their_codes(shop: Shop) -> None:
    """As they are shown; one that is another member's is refused, one named twice too."""
    await shop.gets("ann", "tenth", "ship")
    told = (await shop.operator.get("/v1/members/ann/vouchers")).json()["vouchers"]
    codes = [one["code"] for one in told]
    quote = await shop.quotes(amount=10_000, freight_fen=500, vouchers=codes)
    assert (quote["due_fen"], len(quote["vouchers"])) == (9_000, 2)
    body = {"key": "x", "store": "air-1", "amount": 10_000}
    told = await shop.till.refused("voucher_refused", "/v1/quotes", member="bob", vouchers=codes, **body)
    assert told["why"] == "member"
    twice = [codes[0], codes[0].lower()]
    told = await shop.till.refused("invalid_request", "/v1/quotes", member="ann", vouchers=twice, **body)
    assert told["errors"][0]["field"] == "vouchers"


async def test_a_repeat_gets_the_first_quote(shop: Shop) -> None:
    """Also when everything has changed meanwhile; another question under its key is refused."""
    body = {"key": "q", "member": "ann", "store": "air-1", "amount": 20_000}
    first = await shop.till.done("/v1/quotes", **body)
    await shop.gives("ann", 1_000)
    await shop.pass_(minutes=20)
    assert await shop.till.done("/v1/quotes", **body) == first
    await shop.till.refused("key_reused", "/v1/quotes", **{**body, "amount": 20_001})
    await shop.till.refused("key_reused", "/v1/quotes", **{**body, "member": "bob"})


async def test_a_quote_ends(shop: Shop) -> None:
    """After its life it is not honoured, and says so by a code."""
    quote = await shop.quotes(amount=20_000)
    path = f"/v1/quotes/{quote['id']}"
    told = (await shop.till.get(path)).json()
    assert (told["state"], told["quote"]) == ("open", quote)
    await shop.pass_(minutes=14)
    bill = await shop.opens(quote=quote["id"], points=100)
    told = (await shop.till.get(path)).json()
    assert (told["state"], told["used_by"]) == ("used", bill["bill"]["id"])
    other = await shop.quotes(amount=20_000)
    await shop.pass_(minutes=15)
    assert (await shop.till.get(f"/v1/quotes/{other['id']}")).json()["state"] == "ended"
    told = await shop.till.refused("quote_ended", "/v1/bills", key="b", quote=other["id"])
    assert told["ended_at"]


async def test_a_quote_pins_prices_and_rules(shop: Shop) -> None:
    """Rules that begin in between change neither the cap nor what is earned."""
    quote = await shop.quotes(amount=20_000, points=10_000)
    await shop.pass_(minutes=5)
    half = msgspec.structs.replace(
        capped(most_permille=100), rules=(PerAmount(id="base", rate=Rate(1, 1_000)),)
    )
    await shop.publish(half)
    bill = (await shop.opens(quote=quote["id"]))["bill"]
    assert (bill["cash_fen"], bill["earns"]) == (10_000, {"point": 120})
    assert (await shop.captures(bill["id"], 10_000))["earned"] == {"point": 120}
    body = {"key": "x", "member": "ann", "store": "air-1", "amount": 20_000, "points": 10_000}
    assert (await shop.till.refused("offset_refused", "/v1/bills", **body))["most_points"] == 2_000


async def test_points_that_lapse_in_a_quotes_life_pay_as_quoted(shop: Shop) -> None:
    """At midnight the lot is past its date; the quote of 23:55 is honoured, since nothing was booked yet."""
    await shop.till.done(
        "/v1/purchases", key="p", member="bob", store="air-1", amount=100_000, at="2026-05-15T10:00:00+08:00"
    )
    earned = (await shop.has("bob"))[0]
    await shop.pass_(days=9, hours=13, minutes=55)
    quote = await shop.quotes("bob", amount=20_000)
    assert quote["most_points"] == earned == 520
    await shop.pass_(minutes=10)
    assert await shop.has("bob") == (0, 0)
    bill = (await shop.opens(quote=quote["id"]))["bill"]
    assert (bill["points"], bill["cash_fen"]) == (520, 19_480)
    paid = await shop.captures(bill["id"], 19_480)
    assert paid["points_spent"] == 520


async def test_points_keep_what_was_promised_for_them(shop: Shop) -> None:
    """Points worth 1.5 fen each when they were earned are worth it still; newer ones pay 1 fen (R04)."""
    rich = _worth(150)
    await shop.publish(rich, shop.now - timedelta(hours=2))
    body: dict[str, Any] = {"member": "bob", "store": "air-1"}
    at = (shop.now - timedelta(hours=1)).isoformat()
    await shop.till.done("/v1/purchases", key="p1", amount=98_000, at=at, **body)
    await shop.publish(RULES)
    await shop.till.done("/v1/purchases", key="p2", amount=98_000, **body)
    assert await shop.has("bob") == (2_000, 0)
    quote = await shop.quotes("bob", amount=2_000)
    assert quote["most_pays_fen"] == 2_000
    # 1 000 of the better ones pay 15 yuan, 500 others the rest.
    assert quote["most_points"] == 1_500
    bill = (await shop.opens(quote=quote["id"]))["bill"]
    assert bill["cash_fen"] == 0
    await shop.voids(bill["id"])


def _worth(fen: int) -> RuleSet:
    """Rules under which 100 points are worth so many fen, and live for a month: so they are drawn first."""
    return msgspec.structs.replace(
        RULES, worths={"point": Worth(100, fen)}, validity=Rolling(months=1, to="month_end")
    )


async def test_better_points_that_are_gone_are_no_silent_loss(shop: Shop) -> None:
    """Were the quoted points spent meanwhile, the bill is refused with a code, and never quietly dearer."""
    rich = _worth(1_000)
    await shop.publish(rich, shop.now - timedelta(hours=2))
    at = (shop.now - timedelta(hours=1)).isoformat()
    await shop.till.done("/v1/purchases", key="p1", member="ann", store="air-1", amount=98_000, at=at)
    await shop.publish(RULES)
    quote = await shop.quotes(amount=20_000, points=1_000)
    assert quote["pays_fen"] == 10_000
    await shop.operator.done("/v1/redemptions", key="r", member="ann", store="air-1", points=1_000)
    told = await shop.till.refused("offset_refused", "/v1/bills", key="b", quote=quote["id"])
    assert (told["why"], told["quoted_fen"], told["pays_fen"]) == ("spent_meanwhile", 10_000, 1_000)
    bill = (await shop.opens(quote=quote["id"], points=2_000))["bill"]
    assert bill["cash_fen"] == 18_000


async def test_only_its_merchant_sees_a_quote(shop: Shop) -> None:
    """Another till can neither read nor use it."""
    quote = await shop.quotes(amount=20_000)
    assert (await shop.other.get(f"/v1/quotes/{quote['id']}")).json()["code"] == "quote_unknown"
    await shop.other.refused("quote_unknown", "/v1/bills", key="b", quote=quote["id"])
    await shop.till.refused("quote_unknown", "/v1/bills", key="b", quote=quote["id"], member="bob")
    told = await shop.till.refused("invalid_request", "/v1/bills", key="b", quote=quote["id"], amount=5)
    assert told["errors"][0]["field"] == "amount"


MUG = Reward(
    code="mug",
    title="杯子",
    merchant="air",
    points=300,
    cash_fen=500,
    stock="mugs",
    limits=(Limit(2, "month"),),
    prices=(Price(points=250, when=Conditions(weekdays=(6,))),),
)


@pytest.fixture
async def mugs(shop: Shop) -> Shop:
    """Mugs at 300 points and 5 yuan, on Saturdays at 250; three are in stock."""
    await shop.publish(msgspec.structs.replace(RULES, rewards=(*RULES.rewards, MUG)))
    await shop.operator.done("/v1/stocks", code="mugs", count=3)
    return shop


async def test_a_reward_is_quoted_and_its_price_honoured(mugs: Shop) -> None:
    """On Saturday 250 points; the redemption on Sunday, within the quote's life, costs what was quoted."""
    await mugs.pass_(hours=13, minutes=55)
    quote = await mugs.till.done("/v1/quotes", key="q", member="ann", reward="mug", count=2)
    assert (quote["kind"], quote["points"], quote["usual_points"], quote["cash_fen"]) == (
        "reward",
        500,
        600,
        0,
    )
    assert (quote["left"], quote["can_have"], quote["why_not"]) == (3, True, "")
    await mugs.pass_(minutes=10)
    body = {"member": "ann", "reward": "mug", "count": 2, "quote": quote["id"]}
    await mugs.till.done("/v1/reward-redemptions", key="r", **body)
    assert await mugs.has() == (19_500, 0)
    await mugs.till.refused("quote_used", "/v1/reward-redemptions", key="r2", **body)
    told = await mugs.till.done("/v1/quotes", key="q2", member="ann", reward="mug")
    assert (told["points"], told["cash_fen"]) == (300, 500)
    assert (told["can_have"], told["why_not"]) == (False, "limit_reached")


async def test_a_reward_that_cannot_be_had_says_why(mugs: Shop) -> None:
    """By the code of the problem that a redemption would meet."""
    body = {"member": "bob", "reward": "mug"}
    told = await mugs.till.done("/v1/quotes", key="q1", **body)
    assert (told["can_have"], told["why_not"], told["available"]) == (False, "insufficient_points", 0)
    told = await mugs.till.done("/v1/quotes", key="q2", **{**body, "member": "ann"}, count=4)
    assert told["why_not"] == "limit_reached"
    await mugs.till.refused("reward_unknown", "/v1/quotes", key="q3", **{**body, "reward": "jug"})
    told = await mugs.till.refused("invalid_request", "/v1/quotes", key="q4", **body, amount=5)
    assert told["errors"][0]["field"] == "amount"
    told = await mugs.till.refused(
        "invalid_request", "/v1/quotes", key="q5", member="bob", store="air-1", amount=5, count=2
    )
    assert told["errors"][0]["field"] == "count"
