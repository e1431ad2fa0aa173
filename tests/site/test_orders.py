"""Orders, bookings and vouchers of a member: what follows is said before the button, and then is so."""

import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.site.goods import mall_town
from tests.site.test_mall import available, quoted, redeemed, said
from tests.site.town import TODAY, Browser, Town, Towns


@pytest.fixture(scope="module")
async def town(towns: Towns) -> AsyncIterator[Town]:
    """A town with a mall: Lin has 20,000 points."""
    async with mall_town(towns) as made:
        await made.given("lin", 20_000)
        yield made


@pytest.fixture(autouse=True)
async def at_ten(town: Town) -> AsyncIterator[None]:
    """Each test begins on the town's day."""
    await town.clock(TODAY)
    yield
    await town.clock(TODAY)


async def ordered(browser: Browser, reward: str, **fields: str) -> str:
    """The address of an order, from the reward's form by its quote to the button."""
    answer = await redeemed(browser, await quoted(browser, reward, **fields))
    assert answer.status_code == 303, said(answer.text)
    where = str(answer.headers["location"])
    assert where.startswith("/m/orders/")
    return where


async def lots(town: Town, who: str) -> Any:
    """What is left of each lot, with its date."""
    told = await town.api.get(f"/v1/members/{town.number(who)}/lots")
    return sorted((lot["expires_at"], lot["remaining"]) for lot in told["lots"] if lot["remaining"])


def times(page: str) -> list[str]:
    """The times that can be chosen on a reward's page."""
    return re.findall(r'name="slot" form="ask" value="([^"]+)" required>', page)


async def book(browser: Browser, reward: str, at: datetime) -> str:
    """The order of a booking, its time chosen among those of its day's page."""
    page = await browser.open(f"/m/mall/{reward}?day={at.date().isoformat()}")
    [wanted] = [one for one in times(page) if datetime.fromisoformat(one) == at]
    return await ordered(browser, reward, slot=wanted)


def today(hour: int, minute: int = 0) -> datetime:
    """A time of the town's day."""
    return TODAY.replace(hour=hour, minute=minute)


# Orders.


async def test_an_order_goes_through_its_steps_with_their_times(town: Town) -> None:
    """Placed, confirmed, handed over: each with its time and its entry; what is paid there is told."""
    lin = await town.client("lin")
    order = await ordered(lin, "coffee")
    of = order.rsplit("/", 1)[1]
    page = said(await lin.open(order))
    assert "等商家确认" in page
    assert "换好了 11-21 10:30" in page
    shelf = await (await town.client("hezhiyuan")).open("/console/rewards")
    taken = re.search(r'rewards/coffee".*?<td class="num minor">(\d+)</td><td><span', shelf, re.DOTALL)
    assert taken is not None
    assert taken[1] == "1", "what was taken a moment ago counts"
    await town.clock(TODAY + timedelta(minutes=10))
    await town.api.post(f"/v1/orders/{of}/confirm", {}, f"confirm-{of}")
    await town.clock(TODAY + timedelta(minutes=50))
    await town.api.post(f"/v1/orders/{of}/fulfil", {"cash_fen": 900}, f"fulfil-{of}")
    page = said(await lin.open(order))
    assert (
        page.index("换好了 11-21 10:30")
        < page.index("商家确认了 11-21 10:40")
        < page.index("交给你了 11-21 11:20")
    )
    assert "要付 ¥9.00，付了 ¥9.00" in page
    assert "取消" not in page
    assert "11 月 28 日前可以退" in page


async def test_a_cancelled_order_gives_all_back_to_the_very_lots(town: Town) -> None:
    """The page says what comes back where, the button does it once, and the step names the lots."""
    lin = await town.client("lin")
    before = await lots(town, "lin")
    order = await ordered(lin, "coffee")
    assert await lots(town, "lin") != before
    page = said(await lin.open(order))
    assert "取消，退回 1,000 积分" in page
    assert "到期日不变" in page
    answer = await lin.send(f"{order}/cancel", order)
    assert answer.headers["location"] == order
    assert "取消了。退回 1,000 积分。" in said(await lin.open(order))
    assert await lots(town, "lin") == before
    page = said(await lin.open(order))
    assert "你取消了" in page
    assert "退回这几笔" in page
    again = await lin.send(f"{order}/cancel", "/m/mall/coffee")
    assert again.status_code == 409
    assert "这一步现在做不了" in said(again.text)
    assert await lots(town, "lin") == before


async def test_a_dispute_needs_a_word_and_then_waits_for_a_person(town: Town) -> None:
    """Nothing said is refused with what was missing; what was said stands on the page."""
    lin = await town.client("lin")
    order = await ordered(lin, "coffee")
    empty = await lin.send(f"{order}/dispute", order, reason="  ")
    assert empty.status_code == 422
    assert "还没写怎么了" in said(empty.text)
    answer = await lin.send(f"{order}/dispute", order, reason="杯子是空的")
    assert answer.status_code == 303
    page = said(await lin.open(order))
    assert "有人在查" in page
    assert "杯子是空的" in page
    told = await town.api.get(order.replace("/m/", "/v1/"))
    assert (told["state"], told["by"]) == ("disputed", "member")


