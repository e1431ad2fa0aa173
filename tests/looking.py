"""A real browser: opened in a size, a language and a theme, and listened to for all that goes wrong."""

import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.async_api import Browser, BrowserContext, Page, Request, Response, async_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PHONE, DESK, SMALL = (390, 844), (1280, 800), (320, 640)
TOUCH_PX = 44
WAIT_MS = 10_000
"""How long a page may take to do what was asked before a test gives up."""

AXE = Path(__file__).parents[1] / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SERIOUS = ("serious", "critical")
ALIKE = "tbody tr:nth-child(n+9), .onward li:nth-child(n+9)"
"""Rows of a long list that are like those before them: axe would look at each letter of each again."""


def chromium() -> str | None:
    """A Chromium that runs; Ubuntu has one that only asks for a snap."""
    for name in (os.environ.get("CHROMIUM", ""), *NAMES):
        found = shutil.which(name) if name else None
        if found and subprocess.run([found, "--version"], capture_output=True, check=False).returncode == 0:
            return found
    return None


@pytest.fixture(scope="session")
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
        self.expected = 0
        context.set_default_timeout(WAIT_MS)
        page.on("console", lambda message: self._said(message.text))
        page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        page.on("requestfailed", self._failed)
        page.on("request", self._requested)

    def _said(self, text: str) -> None:
        # A refusal that a test asks for is told by the browser, too; set `expected` to its status before.
        if not (self.expected and f"status of {self.expected}" in text):
            self.faults.append(f"console: {text}")

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
        wide = await self.page.evaluate(
            "document.querySelectorAll('summary').forEach(fold => fold.click()),"
            "document.documentElement.scrollWidth - window.innerWidth"
        )
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


async def serious(page: Page) -> list[str]:
    """What axe-core finds serious on a page (WCAG 2.2 AA): the rule, and the first place."""
    await page.evaluate(_axe())
    found: list[dict[str, Any]] = await page.evaluate(
        "async ([tags, alike]) => (await axe.run({exclude: document.querySelector(alike) ? [alike] : []}, "
        "{runOnly: {type: 'tag', values: tags}, resultTypes: ['violations'], preload: false})).violations",
        [TAGS, ALIKE],
    )
    return [
        f"{one['id']}: {one['help']}: {one['nodes'][0]['html'][:160]} ({len(one['nodes'])} places)"
        for one in found
        if one["impact"] in SERIOUS
    ]


@cache
def _axe() -> str:
    return AXE.read_text("utf-8")
