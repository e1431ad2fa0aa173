"""The merchant's cashiers: who may sign in at its tills, and where."""

from litestar import Response

from jifen.parties.catalog import Conflict
from jifen.parties.staff import Staff
from jifen.site.handovers import short_name
from jifen.site.routing import SHOP, get, post
from jifen.site.shop.stores import stores_of
from jifen.site.visit import Stop, Visit
from jifen.values.ids import parse_id

LIST = "/shop/staff"


async def show(visit: Visit) -> Response[bytes]:
    """Everybody of the merchant who may sign in."""
    return await _shown(visit)


async def _shown(visit: Visit, status: int = 200, wrong: str = "") -> Response[bytes]:
    places = {store.code: short_name(store) for store in stores_of(visit)}
    people = await visit.reception.staff.list(visit.program.id, visit.merchant.id)
    own = visit.signed_in.staff
    return visit.page(
        "shop/staff.html",
        status,
        people=[(one, places.get(one.store, "")) for one in people],
        own=own.id if own else None,
        stores=[("", visit.words.t("shop.any_store")), *places.items()],
        wrong=wrong,
        form=visit.form,
        asked=visit.args.get("id", ""),
    )


async def add(visit: Visit) -> Response[bytes]:
    """Let a cashier sign in, at one store or at any, with a first password."""
    login, store = visit.field("login"), visit.field("store")
    visit.note(target=login, store=store)
    if store and store not in {one.code for one in stores_of(visit)}:
        raise Stop("form", 422, back=LIST)
    try:
        await visit.reception.staff.add(
            visit.program.id,
            visit.merchant.id,
            store,
            login,
            visit.field("name"),
            "cashier",
            visit.form.get("password", ""),
            visit.real_now,
            totp=False,
        )
    except Conflict as refused:
        return await _shown(visit, 422, refused.field)
    return visit.go(LIST, "shop_staff_added", login=login)


async def disable(visit: Visit) -> Response[bytes]:
    """Let a cashier sign in no more; where they are signed in ends at once."""
    found = await _cashier(visit)
    await visit.reception.staff.disable(found.id, visit.real_now)
    visit.reception.sessions.forget(found.id)
    return visit.go(LIST, "shop_staff_disabled", name=found.name)


async def enable(visit: Visit) -> Response[bytes]:
    """Let a cashier sign in again."""
    found = await _cashier(visit)
    await visit.reception.staff.enable(found.id)
    return visit.go(LIST, "shop_staff_enabled", name=found.name)


async def password(visit: Visit) -> Response[bytes]:
    """Give a cashier a new password; where they are signed in ends at once."""
    found = await _cashier(visit)
    try:
        await visit.reception.staff.set_password(found.id, visit.form.get("password", ""), visit.real_now)
    except Conflict as refused:
        return await _shown(visit, 422, refused.field)
    visit.reception.sessions.forget(found.id)
    return visit.go(LIST, "shop_staff_password", name=found.name)


async def _cashier(visit: Visit) -> Staff:
    """One of the merchant's cashiers; managers are the operator's to look after.

    Raises:
        Stop: there is no such cashier at this merchant.
    """
    try:
        found = await visit.reception.staff.by_id(parse_id(visit.args["id"]))
    except ValueError:
        found = None
    if found is None or found.merchant != visit.merchant.id or found.role != "cashier":
        raise Stop("nothing_here", 404, back=LIST)
    visit.note(target=found.login)
    return found


ROUTES = (
    get(LIST, "shop.staff", show, SHOP, key="shop_staff"),
    post(LIST, "shop.staff_add", add, SHOP, key="shop_staff"),
    post(f"{LIST}/{{id}}/disable", "shop.staff_disable", disable, SHOP, key="shop_staff"),
    post(f"{LIST}/{{id}}/enable", "shop.staff_enable", enable, SHOP, key="shop_staff"),
    post(f"{LIST}/{{id}}/password", "shop.staff_password", password, SHOP, key="shop_staff"),
)
