"""Reading: what a page shows of one wallet, seen at one instant, so that its figures agree."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime

import asyncpg
import msgspec

from jifen.books.entries import Entry
from jifen.books.legs import Kind
from jifen.books.series import Series
from jifen.books.wallet import Wallet
from jifen.engine.loading import Connection, entry_from, load_series, load_wallets
from jifen.engine.view import Booked
from jifen.parties.catalog import Catalog
from jifen.parties.programs import Program, Unit
from jifen.store.queries import q
from jifen.values.ids import SeriesId, WalletId, cell_of
from jifen.values.periods import local_day

NEWEST = 2**31 - 1
"""A number that no entry reaches: below it all are found."""


class Seen(msgspec.Struct):
    """A wallet and some of its entries, newest first. untils: the ends of holds and freezes, by entry."""

    program: Program
    wallet: Wallet
    now: datetime
    series: dict[SeriesId, Series]
    entries: list[Entry]
    untils: dict[int, datetime]
    reason: str | None = None

    @property
    def today(self) -> date:
        """The day in the programme's zone."""
        return local_day(self.now, self.program.zone)

    @property
    def purchase(self) -> Booked | None:
        """The purchase that the first entry takes back, with all returns of it; None: it takes none back."""
        of = self.entries[0].reverses if self.entries else None
        bought = next((one for one in self.entries if one.no == of), None)
        if bought is None or bought.kind is not Kind.PURCHASE:
            return None
        backs = [one for one in self.entries if one.reverses == of]
        return Booked(bought, tuple(sorted(backs, key=lambda one: one.no)))

    @property
    def unit(self) -> Unit | None:
        """The programme's own points: those of the rules in force, else its first; None: it has none yet."""
        rules = self.program.rules_at(self.now)
        if rules is not None:
            return self.program.units.get(rules.definition.unit)
        return next(iter(self.program.units.values()), None)


async def read_entries(
    pool: asyncpg.Pool, catalog: Catalog, wallet: WalletId, below: int, most: int
) -> Seen | None:
    """A wallet with its newest entries below a number; None: there is no such wallet."""
    async with _snapshot(pool, catalog, wallet) as (conn, seen):
        if seen is not None:
            await _take(conn, seen, await conn.fetch(q("page_entries"), cell_of(wallet), wallet, below, most))
        return seen


async def read_chosen(
    pool: asyncpg.Pool, catalog: Catalog, wallet: WalletId, query: str, *chosen: object
) -> Seen | None:
    """A wallet with the entries that a named query of it chooses; None: there is no such wallet.

    chosen: what the query asks for beside the wallet.
    """
    async with _snapshot(pool, catalog, wallet) as (conn, seen):
        if seen is not None:
            await _take(conn, seen, await conn.fetch(q(query), cell_of(wallet), wallet, *chosen))
        return seen


async def read_entry(pool: asyncpg.Pool, catalog: Catalog, wallet: WalletId, no: int) -> Seen | None:
    """A wallet with one entry first; None: there is none.

    Then what it takes back, what else takes that back, and what takes the entry itself back.
    """
    async with _snapshot(pool, catalog, wallet) as (conn, seen):
        if seen is None:
            return None
        rows = await conn.fetch(q("page_entry"), cell_of(wallet), wallet, no)
        await _take(conn, seen, rows)
        seen.reason = next((row["reason"] for row in rows if row["no"] == no), None)
        seen.entries.sort(key=lambda entry: (entry.no != no, -entry.no))
        return seen if rows else None


@asynccontextmanager
async def _snapshot(
    pool: asyncpg.Pool, catalog: Catalog, wallet: WalletId
) -> AsyncIterator[tuple[Connection, Seen | None]]:
    """A transaction that sees one state of the books, and the wallet in it.

    The programme is known before it begins, since reading that anew takes a connection of its own.
    """
    row = await pool.fetchrow(q("page_wallet"), cell_of(wallet), wallet)
    if row is None:
        yield None, None
        return
    program = await catalog.program(row["program"])
    if program.revision < row["revision"]:
        program = await catalog.refresh(row["program"])
    now = program.test_clock or datetime.now(UTC)
    series: dict[SeriesId, Series] = {}
    async with pool.acquire() as conn, conn.transaction(isolation="repeatable_read", readonly=True):
        wallets = await load_wallets(conn, [wallet], {program.id: program}, series)
        yield conn, Seen(program, wallets[wallet], now, series, [], {})


async def _take(conn: Connection, seen: Seen, rows: list[asyncpg.Record]) -> None:
    seen.entries = [entry_from(row) for row in rows]
    seen.untils = {row["no"]: row["until"] for row in rows if row["until"] is not None}
    await load_series(conn, seen.series, (leg.series for entry in seen.entries for leg in entry.legs))
