"""Verify: which checks there are, and how their parts are shared out over connections."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from uuid import UUID

import asyncpg

from jifen.books.series import Series
from jifen.jobs.streaming import Connection
from jifen.jobs.verify.counting import Limits, limits_of
from jifen.jobs.verify.passes import Books, check_constraints, check_roots, check_series, follow_wallets
from jifen.jobs.verify.report import Report
from jifen.jobs.verify.snapshot import one_snapshot
from jifen.store.queries import q
from jifen.values.ids import CELLS, SeriesId

CONNECTIONS = 2
"""While one connection's rows are looked at, the server works for the other."""

ENTRIES_PER_PART = 20_000
"""About how many entries one query works on, so that the server needs no more memory for a larger book."""

CHECKS = {
    "chains": "entries are numbered without gaps, and each hash follows from the one before, up to the head",
    "legs": "each leg is of a known series and account, and of its sign",
    "claims": "each entry has one claim and each claim its entry, with the digest of what was asked",
    "balances": "the balance on a wallet's last entry is that of its lots",
    "counters": "caps and once-only rules counted what entries gave and took back",
    "lots": "each lot is the sum of its legs",
    "owed": "what wallets owe is what was lent and not repaid",
    "holds": "held points are the parts of open holds, each opened by an entry",
    "freezes": "each freeze has its evidence, and ends when its last entry says",
    "strays": "nothing lies outside a wallet, and each wallet in its cell",
    "heads": "each daily head is the hash of its entry",
    "books": "over all wallets the lots of each series hold what its accounts gave",
    "transfers": "what one wallet gave another got",
    "orders": "each order is what its payers' entries spent, where its last step left it; gifts are as told",
    "bills": "each bill was opened and closed by its entries, and each used quote by one bill or order",
    "vouchers": "each voucher is of one order and one code, and spent by no more than one bill that was paid",
    "slots": "the places of each time are those left and those taken",
    "households": "members and their household say the same of each other, and of beneficiaries",
    "series": "each series' id is the hash of its traits",
    "roots": "each daily root follows from the heads stored with it",
    "figures": "the figures of each counted day are the sums of its legs",
    "constraints": "each constraint that the migrations make is there, valid and awake",
}
"""The checks by name, and what each proves."""

IN_CELLS = {
    "verify_lots": "lots",
    "verify_owed": "owed",
    "verify_held": "holds",
    "verify_holds": "holds",
    "verify_claims": "claims",
    "verify_freezes": "freezes",
    "verify_strays": "strays",
    "verify_heads": "heads",
    "verify_orders": "orders",
    "verify_bills": "bills",
    "verify_vouchers": "vouchers",
}
"""Queries over some cells, and the checks that they are part of. They count and tell in the same rows."""

OVER_ALL = {
    "verify_books": "books",
    "verify_programs": "books",
    "verify_transfers": "transfers",
    "verify_slots": "slots",
    "verify_households": "households",
    "verify_figures": "figures",
}
"""Queries over all wallets at once."""

Progress = Callable[[str, int, int], None]
"""Told the check just advanced, how many parts are done, and of how many."""

Part = tuple[str, Callable[[Connection], Awaitable[None]]]


async def verify(
    source: "str | asyncpg.Pool", program: UUID | None = None, progress: Progress | None = None
) -> Report:
    """Prove the books of a programme, or of all, and name what is wrong and where. Nothing is changed.

    source: a DSN, or a pool that can spare two connections. It reads one snapshot, so traffic may go on.
    The constraints, and rows that belong to no wallet, are looked at whatever programme is asked for.

    Raises:
        asyncpg.PostgresError, OSError: the database could not be read; nothing is said about the books.
        jifen.store.errors.StoreError: no connection came about.
    """
    async with one_snapshot(source, CONNECTIONS) as connections:
        return await prove(connections, program, progress)


async def prove(
    connections: Sequence[Connection], program: UUID | None = None, progress: Progress | None = None
) -> Report:
    """The proof on connections in transactions that see the same; as `verify` for the rest."""
    report = Report(CHECKS)
    begun = time.perf_counter()
    first = connections[0]
    series = await check_series(first, program, report)
    report.spent("series", time.perf_counter() - begun)
    limits = limits_of(await first.fetch(q("verify_rules"), None))
    size = await first.fetchrow(q("verify_size"), program)
    parts = _parts(report, program, series, limits, size["entries"])
    await _share_out(connections, parts, report, progress)
    report.seconds = time.perf_counter() - begun
    return report


def _parts(
    report: Report, program: UUID | None, series: dict[SeriesId, Series], limits: Limits, entries: int
) -> list[Part]:
    """All parts of the proof, the long ones first."""
    spans = cell_spans(entries)
    books = Books(program, series, limits)
    parts: list[Part] = [
        ("chains", partial(follow_wallets, cells=cells, books=books, report=report)) for cells in spans
    ]
    parts.append(("roots", partial(check_roots, program=program, report=report)))
    parts += [
        (check, partial(_run, report=report, check=check, query=query, arguments=(program,)))
        for query, check in OVER_ALL.items()
    ]
    parts += [
        (check, partial(_run, report=report, check=check, query=query, arguments=(*cells, program)))
        for cells in spans
        for query, check in IN_CELLS.items()
    ]
    parts.append(("constraints", partial(check_constraints, report=report)))
    return parts


def cell_spans(entries: int) -> list[tuple[int, int]]:
    """The cells in stretches (first, last) of about as many entries as one query should work on."""
    count = min(CELLS, max(1, -(-entries // ENTRIES_PER_PART)))
    return [(CELLS * n // count, CELLS * (n + 1) // count - 1) for n in range(count)]


async def _run(
    conn: Connection, report: Report, check: str, query: str, arguments: tuple[object, ...]
) -> None:
    """One query that tells in each row what it looked at in all, and one thing that is wrong, if any is.

    Legs that cannot be read are named by their own check; here they stop a sum, and not the other checks.
    """
    try:
        async with conn.transaction():
            rows = await conn.fetch(q(query), *arguments)
    except asyncpg.DataError as unreadable:
        where = "all wallets" if len(arguments) == 1 else f"wallets of cells {arguments[0]} to {arguments[1]}"
        report.found(check, None, where, f"no sum can be made: {unreadable}", "legs that can be read")
        return
    report.looked(check, rows[0]["looked"])
    for row in rows:
        if row["place"] is not None:
            report.found(check, row["wallet"], row["place"], row["so"], row["expected"])


async def _share_out(
    connections: Sequence[Connection], parts: list[Part], report: Report, progress: Progress | None
) -> None:
    waiting = deque(parts)

    async def lane(conn: Connection) -> None:
        while waiting:
            check, work = waiting.popleft()
            begun = time.perf_counter()
            await work(conn)
            report.spent(check, time.perf_counter() - begun)
            if progress is not None:
                progress(check, len(parts) - len(waiting), len(parts))

    lanes = [asyncio.create_task(lane(conn)) for conn in connections]
    try:
        await asyncio.gather(*lanes)
    finally:
        for task in lanes:
            task.cancel()
        await asyncio.gather(*lanes, return_exceptions=True)
