"""A member's orders: what is under way, what is done, and what was booked."""

from typing import Any

from litestar import Response

from jifen.site.inside import No
from jifen.site.member.order_rows import DONE, OPEN, row_of
from jifen.site.routing import MEMBER, get
from jifen.site.visit import Visit

ON_A_PAGE = 20
SHOWN = {"open": ",".join(OPEN), "done": ",".join(DONE), "all": None}
"""Which states each part of the list has."""


async def show(visit: Visit) -> Response[bytes]:
    """Orders, newest first: those under way unless others are asked for."""
    shown = visit.query("show", "open")
    shown = shown if shown in SHOWN else "open"
    told = await _listed(visit, state=SHOWN[shown], cursor=visit.query("cursor") or None)
    others = False
    if not told["orders"] and shown != "all":
        others = bool((await _listed(visit, limit=1))["orders"])
    older = f"/m/orders?show={shown}&cursor={told['next']}" if told["next"] else ""
    return visit.page(
        "member/orders.html",
        rows=[row_of(visit, order) for order in told["orders"]],
        shown=shown,
        parts=[
            (f"/m/orders?show={part}", visit.words.t(f"orders.show_{part}"), part == shown) for part in SHOWN
        ],
        older=older,
        later=f"/m/orders?show={shown}" if visit.query("cursor") else "",
        others=others,
    )


async def bookings(visit: Visit) -> Response[bytes]:
    """What is booked for a time: what is to come, the next first, and what is over."""
    past = visit.query("show") == "past"
    which = "past" if past else "coming"
    told = await _listed(visit, booked=which, cursor=visit.query("cursor") or None, limit=50)
    found = sorted(told["orders"], key=lambda order: order["slot_since"], reverse=past)
    word = visit.words.t
    return visit.page(
        "member/bookings.html",
        rows=[row_of(visit, order) for order in found],
        past=past,
        parts=[
            ("/m/bookings", word("bookings.coming"), not past),
            ("/m/bookings?show=past", word("bookings.past"), past),
        ],
        older=f"/m/bookings?show={'past' if past else 'coming'}&cursor={told['next']}"
        if told["next"]
        else "",
        later="/m/bookings" + ("?show=past" if past else "") if visit.query("cursor") else "",
    )


async def _listed(visit: Visit, **asked: Any) -> Any:
    """A page of the member's own orders; a cursor that is none of ours begins anew."""
    try:
        return await visit.api.get("/v1/orders", member=visit.number, **{"limit": ON_A_PAGE, **asked})
    except No as no:
        if no.ours or not asked.get("cursor"):
            raise
        return await _listed(visit, **{**asked, "cursor": None})


ROUTES = (
    get("/m/orders", "member.orders", show, MEMBER, key="orders"),
    get("/m/bookings", "member.bookings", bookings, MEMBER, key="orders"),
)
