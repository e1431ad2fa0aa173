"""Takes the pictures of docs/tour: pages of the demo, as each role sees them: [demo] [pictures] [first]."""

import asyncio
import secrets
import sys
from datetime import UTC, datetime
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

from jifen.cli.demo.desk import Desk
from jifen.cli.demo.keyring import Keyring
from jifen.cli.demo.log_ins import MEMBERS
from jifen.cli.demo.people import CHUNSHENG
from jifen.cli.opening import Opened, opened
from jifen.cli.serving import running
from jifen.parties.programs import Program
from jifen.parties.sessions import Sessions
from jifen.parties.staff import StaffBook
from jifen.site.visit import SESSION_COOKIE
from tests.looking import ARGUMENTS, chromium

ROOT = Path(__file__).resolve().parents[1]
TOUR = ROOT / "docs" / "tour"
HIGH_MOST = 2_600
"""Of a page that is taller the first so many pixels are shown."""

PHONE, TILL, DESK = (390, 844), (1280, 800), (1440, 900)

# name, who, address (or a link to follow on it), size, language, theme
SHOTS: tuple[tuple[str, str, str, tuple[int, int], str, str], ...] = (
    ("01-wallet-phone", "林小满", "/m/wallet", PHONE, "zh", "light"),
    ("01-wallet-phone-en", "林小满", "/m/wallet", PHONE, "en", "light"),
    ("01-wallet-phone-dark", "林小满", "/m/wallet", PHONE, "zh", "dark"),
    ("02-code-phone", "林小满", "/m/code", PHONE, "zh", "light"),
    ("03-mall-phone", "林小满", "/m/mall", PHONE, "zh", "light"),
    ("03-mall-phone-en", "林小满", "/m/mall", PHONE, "en", "light"),
    ("04-reward-phone", "林小满", "/m/mall > main a[href^='/m/mall/']", PHONE, "zh", "light"),
    ("05-entry-phone", "林小满", "/m/wallet > main a.row", PHONE, "zh", "light"),
    ("06-family-phone", "林小满", "/m/family", PHONE, "zh", "light"),
    ("07-green-phone", "林小满", "/m/green", PHONE, "zh", "light"),
    ("16-orders-phone", "林小满", "/m/orders", PHONE, "zh", "light"),
    ("17-vouchers-phone", "林小满", "/m/vouchers", PHONE, "zh", "light"),
    ("18-me-phone", "林小满", "/m/me", PHONE, "zh", "light"),
    ("18-me-phone-en", "林小满", "/m/me", PHONE, "en", "light"),
    ("19-terms-phone", "林小满", "/m/me/terms", PHONE, "zh", "light"),
    ("20-consents-phone", "林小满", "/m/me/consents", PHONE, "zh", "light"),
    ("08-till-desk", "zhoumin", "bill", TILL, "zh", "light"),
    ("09-return-desk", "zhoumin", "return", TILL, "zh", "light"),
    ("21-till-vouchers-desk", "zhoumin", "/till/vouchers", TILL, "zh", "light"),
    ("22-till-today-desk", "zhoumin", "/till/today", TILL, "en", "light"),
    ("10-dashboard-desk", "hezhiyuan", "/console", DESK, "zh", "light"),
    ("10-dashboard-desk-dark-en", "hezhiyuan", "/console", DESK, "en", "dark"),
    ("11-programme-desk", "hezhiyuan", "/console/programme", DESK, "zh", "light"),
    ("12-calendar-desk", "hezhiyuan", "/console/calendar", DESK, "zh", "light"),
    ("13-member-desk", "hezhiyuan", "/console/members/QH000040", DESK, "zh", "light"),
    ("13-member-desk-en", "hezhiyuan", "/console/members/QH000040", DESK, "en", "light"),
    ("23-adjustments-desk", "shenruyi", "/console/adjustments", DESK, "zh", "light"),
    ("24-audit-desk", "liangheng", "/console/audit", DESK, "en", "light"),
    ("25-messages-desk", "hezhiyuan", "/console/messages", DESK, "zh", "light"),
    ("26-merchants-desk", "hezhiyuan", "/console/merchants", DESK, "zh", "light"),
    ("27-shop-desk", "xuyan", "/shop", DESK, "zh", "light"),
    ("28-shop-bookings-desk", "xuyan", "/shop/bookings", DESK, "en", "light"),
    ("29-sign-in-phone", "", "/sign-in", PHONE, "zh", "light"),
    ("30-staff-phone", "", "/staff", PHONE, "en", "light"),
    ("31-tally-phone", "", "/tally", PHONE, "zh", "light"),
)


