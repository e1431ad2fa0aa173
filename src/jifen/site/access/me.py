"""My own sign-in: where I am signed in, signing out, and for staff the password and the authenticator."""

import base64
from datetime import datetime, timedelta

import msgspec
from cryptography.exceptions import InvalidTag
from litestar import Response

from jifen.parties.catalog import Conflict
from jifen.parties.passwords import new_secret, uri_of
from jifen.parties.sessions import Session
from jifen.parties.staff import ISSUER, SignInRefused, Staff
from jifen.site.access.browsers import browser_of
from jifen.site.access.doors import minutes_until
from jifen.site.routing import MEMBER, SIGNED_IN, STAFF, get, post
from jifen.site.visit import SESSION_COOKIE, Visit

OFFER_LIVES = timedelta(minutes=15)
"""So long a new secret waits for the first code that an authenticator makes of it."""


class Place(msgspec.Struct, frozen=True):
    """Somewhere I am signed in. browser, system: as far as what the browser says of itself is known."""

    browser: str
    system: str
    started_at: datetime
    seen_at: datetime
    here: bool


class Offer(msgspec.Struct, frozen=True):
    """A new secret that is not anybody's yet."""

    login: str
    secret: str
    until: datetime


_encode = msgspec.json.Encoder().encode
_offer = msgspec.json.Decoder(Offer).decode


def _places(visit: Visit, sessions: list[Session]) -> list[Place]:
    here = visit.signed_in.token_hash
    return [
        Place(*browser_of(one.device), one.started_at, one.seen_at, one.token_hash == here)
        for one in sessions
    ]


async def member_sessions(visit: Visit) -> Response[bytes]:
    """Where a member is signed in."""
    wallet = visit.signed_in.wallet
    assert wallet is not None
    found = list(await visit.reception.sessions.of_member(wallet, visit.real_now))
    return visit.page("access/member_sessions.html", places=_places(visit, found), back="/m/me")


async def staff_sessions(visit: Visit) -> Response[bytes]:
    """Where one of the staff is signed in."""
    found = list(await visit.reception.sessions.of_staff(_me(visit).id, visit.real_now))
    return visit.page("access/staff_sessions.html", places=_places(visit, found), frame=_frame(visit))


async def close_others(visit: Visit) -> Response[bytes]:
    """Sign out everywhere else."""
    await visit.reception.sessions.close_others(visit.signed_in)
    return visit.go(
        "/m/me/sessions" if visit.role == "member" else "/staff/sessions", done="signed_out_elsewhere"
    )


async def sign_out(visit: Visit) -> Response[bytes]:
    """Sign out here."""
    visit.note(target=visit.number or _me(visit).login)
    await visit.reception.sessions.close(visit.request.cookies.get(SESSION_COOKIE, ""))
    visit.set_cookie(SESSION_COOKIE, "", 0)
    answer = visit.go("/sign-in" if visit.role == "member" else "/staff", done="signed_out")
    if visit.role == "member":
        # What the phone kept of the wallet and the code for when there is no network goes too.
        answer.headers["Clear-Site-Data"] = '"storage"'
    return answer


def _me(visit: Visit) -> Staff:
    staff = visit.signed_in.staff
    assert staff is not None, "this page is for staff"
    return staff


def _frame(visit: Visit) -> str:
    """The frame of pages of staff: a cashier's has no menu of verbs."""
    return "plain.html" if visit.role == "cashier" else "console.html"


async def mine(visit: Visit) -> Response[bytes]:
    """Who I am here, and what I can change of how I sign in."""
    return await _mine(visit)


async def _mine(
    visit: Visit, status: int = 200, wrong: dict[str, str] | None = None, minutes: int = 0
) -> Response[bytes]:
    me = _me(visit)
    # What another tab changed a moment ago is shown as it is.
    fresh = await visit.reception.staff.by_id(me.id) or me
    merchant = visit.program.merchants_by_id.get(me.merchant) if me.merchant else None
    store = visit.program.stores.get(me.store)
    return visit.page(
        "access/staff_me.html",
        status,
        me=fresh,
        merchant=merchant,
        store=store,
        wrong=wrong or {},
        minutes=minutes,
        frame=_frame(visit),
    )


