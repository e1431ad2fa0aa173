"""Windows of people: signed in, in a size and a language, and closed with nothing gone wrong in them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser

from jifen.site.visit import SESSION_COOKIE
from tests.browser.furnished import Furnished
from tests.looking import PHONE, Colours, Looking, look


@asynccontextmanager
async def window(
    furnished: Furnished,
    browser: Browser,
    who: str = "",
    size: tuple[int, int] = PHONE,
    language: str = "zh",
    colours: Colours = "light",
) -> AsyncIterator[Looking]:
    """A window of somebody who is signed in already, or ("") of a stranger.

    Raises:
        AssertionError: at its end, when the console, a request or a script complained.
    """
    locale = "zh-CN" if language == "zh" else "en-GB"
    looking = await look(browser, furnished.address, size, colours, locale)
    cookies = [{"name": "jifen_lang", "value": language, "url": furnished.address}]
    if who:
        token = await furnished.token(who)
        cookies.append({"name": SESSION_COOKIE, "value": token, "url": furnished.address})
    await looking.context.add_cookies(cookies)  # type: ignore[arg-type]
    yield looking
    await looking.context.close()
    assert looking.faults == [], looking.faults
