"""Journeys at the till, from the code on a phone to the member's wallet: S03, S04, S08, S09, S26."""

import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from jifen.parties.keys import Key
from jifen.parties.staff import StaffBook
from jifen.site.inside import Inside
from tests.browser.furnished import PEOPLE, Furnished
from tests.browser.windows import window
from tests.looking import DESK, PHONE

pytestmark = pytest.mark.browser

TILL = (1280, 800)
NUMBERS = {"lin": "QH000040", "gu": "QH001023", "chen": "QH000853", "guyu": "QH002312"}


@pytest.fixture(autouse=True)
def _real_time(furnished: Furnished, monkeypatch: pytest.MonkeyPatch) -> None:
    """Codes go by the real time again after each journey."""
    monkeypatch.setattr(furnished.house, "wall", furnished.house.wall)


async def operator(furnished: Furnished) -> Inside:
    """The interface with the operator's right: for what happened before a journey."""
    program = await furnished.house.catalog.by_code(furnished.program.code)
    return Inside(furnished.house, program, Key(program.id, None, "journeys"))


async def endow(furnished: Furnished, who: str, points: int) -> None:
    """See to it that a member has so many points at the least, whatever other journeys spent."""
    api = await operator(furnished)
    balances = (await api.get(f"/v1/members/{NUMBERS[who]}/balance"))["balances"]
    missing = points - balances["point"]["available"]
    if missing > 0:
        body = {"member": NUMBERS[who], "points": missing, "reason": "for a journey"}
        await api.post("/v1/adjustments", body, secrets.token_hex(8))


async def clock(furnished: Furnished) -> datetime:
    """The alliance's clock, which stands until it is set on."""
    program = await furnished.house.catalog.by_code(furnished.program.code)
    at: datetime = program.test_clock
    return at


async def until(furnished: Furnished, at: datetime) -> None:
    """Let the alliance's clock go on."""
    if at > await clock(furnished):
        await furnished.house.catalog.set_clock(furnished.program.id, at)


async def code_of(furnished: Furnished, browser: Browser, who: str) -> str:
    """What a member's phone shows to be typed in, once the time of all codes that were used is over."""
    await furnished.next_half_minute()
    async with window(furnished, browser, who, PHONE) as looking:
        await looking.page.goto(f"{furnished.address}/m/wallet")
        await looking.page.click(".code-button")
        shown = await looking.page.locator("#digits").inner_text()
    return re.sub(r"\D", "", shown)


async def in_wallet(furnished: Furnished, browser: Browser, who: str, language: str = "zh") -> int:
    """What stands in the member's own wallet."""
    async with window(furnished, browser, who, PHONE, language) as looking:
        await looking.page.goto(f"{furnished.address}/m/wallet")
        return figure(await looking.page.locator(".balance .fig").inner_text())


async def purchases(furnished: Furnished, who: str) -> int:
    """How many purchases the books have of a member."""
    wallet = await furnished.house.members.by_phone(furnished.program.id, PEOPLE[who])
    counted = await furnished.house.pool.fetchval(
        "SELECT count(*) FROM entry WHERE wallet = $1 AND kind = 'purchase'", wallet
    )
    return int(counted)


def figure(text: str) -> int:
    """The whole number in a text, with its commas and its true minus."""
    found = re.search(r"[−-]?[\d,]+", text)
    assert found is not None, text
    return int(found[0].replace(",", "").replace("−", "-"))


async def identify(page: Page, code: str) -> None:
    """Scan a code, as a scanner does: digits and Enter."""
    await page.fill("#scan", code)
    await page.press("#scan", "Enter")
    await expect(page.locator(".person")).to_be_visible()


async def due(page: Page, amount: str) -> None:
    """Wait until so much is to be paid, and it is quoted."""
    await expect(page.locator("#due")).to_have_text(re.compile(rf"^¥\s*{re.escape(amount)}$"))
    await expect(page.locator(".stale-now")).to_have_count(0)
    await expect(page.locator("#pay")).to_be_enabled()


