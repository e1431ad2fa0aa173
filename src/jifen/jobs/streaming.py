"""Reading in constant memory: the rows of a query, some at a time, through a cursor."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg

Connection = Any
"""A connection of asyncpg, of its own or from a pool."""


async def batches(
    conn: Connection, query: str, *arguments: Any, size: int = 1000
) -> AsyncIterator[list[asyncpg.Record]]:
    """The rows of a query, up to `size` at a time; the connection must be in a transaction."""
    cursor = await conn.cursor(query, *arguments)
    while rows := await cursor.fetch(size):
        yield rows
