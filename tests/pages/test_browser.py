"""The pages in a real browser: nothing is refused, fetched from elsewhere, too wide or too small to touch."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from typing import Literal

import pytest
import uvicorn
from playwright.async_api import Browser, BrowserContext, Page, Request, Response, async_playwright

from tests.pages.alliance import Alliance

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PHONE, DESK, SMALL = (390, 844), (1280, 800), (320, 640)
TOUCH_PX = 44

pytestmark = pytest.mark.browser


def chromium() -> str | None:
    """A Chromium that runs; Ubuntu has one that only asks for a snap."""
    for name in (os.environ.get("CHROMIUM", ""), *NAMES):
        found = shutil.which(name) if name else None
        if found and subprocess.run([found, "--version"], capture_output=True, check=False).returncode == 0:
            return found
    return None


@pytest.fixture(scope="module")
async def address(story: Alliance) -> AsyncIterator[str]:
    """The alliance's pages, served on a free port of this machine."""
    config = uvicorn.Config(story.app, host="127.0.0.1", port=0, log_level="warning", ws="none")
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
        assert not running.done(), running.exception()
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await running


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    """A browser; skipped where there is none, which in CI is a failure."""
    program = chromium()
    if program is None:
        assert os.environ.get("CI") != "true", "no browser, and with CI=true that is a failure"
        pytest.skip("no browser")
    async with async_playwright() as playwright:
        made = await playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield made
        await made.close()


class Looking:
    """One window, and what went wrong in it."""

    def __init__(self, context: BrowserContext, page: Page, address: str) -> None:
        self.context = context
        self.page = page
        self.address = address
        self.faults: list[str] = []
        page.on("console", lambda message: self.faults.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        page.on("requestfailed", self._failed)
        page.on("request", self._requested)

    def _failed(self, request: Request) -> None:
        # The browser itself gives up what it still fetches, such as the icon, when it goes to the next page.
        if request.failure != "net::ERR_ABORTED":
            self.faults.append(f"failed: {request.url} {request.failure}")

    def _requested(self, request: Request) -> None:
        if not request.url.startswith(f"{self.address}/"):
            self.faults.append(f"elsewhere: {request.url}")

    async def at(self, path: str) -> Response | None:
        """Go to a page, open all that folds, and look whether it holds together."""
        answer = await self.page.goto(self.address + path)
        for fold in await self.page.query_selector_all("summary"):
            await fold.click()
        wide = await self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{path} is {wide} px too wide"
        return answer


Colours = Literal["light", "dark"]


async def look(
    browser: Browser, address: str, size: tuple[int, int], colours: Colours = "light", locale: str = "zh-CN"
) -> Looking:
    """Open a window."""
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme=colours, locale=locale
    )
    return Looking(context, await context.new_page(), address)


@pytest.mark.parametrize("size", [PHONE, DESK, SMALL], ids=["phone", "desk", "small"])
@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
async def test_pages_hold_together(
    story: Alliance, browser: Browser, address: str, size: tuple[int, int], colours: Colours, locale: str
) -> None:
    """No error in the console, no request to another host, nothing wider than the window."""
    looking = await look(browser, address, size, colours, locale)
    for who, pages in (("lin", ("", "/entries", "/entries/12", "/entries/13")), ("zhou", ("", "/entries/6"))):
        for page in pages:
            answer = await looking.at(story.link(who) + page)
            assert answer is not None
            assert answer.status == 200
    assert looking.faults == []
    await looking.context.close()


async def test_the_sheet_is_applied_in_both_themes(story: Alliance, browser: Browser, address: str) -> None:
    """The policy lets our own sheet through: surfaces have the tokens' colours."""
    seen = {}
    themes: tuple[Colours, ...] = ("light", "dark")
    for colours in themes:
        looking = await look(browser, address, PHONE, colours)
        await looking.at(story.link("lin"))
        seen[colours] = await looking.page.evaluate(
            "getComputedStyle(document.querySelector('.card')).backgroundColor"
        )
        await looking.context.close()
    assert seen == {"light": "rgb(255, 255, 255)", "dark": "rgb(27, 31, 29)"}


async def test_a_member_finds_why_and_the_way_back(story: Alliance, browser: Browser, address: str) -> None:
    """By touch: from the wallet to an entry, in English, to all entries, and home."""
    looking = await look(browser, address, PHONE)
    page = looking.page
    link = story.link("lin")
    await looking.at(link)
    await page.click("a.row >> nth=1")
    assert page.url == f"{address}{link}/entries/12"
    await page.click("a.language")
    assert await page.text_content("h1") == "Why you have these points"
    await page.click("a.back")
    assert await page.text_content("h1") == "Available points"
    await page.click(".head a")
    assert await page.text_content("h1") == "All entries"
    await page.click("a.back")
    assert page.url == f"{address}{link}"
    assert looking.faults == []
    await looking.context.close()


async def test_all_that_is_touched_is_large_enough(story: Alliance, browser: Browser, address: str) -> None:
    """44 px high on a phone (PAGES, space)."""
    looking = await look(browser, address, PHONE)
    for path in (
        story.link("lin"),
        f"{story.link('lin')}/entries?before=5",
        f"{story.link('lin')}/entries/12",
    ):
        await looking.at(path)
        for element in await looking.page.query_selector_all("a, summary"):
            box = await element.bounding_box()
            assert box is not None
            assert box["height"] >= TOUCH_PX, (path, await element.text_content(), box)
    await looking.context.close()


async def test_the_first_lapsing_lot_is_above_the_fold(
    story: Alliance, browser: Browser, address: str
) -> None:
    """Balance, worth and what lapses next are seen without scrolling."""
    looking = await look(browser, address, PHONE)
    await looking.page.goto(address + story.link("lin"))
    box = await looking.page.locator("ul.lapsing li").first.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < PHONE[1]
    await looking.context.close()
