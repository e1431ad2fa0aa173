"""Entries: those of all members day by day with filters, those of one member, and both as a sheet."""

import base64
import binascii
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response

from jifen.engine.loading import entry_from, load_series
from jifen.pages.figures import clock
from jifen.pages.reading import NEWEST, Seen, read_entries
from jifen.site.console.ledger import GROUPS, Line, group_kinds, line_of, lines_of
from jifen.site.console.sheet import sheet
from jifen.site.routing import CONSOLE, get
from jifen.site.visit import Stop, Visit
from jifen.store.queries import q
from jifen.values.ids import WalletId, cell_of
from jifen.values.periods import local_day, start_of_day

PAGE = 50
SHEET_MOST = 20_000
FAR = datetime(2101, 1, 1, tzinfo=UTC)
LAST_WALLET = UUID(int=2**128 - 1)
FILTERS = ("kind", "merchant", "store", "source", "key")

Place = tuple[datetime, UUID, int]
"""The place of an entry among all: when it was recorded, whose, its number."""


async def show(visit: Visit) -> Response[bytes]:
    """The entries of a day, newest first; without a day, those of the newest day that has any."""
    asked = {name: visit.query(name).strip() for name in FILTERS}
    day = _day_asked(visit)
    rows = await _fetch(visit, day or visit.today, asked, _cursor(visit.query("after")), PAGE + 1, not day)
    if not rows and day is None:
        day = await visit.house.pool.fetchval(q("ledger_newest_day"), visit.program.id, visit.today)
        if day is not None:
            rows = await _fetch(visit, day, asked, None, PAGE + 1)
    day = day or visit.today
    lines = await lines_of(visit.house.pool, visit.program, visit.now, rows[:PAGE], visit.words)
    kept = {name: value for name, value in asked.items() if value}

    def address(**more: object) -> str:
        return f"/console/entries?{urlencode({'day': day, **kept, **more})}"

    return visit.page(
        "console/entries.html",
        lines=lines,
        day=day,
        asked=asked,
        kinds=[
            ("", visit.words.t("watch.all")),
            *((one, visit.words.t(f"watch.kind.{one}")) for one in GROUPS),
        ],
        merchants=[
            ("", visit.words.t("watch.all")),
            *((one.code, one.name) for one in visit.program.merchants.values()),
        ],
        older=address(after=_cursor_of(rows[PAGE - 1])) if len(rows) > PAGE else "",
        newest=address() if visit.query("after") else "",
        day_before=address(day=day - timedelta(days=1)),
        day_after=address(day=day + timedelta(days=1)) if day < visit.today else "",
        csv=f"/console/entries.csv?{urlencode({'day': day, **kept})}",
        filtered=bool(kept),
    )


async def show_sheet(visit: Visit) -> Response[bytes]:
    """The entries of a day as a sheet, with the same filters."""
    asked = {name: visit.query(name).strip() for name in FILTERS}
    day = _day_asked(visit) or visit.today
    rows = await _fetch(visit, day, asked, None, SHEET_MOST)
    lines = await lines_of(visit.house.pool, visit.program, visit.now, rows, visit.words)
    return _sheet(visit, f"entries-{day}", lines)


async def show_member(visit: Visit) -> Response[bytes]:
    """The entries of one member, newest first."""
    number, wallet = await wallet_asked(visit)
    group = visit.query("kind")
    below = visit.query("below", "")
    first = int(below) if below.isascii() and below.isdigit() and len(below) < 10 else NEWEST
    seen, lines = await _of_member(visit, number, wallet, first, PAGE + 1, group)
    member = await visit.house.members.member(wallet)
    more = lines[PAGE:]
    base = f"/console/members/{number}/entries"
    return visit.page(
        "console/member_entries.html",
        number=number,
        name=member.name if member else "",
        lines=lines[:PAGE],
        version=seen.wallet.version,
        segments=kind_segments(visit, base, group),
        older=f"{base}?{urlencode({'kind': group, 'below': lines[PAGE - 1].no})}" if more else "",
        newest=f"{base}?{urlencode({'kind': group})}" if below else "",
        csv=f"/console/members/{number}/entries.csv?{urlencode({'kind': group})}",
    )


async def show_member_sheet(visit: Visit) -> Response[bytes]:
    """All entries of one member as a sheet."""
    number, wallet = await wallet_asked(visit)
    _, lines = await _of_member(visit, number, wallet, NEWEST, SHEET_MOST, visit.query("kind"))
    return _sheet(visit, f"entries-{number}", lines)


async def wallet_asked(visit: Visit) -> tuple[str, WalletId]:
    """The number in the address, and whose wallet it leads to.

    Raises:
        Stop: nobody's.
    """
    number = visit.args["number"]
    known = number.isprintable() and len(number) <= 64
    wallet = (await visit.house.members.wallets(visit.program.id, [number])).get(number) if known else None
    if wallet is None:
        raise Stop("member_unknown", back="/console/members", number=number[:64])
    return number, wallet


