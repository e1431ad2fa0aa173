"""Journeys of a member through mall, orders and gifts: S06, S14, S23 and S26, first click to last."""

import asyncio
import re

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.furnished import Furnished
from tests.browser.newcomers import available, lots, newcomer, put, told
from tests.browser.windows import window
from tests.looking import DESK, PHONE

pytestmark = pytest.mark.browser

BOTH = pytest.mark.parametrize(
    ("language", "size"), [("zh", PHONE), ("en", DESK)], ids=["zh-phone", "en-desk"]
)


async def open_mall(page: Page, address: str) -> None:
    """From the wallet to the mall."""
    await page.goto(f"{address}/m/wallet")
    await page.click(".tabbar a[href='/m/mall']")


async def search(page: Page, words: str) -> None:
    """Type into the search of the mall, and Enter."""
    await page.fill("input[name=q]", words)
    await page.press("input[name=q]", "Enter")
    await page.wait_for_url("**q=**")


async def quote(page: Page) -> None:
    """Ask for a quote on a reward's page."""
    await page.click("#ask button.main")
    await page.wait_for_url("**/m/mall/quote/**")


async def redeem(page: Page) -> None:
    """Take what the quote says; the order is the next page."""
    await page.click("form[data-while] button.main")
    await page.wait_for_url("**/m/orders/**")


@BOTH
async def test_s06_the_members_day_price_is_quoted_and_paid(
    furnished: Furnished, browser: Browser, language: str, size: tuple[int, int]
) -> None:
    """3,000 in place of 4,000 with its claim, a quote, the order with what to show at the store."""
    who = await newcomer(furnished, "毛晓禾", 5_000)
    async with window(furnished, browser, who.phone, size, language) as looking:
        page = looking.page
        await open_mall(page, furnished.address)
        await page.click(".pressing a")
        await expect(page.locator(".names .price .pts")).to_have_text("3,000")
        await expect(page.locator(".names s")).to_contain_text("4,000")
        # A quarter fewer points is a third more value each: never the same figure twice.
        await expect(page.locator(".names")).to_contain_text("25%")
        await expect(page.locator(".names")).to_contain_text("33.3%")
        await page.select_option("#f-store", "s361")
        await quote(page)
        await expect(page.locator("main")).to_contain_text("柳河镇店")
        await expect(page.locator(".sums-of")).to_contain_text("2,000")
        assert await available(furnished, who) == 5_000
        await redeem(page)
        await expect(page.locator(".digits")).to_be_visible()
        await expect(page.locator(".kv-of")).to_contain_text("柳河镇店")
        await page.click(".tabbar a[href='/m/orders']")
        await expect(page.locator(".orders li")).to_have_count(1)
        await expect(page.locator(".orders li")).to_contain_text("3,000")
        await page.click(".tabbar a[href='/m/wallet']")
        await expect(page.locator(".balance .fig")).to_have_text("2,000")
    assert await available(furnished, who) == 2_000


@BOTH
async def test_s23_the_mall_is_searched_and_says_what_is_missing(
    furnished: Furnished, browser: Browser, language: str, size: tuple[int, int]
) -> None:
    """A category, a search among what can be had, the switch, and a refusal with the ways out of it."""
    who = await newcomer(furnished, "高月明", 1_000)
    category, words = ("粮油日用", "大米") if language == "zh" else ("Food and drink", "rice")
    async with window(furnished, browser, who.phone, size, language) as looking:
        page = looking.page
        await open_mall(page, furnished.address)
        for price in await page.locator(".reward .pts").all_inner_texts():
            assert int(price.replace(",", "")) <= 1_000
        await page.click(f".mall-ask .chips a:text-is('{category}')")
        await expect(page.locator(".mall-ask .chips a[aria-current]")).to_have_text(category)
        await page.locator(".mall-ask .chips a").first.click()
        await search(page, words)
        await expect(page.locator(".reward")).to_have_count(0)
        await expect(page.locator(".empty")).to_contain_text("3,500")
        await page.uncheck("input[name=only]")
        await expect(page.locator(".reward")).to_have_count(3 if language == "en" else 2)
        rice = page.locator(".reward a[href='/m/mall/rice-5kg']")
        await expect(rice).to_contain_text("2,500")
        await rice.click()
        await expect(page.locator("[role=alert]")).to_contain_text("2,500")
        await expect(page.locator("[role=alert] .code")).to_contain_text("insufficient_points")
        await expect(page.locator("#ask")).to_have_count(0)
        await page.click("[role=alert] a[href='/m/mall']")
        await expect(page.locator("input[name=only]")).to_be_checked()
    assert await available(furnished, who) == 1_000