async def main(folder: Path, into: Path, only: str) -> None:
    """Serves the demo that `jifen demo --no-serve` has made in a folder, and takes the pictures."""
    program_name = chromium()
    if program_name is None:
        sys.exit("tour: no Chromium here (on Debian: apt-get install chromium fonts-noto-cjk)")
    async with opened(folder) as at_hand:
        program = await at_hand.catalog.by_code("qinghe")
        if program is None:
            sys.exit("tour: there is no demo yet: `make demo DEMO=--no-serve` makes it")
        with running(folder, folder / "tour.log", url=at_hand.dsn, jobs=False) as server:
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(executable_path=program_name, args=ARGUMENTS)
                for shot in SHOTS:
                    if shot[0].startswith(only):
                        await _take(browser, at_hand, program, server.address, shot, into, folder)
                await browser.close()


async def _take(
    browser: Browser,
    at_hand: Opened,
    program: Program,
    address: str,
    shot: tuple[str, str, str, tuple[int, int], str, str],
    into: Path,
    folder: Path,
) -> None:
    name, who, path, size, language, theme = shot
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if theme == "dark" else "light",
        locale="zh-CN" if language == "zh" else "en-GB",
        device_scale_factor=1,
    )
    cookies = [{"name": "jifen_lang", "value": language, "url": address}]
    if who:
        token = await _token(at_hand, program, who)
        cookies.append({"name": SESSION_COOKIE, "value": token, "url": address})
    await context.add_cookies(cookies)  # type: ignore[arg-type]
    page = await context.new_page()
    if path in SCENES:
        await SCENES[path](page, address, _card(folder, address))
    else:
        await _go(page, address, path)
    # As tall as the page, so that the tabs of a phone stand at the bottom of the picture.
    # A second time, since a page has more air where there is room for it.
    for _ in range(2):
        height = await page.evaluate("document.documentElement.scrollHeight")
        await page.set_viewport_size({"width": size[0], "height": min(HIGH_MOST, max(size[1], height))})
    await page.screenshot(path=into / f"{name}.png")
    print(f"tour: {name}.png", flush=True)
    await context.close()


async def _go(page: Page, address: str, path: str) -> None:
    """Open an address; after each ` > ` the first link that fits the selector is followed."""
    first, *links = path.split(" > ")
    await page.goto(address + first)
    for link in links:
        await page.locator(link).first.click()
        await page.wait_for_load_state()
    await page.wait_for_load_state("networkidle")


def _card(folder: Path, address: str) -> str:
    """A new card of the member at the till: a code is taken only once, and the demo's clock stands."""
    desk = Desk(address, Keyring(folder).kept)
    try:
        issued = desk.post(
            f"/v1/members/{CHUNSHENG.number}/cards", key=secrets.token_hex(8), reason="for the tour"
        )
        return str(issued["card"])
    finally:
        desk.close()


async def _bill(page: Page, address: str, card: str) -> None:
    """A member, four things for 200 yuan, 20 of them in points."""
    await page.goto(f"{address}/till")
    await page.fill("#scan", card)
    await page.press("#scan", "Enter")
    await page.locator(".person").wait_for()
    await page.click("details.list summary")
    await page.fill("#lines", LIST)
    await page.click("details.list button")
    await page.locator("#pay:not([disabled])").wait_for()
    await page.click(".quick button:has-text('¥20.00')")
    await page.locator("#due:has-text('180.00')").wait_for()
    await page.wait_for_load_state("networkidle")


async def _return(page: Page, address: str, card: str) -> None:
    """That bill is paid, and one thing of it comes back."""
    await _bill(page, address, card)
    await page.click("#pay")
    await page.wait_for_url("**/till/receipts/**")
    await page.click("main a[href^='/till/return?number=']")
    await page.locator(".counts input[type=checkbox]").last.check()
    await page.locator("#pay:has-text('¥')").wait_for()
    await page.wait_for_load_state("networkidle")


SCENES = {"bill": _bill, "return": _return}
LIST = "压榨花生油 5 升, 1, 89.90\n东北大米 10 千克, 1, 59.90\n洗衣液 3 千克, 1, 24.60\n卷纸 12 卷, 1, 25.60"


async def _token(at_hand: Opened, program: Program, who: str) -> str:
    sessions, now = Sessions(at_hand.pool, at_hand.vault), datetime.now(UTC)
    member = next((one for one in MEMBERS if one.name == who), None)
    if member is not None:
        wallets = await at_hand.members.wallets(program.id, [member.number])
        return await sessions.open_for_member(program.id, wallets[member.number], member.number, now)
    staff = await StaffBook(at_hand.pool, at_hand.vault).by_login(who)
    assert staff is not None, f"the demo has no log-in {who}"
    return await sessions.open_for_staff(staff, now)


if __name__ == "__main__":
    given = dict(enumerate(sys.argv))
    pictures = Path(given.get(2, TOUR))
    pictures.mkdir(parents=True, exist_ok=True)
    asyncio.run(main(Path(given.get(1, ROOT / ".jifen" / "demo")).resolve(), pictures, given.get(3, "")))
