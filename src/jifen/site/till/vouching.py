"""Vouching: what a voucher is and whether it can be used here; bookings and orders to hand over today."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from litestar import Response
from markupsafe import Markup

from jifen.api.asking import Asking
from jifen.api.vouchers import in_words, reward_of, sees
from jifen.mall.voucher_codes import code_hash, normal
from jifen.mall.vouchers import VoucherRow, read_voucher
from jifen.pages.naming import said_in
from jifen.site.handovers import Handover, by_age, by_time, handovers
from jifen.site.inside import No
from jifen.site.till.goods import Unread, fen_of
from jifen.site.till.guessing import guessed, pause
from jifen.site.till.paying import choose_store
from jifen.site.till.refusing import Refused, refused, unread
from jifen.site.till.stand import Stand, stand_of
from jifen.site.visit import Stop, Visit
from jifen.store.queries import q

ON_THE_BILL = ("minimum", "lines", "freight", "nothing", "stacking", "twice", "points")
"""Why a voucher may not fit that only the bill decides."""

A_BILL_FEN = 10_000
"""What is asked with where no amount was typed: whether the place, the time and the person are right."""

STEPS = ("confirm", "fulfil", "no-show")
LISTED = 200


class Checked(msgspec.Struct, frozen=True):
    """A voucher. how: fits, may (the bill decides), no. saves: on the amount that was typed, else None."""

    title: Markup
    terms: str
    expires_at: datetime
    state: str
    how: str
    why: Refused | None
    saves: int | None
    left: int | None
    minimum: int


async def show(visit: Visit) -> Response[bytes]:
    """The field for a code, and what is to be handed over today."""
    stand = stand_of(visit)
    if stand is None:
        return choose_store(visit)
    return await _page(visit, stand)


async def check(visit: Visit) -> Response[bytes]:
    """What a voucher is and whether it can be used here, on this amount where one was typed."""
    stand = stand_of(visit)
    if stand is None:
        return choose_store(visit)
    if (waits := await pause(visit)) is not None:
        return await _page(visit, stand, no=waits, status=429)
    code = visit.field("code")
    try:
        amount = fen_of(visit.field("amount")) if visit.field("amount") else 0
    except Unread as wrong:
        return await _page(visit, stand, no=unread(visit, wrong), status=422)
    row = await _by_code(visit, code)
    if row is None:
        await guessed(visit, code)
        words = visit.words
        unknown = Refused(
            words.t("till.no.voucher_unknown"), words.t("till.no.voucher_unknown_next"), "voucher_unknown"
        )
        return await _page(visit, stand, no=unknown, status=422)
    visit.note(target=str(row.id), store=stand.store.code)
    return await _page(visit, stand, checked=await _checked(visit, stand, row, code, amount))


async def step(visit: Visit) -> Response[bytes]:
    """The next step of an order: confirm it, hand it over, or say that nobody came."""
    stand = stand_of(visit)
    if stand is None:
        return choose_store(visit)
    of, what = visit.args["id"], visit.args["step"]
    if what not in STEPS:
        raise Stop("nothing_here", 404, back="/till/vouchers")
    order = await visit.api.get(f"/v1/orders/{of}")
    if order["store"] not in (None, stand.store.code):
        raise Stop("nothing_here", 404, back="/till/vouchers")
    due = order["cash_fen"] - order["paid_fen"]
    body = {"cash_fen": due} if what == "fulfil" and due > 0 else {}
    try:
        await visit.api.post(f"/v1/orders/{of}/{what}", body, f"step-{visit.key}")
    except No as no:
        if no.ours:
            raise
        return await _page(visit, stand, no=refused(visit, no), status=409)
    visit.note(target=of, store=stand.store.code)
    return visit.go("/till/vouchers", f"till_{what.replace('-', '_')}", title=_title(visit, order))


def _title(visit: Visit, order: dict[str, Any]) -> Markup:
    return said_in(visit.words, order["title"], order["title_en"])


async def _by_code(visit: Visit, text: str) -> VoucherRow | None:
    """The voucher of a code; None: there is none of it in this programme."""
    code = normal(re.sub(r"\s", "", text))
    if code is None:
        return None
    program = visit.program.id
    found_by = code_hash(visit.house.vault, program, code)
    row = await visit.house.pool.fetchrow(q("voucher_by_code"), found_by[0], program, found_by)
    return None if row is None else read_voucher(row)


async def _checked(visit: Visit, stand: Stand, row: VoucherRow, code: str, amount: int) -> Checked:
    words, program = visit.words, visit.program
    reward = reward_of(program, row)
    zh, en = in_words(program, row)
    here = sees(Asking(program, visit.api.owner, visit.now), row)
    minimum = row.terms.minimum_fen
    body = {"code": code, "store": stand.store.code, "amount": amount or max(minimum, A_BILL_FEN)}
    how, why, saves, left = "fits", None, None, None
    try:
        told = await visit.api.post("/v1/voucher-checks", body)
        if amount:
            saves, left = told["saves_fen"], told["left_fen"]
    except No as no:
        if no.ours:
            raise
        undecided = no.facts.get("why") in ON_THE_BILL and not amount
        how, why = ("may", None) if undecided else ("no", refused(visit, no))
    title = said_in(words, reward.title, reward.title_en) if reward and here else words.t("till.a_voucher")
    return Checked(
        title,
        (zh if words.language == "zh" else en) if here else "",
        row.expires_at,
        row.standing(visit.now),
        how,
        why,
        saves,
        left,
        minimum,
    )


async def _page(
    visit: Visit,
    stand: Stand,
    *,
    checked: Checked | None = None,
    no: Refused | None = None,
    status: int = 200,
) -> Response[bytes]:
    booked = await visit.api.get("/v1/orders", slots_on=visit.today.isoformat(), limit=LISTED)
    waiting: list[dict[str, Any]] = []
    for state in ("placed", "confirmed"):
        waiting += (await visit.api.get("/v1/orders", state=state, limit=LISTED))["orders"]
    bookings = await _here(visit, stand, booked["orders"])
    orders = await _here(visit, stand, [one for one in waiting if one["slot_since"] is None])
    return visit.page(
        "till/vouchers.html",
        status,
        stand=stand,
        checked=checked,
        no=no,
        code=visit.field("code"),
        amount=visit.field("amount"),
        bookings=by_time(bookings),
        orders=by_age(orders),
    )


async def _here(visit: Visit, stand: Stand, orders: Sequence[dict[str, Any]]) -> Sequence[Handover]:
    """Those of this store."""
    return await handovers(visit, [one for one in orders if one["store"] in (None, stand.store.code)], STEPS)
