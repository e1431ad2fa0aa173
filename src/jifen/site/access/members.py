"""Members sign in: the phone, the code that was sent to it, and, for who is new, the terms."""

import secrets
from urllib.parse import urlencode

from litestar import Response

from jifen.messages.outbox import Message, put
from jifen.parties.catalog import Conflict
from jifen.parties.keys import Key
from jifen.parties.sign_in import Asked, AskedTooOften, CodeRefused, Confirmed
from jifen.programs.publications import Publication, in_force, publications
from jifen.site.access.doors import MEMBER_S, device_of, knock, let_in, minutes_until, onward, own, record
from jifen.site.access.material import paragraphs, points_of
from jifen.site.inside import Inside, No
from jifen.site.routing import ANYONE, get, post
from jifen.site.visit import Visit

ASKED_COOKIE = "jifen_asked"
ASKED_S = 3_600

ASKS_MOST, ASKS_S = 20, 3_600
"""So many codes may be asked for from one address."""

TRIES_MOST, TRIES_S = 100, 3_600
"""So many codes may be tried from one address."""

NUMBER_DIGITS = 9
NAME_MOST = 100


async def ask_page(visit: Visit) -> Response[bytes]:
    """The page that asks for the phone; who is signed in already goes on."""
    if visit.role == "member":
        return visit.go(onward(visit, "member"))
    return _ask_page(visit)


def _ask_page(visit: Visit, status: int = 200, wrong: str = "", minutes: int = 0) -> Response[bytes]:
    return visit.page(
        "access/sign_in.html",
        status,
        phone=visit.field("phone"),
        wrong=wrong,
        minutes=minutes,
        onward=_kept(visit),
    )


def _kept(visit: Visit) -> str:
    """What is carried through all steps: where to go on, and who invited."""
    wished = visit.query("next") or visit.field("next")
    invite = (visit.query("invite") or visit.field("invite"))[:64]
    found = {"next": wished if own(wished) else "", "invite": invite if invite.isprintable() else ""}
    return urlencode({name: value for name, value in found.items() if value})


def _step(visit: Visit, path: str) -> str:
    kept = _kept(visit)
    return f"{path}?{kept}" if kept else path


async def ask(visit: Visit) -> Response[bytes]:
    """Send a code to the phone. What is answered is the same whether or not it is a member's."""
    await knock(visit, "codes asked", ASKS_MOST, ASKS_S)
    try:
        asked = await visit.reception.sign_in.ask(
            visit.program, visit.field("phone"), visit.words.language, visit.real_now
        )
    except Conflict:
        return _ask_page(visit, 422, wrong=visit.words.t("access.phone_wrong"))
    except AskedTooOften as often:
        return _ask_page(visit, 429, minutes=minutes_until(often.until, visit.real_now))
    await _tell(visit, asked)
    visit.set_cookie(ASKED_COOKIE, asked.id, ASKED_S)
    return visit.go(_step(visit, "/sign-in/code"))


async def _tell(visit: Visit, asked: Asked) -> None:
    """Put the code into the outbox, for a phone that is known and one that is not alike."""
    fields = {"code": asked.code, "minutes": str(asked.minutes)}
    message = Message(
        program=visit.program.id,
        wallet=asked.about,
        event="sign_in_code",
        key=f"sign_in_code:{asked.about}",
        fields=fields,
        due_at=visit.now,
    )
    await put(visit.house.pool, [message], visit.now)


async def code_page(visit: Visit) -> Response[bytes]:
    """The page that asks for the code."""
    return await _code_page(visit)


async def _code_page(visit: Visit, status: int = 200, wrong: str = "") -> Response[bytes]:
    cookie = visit.request.cookies.get(ASKED_COOKIE, "")
    waiting = await visit.reception.sign_in.waiting(cookie, visit.real_now) if cookie else None
    if waiting is None or waiting.tries_left == 0:
        if not wrong:
            return visit.go(_step(visit, "/sign-in"))
        return visit.page("access/code_over.html", status, again=_step(visit, "/sign-in"))
    return visit.page(
        "access/code.html",
        status,
        phone=waiting.phone,
        until=waiting.until,
        wrong=wrong,
        onward=_kept(visit),
        back=_step(visit, "/sign-in"),
    )


async def confirm(visit: Visit) -> Response[bytes]:
    """Take the code: a member is signed in, somebody new is shown the terms."""
    await knock(visit, "codes tried", TRIES_MOST, TRIES_S)
    cookie = visit.request.cookies.get(ASKED_COOKIE, "")
    try:
        confirmed = await visit.reception.sign_in.confirm(cookie, visit.field("code"), visit.real_now)
    except CodeRefused as refused:
        if refused.why == "unknown":
            return visit.go(_step(visit, "/sign-in"))
        left = refused.tries_left
        return await _code_page(visit, 422, visit.words.t(f"access.code_{refused.why}", left, left=left))
    if confirmed.wallet is None:
        return visit.go(_step(visit, "/sign-in/terms"))
    return await _come_in(visit, cookie, confirmed)


