"""What the write itself refuses: each of four reasons is named, and then nothing at all is written."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from jifen.engine.applying import Outcome, Writing
from jifen.engine.command import Command, Plan, entry_id
from jifen.engine.loading import load_stocks, load_wallets
from jifen.engine.view import View
from jifen.parties.catalog import stock_id
from tests.engine.town import Town, days, town


@asynccontextmanager
async def looked(here: Town) -> AsyncIterator[tuple[Any, View]]:
    """A connection, and a view of ann and of the stock of boxes as they are now."""
    program = await here.processes[0].catalog.program(here.program.id)
    async with here.pool.acquire() as conn:
        view = View()
        view.programs[program.id] = program
        wallets = [here.wallets["ann"]]
        view.wallets = await load_wallets(conn, wallets, view.programs, view.series)  # type: ignore[arg-type]
        view.stocks = await load_stocks(conn, [stock_id(program.id, "box")])
        yield conn, view


async def write(conn: Any, view: View, *commands: Command) -> Outcome:
    """Decide on the view, and write."""
    writing = Writing(view)
    for command in commands:
        plan = command.decide(view)
        assert isinstance(plan, Plan)
        writing.add(command, plan, entry_id(command.program, command.source, command.key))
    return await writing.write(conn)


async def counts(here: Town) -> list[int]:
    """How much is written of everything."""
    tables = ("entry", "claim", "lot", "counter")
    return [await here.pool.fetchval(f"SELECT count(*) FROM {table}") for table in tables]


@pytest.mark.parametrize("reason", ["stale", "booked", "short", "changed"])
async def test_a_reason_is_named_and_nothing_is_written(database: str, reason: str) -> None:
    """The view was right when it was taken; then something happened."""
    async with town(database) as here:
        orders = here.orders
        await here.processes[0].catalog.add_stock(here.program.id, "box", 2)
        await here.do(orders.purchase("e", "ann", days(0), amount=10_000))
        taking = orders.redeem("r", "ann", days(0), points=10, stock="box", count=2)
        async with looked(here) as (conn, view):
            if reason == "stale":
                await here.do(orders.purchase("other", "ann", days(0), amount=100))
            elif reason == "booked":
                await here.do(orders.purchase("r", "bob", days(0), amount=100))
            elif reason == "short":
                await here.do(orders.purchase("b", "bob", days(0), amount=1_000))
                await here.do(orders.redeem("b2", "bob", days(0), points=1, stock="box"))
            else:
                await here.processes[0].catalog.set_clock(here.program.id, days(1))
            before = await counts(here)
            outcome = await write(conn, view, taking, orders.redeem("s", "ann", days(0), points=5))
        named = {
            "stale": here.wallets["ann"],
            "booked": entry_id(here.program.id, "till", "r"),
            "short": stock_id(here.program.id, "box"),
            "changed": here.program.id,
        }
        assert not outcome.written
        for field in named:
            assert getattr(outcome, field) == (frozenset((named[field],)) if field == reason else frozenset())
        assert await counts(here) == before


async def test_where_nothing_happened_it_is_written(database: str) -> None:
    """The other side of the same."""
    async with town(database) as here:
        orders = here.orders
        await here.processes[0].catalog.add_stock(here.program.id, "box", 2)
        await here.do(orders.purchase("e", "ann", days(0), amount=10_000))
        async with looked(here) as (conn, view):
            taking = orders.redeem("r", "ann", days(0), points=10, stock="box", count=2)
            assert (await write(conn, view, taking)).written
        assert await here.lots("ann") == {"air None": (100, 90, 0, 0)}
        assert await here.pool.fetchval("SELECT remaining FROM stock") == 0


async def test_all_that_happened_is_named_at_once(database: str) -> None:
    """A key was booked by somebody else, and the wallet has moved on: neither hides the other."""
    async with town(database) as here:
        orders = here.orders
        await here.do(orders.purchase("e", "ann", days(0), amount=10_000))
        async with looked(here) as (conn, view):
            await here.do(orders.purchase("other", "ann", days(0), amount=100))
            await here.do(orders.purchase("r", "bob", days(0), amount=100))
            before = await counts(here)
            outcome = await write(conn, view, orders.redeem("r", "ann", days(0), points=10))
        assert outcome.stale == frozenset((here.wallets["ann"],))
        assert outcome.booked == frozenset((entry_id(here.program.id, "till", "r"),))
        assert await counts(here) == before


async def test_instants_are_kept_to_the_microsecond(database: str) -> None:
    """They travel as whole microseconds, far into the future too."""
    last = datetime.max.replace(tzinfo=UTC) - timedelta(days=1)
    odd = [timedelta(microseconds=1), timedelta(days=-3, microseconds=-1), timedelta(microseconds=999_999)]
    async with town(database) as here:
        for number, moved in enumerate(odd):
            await here.do(here.orders.purchase(f"k{number}", "ann", days(0) + moved, amount=100))
        await here.do(here.orders.freeze("f", "ann", days(1), until=last))
        rows = await here.pool.fetch(
            "SELECT occurred_at, recorded_at FROM entry WHERE kind = 'purchase' ORDER BY no"
        )
        assert [row["occurred_at"] for row in rows] == [days(0) + moved for moved in odd]
        wallet = await here.pool.fetchrow("SELECT active_at, frozen_until FROM wallet WHERE version > 0")
        assert wallet is not None
        assert tuple(wallet) == (days(0) + odd[2], last)