async def pay(page: Page) -> str:
    """Enter, held down a little too long; the receipt's text."""
    await page.keyboard.down("Enter")
    await page.keyboard.down("Enter")
    await page.keyboard.up("Enter")
    await page.wait_for_url("**/till/receipts/**")
    return await page.locator("main").inner_text()


def rule(page: Page, words: str) -> Locator:
    """The row of a rule among what is earned."""
    return page.locator(".gains .rule", has_text=words)


async def test_s03_a_bill_is_paid_in_points_and_money(furnished: Furnished, browser: Browser) -> None:
    """200 yuan: 10,000 points by a button, − and the slider, 100.00 in money; Enter, once."""
    await endow(furnished, "gu", 10_000)
    code, before = await code_of(furnished, browser, "gu"), await purchases(furnished, "gu")
    async with window(furnished, browser, "zhoumin", TILL) as looking:
        page = looking.page
        await page.goto(f"{furnished.address}/till")
        await identify(page, code)
        await expect(page.locator(".person")).to_contain_text("顾**")
        for digit in ("2", "00"):
            await page.click(f".keypad [data-digit='{digit}']")
        await due(page, "200.00")
        await page.click(".quick button:has-text('100.00')")
        await due(page, "100.00")
        await page.click("#less")
        await due(page, "101.00")
        await page.press("#slider", "ArrowRight")
        await due(page, "100.00")
        await expect(page.locator("#points")).to_have_value("10,000")
        await expect(page.locator(".checkout")).to_contain_text("10,000")
        after = figure(await page.locator(".after b.fig").inner_text())
        receipt = await pay(page)
    assert "收了 ¥100.00 和 10,000 积分" in receipt
    assert f"会员现在有 {after:,} 积分" in receipt
    assert await purchases(furnished, "gu") == before + 1
    assert await in_wallet(furnished, browser, "gu") == after


async def test_s03_points_are_changed_and_enter_still_pays(furnished: Furnished, browser: Browser) -> None:
    """In English on a narrow screen: points are typed, then one step more by a touch, then Enter."""
    await endow(furnished, "lin", 2_000)
    code = await code_of(furnished, browser, "lin")
    async with window(furnished, browser, "zhoumin", PHONE, "en") as looking:
        page = looking.page
        await page.goto(f"{furnished.address}/till")
        await identify(page, code)
        await page.fill("#amount", "60")
        await due(page, "60.00")
        await page.fill("#points", "1500")
        await page.press("#points", "Enter")
        await due(page, "45.00")
        await page.click("#more")
        await due(page, "44.00")
        await expect(page.locator("#points")).to_have_value("1,600")
        after = figure(await page.locator(".after b.fig").inner_text())
        receipt = await pay(page)
        assert "¥44.00 taken and 1,600 pt" in receipt
        wide = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0
    assert await in_wallet(furnished, browser, "lin", "en") == after


async def test_s08_a_breakfast_earns_at_once(furnished: Furnished, browser: Browser) -> None:
    """Eight yuan: eight points and the new balance in the till's own answer, and in the wallet."""
    code, before = await code_of(furnished, browser, "chen"), await in_wallet(furnished, browser, "chen")
    async with window(furnished, browser, "zhoumin", TILL) as looking:
        page = looking.page
        await page.goto(f"{furnished.address}/till")
        await identify(page, code)
        await page.fill("#amount", "8")
        await due(page, "8.00")
        await expect(page.locator(".gains b.fig").first).to_have_text("+8")
        receipt = await pay(page)
        assert f"会员现在有 {before + 8:,} 积分" in receipt
        await page.keyboard.press("Enter")
        await expect(page.locator("#scan")).to_be_focused()
    assert await in_wallet(furnished, browser, "chen") == before + 8


