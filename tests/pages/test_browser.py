"""The pages in a real browser: nothing is refused, fetched from elsewhere, too wide or too small to touch."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import uvicorn
from playwright.async_api import Browser

from tests.looking import DESK, PHONE, SMALL, TOUCH_PX, Colours, browser, look
from tests.pages.alliance import Alliance

__all__ = ["browser"]

pytestmark = pytest.mark.browser


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
