"""Load: snapshots of what the commands of a batch say they need, in a handful of statements."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import asyncpg

from jifen.books.counters import Counter, named, placed, read_row
from jifen.books.entries import Entry, read_legs
from jifen.books.legs import Kind
from jifen.books.series import Series
from jifen.books.wallet import Balance, Hold, Lot, Wallet
from jifen.engine.view import Booked, ProgramFacts
from jifen.store.queries import q
from jifen.values.ids import EntryId, Id, SeriesId, WalletId, cell_of

Connection = Any
"""A connection of asyncpg's pool."""


def entry_from(row: asyncpg.Record) -> Entry:
    """An entry, with its legs, from a row of entries_by_claim or its kin."""
    return Entry(
        row["wallet"],
        row["no"],
        row["id"],
        Kind(row["kind"]),
        row["source"],
        row["key"],
        row["occurred_at"],
        row["recorded_at"],
        row["reverses"],
        row["merchant"],
        row["unit"],
        Balance(row["available"], row["pending"], row["held"], row["owed"]),
        row["event"],
        row["explanation"],
        read_legs(row["legs"], row["merchant"]),
        row["hash"],
    )


async def load_series(conn: Connection, known: dict[SeriesId, Series], ids: Iterable[SeriesId]) -> None:
    """Read series that this process has not met yet."""
    missing = [series for series in set(ids) if series not in known]
    if missing:
        for row in await conn.fetch(q("series_load"), missing):
            known[row["id"]] = Series(*row)


async def load_wallets(
    conn: Connection,
    wallets: Sequence[WalletId],
    zones: dict[Id, ProgramFacts],
    known: dict[SeriesId, Series],
) -> dict[WalletId, Wallet]:
    """Read wallets with their lots and open holds; one that does not exist is left out."""
    rows = await conn.fetch(q("wallets_load"), [cell_of(wallet) for wallet in wallets], wallets)
    await load_series(conn, known, (series for row in rows for series in row["series"] or ()))
    found: dict[WalletId, Wallet] = {}
    holding: list[WalletId] = []
    for row in rows:
        cell, wallet, program, version, head, household, active_at, frozen_until, facts, counters, *lots = row
        snapshot = Wallet(
            wallet,
            cell,
            program,
            zones[program].zone,
            version,
            head,
            household,
            active_at,
            frozen_until,
            facts,
        )
        snapshot.under_way = under_way = read_row(counters)
        for key, value in under_way.items():
            snapshot.counters[named(key)[1]] = value
        if lots[0] is not None:
            for series, granted, remaining, held, owed in zip(*lots, strict=True):
                snapshot.lots[series] = Lot(known[series], granted, remaining, held, owed, True, granted)
                if held and (not holding or holding[-1] != wallet):
                    holding.append(wallet)
        snapshot.idles = any(lot.series.idle_months is not None for lot in snapshot.lots.values())
        found[wallet] = snapshot
    if holding:
        for row in await conn.fetch(q("holds_load"), [cell_of(wallet) for wallet in holding], holding):
            parts = list(zip(row["series"], row["parts"], strict=True))
            found[row["wallet"]].holds[row["id"]] = Hold(
                row["id"], row["unit"], row["merchant"], row["points"], row["deadline"], parts, row["entry"]
            )
    return found


async def load_counters(
    conn: Connection,
    wallets: Mapping[WalletId, Wallet],
    asked: Sequence[tuple[WalletId, Sequence[Counter]]],
) -> None:
    """Read counters into the snapshots that lack them: those that are past, since what is under way is there.

    asked: by wallet; of one that is not among the wallets nothing is read.
    """
    missing: dict[tuple[WalletId, Counter], Wallet] = {}
    # Who asks for the same rules of the same day asks with the same list: it is looked through once.
    past: dict[tuple[int, str], list[Counter]] = {}
    for of, counters in asked:
        wallet = wallets.get(of)
        if wallet is None:
            continue
        day = wallet.day
        found = past.get((id(counters), day))
        if found is None:
            found = [counter for counter in counters if placed(counter)[0] < day]
            past[(id(counters), day)] = found
        for counter in found:
            if counter not in wallet.counters:
                missing[(of, counter)] = wallet
    if not missing:
        return
    rows = await conn.fetch(
        q("counters_load"),
        [wallet.cell for wallet in missing.values()],
        [of for of, _ in missing],
        [name for _, (name, _) in missing],
        [period for _, (_, period) in missing],
    )
    for of, name, period, value in rows:
        wallets[of].counters[(name, period)] = value


