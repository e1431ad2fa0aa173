"""A small alliance in a database of its own: merchants, members, and the processes that serve them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg

from jifen.books.refusals import Refusal
from jifen.engine.command import Answer, Command, Receipt
from jifen.engine.engine import Engine
from jifen.parties.catalog import Catalog
from jifen.parties.members import Members
from jifen.parties.programs import Contract, Program, Unit
from jifen.parties.secrets import Vault
from jifen.rules.definition import PerAmount, Rate, RuleSet
from jifen.store.database import connect_pool
from jifen.values.ids import WalletId
from jifen.values.periods import Never
from tests.engine.orders import Orders

ZONE = "Asia/Shanghai"
START = datetime(2026, 11, 1, 10, 0, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)
"""When the tests' days begin."""

BEFORE = START - timedelta(days=4000)
MERCHANTS = ("air", "sea", "mall")
CHARITY = "pupils"

LOTS = "SELECT l.*, s.* FROM lot l JOIN series s ON s.id = l.series WHERE l.wallet = $1"

COUNTERS = """
    SELECT cell, wallet, name, period, value, 'table' AS place FROM counter
    UNION ALL
    SELECT w.cell, w.id, split_part(key, ' ', 1), substr(key, strpos(key, ' ') + 1), c.value::bigint, 'row'
    FROM wallet w, json_each_text(w.counters::json) c (key, value)
"""
"""All counters, and whether they are in their wallet's row or in the table."""

PLAIN = RuleSet(rules=(PerAmount(id="base", rate=Rate(1, 100)),), validity=Never(), grace_days=7)
"""One point a yuan, for ever."""


class Process:
    """What one process of Jifen has of its own: a pool, a catalog and an engine."""

    def __init__(self, pool: asyncpg.Pool, catalog: Catalog, engine: Engine) -> None:
        self.pool = pool
        self.catalog = catalog
        self.engine = engine


class Town:
    """A programme, its members by name, and one or more processes on the same database."""

    def __init__(self, program: Program, wallets: dict[str, WalletId], processes: Sequence[Process]) -> None:
        self.program = program
        self.wallets = wallets
        self.processes = processes
        self.orders = Orders(program, wallets)

    @property
    def pool(self) -> asyncpg.Pool:
        """The first process's pool."""
        return self.processes[0].pool

    @property
    def engine(self) -> Engine:
        """The first process's engine."""
        return self.processes[0].engine

    async def do(self, command: Command) -> Receipt:
        """Do what must be granted."""
        answer = await self.engine.submit(command)
        assert isinstance(answer, Receipt), answer
        return answer

    async def refused(self, command: Command) -> Refusal:
        """Do what must be refused."""
        answer = await self.engine.submit(command)
        assert isinstance(answer, Refusal), answer
        return answer

    async def enrol(self, *names: str) -> None:
        """Enrol members."""
        members = Members(self.pool, Vault(b"0" * 32))
        await members.enrol_all(self.program.id, names, BEFORE)
        self.wallets.update(await members.wallets(self.program.id, names))

    async def household(self, name: str, *names: str) -> None:
        """Put members into a household; its pool goes by the household's name."""
        members = Members(self.pool, Vault(b"0" * 32))
        wallets = [self.wallets[member] for member in names]
        self.wallets[name] = await members.open_household(self.program.id, name, wallets, BEFORE)

    async def lots(self, who: str) -> dict[str, tuple[int, int, int, int]]:
        """(granted, remaining, held, owed) as stored, by the issuer's code and the expiry day."""
        codes = {merchant.id: code for code, merchant in self.program.merchants.items()}
        return {
            f"{codes.get(row['issuer'], 'operator')} {row['expires_at'] and row['expires_at'].date()}": (
                row["granted"],
                row["remaining"],
                row["held"],
                row["owed"],
            )
            for row in await self.pool.fetch(LOTS, self.wallets[who])
        }

    async def counters(self, who: str) -> dict[str, tuple[int, str]]:
        """(value, place) of each counter as stored, by "name period", zeros aside."""
        rows = await self.pool.fetch(COUNTERS)
        told = {
            f"{row['name']} {row['period']}": (row["value"], row["place"])
            for row in rows
            if row["value"] and row["wallet"] == self.wallets[who]
        }
        assert len(told) == sum(row["wallet"] == self.wallets[who] and row["value"] > 0 for row in rows)
        return told

    async def balance(self, who: str, at: datetime) -> dict[str, int]:
        """The four balances of all units together, as the stored lots have them at an instant."""
        found = {"available": 0, "pending": 0, "held": 0, "owed": 0}
        for row in await self.pool.fetch(LOTS, self.wallets[who]):
            found["held"] += row["held"]
            found["owed"] += row["owed"]
            if row["matures_at"] and at < row["matures_at"]:
                found["pending"] += row["remaining"]
            elif row["expires_at"] is None or at < row["expires_at"]:
                found["available"] += row["remaining"]
        return found


@asynccontextmanager
async def process(dsn: str, *, connections: int = 4, **options: Any) -> AsyncIterator[Process]:
    """A process: its engine is closed, then its pool."""
    pool = await connect_pool(dsn, size=connections)
    catalog = Catalog(pool)
    engine = Engine(pool, catalog, **options)
    try:
        yield Process(pool, catalog, engine)
    finally:
        async with asyncio.timeout(30):
            await engine.close()
        await pool.close()


async def found(catalog: Catalog, code: str, rules: RuleSet | None, zone: str = ZONE) -> Program:
    """Found a programme with two units, three merchants with a store each, a charity, and rules."""
    program = (await catalog.add_program(code, code, zone, BEFORE)).id
    await catalog.add_unit(program, Unit("point", "积分", 100, 100))
    await catalog.add_unit(program, Unit("green", "绿色积分", 10, 100))
    for name in MERCHANTS:
        merchant = (await catalog.add_merchant(program, name, name, BEFORE)).merchants[name]
        await catalog.add_contract(program, merchant.id, Contract(1, BEFORE, 100, 90, 10, 30))
        await catalog.add_store(program, merchant.id, name, name)
    await catalog.add_merchant(program, CHARITY, CHARITY, BEFORE, charity=True)
    if rules is not None:
        await catalog.publish(program, rules, BEFORE, BEFORE)
    return await catalog.refresh(program)


@asynccontextmanager
async def town(
    dsn: str,
    rules: RuleSet | None = PLAIN,
    *,
    members: Sequence[str] = ("ann", "bob"),
    processes: int = 1,
    **options: Any,
) -> AsyncIterator[Town]:
    """A town with members, served by some processes; options go to their engines."""
    async with AsyncExitStack() as stack:
        running = [await stack.enter_async_context(process(dsn, **options)) for _ in range(processes)]
        made = Town(await found(running[0].catalog, "town", rules), {}, running)
        await made.enrol(*members)
        yield made


def days(count: int, *, hours: int = 0) -> datetime:
    """So many days after the tests' first."""
    return START + timedelta(days=count, hours=hours)


def receipts(answers: Sequence[Answer | BaseException]) -> list[Receipt]:
    """Answers that must all be receipts."""
    for answer in answers:
        assert isinstance(answer, Receipt), answer
    return [answer for answer in answers if isinstance(answer, Receipt)]
