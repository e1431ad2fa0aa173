"""Without the network: the wallet of before with its time, the code goes on; signing out leaves nothing."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
import uvicorn
from playwright.async_api import Browser, Error

from jifen.parties.codes import STEP_S, changing_code
from jifen.site.visit import SESSION_COOKIE
from tests.looking import PHONE, Looking, browser, look
from tests.site.test_code import hidden
from tests.site.town import Town

__all__ = ["browser"]

pytestmark = pytest.mark.browser

KEPT = """async count => {
    const until = Date.now() + 10000;
    while (!(await caches.keys()).includes("jifen-kept-1") ? count > 0
        : (await (await caches.open("jifen-kept-1")).keys()).length !== count) {
        if (Date.now() > until) throw new Error(`not ${count} pages are kept`);
        await new Promise(done => setTimeout(done, 50));
    }
}"""
"""Until the worker keeps so many pages."""


@pytest.fixture(scope="module")
async def address(town: Town) -> AsyncIterator[str]:
    """The town on a port, with the system's time."""
    await town.api.put("/v1/clock", {"at": None})
    town.program = await town.house.catalog.refresh(town.program.id)
    await town.given("lin", 12_000)
    place = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(town.app, log_level="warning", lifespan="off", timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve(sockets=[place]))
    try:
        yield f"http://127.0.0.1:{place.getsockname()[1]}"
    finally:
        server.should_exit = True
        await running
        place.close()


@asynccontextmanager
async def phone(town: Town, browser: Browser, address: str) -> AsyncIterator[Looking]:
    """林小满's phone, which has opened the wallet once; closed in any case."""
    looking = await look(browser, address, PHONE)
    try:
        token = await town.token("lin")
        cookies = [{"name": SESSION_COOKIE, "value": token, "url": address}]
        await looking.context.add_cookies(cookies)  # type: ignore[arg-type]
        await looking.at("/m/wallet")
        await looking.page.evaluate(KEPT, 3)
        yield looking
    finally:
        await looking.context.close()


async def test_the_wallet_of_before_and_the_code_of_now(town: Town, browser: Browser, address: str) -> None:
    """Offline the wallet says of when it is, the code is that of its step, and other pages say what works."""
    async with phone(town, browser, address) as looking:
        assert not await looking.page.locator(".kept").is_visible()
        await looking.context.set_offline(True)
        await looking.at("/m/wallet")
        assert await looking.page.locator(".kept .chip").is_visible()
        assert "的数" in await looking.page.locator(".kept").inner_text()
        assert "12,000" in await looking.page.locator(".balance").inner_text()
        await looking.at("/m/entries")
        assert "这一页要联网才有" in await looking.page.locator("main").inner_text()
        number = await hidden(town)
        await looking.page.clock.install()
        await looking.at("/m/code")
        for minutes in (0, 1, 12, 29):
            shown = "".join((await looking.page.locator("#digits").inner_text()).split())
            at = await looking.page.evaluate("Date.now() + Number(localStorage.getItem('jifen.skew') || 0)")
            step = int(at) // (STEP_S * 1000)
            near = [changing_code(town.house.vault, town.program.id, number, step + away) for away in (-1, 0)]
            assert shown in near, minutes
            await looking.page.clock.fast_forward(
                {0: 60_000, 1: 11 * 60_000, 12: 17 * 60_000, 29: 0}[minutes]
            )
            await looking.page.wait_for_timeout(50)
        await looking.page.clock.fast_forward(120_000)
        await looking.page.locator("#over").wait_for(state="visible", timeout=5_000)
        assert not await looking.page.locator("#code").is_visible()
    assert looking.faults == []


async def test_nothing_stays_after_signing_out(town: Town, browser: Browser, address: str) -> None:
    """Whoever takes the phone next finds neither wallet nor code, with the network or without."""
    async with phone(town, browser, address) as looking:
        cookies = await looking.context.cookies()
        token = next(one["value"] for one in cookies if one["name"] == SESSION_COOKIE)
        session = await town.reception.sessions.whose(token, datetime.now(UTC))
        assert session is not None
        await looking.page.evaluate(
            """csrf => {
                const made = (name, traits) => Object.assign(document.createElement(name), traits);
                const form = made("form", {method: "post", action: "/sign-out"});
                form.append(made("input", {name: "csrf", value: csrf}));
                document.body.append(form);
                form.submit();
            }""",
            session.csrf,
        )
        await looking.page.wait_for_url(f"{address}/sign-in")
        await looking.page.evaluate(KEPT, 0)
        await looking.context.set_offline(True)
        with pytest.raises(Error, match="ERR_INTERNET_DISCONNECTED"):
            await looking.page.goto(f"{address}/m/wallet")
