"""Journeys of a member through the own books and rights: S09, what lapses, the code, consents, objections."""

import json
import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, expect

from jifen.cli.demo.people import OTHERS, phone_of
from tests.browser.furnished import Furnished
from tests.browser.newcomers import newcomer, put, told
from tests.browser.test_member_journeys import whole
from tests.browser.windows import window
from tests.looking import DESK, PHONE
from tests.site.test_code_offline import KEPT

pytestmark = pytest.mark.browser

BOTH = pytest.mark.parametrize(
    ("language", "size"), [("zh", PHONE), ("en", DESK)], ids=["zh-phone", "en-desk"]
)
LAPSING = phone_of(OTHERS[10])
"""Somebody of the crowd with several lots that lapse at the end of the month."""

TABS = ("/m/wallet", "/m/mall", "/m/orders", "/m/family", "/m/me")


async def signed(figures: Locator) -> list[int]:
    """Figures with a sign, as whole numbers."""
    texts = await figures.all_inner_texts()
    return [int(re.sub(r"[^\d-]", "", one.replace("−", "-"))) for one in texts]


@BOTH
async def test_s09_a_market_day_is_explained_rule_by_rule(
    furnished: Furnished, browser: Browser, language: str, size: tuple[int, int]
) -> None:
    """The rules of the entry add up to it; what was not given stands below, each with the reason."""
    market = "集市日单笔满 100 元双倍" if language == "zh" else "Double points for 100 yuan"
    day = "农历十月十三，柳河镇店的集市日" if language == "zh" else "market day"
    async with window(furnished, browser, "lin", size, language) as looking:
        page = looking.page
        await page.goto(f"{furnished.address}/m/wallet")
        await page.click(".head a[href='/m/entries']")
        await page.click(".chips a[href='/m/entries?what=got']")
        await page.click("a.row:has-text('186.40')")
        await expect(page.locator("main section").first).to_contain_text(day)
        given = page.locator("section[aria-labelledby=given]")
        parts = await signed(given.locator(".told .signed"))
        assert sum(parts) == 431
        assert [sum(parts)] == await signed(page.locator(".sums .signed.big"))
        double = given.locator(".told", has_text=market)
        assert await signed(double.locator(".signed")) == [198]
        await expect(double).to_contain_text("柳河镇店")
        missed = page.locator("section[aria-labelledby=missed] .missed")
        assert await missed.count() >= 5
        for told_so in await missed.locator(".note").all_inner_texts():
            assert told_so.strip()
        await expect(
            missed.filter(has_text="8、18、28" if language == "zh" else "member days")
        ).to_have_count(1)
        await expect(page.locator("main a[href*='/m/me/appeals?entry=']")).to_be_visible()


@BOTH
async def test_what_lapses_first_can_be_seen_and_spent(
    furnished: Furnished, browser: Browser, language: str, size: tuple[int, int]
) -> None:
    """The wallet's figure is that of the first lots, all lots are the balance, the mall is a touch away."""
    async with window(furnished, browser, LAPSING, size, language) as looking:
        page = looking.page
        await page.goto(f"{furnished.address}/m/wallet")
        lapses = whole(await page.locator(".lapsing .what").first.inner_text())
        have = whole(await page.locator(".balance .fig").inner_text())
        await page.click(".lapsing a[href='/m/lots']")
        table = page.locator("table").first
        assert whole(await table.locator("tfoot").inner_text()) == have
        rows = await table.locator("tbody tr").all_inner_texts()
        first = rows[0][:10]
        assert sum(whole(row.split()[-1]) for row in rows if row.startswith(first)) == lapses
        await page.click(".tabbar a[href='/m/wallet']")
        await page.click(".lapsing a[href='/m/mall']")
        await expect(page.locator(".reward").first).to_be_visible()


