"""One order: where it stands, what may be done with it, and what that gives back."""

from datetime import datetime
from typing import Any

from litestar import Response

from jifen.pages import naming
from jifen.pages.figures import whole
from jifen.site.inside import No
from jifen.site.member.mall_cards import ends_at, place_of, soon, unit_word
from jifen.site.member.mall_pictures import picture_of
from jifen.site.member.mall_refusals import Refusing, Way
from jifen.site.member.order_rows import COMING, View, look_of, reward_then, state_of, store_of
from jifen.site.member.order_view import grace_said, own_entry, portions, rules_of, steps_of
from jifen.site.member.voucher_rows import vouchers_called
from jifen.site.routing import MEMBER, get, post
from jifen.site.till.receipt import number_of
from jifen.site.visit import Stop, Visit
from jifen.values.ids import EntryId, parse_id

REASON_MOST = 200


async def _order(visit: Visit) -> Any:
    """The member's own order.

    Raises:
        Stop: there is none, or it is another's.
    """
    try:
        told = await visit.api.get(f"/v1/orders/{visit.args['id']}")
    except No as no:
        if no.ours:
            raise
        raise Stop("nothing_here", back="/m/orders") from no
    if told["member"] != visit.number:
        raise Stop("nothing_here", back="/m/orders")
    return told


async def show(visit: Visit) -> Response[bytes]:
    """The order."""
    return await _page(visit, await _order(visit))


async def cancel(visit: Visit) -> Response[bytes]:
    """It will not be, at the member's word; what comes back is what the page said."""
    order = await _order(visit)
    body = {"by": "member", "reason": visit.field("reason")[:REASON_MOST]}
    return await _step(visit, order, "cancel", {name: value for name, value in body.items() if value})


async def give_back(visit: Visit) -> Response[bytes]:
    """Unused vouchers are given back; what was handed over in a store is not taken back from here."""
    order = await _order(visit)
    if not order["vouchers"]:
        raise Stop("nothing_here", back=f"/m/orders/{order['id']}")
    return await _step(visit, order, "return", {})


async def dispute(visit: Visit) -> Response[bytes]:
    """Something is wrong with it; a person looks at it and answers."""
    order = await _order(visit)
    reason = visit.field("reason")
    if not reason:
        no = Refusing(visit.words.t("orders.no_reason"), visit.words.t("orders.no_reason_next"), "reason")
        return await _page(visit, order, no, 422)
    if reward_then(visit, order).kind == "donation":
        raise Stop("nothing_here", back=f"/m/orders/{order['id']}")
    return await _step(visit, order, "dispute", {"reason": reason[:REASON_MOST]})


async def _step(visit: Visit, order: View, step: str, body: dict[str, str]) -> Response[bytes]:
    visit.note(target=order["id"], step=step)
    try:
        told = await visit.api.post(f"/v1/orders/{order['id']}/{step}", body, visit.key)
    except No as no:
        if no.ours:
            raise
        return await _page(visit, await _order(visit), _refused(visit, order, no), no.status)
    key = f"orders_{step}"
    if step == "cancel" and not told["points"]:
        key = "orders_cancel_nothing"
    facts = {"points": whole(told["points"]), "unit": unit_word(visit, order["unit"])}
    return visit.go(f"/m/orders/{order['id']}", key, **facts)


def _refused(visit: Visit, order: View, no: No) -> Refusing:
    words, key = visit.words, f"orders.no_{no.code}"
    way = Way(f"/m/orders/{order['id']}", words.t("orders.way_again"))
    if not words.has(key):
        return Refusing(words.t("no.title"), words.t("mall.no_next"), no.code, [way])
    return Refusing(words.t(key), words.t(f"{key}_next"), no.code, [way])


async def _page(
    visit: Visit, order: Any, refused: Refusing | None = None, status: int = 200
) -> Response[bytes]:
    reward, words = reward_then(visit, order), visit.words
    vouchers = await vouchers_called(visit, order["vouchers"])
    rules = rules_of(visit, order, reward, vouchers)
    free = rules.free_until
    waits = order["state"] in COMING
    return visit.page(
        "member/order.html",
        status,
        back="/m/bookings" if order["slot_since"] else "/m/orders",
        order=order,
        reward=reward,
        name=naming.said_in(words, order["title"], order["title_en"]),
        picture=picture_of(reward.kind, reward.category, reward.title),
        state=state_of(visit, order, reward),
        look=look_of(order),
        place=place_of(visit, order["merchant"]),
        store=store_of(visit, order),
        slot=soon(visit, datetime.fromisoformat(order["slot_since"])) if order["slot_since"] else "",
        unit=unit_word(visit, order["unit"]),
        number=number_of(EntryId(parse_id(order["id"]))),
        waits=waits,
        steps=await steps_of(visit, order, reward),
        lots=await portions(visit, own_entry(visit, order)),
        others=[payer for payer in order["payers"] if payer["member"] != visit.number],
        vouchers=vouchers,
        rules=rules,
        free_until=ends_at(visit, free) if free else "",
        in_time=free is None or visit.now <= free,
        grace=grace_said(visit),
        refused=refused,
    )


ROUTES = (
    get("/m/orders/{id}", "member.order", show, MEMBER, key="orders"),
    post("/m/orders/{id}/cancel", "member.order_cancel", cancel, MEMBER, key="orders"),
    post("/m/orders/{id}/return", "member.order_return", give_back, MEMBER, key="orders"),
    post("/m/orders/{id}/dispute", "member.order_dispute", dispute, MEMBER, key="orders"),
)
