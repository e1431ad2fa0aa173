"""Takes the pictures of docs/tour: pages of the demo, as each role sees them, by a real browser."""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

from jifen.cli.demo.log_ins import MEMBERS
from jifen.cli.opening import Opened, opened
from jifen.cli.serving import running
from jifen.parties.programs import Program
from jifen.parties.sessions import Sessions
from jifen.parties.staff import StaffBook
from jifen.site.visit import SESSION_COOKIE
from tests.looking import ARGUMENTS, chromium

ROOT = Path(__file__).resolve().parents[1]
TOUR = ROOT / "docs" / "tour"
PHONE, DESK = (390, 844), (1440, 900)

# name, who, address (or a link to follow on it), size, language, theme
SHOTS: tuple[tuple[str, str, str, tuple[int, int], str, str], ...] = (
    ("01-wallet-phone", "林小满", "/m/wallet", PHONE, "zh", "light"),
    ("01-wallet-phone-en", "林小满", "/m/wallet", PHONE, "en", "light"),
    ("01-wallet-phone-dark", "林小满", "/m/wallet", PHONE, "zh", "dark"),
    ("02-code-phone", "林小满", "/m/code", PHONE, "zh", "light"),
    ("03-mall-phone", "林小满", "/m/mall", PHONE, "zh", "light"),
    ("03-mall-phone-en", "林小满", "/m/mall", PHONE, "en", "light"),
)


async def main() -> None:
    """Serves the demo of .jifen/demo, which `jifen demo --no-serve` has made, and takes every picture."""
    folder = ROOT / ".jifen" / "demo"
    program_name = chromium()
    if program_name is None:
        sys.exit("tour: no Chromium here (on Debian: apt-get install chromium fonts-noto-cjk)")
    TOUR.mkdir(parents=True, exist_ok=True)
    async with opened(folder) as at_hand:
        program = await at_hand.catalog.by_code("qinghe")
        if program is None:
            sys.exit("tour: there is no demo yet: `make demo DEMO=--no-serve` makes it")
        with running(folder, folder / "tour.log", url=at_hand.dsn, jobs=False) as server:
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(executable_path=program_name, args=ARGUMENTS)
                for shot in SHOTS:
                    await _take(browser, at_hand, program, server.address, shot)
                await browser.close()


async def _take(
    browser: Browser,
    at_hand: Opened,
    program: Program,
    address: str,
    shot: tuple[str, str, str, tuple[int, int], str, str],
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
    await _go(page, address, path)
    await page.screenshot(path=TOUR / f"{name}.png", full_page=True)
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
    asyncio.run(main())
