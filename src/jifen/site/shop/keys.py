"""The merchant's API keys: made, shown once, and revoked; each opens what is the merchant's own."""

import re

from litestar import Response

from jifen.parties.catalog import Conflict
from jifen.site.routing import SHOP, get, post
from jifen.site.visit import Stop, Visit
from jifen.store.queries import q

LIST = "/shop/keys"
NAME = re.compile(r"^[a-z0-9][a-z0-9._-]{0,39}$(?!\n)")
ROLES = ("", "auditor")
"""What a merchant's key may do: all that is the merchant's, or only read it."""


async def show(visit: Visit) -> Response[bytes]:
    """The merchant's keys, those in use first."""
    return await _shown(visit)


async def _shown(
    visit: Visit, status: int = 200, made: tuple[str, str] | None = None, wrong: str = ""
) -> Response[bytes]:
    rows = await visit.house.pool.fetch(q("site_keys"), visit.program.id)
    return visit.page(
        "shop/keys.html",
        status,
        keys=[row for row in rows if row["merchant"] == visit.merchant.id],
        prefix=_prefix(visit),
        made=made,
        wrong=wrong,
        form=visit.form,
    )


def _prefix(visit: Visit) -> str:
    """How the labels of this merchant's keys begin, so that none takes a name that others would choose."""
    return f"{visit.merchant.code}-"


async def make(visit: Visit) -> Response[bytes]:
    """Make a key; its secret is on the answer and never again."""
    name, role = visit.field("label").removeprefix(_prefix(visit)), visit.field("role")
    label = f"{_prefix(visit)}{name}"
    visit.note(target=label, role=role)
    if role not in ROLES:
        raise Stop("form", 422, back=LIST)
    if not NAME.match(name):
        return await _shown(visit, 422, wrong="label")
    try:
        secret = await visit.house.keys.make(visit.program.id, visit.merchant.id, label, visit.now, role)
    except Conflict:
        return await _shown(visit, 422, wrong="taken")
    return await _shown(visit, made=(label, secret))


async def revoke(visit: Visit) -> Response[bytes]:
    """Revoke one of the merchant's keys; its label stays taken."""
    label = visit.field("label")
    visit.note(target=label)
    rows = await visit.house.pool.fetch(q("site_keys"), visit.program.id)
    own = any(row["label"] == label and row["merchant"] == visit.merchant.id for row in rows)
    if not own or not await visit.house.keys.revoke(visit.program.id, label, visit.now):
        raise Stop("nothing_here", 404, back=LIST)
    return visit.go(LIST, "shop_key_revoked", label=label)


ROUTES = (
    get(LIST, "shop.keys", show, SHOP, key="shop_keys"),
    post(LIST, "shop.key_make", make, SHOP, key="shop_keys"),
    post(f"{LIST}/revoke", "shop.key_revoke", revoke, SHOP, key="shop_keys"),
)