async def press(page: Page) -> bool:
    """Take what the quote says; whether the order is there then."""
    async with page.expect_navigation():
        await page.click("form[data-while] button.main")
    return "/m/orders/" in page.url


async def test_s23_two_race_for_the_last_piece(furnished: Furnished, browser: Browser) -> None:
    """Both hold a quote for the last one and press at once; who comes second is told, and pays nothing."""
    people = [await newcomer(furnished, name, 7_000) for name in ("赵秋实", "周冬青")]
    found = (await told(furnished, "/v1/rewards?q=桂花"))["rewards"]
    if not next(one["left"] for one in found if one["code"] == "perfume"):
        await put(furnished, "/v1/stocks", code="perfume", count=1)
    async with (
        window(furnished, browser, people[0].phone) as one,
        window(furnished, browser, people[1].phone, DESK, "en") as other,
    ):
        pages = [one.page, other.page]
        for page, words in zip(pages, ("香水", "scent"), strict=True):
            await open_mall(page, furnished.address)
            await search(page, words)
            await page.click(".reward a[href='/m/mall/perfume']")
            await page.select_option("#f-store", "s361")
            await quote(page)
        one.expected = other.expected = 409
        won = await asyncio.gather(*(press(page) for page in pages))
        assert sorted(won) == [False, True]
        page = pages[won.index(False)]
        said = "0 are left, you asked for 1." if won[0] else "还剩 0 件，你要 1 件。"
        await expect(page.locator("[role=alert]")).to_contain_text(said)
        await expect(page.locator("[role=alert] .code")).to_contain_text("out_of_stock")
        await page.click(".tabbar a[href='/m/wallet']")
        await expect(page.locator(".balance .fig")).to_have_text("7,000")
    assert [await available(furnished, who) for who in people] == [200 if first else 7_000 for first in won]


@BOTH
async def test_s26_a_car_wash_is_booked_and_cancelled_in_time(
    furnished: Furnished, browser: Browser, language: str, size: tuple[int, int]
) -> None:
    """The rule stands there before one books; cancelled within it, the points go back to their own lot."""
    who = await newcomer(furnished, "吴青山", 2_000)
    before = await lots(furnished, who)
    async with window(furnished, browser, who.phone, size, language) as looking:
        page = looking.page
        await open_mall(page, furnished.address)
        await page.uncheck("input[name=only]")
        await search(page, "洗车" if language == "zh" else "car wash")
        await page.click(".reward a[href='/m/mall/car-wash']")
        await expect(page.locator(".later")).to_contain_text("4 小时" if language == "zh" else "4 hours")
        await page.locator(".card .chips a").nth(5).click()
        await page.locator(".time:not(.shut)").first.click()
        await page.select_option("#f-store", "s343")
        await quote(page)
        await expect(page.locator(".later")).to_contain_text("4 小时" if language == "zh" else "4 hours")
        await redeem(page)
        assert await available(furnished, who) == 500
        await page.click(".tabbar a[href='/m/orders']")
        await page.click(".subnav a[href='/m/bookings']")
        await page.locator(".orders a").first.click()
        await page.click("form[action$='/cancel'] button")
        await expect(page.locator(".said.done")).to_contain_text("1,500")
        await expect(page.locator(".steps")).to_contain_text(
            "你取消了" if language == "zh" else "ou cancelled"
        )
        await page.click(".tabbar a[href='/m/wallet']")
        await expect(page.locator(".balance .fig")).to_have_text("2,000")
    assert await lots(furnished, who) == before


