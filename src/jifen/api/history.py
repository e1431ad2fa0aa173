"""Reads of what happened: entries, one with all its reasons, and holds."""

import base64
import binascii
from typing import Any
from uuid import UUID

from jifen.api.asking import entry_unknown
from jifen.api.calls import Call
from jifen.api.earlier import id_in, load_earlier
from jifen.api.entries import party, short, whole
from jifen.api.problems import invalid, refused
from jifen.api.reads import reading, shown, wallet_in_path
from jifen.api.routing import Parameter, Reply
from jifen.api.views import EntriesView, HoldView, WholeEntryView
from jifen.books.refusals import Code, Refusal
from jifen.engine.loading import entry_from, load_entries, load_series
from jifen.store.queries import q
from jifen.values.ids import cell_of

PAGE_MOST = 200
LAST = 2**31 - 1


async def entries(call: Call) -> Reply:
    """A page of a member's entries, newest first; a merchant sees those that happened at it."""
    query = call.query("limit", "cursor")
    limit = _limit(query.get("limit"))
    before = _cursor(query.get("cursor"))
    wallet = await wallet_in_path(call)
    asking = call.asking
    rows = await call.house.pool.fetch(
        q("api_entries"), cell_of(wallet), wallet, before, asking.owner.merchant, limit + 1
    )
    page = [entry_from(row) for row in rows[:limit]]
    following = _cursor_of(page[-1].no) if len(rows) > limit else None
    return shown(
        EntriesView(
            member=call.args["number"],
            wallet=wallet,
            entries=tuple(short(asking.program, entry) for entry in page),
            next=following,
        )
    )


def _limit(text: str | None) -> int:
    if text is None:
        return 50
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= PAGE_MOST):
        raise invalid("limit", text, f"is no size of a page: send a whole number from 1 to {PAGE_MOST}")
    return int(text)


def _cursor_of(no: int) -> str:
    return base64.urlsafe_b64encode(f"no {no}".encode()).decode().rstrip("=")


def _cursor(text: str | None) -> int:
    if text is None:
        return LAST
    try:
        kind, _, no = base64.urlsafe_b64decode(text.encode() + b"==").decode().partition(" ")
        if kind == "no" and no.isascii() and no.isdigit() and 0 < int(no[:11]) <= LAST:
            return int(no)
    except (binascii.Error, UnicodeDecodeError, UnicodeEncodeError):
        pass
    raise invalid("cursor", text, "is none of ours: send the `next` of the page before as it is, or none")


async def entry(call: Call) -> Reply:
    """An entry by its id."""
    call.query()
    asking, house = call.asking, call.house
    of = id_in("id", call.args["id"])
    found = (await load_earlier(house.pool, asking.program.id, [of])).get(of)
    if found is None or not asking.sees(found.merchant):
        raise entry_unknown("entry")
    async with house.pool.acquire() as conn:
        booked, _ = (await load_entries(conn, [found.id], reversals=False))[found.id]
    return await _whole(call, booked.entry)


async def entry_by_no(call: Call) -> Reply:
    """An entry by its member and its number; so the taker's side of a transfer is found too."""
    call.query()
    wallet = await wallet_in_path(call)
    text = call.args["no"]
    if not (text.isascii() and text.isdigit() and 0 < int(text[:11]) < LAST):
        raise invalid("no", text, "is no number of an entry: send a whole number from 1")
    merchant = call.asking.owner.merchant
    rows = await call.house.pool.fetch(q("api_entries"), cell_of(wallet), wallet, int(text) + 1, merchant, 1)
    if not rows or rows[0]["no"] != int(text):
        raise entry_unknown("entry")
    return await _whole(call, entry_from(rows[0]))


async def _whole(call: Call, found: Any) -> Reply:
    async with call.house.pool.acquire() as conn:
        await load_series(conn, call.house.series, [leg.series for leg in found.legs])
        number = await _number(conn, found.wallet)
        return shown(await whole(conn, call.asking.program, found, number, call.house.series))


async def _number(conn: Any, wallet: UUID) -> str | None:
    row = await conn.fetchrow(q("api_wallet"), cell_of(wallet), wallet)
    number: str | None = row["number"]
    return number


async def hold(call: Call) -> Reply:
    """A hold by its id."""
    call.query()
    asking = call.asking
    of = id_in("id", call.args["id"])
    async with call.house.pool.acquire() as conn:
        row = await conn.fetchrow(q("api_hold"), cell_of(of), of, asking.program.id)
        if row is None or not asking.sees(row["merchant"]):
            said = f"there is no hold {of} that you may see: its id is that of the answer to the hold"
            raise refused(Refusal(Code.HOLD_UNKNOWN, said, {"hold": str(of)}))
        number = await _number(conn, row["wallet"])
    late = "overdue" if row["deadline"] <= asking.now else "open"
    return shown(
        HoldView(
            id=of,
            member=number,
            wallet=row["wallet"],
            merchant=party(asking.program, row["merchant"]) or "",
            unit=row["unit"],
            points=row["points"],
            held=sum(row["parts"]),
            deadline=row["deadline"],
            state=late if row["is_open"] else "closed",  # type: ignore[arg-type]
        )
    )


_PAGE = (
    Parameter(
        "limit", {"type": "integer", "minimum": 1, "maximum": PAGE_MOST, "default": 50}, "Entries a page."
    ),
    Parameter("cursor", {"type": "string"}, "The `next` of the page before."),
)


ROUTES = (
    reading(
        "list_entries",
        "/v1/members/{number}/entries",
        "A member's entries, newest first",
        entries,
        EntriesView,
        "member_unknown",
        query=_PAGE,
    ),
    reading(
        "get_entry_by_number",
        "/v1/members/{number}/entries/{no}",
        "An entry by its member and number",
        entry_by_no,
        WholeEntryView,
        "member_unknown",
        Code.ENTRY_UNKNOWN,
    ),
    reading(
        "get_entry",
        "/v1/entries/{id}",
        "An entry with its legs, why it moved its points, and its proof",
        entry,
        WholeEntryView,
        Code.ENTRY_UNKNOWN,
    ),
    reading("get_hold", "/v1/holds/{id}", "A hold", hold, HoldView, Code.HOLD_UNKNOWN),
)
