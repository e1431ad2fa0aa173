"""The engine: lanes that load, decide, apply and answer batch after batch."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import asyncpg

from jifen.books.counters import Counter
from jifen.books.refusals import Code, Refusal
from jifen.books.series import Series
from jifen.books.wallet import Wallet
from jifen.engine.applying import Outcome, Writing
from jifen.engine.command import Answer, Command, Faulty, Receipt, Unavailable
from jifen.engine.loading import (
    Connection,
    load_counters,
    load_entries,
    load_lapsed,
    load_lots,
    load_places,
    load_rows,
    load_stocks,
    load_wallets,
)
from jifen.engine.queue import Queue, Ticket
from jifen.engine.replay import replayed
from jifen.engine.view import Catalog, View, unknown_wallet
from jifen.store.constraints import sentence
from jifen.store.queries import q
from jifen.values.ids import EntryId, Id, SeriesId, WalletId, cell_of

log = logging.getLogger("jifen.engine")

LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.OperatorInterventionError,
    # An idle connection that was told of a crash, and is lent once more before its end is noticed.
    asyncpg.InternalClientError,
    asyncpg.TooManyConnectionsError,
    OSError,
)
"""What an unreachable database looks like: nobody knows yet whether the batch was written."""

AGAIN = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError, asyncpg.UniqueViolationError)
"""Races that a second look settles: the other side's claim or series is there by now."""

RACES_BEFORE_LOCK = 3
"""After so many lost races a batch takes its wallets' locks before it looks again."""

RACES_MOST = 20
"""So many lost races are no races any more: a plan that can never be written must not be tried for ever."""

REVIVALS = 20
"""How often a batch waits for a lost database before its commands are answered with Unavailable."""