async def test_s09_the_market_day_doubles_and_a_return_takes_it_back(
    furnished: Furnished, browser: Browser
) -> None:
    """120 yuan earn double where the market is, and nowhere else; back below 100 the double goes, once."""
    elsewhere = await code_of(furnished, browser, "guyu")
    async with window(furnished, browser, "xuyan", TILL) as looking:
        page = looking.page
        await page.goto(f"{furnished.address}/shop")
        await page.click("nav a[href='/till']")
        await page.click("button:has-text('八里桥店')")
        await identify(page, elsewhere)
        await page.fill("#amount", "120")
        await due(page, "120.00")
        await expect(rule(page, "每消费 1 元得 1 积分")).to_contain_text("+120")
        await expect(rule(page, "集市日")).to_have_count(0)
    code, before = await code_of(furnished, browser, "guyu"), await in_wallet(furnished, browser, "guyu")
    async with window(furnished, browser, "zhoumin", TILL) as looking:
        page = looking.page
        await page.goto(f"{furnished.address}/till")
        await expect(page.locator(".market")).to_contain_text("十三，赶集日")
        await identify(page, code)
        await page.fill("#amount", "120")
        await due(page, "120.00")
        await expect(rule(page, "集市日")).to_contain_text("+120")
        await pay(page)
        for amount, clawed in (("30", -120), ("10", 0)):
            await page.click("main a[href^='/till/return?number=']")
            await page.fill("#amount", amount)
            doubled = page.locator(".back-sums dl > div", has_text="集市日")
            await expect(page.locator("#pay")).to_contain_text(f"¥{amount}.00")
            await expect(doubled).to_have_count(1 if clawed else 0)
            if clawed:
                await expect(doubled).to_contain_text(f"−{-clawed}")
            said = await pay(page)
            assert f"退给顾客 ¥{amount}.00" in said
            await page.go_back()
            await page.click("nav a[href='/till/return']")
            await page.click("main .onward a >> nth=0")
    assert await in_wallet(furnished, browser, "guyu") == before + 80


async def test_s04_a_voucher_is_typed_saves_and_is_spent(furnished: Furnished, browser: Browser) -> None:
    """Five off fifty: shown on the phone, looked at in its tab, typed at the till, and spent."""
    await endow(furnished, "gu", 450)
    api = await operator(furnished)
    body = {"member": NUMBERS["gu"], "reward": "groceries-5-off-50"}
    await api.post("/v1/reward-redemptions", body, secrets.token_hex(8))
    async with window(furnished, browser, "gu", PHONE) as looking:
        page = looking.page
        await page.goto(f"{furnished.address}/m/orders")
        await page.click("main a[href^='/m/vouchers']")
        await page.click(".slip:has-text('禾田满 50 减 5') a")
        voucher = await page.locator(".digits").inner_text()
        address = page.url
    code = await code_of(furnished, browser, "gu")
    async with window(furnished, browser, "zhoumin", TILL) as looking:
        page = looking.page
        await page.goto(f"{furnished.address}/till/vouchers")
        await page.fill("#code", voucher)
        await page.fill("#amount", "60")
        await page.press("#amount", "Enter")
        await expect(page.locator(".checked.fits")).to_contain_text("¥55.00")
        await page.click("nav a[href='/till']")
        await identify(page, code)
        await page.fill("#amount", "60")
        await due(page, "60.00")
        await page.click(".slips summary")
        await page.fill("#voucher_code", voucher)
        await page.press("#voucher_code", "Enter")
        await due(page, "55.00")
        assert "¥55.00" in await pay(page)
        await page.click("nav a[href='/till/vouchers']")
        await page.fill("#code", voucher)
        await page.press("#code", "Enter")
        await expect(page.locator(".checked.no")).to_contain_text("这张券用过了")
    async with window(furnished, browser, "gu", PHONE) as looking:
        await looking.page.goto(address)
        await expect(looking.page.locator(".paper .chip")).to_have_text("用过了")
        await expect(looking.page.locator("#used + .pad")).to_contain_text("¥5.00")


