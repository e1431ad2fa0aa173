"""Lines of the ledger: an entry with whose it is, on what ground, how many points, and what was left."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import asyncpg
import msgspec
from markupsafe import Markup

from jifen.books.entries import Entry
from jifen.books.series import Series
from jifen.books.wallet import Wallet
from jifen.engine.loading import entry_from, load_series
from jifen.pages import figures
from jifen.pages.happenings import EARNING, happened, kind_of, movements
from jifen.pages.reading import Seen
from jifen.pages.rows import extras, place, unit_of
from jifen.pages.words import Words
from jifen.parties.programs import Program
from jifen.values.ids import SeriesId, cell_of

GROUPS = {
    "earned": ("purchase", "act", "compensate"),
    "used": ("redeem", "hold", "capture", "release", "lapse", "donate", "transfer", "order", "bill"),
    "back": ("return", "reverse"),
    "adjusted": ("adjust",),
    "lapsed": ("expire", "extend"),
    "other": ("freeze", "unfreeze", "profile", "household"),
}
"""The kinds of entries, in the groups by which people look for them."""


class Line(msgspec.Struct, frozen=True):
    """An entry as a line. number: the member's; empty for a household's pool. waits: points to be matured."""

    id: str
    no: int
    number: str
    name: str
    recorded_at: datetime
    occurred_at: datetime
    kind: str
    title: Markup
    basis: Markup
    points: int
    waits: bool
    balance: int
    unit: str
    source: str
    key: str

    @property
    def path(self) -> str:
        """Where the entry is explained."""
        return (
            f"/console/members/{self.number}/entries/{self.no}"
            if self.number
            else f"/console/entries/{self.id}"
        )


def line_of(seen: Seen, entry: Entry, words: Words, number: str, name: str = "") -> Line:
    """The line of an entry."""
    sums = movements(seen, entry)
    own = sums[entry.unit]
    settled = own.free + own.lapsed
    waits = settled == 0 and own.pending != 0
    where, what = place(seen, entry), words.t(f"kind.{kind_of(entry)}")
    extra = extras(seen, entry, words) if entry.kind in EARNING else []
    usual = seen.unit is None or seen.unit.code == entry.unit
    others = [
        words.t("row.other", points=figures.signed(points), unit=words.unit(unit_of(seen, code)))
        for code, other in sums.items()
        if code != entry.unit and (points := other.free + other.lapsed + other.pending)
    ]
    return Line(
        id=str(entry.id),
        no=entry.no,
        number=number,
        name=name,
        recorded_at=entry.recorded_at,
        occurred_at=entry.occurred_at,
        kind=str(entry.kind),
        title=words.t("row.title", place=where, what=what) if where else what,
        basis=words.joined([words.joined([*happened(seen, entry, words), *others]), *extra], "join.dot"),
        points=own.pending if waits else settled,
        waits=waits,
        balance=entry.balance.available,
        unit="" if usual else words.unit(unit_of(seen, entry.unit)),
        source=entry.source,
        key=entry.key,
    )


async def lines_of(
    pool: asyncpg.Pool, program: Program, now: datetime, rows: Sequence[Any], words: Words
) -> list[Line]:
    """Lines of entries of any wallets, from rows of ledger_entries."""
    entries = [entry_from(row) for row in rows]
    series: dict[SeriesId, Series] = {}
    async with pool.acquire() as conn:
        await load_series(conn, series, (leg.series for entry in entries for leg in entry.legs))
    lines = []
    for row, entry in zip(rows, entries, strict=True):
        wallet = Wallet(
            entry.wallet, cell_of(entry.wallet), program.id, program.zone, active_at=row["active_at"]
        )
        untils = {} if row["until"] is None else {entry.no: row["until"]}
        seen = Seen(program, wallet, now, series, [entry], untils)
        lines.append(line_of(seen, entry, words, row["number"] or "", row["name"] or ""))
    return lines


def group_kinds(group: str) -> list[str] | None:
    """The kinds of a group; None: all."""
    return list(GROUPS[group]) if group in GROUPS else None
