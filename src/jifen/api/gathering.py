"""Reads of many requests at once: what is asked while one reading is under way is read by the next."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec

from jifen.api.earlier import Earlier, load_earlier
from jifen.books.counters import Counter, placed
from jifen.books.series import Series
from jifen.books.wallet import Wallet
from jifen.engine.loading import load_counters, load_stocks, load_wallets
from jifen.engine.view import ProgramFacts
from jifen.parties.programs import Program
from jifen.store.queries import q
from jifen.values.ids import Id, ProgramId, SeriesId, WalletId, cell_of

REWARDS = "reward:"
"""How the names of the counters of rewards' limits begin."""

Facts = dict[tuple[ProgramId, UUID], Earlier]

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


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


class Batch(Generic[Asked, Answer]):
    """Asks that wait for one reading. It begins after all that it answers: nobody is told what is older."""

    def __init__(self, read: Callable[[list[Asked]], Awaitable[Answer]], name: str) -> None:
        self._read = read
        self._name = name
        self._waiting: list[tuple[Asked, asyncio.Future[Answer]]] = []
        self._reading: asyncio.Task[None] | None = None

    async def ask(self, asked: Asked) -> Answer:
        """What a reading found for this ask and for all others that waited with it."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, answer))
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._run(), name=self._name)
        return await answer

    async def _run(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                found = await self._read([asked for asked, _ in batch])
            except Exception as fault:
                for _, answer in batch:
                    if not answer.done():
                        answer.set_exception(fault)
                continue
            for _, answer in batch:
                if not answer.done():
                    answer.set_result(found)


class Gathering:
    """What requests read together, one per process."""

    def __init__(self, pool: Any, series: dict[SeriesId, Series]) -> None:
        self._pool = pool
        self._series = series
        self._seeing: Batch[Ask, Seen] = Batch(self._load, "api-seeing")
        self._naming: Batch[tuple[ProgramId, frozenset[UUID]], Facts] = Batch(self._name, "api-naming")

    async def see(self, ask: Ask) -> Seen:
        """Wallets, counters and stocks, as they are now."""
        return await self._seeing.ask(ask)

    async def earlier(self, program: ProgramId, ids: Iterable[UUID]) -> Mapping[UUID, Earlier]:
        """Earlier facts of a programme by their ids; those that are not booked are left out."""
        asked = frozenset(ids)
        found = await self._naming.ask((program, asked))
        return {of: found[(program, of)] for of in asked if (program, of) in found}

    async def _name(self, asks: list[tuple[ProgramId, frozenset[UUID]]]) -> Facts:
        by_program: dict[ProgramId, set[UUID]] = {}
        for program, ids in asks:
            by_program.setdefault(program, set()).update(ids)
        found: Facts = {}
        for program, wanted in by_program.items():
            for of, fact in (await load_earlier(self._pool, program, wanted)).items():
                found[(program, of)] = fact
        return found

    async def _load(self, asks: list[Ask]) -> Seen:
        programs: dict[Id, ProgramFacts] = {ask.program.id: ask.program for ask in asks}
        ids = list({ask.wallet for ask in asks if ask.wallet is not None})
        async with self._pool.acquire() as conn:
            wallets = await load_wallets(conn, ids, programs, self._series) if ids else {}
            await self._count(conn, asks, wallets)
            stocks = set().union(*(ask.stocks for ask in asks))
            return Seen(wallets, await load_stocks(conn, list(stocks)) if stocks else {})

    async def _count(self, conn: Any, asks: Iterable[Ask], wallets: Mapping[WalletId, Wallet]) -> None:
        named: list[tuple[WalletId, Sequence[Counter]]] = []
        limited: set[tuple[WalletId, str]] = set()
        for ask in asks:
            wallet = None if ask.wallet is None else wallets.get(ask.wallet)
            if wallet is None:
                continue
            named.append((wallet.id, ask.counters))
            limited |= {
                (wallet.id, period) for period in ask.limits if placed((REWARDS, period))[0] < wallet.day
            }
        await load_counters(conn, wallets, named)
        if limited:
            of, periods = zip(*limited, strict=True)
            for row in await conn.fetch(q("mall_counters"), [cell_of(one) for one in of], of, periods):
                wallets[row["wallet"]].counters[(row["name"], row["period"])] = row["value"]