async def test_what_was_paid_comes_back_whole(furnished: Furnished, browser: Browser) -> None:
    """Found among the store's newest, all of it back by Enter, the points to the wallet, and nothing left."""
    await endow(furnished, "chen", 100)
    before = await in_wallet(furnished, browser, "chen")
    code = await code_of(furnished, browser, "chen")
    async with window(furnished, browser, "zhoumin", TILL, "en") as looking:
        page = looking.page
        await page.goto(f"{furnished.address}/till")
        await identify(page, code)
        await page.fill("#amount", "36.50")
        await due(page, "36.50")
        await page.click("#more")
        await due(page, "35.50")
        await pay(page)
        number = (await page.locator("h1 .fig, .paper dt.fig").first.inner_text()).strip()
        await page.click("nav a[href='/till/return']")
        await page.click(f"main a[href$='{number}']")
        await page.click("#whole")
        await expect(page.locator("#pay")).to_contain_text("¥35.50")
        await expect(page.locator("#pay")).to_contain_text("100 pt")
        assert "¥35.50 and 100 pt given back" in await pay(page)
        await page.click("nav a[href='/till/return']")
        await page.fill("#scan", number)
        await page.press("#scan", "Enter")
        await expect(page.locator("main")).to_contain_text("All of it came back")
    assert await in_wallet(furnished, browser, "chen") == before


async def test_a_bill_is_held_and_taken_up_by_keys_alone(furnished: Furnished, browser: Browser) -> None:
    """F4 holds it and the next may come; Tab and Enter take it up as it was; F2 and Esc clear."""
    await endow(furnished, "lin", 100)
    code = await code_of(furnished, browser, "lin")
    async with window(furnished, browser, "zhoumin", TILL) as looking:
        page, keys = looking.page, looking.page.keyboard
        await page.goto(f"{furnished.address}/till")
        await expect(page.locator("#scan")).to_be_focused()
        await keys.type(code)
        await keys.press("Enter")
        await expect(page.locator("#amount")).to_be_focused()
        await keys.type("18.60")
        await due(page, "18.60")
        await keys.press("F4")
        await expect(page.locator("#scan")).to_be_focused()
        held = page.locator("#parked button")
        await expect(held).to_contain_text("¥18.60 · 林**")
        await tab_to(page, held)
        await keys.press("Enter")
        await expect(page.locator(".person")).to_contain_text("林**")
        await due(page, "18.60")
        await expect(held).to_have_count(0)
        await tab_to(page, page.locator("#more"))
        await keys.press("Enter")
        await due(page, "17.60")
        await tab_to(page, page.locator("#pay"))
        await keys.press("Enter")
        await page.wait_for_url("**/till/receipts/**")
        assert "¥17.60" in await page.locator("main").inner_text()
        await keys.press("Escape")
        await expect(page.locator("#scan")).to_be_focused()


async def tab_to(page: Page, place: Locator) -> None:
    """Press Tab until a place has the focus, as it must have at last."""
    for _ in range(60):
        if await place.evaluate("one => one === document.activeElement"):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"Tab never comes to {place}")


async def test_the_till_keeps_bills_without_the_network(furnished: Furnished, browser: Browser) -> None:
    """Away: the banner, a bill kept by Enter; back: sent, once, and told in the day's figures."""
    before = await purchases(furnished, "chen")
    async with window(furnished, browser, "zhoumin", TILL) as looking:
        page = looking.page
        await page.goto(f"{furnished.address}/till")
        await looking.context.set_offline(True)
        await expect(page.locator("#away")).to_be_visible()
        await expect(page.locator("#away")).to_contain_text("断网了")
        await page.fill("#away-member", NUMBERS["chen"])
        await page.fill("#amount", "12.50")
        await page.keyboard.press("Enter")
        await expect(page.locator("#away-sum")).to_have_text("1 单，¥12.50")
        assert await purchases(furnished, "chen") == before
        await looking.context.set_offline(False)
        await expect(page.locator("#away")).to_be_hidden()
        await page.reload()
        await expect(page.locator("#away")).to_be_hidden()
        assert await purchases(furnished, "chen") == before + 1
        await page.click("nav a[href='/till/today']")
        await expect(page.locator("#offline-title + .wide-table tbody tr").first).to_be_visible()
        looking.faults = [one for one in looking.faults if "ERR_INTERNET_DISCONNECTED" not in one]


