"""Journeys through the doors: a member by code, a new member by invitation (S22), staff by password."""

import msgspec
import pytest
from playwright.async_api import Browser, expect

from tests.browser.furnished import Furnished
from tests.browser.windows import window
from tests.looking import DESK, PHONE

pytestmark = pytest.mark.browser


async def last_code(furnished: Furnished) -> str:
    """The code of the last message to a phone, as its owner reads it."""
    row = await furnished.house.pool.fetchrow(
        "SELECT fields FROM message WHERE event = 'sign_in_code' ORDER BY put_at DESC, id DESC LIMIT 1"
    )
    fields = msgspec.json.decode(row["fields"], type=dict[str, str | int])
    return str(fields["code"]).replace(" ", "")


@pytest.mark.parametrize(("language", "size"), [("zh", PHONE), ("en", DESK)], ids=["zh-phone", "en-desk"])
async def test_a_member_signs_in_by_code_and_out_again(
    furnished: Furnished, browser: Browser, language: str, size: tuple[int, int]
) -> None:
    """Phone, a wrong code that says what is left, the right one, the wallet, and out from the settings."""
    async with window(furnished, browser, "", size, language) as looking:
        page = looking.page
        await page.goto(f"{furnished.address}/m/wallet")
        assert page.url == f"{furnished.address}/sign-in?next=/m/wallet"
        await page.fill("input[name=phone]", "1990000" + ("0037" if language == "zh" else "2312"))
        await page.click("main form button")
        await page.wait_for_url("**/sign-in/code**")
        code = await last_code(furnished)
        await page.fill("input[name=code]", f"{(int(code) + 1) % 10**6:06}")
        looking.expected = 422
        await page.click("main form button")
        await expect(page.locator(".wrong")).to_be_visible()
        await page.fill("input[name=code]", code)
        await page.click("main form button")
        await page.wait_for_url("**/m/wallet")
        await expect(page.locator("h1")).to_be_visible()
        await page.goto(f"{furnished.address}/m/me/sessions")
        await page.click("form[action='/sign-out'] button")
        await page.goto(f"{furnished.address}/m/wallet")
        assert "/sign-in" in page.url


async def test_s22_a_friend_comes_by_a_link_and_reads_the_terms_first(
    furnished: Furnished, browser: Browser
) -> None:
    """The link of one member opens the door with who invited; before the first points the terms are read."""
    async with window(furnished, browser, "lin") as looking:
        await looking.page.goto(f"{furnished.address}/m/me/referral")
        link = await looking.page.evaluate(
            "[...document.querySelectorAll('input, a, p, span')]"
            ".map(e => e.value || e.href || e.textContent).find(t => t && t.includes('/sign-in?invite='))"
        )
    path = "/sign-in?invite=" + link.split("/sign-in?invite=")[1].split()[0]
    async with window(furnished, browser) as looking:
        page = looking.page
        await page.goto(furnished.address + path)
        await page.fill("input[name=phone]", "19900009876")
        await page.click("main form button")
        await page.wait_for_url("**/sign-in/code**")
        await page.fill("input[name=code]", await last_code(furnished))
        await page.click("main form button")
        await page.wait_for_url("**/sign-in/terms**")
        await expect(page.locator(".material li").first).to_be_visible()
        await page.fill("input[name=name]", "新来的")
        await page.check("input[name=accept]")
        await page.click("main form button.main")
        await page.wait_for_url("**/m/**")
        await page.goto(f"{furnished.address}/m/wallet")
        await expect(page.locator(".balance .fig")).to_have_text("0")
    wallet = await furnished.house.members.by_phone(furnished.small.program.id, "19900009876")
    inviter = await furnished.house.pool.fetchval("SELECT inviter FROM wallet WHERE id = $1", wallet)
    lin = await furnished.house.members.by_phone(furnished.small.program.id, "19900000012")
    assert inviter == lin


HOMES = {
    "zhoumin": "/till",
    "xuyan": "/shop",
    "hezhiyuan": "/console",
    "shenruyi": "/console/adjustments",
    "liangheng": "/console",
}


@pytest.mark.parametrize("login", HOMES)
async def test_staff_land_where_their_work_is(furnished: Furnished, browser: Browser, login: str) -> None:
    """By the log-ins that the demo prints; a wrong password says nothing about who exists."""
    known = next(one for one in furnished.small.log_ins if one.login == login)
    language = "en" if login in ("xuyan", "liangheng") else "zh"
    async with window(furnished, browser, "", DESK, language) as looking:
        page = looking.page
        await page.goto(f"{furnished.address}/staff")
        await page.fill("input[name=login]", login)
        await page.fill("input[name=password]", "not the password")
        looking.expected = 422
        await page.click("main form button")
        await expect(page.locator("[role=alert]")).to_be_visible()
        await page.fill("input[name=password]", known.password)
        await page.click("main form button")
        await page.wait_for_url(f"**{HOMES[login]}")
        await expect(page.locator("h1").first).to_be_attached()
        await page.goto(f"{furnished.address}/m/wallet")
        looking.expected = 403
        assert "/m/wallet" in page.url
