"""Receipts: what happened at the merchant, entry by entry, and why each moved its points."""

import base64
import binascii
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Response
from markupsafe import Markup

from jifen.api.identifying import masked_name
from jifen.books.entries import Entry
from jifen.pages.entry_view import entry_view
from jifen.pages.reading import NEWEST, Seen, read_entry
from jifen.pages.rows import row_of
from jifen.site.console.ledger import Line, lines_of
from jifen.site.handovers import short_name
from jifen.site.inside import No
from jifen.site.member.entries import beside_of
from jifen.site.member.green import green_units
from jifen.site.routing import SHOP, get
from jifen.site.shop.stores import stores_of
from jifen.site.visit import Stop, Visit
from jifen.store.queries import q
from jifen.values.ids import WalletId, cell_of
from jifen.values.periods import start_of_day

PAGE = 50
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
FAR = datetime(2101, 1, 1, tzinfo=UTC)
LAST_WALLET = UUID(int=2**128 - 1)
LIST = "/shop/receipts"
NOT_OURS = ("entry.balance", "balance.pending", "balance.held", "balance.owed")
"""What of an entry is the member's business alone."""

Place = tuple[datetime, UUID, int]
"""The place of an entry among all: when it was recorded, whose, its number."""


class Asked(msgspec.Struct, frozen=True):
    """What is filtered by. who: a member's number, or the letter that a masked name begins with."""

    store: str
    who: str
    day: date | None
    every: bool

    def query(self, **more: object) -> str:
        """The same as an address."""
        kept = {"store": self.store, "who": self.who, "day": "all" if self.every else self.day or ""}
        return f"{LIST}?{urlencode({name: value for name, value in {**kept, **more}.items() if value})}"


class Receipt(msgspec.Struct, frozen=True):
    """An entry as a line, with its member's masked name."""

    line: Line
    who: str


async def show(visit: Visit) -> Response[bytes]:
    """The entries of a day, or of all days, newest first."""
    asked = _asked(visit)
    rows = await _fetch(visit, asked, _cursor(visit.query("after")))
    lines = await lines_of(visit.house.pool, visit.program, visit.now, rows[:PAGE], visit.words)
    day = asked.day or visit.today
    return visit.page(
        "shop/receipts.html",
        receipts=[Receipt(line, masked_name(line.name)) for line in lines],
        asked=asked,
        day=day,
        stores=[
            ("", visit.words.t("shop.all_stores")),
            *((store.code, short_name(store)) for store in stores_of(visit)),
        ],
        older=asked.query(after=_cursor_of(rows[PAGE - 1])) if len(rows) > PAGE else "",
        newest=asked.query() if visit.query("after") else "",
        day_before=asked.query(day=day - timedelta(days=1)),
        day_after=asked.query(day=day + timedelta(days=1)) if day < visit.today else "",
        filtered=bool(asked.store or asked.who),
    )


async def explained(visit: Visit) -> Response[bytes]:
    """One entry of the merchant's: what was given and why, and what was not."""
    try:
        whole = await visit.api.get(f"/v1/entries/{visit.args['id']}")
    except No as no:
        if no.ours:
            raise
        raise Stop("nothing_here", 404, back=LIST) from no
    house, wallet = visit.house, WalletId(UUID(whole["wallet"]))
    seen = await read_entry(house.pool, house.catalog, wallet, whole["no"])
    assert seen is not None, "an entry that was answered has a wallet"
    entry, member = seen.entries[0], await house.members.member(wallet)
    view = entry_view(seen, visit.words)
    hidden = {visit.words.t(key) for key in NOT_OURS}
    return visit.page(
        "shop/receipt.html",
        view=view,
        entry=entry,
        who=masked_name(member.name) if member else "",
        facts=[fact for fact in view.facts if fact.name not in hidden],
        beside=beside_of(seen, entry, visit.words),
        greens=green_units(seen.program.rules_at(entry.occurred_at)),
        related=_related(visit, seen),
    )


def _related(visit: Visit, seen: Seen) -> list[tuple[str, Markup, Markup, int]]:
    """What hangs together with it and is the merchant's too: id, title, note and points."""
    ours: list[Entry] = [one for one in seen.entries[1:] if one.merchant == visit.merchant.id]
    rows = [row_of(seen, one, visit.words, dated=True) for one in ours]
    return [(str(one.id), row.title, row.note, row.points) for one, row in zip(ours, rows, strict=True)]


def _asked(visit: Visit) -> Asked:
    known = {store.code for store in stores_of(visit)}
    store, who = visit.query("store"), visit.query("who").strip()[:64]
    text = visit.query("day")
    if store and store not in known:
        raise Stop("nothing_here", back=LIST)
    try:
        day = None if text in ("", "all") else date.fromisoformat(text)
    except ValueError:
        raise Stop("nothing_here", back=LIST) from None
    if day is not None and not 2000 <= day.year < 2100:
        raise Stop("nothing_here", back=LIST)
    return Asked(store, who if who.isprintable() else "", day, text == "all")


async def _fetch(visit: Visit, asked: Asked, after: Place | None) -> Sequence[Any]:
    zone = visit.program.zone
    day = asked.day or visit.today
    since, until = start_of_day(day, zone), start_of_day(day + timedelta(days=1), zone)
    if asked.every:
        since, until = BEGINNING, FAR
    wallet, letter = None, None
    if asked.who:
        wallets = await visit.house.members.wallets(visit.program.id, [asked.who])
        wallet = wallets.get(asked.who)
        letter = None if wallet else asked.who[:1]
    return await visit.house.pool.fetch(
        q("shop_entries"),
        visit.merchant.id,
        since,
        until,
        cell_of(wallet) if wallet else None,
        wallet,
        asked.store or None,
        letter,
        *(after or (FAR, LAST_WALLET, NEWEST)),
        PAGE + 1,
    )


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
        raise Stop("nothing_here", back=LIST) from None


ROUTES = (
    get(LIST, "shop.receipts", show, SHOP, key="shop_receipts"),
    get(f"{LIST}/{{id}}", "shop.receipt", explained, SHOP, key="shop_receipts"),
)
