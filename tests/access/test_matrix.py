"""Who may do what: for every route and every role exactly what docs/access.md has written."""

import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from jifen.api.app import DOCUMENTED
from jifen.api.routing import Route
from jifen.parties.sessions import Sessions
from jifen.site.routing import Page
from jifen.site.table import PAGES
from jifen.site.till.stand import STORE_COOKIE
from jifen.site.visit import SESSION_COOKIE
from tests.access.objects import API, LIN, OTHER_SHOP, OTHER_STORE, SHOP, STORE, Sample, World
from tests.access.page_objects import OF_PAGES
from tests.access.village import STOCK, more_kinds
from tests.access.written import COLUMNS, rows
from tests.site.town import TODAY, Towns, built

WRITTEN = rows()
ROUTES: tuple[Route | Page, ...] = (*DOCUMENTED, *PAGES)

PEOPLE = {
    "member": "lin",
    "other member": "gu",
    "cashier": "zhoumin",
    "manager": "hemanager",
    "other merchant": "anmanager",
    "clerk": "hezhiyuan",
    "approver": "xuapprover",
    "auditor": "songauditor",
}
"""Who comes by the pages in each column."""

KEYS = {
    "cashier": SHOP,
    "manager": SHOP,
    "other merchant": OTHER_SHOP,
    "clerk": "clerk",
    "approver": "approver",
    "auditor": "auditor",
}
"""Whose key asks the interface in each column; a member has none."""

OWNERS = ("member", "cashier", "manager")
STRANGERS = {"member": "other member", "cashier": "other merchant", "manager": "other merchant"}


@pytest.fixture(scope="module")
async def world(towns: Towns) -> AsyncIterator[World]:
    """The town with a key for each column, and points to spend."""
    async with built(towns, more_kinds) as town:
        keys = town.house.keys
        merchants = town.program.merchants
        made = {"operator": await keys.make(town.program.id, None, "whole", TODAY)}
        for shop in (SHOP, OTHER_SHOP):
            made[shop] = await keys.make(town.program.id, merchants[shop].id, f"till-{shop}", TODAY)
        for role in ("clerk", "approver", "auditor"):
            made[role] = await keys.make(town.program.id, None, f"key-{role}", TODAY, role)
        await town.given("lin", 900_000)
        await town.api.post("/v1/stocks", {"code": STOCK, "count": 1_000})
        transport = httpx.ASGITransport(town.app, raise_app_exceptions=False)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://jifen") as client:
            yield World(town, client, made)


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    """A new route is written into docs/access.md first; a row of a route that is gone is taken out."""
    names = [route.name for route in ROUTES]
    assert len(names) == len(set(names)), "two routes have one name"
    missing = sorted(set(names) - set(WRITTEN))
    assert not missing, f"docs/access.md has no row of {', '.join(missing)}: write one"
    stale = sorted(set(WRITTEN) - set(names))
    assert not stale, f"docs/access.md has rows of {', '.join(stale)}, which are no routes: take them out"


def test_a_row_that_says_own_can_be_tried() -> None:
    """Whose something is can only be seen of something that is somebody's."""
    own = {name for name, cells in WRITTEN.items() if "own" in cells.values()}
    missing = sorted(own - set(API) - set(OF_PAGES))
    assert not missing, f"say in tests/access/objects.py or page_objects.py what is tried of {missing}"
    for name in own:
        for owner in OWNERS:
            if WRITTEN[name][owner] == "own":
                assert WRITTEN[name][STRANGERS[owner]] == "no", f"row {name}: what is own is no other's"


def test_an_auditor_changes_nothing_but_the_own_sign_in() -> None:
    """By the words of the matrix, whatever the routes say."""
    mine = {"access.sign_out", "access.set_password", "access.set_authenticator"}
    mine |= {"access.close_other_staff_sessions"}
    # A whole phone is shown by a form, since it is recorded; nothing changes.
    mine |= {"console.member_phone"}
    doors = {page.name for page in PAGES if "stranger" in page.who}
    nobody = {route.name for route in DOCUMENTED if route.who == "anyone"}
    for route in ROUTES:
        if route.method != "GET" and route.name not in mine | doors | nobody:
            assert WRITTEN[route.name]["auditor"] == "no", route.name


def test_the_gate_of_each_page_is_that_of_its_row() -> None:
    """The interface behind a page refuses too, so an open gate would not be seen by trying alone."""
    for page in PAGES:
        allowed = {_role(column) for column in COLUMNS if WRITTEN[page.name][column] != "no"}
        assert allowed == set(page.who), page.name


def _filled(path: str, args: dict[str, str]) -> str:
    """The path with its parameters; what nobody gave names nothing that is there."""
    defaults = {"number": LIN, "no": "1", "code": "nothing", "id": "00000000-0000-7000-8000-000000000000"}
    parts = []
    for part in path.split("/"):
        name = part[1:-1] if part.startswith("{") else ""
        parts.append(quote(args.get(name, defaults.get(name, "nothing"))) if name else part)
    return "/".join(parts)