class Engine:
    """One per process. Commands go in by `submit`; every answer comes after the durable commit.

    The pool must have a connection more than there are lanes: a changed programme is read on one of its own.
    """

    def __init__(
        self,
        pool: asyncpg.Pool,
        catalog: Catalog,
        *,
        lanes: int = 2,
        batch_most: int = 512,
        queue_most: int = 20_000,
        snapshots_most: int = 20_000,
        revive: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._pool = pool
        self._catalog = catalog
        self._batch_most = batch_most
        self._snapshots_most = snapshots_most
        self._revive = revive
        self._queue = Queue(queue_most)
        self._snapshots: OrderedDict[WalletId, Wallet] = OrderedDict()
        self._series: dict[SeriesId, Series] = {}
        self._lanes = [asyncio.create_task(self._lane(), name=f"engine-lane-{n}") for n in range(lanes)]

    @property
    def waiting(self) -> int:
        """How many commands wait for a lane."""
        return len(self._queue)

    async def submit(self, command: Command) -> Answer:
        """Do one command.

        Raises:
            Busy, Closed: it was not taken in. Unavailable: not known; send it again with the same key.
            Faulty: it alone was refused by the database or by a fault in its decision; nothing moved.
        """
        (answer,) = await self.submit_all([command])
        if isinstance(answer, BaseException):
            raise answer
        return answer

    async def submit_all(self, commands: Sequence[Command]) -> list[Answer | BaseException]:
        """Do many commands, each on its own; those of one wallet in the order given.

        Raises:
            Busy, Closed: none of them was taken in.
        """
        call = self._queue.put(commands)
        await call.future
        return call.answers  # type: ignore[return-value]

    async def close(self) -> None:
        """Take nothing more in, answer what was accepted, and end."""
        self._queue.close()
        await self._queue.drained()
        await asyncio.gather(*self._lanes)

    async def _lane(self) -> None:
        while batch := await self._queue.collect(self._batch_most):
            try:
                await self._fly(batch)
            except Exception as fault:
                log.exception("a batch of %d failed", len(batch))
                self._forget(batch)
                for ticket in batch:
                    ticket.answer(Faulty(f"the engine failed on this batch: {fault!r}"))
            finally:
                self._queue.landed(batch)

    async def _fly(self, batch: list[Ticket]) -> None:
        """Bring a batch home, whatever happens to the connection on the way."""
        for attempt in range(REVIVALS):
            try:
                async with self._pool.acquire() as conn:
                    return await self._run(conn, batch)
            except (*LOST, asyncpg.PostgresError) as fault:
                # Where no connection was to be had it is lost too, whatever was said: too many, closed.
                log.warning("database lost (%r), attempt %d", fault, attempt + 1)
                self._forget(batch)
                # What was answered stays answered: a refusal is not decided again behind the caller's back.
                batch = [ticket for ticket in batch if not ticket.answered]
                if attempt:
                    await asyncio.sleep(min(2.0, 0.1 * 2**attempt))
                await self._bring_back()
        for ticket in batch:
            ticket.answer(Unavailable("the database cannot be reached: send this again with the same key"))

    async def _bring_back(self) -> None:
        if self._revive is not None:
            try:
                await self._revive()
            except Exception as fault:
                log.warning("the database did not come back yet: %r", fault)

    async def _run(self, conn: Connection, batch: list[Ticket]) -> None:
        """Decide and apply until all are answered; a batch that fails is split until one fails alone."""
        races = 0
        while batch:
            try:
                if races < RACES_BEFORE_LOCK:
                    outcome, decided = await self._once(conn, batch)
                else:
                    outcome, decided = await self._once_locked(conn, batch)
            except LOST:
                raise
            except Exception as fault:
                self._forget(batch)
                races += 1
                if isinstance(fault, AGAIN) and races < 10:
                    continue
                return await self._split(conn, batch, fault)
            if outcome.written:
                for ticket, answer in decided:
                    ticket.answer(answer)
                self._trim()
                return None
            races += 1
            self._forget(batch)
            if races > RACES_MOST:
                return await self._split(conn, batch, RuntimeError("its plan is never as the books are"))
            for program in outcome.changed:
                await self._catalog.refresh(program)  # type: ignore[arg-type]
            batch = await self._settle_repeats(conn, batch, outcome)
        return None

    async def _split(self, conn: Connection, batch: list[Ticket], fault: Exception) -> None:
        if len(batch) > 1:
            half = len(batch) // 2
            await self._run(conn, batch[:half])
            await self._run(conn, batch[half:])
            return
        why = sentence(fault) if isinstance(fault, asyncpg.IntegrityConstraintViolationError) else str(fault)
        log.warning("command %s %s failed alone: %s", batch[0].command.source, batch[0].command.key, why)
        batch[0].answer(Faulty(why))

    async def _settle_repeats(self, conn: Connection, batch: list[Ticket], outcome: Outcome) -> list[Ticket]:
        """Answer what was booked before with its first answer; the rest is to be decided again."""
        if not outcome.booked:
            return batch
        repeats = [ticket for ticket in batch if ticket.claim in outcome.booked]
        first = await load_entries(conn, [ticket.claim for ticket in repeats], reversals=False)
        for ticket in repeats:
            ticket.answer(replayed(ticket.command, *first[ticket.claim]))
        return [ticket for ticket in batch if ticket.claim not in outcome.booked]

    async def _once_locked(
        self, conn: Connection, batch: list[Ticket]
    ) -> tuple[Outcome, list[tuple[Ticket, Answer | Faulty]]]:
        async with conn.transaction():
            wallets = list({wallet for ticket in batch for wallet in ticket.wallets})
            await conn.execute(q("wallets_lock"), [cell_of(wallet) for wallet in wallets], wallets)
            return await self._once(conn, batch)

    async def _once(
        self, conn: Connection, batch: list[Ticket]
    ) -> tuple[Outcome, list[tuple[Ticket, Answer | Faulty]]]:
        """Load, decide, apply, once."""
        view = await self._load(conn, batch)
        writing = Writing(view)
        decided: list[tuple[Ticket, Answer | Faulty]] = []
        refused: list[EntryId] = []
        for ticket in batch:
            answer = self._decide(view, writing, ticket)
            decided.append((ticket, answer))
            if not isinstance(answer, Receipt):
                refused.append(ticket.claim)
                writing.looked_at(ticket.command)
        outcome = await writing.write(conn)
        if outcome.written:
            writing.settle()
        if refused and outcome.written:
            decided = await self._first_answers(conn, decided, refused)
        return outcome, decided

    async def _first_answers(
        self, conn: Connection, decided: list[tuple[Ticket, Answer | Faulty]], refused: list[EntryId]
    ) -> list[tuple[Ticket, Answer | Faulty]]:
        """A command refused now may have been booked before: then its first answer stands."""
        first = await load_entries(conn, refused, reversals=False)
        if not first:
            return decided
        return [
            (ticket, replayed(ticket.command, *first[ticket.claim]))
            if ticket.claim in first and not isinstance(answer, Receipt)
            else (ticket, answer)
            for ticket, answer in decided
        ]

    def _decide(self, view: View, writing: Writing, ticket: Ticket) -> Answer | Faulty:
        command = ticket.command
        for wallet in ticket.wallets:
            snapshot = view.wallets.get(wallet)
            if snapshot is None or snapshot.program != command.program:
                return unknown_wallet(wallet)
        try:
            plan = command.decide(view)
        except Exception as fault:
            log.exception("deciding %s %s failed", command.source, command.key)
            return Faulty(f"the decision failed: {fault!r}")
        if isinstance(plan, Refusal):
            return plan
        if not plan.drafts:
            return Refusal(Code.NOTHING_LEFT, "there is nothing to do: the books already say so")
        return writing.add(command, plan, ticket.claim)

    async def _load(self, conn: Connection, batch: list[Ticket]) -> View:
        view = View()
        view.series = self._series
        for ticket in batch:
            program = ticket.command.program
            if program not in view.programs:
                view.programs[program] = await self._catalog.program(program)
        known = view.series
        missing = self._cached(view, batch)
        if missing:
            found = await load_wallets(conn, missing, view.programs, known)  # type: ignore[arg-type]
            view.wallets.update(found)
            self._snapshots.update(found)
        return await self._fill(conn, view, [ticket.command for ticket in batch])

    async def look(self, command: Command) -> View:
        """What a command would see now, read afresh. Nothing is decided by it, and nothing of it is kept.

        Raises:
            asyncpg.PostgresError, OSError: the database could not be read.
        """
        view = View()
        view.series = self._series
        view.programs[command.program] = await self._catalog.program(command.program)
        async with self._pool.acquire() as conn:
            wallets = list(command.wallets)
            view.wallets = await load_wallets(conn, wallets, view.programs, view.series)  # type: ignore[arg-type]
            return await self._fill(conn, view, [command])

    async def _fill(self, conn: Connection, view: View, commands: Sequence[Command]) -> View:
        """Read what commands need beside their wallets."""
        known = view.series
        counters: list[tuple[WalletId, Sequence[Counter]]] = []
        entries: set[EntryId] = set()
        places: set[tuple[WalletId, int]] = set()
        rows: set[tuple[str, WalletId, Id]] = set()
        stocks: set[Id] = set()
        for command in commands:
            needs = command.needs(view.programs[command.program])
            if needs.counters:
                counters.append((command.wallets[0], needs.counters))
            # Most commands need no more than that.
            if needs.stocks:
                stocks.update(needs.stocks)
            if needs.counters_of:
                counters += [(wallet, ((name, period),)) for wallet, name, period in needs.counters_of]
            if needs.entries:
                entries.update(needs.entries)
            if needs.places:
                places.update(needs.places)
            if needs.rows:
                rows.update(needs.rows)
        if rows:
            view.rows = await load_rows(conn, rows)
        if entries or places:
            if entries:
                booked = await load_entries(conn, list(entries))
                view.entries = {entry: found for entry, (found, _) in booked.items()}
            if places:
                view.places = await load_places(conn, list(places))
            earlier = (*view.entries.values(), *view.places.values())
            await load_lots(conn, view.wallets, earlier, known)
            await load_lapsed(conn, view.wallets, earlier, known)
            for command in commands:
                if then := command.counters_then(view):
                    counters.append((command.wallets[0], then))
        await load_counters(conn, view.wallets, counters)
        if stocks:
            view.stocks = await load_stocks(conn, list(stocks))
        return view

    def _cached(self, view: View, batch: list[Ticket]) -> list[WalletId]:
        """Put the snapshots at hand into the view; returns the wallets that must be read."""
        missing: set[WalletId] = set()
        snapshots = self._snapshots
        for ticket in batch:
            for wallet in ticket.wallets:
                at_hand = None if ticket.command.looks_back else snapshots.get(wallet)
                if at_hand is None:
                    missing.add(wallet)
                else:
                    view.wallets[wallet] = at_hand
        return list(missing)

    def _forget(self, batch: Sequence[Ticket]) -> None:
        """Throw the snapshots of a batch away: they may say what was not written."""
        self._series = {}
        for ticket in batch:
            for wallet in ticket.wallets:
                self._snapshots.pop(wallet, None)

    def _trim(self) -> None:
        while len(self._snapshots) > self._snapshots_most:
            self._snapshots.popitem(last=False)


def failed(answer: Any) -> bool:
    """Whether an answer of submit_all is an error rather than a receipt or a refusal."""
    return isinstance(answer, BaseException)
