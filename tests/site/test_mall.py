"""The mall: what a member can have comes first, at a price that stays, and refusals say what to do."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from jifen.site.files import files
from jifen.site.member.mall_pictures import FILES, picture_of
from jifen.site.member.mall_prices import percent
from tests.site.goods import mall_town
from tests.site.town import TODAY, Browser, Town, Towns

PAGE_BYTES = 60_000


@pytest.fixture(scope="module")
async def town(towns: Towns) -> AsyncIterator[Town]:
    """A town with a mall: Lin has 12,000 points, Chen 900, Gu none."""
    async with mall_town(towns) as made:
        await made.given("lin", 12_000)
        await made.given("chen", 900)
        yield made


@pytest.fixture(autouse=True)
async def at_ten(town: Town) -> AsyncIterator[None]:
    """Each test begins on the town's day; what it gave Gu is gone after it."""
    await town.clock(TODAY)
    yield
    await town.clock(TODAY)
    if left := await available(town, "gu"):
        await town.given("gu", -left)


def codes(text: str) -> list[str]:
    """The rewards of a list, in order."""
    return re.findall(r'<li class="card reward">\s*<a href="/m/mall/([^"]+)"', text)


def said(text: str) -> str:
    """A page's words without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", text)).replace("\xa0", " ")


async def available(town: Town, who: str) -> int:
    """A member's available points."""
    found: int = (await town.balance(who))["balances"]["point"]["available"]
    return found


async def quoted(browser: Browser, reward: str, **fields: str) -> str:
    """The address of a quote that was asked for by the reward's own form."""
    answer = await browser.send(f"/m/mall/{reward}/quote", f"/m/mall/{reward}", **fields)
    assert answer.status_code == 303, said(answer.text)
    where = answer.headers["location"]
    assert where.startswith("/m/mall/quote/")
    return str(where)


async def redeemed(browser: Browser, quote: str) -> httpx.Response:
    """The answer of a quote's own button."""
    return await browser.send(f"{quote}/redeem", quote)


# The list.


async def test_what_can_be_had_comes_first_and_is_counted(town: Town) -> None:
    """The switch is on by itself: only what Lin can have, the fewest points first, and the sums below."""
    lin = await town.client("lin")
    page = await lin.open("/m/mall")
    told = await town.api.get(
        "/v1/rewards", member="QH000012", affordable="true", sort="points", counted="true"
    )
    shown = codes(page)
    assert "scooter" not in shown
    assert [one["code"] for one in told["rewards"] if one["code"] != "lipstick"] == shown
    assert f"{told['counted']['can_have']} 件" in said(page)
    missing = told["counted"]["found"] - told["counted"]["can_have"]
    assert f"还有 0 件换得起，另有 {missing} 件现在还不行" in said(page)
    everything = await lin.open("/m/mall?set=1")
    assert "scooter" in codes(everything)
    assert "还差 138,000 积分" in said(everything)


async def test_a_lower_price_of_today_stands_at_the_top_with_its_end(town: Town) -> None:
    """Of 4,000 it takes 3,000 until midnight; tomorrow it is a reward like any other."""
    lin = await town.client("lin")
    first = said((await lin.open("/m/mall")).split('class="card pressing"', 1)[1].split("</section>", 1)[0])
    assert "今天 24:00 止" in first
    assert "3,000" in first
    assert "4,000" in first
    assert "少用 1,000 积分" in first
    await town.clock(TODAY + timedelta(days=1))
    page = await lin.open("/m/mall")
    assert "pressing" not in page
    assert "lipstick" in codes(page)


async def test_search_category_and_order(town: Town) -> None:
    """Each narrows the list and keeps the others; a cursor of elsewhere begins anew."""
    lin = await town.client("lin")
    assert codes(await lin.open("/m/mall?q=咖啡")) == ["coffee"]
    assert codes(await lin.open("/m/mall?category=美妆")) == ["mask"]
    dearest = codes(await lin.open("/m/mall?sort=-points"))
    assert (
        dearest == list(reversed(codes(await lin.open("/m/mall"))))
        or dearest[0] != codes(await lin.open("/m/mall"))[0]
    )
    assert codes(await lin.open("/m/mall?cursor=nonsense")) != []
    page = await lin.open("/m/mall?category=美妆&sort=value&all=1")
    assert 'name="category" value="美妆"' in page
    assert '<option value="value" selected>' in page
    assert "checked" not in page.split('name="only"', 1)[1].split(">", 1)[0]


