"""Safety: hostile names stay text, nothing is run or fetched from elsewhere, and pages are light."""

import re

import pytest

from jifen.pages import assets
from jifen.pages.rendering import POLICY
from jifen.rules.award import Line
from tests.pages.alliance import Alliance, alliance, at
from tests.pages.reader import Asking, Node, read

HOSTILE = "<script>alert(1)</script>\"'><b onload=x>&amp;{{ 7 * 7 }}**!**"
PAGES = ("", "/entries", "/entries/12", "/entries/13")
FIRST_VISIT_BYTES = 60_000


async def everything(story: Alliance, ask: Asking) -> list[tuple[str, Node]]:
    """All kinds of pages, in both languages, those that refuse too."""
    link = story.link("lin")
    paths = [link + page for page in PAGES] + [story.link("zhou"), story.link("newcomer"), "/wallet/x"]
    paths += [f"{link}/entries/99", story.link("lin", days=-1)]
    return [(path, read((await ask.get(path, language)).text)) for path in paths for language in ("zh", "en")]


async def test_hostile_names_stay_text(database: str) -> None:
    """A programme, merchants, stores, goods, rules, members: whatever they are called is shown as it is."""
    async with alliance(database, name=HOSTILE) as town, town.client() as client:
        merchant = (await town.catalog.add_merchant(town.program.id, "evil", HOSTILE, at(1, 1))).merchants
        program = await town.catalog.add_store(town.program.id, merchant["evil"].id, "evil1", f"{HOSTILE} 2")
        town.orders.program = program
        await town.enrol("evil", HOSTILE, "19900000013")
        lines = (Line(HOSTILE, HOSTILE, 1, 10_000, (HOSTILE,)), Line("小白菜", "PRODUCE", 1, 90))
        await town.do(
            town.orders.purchase("e1", "evil", at(11, 20), store="evil1", lines=lines),
            town.orders.purchase("e2", "evil", at(11, 21), store="liuhe", lines=lines),
        )
        ask = Asking(client)
        for page in ("", "/entries", "/entries/1", "/entries/2"):
            answer = await ask.get(town.link("evil") + page)
            assert answer.status_code == 200
            found = read(answer.text)
            assert HOSTILE in found.text
            assert not found.all("script")
            assert not found.all("b.onload")
            assert not [node for node in found.all("b") if "!" in node.text]
            assert "<script" not in answer.text


async def test_nothing_is_run_styled_or_fetched_from_elsewhere(story: Alliance, ask: Asking) -> None:
    """No script, no style in a tag, no handler, and only addresses of our own."""
    for path, page in await everything(story, ask):
        for node in page.walk():
            assert node.tag not in ("script", "style", "iframe", "object", "form", "base"), path
            assert not [name for name in node.attributes if name == "style" or name.startswith("on")], path
            for name in ("href", "src", "action"):
                assert re.match(r"[/?](?!/)|$", node.attributes.get(name, "")), (path, node.attributes)


@pytest.mark.parametrize("page", PAGES)
async def test_every_page_carries_its_headers(story: Alliance, ask: Asking, page: str) -> None:
    """The address is a secret: not kept, not passed on, not listed; and nothing may be embedded."""
    answer = await ask.get(story.link("lin") + page)
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["content-security-policy"] == (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "noindex" in answer.headers["x-robots-tag"]


async def test_the_language_that_was_chosen_is_kept(story: Alliance, ask: Asking) -> None:
    """A cookie that says nothing but the language; an unknown one is not kept."""
    link = story.link("lin")
    chosen = await ask.get(f"{link}?lang=en")
    assert 'lang="en"' in chosen.text
    cookie = chosen.headers["set-cookie"]
    assert cookie.startswith("jifen_lang=en;")
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    kept = await ask.get(link, "zh", cookie="jifen_lang=en")
    assert 'lang="en"' in kept.text
    assert "set-cookie" not in kept.headers
    assert "set-cookie" not in (await ask.get(f"{link}?lang=fr")).headers


async def test_a_first_visit_is_light(story: Alliance, ask: Asking) -> None:
    """Page, sheets and icon together, as they travel; and the page without gzip is the same."""
    link = story.link("lin")
    for page in PAGES:
        answer = await ask.get(link + page, **{"accept-encoding": "gzip"})
        assert answer.headers["content-encoding"] == "gzip"
        sheets = [node.attributes["href"] for node in read(answer.text).all("link")]
        parts = [await ask.get(sheet, **{"accept-encoding": "gzip"}) for sheet in sheets]
        sizes = [int(part.headers["content-length"]) for part in (answer, *parts)]
        assert len(sizes) == 4
        assert sum(sizes) <= FIRST_VISIT_BYTES / 5, sizes
        plain = await ask.get(link + page, **{"accept-encoding": "identity"})
        assert "content-encoding" not in plain.headers
        assert plain.text == answer.text


async def test_files_are_kept_for_as_long_as_they_stay_the_same(ask: Asking) -> None:
    """Under the address of this version for ever; under another one a browser asks each time."""
    current = await ask.get(assets.address("wallet.css"))
    assert current.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert current.headers["content-type"] == "text/css; charset=utf-8"
    other = await ask.get("/pages/wallet.css?v=000000000000")
    assert other.headers["cache-control"] == "public, no-cache"
    assert other.text == current.text
    same = await ask.get("/pages/wallet.css", **{"if-none-match": other.headers["etag"]})
    assert (same.status_code, same.text) == (304, "")
    icon = await ask.get(assets.address("icon.svg"))
    assert icon.headers["content-type"] == "image/svg+xml"


@pytest.mark.parametrize("name", ["wallet.scss", "..%2Froutes.py", "%2e%2e%2froutes.py", ".", "routes.py"])
async def test_no_other_file_is_served(ask: Asking, name: str) -> None:
    """Only what lies in the room's own folder for it."""
    assert (await ask.get(f"/pages/{name}")).status_code == 404


def test_the_sheet_fetches_nothing() -> None:
    """No font, no picture, no other sheet."""
    sheet = "".join(assets.assets()[name].content.decode() for name in ("tokens.css", "wallet.css"))
    assert not re.search(r"url\(|@import|@font-face|expression", sheet)