def kind_segments(visit: Visit, base: str, chosen: str) -> list[tuple[str, str, bool]]:
    """The groups of kinds as a row of links."""
    words = visit.words
    return [
        (base, words.t("watch.all"), chosen not in GROUPS),
        *((f"{base}?kind={one}", words.t(f"watch.kind.{one}"), chosen == one) for one in GROUPS),
    ]


async def member_lines(
    visit: Visit, number: str, wallet: WalletId, most: int, group: str = ""
) -> tuple[Seen, list[Line]]:
    """A wallet as it is, with the lines of its newest entries."""
    return await _of_member(visit, number, wallet, NEWEST, most, group)


async def _of_member(
    visit: Visit, number: str, wallet: WalletId, below: int, most: int, group: str
) -> tuple[Seen, list[Line]]:
    house = visit.house
    seen = await read_entries(house.pool, house.catalog, wallet, below, 0)
    assert seen is not None
    rows = await house.pool.fetch(
        q("ledger_member"), cell_of(wallet), wallet, below, most, group_kinds(group)
    )
    for row in rows:
        if row["until"] is not None:
            seen.untils[row["no"]] = row["until"]
    found = await _entries(visit, seen, rows)
    return seen, [line_of(seen, entry, visit.words, number) for entry in found]


async def _entries(visit: Visit, seen: Seen, rows: Sequence[Any]) -> Sequence[Any]:
    entries = [entry_from(row) for row in rows]
    async with visit.house.pool.acquire() as conn:
        await load_series(conn, seen.series, (leg.series for entry in entries for leg in entry.legs))
    return entries


async def _fetch(
    visit: Visit, day: date, asked: dict[str, str], after: Place | None, most: int, open_end: bool = False
) -> Sequence[Any]:
    """Rows of a day. open_end: and of whatever was recorded after it."""
    program, zone = visit.program, visit.program.zone
    merchant = program.merchants.get(asked["merchant"])
    if asked["merchant"] and merchant is None:
        return []
    until = FAR if open_end else start_of_day(day + timedelta(days=1), zone)
    return await visit.house.pool.fetch(
        q("ledger_entries"),
        program.id,
        start_of_day(day, zone),
        until,
        group_kinds(asked["kind"]),
        merchant.id if merchant else None,
        asked["store"] or None,
        asked["source"] or None,
        asked["key"] or None,
        *(after or (FAR, LAST_WALLET, NEWEST)),
        most,
    )


def _day_asked(visit: Visit) -> date | None:
    text = visit.query("day")
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Stop("nothing_here", back="/console/entries") from None
    return day if 2000 <= day.year < 2100 else None


def _cursor_of(row: Any) -> str:
    text = f"{row['recorded_at'].isoformat()} {row['wallet']} {row['no']}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _cursor(text: str) -> Place | None:
    if not text:
        return None
    try:
        at, wallet, no = base64.urlsafe_b64decode(text.encode() + b"==").decode().split(" ")
        return datetime.fromisoformat(at), UUID(wallet), int(no)
    except (binascii.Error, ValueError):
        raise Stop("nothing_here", back="/console/entries") from None


def _sheet(visit: Visit, name: str, lines: Sequence[Line]) -> Response[bytes]:
    words, zone = visit.words, visit.program.zone
    heads = (
        "no",
        "member",
        "recorded",
        "occurred",
        "kind",
        "what",
        "basis",
        "points",
        "balance",
        "unit",
        "source",
        "key",
        "id",
    )
    return sheet(
        name,
        [str(words.t(f"watch.sheet.{head}")) for head in heads],
        (
            (
                line.no,
                line.number,
                _stamp(line.recorded_at, zone),
                _stamp(line.occurred_at, zone),
                line.kind,
                _text(line.title),
                _text(line.basis),
                line.points,
                line.balance,
                _text(line.unit),
                line.source,
                line.key,
                line.id,
            )
            for line in lines
        ),
    )


def _text(said: Any) -> str:
    return str(said.striptags()) if hasattr(said, "striptags") else str(said)


def _stamp(at: datetime, zone: str) -> str:
    return f"{local_day(at, zone)} {clock(at, zone)}"


ROUTES = (
    get("/console/entries", "console.entries", show, CONSOLE, key="entries"),
    get("/console/entries.csv", "console.entries_sheet", show_sheet, CONSOLE),
    get("/console/members/{number}/entries", "console.member_entries", show_member, CONSOLE, key="members"),
    get("/console/members/{number}/entries.csv", "console.member_sheet", show_member_sheet, CONSOLE),
)
