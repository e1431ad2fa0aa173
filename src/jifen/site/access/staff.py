"""Staff sign in: login and password, then the code of their authenticator."""

from urllib.parse import quote

from litestar import Response

from jifen.parties.staff import SignInRefused, Staff
from jifen.site.access.doors import STAFF_S, device_of, knock, let_in, minutes_until, onward, own, record
from jifen.site.routing import ANYONE, STAFF, get, post
from jifen.site.visit import Visit

BEGUN_COOKIE = "jifen_begun"
BEGUN_S = 300

TRIES_MOST, TRIES_S = 60, 3_600
"""So many passwords and codes of staff may be tried from one address, beside the lock of each login."""


async def login_page(visit: Visit) -> Response[bytes]:
    """The page that asks for login and password; who is signed in already goes on."""
    if visit.role in STAFF:
        return visit.go(onward(visit, visit.role))
    return login_page_after(visit)


def login_page_after(visit: Visit, status: int = 200, why: str = "", minutes: int = 0) -> Response[bytes]:
    """That page; why: what came of the last try."""
    return visit.page(
        "access/staff.html",
        status,
        login=visit.field("login"),
        why=why,
        minutes=minutes,
        wished=_wished(visit),
        openid=visit.house.settings.openid,
    )


def _wished(visit: Visit) -> str:
    wished = visit.query("next") or visit.field("next")
    return wished if own(wished) else ""


async def sign_in(visit: Visit) -> Response[bytes]:
    """Take login and password; where there is an authenticator, its code is asked for next."""
    await knock(visit, "staff tried", TRIES_MOST, TRIES_S)
    login = visit.field("login")[:64]
    try:
        # Spaces at the ends of a password are its own.
        password = visit.form.get("password", "")
        staff = await visit.reception.staff.check(login, password, "", visit.real_now)
    except SignInRefused as refused:
        if refused.why == "code_needed":
            visit.set_cookie(BEGUN_COOKIE, refused.token, BEGUN_S)
            wished = _wished(visit)
            return visit.go(f"/staff/code?next={quote(wished)}" if wished else "/staff/code")
        await _record_refusal(visit, login, refused)
        return _refused(visit, refused)
    return await _come_in(visit, staff)


async def code_page(visit: Visit) -> Response[bytes]:
    """The page that asks for the code of the authenticator."""
    if not visit.request.cookies.get(BEGUN_COOKIE):
        return visit.go("/staff")
    return _code_page(visit)


def _code_page(visit: Visit, status: int = 200, wrong: bool = False) -> Response[bytes]:
    return visit.page("access/staff_code.html", status, wrong=wrong, wished=_wished(visit))


async def sign_in_by_code(visit: Visit) -> Response[bytes]:
    """Take the code of the authenticator, after the password was right."""
    await knock(visit, "staff tried", TRIES_MOST, TRIES_S)
    token = visit.request.cookies.get(BEGUN_COOKIE, "")
    try:
        staff = await visit.reception.staff.finish(token, visit.field("code"), visit.real_now)
    except SignInRefused as refused:
        if refused.why == "code_wrong":
            return _code_page(visit, 422, wrong=True)
        visit.set_cookie(BEGUN_COOKIE, "", 0)
        return _refused(visit, refused)
    visit.set_cookie(BEGUN_COOKIE, "", 0)
    return await _come_in(visit, staff)


def _refused(visit: Visit, refused: SignInRefused) -> Response[bytes]:
    minutes = minutes_until(refused.until, visit.real_now) if refused.until else 0
    return login_page_after(visit, 429 if refused.why == "locked" else 422, refused.why, minutes)


async def _come_in(visit: Visit, staff: Staff) -> Response[bytes]:
    return await come_in(visit, staff, onward(visit, staff.role), "password")


async def come_in(visit: Visit, staff: Staff, address: str, by: str) -> Response[bytes]:
    """Sign one of the staff in, and send on."""
    token = await visit.reception.sessions.open_for_staff(staff, visit.real_now, device_of(visit))
    await let_in(visit, token, STAFF_S)
    await record(visit, staff.program, staff.login, staff.role, "done", {"by": by})
    return visit.go(address)


async def _record_refusal(visit: Visit, login: str, refused: SignInRefused) -> None:
    """Record a refusal, under the login where there is one: what else was typed may be anybody's secret.

    As much is written where there is none, so that the time of an answer tells nobody who works here.
    """
    known = await visit.reception.staff.by_login(login)
    program = known.program if known is not None else visit.program.id
    actor = known.login if known is not None else "@nobody"
    await record(visit, program, actor, "stranger", f"refused: {refused.why}", {"by": "password"})


ROUTES = (
    get("/staff", "access.staff", login_page, ANYONE),
    post("/staff", "access.staff_sign_in", sign_in, ANYONE, audited=False),
    get("/staff/code", "access.staff_code", code_page, ANYONE),
    post("/staff/code", "access.staff_confirm_code", sign_in_by_code, ANYONE, audited=False),
)