async def test_what_the_merchant_fails_to_give_comes_back_with_its_remedy(town: Town) -> None:
    """The reason, the lots, and what was published for that fault stand in the order."""
    lin = await town.client("lin")
    order = await ordered(lin, "coffee")
    of = order.rsplit("/", 1)[1]
    await town.api.post(
        f"/v1/orders/{of}/fail", {"reason": "机器坏了", "remedy": "unfulfilled"}, f"fail-{of}"
    )
    page = said(await lin.open(order))
    assert "没能提供" in page
    assert "机器坏了" in page
    assert "补偿了 100 积分" in page


async def test_the_list_has_its_parts_and_its_empty_states(town: Town) -> None:
    """Open ones first; who has none yet is led to the mall; who has others only is told so."""
    lin, chen = await town.client("lin"), await town.client("chen")
    nothing = await chen.open("/m/orders")
    assert "还没有订单" in said(nothing)
    assert 'href="/m/mall"' in nothing
    open_one = await ordered(lin, "coffee")
    done_one = await ordered(lin, "breakfast")
    here = await lin.open("/m/orders")
    assert open_one in here
    assert done_one not in here
    assert done_one in await lin.open("/m/orders?show=done")
    every = await lin.open("/m/orders?show=all")
    assert open_one in every
    assert done_one in every
    await town.given("chen", 800)
    await ordered(chen, "breakfast")
    waiting = await chen.open("/m/orders")
    assert "没有进行中的" in said(waiting)
    assert 'href="/m/orders?show=all"' in waiting


async def test_a_longer_list_has_pages(town: Town) -> None:
    """Twenty on a page; the next one begins where it ended, and leads back."""
    gu = await town.client("gu")
    await town.given("gu", 800 * 23)
    made = [await ordered(gu, "breakfast") for _ in range(23)]
    page = await gu.open("/m/orders?show=all")
    first = [one for one in made if one in page]
    assert len(first) == 20
    older = re.search(r'href="(/m/orders\?show=all&amp;cursor=[^"]+)"', page)
    assert older is not None
    second = await gu.open(older[1].replace("&amp;", "&"))
    assert [one for one in made if one in second] == [one for one in made if one not in first]
    assert 'href="/m/orders?show=all"' in second
    assert (await gu.open("/m/orders?show=all&cursor=nonsense")).count("/m/orders/") >= 20


async def test_what_is_anothers_is_not_there(town: Town) -> None:
    """An order and a voucher are their member's alone: to read, and to change."""
    lin, chen = await town.client("lin"), await town.client("chen")
    order = await ordered(lin, "coffee")
    slip = await ordered(lin, "groceries-10-off-100")
    found = re.search(r'href="(/m/vouchers/[^"]+)"', await lin.open(slip))
    assert found is not None
    await chen.open(order, 404)
    await chen.open(found[1], 404)
    await town.given("chen", 1)
    for step in ("cancel", "return", "dispute"):
        form = "/m/donate?charity=zhuxue&points=1"
        answer = await chen.send(f"{order}/{step}", form, reason="mine now")
        assert answer.status_code == 404, step
    assert (await town.api.get(order.replace("/m/", "/v1/")))["state"] == "placed"
    await lin.open("/m/orders/not-an-id", 404)
    await lin.open("/m/vouchers/not-an-id", 404)


# Bookings.


async def test_a_time_is_booked_and_its_place_is_taken(town: Town) -> None:
    """The policy stands before the button; the place is gone; the booking stands among those to come."""
    lin = await town.client("lin")
    page = await lin.open("/m/mall/yoga")
    assert "再晚取消，或者没有来，付的积分也退回" in said(page)
    assert "最早可约：今天 18:00" in said(page)
    order = await book(lin, "yoga", today(18))
    after = await lin.open("/m/mall/yoga")
    assert today(18) not in [datetime.fromisoformat(one) for one in times(after)]
    assert "最早可约：今天 19:00" in said(after)
    shown = said(await lin.open("/m/bookings"))
    assert "瑜伽一课" in shown
    assert "预约：今天 18:00" in shown
    assert order in await lin.open("/m/bookings")
    assert order not in await lin.open("/m/bookings?show=past")
    forced = await lin.send("/m/mall/yoga/quote", "/m/mall/yoga", slot=today(18).isoformat())
    assert forced.status_code == 422
    assert "这个时间没位置了" in said(forced.text)
    none = await lin.send("/m/mall/yoga/quote", "/m/mall/yoga")
    assert none.status_code == 422
    assert "还没选时间" in said(none.text)
    odd = await lin.send("/m/mall/yoga/quote", "/m/mall/yoga", slot=today(18, 7).isoformat())
    assert odd.status_code == 422
    assert "这个时间约不了" in said(odd.text)


