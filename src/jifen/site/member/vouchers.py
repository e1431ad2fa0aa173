"""A member's vouchers: those that can be used first, and each with its code to be scanned."""

from typing import Any

from litestar import Response

from jifen.site.inside import No
from jifen.site.member.voucher_rows import vouchers_called
from jifen.site.routing import MEMBER, get
from jifen.site.visit import Stop, Visit

SHOWN = {"issued": "issued", "spent": "spent", "gone": "lapsed", "all": None}
"""What each part of the list asks the interface for; what a bill holds is shown with what can be used."""


async def show(visit: Visit) -> Response[bytes]:
    """The vouchers, newest first."""
    shown = visit.query("show", "issued")
    shown = shown if shown in SHOWN else "issued"
    cursor = visit.query("cursor") or None
    told = await _listed(visit, SHOWN[shown], cursor)
    ids = [one["id"] for one in told["vouchers"]]
    if shown == "issued" and cursor is None:
        ids = [one["id"] for one in (await _listed(visit, "locked", None))["vouchers"]] + ids
    return visit.page(
        "member/vouchers.html",
        vouchers=await vouchers_called(visit, ids),
        shown=shown,
        parts=[
            (f"/m/vouchers?show={part}", visit.words.t(f"vouchers.show_{part}"), part == shown)
            for part in SHOWN
        ],
        older=f"/m/vouchers?show={shown}&cursor={told['next']}" if told["next"] else "",
        later=f"/m/vouchers?show={shown}" if cursor else "",
    )


async def _listed(visit: Visit, state: str | None, cursor: str | None) -> Any:
    try:
        return await visit.api.get(f"{visit.mine}/vouchers", state=state, cursor=cursor, limit=20)
    except No as no:
        if no.ours or cursor is None:
            raise
        return await _listed(visit, state, None)


async def one(visit: Visit) -> Response[bytes]:
    """A voucher with its code; used up, it says where."""
    try:
        found = await vouchers_called(visit, [visit.args["id"]])
    except ValueError:
        found = []
    if not found:
        raise Stop("nothing_here", back="/m/vouchers")
    voucher = found[0]
    bill = await _bill(visit, str(voucher.bill)) if voucher.state == "spent" and voucher.bill else None
    store = visit.program.stores.get(bill["bill"]["store"]) if bill else None
    return visit.page(
        "member/voucher.html",
        back="/m/vouchers",
        voucher=voucher,
        bill=bill,
        store=store.name if store else "",
        plain_code=voucher.code.replace("-", ""),
    )


async def _bill(visit: Visit, of: str) -> Any:
    """The bill on which it was used; None where the till knew none by that id."""
    try:
        told = await visit.api.get(f"/v1/bills/{of}")
    except No as no:
        if no.ours:
            raise
        return None
    return told if told["bill"]["member"] == visit.number else None


ROUTES = (
    get("/m/vouchers", "member.vouchers", show, MEMBER, key="orders"),
    get("/m/vouchers/{id}", "member.voucher", one, MEMBER, key="orders"),
)
