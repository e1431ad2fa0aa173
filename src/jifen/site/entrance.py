"""The entrance: finds the page, sees who asks, lets in or not; whatever goes wrong leaves as a page."""

import contextlib
import io
import logging
import secrets
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from litestar import Request, Response
from litestar.handlers import asgi
from litestar.types import ASGIApp, Receive, Scope, Send
from multipart import MultipartError, parse_form_data

from jifen.api.door import path_of
from jifen.api.problems import Problem
from jifen.api.routing import Router
from jifen.engine.engine import LOST
from jifen.pages.rendering import LANGUAGE_COOKIE
from jifen.pages.rendering import takes_gzip as unpacks
from jifen.pages.words import chosen_language
from jifen.parties.sessions import Session
from jifen.site import files
from jifen.site.inside import No
from jifen.site.reception import Reception
from jifen.site.rendering import THEME_COOKIE, THEMES
from jifen.site.routing import Page
from jifen.site.table import PAGES, read_by
from jifen.site.visit import SESSION_COOKIE, PageRequest, Stop, Visit
from jifen.site.wording import wording

log = logging.getLogger("jifen.site")

PROGRAM_COOKIE = "jifen_programme"
FORM_BYTES_MOST = 2_000_000
SAME_SITE = ("same-origin", "none", "")
FORM_KINDS = ("application/x-www-form-urlencoded", "multipart/form-data")
STAFF_PATHS = ("/till", "/shop", "/console", "/staff")
WRITES_MOST, WRITES_S = 240, 60
"""So many forms a person may send in a minute."""


class Entrance:
    """The ASGI application of all pages. `reception` is set for as long as the house is open."""

    def __init__(self) -> None:
        self.router: Router[Page] = Router(PAGES)
        self.reception: Reception | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request: PageRequest = Request(scope, receive, send)
        try:
            response = await self._answer(request, path_of(scope))
        except Exception as fault:
            # Not even a page that says so could be made: the database is away, or a template is wrong.
            log.exception("a page could not be made: %r", fault)
            lost = isinstance(fault, LOST)
            response = Response(b"503" if lost else b"500", status_code=503 if lost else 500)
        with contextlib.suppress(OSError):
            await response.to_asgi_response(None, request)(scope, receive, send)

    async def _answer(self, request: PageRequest, path: str) -> Response[bytes]:
        if path.startswith(f"{files.PATH}/"):
            return _file(request, path.removeprefix(f"{files.PATH}/"))
        reception = self.reception
        if reception is None:
            return Response(b"", status_code=503, headers={"Retry-After": "1"}, media_type="text/plain")
        visit = await self._visit(request, reception)
        try:
            response = await self._let_in(visit, request.method, path)
        except Stop as stop:
            response = _stopped(visit, stop)
        except No as no:
            response = _said_no(visit, no)
        except Exception as fault:
            if isinstance(fault, LOST):
                reception.house.mend()
            response = _failed(visit, fault)
        return response

    async def _visit(self, request: PageRequest, reception: Reception) -> Visit:
        language = chosen_language(
            request.query_params.get("lang"),
            request.cookies.get(LANGUAGE_COOKIE),
            request.headers.get("accept-language", ""),
        )
        theme = request.query_params.get("theme") or request.cookies.get(THEME_COOKIE, "")
        session = await _session(request, reception)
        asked = request.query_params.get("programme") or request.cookies.get(PROGRAM_COOKIE, "")
        found = await reception.program_for(session, asked)
        program = await reception.house.program(found) if found else None
        visit = Visit(
            request, reception, program, session, wording(language), theme if theme in THEMES else "auto"
        )
        visit.open_to = read_by(visit.role)
        if session is None and request.query_params.get("programme") and program:
            visit.set_cookie(PROGRAM_COOKIE, program.code)
        return visit

    async def _let_in(self, visit: Visit, method: str, path: str) -> Response[bytes]:
        try:
            page, args = self.router.find(method, path)
        except Problem as problem:
            raise Stop(
                "nothing_here" if problem.code == "not_found" else "only_sent", problem.status
            ) from None
        visit.asked, visit.args = page, args
        if visit.role not in page.who:
            return self._turned_away(visit, page, path)
        if page.method == "GET":
            return await page.show(visit)
        await _take_form(visit)
        if visit.session is not None:
            who = visit.session.token_hash.hex()
            until = await visit.reception.limits.take("forms", who, WRITES_MOST, WRITES_S, visit.real_now)
            if until is not None:
                raise Stop("too_often", 429, until=until)
        return await _recorded(visit, page)

    def _turned_away(self, visit: Visit, page: Page, path: str) -> Response[bytes]:
        """A stranger signs in first and comes back; whoever is signed in is told that it is not theirs."""
        if visit.session is not None:
            raise Stop("not_yours", 403)
        door = "/staff" if path.startswith(STAFF_PATHS) else "/sign-in"
        return visit.go(f"{door}?next={quote(path)}" if page.method == "GET" else door)


