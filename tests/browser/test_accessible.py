"""axe-core over every page: nothing serious, in both themes, on a phone and at a desk (WCAG 2.2 AA)."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from tests.browser.crawling import Found, crawl
from tests.browser.furnished import ROLES, Furnished
from tests.browser.windows import window
from tests.looking import DESK, PHONE

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SERIOUS = ("serious", "critical")

pytestmark = pytest.mark.browser


async def findings(page: Page) -> list[str]:
    """What axe finds serious on a page: the rule, and the first place."""
    await page.evaluate(AXE.read_text("utf-8"))
    found: dict[str, Any] = await page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})", TAGS
    )
    return [
        f"{one['id']}: {one['help']}: {one['nodes'][0]['html'][:160]} ({len(one['nodes'])} places)"
        for one in found["violations"]
        if one["impact"] in SERIOUS
    ]


looked_at: set[str] = set()
"""Routes that another role's test has looked at already: the console is the same for three roles."""


@pytest.mark.parametrize("who", ROLES, ids=ROLES.get)
async def test_nothing_serious_is_found(furnished: Furnished, browser: Browser, who: str) -> None:
    """One address of each route, in the light theme; members on the phone, others at the desk."""
    found = [one for one in await crawl(furnished, who, "zh") if one.route not in looked_at]
    looked_at.update(one.route for one in found if who in ("hezhiyuan", "shenruyi"))
    pages = one_of_each(found)
    faults = []
    async with window(furnished, browser, who, PHONE if who in ("", "lin") else DESK) as looking:
        for path in pages:
            await looking.page.goto(furnished.address + path)
            faults += [f"{path}: {one}" for one in await findings(looking.page)]
            wide = await looking.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            faults += [f"{path}: is {wide} px too wide"] if wide > 0 else []
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    ("who", "path"),
    [("lin", "/m/wallet"), ("lin", "/m/mall"), ("zhoumin", "/till"), ("hezhiyuan", "/console")],
    ids=["wallet", "mall", "till", "console"],
)
async def test_dark_pages_can_be_read(furnished: Furnished, browser: Browser, who: str, path: str) -> None:
    """The same in the dark theme, where contrast is another."""
    size = PHONE if who == "lin" else DESK
    async with window(furnished, browser, who, size, colours="dark") as looking:
        await looking.page.goto(furnished.address + path)
        assert await findings(looking.page) == []


async def test_axe_finds_what_is_wrong(furnished: Furnished, browser: Browser) -> None:
    """Planted: a picture without a word and grey on grey are found, so that silence means something."""
    async with window(furnished, browser) as looking:
        await looking.page.goto(f"{furnished.address}/sign-in")
        await looking.page.evaluate(
            "document.querySelector('main').insertAdjacentHTML('beforeend', '<button></button>')"
        )
        assert any("button-name" in one for one in await findings(looking.page))


def one_of_each(found: list[Found]) -> list[str]:
    """One address of each route that is a page."""
    chosen: dict[str, str] = {}
    for one in found:
        if one.is_page and one.status < 400:
            chosen.setdefault(one.route.removesuffix("?"), one.path)
    return list(chosen.values())
