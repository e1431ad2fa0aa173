"""Vouchers and bookings: what is out, what is booked, what waits to be handed over, and its next step."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import msgspec
from litestar import Response
from markupsafe import Markup

from jifen.pages.naming import said_in
from jifen.rules.rewards import Reward
from jifen.site.handovers import Handover, by_age, by_time, handovers
from jifen.site.inside import No
from jifen.site.routing import SHOP, get, post
from jifen.site.visit import Stop, Visit
from jifen.store.queries import q

LIST = "/shop/bookings"
STEPS = ("confirm", "fulfil", "no-show", "fail")
LISTED = 200
PAGES_MOST = 5


class Out(msgspec.Struct, frozen=True):
    """Vouchers of a reward: how many are out, and how many were used."""

    title: Markup
    out: int
    used: int


async def show(visit: Visit) -> Response[bytes]:
    """A day's bookings by time, and the orders that wait."""
    return await _shown(visit, _day(visit))


async def step(visit: Visit) -> Response[bytes]:
    """Take an order's next step: confirm it, hand it over, say that nobody came, or that it cannot be."""
    of, what = visit.args["id"], visit.args["step"]
    if what not in STEPS:
        raise Stop("nothing_here", 404, back=LIST)
    visit.note(target=of)
    try:
        order = await visit.api.get(f"/v1/orders/{of}")
        body = _body(visit, what, order)
        await visit.api.post(f"/v1/orders/{of}/{what}", body, f"step-{visit.key}")
    except No as no:
        if no.ours:
            raise
        if no.code in ("order_unknown", "invalid_request") and what != "fail":
            raise Stop("nothing_here", 404, back=LIST) from no
        return await _shown(visit, _day(visit), no)
    day = visit.field("day")
    title = said_in(visit.words, order["title"], order["title_en"])
    return visit.go(
        f"{LIST}?day={day}" if _is_day(day) else LIST, f"shop_{what.replace('-', '_')}", title=title
    )


def _body(visit: Visit, what: str, order: dict[str, Any]) -> dict[str, Any]:
    """What a step says: money that was taken with handing over, the reason why it cannot be."""
    due = order["cash_fen"] - order["paid_fen"]
    if what == "fulfil" and due > 0:
        return {"cash_fen": due}
    if what == "fail":
        remedy = visit.field("remedy")
        return {"reason": visit.field("reason"), "remedy": remedy or None}
    return {}


async def _shown(visit: Visit, day: date, no: No | None = None) -> Response[bytes]:
    rules = visit.program.rules_at(visit.now)
    remedies = rules.definition.remedies if rules else {}
    return visit.page(
        "shop/bookings.html",
        422 if no is not None else 200,
        day=day,
        bookings=await booked_on(visit, day),
        orders=await waiting(visit),
        vouchers=await _vouchers(visit),
        remedies=[
            ("", visit.words.t("shop.no_remedy")),
            *(
                (name, said_in(visit.words, one.title, one.title_en))
                for name, one in remedies.items()
                if one.permille
            ),
        ],
        no=no,
        form=visit.form,
        asked=visit.args.get("id", ""),
        day_before=f"{LIST}?day={day - timedelta(days=1)}",
        day_after=f"{LIST}?day={day + timedelta(days=1)}",
    )


async def booked_on(visit: Visit, day: date) -> Sequence[Handover]:
    """What is booked with the merchant for a day, by its time."""
    found = await _orders(visit, slots_on=day.isoformat())
    return by_time(await handovers(visit, found, STEPS))


async def waiting(visit: Visit) -> Sequence[Handover]:
    """The orders without a time that are still to be handed over, the oldest first."""
    found = [one for one in await _orders(visit, state="placed,confirmed") if one["slot_since"] is None]
    return by_age(await handovers(visit, found, STEPS))


async def _orders(visit: Visit, **asked: str) -> list[dict[str, Any]]:
    """The merchant's own orders; of very many the newest."""
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    for _ in range(PAGES_MOST):
        answer = await visit.api.get("/v1/orders", **asked, limit=LISTED, cursor=cursor)
        found += answer["orders"]
        cursor = answer["next"]
        if cursor is None:
            break
    return found


async def _vouchers(visit: Visit) -> Sequence[Out]:
    """What vouchers of the merchant are out."""
    rows = await visit.house.pool.fetch(q("shop_vouchers"), visit.merchant.id, visit.now)
    titles: dict[str, Reward] = {}
    for rules in visit.program.rules:
        titles.update({one.code: one for one in rules.definition.rewards})
    return [
        Out(
            said_in(visit.words, titles[row["reward"]].title, titles[row["reward"]].title_en)
            if row["reward"] in titles
            else Markup.escape(row["reward"]),
            row["out"],
            row["used"],
        )
        for row in rows
    ]


def _is_day(text: str) -> bool:
    try:
        return 2000 <= date.fromisoformat(text).year < 2100
    except ValueError:
        return False


def _day(visit: Visit) -> date:
    text = visit.query("day") or visit.field("day")
    return date.fromisoformat(text) if _is_day(text) else visit.today


ROUTES = (
    get(LIST, "shop.bookings", show, SHOP, key="shop_bookings"),
    post("/shop/orders/{id}/{step}", "shop.order_step", step, SHOP, key="shop_bookings"),
)
