"""Returning: find a receipt, choose what comes back, see what that does, and do it once."""

from datetime import date, datetime
from typing import Any

import msgspec
from litestar import Response
from markupsafe import Markup

from jifen.books.explanation import read_explanation
from jifen.books.legs import Kind
from jifen.engine.view import Booked
from jifen.events.event import read_purchase
from jifen.pages.lots import last_day
from jifen.pages.naming import title_of
from jifen.pages.reading import NEWEST, read_entries
from jifen.site.inside import No
from jifen.site.till import who
from jifen.site.till.goods import Unread, fen_of
from jifen.site.till.paying import choose_store
from jifen.site.till.receipt import Receipt, find, number_of, receipt_of
from jifen.site.till.refusing import Refused, refused, unread
from jifen.site.till.stand import Stand, stand_of
from jifen.site.till.today import rows_of
from jifen.site.visit import Visit
from jifen.values.ids import EntryId
from jifen.values.periods import local_day

LISTED = 200
"""So many of a member's newest entries are looked through for receipts of this merchant."""


RECENT = 10
"""So many of the store's bills of today are shown before anything is scanned."""


class Chosen(msgspec.Struct, frozen=True):
    """What is to come back: pieces by the place of their line, or an amount as typed."""

    lines: dict[int, int] = {}
    amount: str = ""

    @property
    def some(self) -> bool:
        """Whether anything is chosen."""
        return bool(self.lines or self.amount)


def all_of(receipt: Receipt) -> Chosen:
    """All that is left of a purchase."""
    lines = {line.place: line.left for line in receipt.lines if line.left}
    return Chosen(lines, "" if receipt.lines else f"{receipt.left_fen // 100}.{receipt.left_fen % 100:02d}")


class Taken(msgspec.Struct, frozen=True):
    """What of a rule's points is taken back."""

    title: Markup
    points: int


class Told(msgspec.Struct, frozen=True):
    """What the return would do. lots: points by the last day on which they can be used; None: for ever."""

    cash: int
    points: int
    pays: int
    goods: int
    charged: int
    vouchers: int
    lots: tuple[tuple[date | None, int], ...]
    clawed: int
    owed_more: int
    repaid: int
    taken: tuple[Taken, ...]
    invoiceable: int
    before: int
    after: int
    owed: int

    @property
    def adds_up(self) -> bool:
        """Whether the points now follow by a sum from those before: not where dates have passed meanwhile."""
        return self.before + self.points - self.repaid - (self.clawed - self.owed_more) == self.after


class Listed(msgspec.Struct, frozen=True):
    """A receipt in the list of a member's."""

    number: str
    store: str
    at: Any
    fen: int
    points: int


async def show(visit: Visit) -> Response[bytes]:
    """The receipt of a number, or the field where it is scanned or typed."""
    stand = stand_of(visit)
    if stand is None:
        return choose_store(visit)
    number = visit.query("number")
    if not number:
        recent = [row for row in await rows_of(visit, stand) if not row.back][:RECENT]
        return visit.page("till/return.html", **{**_nothing(stand), "recent": recent})
    return await _receipt_page(visit, stand, number, None if visit.query("all") == "1" else Chosen())


async def look(visit: Visit) -> Response[bytes]:
    """Find by what was scanned or typed: a receipt's number, or the member, whose receipts are listed."""
    stand = stand_of(visit)
    if stand is None:
        return choose_store(visit)
    text, of = visit.field("scan"), visit.field("who")
    if text and await find(visit, text) is not None:
        return visit.go(f"/till/return?number={text.replace(' ', '')}")
    try:
        if visit.field("sms") and of:
            await who.confirm(visit, of, visit.field("sms"))
        elif text:
            of = await who.identify(visit, text, visit.key)
    except who.NotRead:
        no = Refused(visit.words.t("till.no_receipt"), visit.words.t("till.no_receipt_next"), "")
        return visit.page("till/return.html", 422, **{**_nothing(stand), "no": no, "scan": text})
    except No as refusal:
        if refusal.ours:
            raise
        context = {**_nothing(stand), "no": refused(visit, refusal), "scan": text}
        if of:
            context["waiting"] = await who.known(visit, of)
        return visit.page("till/return.html", 422, **context)
    person = await who.known(visit, of) if of else None
    context = _nothing(stand)
    if isinstance(person, who.Waiting):
        context["waiting"] = person
    elif person is not None:
        context |= {"person": person, "receipts": await _receipts(visit, person)}
    return visit.page("till/return.html", **context)


