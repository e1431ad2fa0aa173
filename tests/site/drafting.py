"""Forms of the draft in tests: sent with the revision that their page shows, all other fields as they are."""

import html
import re
from typing import Any

import httpx

from tests.site.town import Browser

DRAFT = "/console/programme/draft"


async def sent(browser: Browser, path: str, page: str, **fields: Any) -> httpx.Response:
    """Send a form with the revision that its page names."""
    text = await browser.open(page)
    found = re.search(r'name="revision" value="([0-9]+)"', text)
    revision = {"revision": found[1]} if found else {}
    return await browser.send(path, page, **{**revision, **fields})


def filled(text: str) -> dict[str, str]:
    """The fields of a page's forms as they stand: texts, areas, choices and boxes."""
    found: dict[str, str] = {}
    for name, value in re.findall(
        r'<input[^>]*name="([^"]+)"[^>]*type="(?:text|date)"[^>]*value="([^"]*)"', text
    ):
        found[name] = html.unescape(value)
    for name, value in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>([^<]*)</textarea>', text):
        found[name] = html.unescape(value)
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', text, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return found


async def changed(browser: Browser, part: str, key: str, **fields: Any) -> httpx.Response:
    """Change some fields of an item's form and leave the others as they are."""
    page = f"{DRAFT}/{part}/{key}"
    as_it_is = filled(await browser.open(page))
    as_it_is.pop("yaml", None)
    return await sent(browser, page, page, **{**as_it_is, **fields})


async def begun(browser: Browser) -> None:
    """A draft of what is published."""
    answer = await browser.send(DRAFT, "/console/programme")
    assert (answer.status_code, answer.headers["location"]) == (303, DRAFT)


def plain(text: str) -> str:
    """What a page says, without tags and entities."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text)))
