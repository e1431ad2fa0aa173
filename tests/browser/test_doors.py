"""Journeys through the doors: a member by code, a new member by invitation (S22), staff by password."""

import re
from uuid import uuid4

import msgspec
import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.furnished import PEOPLE, Furnished
from tests.browser.windows import window
from tests.looking import DESK, PHONE, Looking

pytestmark = pytest.mark.browser


async def codes(furnished: Furnished) -> dict[str, str]:
    """The codes that were sent, by the key of the message. The clock stands: none is the last one."""
    rows = await furnished.house.pool.fetch("SELECT key, fields FROM message WHERE event = 'sign_in_code'")
    fields = {row["key"]: msgspec.json.decode(row["fields"], type=dict[str, str | int]) for row in rows}
    return {key: str(said["code"]).replace(" ", "") for key, said in fields.items()}


async def ask_for_code(furnished: Furnished, page: Page, phone: str) -> str:
    """Ask for a code at the door, and read it as the owner of the phone does."""
    before = await codes(furnished)
    await page.fill("input[name=phone]", phone)
    await page.click("main form button")
    await page.wait_for_url("**/sign-in/code**")
    now = await codes(furnished)
    (key,) = now.keys() - before.keys()
    return now[key]


async def sign_out(looking: Looking) -> None:
    """Out, from the page of the devices. The browser says aloud that it clears what the site has kept."""
    await looking.page.click("form[action='/sign-out'] button")
    await looking.page.wait_for_url("**/sign-in**")
    looking.faults = [one for one in looking.faults if "Clear-Site-Data" not in one]


@pytest.mark.parametrize(
    ("language", "size", "who"), [("zh", PHONE, "gu"), ("en", DESK, "guyu")], ids=["zh-phone", "en-desk"]
)
async def test_a_member_signs_in_by_code_and_out_again(
    furnished: Furnished, browser: Browser, language: str, size: tuple[int, int], who: str
) -> None:
    """Phone, a wrong code that says what is left, the right one, the wallet, and out from the devices."""
    async with window(furnished, browser, "", size, language) as looking:
        page = looking.page
        await page.goto(f"{furnished.address}/m/wallet")
        assert page.url == f"{furnished.address}/sign-in?next=/m/wallet"
        code = await ask_for_code(furnished, page, PEOPLE[who])
        await page.fill("input[name=code]", f"{(int(code) + 1) % 10**6:06}")
        looking.expected = 422
        await page.click("main form button")
        await expect(page.locator(".wrong")).to_contain_text("4")
        await page.fill("input[name=code]", code)
        await page.click("main form button")
        await page.wait_for_url("**/m/wallet")
        await expect(page.locator(".balance .fig")).to_be_visible()
        await page.click(".tabbar a[href='/m/me']")
        await page.click("a[href='/m/me/sessions']")
        await sign_out(looking)
        await page.goto(f"{furnished.address}/m/wallet")
        await expect(page.locator("input[name=phone]")).to_be_visible()


async def friends_waiting(page: Page) -> int:
    """How many friends wait for their first order, by the inviter's page."""
    await page.click(".tabbar a[href='/m/me']")
    await page.click("a[href='/m/me/referral']")
    said = re.search(r"(\d+) 位在等", await page.locator("main").inner_text())
    assert said is not None
    return int(said[1])


async def test_s22_a_friend_comes_by_a_link_and_reads_the_terms_first(
    furnished: Furnished, browser: Browser
) -> None:
    """The link of one member opens the door with who invited; before the first points the terms are read."""
    phone = f"19901{uuid4().int % 10**6:06}"
    async with window(furnished, browser, "lin") as inviter:
        await inviter.page.goto(f"{furnished.address}/m/wallet")
        waited = await friends_waiting(inviter.page)
        link = await inviter.page.locator(".qr-box .address").inner_text()
        assert "尾号" in await inviter.page.locator(".inbox").inner_text()
        async with window(furnished, browser) as looking:
            page = looking.page
            await page.goto(link)
            await page.fill("input[name=code]", await ask_for_code(furnished, page, phone))
            await page.click("main form button")
            await page.wait_for_url("**/sign-in/terms**")
            await expect(page.locator(".material li").first).to_be_visible()
            await page.fill("input[name=name]", "新来的")
            looking.expected = 422
            await page.click("main form button.main")
            await expect(page.locator("p.wrong[role=alert]")).to_be_visible()
            await page.check("input[name=accept]")
            await page.click("main form button.main")
            await page.wait_for_url("**/m/wallet")
            await expect(page.locator(".balance .fig")).to_have_text("0")
            await page.click(".tabbar a[href='/m/me']")
            await expect(page.locator(".who h2")).to_have_text("新来的")
        assert await friends_waiting(inviter.page) == waited + 1
        await expect(inviter.page.locator(".inbox .chip").first).to_contain_text("等")
    members, program = furnished.house.members, furnished.program.id
    invited = await furnished.house.pool.fetchval(
        "SELECT inviter FROM referral WHERE invitee = $1", await members.by_phone(program, phone)
    )
    assert invited == await members.by_phone(program, PEOPLE["lin"])


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
    language = "en" if login in ("xuyan", "liangheng") else "zh"
    async with window(furnished, browser, "", DESK, language) as looking:
        page = looking.page
        await page.goto(f"{furnished.address}/staff")
        await page.fill("input[name=login]", login)
        await page.fill("input[name=password]", "not the password")
        looking.expected = 422
        await page.click("main form button")
        await expect(page.locator("[role=alert]")).to_be_visible()
        await page.fill("input[name=password]", furnished.keyring.password(login))
        await page.click("main form button")
        await page.wait_for_url(f"**{HOMES[login]}")
        await expect(page.locator("h1").first).to_be_attached()
        looking.expected = 403
        answer = await page.goto(f"{furnished.address}/m/wallet")
        assert answer is not None
        assert answer.status == 403
