"""Accessibility: structure that can be listened to, and colours that can be read (WCAG 2.2 AA)."""

import re
from itertools import pairwise

import pytest

from jifen.pages import assets
from tests.pages.alliance import Alliance
from tests.pages.reader import Asking, Node
from tests.pages.test_safety import everything

PAIRS = {
    # (what is read, what it lies on): the least contrast
    ("ink", "surface"): 4.5,
    ("ink", "ground"): 4.5,
    ("ink-2", "surface"): 4.5,
    ("ink-3", "surface"): 4.5,
    ("ink-3", "ground"): 4.5,
    ("ink-3", "sunken"): 4.5,
    ("pts", "surface"): 4.5,
    ("pts", "sunken"): 4.5,
    ("alm", "surface"): 4.5,
    ("alm", "alm-tint"): 4.5,
    ("ink", "alm-tint"): 4.5,
    ("pri", "surface"): 4.5,
    ("pri-on", "pri"): 4.5,
    ("grn", "surface"): 4.5,
    ("grn", "grn-tint"): 4.5,
    ("pts", "pts-tint"): 4.5,
    ("pri", "pri-tint"): 4.5,
    ("pts-fill", "surface"): 3.0,
    ("alm-fill", "surface"): 3.0,
    ("grey-fill", "surface"): 3.0,
    ("control", "surface"): 3.0,
}


async def test_each_page_can_be_listened_to(story: Alliance, ask: Asking) -> None:
    """One h1, no level left out, a language, a title, a main part; links and pictures have names."""
    for path, page in await everything(story, ask):
        assert page.one("html").attributes["lang"] in ("zh-CN", "en")
        assert page.one("title").text
        assert len(page.all("main")) == len(page.all("header")) == 1
        levels = [int(node.tag[1]) for node in page.walk() if re.fullmatch("h[1-6]", node.tag)]
        assert levels.count(1) == 1, path
        assert all(after <= before + 1 for before, after in pairwise(levels)), path
        for link in page.all("a"):
            assert link.text, path
        for picture in page.all("svg"):
            named = picture.attributes.get("aria-label") and picture.attributes.get("role") == "img"
            assert named or picture.attributes.get("aria-hidden") == "true", path


async def test_tables_have_real_heads(story: Alliance, ask: Asking) -> None:
    """Each column and each row says what it is, and rows are as wide as the heads."""
    tables = 0
    for path, page in await everything(story, ask):
        for table in page.all("table"):
            tables += 1
            heads = table.one("thead").all("th")
            assert all(head.attributes["scope"] == "col" and head.text for head in heads), path
            for row in table.one("tbody").all("tr"):
                assert row.first("th").attributes["scope"] == "row"
                assert len(row.all("th") + row.all("td")) == len(heads), path
    assert tables > 6


async def test_what_is_named_by_another_element_is_named_once(story: Alliance, ask: Asking) -> None:
    """Each id is there once, and each that is pointed to is there."""
    for path, page in await everything(story, ask):
        ids = [node.attributes["id"] for node in page.walk() if "id" in node.attributes]
        assert len(ids) == len(set(ids)), path
        pointed = {value for node in page.walk() if (value := node.attributes.get("aria-labelledby"))}
        assert pointed <= set(ids), path


async def test_the_other_language_is_marked_as_such(story: Alliance, ask: Asking) -> None:
    """A switch to another language is read in that language."""
    page: Node = await ask.page(story.link("lin"))
    switch = page.one("a.language")
    assert (switch.attributes["lang"], switch.attributes["hreflang"], switch.text) == ("en", "en", "EN")


def themes() -> list[dict[str, str]]:
    """The colours of the light theme, and those of the dark one."""
    sheet = assets.assets()["tokens.css"].content.decode()
    blocks = re.findall(r":root(?:\[data-theme=\"dark\"\])? \{(.*?)\}", sheet, re.DOTALL)
    assert len(blocks) == 2
    return [dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{3,6});", block)) for block in blocks]


def luminance(colour: str) -> float:
    """How light a colour is (WCAG, relative luminance)."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_colours_can_be_read(theme: int) -> None:
    """Text 4.5, what carries meaning alone 3.0, in both themes."""
    colours = themes()[theme]
    weak = {
        pair: round(ratio, 2)
        for pair, least in PAIRS.items()
        if (ratio := contrast(colours[pair[0]], colours[pair[1]])) < least
    }
    assert weak == {}


def test_a_weak_colour_is_found() -> None:
    """Planted: black on white is 21, and amber at rest is too weak to stand alone."""
    assert round(contrast("#000", "#fff")) == 21
    assert contrast(themes()[0]["pts-fill-2"], themes()[0]["surface"]) < 3