async def preview(visit: Visit) -> Response[bytes]:
    """What the return would do, told anew with each choice."""
    stand = stand_of(visit)
    if stand is None:
        return choose_store(visit)
    block = "sums" if visit.partial else ""
    return await _receipt_page(visit, stand, visit.field("number"), chosen_of(visit), block=block)


async def make(visit: Visit) -> Response[bytes]:
    """Make the return, once, if it does what was shown."""
    stand = stand_of(visit)
    if stand is None:
        return choose_store(visit)
    number, chosen = visit.field("number"), chosen_of(visit)
    booked = await find(visit, number)
    if booked is None or not chosen.some:
        return await _receipt_page(visit, stand, number, chosen, status=422)
    visit.note(target=str(booked.entry.id), store=stand.store.code)
    if (before := _made_before(visit, booked)) is not None:
        return visit.go(f"/till/receipts/{before}", "till_returned")
    try:
        body = _body(booked, await receipt_of(visit, booked), chosen)
        told = await visit.api.post("/v1/return-quotes", body)
        if visit.field("seen") != f"{told['cash_fen']} {told['points']} {told['clawed']}":
            changed = Refused(visit.words.t("till.changed"), visit.words.t("till.changed_next"), "")
            return await _receipt_page(visit, stand, number, chosen, no=changed, status=409)
        done = await visit.api.post("/v1/returns", body, f"back-{visit.key}")
    except Unread as wrong:
        return await _receipt_page(visit, stand, number, chosen, no=unread(visit, wrong), status=422)
    except No as refusal:
        if refusal.ours:
            raise
        return await _receipt_page(visit, stand, number, chosen, no=refused(visit, refusal), status=409)
    visit.note(target=done["id"], of=str(booked.entry.id))
    return visit.go(f"/till/receipts/{done['id']}", "till_returned")


def _made_before(visit: Visit, booked: Booked) -> EntryId | None:
    """The return that this very form made before: it is shown again, and nothing is done twice."""
    key = f"back-{visit.key}"
    own = (back for back in booked.reversals if back.key == key and back.source == visit.actor)
    return next((EntryId(back.id) for back in own), None)


def chosen_of(visit: Visit) -> Chosen:
    """What the form says that comes back: `line` are the places ticked, `pieces-<place>` how many of each."""
    lines: dict[int, int] = {}
    for place in visit.many.get("line", ()):
        pieces = visit.field(f"pieces-{place}", "1")
        if place.isdigit() and pieces.isdigit() and int(pieces[:9]) > 0:
            lines[int(place[:5])] = int(pieces[:9])
    return Chosen(lines, visit.field("amount"))


def _body(booked: Booked, receipt: Receipt, chosen: Chosen) -> dict[str, Any]:
    """The return as the interface takes it; pieces of lines of one article are one.

    Raises:
        Unread: the amount is none.
    """
    body: dict[str, Any] = {"entry": str(booked.entry.id)}
    if receipt.lines:
        pieces: dict[str, int] = {}
        for line in receipt.lines:
            if (count := min(chosen.lines.get(line.place, 0), line.left)) > 0:
                pieces[line.sku] = pieces.get(line.sku, 0) + count
        return {**body, "lines": [{"sku": sku, "quantity": count} for sku, count in pieces.items()]}
    fen = fen_of(chosen.amount)
    if not fen:
        raise Unread("amount", chosen.amount)
    return {**body, "amount": fen}