async def test_who_lacks_points_books_the_same_times_for_money(town: Town) -> None:
    """S14: no points move, the place is taken, the order says what is paid there; a full time is refused."""
    lin, chen = await town.client("lin"), await town.client("chen")
    has = await available(town, "chen")
    page = await chen.open("/m/mall/car-wash?day=2026-11-22")
    assert "积分不够" in said(page)
    assert times(page) == times(await lin.open("/m/mall/car-wash?day=2026-11-22"))
    slot = times(page)[-1]
    answer = await chen.send("/m/mall/car-wash/quote", "/m/mall/car-wash", pay="cash", slot=slot, count="1")
    look = answer.headers["location"]
    assert "约好，到店付 ¥25.00" in said(await chen.open(look))
    made = await chen.send("/m/mall/car-wash/cash", look, slot=slot, count="1")
    order = said(await chen.open(made.headers["location"]))
    assert "约好了，到店付 ¥25.00。" in order
    assert "要付 ¥25.00，付了 ¥0.00" in order
    assert await available(town, "chen") == has
    for _ in range(2):
        await chen.send("/m/mall/car-wash/cash", look, slot=slot, count="1")
    full = await chen.send("/m/mall/car-wash/cash", look, slot=slot, count="1")
    assert full.status_code == 409
    assert "这个时间没位置了" in said(full.text)
    assert slot not in times(await lin.open("/m/mall/car-wash?day=2026-11-22"))
    await chen.open("/m/mall/car-wash/cash?slot=never", 422)
    await chen.open("/m/mall/coffee/cash", 404)


async def test_cancelled_in_time_all_comes_back(town: Town) -> None:
    """Until four hours before, as the page says; the place is free again."""
    lin = await town.client("lin")
    before = await lots(town, "lin")
    order = await book(lin, "car-wash", today(16))
    page = said(await lin.open(order))
    assert "今天 12:00 前取消，积分全部退回。" in page
    assert "取消，退回 2,500 积分" in page
    await town.clock(today(12))
    answer = await lin.send(f"{order}/cancel", order)
    assert answer.status_code == 303
    assert await lots(town, "lin") == before
    assert order in await lin.open("/m/bookings?show=past")
    assert order not in await lin.open("/m/bookings")


async def test_cancelled_late_the_points_count_as_used(town: Town) -> None:
    """The page says so on the very button, and so it is."""
    lin = await town.client("lin")
    order = await book(lin, "car-wash", today(16))
    paid = await available(town, "lin")
    await town.clock(today(12, 1))
    page = said(await lin.open(order))
    assert "今天 12:00 已经过了：现在取消，积分算用掉了" in page
    assert "取消，不退 2,500 积分" in page
    assert "取消，退回" not in page
    answer = await lin.send(f"{order}/cancel", order)
    assert answer.status_code == 303
    assert await available(town, "lin") == paid
    assert "按预约前说明的，积分算用掉了" in said(await lin.open(order))


async def test_who_did_not_come_reads_why_the_points_are_gone(town: Town) -> None:
    """The till says that nobody came; the order tells when, and by which rule."""
    lin = await town.client("lin")
    order = await book(lin, "car-wash", today(13))
    of = order.rsplit("/", 1)[1]
    await town.clock(today(13, 20))
    await town.api.post(f"/v1/orders/{of}/no-show", {}, f"no-show-{of}")
    page = said(await lin.open(order))
    assert "约好的时间没有来 11-21 13:20" in page
    assert "按预约前说明的，积分算用掉了" in page
    assert order in await lin.open("/m/bookings?show=past")


# Vouchers.


async def slip_of(browser: Browser, order: str) -> str:
    """The address of the only voucher of an order."""
    found = re.findall(r'href="(/m/vouchers/[^"]+)"', await browser.open(order))
    assert len(found) == 1
    return str(found[0])


def code_on(page: str) -> str:
    """The code that a voucher's page shows."""
    found = re.search(r'<p class="digits[^"]*">([0-9A-Z-]+)</p>', page)
    assert found is not None
    return found[1]