async def test_s14_who_has_no_points_books_the_same_times_for_cash(
    furnished: Furnished, browser: Browser
) -> None:
    """The times are those of a member with points; it is booked, and paid in the store."""
    poor, rich = await newcomer(furnished, "李立新"), await newcomer(furnished, "王红梅", 5_000)
    times = []
    for who in (rich, poor):
        async with window(furnished, browser, who.phone) as looking:
            page = looking.page
            await open_mall(page, furnished.address)
            await page.uncheck("input[name=only]")
            await search(page, "宠物洗护")
            await page.click(".reward a[href='/m/mall/pet-bath']")
            await page.locator(".card .chips a").nth(3).click()
            times.append(await page.locator(".times").inner_text())
            if who is rich:
                continue
            await expect(page.locator("input[name=pay][value=cash]")).to_be_checked()
            await page.locator(".time:not(.shut)").first.click()
            await page.click("#ask button.main")
            await page.wait_for_url("**/cash**")
            await page.click("form[action*='/cash'] button.main")
            await page.wait_for_url("**/m/**")
            await expect(page.locator("main")).to_contain_text("¥45.00")
            await page.click(".tabbar a[href='/m/orders']")
            await page.click(".subnav a[href='/m/bookings']")
            await expect(page.locator(".orders li")).to_contain_text("宠物洗护")
    assert times[0] == times[1]


@BOTH
async def test_a_voucher_is_shown_and_given_back(
    furnished: Furnished, browser: Browser, language: str, size: tuple[int, int]
) -> None:
    """Its code stands there as bars, as a square and in digits; unused, it is given back for its points."""
    who = await newcomer(furnished, "孙佳怡", 1_000)
    async with window(furnished, browser, who.phone, size, language) as looking:
        page = looking.page
        await open_mall(page, furnished.address)
        await page.click(f".mall-ask .chips a:text-is('{'券' if language == 'zh' else 'Vouchers'}')")
        await page.click(".reward a[href='/m/mall/groceries-5-off-50']")
        await quote(page)
        await redeem(page)
        await page.click(".tabbar a[href='/m/orders']")
        await page.click(".subnav a[href='/m/vouchers']")
        await page.locator(".slip a").first.click()
        await expect(page.locator(".paper svg[role=img]")).to_have_count(2)
        digits = re.sub(r"\W", "", await page.locator(".paper .digits").inner_text())
        found = (await told(furnished, f"/v1/members/{who.number}/vouchers"))["vouchers"]
        assert [re.sub(r"\W", "", one["code"]) for one in found] == [digits]
        await page.click("ul.onward a[href*='/m/orders/']")
        await page.click("form[action$='/return'] button")
        await expect(page.locator(".said.done")).to_contain_text("450")
        await page.click(".tabbar a[href='/m/wallet']")
        await expect(page.locator(".balance .fig")).to_have_text("1,000")


@BOTH
async def test_a_gift_is_in_the_public_tally_afterwards(
    furnished: Furnished, browser: Browser, language: str, size: tuple[int, int]
) -> None:
    """Which points it takes, what is left, and that in the tally, which anybody may read, it is added."""
    who = await newcomer(furnished, "林望舒", 700)

    async def given() -> int:
        async with window(furnished, browser, "", size, language) as looking:
            await looking.page.goto(f"{furnished.address}/tally")
            return whole(await looking.page.locator(".charity dd").first.inner_text())

    before = await given()
    async with window(furnished, browser, who.phone, size, language) as looking:
        page = looking.page
        await open_mall(page, furnished.address)
        await page.click("a[href='/m/donate']")
        await page.fill("input[name=points]", "300")
        await page.click("form[action='/m/donate'] button")
        await expect(page.locator(".sums-of")).to_contain_text("400")
        assert await available(furnished, who) == 700
        await page.click("form.bottom button.main")
        await expect(page.locator(".said.done")).to_be_visible()
        await page.click(".tabbar a[href='/m/wallet']")
        await expect(page.locator(".balance .fig")).to_have_text("400")
    assert await given() == before + 300


def whole(text: str) -> int:
    """The first whole number of a text."""
    found = re.search(r"[\d,]+", text)
    assert found is not None, text
    return int(found[0].replace(",", ""))