async def _receipt_page(
    visit: Visit,
    stand: Stand,
    number: str,
    chosen: Chosen | None,
    *,
    no: Refused | None = None,
    status: int = 200,
    block: str = "",
) -> Response[bytes]:
    booked = await find(visit, number)
    if booked is None or booked.entry.kind is not Kind.PURCHASE:
        words = visit.words
        missing = Refused(words.t("till.no_receipt"), words.t("till.no_receipt_next"), "")
        context = {**_nothing(stand), "no": missing, "scan": number}
        return visit.page("till/return.html", 404 if not block else 200, **context)
    receipt = await receipt_of(visit, booked)
    chosen = all_of(receipt) if chosen is None else chosen
    told: Told | None = None
    try:
        body = _body(booked, receipt, chosen) if chosen.some and receipt.left_fen else {}
        if body.get("lines") or body.get("amount"):
            told = _told(visit, booked, await visit.api.post("/v1/return-quotes", body))
    except Unread as wrong:
        no = no or unread(visit, wrong)
    except No as refusal:
        if refusal.ours:
            raise
        no = no or refused(visit, refusal)
    context = {
        **_nothing(stand),
        "receipt": receipt,
        "chosen": chosen,
        "told": told,
        "no": no,
        "scan": number_of(booked.entry.id),
    }
    return visit.page("till/return.html", status, block=block, **context)


def _told(visit: Visit, booked: Booked, said: dict[str, Any]) -> Told:
    """The interface's answer in the page's words."""
    rules = visit.program.rules_version(read_explanation(booked.entry.explanation).rules)
    titles = {rule.definition.id: title_of(rule.definition, visit.words) for rule in rules.rules}
    lots: dict[date | None, int] = {}
    for lot in said["lots"]:
        at = datetime.fromisoformat(lot["expires_at"]) if lot["expires_at"] else None
        last = last_day(at, visit.program.zone)
        lots[last] = lots.get(last, 0) + lot["points"]
    return Told(
        cash=said["cash_fen"],
        points=said["points"],
        pays=said["pays_fen"],
        goods=said["goods_fen"],
        charged=said["charged_fen"],
        vouchers=len(said["vouchers"]),
        lots=tuple(sorted(lots.items(), key=lambda one: one[0] or date.max)),
        clawed=said["clawed"],
        owed_more=said["owed_more"],
        repaid=said["repaid"],
        taken=tuple(
            Taken(titles.get(one["rule"], Markup.escape(one["rule"])), one["points"]) for one in said["taken"]
        ),
        invoiceable=said["invoiceable_fen"],
        before=said["before"]["available"],
        after=said["balance"]["available"],
        owed=said["balance"]["owed"],
    )


async def _receipts(visit: Visit, person: who.Person) -> list[tuple[date, list[Listed]]]:
    """The member's purchases at this merchant, by day, newest first."""
    seen = await read_entries(visit.house.pool, visit.house.catalog, person.wallet, NEWEST, LISTED)
    days: dict[date, list[Listed]] = {}
    own = visit.merchant.id
    for entry in seen.entries if seen else ():
        if entry.kind is not Kind.PURCHASE or entry.merchant != own:
            continue
        bought = read_purchase(entry.event)
        row = Listed(
            number_of(entry.id),
            bought.store,
            entry.occurred_at,
            bought.goods,
            bought.tenders.points if bought.tenders else 0,
        )
        days.setdefault(local_day(entry.occurred_at, visit.program.zone), []).append(row)
    return list(days.items())


def _nothing(stand: Stand) -> dict[str, Any]:
    """What the page shows before a receipt is found."""
    return {
        "stand": stand,
        "receipt": None,
        "person": None,
        "waiting": None,
        "receipts": None,
        "recent": (),
        "chosen": Chosen(),
        "told": None,
        "no": None,
        "scan": "",
    }