async def test_history_is_filtered_and_turned(furnished: Furnished, browser: Browser) -> None:
    """Points that were used, and only those; and older pages, on which each entry stands once."""
    async with window(furnished, browser, "lin", DESK, "en") as looking:
        page = looking.page
        await page.goto(f"{furnished.address}/m/wallet")
        await page.click(".head a[href='/m/entries']")
        seen: list[str] = []
        for _ in range(3):
            rows = await page.locator("a.row").evaluate_all(
                "rows => rows.map(row => row.getAttribute('href'))"
            )
            assert not set(rows) & set(seen)
            seen += rows
            await page.click("a[rel=next]")
        numbers = [int(one.rsplit("/", 1)[1]) for one in seen]
        assert numbers == sorted(numbers, reverse=True)
        await page.click(".chips a[href='/m/entries?what=used']")
        await expect(page.locator(".chips a[aria-current]")).to_have_attribute("href", "/m/entries?what=used")
        await page.click("a.row:has-text('A car wash')")
        assert (await signed(page.locator(".sums .signed.big")))[0] == -1_500


async def test_the_code_is_shown_without_the_network(furnished: Furnished, browser: Browser) -> None:
    """After the first visit: the network goes, the page is loaded again, the digits are still there."""
    who = await newcomer(furnished, "郑清和", 800)
    before = await told(furnished, f"/v1/members/{who.number}/code")
    async with window(furnished, browser, who.phone) as looking:
        page = looking.page
        await page.goto(f"{furnished.address}/m/wallet")
        await page.evaluate(KEPT, 3)
        await looking.context.set_offline(True)
        await page.click("a.code-button")
        await expect(page.locator("#digits")).to_be_visible()
        digits = [await page.locator("#digits").inner_text()]
        await page.reload()
        await expect(page.locator("#digits")).to_be_visible()
        digits.append(await page.locator("#digits").inner_text())
        await expect(page.locator(".kept .chip")).to_be_visible()
        await expect(page.locator("main")).to_contain_text("800")
        await looking.context.set_offline(False)
    after = await told(furnished, f"/v1/members/{who.number}/code")
    # A half minute may end meanwhile.
    assert {re.sub(r"\s", "", one) for one in digits} <= {before["code"], after["code"]}


async def test_language_and_theme_hold_on_every_tab(furnished: Furnished, browser: Browser) -> None:
    """Dark from the settings, English by the switch of a page: both stay on each tab and back again."""
    async with window(furnished, browser, "gu") as looking:
        page = looking.page
        await page.goto(f"{furnished.address}/m/wallet")
        light = await page.evaluate("getComputedStyle(document.body).backgroundColor")
        await page.click(".tabbar a[href='/m/me']")
        await page.click("a[href='/m/me/settings']")
        await page.click("a[href='?theme=dark']")
        for tab in TABS:
            await page.click(f".tabbar a[href='{tab}']")
            await expect(page.locator(f".tabbar a[href='{tab}']")).to_have_attribute("aria-current", "page")
            assert await page.evaluate("getComputedStyle(document.body).backgroundColor") != light
            for language, word in (("en", "Wallet"), ("zh-CN", "钱包")):
                await page.click("header a[hreflang]")
                await expect(page.locator("html")).to_have_attribute("lang", language)
                await expect(page.locator(".tabbar a").first).to_have_text(word)
        await page.click("a[href='/m/me/settings']")
        await page.click("a[href='?theme=light']")
        await expect(page.locator("a[href='?theme=light']")).to_have_attribute("aria-current", "true")
        assert await page.evaluate("getComputedStyle(document.body).backgroundColor") == light


@BOTH
async def test_a_consent_is_given_and_withdrawn(
    furnished: Furnished, browser: Browser, language: str, size: tuple[int, int]
) -> None:
    """The same switch gives and withdraws, at once and in the books; each time is on the record."""
    who = await newcomer(furnished, "冯东篱")
    async with window(furnished, browser, who.phone, size, language) as looking:
        page = looking.page
        await page.goto(f"{furnished.address}/m/wallet")
        await page.click(".tabbar a[href='/m/me']")
        await page.click("a[href='/m/me/consents']")
        switch = page.locator("form[action='/m/me/consents/marketing'] button")
        for times, given in enumerate((True, False, True), start=1):
            await switch.click()
            await expect(page.locator(".said.done")).to_be_visible()
            await expect(switch).to_have_attribute("aria-checked", "true" if given else "false")
            found = await told(furnished, f"/v1/members/{who.number}/consents/marketing")
            assert (found["holds"], len(found["lines"])) == (given, times)
        await page.click("summary")
        await expect(page.locator(".consent").first.locator("details p, details li")).to_have_count(3)


