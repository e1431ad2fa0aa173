"""Every page, as every role: no dead link, nothing untranslated, nothing that axe-core finds serious."""

import json
import re
from collections.abc import Iterator
from functools import cache

import msgspec
import pytest
from playwright.async_api import Browser

from jifen.site.table import PAGES
from jifen.site.wording import FOLDER
from tests.browser.crawling import Found, crawl, one_of_each
from tests.browser.furnished import ROLES, Furnished
from tests.browser.windows import window
from tests.looking import DESK, PHONE, serious
from tests.pages.reader import Node

CODE = re.compile(r"(?<![\w./@:-])[a-z]+(?:_[a-z]+)+(?![\w./@:-])")
LITERAL = {"code", "pre", "textarea", "option", "audit", "script", "style", "text"}
"""Tags and classes within which a text is shown as it is kept: codes, YAML, the audit log's facts."""

BY_FORM = "a form leads there"
BY_SCRIPT = "the browser asks for it, not a link"
AGAIN = "where a form was sent and the page is loaded again"
UNLINKED = {
    "home": "it only sends on",
    "access.code": BY_FORM,
    "access.terms": BY_FORM,
    "access.staff_code": BY_FORM,
    "access.openid": "only where a provider is set",
    "access.openid_back": "the provider leads there",
    "console.draft_submit": "only a draft that differs is handed in",
    "console.draft_split": "only a draft with something to split off",
    "console.entry": "the search and the audit log lead there",
    "member.quote_page": BY_FORM,
    "member.cash_look": BY_FORM,
    "member.statement": BY_FORM,
    "member.joint_one": "a friend's link leads there",
    "member.manifest": BY_SCRIPT,
    "member.worker": BY_SCRIPT,
    "member.offline": BY_SCRIPT,
    "till.pulse": BY_SCRIPT,
    "till.receipt": BY_FORM,
    "till.stores": "only who has more than one store",
    "till.back_again": AGAIN,
    "till.member_again": AGAIN,
    "till.pay_again": AGAIN,
    "till.preview_again": AGAIN,
    "till.quote_again": AGAIN,
}
"""Pages that no link leads to, each with the reason."""

crawled: dict[tuple[str, str], list[Found]] = {}


@pytest.fixture(scope="module", autouse=True)
async def _draft(furnished: Furnished) -> None:
    """A draft of the programme, so that its pages are there."""
    async with await furnished.client("hezhiyuan") as client:
        if (await client.get("/console/programme/draft")).status_code == 200:
            return  # of an earlier run on an alliance that is kept
        page = (await client.get("/console/programme")).text
        hidden = {
            name: page.split(f'name="{name}" value="', 1)[1].split('"', 1)[0] for name in ("csrf", "key")
        }
        answer = await client.post("/console/programme/draft", data=hidden)
        assert answer.status_code == 303, answer.text


@pytest.fixture(scope="module")
async def written(furnished: Furnished) -> frozenset[str]:
    """What the operator wrote in the programme: it is shown as it is, in either language."""
    program = await furnished.house.catalog.refresh(furnished.program.id)
    return frozenset(
        text for rules in program.rules for text in _strings(msgspec.to_builtins(rules.definition))
    )


BOTH = [(who, language) for who in ROLES for language in ("zh", "en") if who not in ("shenruyi", "liangheng")]


@pytest.mark.parametrize(
    ("who", "language"),
    [*BOTH, ("shenruyi", "zh"), ("liangheng", "en")],
    ids=[f"{ROLES[who]}-{language}" for who, language in [*BOTH, ("shenruyi", "zh"), ("liangheng", "en")]],
)
async def test_every_link_leads_somewhere(
    furnished: Furnished, written: frozenset[str], who: str, language: str
) -> None:
    """From where the role begins over every link: a page, in the language that was asked for."""
    found = crawled[who, language] = await crawl(furnished, who, language)
    faults = [f"{one.path}: {one.status}" for one in found if one.status >= 400]
    for one in found:
        if one.is_page and one.status < 400:
            faults += _faults(one, language, written)
    assert not faults, "\n".join(sorted(set(faults)))
    assert len(found) >= 4


async def test_every_page_is_reached(furnished: Furnished) -> None:
    """A page to which nothing leads is dead too."""
    reached = set()
    for who in ROLES:
        reached |= {one.route.removesuffix("?") for one in await reached_by(furnished, who)}
    assert {page.name for page in PAGES if page.method == "GET"} - reached - set(UNLINKED) == set()


