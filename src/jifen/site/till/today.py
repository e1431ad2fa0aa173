"""Today: what was taken and taken back at this store, and by whom; and what this till reported later."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from litestar import Response

from jifen.books.legs import Account, Kind
from jifen.engine.loading import load_entries, load_places
from jifen.engine.view import Booked
from jifen.events.event import read_purchase, read_refund
from jifen.events.returning import standing_after
from jifen.site.inside import No
from jifen.site.till.paying import choose_store
from jifen.site.till.receipt import number_of
from jifen.site.till.stand import Stand, stand_of
from jifen.site.visit import Visit
from jifen.values.ids import EntryId, WalletId, parse_id
from jifen.values.periods import local_day

ACTIONS = ("till.pay", "till.back", "till.report")
"""What is done at tills, by its name in the audit log."""

LINES_MOST = 1_000
"""So many lines of one person's day are read."""

A_DAY = timedelta(hours=26)
LISTED = 200


class Row(msgspec.Struct, frozen=True):
    """A bill or a return. fen: money taken, negative given back; points: spent; earned; by: who."""

    number: str
    at: datetime
    back: bool
    goods: int
    fen: int
    points: int
    earned: int
    by: str
    mine: bool


class Sums(msgspec.Struct, frozen=True):
    """What rows add up to."""

    bills: int
    fen: int
    points: int
    earned: int
    returns: int
    fen_back: int
    points_back: int
    clawed: int


async def show(visit: Visit) -> Response[bytes]:
    """The day at this store, of all or of mine."""
    stand = stand_of(visit)
    if stand is None:
        return choose_store(visit)
    rows = await rows_of(visit, stand)
    own = visit.query("who") == "me"
    shown = [row for row in rows if row.mine] if own else rows
    return visit.page(
        "till/today.html",
        stand=stand,
        all=sums_of(rows),
        mine=sums_of(row for row in rows if row.mine),
        rows=shown[:LISTED],
        more=max(0, len(shown) - LISTED),
        own=own,
        offline=await _reported(visit, stand),
    )


def sums_of(rows: Iterable[Row]) -> Sums:
    """The sums of some rows; what came back is told beside, and not taken off."""
    bills = list(rows)
    took = [row for row in bills if not row.back]
    gave = [row for row in bills if row.back]
    return Sums(
        len(took),
        sum(row.fen for row in took),
        sum(row.points for row in took),
        sum(row.earned for row in took),
        len(gave),
        -sum(row.fen for row in gave),
        -sum(row.points for row in gave),
        -sum(row.earned for row in gave),
    )


async def rows_of(visit: Visit, stand: Stand) -> list[Row]:
    """Everything that the merchant's people did at this store's tills today, newest first."""
    by: dict[EntryId, str] = {}
    logins: dict[str, str] = {}
    for one in await visit.reception.staff.list(visit.program.id, visit.merchant.id):
        logins[one.login] = one.name
        for target in await _done_by(visit, one.login):
            by[target] = one.login
    if not by:
        return []
    async with visit.house.pool.acquire() as conn:
        found = await load_entries(conn, list(by))
        purchases = await _purchases(conn, [booked for booked, _ in found.values()])
    staff = visit.signed_in.staff
    own = staff.login if staff else ""
    rows = []
    for of, (booked, _) in found.items():
        entry = booked.entry
        purchase = purchases.get((entry.wallet, entry.reverses or 0), booked)
        here = read_purchase(purchase.entry.event).store == stand.store.code
        day = local_day(entry.recorded_at, visit.program.zone)
        if entry.merchant == visit.merchant.id and here and day == visit.today:
            rows.append(_row(booked, purchase, logins[by[of]], by[of] == own))
    return sorted(rows, key=lambda row: row.at, reverse=True)


async def _done_by(visit: Visit, login: str) -> list[EntryId]:
    """The entries that one of the staff made at tills in the last day, by the audit log."""
    found: list[EntryId] = []
    for action in ACTIONS:
        since = visit.real_now - A_DAY
        filters = {"actor": login, "action": action, "outcome": "done", "since": since}
        for line in await visit.reception.audit.page(visit.program.id, most=LINES_MOST, filters=filters):
            try:
                found.append(EntryId(parse_id(line.target)))
            except ValueError:
                continue
    return found


async def _purchases(conn: Any, found: Sequence[Booked]) -> dict[tuple[WalletId, int], Booked]:
    """The purchases that returns are of."""
    # Each purchase is asked for once: asked for twice, its returns would be read twice.
    places = {
        (booked.entry.wallet, booked.entry.reverses): None
        for booked in found
        if booked.entry.kind is Kind.RETURN and booked.entry.reverses is not None
    }
    return await load_places(conn, list(places)) if places else {}


def _row(booked: Booked, purchase: Booked, by: str, mine: bool) -> Row:
    entry = booked.entry
    if entry.kind is not Kind.RETURN:
        bought = read_purchase(entry.event)
        tenders = bought.tenders
        return Row(
            number_of(entry.id),
            entry.recorded_at,
            False,
            bought.goods,
            tenders.cash if tenders else bought.goods,
            tenders.points if tenders else 0,
            sum(leg.points for leg in entry.legs if leg.account is Account.ISSUED),
            by,
            mine,
        )
    before = [one.event for one in purchase.reversals if one.no < entry.no]
    after = standing_after(purchase.entry.event, [*before, entry.event])
    goods = standing_after(purchase.entry.event, before).goods[0] - after.goods[0]
    told = read_refund(entry.explanation)
    clawed = sum(leg.points for leg in entry.legs if leg.account is Account.CLAWED_BACK)
    cash, points = (goods, 0) if told is None else (told.cash, told.points)
    return Row(number_of(entry.id), entry.recorded_at, True, goods, -cash, -points, clawed, by, mine)


async def _reported(visit: Visit, stand: Stand) -> dict[str, Any] | None:
    """What this till reported later, of today; None: it never had to."""
    since = (visit.now - A_DAY).isoformat()
    try:
        told: dict[str, Any] = await visit.api.get("/v1/offline-bills", till=stand.till, since=since)
    except No:
        return None
    return told if told["bills"] else None
