"""The till in a real browser: by the keyboard alone, without the network, in every size."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
import uvicorn
from playwright.async_api import Browser, Page, expect

from jifen.site.visit import SESSION_COOKIE
from tests.looking import DESK, PHONE, SMALL, Colours, Looking, browser, look, serious
from tests.site.till_town import LIST, card_of
from tests.site.town import Town

__all__ = ["browser"]

pytestmark = pytest.mark.browser

TILL = (1024, 700)


@pytest.fixture(scope="module")
async def address(shop: Town) -> AsyncIterator[str]:
    """The town on a port."""
    place = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(shop.app, log_level="warning", lifespan="off"))
    running = asyncio.create_task(server.serve(sockets=[place]))
    try:
        yield f"http://127.0.0.1:{place.getsockname()[1]}"
    finally:
        server.should_exit = True
        await running
        place.close()


async def desk(
    town: Town, browser: Browser, address: str, size: tuple[int, int] = DESK, colours: Colours = "light"
) -> Looking:
    """周敏's till."""
    looking = await look(browser, address, size, colours)
    cookies = [{"name": SESSION_COOKIE, "value": await town.token("zhoumin"), "url": address}]
    await looking.context.add_cookies(cookies)  # type: ignore[arg-type]
    await looking.page.goto(f"{address}/till")
    return looking


async def quoted(page: Page, card: str, amount: str) -> None:
    """A member and an amount by the keyboard, until the button names what is to be paid."""
    await page.keyboard.type(card)
    await page.keyboard.press("Enter")
    await expect(page.locator("#other")).to_be_visible()
    await expect(page.locator("#amount")).to_be_focused()
    await page.keyboard.type(amount)
    await expect(page.locator("#pay")).to_be_enabled()


async def available(town: Town, who: str) -> int:
    """The member's available points."""
    found: int = (await town.balance(who))["balances"]["point"]["available"]
    return found


async def test_a_bill_by_the_keyboard_and_once(shop: Town, browser: Browser, address: str) -> None:
    """Scan, Enter, amount, points by arrows, Enter: paid once, though Enter is pressed three times."""
    await shop.given("gu", 15_420)
    looking = await desk(shop, browser, address)
    page = looking.page
    await quoted(page, await card_of(shop, "gu"), "200")
    await page.locator("#slider").focus()
    await page.keyboard.press("ArrowRight")
    await expect(page.locator("#due")).to_contain_text("199.00")
    await page.locator("label:has(#use-best)").click()
    await expect(page.locator("#due")).to_contain_text("100.00")
    await expect(page.locator("#pay")).to_contain_text("收 ¥100.00，完成")
    await page.locator("#amount").focus()
    for _ in range(3):
        await page.keyboard.press("Enter")
    await page.wait_for_url("**/till/receipts/*")
    assert await available(shop, "gu") == 5_620
    await expect(page.locator("h1")).to_contain_text("收好了")
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{address}/till")
    assert await available(shop, "gu") == 5_620
    assert [one for one in looking.faults if "ERR_ABORTED" not in one] == []
    await looking.context.close()


async def test_held_bills_wait_on_this_machine(shop: Town, browser: Browser, address: str) -> None:
    """F4 holds the bill and says where; it is taken up as it was; Esc clears, F2 changes the member."""
    await shop.given("lin", 5_000)
    looking = await desk(shop, browser, address)
    page = looking.page
    await quoted(page, await card_of(shop, "lin"), "60")
    await page.locator("#points").fill("1000")
    await page.keyboard.press("Enter")
    await expect(page.locator("#due")).to_contain_text("50.00")
    await page.keyboard.press("F4")
    await expect(page.locator("#parked")).to_contain_text("挂在本机的单")
    await expect(page.locator("#other")).to_have_count(0)
    await page.locator("#parked button").click()
    await expect(page.locator("#due")).to_contain_text("50.00")
    await expect(page.locator("#parked")).to_be_hidden()
    await page.keyboard.press("F2")
    await expect(page.locator("#scan")).to_be_focused()
    await expect(page.locator("#amount")).to_have_value("60.00")
    await page.keyboard.press("Escape")
    await expect(page.locator("#amount")).to_have_value("")
    await looking.context.close()


