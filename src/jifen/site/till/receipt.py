"""Receipt: a purchase or a return as it is printed, found by its number."""

import re
from collections.abc import Sequence
from uuid import UUID

import msgspec
from litestar import Response
from markupsafe import Markup

from jifen.books.entries import Entry
from jifen.books.legs import Account, Kind
from jifen.engine.loading import load_entries, load_places
from jifen.engine.view import Booked
from jifen.events.event import StoredPurchase, basket_of, read_purchase, read_refund, read_return
from jifen.events.returning import standing_after
from jifen.pages import figures
from jifen.pages.explaining import Explained, explain
from jifen.site.till.stand import stand_of
from jifen.site.visit import Stop, Visit
from jifen.store.queries import q
from jifen.values.ids import EntryId, parse_id
from jifen.values.points import split

NUMBER = re.compile(r"[0-9A-F]{12}")
BLANKS = re.compile(r"[\s\-]+")


class Line(msgspec.Struct, frozen=True):
    """A line of a purchase. amount: at full price; cash, points: its share; left: pieces still there."""

    place: int
    sku: str
    quantity: int
    amount: int
    cash: int
    points: int
    left: int


class Receipt(msgspec.Struct, frozen=True):
    """A purchase as printed. number: its twelve digits; phone: masked; mine: whether I took it."""

    entry: Entry
    number: str
    store: str
    member: str
    phone: str
    lines: tuple[Line, ...]
    goods: int
    saved: int
    points: int
    pays: int
    cash: int
    explained: Explained | None
    unit: Markup
    back: bool
    left_fen: int


class Back(msgspec.Struct, frozen=True):
    """A return as printed: what came back of which purchase."""

    entry: Entry
    number: str
    of: Receipt
    lines: tuple[tuple[str, int], ...]
    goods: int
    cash: int
    points: int
    charged: int
    vouchers: int
    clawed: int
    explained: Explained | None


def number_of(entry: UUID) -> str:
    """The number of a receipt: the first ten digits of its entry's id and its cell, in groups of four."""
    digits = (entry.hex[:10] + entry.hex[30:]).upper()
    return f"{digits[:4]}-{digits[4:8]}-{digits[8:]}"


def normal_number(text: str) -> str | None:
    """The twelve digits of a number that was typed or scanned; None: it is none."""
    digits = BLANKS.sub("", text).upper()
    return digits if NUMBER.fullmatch(digits) else None


async def find(visit: Visit, text: str) -> Booked | None:
    """This merchant's entry that a number or an id means, with what takes it back; None: there is none."""
    digits = normal_number(text)
    if digits is None:
        try:
            ids = [EntryId(parse_id(text.strip()))]
        except ValueError:
            return None
    else:
        begin, cell = digits[:10], int(digits[10:], 16)
        bounds = [UUID(begin + filling * 22) for filling in "0F"]
        rows = await visit.house.pool.fetch(q("till_receipt_by_number"), cell, *bounds)
        ids = [EntryId(row["id"]) for row in rows]
    async with visit.house.pool.acquire() as conn:
        found = await load_entries(conn, ids)
    own = visit.merchant.id
    return next((booked for booked, _ in found.values() if booked.entry.merchant == own), None)


async def receipt_of(visit: Visit, booked: Booked) -> Receipt:
    """A purchase as it is printed, with what of it came back since."""
    entry = booked.entry
    bought = read_purchase(entry.event)
    tenders = bought.tenders
    member = await visit.house.members.member(entry.wallet)
    left = standing_after(entry.event, [earlier.event for earlier in booked.reversals])
    return Receipt(
        entry=entry,
        number=number_of(entry.id),
        store=bought.store,
        member=member.number if member else "",
        phone=figures.masked(member.phone) if member and member.phone else "",
        lines=_lines(bought, [line.quantity for line in left.goods[1]]),
        goods=bought.goods,
        saved=sum(one.saved for one in tenders.vouchers) if tenders else 0,
        points=tenders.points if tenders else 0,
        pays=tenders.pays if tenders else 0,
        cash=tenders.cash if tenders else bought.goods,
        explained=explain(visit.program, entry, visit.words),
        unit=visit.words.unit(visit.program.units[entry.unit]),
        back=bool(booked.reversals),
        left_fen=left.goods[0],
    )


def _lines(bought: StoredPurchase, left: Sequence[int]) -> tuple[Line, ...]:
    """The lines with their shares of what paid, by largest remainder."""
    lines = basket_of(bought)
    amounts = [line.amount for line in lines]
    cash = bought.tenders.cash if bought.tenders else bought.goods
    points = bought.tenders.points if bought.tenders else 0
    freight = bought.tenders.freight_due if bought.tenders else 0
    shares = split(min(cash, bought.goods) if not freight else bought.amount, amounts) if lines else []
    spent = split(points, amounts) if lines and sum(amounts) else [0] * len(lines)
    return tuple(
        Line(place, line.sku, line.quantity, line.amount, shares[place], spent[place], left[place])
        for place, line in enumerate(lines)
    )


async def back_of(visit: Visit, booked: Booked) -> Back:
    """A return as it is printed, with the purchase that it is of."""
    entry = booked.entry
    assert entry.reverses is not None
    async with visit.house.pool.acquire() as conn:
        place = entry.wallet, entry.reverses
        purchase = (await load_places(conn, [place]))[place]
    before = [one.event for one in purchase.reversals if one.no < entry.no]
    goods = (
        standing_after(purchase.entry.event, before).goods[0]
        - standing_after(purchase.entry.event, [*before, entry.event]).goods[0]
    )
    told, said = read_refund(entry.explanation), read_return(entry.event)
    return Back(
        entry=entry,
        number=number_of(entry.id),
        of=await receipt_of(visit, purchase),
        lines=said.lines,
        goods=goods,
        cash=goods if told is None else told.cash,
        points=0 if told is None else told.points,
        charged=0 if told is None else told.charged,
        vouchers=0 if told is None else len(told.vouchers),
        clawed=-sum(leg.points for leg in entry.legs if leg.account is Account.CLAWED_BACK),
        explained=explain(visit.program, entry, visit.words, purchase=purchase),
    )


async def show(visit: Visit) -> Response[bytes]:
    """The receipt of a purchase or of a return, to look at and to print."""
    found = await find(visit, visit.args["id"])
    if found is None or found.entry.kind not in (Kind.PURCHASE, Kind.RETURN):
        raise Stop("nothing_here", 404, back="/till")
    back = await back_of(visit, found) if found.entry.kind is Kind.RETURN else None
    receipt = back.of if back is not None else await receipt_of(visit, found)
    return visit.page("till/receipt.html", stand=stand_of(visit), receipt=receipt, back=back)
