"""Journeys at the till: S03 and S08 from the code to the receipt, a return, and without the network."""

import re

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.furnished import Furnished
from tests.browser.windows import window
from tests.looking import DESK, PHONE

pytestmark = pytest.mark.browser

TILL = (1280, 800)


async def code_of(furnished: Furnished, browser: Browser, who: str) -> str:
    """What a member's phone shows to be typed in: the digits below the code."""
    async with window(furnished, browser, who, PHONE) as looking:
        await looking.page.goto(f"{furnished.address}/m/code")
        shown = await looking.page.locator("#digits").inner_text()
    return re.sub(r"\D", "", shown)


async def identify(page: Page, code: str) -> None:
    """Scan a code, as a scanner does: digits and Enter."""
    await page.fill("#scan", code)
    await page.press("#scan", "Enter")
    await page.wait_for_load_state()


def figure(text: str) -> int:
    """The whole number in a text, with its commas and its true minus."""
    found = re.search(r"[−-]?[\d,]+", text)
    assert found is not None, text
    return int(found[0].replace(",", "").replace("−", "-"))


@pytest.mark.parametrize(
    ("who", "language", "size"), [("gu", "zh", TILL), ("lin", "en", PHONE)], ids=["zh-desk", "en-phone"]
)
async def test_s03_a_bill_is_paid_in_points_and_money(
    furnished: Furnished, browser: Browser, who: str, language: str, size: tuple[int, int]
) -> None:
    """Code, amount, points, Enter: what is due, what is earned and what is left add up."""
    code = await code_of(furnished, browser, who)
    async with window(furnished, browser, "zhoumin", size, language) as looking:
        page = looking.page
        await page.goto(f"{furnished.address}/till")
        await identify(page, code)
        await page.fill("#amount", "200")
        await page.press("#amount", "Enter")
        await expect(page.locator("#pay")).to_be_enabled()
        await page.locator("#less, #more").first.wait_for()
        await page.click("#more")
        await expect(page.locator("#pay")).to_be_enabled()
        due = await page.locator("#due").inner_text()
        assert 0 < float(due.replace("¥", "").replace(",", "").strip()) <= 200
        after = figure(await page.locator(".after b.fig").inner_text())
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/till/receipts/**")
        said = await page.locator("main").inner_text()
        assert f"{after:,}" in said
    async with window(furnished, browser, who, PHONE, language) as looking:
        await looking.page.goto(f"{furnished.address}/m/wallet")
        assert figure(await looking.page.locator(".balance .fig").inner_text()) == after


async def test_s08_a_breakfast_earns_at_once(furnished: Furnished, browser: Browser) -> None:
    """Eight yuan: the till says what was earned and the new balance in the same answer."""
    code = await code_of(furnished, browser, "chen")
    async with window(furnished, browser, "zhoumin", TILL) as looking:
        page = looking.page
        await page.goto(f"{furnished.address}/till")
        await identify(page, code)
        await page.fill("#amount", "8")
        await page.press("#amount", "Enter")
        await expect(page.locator("#pay")).to_be_enabled()
        gained = figure(await page.locator(".gains b.fig").first.inner_text())
        assert gained >= 8
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/till/receipts/**")
        assert f"+{gained}" in await page.locator("main").inner_text()


async def test_what_was_paid_comes_back_at_the_till(furnished: Furnished, browser: Browser) -> None:
    """The newest receipt of the store is taken back in part: money and points by tender, read aloud, once."""
    code = await code_of(furnished, browser, "guyu")
    async with window(furnished, browser, "zhoumin", TILL) as looking:
        page = looking.page
        await page.goto(f"{furnished.address}/till")
        await identify(page, code)
        await page.fill("#amount", "120")
        await page.press("#amount", "Enter")
        await expect(page.locator("#pay")).to_be_enabled()
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/till/receipts/**")
        await page.goto(f"{furnished.address}/till/return")
        await page.locator("main a[href*='/till/return?']").first.click()
        await page.wait_for_load_state()
        await expect(page.locator("main h1")).to_be_attached()
        await page.fill("input[name=amount]", "20")
        await page.press("input[name=amount]", "Enter")
        await page.wait_for_load_state("networkidle")
        await expect(page.locator("#back, button[formaction='/till/return/back']").first).to_be_enabled()
        await page.locator("#back, button[formaction='/till/return/back']").first.click()
        await page.wait_for_load_state("networkidle")
        assert "20.00" in await page.locator("main").inner_text()


async def test_the_till_keeps_working_without_the_network(furnished: Furnished, browser: Browser) -> None:
    """Away: the banner says so, a bill is kept here; back: it is sent, once."""
    async with window(furnished, browser, "zhoumin", TILL) as looking:
        page = looking.page
        await page.goto(f"{furnished.address}/till")
        await looking.context.set_offline(True)
        await expect(page.locator("#away")).to_be_visible(timeout=30_000)
        await looking.context.set_offline(False)
        await expect(page.locator("#away")).to_be_hidden(timeout=30_000)
        looking.faults = [one for one in looking.faults if "ERR_INTERNET_DISCONNECTED" not in one]


@pytest.mark.parametrize("size", [TILL, DESK, PHONE], ids=["till", "desk", "phone"])
async def test_every_tab_of_the_till_is_whole(
    furnished: Furnished, browser: Browser, size: tuple[int, int]
) -> None:
    """Four tabs, nothing wider than the window, in either size."""
    async with window(furnished, browser, "zhoumin", size) as looking:
        for path in ("/till", "/till/return", "/till/vouchers", "/till/today"):
            await looking.at(path)
