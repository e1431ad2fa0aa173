"""Routes: the addresses of a member's wallet, opened by a signed link, and of the files beside it."""

import logging
import secrets
from datetime import UTC, datetime
from typing import Any

import msgspec
from litestar import Response, Router, get
from litestar.params import FromPath

from jifen.engine.engine import LOST
from jifen.pages import assets
from jifen.pages.entry_view import entry_view
from jifen.pages.figures import clock, masked
from jifen.pages.links import Link, read_token
from jifen.pages.reading import NEWEST, Seen, read_entries, read_entry
from jifen.pages.rendering import PageRequest, page, takes_gzip, words_of
from jifen.pages.rows import by_day, row_of
from jifen.pages.wallet_view import RECENT, wallet_view
from jifen.pages.words import Words
from jifen.parties.members import Members
from jifen.values.periods import local_day

log = logging.getLogger("jifen.pages")

ON_A_PAGE = 30


class Refused(Exception):
    """A page that cannot be shown: why, as the catalogue names it, and where to go from here."""

    def __init__(self, why: str, status: int, back: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.status = status
        self.back = back


class Visit(msgspec.Struct, frozen=True):
    """Who looks at which wallet, and in which words."""

    link: Link
    token: str
    words: Words

    @property
    def path(self) -> str:
        """Where the wallet's pages begin."""
        return f"/wallet/{self.token}"


def visit_of(request: PageRequest, token: str) -> Visit:
    """The visit that a token allows.

    Raises:
        Refused: it is not ours, or its time is over.
    """
    link = read_token(request.app.state.vault, token)
    if link is None:
        raise Refused("wrong", 404)
    # A link's time is real time, also where a programme runs on a test clock.
    if link.expires_at <= datetime.now(UTC):
        raise Refused("expired", 410)
    return Visit(link, token, words_of(request))


@get("/wallet/{token:str}", include_in_schema=False)
async def wallet_page(request: PageRequest, token: FromPath[str]) -> Response[bytes]:
    """What a member has."""
    visit = visit_of(request, token)
    state = request.app.state
    seen = await read_entries(state.pool, state.catalog, visit.link.wallet, NEWEST, RECENT + 1)
    if seen is None:
        raise Refused("wrong", 404)
    frame = await _frame(state.members, visit, seen)
    return page(request, "wallet.html", **frame, view=wallet_view(seen, visit.words))


@get("/wallet/{token:str}/entries", include_in_schema=False)
async def entries_page(request: PageRequest, token: FromPath[str]) -> Response[bytes]:
    """All entries, newest first, so many on a page."""
    visit = visit_of(request, token)
    state = request.app.state
    before = _number(request.query_params.get("before"))
    seen = await read_entries(state.pool, state.catalog, visit.link.wallet, before or NEWEST, ON_A_PAGE + 1)
    if seen is None:
        raise Refused("wrong", 404)
    shown = seen.entries[:ON_A_PAGE]
    days = by_day(seen, [row_of(seen, entry, visit.words) for entry in shown], visit.words)
    older = shown[-1].no if len(seen.entries) > ON_A_PAGE else None
    frame = await _frame(state.members, visit, seen)
    query = f"before={before}&" if before else ""
    return page(request, "entries.html", **frame, days=days, older=older, before=before, query=query)


@get("/wallet/{token:str}/entries/{no:str}", include_in_schema=False)
async def entry_page(request: PageRequest, token: FromPath[str], no: FromPath[str]) -> Response[bytes]:
    """One entry, explained."""
    visit = visit_of(request, token)
    state = request.app.state
    number = _number(no)
    seen = number and await read_entry(state.pool, state.catalog, visit.link.wallet, number)
    if not seen:
        raise Refused("no_entry", 404, visit.path)
    frame = await _frame(state.members, visit, seen)
    return page(request, "entry.html", **frame, view=entry_view(seen, visit.words))


@get(f"{assets.PATH}/{{name:str}}", include_in_schema=False)
async def asset(request: PageRequest, name: FromPath[str]) -> Response[bytes]:
    """A file of the package."""
    found = assets.assets().get(name)
    if found is None:
        return Response(b"", status_code=404, media_type="text/plain")
    headers = {
        "Cache-Control": found.cache_control(request.query_params.get("v")),
        "ETag": f'"{found.version}"',
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(b"", status_code=304, headers=headers, media_type=found.media_type)
    if takes_gzip(request):
        return Response(
            found.packed, headers={**headers, "Content-Encoding": "gzip"}, media_type=found.media_type
        )
    return Response(found.content, headers=headers, media_type=found.media_type)


def refused(request: PageRequest, refusal: Refused) -> Response[bytes]:
    """A page that says what to do instead."""
    return page(request, "refused.html", refusal.status, why=refusal.why, back=refusal.back)


def failed(request: PageRequest, fault: Exception) -> Response[bytes]:
    """A page that says that it is our fault and that nothing moved. The address is secret and not logged."""
    incident = secrets.token_hex(4)
    log.error("a page failed, incident %s", incident, exc_info=fault)
    return page(request, "failed.html", 503 if isinstance(fault, LOST) else 500, incident=incident)


def routes() -> list[Router]:
    """What the application mounts. Its state has: pool, catalog, members, vault."""
    return [
        Router(
            path="/",
            route_handlers=[wallet_page, entries_page, entry_page, asset],
            exception_handlers={Refused: refused, Exception: failed},
        )
    ]


async def _frame(members: Members, visit: Visit, seen: Seen) -> dict[str, Any]:
    """What stands around every page: whose programme and wallet it is, and how long the link is good."""
    member = await members.member(visit.link.wallet)
    zone = seen.program.zone
    day = visit.words.full_day(local_day(visit.link.expires_at, zone))
    return {
        "program": seen.program.name,
        "path": visit.path,
        "name": member.name or member.number if member else "",
        "phone": masked(member.phone) if member and member.phone else "",
        "until": visit.words.t("date.time", day=day, time=clock(visit.link.expires_at, zone)),
    }


def _number(text: str | None) -> int | None:
    """The number of an entry; None where the text is none."""
    if text is None or not text.isascii() or not text.isdigit() or len(text) > len(str(NEWEST)):
        return None
    number = int(text)
    return number if 0 < number < NEWEST else None
