"""One snapshot of the database, seen through several connections, so that live traffic is no finding."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import asyncpg

from jifen.jobs.streaming import Connection
from jifen.store.database import connect


@asynccontextmanager
async def one_snapshot(source: "str | asyncpg.Pool", connections: int) -> AsyncIterator[list[Connection]]:
    """Connections in read-only transactions that all see the books of the same instant.

    source: a DSN, or a pool that can spare so many connections. On several machines (Citus) there is no
    snapshot across them: stop writing, or look again at what is found.
    """
    async with AsyncExitStack() as stack:
        opened: list[Connection] = []
        snapshot = None
        for _ in range(connections):
            if isinstance(source, str):
                conn: Connection = await connect(source, application="jifen verify")
                stack.push_async_callback(conn.close)
            else:
                conn = await stack.enter_async_context(source.acquire())
            await stack.enter_async_context(conn.transaction(isolation="repeatable_read", readonly=True))
            if snapshot is None:
                snapshot = await conn.fetchval("SELECT pg_export_snapshot()")
            else:
                await conn.execute(f"SET TRANSACTION SNAPSHOT '{snapshot}'")
            await conn.execute("SET LOCAL statement_timeout = 0")
            opened.append(conn)
        yield opened