async def test_without_the_network_earning_is_kept(shop: Town, browser: Browser, address: str) -> None:
    """Away: earning is kept and counted, spending waits; back: each is booked once, or it is said why not."""
    card = await card_of(shop, "chen")
    before = await available(shop, "chen")
    looking = await desk(shop, browser, address)
    page = looking.page
    await looking.context.set_offline(True)
    await expect(page.locator("#away")).to_contain_text("断网了，只能记，不能用")
    await expect(page.locator("#pay")).to_be_hidden()
    for member, amount in ((card, "128"), (shop.number("chen"), "84.60"), ("QH999999", "200")):
        await page.locator("#away-member").fill(member)
        await page.locator("#amount").fill(amount)
        await page.keyboard.press("Enter")
    await expect(page.locator("#away-sum")).to_have_text("3 单，¥412.60")
    await page.keyboard.press("Escape")
    await expect(page.locator("#away-sum")).to_have_text("3 单，¥412.60")
    assert await available(shop, "chen") == before
    await looking.context.set_offline(False)
    await expect(page.locator("#away-refused")).to_contain_text("第 3 单没补上：没有这个会员")
    assert await available(shop, "chen") == before + 256 + 84
    await page.locator("#away-refused button").click()
    await expect(page.locator("#away")).to_be_hidden()
    await page.reload()
    await expect(page.locator("#away")).to_be_hidden()
    assert await available(shop, "chen") == before + 256 + 84
    await looking.context.close()


@pytest.mark.parametrize("size", [TILL, PHONE, SMALL], ids=["till", "phone", "small"])
async def test_the_button_is_in_sight(
    shop: Town, browser: Browser, address: str, size: tuple[int, int]
) -> None:
    """From 1024 by 700 due and button are seen at once; nothing scrolls sideways; controls are large."""
    await shop.given("gu", 1_000)
    looking = await desk(shop, browser, address, size)
    page = looking.page
    await quoted(page, await card_of(shop, "gu"), "200")
    wide = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0
    if size == TILL:
        await expect(page.locator("#pay")).to_be_in_viewport(ratio=1)
        await expect(page.locator("#due")).to_be_in_viewport(ratio=1)
    heights = await page.evaluate(
        "[...document.querySelectorAll('main button, main input')]"
        ".filter(one => !['hidden', 'radio', 'checkbox'].includes(one.type))"
        ".filter(one => one.checkVisibility() && !one.classList.contains('unseen'))"
        ".map(one => [one.id || one.textContent.trim(), one.getBoundingClientRect().height])"
    )
    assert [one for one in heights if one[1] < 44] == []
    pay = await page.locator("#pay").bounding_box()
    assert pay is not None
    assert pay["height"] >= 72
    await looking.context.close()


@pytest.mark.parametrize("colours", ["light", "dark"])
async def test_everybody_can_use_it(shop: Town, browser: Browser, address: str, colours: Colours) -> None:
    """A quoted bill, its receipt and the page that takes it back: axe finds nothing serious."""
    await shop.given("gu", 12_000)
    looking = await desk(shop, browser, address, DESK, colours)
    page = looking.page
    assert await serious(page) == []
    await page.locator("details.list summary").click()
    await page.locator("#lines").fill(LIST)
    await page.locator("details.list button").click()
    await page.locator("#scan").fill(await card_of(shop, "gu"))
    await page.keyboard.press("Enter")
    await expect(page.locator("#pay")).to_be_enabled()
    await page.locator("label:has(#use-best)").click()
    await expect(page.locator("#pay")).to_contain_text("收 ¥100.00，完成")
    assert await serious(page) == []
    await page.locator("#pay").click()
    await page.wait_for_url("**/till/receipts/*")
    assert await serious(page) == []
    await page.locator("a[href*='return?number']").click()
    await page.locator("#line-3").check()
    await expect(page.locator("#pay")).to_contain_text("退 ¥12.80 和 1,280 积分")
    assert await serious(page) == []
    for path in ("/till/vouchers", "/till/today", "/till/return"):
        await page.goto(address + path)
        assert await serious(page) == []
    await looking.context.close()