async def load_entries(
    conn: Connection, ids: Sequence[EntryId], *, reversals: bool = True
) -> dict[EntryId, tuple[Booked, Id]]:
    """Read earlier entries by id, with what takes them back and the digest of what was asked."""
    rows = await conn.fetch(q("entries_by_claim"), [cell_of(entry) for entry in ids], ids)
    taken_back: dict[tuple[WalletId, int], list[Entry]] = {}
    if rows and reversals:
        backs = await conn.fetch(
            q("entries_reversing"),
            [row["cell"] for row in rows],
            [row["wallet"] for row in rows],
            [row["no"] for row in rows],
        )
        for row in backs:
            taken_back.setdefault((row["wallet"], row["reverses"]), []).append(entry_from(row))
    return {
        row["id"]: (
            Booked(entry_from(row), tuple(taken_back.get((row["wallet"], row["no"]), ()))),
            row["digest"],
        )
        for row in rows
    }


async def load_places(
    conn: Connection, places: Sequence[tuple[WalletId, int]]
) -> dict[tuple[WalletId, int], Booked]:
    """Read earlier entries by wallet and number, with what takes them back."""
    asked = [
        [cell_of(wallet) for wallet, _ in places],
        [wallet for wallet, _ in places],
        [no for _, no in places],
    ]
    taken_back: dict[tuple[WalletId, int], list[Entry]] = {}
    for row in await conn.fetch(q("entries_reversing"), *asked):
        taken_back.setdefault((row["wallet"], row["reverses"]), []).append(entry_from(row))
    return {
        (row["wallet"], row["no"]): Booked(
            entry_from(row), tuple(taken_back.get((row["wallet"], row["no"]), ()))
        )
        for row in await conn.fetch(q("entries_at"), *asked)
    }


async def load_rows(
    conn: Connection, asked: Iterable[tuple[str, WalletId, Id]]
) -> dict[tuple[str, Id], list[Any]]:
    """Read rows by the name of their query, the wallet and an id, which the column `asked` repeats."""
    by_name: dict[str, dict[tuple[WalletId, Id], None]] = {}
    for name, wallet, of in asked:
        by_name.setdefault(name, {})[(wallet, of)] = None
    found: dict[tuple[str, Id], list[Any]] = {}
    for name, places in by_name.items():
        wallets = [wallet for wallet, _ in places]
        cells = [cell_of(wallet) for wallet in wallets]
        for row in await conn.fetch(q(f"needs_{name}"), cells, wallets, [of for _, of in places]):
            found.setdefault((name, row["asked"]), []).append(row)
    return found


async def load_lots(
    conn: Connection, wallets: dict[WalletId, Wallet], booked: Iterable[Booked], known: dict[SeriesId, Series]
) -> None:
    """Read the lots that earlier entries moved, also where they are empty now."""
    wanted = {
        (entry.wallet, leg.series)
        for found in booked
        for entry in (found.entry, *found.reversals)
        for leg in entry.legs
        if entry.wallet in wallets and leg.series not in wallets[entry.wallet].lots
    }
    if not wanted:
        return
    ordered = list(wanted)
    rows = await conn.fetch(
        q("lots_load"),
        [cell_of(wallet) for wallet, _ in ordered],
        [wallet for wallet, _ in ordered],
        [series for _, series in ordered],
    )
    await load_series(conn, known, [row["series"] for row in rows])
    for wallet, series, granted, remaining, held, owed in rows:
        wallets[wallet].lots[series] = Lot(known[series], granted, remaining, held, owed, True, granted)
        wallets[wallet].idles |= known[series].idle_months is not None


async def load_lapsed(
    conn: Connection, wallets: dict[WalletId, Wallet], booked: Iterable[Booked], known: dict[SeriesId, Series]
) -> None:
    """Note of the lots that a purchase gave to, and of those with a later date, what expired in them."""
    asked = {
        (found.entry.wallet, leg.series)
        for found in booked
        if found.entry.kind is Kind.PURCHASE
        for leg in found.entry.legs
        if found.entry.wallet in wallets
    }
    if not asked:
        return
    ordered = list(asked)
    rows = await conn.fetch(
        q("lapsed_load"),
        [cell_of(wallet) for wallet, _ in ordered],
        [wallet for wallet, _ in ordered],
        [series for _, series in ordered],
    )
    await load_series(conn, known, [row["series"] for row in rows])
    for wallet, series, lapsed, granted, remaining, held, owed in rows:
        lots = wallets[wallet].lots
        if series not in lots:
            lots[series] = Lot(known[series], granted, remaining, held, owed, True, granted)
        lots[series].lapsed = lapsed


async def load_stocks(conn: Connection, ids: Sequence[Id]) -> dict[Id, int]:
    """Read what is left of scarce things."""
    rows = await conn.fetch(q("stocks_load"), [cell_of(stock) for stock in ids], ids)
    return {row["id"]: row["remaining"] for row in rows}