async def test_a_voucher_is_shown_scanned_and_then_says_where_it_was_used(town: Town) -> None:
    """Its code in groups of four is the one that the till finds; a bill locks it, and uses it up."""
    lin = await town.client("lin")
    slip = await slip_of(lin, await ordered(lin, "groceries-10-off-100"))
    page = await lin.open(slip)
    code = code_on(page)
    assert re.fullmatch(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){3}", code)
    assert "满 ¥100.00，减 ¥10.00" in said(page)
    assert 'class="qr"' in page
    assert 'class="barcode"' in page
    checked = await town.api.post("/v1/voucher-checks", {"code": code, "store": "S367", "amount": 12000})
    assert checked["voucher"] == slip.rsplit("/", 1)[1]
    body = {"member": "QH000012", "store": "S367", "amount": 12000, "vouchers": [code]}
    bill = await town.api.post("/v1/bills", body, "bill-for-a-slip")
    assert "收银台占着" in said(await lin.open(slip))
    assert slip in await lin.open("/m/vouchers")
    cash = {"cash_fen": bill["bill"]["cash_fen"]}
    await town.api.post(f"/v1/bills/{bill['bill']['id']}/capture", cash, "capture-for-a-slip")
    used = await lin.open(slip)
    assert "用过了" in said(used)
    assert "禾田超市 柳河镇店" in said(used)
    assert "¥10.00" in said(used)
    assert 'class="qr"' not in used
    assert slip not in await lin.open("/m/vouchers")
    assert slip in await lin.open("/m/vouchers?show=spent")


async def test_an_unused_voucher_is_given_back_and_a_used_one_is_not(town: Town) -> None:
    """Its points return to their lots; goods have no such button, and no such way."""
    lin = await town.client("lin")
    before = await lots(town, "lin")
    order = await ordered(lin, "groceries-10-off-100")
    slip = await slip_of(lin, order)
    assert "退券，退回 1,000 积分" in said(await lin.open(order))
    answer = await lin.send(f"{order}/return", order)
    assert answer.status_code == 303
    assert await lots(town, "lin") == before
    assert "退掉了" in said(await lin.open(slip))
    goods = await ordered(lin, "breakfast")
    assert f'action="{goods}/return"' not in await lin.open(goods)
    forced = await lin.send(f"{goods}/return", goods)
    assert forced.status_code == 404
    assert (await town.api.get(goods.replace("/m/", "/v1/")))["state"] == "fulfilled"


async def test_a_voucher_that_presses_says_how_many_days(town: Town) -> None:
    """Seven days before its last one; past it, it stands among the expired."""
    lin = await town.client("lin")
    slip = await slip_of(lin, await ordered(lin, "groceries-10-off-100"))
    await town.clock(TODAY + timedelta(days=55))
    assert "还有 5 天" in said(await lin.open("/m/vouchers"))
    await town.clock(TODAY + timedelta(days=61))
    assert slip not in await lin.open("/m/vouchers")
    assert slip in await lin.open("/m/vouchers?show=gone")
    assert "过期了" in said(await lin.open(slip))


# Gifts.


async def test_what_is_given_stands_in_the_public_tally(town: Town) -> None:
    """A lunch by its quote and 333 points by number; then a stranger reads the sums, and no name."""
    lin, stranger = await town.client("lin"), await town.client()
    before = await available(town, "lin")
    order = await ordered(lin, "school-lunch")
    page = said(await lin.open(order))
    assert "捐好了。捐了 500 积分" in page
    assert "还能怎么办" not in page
    look = "/m/donate?charity=zhuxue&points=333"
    assert "捐 333 积分给青禾助学基金会" in said(await lin.open(look))
    assert await available(town, "lin") == before - 500
    answer = await lin.send("/m/donate", look, charity="zhuxue", points="333")
    assert answer.headers["location"] == "/m/donate"
    assert await available(town, "lin") == before - 833
    tally = said(await stranger.open("/tally?programme=qinghe"))
    told = (await town.api.get("/v1/members/QH000012/entries", limit=1))["entries"]
    assert told[0]["kind"] == "donate"
    assert "青禾助学基金会" in tally
    assert "833" in tally
    assert "2 次，1 人" in tally
    assert "林小满" not in tally
    assert "QH000012" not in tally
    english = await town.client("", "en")
    assert "Public donation tally" in said(await english.open("/tally?programme=qinghe"))


async def test_a_gift_is_never_more_than_there_is(town: Town) -> None:
    """What is missing is said with what could be given; a word is no number; a merchant is no charity."""
    lin = await town.client("lin")
    has = await available(town, "lin")
    page = await lin.open(f"/m/donate?charity=zhuxue&points={has + 7}")
    assert "积分不够，差 7" in said(page)
    assert f"改捐 {has:,}" in said(page)
    assert "捐了就不退回" not in said(page)
    answer = await lin.send(
        "/m/donate", "/m/donate?charity=zhuxue&points=1", charity="zhuxue", points=str(has + 7)
    )
    assert answer.status_code == 409
    assert "没看懂捐多少" in said(await lin.open("/m/donate?charity=zhuxue&points=-5"))
    answer = await lin.send("/m/donate", "/m/donate?charity=zhuxue&points=1", charity="hetian", points="5")
    assert answer.status_code == 422
    assert await available(town, "lin") == has
