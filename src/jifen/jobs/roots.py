"""Daily roots: the heads of all wallets under one hash a day, and the proof that one is among them."""

from datetime import UTC, date, datetime
from hashlib import blake2b
from uuid import UUID

import asyncpg
import msgspec

from jifen.jobs.merkle import Sibling, Tree, leaf_of
from jifen.jobs.streaming import Connection, batches
from jifen.parties.programs import Program
from jifen.store.queries import q
from jifen.values.ids import ProgramId, WalletId, cell_of
from jifen.values.periods import local_day


class Root(msgspec.Struct, frozen=True):
    """The root over the heads of so many wallets, taken on a day of the programme's zone.

    fresh: it was taken by this call; else the day had it already, and nothing was changed.
    """

    day: date
    root: bytes
    wallets: int
    taken_at: datetime
    fresh: bool


class Inclusion(msgspec.Struct, frozen=True):
    """That a wallet's head, at a version, is among the leaves of a day's root."""

    day: date
    root: bytes
    wallets: int
    taken_at: datetime
    version: int
    head: bytes
    path: list[Sibling]


async def take_root(pool: asyncpg.Pool, program: Program, now: datetime) -> Root:
    """Keep the heads of all wallets as they are, and the root over them; once per local day.

    In one transaction, so a kill leaves nothing behind. A second call for the day gives the first root.

    Raises:
        asyncpg.PostgresError, OSError: the database could not be written.
    """
    day = local_day(now, program.zone)
    async with pool.acquire() as conn, conn.transaction():
        await conn.execute("SET LOCAL statement_timeout = 0")
        await conn.execute(q("job_turn"), lock_of("root", program.id))
        stored = await conn.fetchrow(q("job_root"), program.id, day)
        if stored is not None:
            return Root(day, stored["root"], stored["wallets"], stored["taken_at"], False)
        await conn.execute(q("job_heads_add"), program.id, day)
        tree, _ = await _tree(conn, program.id, day, None)
        taken = Root(day, tree.root(), tree.leaves, now.astimezone(UTC), True)
        await conn.execute(q("job_root_add"), program.id, day, taken.root, taken.wallets, taken.taken_at)
        return taken


async def newest_inclusion(conn: Connection, program: ProgramId, wallet: WalletId) -> Inclusion | None:
    """The proof that a wallet is in the newest root that it is in; None: it is in none yet.

    The connection must be in a transaction. It reads all heads of that day, in constant memory.
    """
    row = await conn.fetchrow(q("job_statement_root"), cell_of(wallet), wallet, program)
    if row is None:
        return None
    _, path = await _tree(conn, program, row["day"], wallet)
    return Inclusion(
        row["day"], row["root"], row["wallets"], row["taken_at"], row["version"], row["head"], path
    )


async def _tree(
    conn: Connection, program: ProgramId, day: date, marked: UUID | None
) -> tuple[Tree, list[Sibling]]:
    tree = Tree()
    async for rows in batches(conn, q("job_heads"), program, day):
        for wallet, version, head in rows:
            tree.add(leaf_of(wallet, version, head), marked=wallet == marked)
    return tree, tree.path()


def lock_of(job: str, program: UUID | None) -> int:
    """The advisory lock of a job: 64 bits of the hash of its name and its programme (None: of all)."""
    named = f"jifen job {job} {program}".encode()
    return int.from_bytes(blake2b(named, digest_size=8).digest(), "big", signed=True)