@pytest.mark.parametrize("route", DOCUMENTED, ids=lambda route: route.name)
async def test_the_interface_is_open_as_written(world: World, route: Route) -> None:
    """Nine requests: each is let in, or refused by 401 or 403; what is another's is refused or not there."""
    written = WRITTEN[route.name]
    for column in COLUMNS:
        cell = written[column]
        own = "own" in (written["manager"], written["cashier"])
        sample = await API[route.name](world) if own else Sample()
        if not own and route.method != "GET":
            sample.body = {"nonsense": True}
        answer = await _asked(world, route, column, sample)
        place = f"{route.name} as {column}: {answer.status_code} {answer.text[:300]}"
        assert answer.status_code < 500, place
        if cell == "own":
            assert answer.status_code < 300 or (sample.judged and not _not_theirs(answer)), place
            assert sample.marker in answer.text, place
        elif cell == "yes":
            assert answer.status_code not in (401, 403), place
        elif own and column == "other merchant":
            seen = answer.status_code == 200 and sample.marker and sample.marker not in answer.text
            assert seen or _not_theirs(answer), place
        else:
            assert answer.status_code in (401, 403), place


def _not_theirs(answer: httpx.Response) -> bool:
    """Whether something is forbidden, or not there for who asks; identifications say so with a word."""
    return answer.status_code in (401, 403, 404) or '"why":"unknown"' in answer.text


async def _asked(world: World, route: Route, column: str, sample: Sample) -> httpx.Response:
    who = KEYS.get(column, "")
    if sample.shop == OTHER_SHOP and who in (SHOP, OTHER_SHOP):
        who = SHOP if who == OTHER_SHOP else OTHER_SHOP
    more: dict[str, Any] = {}
    if column in ("member", "other member"):
        # Who is signed in to the pages has no key, and the session opens nothing of the interface.
        more["headers"] = {"cookie": f"{SESSION_COOKIE}={await world.town.token(PEOPLE[column])}"}
    path = _filled(route.path, sample.args) + sample.query
    return await world.ask(who, route.method, path, sample.body, **more)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
async def test_the_pages_are_open_as_written(world: World, page: Page) -> None:
    """Nine visits: each is let in, or told that the page is not theirs, or sent to sign in first."""
    written = WRITTEN[page.name]
    own = "own" in written.values()
    for column in COLUMNS:
        cell = written[column]
        sample = await OF_PAGES[page.name](world) if own else Sample()
        answer = await _visited(world, page, column, sample)
        place = f"{page.name} as {column}: {answer.status_code} {answer.headers.get('location', '')}"
        assert answer.status_code < 500, place
        if cell == "own":
            assert answer.status_code not in (401, 403, 404), place
            assert sample.marker in answer.text, place
        elif cell == "yes":
            assert not _turned_away(answer, page, column), place
        elif own and column in STRANGERS.values() and page.who and _role(column) in page.who:
            said = sample.said and sample.said in answer.text
            assert answer.status_code in (403, 404) or said, place
        else:
            assert _turned_away(answer, page, column), place


def _role(column: str) -> str:
    return {"other member": "member", "other merchant": "manager"}.get(column, column)


def _turned_away(answer: httpx.Response, page: Page, column: str) -> bool:
    """Whether somebody was not let in: 403 for who is signed in; a stranger is sent to a door."""
    if column != "stranger":
        return answer.status_code in (401, 403)
    if page.method == "GET":
        return answer.status_code == 303 and "?next=" in answer.headers["location"]
    # Without a form's token whoever is let in gets no further than to the form.
    return answer.status_code == 303


async def _visited(world: World, page: Page, column: str, sample: Sample) -> httpx.Response:
    path = _filled(page.path, sample.args) + sample.query
    if column == "stranger":
        return await world.client.request(page.method, path, data={} if page.method == "POST" else None)
    who = PEOPLE[column]
    if sample.members is not None and column in ("member", "other member"):
        token = await world.token_of(sample.members[column == "other member"])
        return await _with(world, page, path, who, token, sample)
    if sample.shop == OTHER_SHOP and column in ("manager", "other merchant"):
        who = PEOPLE["other merchant" if column == "manager" else "manager"]
    return await _with(world, page, path, who, await world.town.token(who), sample)


async def _with(world: World, page: Page, path: str, who: str, token: str, sample: Sample) -> httpx.Response:
    store = OTHER_STORE if who == PEOPLE["other merchant"] else STORE
    headers = {"cookie": f"{SESSION_COOKIE}={token}; {STORE_COOKIE}={store}"}
    if page.method == "GET":
        return await world.client.get(path, headers=headers)
    fields = {"csrf": _csrf(world, token), "key": secrets.token_hex(8), **(sample.body or {})}
    return await world.client.post(path, headers=headers, data=fields)


def _csrf(world: World, token: str) -> str:
    return Sessions(world.town.house.pool, world.town.house.vault).csrf_of(token)


@pytest.mark.parametrize(
    "page", [page for page in PAGES if page.method == "POST"], ids=lambda page: page.name
)
async def test_no_form_is_taken_without_its_token(world: World, page: Page) -> None:
    """Neither without one, nor with that of another session, nor when it is sent from another site."""
    role = next(role for role in page.who if role != "stranger")
    who = next(PEOPLE[column] for column in COLUMNS if column == role)
    token, other = await world.town.token(who), await world.town.token(who)
    path, headers = _filled(page.path, {}), {"cookie": f"{SESSION_COOKIE}={token}"}
    for csrf in ("", _csrf(world, other)):
        answer = await world.client.post(
            path, headers=headers, data={"csrf": csrf, "key": secrets.token_hex(8)}
        )
        assert answer.status_code == 403, csrf
    cross = {**headers, "sec-fetch-site": "cross-site"}
    fields = {"csrf": _csrf(world, token), "key": secrets.token_hex(8)}
    answer = await world.client.post(path, headers=cross, data=fields)
    assert answer.status_code == 403
    still = await world.town.reception.sessions.whose(token, datetime.now(UTC))
    assert still is not None, "a form that was refused has done nothing"
