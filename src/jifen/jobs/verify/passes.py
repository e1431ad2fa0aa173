"""The parts of a proof that Python looks at: wallets with their entries, roots, series, constraints."""

import re
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import msgspec

from jifen.books.series import Series, series_of
from jifen.jobs.merkle import Tree, leaf_of
from jifen.jobs.streaming import Connection, batches
from jifen.jobs.verify.counting import Limits, Values
from jifen.jobs.verify.following import Following
from jifen.jobs.verify.report import Report
from jifen.store.migrate.files import MIGRATIONS, read_migrations
from jifen.store.queries import q
from jifen.store.sqlfiles import code_of
from jifen.values.ids import NOBODY, SeriesId

PAGE = 256
"""How many wallets are followed with one set of queries."""

_NAMED = re.compile(r"\b(DROP\s+)?CONSTRAINT\s+(?:IF\s+EXISTS\s+)?(\w+)", re.IGNORECASE)
_AFTER_ON = re.compile(r"\bON\s+CONSTRAINT\s+\w+", re.IGNORECASE)


class Books(msgspec.Struct, frozen=True):
    """What following a wallet asks of the rest: the programme (None: all), all series, all rules' limits."""

    program: UUID | None
    series: dict[SeriesId, Series]
    limits: Limits


async def follow_wallets(conn: Connection, cells: tuple[int, int], books: Books, report: Report) -> None:
    """Follow all wallets of some cells (first, last), a page at a time."""
    async for page in _pages(conn, cells, books.program):
        stretch = (page[0]["cell"], page[0]["id"], page[-1]["cell"], page[-1]["id"])
        counted: dict[UUID, Values] = {}
        for row in await conn.fetch(q("verify_counters"), *stretch):
            counted.setdefault(row["wallet"], {})[(row["name"], row["period"])] = row["value"]
        followed = {row["id"]: Following(row, books.series, books.limits, report) for row in page}
        async for entries in batches(conn, q("verify_entries"), *stretch):
            for entry in entries:
                wallet = followed.get(entry["wallet"])
                if wallet is not None:
                    wallet.take(entry)
        for row in page:
            followed[row["id"]].finish(counted.get(row["id"], {}))


async def _pages(conn: Connection, cells: tuple[int, int], program: UUID | None) -> AsyncIterator[list[Any]]:
    after = (-1, NOBODY)
    while page := await conn.fetch(q("verify_wallets"), *cells, program, *after, PAGE):
        yield page
        after = (page[-1]["cell"], page[-1]["id"])


async def check_series(conn: Connection, program: UUID | None, report: Report) -> dict[SeriesId, Series]:
    """Compare each series' id with the hash of its traits; returns all series, of whatever programme."""
    known: dict[SeriesId, Series] = {}
    async for rows in batches(conn, q("verify_series"), None):
        for row in rows:
            series = known[row["id"]] = Series(*row)
            if program not in (None, series.program):
                continue
            report.looked("series")
            due = series_of(
                series.program,
                series.unit,
                series.issuer,
                series.funder,
                series.contract,
                series.terms,
                (series.offset_points, series.offset_fen),
                series.matures_at,
                series.expires_at,
                series.idle_months,
                series.origin,
            )
            if due.id != series.id:
                so = "its id is not the hash of its traits"
                report.found("series", None, f"series {series.id}", so, f"{due.id}")
    return known


async def check_roots(conn: Connection, program: UUID | None, report: Report) -> None:
    """Compute each stored daily root again from the heads stored with it."""
    now: Any = None
    tree = Tree()
    async for rows in batches(conn, q("verify_roots"), program):
        for row in rows:
            if now is None or (row["program"], row["day"]) != (now["program"], now["day"]):
                _compare_root(now, tree, report)
                now, tree = row, Tree()
            if row["wallet"] is not None:
                tree.add(leaf_of(row["wallet"], row["version"], row["head"]))
    _compare_root(now, tree, report)


def _compare_root(stored: Any, tree: Tree, report: Report) -> None:
    if stored is None:
        return
    report.looked("roots")
    place = f"root of {stored['day']} of programme {stored['program']}"
    if tree.leaves != stored["wallets"]:
        so = f"it was taken over {stored['wallets']} wallets"
        report.found("roots", None, place, so, f"{tree.leaves}: as many heads as are stored")
    if tree.root() != stored["root"]:
        report.found(
            "roots", None, place, f"it is {stored['root'].hex()}", f"{tree.root().hex()} over its heads"
        )


def constraints_made() -> set[str]:
    """The names of all constraints that the migrations make and do not drop again."""
    made: set[str] = set()
    for migration in read_migrations(MIGRATIONS):
        for dropped, name in _NAMED.findall(_AFTER_ON.sub("", code_of(migration.file.text))):
            (made.discard if dropped else made.add)(name.lower())
    return made


async def check_constraints(conn: Connection, report: Report) -> None:
    """See that each constraint which the migrations make is there, was checked for all rows, and is awake."""
    missing = constraints_made()
    report.looked("constraints", len(missing))
    for row in await conn.fetch(q("verify_constraints")):
        place = f"{row['held_by']}: {row['name']}"
        missing.discard(row["name"])
        if not (row["validated"] and row["enforced"]):
            report.found(
                "constraints", None, place, "it was never checked for all rows", "a valid constraint"
            )
        elif not row["awake"]:
            report.found(
                "constraints", None, place, "its trigger is switched off", "a constraint that is awake"
            )
    for name in sorted(missing):
        report.found("constraints", None, name, "it is missing", "a constraint that the migrations make")
