"""Every link of every page, as every role, in both languages: nothing dead, all of it translated."""

import json
import re
from collections.abc import Iterator
from functools import cache

import msgspec
import pytest

from jifen.site.table import PAGES
from jifen.site.wording import FOLDER
from tests.browser.crawling import Found, crawl
from tests.browser.furnished import ROLES, Furnished
from tests.pages.reader import Node

CODE = re.compile(r"^[a-z]+(?:_[a-z]+)+$")
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
        page = (await client.get("/console/programme")).text
        hidden = {
            name: page.split(f'name="{name}" value="', 1)[1].split('"', 1)[0] for name in ("csrf", "key")
        }
        answer = await client.post("/console/programme/draft", data=hidden)
        assert answer.status_code == 303, answer.text


BOTH = [(who, language) for who in ROLES for language in ("zh", "en") if who not in ("shenruyi", "liangheng")]


@pytest.mark.parametrize(
    ("who", "language"),
    [*BOTH, ("shenruyi", "zh"), ("liangheng", "en")],
    ids=[f"{ROLES[who]}-{language}" for who, language in [*BOTH, ("shenruyi", "zh"), ("liangheng", "en")]],
)
async def test_every_link_leads_somewhere(furnished: Furnished, who: str, language: str) -> None:
    """From where the role begins over every link: a page, in the language that was asked for."""
    found = crawled[who, language] = await crawl(furnished, who, language)
    faults = [f"{one.path}: {one.status}" for one in found if one.status >= 400]
    for one in found:
        if one.is_page and one.status < 400:
            faults += _faults(one, language, await written(furnished))
    assert not faults, "\n".join(sorted(set(faults)))
    assert len(found) >= 4


async def test_every_page_is_reached(furnished: Furnished) -> None:
    """A page to which nothing leads is dead too."""
    reached = set()
    for who in ROLES:
        found = crawled.get((who, "zh")) or crawled.get((who, "en")) or await crawl(furnished, who, "zh")
        reached |= {one.route.removesuffix("?") for one in found}
    assert {page.name for page in PAGES if page.method == "GET"} - reached - set(UNLINKED) == set()


async def written(furnished: Furnished) -> frozenset[str]:
    """What the operator wrote in the programme: it is shown as it is, in either language."""
    program = await furnished.house.catalog.refresh(furnished.small.program.id)
    return frozenset(
        text for rules in program.rules for text in _strings(msgspec.to_builtins(rules.definition))
    )


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
        if CODE.match(text):
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
