"""Paying: member, amount, points, done; the page is quoted anew with each step, and pays once."""

from typing import Any

import msgspec
from litestar import Response

from jifen.site.inside import No
from jifen.site.till import who
from jifen.site.till.bill import Asked, Bill, add_voucher, asked_of, bill_of
from jifen.site.till.goods import Unread
from jifen.site.till.guessing import guessed, pause
from jifen.site.till.refusing import Refused, refused, unread
from jifen.site.till.stand import Stand, keep_store, stand_of, stores_of
from jifen.site.visit import Visit


async def show(visit: Visit) -> Response[bytes]:
    """The till as it begins; with `who` in the address it goes on with that member."""
    stand = stand_of(visit)
    if stand is None:
        return choose_store(visit)
    return await _page(visit, stand, Asked(who=visit.query("who"), amount=visit.query("amount")))


async def again(visit: Visit) -> Response[bytes]:
    """What only forms are sent to: who comes by its address begins at the till."""
    asked = visit.query("lang")
    return visit.go(f"/till?lang={asked}" if asked in ("zh", "en") else "/till")


def choose_store(visit: Visit, status: int = 200) -> Response[bytes]:
    """The stores of the merchant, one of which this browser is to stand at."""
    return visit.page("till/stores.html", status, stores=stores_of(visit), stand=None)


async def stores(visit: Visit) -> Response[bytes]:
    """Choose another store."""
    staff = visit.signed_in.staff
    if staff is not None and staff.store:
        return visit.go("/till")
    return choose_store(visit)


async def choose(visit: Visit) -> Response[bytes]:
    """Keep the store that was chosen."""
    if not keep_store(visit, visit.field("store")):
        return choose_store(visit, 422)
    visit.note(target=visit.field("store"))
    return visit.go("/till")


async def identify(visit: Visit) -> Response[bytes]:
    """Know the member: by what was scanned or typed, or by the six digits that a phone was sent."""
    stand = stand_of(visit)
    if stand is None:
        return choose_store(visit)
    asked = asked_of(visit)
    try:
        if visit.field("sms") and asked.who:
            await who.confirm(visit, asked.who, visit.field("sms"))
        elif visit.field("scan"):
            asked = _with(asked, who=await who.identify(visit, visit.field("scan"), visit.key))
    except who.NotRead as wrong:
        return await _page(visit, stand, asked, not_known=unread(visit, wrong), status=422)
    except No as no:
        if no.ours:
            raise
        return await _page(visit, stand, asked, not_known=refused(visit, no), status=422)
    return await _page(visit, stand, asked)


async def quote(visit: Visit) -> Response[bytes]:
    """Quote what stands in the form; htmx gets the two columns that depend on it."""
    stand = stand_of(visit)
    if stand is None:
        return choose_store(visit)
    return await _page(visit, stand, asked_of(visit), block="answer" if visit.partial else "")


async def pay(visit: Visit) -> Response[bytes]:
    """Open the bill that was quoted and capture it, once: the same form again gets the same receipt."""
    stand = stand_of(visit)
    if stand is None:
        return choose_store(visit)
    asked, quoted = asked_of(visit), visit.field("quote")
    person = await who.known(visit, asked.who)
    if not isinstance(person, who.Person) or not quoted:
        return await _page(visit, stand, asked, status=422)
    try:
        differs = await _differs(visit, stand, person, asked, quoted)
    except Unread:
        differs = True
    if differs:
        words = visit.words
        changed = Refused(words.t("till.changed"), words.t("till.changed_next"), "")
        return await _page(visit, stand, asked, no=changed, status=409)
    try:
        receipt = await _captured(visit, person, quoted)
    except No as no:
        if no.ours:
            raise
        if no.code == "quote_used" and (paid := await _paid_by(visit, quoted)):
            return visit.go(f"/till/receipts/{paid}")
        return await _page(visit, stand, asked, no=refused(visit, no), status=409)
    visit.note(target=receipt["id"], store=stand.store.code, cash_fen=receipt["cash_fen"])
    return visit.go(f"/till/receipts/{receipt['id']}", "till_paid")