async def test_where_nothing_can_be_had_the_nearest_is_named(town: Town) -> None:
    """Gu has no points: the cheapest is named with what is missing; a word that nothing has leads back."""
    gu = await town.client("gu")
    page = said(await gu.open("/m/mall?category=餐饮"))
    assert "“餐饮”里没有换得起的" in page
    assert "从“手冲咖啡一杯”看起：要 1,000 积分，还差 1,000 积分" in page
    nothing = await gu.open("/m/mall?q=潜水艇")
    assert "没有“潜水艇”" in said(nothing)
    assert 'href="/m/mall"' in nothing


async def test_it_is_said_in_english_too(town: Town) -> None:
    """With the English titles and headings, and not a Chinese word of ours."""
    lin = await town.client("lin", "en")
    page = said(await lin.open("/m/mall?all=1"))
    assert "Velvet lipstick" in page
    assert "Only what I can have" in page
    assert "Beauty" in page
    assert "可用" not in page
    reward = said(await lin.open("/m/mall/lipstick"))
    assert "25% fewer points, 33.3% more value each." in reward


async def test_a_first_visit_is_light(town: Town) -> None:
    """Page, style sheets and scripts together weigh no more than 60 kB, compressed."""
    lin = await town.client("lin")
    page = await lin.client.get("/m/mall", headers={"accept-encoding": "gzip"})
    weight = int(page.headers.get("content-length") or len(page.content))
    for path in re.findall(r'(?:href|src)="(/[^"]+\.(?:css|js)\?v=[^"]+)"', page.text):
        async with lin.client.stream("GET", path, headers={"accept-encoding": "gzip"}) as answer:
            weight += len(b"".join([part async for part in answer.aiter_raw()]))
    assert weight < PAGE_BYTES


def test_every_picture_is_there() -> None:
    """Each sort of thing has its drawing, and whatever is unknown has one too."""
    assert set(files()) >= FILES
    assert picture_of("goods", "粮油日用", "全自动电饭煲 4 升") == "picture-household.svg"
    assert picture_of("goods", "餐饮", "手冲咖啡一杯") == "picture-coffee.svg"
    assert picture_of("donation", "公益", "为山区学生捐一份午餐") == "picture-giving.svg"
    assert picture_of("goods", "", "不知道是什么") == "picture-gift.svg"


# A reward.


async def test_what_is_claimed_of_a_price_is_computed(town: Town) -> None:
    """25 % fewer and 33.3 % more, where only points changed; of a price with less cash nothing is claimed."""
    lin = await town.client("lin")
    page = said(await lin.open("/m/mall/lipstick"))
    assert "少用 25% 积分，每个积分多值 33.3%。" in page
    assert "每月 21 日" in page
    mask = said(await lin.open("/m/mall/mask"))
    assert "1,500" in mask
    assert "多值" not in mask
    assert (percent(1000, 6000), percent(1000, 5000)) == ("16.7%", "20%")


async def test_it_says_which_points_it_takes_and_what_is_left(town: Town) -> None:
    """The lots in their order, what stays, and what stops lapsing."""
    await town.clock(TODAY - timedelta(days=190))
    await town.given("gu", 700)
    await town.clock(TODAY)
    await town.given("gu", 500)
    gu = await town.client("gu")
    page = said(await gu.open("/m/mall/coffee"))
    assert "11 月 30 日到期的700" in page
    assert "2027 年 5 月 31 日到期的300" in page
    lots = (await town.api.get("/v1/members/QH000037/balance"))["balances"]["point"]["lapsing"]
    assert [one["points"] for one in lots] == [700, 500]
    assert "换后可用200 积分" in page
    assert "30 天内到期的700 → 0" in page


async def test_too_few_points_say_how_many_and_what_to_do(town: Town) -> None:
    """What it takes, what there is, what is missing; no button that cannot work."""
    chen = await town.client("chen")
    page = await chen.open("/m/mall/coffee")
    assert "积分不够，差 100" in said(page)
    assert "要 1,000，可用 900。" in said(page)
    assert 'id="ask"' not in page
    assert "insufficient_points" in page
    answer = await chen.send("/m/mall/coffee/quote", "/m/mall/breakfast")
    assert answer.status_code == 422
    assert "积分不够，差 100" in said(answer.text)
    assert await available(town, "chen") == 900


async def test_all_that_a_voucher_promises_stands_before_it_is_redeemed(town: Town) -> None:
    """What it saves from when on, where, until which day, and how many one may have."""
    lin = await town.client("lin")
    page = said(await lin.open("/m/mall/groceries-10-off-100"))
    assert "满 ¥100.00，减 ¥10.00，在禾田超市可用，不和别的券一起用，用到 2027 年 1 月 20 日。" in page
    assert "每月最多 4 件，还能换 4 件" in page
    english = said(await (await town.client("lin", "en")).open("/m/mall/groceries-10-off-100"))
    assert "at most 4 a month, 4 more for you" in english