async def _session(request: PageRequest, reception: Reception) -> Session | None:
    token = request.cookies.get(SESSION_COOKIE, "")
    if not token or len(token) > 200:
        return None
    return await reception.sessions.whose(token, datetime.now(UTC))


async def _take_form(visit: Visit) -> None:
    """Read the form, and see that it is ours.

    Raises:
        Stop: it comes from elsewhere, is no form, or is too large.
    """
    request = visit.request
    if request.headers.get("sec-fetch-site", "") not in SAME_SITE:
        raise Stop("form", 403)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    length = request.headers.get("content-length", "0")
    if kind not in FORM_KINDS or not length.isdigit() or int(length) > FORM_BYTES_MOST:
        raise Stop("form", 422)
    forms, parts = _parsed(request.headers.get("content-type", ""), await _body(request))
    visit.many = {name: forms.getall(name) for name in forms}
    visit.form = {name: values[-1] for name, values in visit.many.items()}
    visit.files = {name: parts[name].raw for name in parts}
    if not visit.csrf_holds(visit.form.get("csrf", "")):
        raise Stop("form", 403)


async def _body(request: PageRequest) -> bytes:
    """The body, as it comes.

    Raises:
        Stop: it is too large, or the browser went away.
    """
    pieces, length, more = [], 0, True
    while more:
        message = await request.receive()
        if message["type"] != "http.request":
            raise Stop("form", 422)
        pieces.append(message.get("body", b""))
        length += len(pieces[-1])
        more = message.get("more_body", False)
        if length > FORM_BYTES_MOST:
            raise Stop("form", 413)
    return b"".join(pieces)


def _parsed(content_type: str, body: bytes) -> tuple[Any, Any]:
    """Fields and files of a form.

    Raises:
        Stop: it is no form.
    """
    environ = {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }
    try:
        fields, sent = parse_form_data(environ, strict=True, mem_limit=FORM_BYTES_MOST)
    except MultipartError as wrong:
        raise Stop("form", 422) from wrong
    return fields, sent


async def _recorded(visit: Visit, page: Page) -> Response[bytes]:
    """Do what the form asks, and record who asked for what and how it went."""
    try:
        response = await page.show(visit)
    except Stop as stop:
        await _record(visit, page, f"stopped: {stop.why}")
        raise
    except No as no:
        await _record(visit, page, f"refused: {no.code}")
        raise
    except Exception:
        with contextlib.suppress(*LOST):
            await _record(visit, page, "failed")
        raise
    await _record(
        visit, page, "done" if (response.status_code or 200) < 400 else f"refused: {response.status_code}"
    )
    return response


async def _record(visit: Visit, page: Page, outcome: str) -> None:
    if not page.audited or not visit.has_program:
        return
    session = visit.session
    actor = visit.actor
    if session is not None:
        actor = session.staff.login if session.staff else session.number
    facts = {"path": "/".join(visit.args.values()), **visit.noted}
    target = str(facts.pop("target", "") or "/".join(visit.args.values()))
    await visit.reception.audit.write(
        visit.program.id, visit.real_now, actor, visit.role, page.name, target, outcome, facts
    )


def _stopped(visit: Visit, stop: Stop) -> Response[bytes]:
    return visit.page("stopped.html", stop.status, why=stop.why, back=stop.back, facts=stop.facts)


def _said_no(visit: Visit, no: No) -> Response[bytes]:
    """A refusal that its own page did not put into words: what was asked, the stable code, a way back."""
    if no.ours:
        return visit.page("failed.html", no.status, incident=no.facts.get("incident", no.code))
    return visit.page("refused.html", no.status, no=no)


def _failed(visit: Visit, fault: Exception) -> Response[bytes]:
    incident = secrets.token_hex(4)
    log.error("a page failed, incident %s", incident, exc_info=fault)
    return visit.page("failed.html", 503 if isinstance(fault, LOST) else 500, incident=incident)


def _file(request: PageRequest, name: str) -> Response[bytes]:
    found = files.files().get(name)
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
    if unpacks(request):
        packed = {**headers, "Content-Encoding": "gzip"}
        return Response(found.packed, headers=packed, media_type=found.media_type)
    return Response(found.content, headers=headers, media_type=found.media_type)


def mounts(entrance: Entrance) -> list[Any]:
    """The places at which the entrance stands: the first part of every page's address."""

    async def enter(scope: Scope, receive: Receive, send: Send) -> None:
        await entrance(scope, receive, send)

    below = sorted({f"/{page.path.split('/')[1]}" for page in PAGES if page.path != "/"} | {files.PATH})
    handler: ASGIApp = enter
    return [
        asgi("/", copy_scope=False)(handler),
        *(asgi(path, is_mount=True, copy_scope=False)(enter) for path in below),
    ]