async def _captured(visit: Visit, person: who.Person, quoted: str) -> Any:
    """The receipt of the captured bill. A bill that cannot be captured is voided at once.

    Raises:
        No: it cannot be opened or captured.
    """
    body: dict[str, Any] = {"quote": quoted}
    if person.fresh:
        body["identification"] = person.id
    opened = await visit.api.post("/v1/bills", body, f"open-{visit.key}")
    bill = opened["bill"]
    try:
        return await visit.api.post(
            f"/v1/bills/{bill['id']}/capture", {"cash_fen": bill["cash_fen"]}, f"pay-{visit.key}"
        )
    except No as no:
        if not no.ours:
            await visit.api.post(f"/v1/bills/{bill['id']}/void", {}, f"void-{visit.key}")
        raise


async def _differs(visit: Visit, stand: Stand, person: who.Person, asked: Asked, quoted: str) -> bool:
    """Whether the form says something else than what was quoted, so that nobody pays what was not seen."""
    try:
        told = (await visit.api.get(f"/v1/quotes/{quoted}"))["quote"]
    except No:
        return True
    goods = asked.goods or {}
    lines = goods.get("lines")
    fen = sum(line["amount"] for line in lines) if lines else goods.get("amount", 0)
    return bool(
        told["kind"] != "basket"
        or told["member"] != person.number
        or told["store"] != stand.store.code
        or told["goods_fen"] != fen
        or visit.field("cash") != str(told["cash_fen"])
    )


async def _paid_by(visit: Visit, quoted: str) -> str:
    """The entry that a quote was paid by before; empty: its bill was not captured."""
    standing = await visit.api.get(f"/v1/quotes/{quoted}")
    if not standing["used_by"]:
        return ""
    bill = await visit.api.get(f"/v1/bills/{standing['used_by']}")
    return str(bill["closed_by"]) if bill["state"] == "captured" else ""


async def _page(
    visit: Visit,
    stand: Stand,
    asked: Asked,
    *,
    no: Refused | None = None,
    not_known: Refused | None = None,
    status: int = 200,
    block: str = "",
) -> Response[bytes]:
    """The till with what is known so far, quoted where there is something to quote."""
    person = await who.known(visit, asked.who) if asked.who else None
    wrong: Refused | None = None
    voucher_no: Refused | None = None
    bill: Bill | None = None
    items: Any = ()
    try:
        items = asked.items
        if isinstance(person, who.Person):
            asked, voucher_no = await _with_voucher(visit, stand, person, asked)
            bill = await bill_of(visit, stand, person, asked)
        else:
            _ = asked.goods
    except Unread as unreadable:
        wrong = unread(visit, unreadable)
    except No as refusal:
        if refusal.ours:
            raise
        no = no or refused(visit, refusal)
        if isinstance(person, who.Person):
            # The page goes on with no points, so that there is something to go on from.
            bill = await _without(visit, stand, person, asked)
    context = {
        "stand": stand,
        "asked": asked,
        "items": items,
        "person": person if isinstance(person, who.Person) else None,
        "waiting": person if isinstance(person, who.Waiting) else None,
        "over": bool(asked.who) and person is None,
        "bill": bill,
        "no": no,
        "not_known": not_known,
        "wrong": wrong,
        "voucher_no": voucher_no,
    }
    return visit.page("till/pay.html", status, block=block, **context)


async def _without(visit: Visit, stand: Stand, person: who.Person, asked: Asked) -> Bill | None:
    """The bill without points and vouchers, where the one that was asked for was refused."""
    try:
        return await bill_of(visit, stand, person, _with(asked, use="none", points="", vouchers=()))
    except (No, Unread):
        return None


async def _with_voucher(
    visit: Visit, stand: Stand, person: who.Person, asked: Asked
) -> tuple[Asked, Refused | None]:
    """The form with the voucher that was typed, or why not. Wrong codes are counted: they may be guesses."""
    if not asked.voucher_code:
        return asked, None
    if (waits := await pause(visit)) is not None:
        return asked, waits
    try:
        return await add_voucher(visit, stand, person, asked)
    except No as no:
        if no.ours:
            raise
        if no.code == "voucher_unknown":
            await guessed(visit, asked.voucher_code)
        return asked, refused(visit, no)


def _with(asked: Asked, **changes: Any) -> Asked:
    return msgspec.structs.replace(asked, **changes)