async def test_a_frozen_wallet_is_told_until_when(town: Town) -> None:
    """Nothing is quoted while it is frozen; the page says until when, and that one may appeal."""
    await town.given("gu", 2000)
    freeze = {
        "member": "QH000037",
        "reason": "退货过多",
        "evidence": "收银流水七笔",
        "notice": "钱包冻结三天",
        "until": (TODAY + timedelta(days=3)).isoformat(),
    }
    await town.api.post("/v1/freezes", freeze, "freeze-gu-once")
    gu = await town.client("gu")
    answer = await gu.send("/m/mall/breakfast/quote", "/m/mall/breakfast")
    assert answer.status_code == 422
    assert "钱包冻结着，积分动不了" in said(answer.text)
    assert "冻结到 11 月 24 日" in said(answer.text)
    assert "wallet_frozen" in answer.text
    assert 'href="/m/me/appeals"' in answer.text
    await town.api.post("/v1/unfreezes", {"member": "QH000037", "reason": "查清了"}, "unfreeze-gu-once")
    assert (await quoted(gu, "breakfast")).startswith("/m/mall/quote/")


async def test_a_family_is_shown_its_ways_to_pay_together(town: Town) -> None:
    """Alone one is led to what can be had; with a family, to what several may pay together."""
    gu = await town.client("gu")
    alone = await gu.open("/m/mall/scooter")
    assert "/m/family/joint" not in alone
    await town.api.post("/v1/households", {"number": "home", "members": ["QH000037"]}, "a-home-for-gu")
    page = await gu.open("/m/mall/scooter")
    assert 'href="/m/family/joint?reward=scooter"' in page
    assert 'href="/m/family"' in page
    joint = await gu.open("/m/family/joint?reward=scooter")
    assert "电动滑板车" in said(joint)
    assert "/m/family/joint" not in await gu.open("/m/mall/coffee")


async def test_a_reward_that_is_none_stops(town: Town) -> None:
    """An unknown code has no page, and no quote."""
    lin = await town.client("lin")
    await lin.open("/m/mall/nothing", 404)
    answer = await lin.send("/m/mall/nothing/quote", "/m/mall/coffee")
    assert answer.status_code == 404


async def test_what_is_handed_over_for_cash_is_had_at_the_counter(town: Town) -> None:
    """The page shows the way there and has no form; who sends one anyway is refused, and nothing moves."""
    lin = await town.client("lin")
    before = await available(town, "lin")
    page = await lin.open("/m/mall/latte")
    assert "这件要在店里换" in said(page)
    assert 'action="/m/mall/latte/quote"' not in page
    answer = await lin.send("/m/mall/latte/quote", "/m/mall/coffee")
    assert answer.status_code == 422
    assert "这件要在店里付现金时换" in said(answer.text)
    assert await available(town, "lin") == before


# From the first click to the last.


async def test_points_and_cash_from_the_mall_to_the_order(town: Town) -> None:
    """The price stays, the button names it, it is taken once, and the order says what is paid there."""
    lin = await town.client("lin")
    before = await available(town, "lin")
    assert 'href="/m/mall/coffee"' in await lin.open("/m/mall")
    assert "积分加现金" in said(await lin.open("/m/mall/coffee"))
    quote = await quoted(lin, "coffee", count="2")
    page = await lin.open(quote)
    assert "用 2,000 积分换 2 件" in said(page)
    assert "保留到 10:45" in said(page)
    assert "¥18.00" in page
    assert await available(town, "lin") == before
    hidden = {name: page.split(f'name="{name}" value="', 1)[1].split('"', 1)[0] for name in ("csrf", "key")}
    first = await lin.client.post(f"{quote}/redeem", data=hidden)
    again = await lin.client.post(f"{quote}/redeem", data=hidden)
    assert first.status_code == again.status_code == 303
    assert first.headers["location"] == again.headers["location"]
    assert await available(town, "lin") == before - 2000
    order = said(await lin.open(first.headers["location"]))
    assert f"换好了。用了 2,000 积分，还有 {before - 2000:,}。" in order
    assert "要付 ¥18.00，付了 ¥0.00" in order
    used = await lin.client.get(quote)
    assert used.headers["location"] == first.headers["location"]