async def reached_by(furnished: Furnished, who: str) -> list[Found]:
    """What a role reaches, by the crawl of the tests before where that has been."""
    for language in ("zh", "en"):
        if (who, language) in crawled:
            return crawled[who, language]
    found = crawled[who, "zh"] = await crawl(furnished, who, "zh")
    return found


looked_at: set[str] = set()
"""Routes that another role's test has looked at already: the console is the same for three roles."""


@pytest.mark.browser
@pytest.mark.parametrize("who", ROLES, ids=ROLES.get)
async def test_nothing_serious_is_found(furnished: Furnished, browser: Browser, who: str) -> None:
    """One address of each route, in the light theme; members on the phone, others at the desk."""
    found = [one for one in await reached_by(furnished, who) if one.route not in looked_at]
    looked_at.update(one.route for one in found if who in ("hezhiyuan", "shenruyi"))
    pages = one_of_each(found)
    faults = []
    async with window(furnished, browser, who, PHONE if who in ("", "lin") else DESK) as looking:
        for path in pages:
            await looking.page.goto(furnished.address + path)
            faults += [f"{path}: {one}" for one in await serious(looking.page)]
            wide = await looking.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            faults += [f"{path}: is {wide} px too wide"] if wide > 0 else []
    assert not faults, "\n".join(faults)


@pytest.mark.browser
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
        assert await serious(looking.page) == []


@pytest.mark.browser
async def test_axe_finds_what_is_wrong(furnished: Furnished, browser: Browser) -> None:
    """Planted: a button and a picture without a word and grey on grey are found: silence means something."""
    async with window(furnished, browser) as looking:
        await looking.page.goto(f"{furnished.address}/sign-in")
        assert await serious(looking.page) == []
        await looking.page.evaluate(
            "document.querySelector('main').insertAdjacentHTML("
            "'beforeend', '<button></button><img width=9 height=9><p id=grey>grey on grey</p>');"
            "Object.assign(document.querySelector('#grey').style, {color: '#999', background: '#aaa'})"
        )
        found = [one.split(":")[0] for one in await serious(looking.page)]
        assert sorted(found) == ["button-name", "color-contrast", "image-alt"]


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inside in value.items():
            yield str(key)
            yield from _strings(inside)
    elif isinstance(value, list | tuple):
        for inside in value:
            yield from _strings(inside)


def _faults(found: Found, language: str, data: frozenset[str]) -> Iterator[str]:
    page, path = found.page, found.path
    wanted = "zh-CN" if language == "zh" else "en"
    if page.one("html").attributes.get("lang") != wanted:
        yield f"{path}: is in {page.one('html').attributes.get('lang')}, not in {wanted}"
    if len(page.all("h1")) != 1:
        yield f"{path}: has {len(page.all('h1'))} headings of the first level"
    for text in set(_spoken(page)):
        if text in data:
            continue
        if text in _of_the_other(language):
            yield f"{path}: says {text!r} ({_of_the_other(language)[text]}) in the other language"
        if CODE.search(text):
            yield f"{path}: says the code {text!r}"


def _spoken(node: Node) -> Iterator[str]:
    """Each text of a page that is said in its language."""
    if LITERAL & {node.tag, *node.attributes.get("class", "").split()}:
        return
    for name in ("aria-label", "title", "placeholder"):
        if node.attributes.get(name):
            yield node.attributes[name]
    for one in node.inside:
        if isinstance(one, Node):
            yield from _spoken(one)
        elif one.strip():
            yield " ".join(one.split())


@cache
def _of_the_other(language: str) -> dict[str, str]:
    """What only the other language says, with its key."""
    ours = _texts(language)
    theirs = _texts("en" if language == "zh" else "zh")
    return {
        text: key for text, key in theirs.items() if text not in ours and len(text) > 3 and "{" not in text
    }


@cache
def _texts(language: str) -> dict[str, str]:
    found = {}
    for path in sorted(FOLDER.glob(f"*.{language}.json")):
        for key, text in json.loads(path.read_text("utf-8")).items():
            for form in [text] if isinstance(text, str) else text.values():
                found[form.replace("**", "")] = key
    return found