async def _come_in(visit: Visit, cookie: str, confirmed: Confirmed, done: str = "") -> Response[bytes]:
    """Sign the member of a proven phone in, once."""
    assert confirmed.wallet is not None
    member = await visit.house.members.member(confirmed.wallet)
    if member is None or not await visit.reception.sign_in.end(cookie, visit.real_now):
        return visit.go(_step(visit, "/sign-in"))
    token = await visit.reception.sessions.open_for_member(
        confirmed.program, member.wallet, member.number, visit.real_now, device_of(visit)
    )
    await let_in(visit, token, MEMBER_S)
    visit.set_cookie(ASKED_COOKIE, "", 0)
    await record(visit, confirmed.program, member.number, "member", "done")
    return visit.go(onward(visit, "member"), done=done)


async def terms_page(visit: Visit) -> Response[bytes]:
    """The terms, for a phone that was proven and is no member's; before they are accepted it is not kept."""
    return await _terms_page(visit)


async def _terms_page(visit: Visit, status: int = 200, wrong: str = "") -> Response[bytes]:
    confirmed = await _proven(visit)
    if confirmed is None or confirmed.wallet is not None:
        return visit.go(_step(visit, "/sign-in"))
    published = await _terms(visit)
    language = visit.words.language
    text = "" if published is None else (published.terms_zh if language == "zh" else published.terms_en)
    return visit.page(
        "access/terms.html",
        status,
        phone=confirmed.phone,
        version=published.version if published else 0,
        valid_from=published.valid_from if published else None,
        material=points_of(published, visit.program, visit.now, visit.words) if published else (),
        sections=paragraphs(text),
        name=visit.field("name"),
        wrong=wrong,
        onward=_kept(visit),
        back=_step(visit, "/sign-in"),
    )


async def _proven(visit: Visit) -> Confirmed | None:
    cookie = visit.request.cookies.get(ASKED_COOKIE, "")
    found = await visit.reception.sign_in.proven(cookie, visit.real_now) if cookie else None
    return found if found is not None and found.program == visit.program.id else None


async def _terms(visit: Visit) -> Publication | None:
    """The terms in force; None: the programme's rules were never published with terms."""
    return in_force(await publications(visit.house.pool, visit.program.id), visit.now)


async def join(visit: Visit) -> Response[bytes]:
    """Accept the terms: the phone's owner becomes a member and the acceptance is kept, before any point."""
    await knock(visit, "codes tried", TRIES_MOST, TRIES_S)
    confirmed = await _proven(visit)
    if confirmed is None:
        return visit.go(_step(visit, "/sign-in"))
    cookie = visit.request.cookies.get(ASKED_COOKIE, "")
    if confirmed.wallet is not None:
        return await _come_in(visit, cookie, confirmed)
    published = await _terms(visit)
    if visit.field("accept") != "yes":
        return await _terms_page(visit, 422, visit.words.t("access.terms_unaccepted"))
    if visit.field("version") != str(published.version if published else 0):
        return await _terms_page(visit, 409, visit.words.t("access.terms_newer"))
    name = visit.field("name")[:NAME_MOST]
    if not name.isprintable():
        return await _terms_page(visit, 422, visit.words.t("access.name_wrong"))
    await _enrol(visit, confirmed.phone, name, published)
    confirmed = await _proven(visit)
    if confirmed is None or confirmed.wallet is None:
        return visit.go(_step(visit, "/sign-in"))
    return await _come_in(visit, cookie, confirmed, done="joined")


async def _enrol(visit: Visit, phone: str, name: str, published: Publication | None) -> None:
    """Enrol by the interface, as anybody would; where another request was faster, its member stands."""
    speaking = Inside(visit.house, visit.program, Key(visit.program.id, None, "@member"))
    body = {"name": name, "phone": phone}
    inviter = visit.query("invite") or visit.field("invite")
    number = await _free_number(visit)
    try:
        try:
            await speaking.post("/v1/members", {**body, "number": number, "invited_by": inviter or None})
        except No as no:
            # Who invited may be nobody: then the new member is welcome all the same.
            if no.code != "member_unknown" and not (no.code == "invalid_request" and inviter):
                raise
            await speaking.post("/v1/members", {**body, "number": number})
    except No as no:
        if no.code != "already_exists":
            raise
        return
    if published is not None:
        receipt = {
            "version": published.version,
            "how": "acknowledged",
            "channel": "web",
            "text_hash": published.terms_hash.hex(),
            "language": visit.words.language,
        }
        await speaking.post(f"/v1/members/{number}/terms", receipt)


async def _free_number(visit: Visit) -> str:
    """A number that is nobody's: ten digits that begin with 8, so that nobody takes it for a phone."""
    while True:
        number = f"8{secrets.randbelow(10**NUMBER_DIGITS):0{NUMBER_DIGITS}}"
        if not await visit.house.members.wallets(visit.program.id, [number]):
            return number


ROUTES = (
    get("/sign-in", "access.sign_in", ask_page, ANYONE),
    post("/sign-in", "access.ask_code", ask, ANYONE, audited=False),
    get("/sign-in/code", "access.code", code_page, ANYONE),
    post("/sign-in/code", "access.confirm_code", confirm, ANYONE, audited=False),
    get("/sign-in/terms", "access.terms", terms_page, ANYONE),
    post("/sign-in/terms", "access.join", join, ANYONE, audited=False),
)
