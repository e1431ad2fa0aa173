"""What all doors share: where to go on, the session's cookie, who knocks, and the record of who came in."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from litestar import Response

from jifen.parties.roles import Role
from jifen.parties.sessions import MEMBER_LASTS, STAFF_LASTS
from jifen.site.landing import HOME
from jifen.site.visit import SESSION_COOKIE, Stop, Visit
from jifen.values.ids import ProgramId

MEMBER_S = int(MEMBER_LASTS.total_seconds())
STAFF_S = int(STAFF_LASTS.total_seconds())
"""The browser keeps a session's cookie so long at most; the session itself may end earlier."""


def onward(visit: Visit, role: Role) -> str:
    """Where to go after signing in: where it was wished, within our own pages, else where the role begins."""
    wished = visit.query("next") or visit.field("next")
    return wished if own(wished) else HOME[role]


def own(address: str) -> bool:
    """Whether an address is one of our own pages: a browser reads `//` and `/\\` as another host."""
    return (
        address.startswith("/")
        and address[1:2] not in ("/", "\\")
        and len(address) <= 500
        and address.isascii()
        and address.isprintable()
    )


def knocker(visit: Visit) -> str:
    """The address that a request comes from, as the server sees it."""
    client = visit.request.client
    return client.host if client is not None else "nowhere"


async def knock(visit: Visit, what: str, most: int, seconds: int) -> None:
    """Count one more try from this address.

    Raises:
        Stop: there were too many.
    """
    until = await visit.reception.limits.take(what, knocker(visit), most, seconds, visit.real_now)
    if until is not None:
        raise Stop("doors", 429, minutes=minutes_until(until, visit.real_now))


def minutes_until(until: datetime, now: datetime) -> int:
    """Whole minutes to wait, at least one."""
    return max(1, -(-int((until - now).total_seconds()) // 60))


def device_of(visit: Visit) -> str:
    """What is told of a browser in the list of where somebody is signed in."""
    return visit.request.headers.get("user-agent", "")


async def let_in(visit: Visit, token: str, lasts_s: int) -> None:
    """Give the browser its new session; the one it had before ends."""
    before = visit.request.cookies.get(SESSION_COOKIE, "")
    if before:
        await visit.reception.sessions.close(before)
    visit.set_cookie(SESSION_COOKIE, token, lasts_s)


async def record(
    visit: Visit,
    program: ProgramId,
    actor: str,
    role: str,
    outcome: str,
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Write into the audit log who came in, or did not, where nobody was signed in yet."""
    assert visit.asked is not None
    await visit.reception.audit.write(
        program, visit.real_now, actor, role, visit.asked.name, actor, outcome, facts or {}
    )


def sent_on(visit: Visit, address: str) -> Response[bytes]:
    """Send on to somebody else's page, such as the provider's who knows our staff."""
    headers = {"Location": address, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return Response(b"", status_code=303, headers=headers, cookies=visit.cookies, media_type="text/html")
