"""Reads of many requests at once: what is asked while one reading is under way is read by the next."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from jifen.books.series import Series
from jifen.books.wallet import Wallet
from jifen.engine.loading import load_counters, load_stocks, load_wallets
from jifen.engine.view import ProgramFacts
from jifen.parties.programs import Program
from jifen.store.queries import q
from jifen.values.ids import Id, SeriesId, WalletId, cell_of

Counter = tuple[str, str]


class Ask(msgspec.Struct, frozen=True):
    """What one request wants to see: a wallet with counters and with those of limits, and stocks.

    limits: periods of the counters of rewards' limits.
    """

    program: Program
    wallet: WalletId | None = None
    counters: tuple[Counter, ...] = ()
    limits: frozenset[str] = frozenset()
    stocks: frozenset[Id] = frozenset()


class Seen(msgspec.Struct, frozen=True):
    """What was read: wallets are snapshots shared by all who asked, and are only to be looked at."""

    wallets: Mapping[WalletId, Wallet]
    stocks: Mapping[Id, int]


class Gathering:
    """One per process. A reading begins after every request that it answers, so nobody sees what is older."""

    def __init__(self, pool: Any, series: dict[SeriesId, Series]) -> None:
        self._pool = pool
        self._series = series
        self._waiting: list[tuple[Ask, asyncio.Future[Seen]]] = []
        self._reading: asyncio.Task[None] | None = None

    async def see(self, ask: Ask) -> Seen:
        """What is asked for, as it is now."""
        answer: asyncio.Future[Seen] = asyncio.get_running_loop().create_future()
        self._waiting.append((ask, answer))
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read(), name="api-gathering")
        return await answer

    async def _read(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                seen = await self._load([ask for ask, _ in batch])
            except Exception as fault:
                for _, answer in batch:
                    if not answer.done():
                        answer.set_exception(fault)
                continue
            for _, answer in batch:
                if not answer.done():
                    answer.set_result(seen)

    async def _load(self, asks: list[Ask]) -> Seen:
        programs: dict[Id, ProgramFacts] = {ask.program.id: ask.program for ask in asks}
        ids = list({ask.wallet for ask in asks if ask.wallet is not None})
        async with self._pool.acquire() as conn:
            wallets = await load_wallets(conn, ids, programs, self._series) if ids else {}
            await self._count(conn, asks, wallets)
            stocks = set().union(*(ask.stocks for ask in asks))
            return Seen(wallets, await load_stocks(conn, list(stocks)) if stocks else {})

    async def _count(self, conn: Any, asks: Iterable[Ask], wallets: Mapping[WalletId, Wallet]) -> None:
        named: list[tuple[Wallet, str, str]] = []
        limited: set[WalletId] = set()
        periods: set[str] = set()
        for ask in asks:
            wallet = None if ask.wallet is None else wallets.get(ask.wallet)
            if wallet is None:
                continue
            named += [(wallet, *counter) for counter in ask.counters]
            if ask.limits:
                limited.add(wallet.id)
                periods |= ask.limits
        if named:
            await load_counters(conn, named)
        if limited:
            ordered = list(limited)
            cells = [cell_of(wallet) for wallet in ordered]
            for row in await conn.fetch(q("mall_counters"), cells, ordered, list(periods)):
                wallets[row["wallet"]].counters[(row["name"], row["period"])] = row["value"]