async def set_password(visit: Visit) -> Response[bytes]:
    """Set my password, by the one of now; I am signed out everywhere else."""
    me, book = _me(visit), visit.reception.staff
    fresh = visit.form.get("fresh", "")
    try:
        if not await book.password_right(me.id, visit.form.get("current", ""), visit.real_now):
            return await _mine(visit, 422, {"current": visit.words.t("access.current_wrong")})
        if fresh != visit.form.get("again", ""):
            return await _mine(visit, 422, {"again": visit.words.t("access.again_differs")})
        await book.set_password(me.id, fresh, visit.real_now, keep=visit.signed_in.token_hash)
    except SignInRefused as locked:
        return await _mine(visit, 429, minutes=_minutes(visit, locked))
    except Conflict:
        return await _mine(visit, 422, {"fresh": visit.words.t("access.password_weak")})
    return visit.go("/staff/me", done="password_set")


def _minutes(visit: Visit, locked: SignInRefused) -> int:
    return minutes_until(locked.until, visit.real_now) if locked.until else 0


async def authenticator(visit: Visit) -> Response[bytes]:
    """A new secret as a QR code; nothing changes before a code of it came back."""
    return _authenticator(visit, _offered(visit))


def _offered(visit: Visit) -> str:
    offer = Offer(_me(visit).login, new_secret(), visit.real_now + OFFER_LIVES)
    return base64.urlsafe_b64encode(visit.house.vault.seal(_encode(offer).decode())).decode()


def _authenticator(
    visit: Visit, sealed: str, status: int = 200, wrong: dict[str, str] | None = None, minutes: int = 0
) -> Response[bytes]:
    offer = _read_offer(visit, sealed)
    if offer is None:
        sealed = _offered(visit)
        offer = _read_offer(visit, sealed)
        assert offer is not None
    return visit.page(
        "access/authenticator.html",
        status,
        sealed=sealed,
        uri=uri_of(offer.secret, offer.login, ISSUER),
        secret=" ".join(offer.secret[at : at + 4] for at in range(0, len(offer.secret), 4)),
        wrong=wrong or {},
        minutes=minutes,
        frame=_frame(visit),
    )


def _read_offer(visit: Visit, sealed: str) -> Offer | None:
    """What was offered to me, by this page, a short while ago."""
    try:
        offer = _offer(visit.house.vault.open(base64.urlsafe_b64decode(sealed)))
    except (ValueError, InvalidTag, msgspec.DecodeError):
        return None
    return offer if offer.login == _me(visit).login and visit.real_now < offer.until else None


async def set_authenticator(visit: Visit) -> Response[bytes]:
    """Let my codes be those of the new secret: by my password, and a code that proves that it was read."""
    me, book = _me(visit), visit.reception.staff
    sealed = visit.field("offer")
    offer = _read_offer(visit, sealed)
    if offer is None:
        return _authenticator(visit, "", 422, {"code": visit.words.t("access.offer_over")})
    try:
        if not await book.password_right(me.id, visit.form.get("current", ""), visit.real_now):
            return _authenticator(visit, sealed, 422, {"current": visit.words.t("access.current_wrong")})
    except SignInRefused as locked:
        return _authenticator(visit, sealed, 429, minutes=_minutes(visit, locked))
    keep = visit.signed_in.token_hash
    if not await book.set_totp(me.id, offer.secret, visit.field("code"), visit.real_now, keep):
        return _authenticator(visit, sealed, 422, {"code": visit.words.t("access.new_code_wrong")})
    return visit.go("/staff/me", done="authenticator_set")


ROUTES = (
    post("/sign-out", "access.sign_out", sign_out, SIGNED_IN),
    get("/m/me/sessions", "access.member_sessions", member_sessions, MEMBER, key="me"),
    post("/m/me/sessions/close-others", "access.close_other_member_sessions", close_others, MEMBER),
    get("/staff/me", "access.staff_me", mine, STAFF),
    post("/staff/me/password", "access.set_password", set_password, STAFF),
    get("/staff/me/authenticator", "access.authenticator", authenticator, STAFF),
    post("/staff/me/authenticator", "access.set_authenticator", set_authenticator, STAFF),
    get("/staff/sessions", "access.staff_sessions", staff_sessions, STAFF),
    post("/staff/sessions/close-others", "access.close_other_staff_sessions", close_others, STAFF),
)
