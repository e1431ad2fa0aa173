"""Journeys of a merchant's manager: a receipt explained, a cashier who then signs in, stock added."""

import re
import secrets

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.furnished import Furnished
from tests.browser.test_till_journeys import NUMBERS, figure, operator
from tests.browser.windows import window
from tests.looking import DESK, PHONE

pytestmark = pytest.mark.browser

PASSWORD = "seven green seedlings"


async def sold(page: Page, store: str) -> int:
    """How many purchases the day's page tells of a store."""
    row = page.locator("#stores").locator("xpath=ancestor::section").locator("tr", has_text=store)
    return figure(await row.locator("td").first.inner_text())


@pytest.mark.parametrize(("language", "size"), [("zh", DESK), ("en", PHONE)], ids=["zh-desk", "en-phone"])
async def test_a_receipt_of_today_is_explained(
    furnished: Furnished, browser: Browser, language: str, size: tuple[int, int]
) -> None:
    """From the day's figures to a store's receipts, to one receipt: its points are the sum of its reasons."""
    async with window(furnished, browser, "xuyan", size, language) as looking:
        page = looking.page
        await page.goto(f"{furnished.address}/shop")
        before = await sold(page, "柳河镇店")
        body = {"member": NUMBERS["chen"], "store": "s367", "amount": 5_200}
        bought = await (await operator(furnished)).post("/v1/purchases", body, secrets.token_hex(8))
        await page.reload()
        assert await sold(page, "柳河镇店") == before + 1
        await page.click("#stores >> xpath=ancestor::section >> a:has-text('柳河镇店')")
        why = page.locator(f"a[href='/shop/receipts/{bought['id']}']")
        line = page.locator("tbody tr", has=why)
        points = figure(await line.locator(".signed").inner_text())
        assert points >= 52
        await why.click()
        await expect(page.locator("#given")).to_be_visible()
        given = await page.locator("#given").locator("xpath=ancestor::section").inner_text()
        assert f"{points}" in given
        reasons = page.locator("#given").locator("xpath=ancestor::section").locator(".tolds > li")
        each = [figure(await one.locator(".signed").inner_text()) for one in await reasons.all()]
        assert sum(each) == points
        assert "¥52.00" in given
        await page.click(".crumbs a[href='/shop/receipts']")
        await expect(page.locator("table.list tbody tr").first).to_be_visible()


async def test_a_cashier_is_added_signs_in_and_is_let_go(furnished: Furnished, browser: Browser) -> None:
    """The new cashier stands at that till until the manager says no more."""
    login = f"linqiao-{secrets.token_hex(3)}"
    async with (
        window(furnished, browser, "xuyan", DESK) as manager,
        window(furnished, browser, "", DESK) as cashier,
    ):
        page, till = manager.page, cashier.page
        await page.goto(f"{furnished.address}/shop")
        await page.click("nav a[href='/shop/staff'] >> visible=true")
        await page.fill("#f-name", "林桥")
        await page.fill("#f-login", login)
        await page.select_option("#f-store", label="柳河镇店")
        await page.fill("#f-password", PASSWORD)
        await page.press("#f-password", "Enter")
        await expect(page.locator(".said.done")).to_contain_text(f"{login} 可以登录了")
        person = page.locator(".people li", has_text=login)
        await expect(person).to_contain_text("柳河镇店")
        await till.goto(f"{furnished.address}/staff")
        await till.fill("input[name=login]", login)
        await till.fill("input[name=password]", PASSWORD)
        await till.press("input[name=password]", "Enter")
        await till.wait_for_url("**/till")
        await expect(till.locator(".place")).to_contain_text("禾田超市 柳河镇店")
        await expect(till.locator(".place")).to_contain_text("林桥")
        await person.locator("form[action$='/disable'] button").click()
        await expect(page.locator(".said.done")).to_contain_text("林桥 停用了")
        await till.click("nav a[href='/till/today']")
        await expect(till).to_have_url(re.compile(r"/staff\?next=/till/today$"))


async def test_stock_is_added(furnished: Furnished, browser: Browser) -> None:
    """Seven more of a thing: the page counts them, and so does the operator's."""
    async with window(furnished, browser, "xuyan", DESK) as looking:
        page = looking.page
        await page.goto(f"{furnished.address}/shop")
        await page.click("nav a[href='/shop/rewards'] >> visible=true")
        row = page.locator(".shelves tbody tr", has=page.locator(".restock")).first
        path = (
            str(await row.locator("form").get_attribute("action"))
            .removeprefix("/shop")
            .removesuffix("/stock")
        )
        left = figure(await row.locator("td").nth(5).inner_text())
        await row.locator("input[name=count]").fill("7")
        await row.locator("input[name=count]").press("Enter")
        await expect(page.locator(".said.done")).to_contain_text("补了 7")
        assert figure(await row.locator("td").nth(5).inner_text()) == left + 7
    async with window(furnished, browser, "hezhiyuan", DESK) as looking:
        page = looking.page
        await page.goto(f"{furnished.address}/console")
        await page.click("nav a[href='/console/rewards'] >> visible=true")
        await page.fill("#f-q", path.removeprefix("/rewards/"))
        await page.press("#f-q", "Enter")
        await page.click(f"main th a[href='/console{path}']")
        await expect(page.locator("section[aria-labelledby=stock] dd").first).to_have_text(f"{left + 7:,}")
        await expect(page.locator("section[aria-labelledby=stock] tbody tr").first).to_contain_text("+7")
