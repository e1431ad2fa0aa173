"""Apply: the plans of a batch as the arrays of one call, all written or none."""

from collections import ChainMap
from typing import Any

import msgspec

from jifen.books.entries import entry_hash
from jifen.books.legs import Leg
from jifen.books.series import Series
from jifen.books.wallet import Lot, Wallet
from jifen.engine.command import Command, Draft, Plan, Receipt, digest_of, entry_id, moved
from jifen.engine.loading import Connection
from jifen.engine.view import View
from jifen.store.queries import q
from jifen.values.ids import Id, SeriesId, WalletId, cell_of

CALL = "SELECT * FROM apply_batch(" + ", ".join(f"${n}" for n in range(1, 65)) + ")"


class Outcome(msgspec.Struct, frozen=True):
    """Why a batch was not written; all four empty: it was."""

    booked: frozenset[Id]
    stale: frozenset[Id]
    short: frozenset[Id]
    changed: frozenset[Id]

    @property
    def written(self) -> bool:
        """Whether the batch is durable."""
        return not (self.booked or self.stale or self.short or self.changed)


class Writing:
    """The rows of one batch, gathered column by column."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.expected: dict[WalletId, int] = {}
        self.claims: tuple[list[Any], ...] = tuple([] for _ in range(5))
        self.entries: tuple[list[Any], ...] = tuple([] for _ in range(19))
        self.movements: tuple[list[Any], ...] = tuple([] for _ in range(8))
        self.lots: dict[tuple[WalletId, SeriesId], tuple[Wallet, Lot]] = {}
        self.counters: dict[tuple[WalletId, str, str], Wallet] = {}
        self.takes: dict[Id, int] = {}
        self.effects: dict[str, list[dict[str, Any]]] = {}
        self.series: dict[SeriesId, Series] = {}
        self._known = ChainMap(self.series, view.series)

    def looked_at(self, command: Command) -> None:
        """A refusal counts only while the wallets are as they were seen: let the write check that."""
        for wallet in command.wallets:
            snapshot = self.view.wallets.get(wallet)
            if snapshot is not None:
                self.expected.setdefault(wallet, snapshot.version)

    def add(self, command: Command, plan: Plan) -> Receipt:
        """Post a plan to the snapshots and gather its rows; the receipt is of its first entry.

        Raises:
            BooksError: the plan would break the books; the snapshots are then to be thrown away.
        """
        receipts = [self._entry(command, draft) for draft in plan.drafts]
        first = receipts[0]
        cell = cell_of(first.wallet)
        claim = (cell_of(first.id), first.id, first.wallet, first.no, digest_of(first.wallet, command.content))
        for column, value in zip(self.claims, claim, strict=True):
            column.append(value)
        for stock, count in plan.takes:
            self.takes[stock] = self.takes.get(stock, 0) + count
            self.view.stocks[stock] -= count
        for name, row in plan.effects:
            place = {"cell": cell, "wallet": first.wallet, "no": first.no}
            self.effects.setdefault(name, []).append({**place, **row})
        return first

    def _entry(self, command: Command, draft: Draft) -> Receipt:
        wallet = self.view.wallets[draft.wallet]
        self.expected.setdefault(wallet.id, wallet.version)
        for series in draft.series:
            if series.id not in self.view.series:
                self.series[series.id] = series
        legs = tuple(draft.legs)
        for changed in wallet.post(legs, self._known):
            self.lots[(wallet.id, changed)] = (wallet, wallet.lots[changed])
        for (name, period), count in draft.counts.items():
            value = wallet.counters.get((name, period), 0) + count
            wallet.counters[(name, period)] = max(0, value)
            self.counters[(wallet.id, name, period)] = wallet
        if draft.active_at is not None and draft.active_at > wallet.active_at:
            wallet.active_at = draft.active_at
        if draft.frozen_until is not msgspec.UNSET:
            wallet.frozen_until = draft.frozen_until
        wallet.version += 1
        no = wallet.version
        if draft.hold is not None:
            self._hold(wallet, draft, no)
        balance = wallet.balance(draft.unit, command.recorded_at)
        this = entry_id(command.program, command.source, command.key)
        event = command.content
        wallet.head = entry_hash(
            wallet.head,
            wallet.id,
            no,
            this,
            draft.kind,
            command.source,
            command.key,
            command.occurred_at,
            command.recorded_at,
            draft.reverses,
            draft.merchant,
            draft.unit,
            balance,
            event,
            draft.explanation,
            legs,
        )
        row = (
            wallet.cell,
            wallet.id,
            no,
            draft.reverses,
            this,
            draft.kind,
            command.occurred_at,
            command.recorded_at,
            balance.available,
            balance.pending,
            balance.held,
            balance.owed,
            draft.merchant,
            draft.unit,
            command.source,
            command.key,
            event,
            draft.explanation,
            wallet.head,
        )
        for entries, cell in zip(self.entries, row, strict=True):
            entries.append(cell)
        self._legs(wallet, no, legs)
        points, repaid, owed_more = moved(draft.kind, legs)
        return Receipt(
            this,
            wallet.id,
            no,
            draft.kind,
            draft.unit,
            points,
            repaid,
            owed_more,
            balance,
            command.occurred_at,
            draft.explanation,
        )

    def _legs(self, wallet: Wallet, no: int, legs: tuple[Leg, ...]) -> None:
        cells, wallets, entries, numbers, points, accounts, series, others = self.movements
        for number, leg in enumerate(legs):
            cells.append(wallet.cell)
            wallets.append(wallet.id)
            entries.append(no)
            numbers.append(number)
            points.append(leg.points)
            accounts.append(leg.account)
            series.append(leg.series)
            others.append(leg.counterparty)

    def _hold(self, wallet: Wallet, draft: Draft, no: int) -> None:
        hold = draft.hold
        assert hold is not None
        if not hold.entry:
            hold = msgspec.structs.replace(hold, entry=no)
        if hold.parts:
            wallet.holds[hold.id] = hold
        else:
            wallet.holds.pop(hold.id, None)
        row = {
            "cell": wallet.cell,
            "wallet": wallet.id,
            "id": hold.id,
            "entry": hold.entry,
            "merchant": hold.merchant,
            "unit": hold.unit,
            "points": hold.points,
            "deadline": hold.deadline,
            "series": [series for series, _ in hold.parts],
            "parts": [points for _, points in hold.parts],
        }
        rows = self.effects.setdefault("hold", [])
        rows[:] = [other for other in rows if other["id"] != hold.id]
        rows.append(row)

    async def write(self, conn: Connection) -> Outcome:
        """One call, one transaction. New series go before it: by themselves they say nothing."""
        if self.series:
            await conn.execute(q("series_add"), *_columns(self.series.values(), 13))
        wallets = [self.view.wallets[wallet] for wallet in self.expected]
        programs = list(self.view.programs.values())
        stored = [(wallet, lot) for wallet, lot in self.lots.values() if lot.stored]
        fresh = [(wallet, lot) for wallet, lot in self.lots.values() if not lot.stored]
        counters = [
            (wallet.cell, wallet.id, name, period, wallet.counters[(name, period)])
            for (_, name, period), wallet in self.counters.items()
        ]
        row = await conn.fetchrow(
            CALL,
            [program.id for program in programs],
            [program.revision for program in programs],
            [wallet.cell for wallet in wallets],
            [wallet.id for wallet in wallets],
            list(self.expected.values()),
            [wallet.version for wallet in wallets],
            [wallet.head for wallet in wallets],
            [wallet.active_at for wallet in wallets],
            [wallet.frozen_until for wallet in wallets],
            *self.claims,
            *self.entries,
            *self.movements,
            *_lot_columns(stored),
            *_lot_columns(fresh),
            *_columns(counters, 5),
            [cell_of(stock) for stock in self.takes],
            list(self.takes),
            list(self.takes.values()),
            msgspec.json.encode(self.effects).decode() if self.effects else "{}",
        )
        return Outcome(*(frozenset(ids) for ids in row))

    def settle(self) -> None:
        """After the commit: what is stored now is known to be stored."""
        self.view.series.update(self.series)
        for wallet, lot in self.lots.values():
            if lot.remaining or lot.held or lot.owed:
                lot.stored = True
            else:
                wallet.lots.pop(lot.series.id, None)


def _columns(rows: Any, width: int) -> list[list[Any]]:
    columns: list[list[Any]] = [[] for _ in range(width)]
    for row in rows:
        values = msgspec.structs.astuple(row) if isinstance(row, msgspec.Struct) else row
        for column, value in zip(columns, values, strict=True):
            column.append(value)
    return columns


def _lot_columns(lots: list[tuple[Wallet, Lot]]) -> list[list[Any]]:
    return [
        [wallet.cell for wallet, _ in lots],
        [wallet.id for wallet, _ in lots],
        [lot.series.id for _, lot in lots],
        [lot.granted for _, lot in lots],
        [lot.remaining for _, lot in lots],
        [lot.held for _, lot in lots],
        [lot.owed for _, lot in lots],
    ]
