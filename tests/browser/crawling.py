"""Crawling: from where a role begins, over every link of every page, some addresses of each route."""

from collections import Counter
from collections.abc import Iterator
from functools import cache
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import httpx
import msgspec

from jifen.api.problems import Problem
from jifen.api.routing import Router
from jifen.site.landing import HOME
from jifen.site.routing import Page
from jifen.site.table import PAGES
from tests.browser.furnished import ROLES, Furnished
from tests.pages.reader import Node, read

EACH_MOST = 2
"""So many addresses of one route are opened: one entry is like the next."""

OUTSIDE = ("/docs", "/openapi.json", "/v1/")
"""What is no page of ours: the interface and its documents."""

STARTS = {
    "stranger": ("/sign-in", "/staff", "/tally", "/check"),
    "clerk": ("/console/search?q=19900000012", "/console/search?q=nobody"),
}
"""Where else a role may begin than at its home: what a poster or another site links to."""


class Found(msgspec.Struct):
    """What was answered. page: as it was read; empty where it is none, such as a file to download."""

    path: str
    route: str
    status: int
    kind: str
    page: Node

    @property
    def is_page(self) -> bool:
        """Whether it is a page, not a file to download."""
        return self.kind.startswith("text/html")


async def crawl(furnished: Furnished, who: str, language: str) -> list[Found]:
    """Every page that a role reaches by links."""
    role = ROLES[who]
    waiting = [HOME[role], *STARTS.get(role, ())]
    seen, counted, found = set[str](), Counter[str](), list[Found]()
    async with await furnished.client(who, language) as client:
        while waiting:
            path = waiting.pop(0)
            route = route_of(path)
            if path in seen or path.startswith(OUTSIDE) or counted[route] >= EACH_MOST:
                continue
            seen.add(path)
            counted[route] += 1
            answer = await client.get(path, follow_redirects=True)
            one = _found(path, route, answer)
            found.append(one)
            if one.is_page and one.status < 400:
                waiting += list(links(one.page, urlsplit(str(answer.url)).path))
    return found


def one_of_each(found: list[Found]) -> list[str]:
    """One address of each route that is a page."""
    chosen: dict[str, str] = {}
    for one in found:
        if one.is_page and one.status < 400:
            chosen.setdefault(one.route.removesuffix("?"), one.path)
    return list(chosen.values())


def _found(path: str, route: str, answer: httpx.Response) -> Found:
    kind = answer.headers.get("content-type", "")
    page = read(answer.text if kind.startswith("text/html") else "")
    return Found(path, route, answer.status_code, kind, page)


def links(page: Node, at: str) -> Iterator[str]:
    """Where a page leads, without what only switches language or theme.

    Raises:
        AssertionError: it leads to another host.
    """
    for node in page.walk():
        found = node.attributes.get("href", "") if node.tag == "a" else node.attributes.get("hx-get", "")
        if not found or found.startswith(("#", "data:")):
            continue
        parts = urlsplit(urljoin(f"http://jifen{at}", found))
        assert parts.netloc == "jifen", f"{at} leads to another host: {found}"
        query = [(name, value) for name, value in parse_qsl(parts.query) if name not in ("lang", "theme")]
        yield parts.path + (f"?{urlencode(query)}" if query else "")


def route_of(path: str) -> str:
    """The route of an address, by which likes are counted; with a query it is another one."""
    parts = urlsplit(path)
    try:
        page, _ = _router().find("GET", parts.path)
    except Problem:
        return parts.path
    return page.name + ("?" if parts.query else "")


@cache
def _router() -> Router[Page]:
    return Router(PAGES)