async def test_a_quote_is_honoured_until_it_ends_and_not_after(town: Town) -> None:
    """At 10:44 the price of today is still there; at 10:45 nothing moves, and a new one is a press away."""
    lin = await town.client("lin")
    before = await available(town, "lin")
    quote = await quoted(lin, "lipstick")
    await town.clock(TODAY + timedelta(minutes=15))
    over = await redeemed_late(lin, quote)
    assert over.status_code == 409
    assert "报价在 10:45 过期了" in said(over.text)
    assert await available(town, "lin") == before
    page = await lin.open(quote)
    assert "重新报价" in page
    again = await lin.send("/m/mall/lipstick/quote", quote, count="1", merchant="muyan")
    assert again.status_code == 303
    answer = await redeemed(lin, again.headers["location"])
    assert answer.headers["location"].startswith("/m/orders/")
    assert await available(town, "lin") == before - 3000


async def redeemed_late(browser: Browser, quote: str) -> httpx.Response:
    """The button of a quote that has ended meanwhile, pressed on the page of before."""
    return await browser.send(f"{quote}/redeem", "/m/mall/coffee")


async def test_what_was_spent_elsewhere_is_said_before_the_button(town: Town) -> None:
    """A quote holds a price and no points: its page says what is missing now."""
    await town.given("gu", 1000)
    gu = await town.client("gu")
    quote = await quoted(gu, "coffee")
    await town.given("gu", -400)
    page = await gu.open(quote)
    assert "积分不够，差 400" in said(page)
    assert "/redeem" not in page
    answer = await gu.send(f"{quote}/redeem", quote)
    assert answer.status_code == 409
    assert "积分不够，差 400" in said(answer.text)


async def test_the_last_one_goes_to_one_of_two(town: Town) -> None:
    """S23: both hold a quote; who is second is told, and keeps the points."""
    left = (await town.api.get("/v1/rewards/lipstick"))["reward"]["left"]
    await town.given("gu", 3000)
    lin, gu = await town.client("lin"), await town.client("gu")
    first = await quoted(gu, "lipstick")
    for _ in range(left):
        await town.given("lin", 3000)
        answer = await redeemed(lin, await quoted(lin, "lipstick"))
        assert answer.status_code == 303
    answer = await gu.send(f"{first}/redeem", "/m/mall/breakfast")
    assert answer.status_code == 409
    assert "不够了" in said(answer.text)
    assert "还剩 0 件，你要 1 件。" in said(answer.text)
    assert await available(town, "gu") == 3000
    assert "不够了" in said(await gu.open("/m/mall/lipstick"))


async def test_evidence_is_the_only_green_and_only_while_it_is_valid(town: Town) -> None:
    """On the card and on the reward; withdrawn, both say nothing of it."""
    lin = await town.client("lin")
    assert "有机凭证" not in said(await lin.open("/m/mall?all=1"))
    span = {"valid_from": "2026-01-01T00:00:00+08:00", "valid_until": "2027-01-01T00:00:00+08:00"}
    await town.api.post("/v1/evidence", {"code": "00125000001082185", "kind": "organic", **span})
    card = (await lin.open("/m/mall?all=1")).split('href="/m/mall/veg-box"', 1)[1].split("</li>", 1)[0]
    assert "有机凭证" in said(card)
    assert 'class="chip grn"' in await lin.open("/m/mall/veg-box")
    await town.api.delete("/v1/evidence/00125000001082185")
    assert "有机凭证" not in said(await lin.open("/m/mall?all=1"))


async def test_a_benefit_takes_no_points(town: Town) -> None:
    """Who has five thousand may have it once a month; then the page says so."""
    lin = await town.client("lin")
    before = await available(town, "lin")
    quote = await quoted(lin, "lounge")
    assert "领一份，不扣积分" in said(await lin.open(quote))
    answer = await redeemed(lin, quote)
    assert "换好了，没有扣积分。" in said(await lin.open(answer.headers["location"]))
    assert await available(town, "lin") == before
    page = said(await lin.open("/m/mall/lounge"))
    assert "次数用完了" in page
    assert "还能换 0 件，你要 1 件。" in page


async def test_what_is_anothers_is_not_there(town: Town) -> None:
    """A quote is its member's alone: to read, and to redeem."""
    lin, chen = await town.client("lin"), await town.client("chen")
    quote = await quoted(lin, "breakfast")
    before = await available(town, "lin")
    await chen.open(quote, 404)
    answer = await chen.send(f"{quote}/redeem", "/m/mall/breakfast")
    assert answer.status_code == 404
    assert await available(town, "lin") == before
    await lin.open("/m/mall/quote/not-an-id", 404)


async def test_a_form_without_its_token_does_nothing(town: Town) -> None:
    """It is refused before anything is asked, and nothing is quoted or taken."""
    lin = await town.client("lin")
    quote = await quoted(lin, "breakfast")
    before = await available(town, "lin")
    answer = await lin.client.post(f"{quote}/redeem", data={"key": "12345678"})
    assert answer.status_code == 403
    assert await available(town, "lin") == before
