"""Staff: who may sign in. A merchant's people are kept here; the operator's own only by the command line."""

from litestar import Response

from jifen.parties.catalog import Conflict
from jifen.parties.roles import MERCHANT_ROLES, Role
from jifen.parties.staff import Staff
from jifen.site.routing import CLERKS, CONSOLE, get, post
from jifen.site.visit import Stop, Visit
from jifen.values.ids import parse_id


async def show(visit: Visit) -> Response[bytes]:
    """Everybody who may sign in, by merchant."""
    return await _shown(visit)


async def _shown(visit: Visit, status: int = 200, wrong: str = "") -> Response[bytes]:
    program = visit.program
    names = {merchant.id: merchant.name for merchant in program.merchants.values()}
    people = await visit.reception.staff.list(program.id)
    rows = [
        (
            one,
            names.get(one.merchant, "") if one.merchant else "",
            program.stores[one.store].name if one.store in program.stores else "",
        )
        for one in people
    ]
    rows.sort(key=lambda row: (row[1], row[0].role, row[0].login))
    return visit.page(
        "console/staff.html",
        status,
        rows=rows,
        merchants=[(one.code, one.name) for one in program.merchants.values()],
        roles=MERCHANT_ROLES,
        wrong=wrong,
        form=visit.form,
    )


async def add(visit: Visit) -> Response[bytes]:
    """Let somebody of a merchant sign in, with a first password."""
    program = visit.program
    login, name, role = visit.field("login"), visit.field("name"), visit.field("role")
    visit.note(target=login, merchant=visit.field("merchant"), role=role)
    merchant = program.merchants.get(visit.field("merchant"))
    if merchant is None or role not in MERCHANT_ROLES:
        raise Stop("form", 422, back="/console/staff")
    wanted: Role = role
    try:
        await visit.reception.staff.add(
            program.id,
            merchant.id,
            "",
            login,
            name,
            wanted,
            visit.field("password"),
            visit.real_now,
            totp=False,
        )
    except Conflict as refused:
        return await _shown(visit, 422, refused.field)
    return visit.go("/console/staff", "staff_added", login=login)


async def disable(visit: Visit) -> Response[bytes]:
    """Let somebody sign in no more, and end where they are signed in; nobody locks oneself out."""
    found = await _of(visit)
    own = visit.signed_in.staff
    if own is not None and own.id == found.id:
        raise Stop("form", 422, back="/console/staff")
    await visit.reception.staff.disable(found.id, visit.real_now)
    visit.reception.sessions.forget(found.id)
    return visit.go("/console/staff", "staff_disabled", login=found.login)


async def enable(visit: Visit) -> Response[bytes]:
    """Let somebody of a merchant sign in again."""
    found = await _merchants_own(visit)
    await visit.reception.staff.enable(found.id)
    return visit.go("/console/staff", "staff_enabled", login=found.login)


async def password(visit: Visit) -> Response[bytes]:
    """Give somebody of a merchant a new password; where they are signed in ends."""
    found = await _merchants_own(visit)
    try:
        await visit.reception.staff.set_password(found.id, visit.field("password"), visit.real_now)
    except Conflict as refused:
        return await _shown(visit, 422, refused.field)
    visit.reception.sessions.forget(found.id)
    return visit.go("/console/staff", "staff_password", login=found.login)


async def _of(visit: Visit) -> Staff:
    """One of this programme's people."""
    try:
        found = await visit.reception.staff.by_id(parse_id(visit.args["id"]))
    except ValueError:
        found = None
    if found is None or found.program != visit.program.id:
        raise Stop("nothing_here", back="/console/staff")
    visit.note(target=found.login)
    return found


async def _merchants_own(visit: Visit) -> Staff:
    """One of a merchant's people: who could give an operator's colleague a password could be two persons."""
    found = await _of(visit)
    if found.merchant is None:
        raise Stop("not_yours", 403, back="/console/staff")
    return found


ROUTES = (
    get("/console/staff", "console.staff", show, CONSOLE, "staff"),
    post("/console/staff", "console.staff_add", add, CLERKS, "staff"),
    post("/console/staff/{id}/disable", "console.staff_disable", disable, CLERKS, "staff"),
    post("/console/staff/{id}/enable", "console.staff_enable", enable, CLERKS, "staff"),
    post("/console/staff/{id}/password", "console.staff_password", password, CLERKS, "staff"),
)
