"""Pages are light: little to load the first time, next to nothing after, and readable on a slow phone."""

import pytest
from playwright.async_api import Browser

from tests.browser.crawling import crawl, one_of_each
from tests.browser.furnished import Furnished
from tests.browser.windows import window

FIRST_BYTES = 60_000
AFTER_BYTES = 15_000
READABLE_MS = 2_000
SLOWER = 4
SLOW_4G = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 750e3 / 8}
"""Lighthouse's "slow 4G": 150 ms a round trip, 1.6 Mbit/s down."""

IMAGES = ("image/svg", "image/png")


async def test_a_members_page_weighs_little(furnished: Furnished) -> None:
    """All that a first visit loads, compressed and without images; a second visit loads the page alone."""
    paths = one_of_each(await crawl(furnished, "lin", "zh"))
    heavy = []
    async with await furnished.client("lin") as client:
        for path in paths:
            answer = await client.get(path, follow_redirects=True)
            own = int(answer.headers["content-length"])
            whole = own
            for address in {part.split('"')[0] for part in _loaded(answer.text)}:
                file = await client.get(address)
                assert "immutable" in file.headers["cache-control"], address
                if not file.headers["content-type"].startswith(IMAGES):
                    whole += int(file.headers["content-length"])
            if whole > FIRST_BYTES or own > AFTER_BYTES:
                heavy.append(f"{path}: {whole} bytes at first, {own} after")
    assert heavy == []


def _loaded(text: str) -> list[str]:
    """What a page loads beside itself: style sheets and scripts."""
    found = [part for part in text.split('href="')[1:] if part.startswith(("/static/", "/pages/"))]
    return found + [part for part in text.split('src="')[1:] if part.startswith(("/static/", "/pages/"))]


@pytest.mark.browser
async def test_the_wallet_is_readable_on_a_slow_phone(furnished: Furnished, browser: Browser) -> None:
    """A processor four times slower on slow 4G: the largest thing is painted within two seconds."""
    async with window(furnished, browser, "lin") as looking:
        tools = await looking.context.new_cdp_session(looking.page)
        await tools.send("Network.enable")
        await tools.send("Network.emulateNetworkConditions", SLOW_4G)
        await tools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        took = []
        for _ in range(3):
            await tools.send("Network.clearBrowserCache")
            await looking.page.goto(f"{furnished.address}/m/wallet")
            took.append(
                await looking.page.evaluate(
                    "new Promise(done => new PerformanceObserver(list => "
                    "done(list.getEntries().at(-1).startTime)).observe("
                    "{type: 'largest-contentful-paint', buffered: true}))"
                )
            )
        assert sorted(took)[1] < READABLE_MS, took
