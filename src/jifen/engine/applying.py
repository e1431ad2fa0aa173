"""Apply: the plans of a batch gathered as rows, and written by one call, all or none."""

from collections import ChainMap
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from jifen.books.counters import Counter, named, placed, row_text
from jifen.books.entries import entry_hash, legs_text
from jifen.books.legs import Leg
from jifen.books.series import Series
from jifen.books.wallet import Balance, Lot, Wallet
from jifen.engine.command import Command, Draft, Plan, Receipt, digest_of, moved
from jifen.engine.loading import Connection
from jifen.engine.packing import Names, alike, columns, few, instants, long_texts, numbers, packed, texts
from jifen.engine.view import View
from jifen.store.queries import q
from jifen.values.ids import EntryId, Id, SeriesId, WalletId

NO_EXPLANATION = "{}"

COUNTERS_KEPT = 64
"""So many counters in a snapshot, and those of the table are forgotten between two batches."""

UNCHANGED = "="
"""What stands for the counters of a row that are as they were."""


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
    """The rows of one batch. A wallet is named by its place among the batch's wallets, from 1."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.wallets: list[Wallet] = []
        self.expected: list[int] = []
        self.days: list[str] = []
        self.place: dict[WalletId, int] = {}
        self.names: Names[UUID] = Names()
        self.times: Names[datetime] = Names()
        self.entries: list[tuple[Any, ...]] = []
        self.lots: dict[tuple[int, SeriesId], Lot] = {}
        self.counted: set[int] = set()
        self.past: dict[tuple[int, str, str], int] = {}
        self.takes: dict[Id, int] = {}
        self.effects: dict[str, list[dict[str, Any]]] = {}
        self.series: dict[SeriesId, Series] = {}
        self._known = ChainMap(self.series, view.series)

    def looked_at(self, command: Command) -> None:
        """A refusal counts only while the wallets are as they were seen: let the write check that."""
        for wallet in command.wallets:
            snapshot = self.view.wallets.get(wallet)
            if snapshot is not None:
                self._place(snapshot)

    def _place(self, wallet: Wallet) -> int:
        place = self.place.get(wallet.id)
        if place is None:
            self.wallets.append(wallet)
            self.expected.append(wallet.version)
            self.days.append(wallet.day)
            place = self.place[wallet.id] = len(self.wallets)
        return place

    def add(self, command: Command, plan: Plan, claim: EntryId) -> Receipt:
        """Post a plan to the snapshots and gather its rows; the receipt is of its first entry.

        Raises:
            BooksError: the plan would break the books; the snapshots are then to be thrown away.
        """
        digest: Id | None = digest_of(plan.drafts[0].wallet, command.content)
        receipt = None
        for draft in plan.drafts:
            made = self._entry(command, draft, claim, digest)
            receipt = receipt or made
            digest = None
        assert receipt is not None
        for stock, count in plan.takes:
            self.takes[stock] = self.takes.get(stock, 0) + count
            self.view.stocks[stock] -= count
        for name, row in plan.effects:
            cell = self.view.wallets[receipt.wallet].cell
            place = {"cell": cell, "wallet": receipt.wallet, "no": receipt.no}
            self.effects.setdefault(name, []).append({**place, **row})
        return receipt

    def _entry(self, command: Command, draft: Draft, this: EntryId, digest: Id | None) -> Receipt:
        wallet = self.view.wallets[draft.wallet]
        place = self._place(wallet)
        for series in draft.series:
            if series.id not in self.view.series:
                self.series[series.id] = series
        legs = tuple(draft.legs)
        for changed in wallet.post(legs, self._known):
            self.lots[(place, changed)] = wallet.lots[changed]
        if draft.counts:
            self._count(wallet, place, draft.counts)
        if draft.active_at is not None:
            wallet.active(draft.active_at)
        if draft.frozen_until is not msgspec.UNSET:
            wallet.frozen_until = draft.frozen_until
        if draft.facts is not None and draft.facts != wallet.facts:
            self._facts(wallet, draft.facts)
        if draft.household is not msgspec.UNSET:
            self._household(wallet, draft.household)
        wallet.version = no = wallet.version + 1
        if draft.hold is not None:
            self._hold(wallet, draft, no)
        balance = wallet.balance(draft.unit, command.recorded_at)
        explanation = draft.explanation or NO_EXPLANATION
        self._row(command, draft, wallet, place, this, balance, explanation, legs, digest)
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
            explanation,
        )

    def _row(
        self,
        command: Command,
        draft: Draft,
        wallet: Wallet,
        place: int,
        this: EntryId,
        balance: Balance,
        explanation: str,
        legs: tuple[Leg, ...],
        digest: Id | None,
    ) -> None:
        """Chain the entry to the one before, and gather its row."""
        packed_legs, said = legs_text(legs, draft.merchant), explanation.encode()
        no, names, times = wallet.version, self.names, self.times
        source, key = command.source, command.key
        # What is hashed must read the same when the database gives it back, which it does in UTC.
        occurred_at, recorded_at = command.occurred_at, command.recorded_at
        if occurred_at.tzinfo is not UTC:
            occurred_at = occurred_at.astimezone(UTC)
        if recorded_at.tzinfo is not UTC:
            recorded_at = recorded_at.astimezone(UTC)
        facts = (
            wallet.id, no, this, draft.kind, source, key, occurred_at, recorded_at, draft.reverses,
            draft.merchant, draft.unit, balance, command.content, said, packed_legs,
        )  # fmt: skip
        wallet.head = entry_hash(wallet.head, *facts)
        row = (
            place, no, draft.reverses, this, digest, draft.kind, times.place(occurred_at),
            times.place(recorded_at), balance.available, balance.pending, balance.held, balance.owed,
            names.place(draft.merchant), draft.unit, source, key, command.content, said,
            packed_legs, wallet.head.hex(),
        )  # fmt: skip
        self.entries.append(row)

    def _count(self, wallet: Wallet, place: int, counts: dict[Counter, int]) -> None:
        """Advance counters: those under way in the wallet's row, those that are past in the table."""
        known, under_way, day = wallet.counters, wallet.under_way, wallet.day
        for counter, count in counts.items():
            known[counter] = value = max(0, known.get(counter, 0) + count)
            until, key = placed(counter)
            if until < day:
                self.past[(place, *counter)] = value
                continue
            self.counted.add(place)
            if value:
                under_way[key] = value
            else:
                under_way.pop(key, None)

    def _facts(self, wallet: Wallet, facts: str) -> None:
        wallet.facts = facts
        rows = self.effects.setdefault("facts", [])
        rows[:] = [other for other in rows if other["wallet"] != wallet.id]
        rows.append({"cell": wallet.cell, "wallet": wallet.id, "facts": facts})

    def _household(self, wallet: Wallet, household: Id | None) -> None:
        wallet.household = household
        rows = self.effects.setdefault("household", [])
        rows[:] = [other for other in rows if other["wallet"] != wallet.id]
        rows.append({"cell": wallet.cell, "wallet": wallet.id, "household": household})

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
            await conn.execute(
                q("series_add"), *columns([msgspec.structs.astuple(one) for one in self.series.values()], 13)
            )
        under_way, *past = self._counters()
        rows = [
            *self._wallets(),
            under_way,
            *self._entries(),
            *self._lots(stored=True),
            *self._lots(stored=False),
        ]
        row = await conn.fetchrow(
            q("apply_batch"),
            *self._programs(),
            *rows,
            *past,
            list(self.takes),
            list(self.takes.values()),
            msgspec.json.encode(self.effects).decode() if self.effects else "{}",
        )
        return Outcome(*(frozenset(ids) for ids in row))

    def _programs(self) -> list[Any]:
        programs = list(self.view.programs.values())
        # Comes after the rows, which name their ids and times as they are packed.
        return [
            [program.id for program in programs],
            [program.revision for program in programs],
            packed(self.names.values),
            instants(self.times.values),
        ]

    def _wallets(self) -> list[Any]:
        wallets = self.wallets
        return [
            packed([wallet.id for wallet in wallets]),
            packed([wallet.cell for wallet in wallets]),
            packed(self.expected),
            packed([wallet.version for wallet in wallets]),
            # A wallet that was only looked at may have no entry yet, so no head; its row is not written.
            texts([wallet.head.hex() or "00" for wallet in wallets]),
            packed([self.times.place(wallet.active_at) for wallet in wallets]),
            few([self.times.place(wallet.frozen_until) for wallet in wallets]),
        ]

    def _entries(self) -> list[Any]:
        (
            place, no, reverses, ids, digests, kinds, occurred, recorded, available, pending, held, owed,
            merchant, units, sources, keys, events, explanations, legs, hashes,
        ) = columns(self.entries, 20)  # fmt: skip
        return [
            numbers(place),
            numbers(no),
            few(reverses),
            packed(ids),
            packed(digests),
            alike(kinds),
            numbers(occurred),
            numbers(recorded),
            numbers(available),
            few(pending),
            few(held),
            few(owed),
            few(merchant),
            alike(units),
            alike(sources),
            texts(keys),
            long_texts(events),
            long_texts(explanations),
            long_texts(legs),
            texts(hashes),
        ]

    def _lots(self, *, stored: bool) -> list[str]:
        names = self.names
        rows = [
            (place, names.place(series), lot.granted - lot.written, lot.remaining, lot.held, lot.owed)
            for (place, series), lot in self.lots.items()
            if lot.stored is stored
        ]
        places, series, granted, remaining, held, owed = columns(rows, 6)
        return [
            numbers(places),
            numbers(series),
            numbers(granted),
            numbers(remaining),
            few(held),
            few(owed),
        ]

    def _counters(self) -> list[str]:
        """What the rows say of counters, where that changed, and the rows of counters that are past."""
        told = []
        for place, (wallet, before) in enumerate(zip(self.wallets, self.days, strict=True), start=1):
            moved = wallet.day != before and self._move(wallet, place)
            told.append(row_text(wallet.under_way) if moved or place in self.counted else UNCHANGED)
        rows = [(*counter, value) for counter, value in self.past.items()]
        places, names, periods, values = columns(rows, 4)
        return [texts(told), numbers(places), texts(names), texts(periods), numbers(values)]

    def _move(self, wallet: Wallet, place: int) -> bool:
        """Move the counters whose periods are over from the row to the table; whether there were any."""
        under_way, day = wallet.under_way, wallet.day
        ended = [key for key in under_way if named(key)[0] < day]
        for key in ended:
            # One that was counted since it ended has its newest value there already.
            self.past.setdefault((place, *named(key)[1]), under_way.pop(key))
        return bool(ended)

    def settle(self) -> None:
        """After the commit: what is stored now is known to be stored."""
        self.view.series.update(self.series)
        for (place, series), lot in self.lots.items():
            if lot.remaining or lot.held or lot.owed:
                lot.stored = True
                lot.written = lot.granted
            else:
                self.wallets[place - 1].lots.pop(series, None)
        for wallet in self.wallets:
            # Those of past days would gather for ever; what is asked for again is read again.
            if len(wallet.counters) > COUNTERS_KEPT:
                wallet.counters = {named(key)[1]: value for key, value in wallet.under_way.items()}