async def test_a_message_is_new_once(furnished: Furnished, browser: Browser) -> None:
    """The first look marks it new, the next does not, and it leads to what it is about."""
    async with window(furnished, browser, "lin") as looking:
        page = looking.page
        await page.goto(f"{furnished.address}/m/wallet")
        await page.click("header a[href='/m/me/messages']")
        await expect(page.locator(".inbox .chip").first).to_be_visible()
        await expect(page.locator(".inbox")).to_contain_text("安驰车服已确认你的精致洗车一次")
        await page.reload()
        await expect(page.locator(".inbox .chip")).to_have_count(0)
        await page.locator(".inbox a.next[href='/m/orders']").first.click()
        await expect(page.locator(".subnav a[aria-current=page]")).to_have_attribute("href", "/m/orders")


async def test_an_objection_reaches_a_person(furnished: Furnished, browser: Browser) -> None:
    """From the entry itself to the list of those who decide; it waits there in the member's own words."""
    who = await newcomer(furnished, "程安然", 660)
    said = f"旧卡上有 960，只转来 660。{who.number}"
    async with window(furnished, browser, who.phone) as looking:
        page = looking.page
        await page.goto(f"{furnished.address}/m/wallet")
        await page.locator("a.row").first.click()
        await page.click("main a[href*='/m/me/appeals?entry=']")
        await page.fill("textarea[name=said]", said)
        await page.click("form[action='/m/me/appeals'] button")
        await expect(page.locator(".quoted")).to_have_text(said)
    async with window(furnished, browser, "hezhiyuan", DESK) as looking:
        await looking.page.goto(f"{furnished.address}/console")
        await looking.page.locator("a[href='/console/appeals']").first.click()
        await expect(looking.page.locator("main")).to_contain_text(said)


@BOTH
async def test_all_of_ones_data_is_taken_along(
    furnished: Furnished, browser: Browser, language: str, size: tuple[int, int], tmp_path: Path
) -> None:
    """One file: the balance, every entry and every consent, as the books have them."""
    who = await newcomer(furnished, "曹星野", 1_234)
    async with window(furnished, browser, who.phone, size, language) as looking:
        page = looking.page
        await page.goto(f"{furnished.address}/m/wallet")
        await page.click(".tabbar a[href='/m/me']")
        await page.click("a[href='/m/me/data']")
        async with page.expect_download() as coming:
            await page.click("a[href='/m/me/data/export']")
        file = tmp_path / "export.json"
        await (await coming.value).save_as(file)
    found = file.read_text("utf-8")
    assert isinstance(json.loads(found), dict)
    assert who.number in found
    assert "1234" in found


async def test_other_devices_are_signed_out(furnished: Furnished, browser: Browser) -> None:
    """Out everywhere but here, from here: the other phone finds the door, this one its wallet."""
    who = await newcomer(furnished, "袁北辰")
    async with (
        window(furnished, browser, who.phone) as here,
        window(furnished, browser, who.phone, DESK, "en") as there,
    ):
        for page in (there.page, here.page):
            await page.goto(f"{furnished.address}/m/wallet")
            await page.click(".tabbar a[href='/m/me']")
        await here.page.click("a[href='/m/me/sessions']")
        await here.page.click("form[action='/m/me/sessions/close-others'] button")
        await expect(here.page.locator(".said.done")).to_be_visible()
        await there.page.click(".tabbar a[href='/m/wallet']")
        await expect(there.page.locator("input[name=phone]")).to_be_visible()
        await here.page.click(".tabbar a[href='/m/wallet']")
        await expect(here.page.locator(".balance .fig")).to_have_text("0")


async def test_a_first_purchase_moves_the_wallet(furnished: Furnished, browser: Browser) -> None:
    """Who came today sees nothing yet; after a purchase the entry is there, and what is still to come."""
    who = await newcomer(furnished, "彭长河")
    async with window(furnished, browser, who.phone) as looking:
        page = looking.page
        await page.goto(f"{furnished.address}/m/wallet")
        await expect(page.locator(".empty")).to_be_visible()
        await put(furnished, "/v1/purchases", member=who.number, store="s361", amount=4_000, channel="till")
        await page.reload()
        await expect(page.locator(".balance .fig")).to_have_text("40")
        await expect(page.locator(".cells .fig").first).to_have_text("50")
        await page.locator("a.row").first.click()
        await expect(page.locator("section[aria-labelledby=given]")).to_contain_text("首单 50 积分")