async def washer(furnished: Furnished) -> str:
    """The login of a cashier where cars are washed; added at the first time."""
    book, program = StaffBook(furnished.house.pool, furnished.house.vault), furnished.program
    login, store = "xiaobao", next(one for one in program.stores.values() if one.merchant.code == "anchi")
    if await book.by_login(login) is None:
        password, now = secrets.token_urlsafe(12), datetime.now(UTC)
        of = store.merchant.id
        await book.add(program.id, of, store.code, login, "洪小宝", "cashier", password, now, totp=False)
    return login


async def booked(furnished: Furnished, who: str, slot: datetime) -> str:
    """A car wash of today, booked by a member."""
    await endow(furnished, who, 1_500)
    body: dict[str, Any] = {"member": NUMBERS[who], "reward": "car-wash", "slot": slot.isoformat()}
    made = await (await operator(furnished)).post("/v1/reward-redemptions", body, secrets.token_hex(8))
    return str(made["id"])


async def test_s26_bookings_of_today_are_handed_over_or_missed(
    furnished: Furnished, browser: Browser
) -> None:
    """One is accepted and done; for the other nobody comes, and what that costs is said."""
    login, now = await washer(furnished), await clock(furnished)
    soon = now + timedelta(minutes=60)
    slot = soon.replace(minute=soon.minute // 30 * 30, second=0, microsecond=0)
    done, missed = await booked(furnished, "gu", slot), await booked(furnished, "lin", slot)
    balance = await in_wallet(furnished, browser, "lin")
    await until(furnished, slot + timedelta(minutes=1))
    async with window(furnished, browser, login, TILL) as looking:
        page = looking.page
        await page.goto(f"{furnished.address}/till")
        await page.click("nav a[href='/till/vouchers']")
        for order, step, then in (
            (done, "confirm", "fulfil"),
            (done, "fulfil", ""),
            (missed, "confirm", "no-show"),
        ):
            await page.click(f"form[action$='/{order}/{step}'] button")
            await expect(page.locator(f"form[action$='/{order}/{step}']")).to_have_count(0)
            await expect(page.locator(f"form[action$='/{order}/{then}']")).to_have_count(1 if then else 0)
        nobody = page.locator("details.no-show", has=page.locator(f"form[action$='/{missed}/no-show']"))
        await nobody.locator("summary").click()
        await expect(nobody).to_contain_text("1,500 积分算用掉，不退")
        await nobody.locator("button").click()
        await expect(nobody).to_have_count(0)
    assert await in_wallet(furnished, browser, "lin") == balance
    async with window(furnished, browser, "gu", PHONE) as looking:
        await looking.page.goto(f"{furnished.address}/m/orders/{done}")
        await expect(looking.page.locator("main .chip").first).to_have_text("已完成")


@pytest.mark.parametrize("size", [TILL, DESK, PHONE], ids=["till", "desk", "phone"])
async def test_every_tab_of_the_till_is_whole(
    furnished: Furnished, browser: Browser, size: tuple[int, int]
) -> None:
    """Four tabs, nothing wider than the window, in either size."""
    async with window(furnished, browser, "zhoumin", size) as looking:
        for path in ("/till", "/till/return", "/till/vouchers", "/till/today"):
            await looking.at(path)
