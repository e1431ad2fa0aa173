"""Proofs that somebody asked for, and one a day: run beside the server, and kept with what they found."""

from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import msgspec

from jifen.jobs.verify import Report, verify
from jifen.parties.programs import Program
from jifen.store.queries import q
from jifen.values.ids import ProgramId, new_id

BY_ITSELF = "jobs"
"""Who asks for the daily one."""


class Asked(msgspec.Struct, frozen=True):
    """A proof that waits or runs: its id, by whom and when it was asked for."""

    id: UUID
    asked_by: str
    asked_at: datetime


async def ask(pool: asyncpg.Pool, program: ProgramId, by: str, now: datetime) -> Asked:
    """Ask for a proof of a programme's books; one that waits or runs already is answered as it is."""
    made = new_id(int(datetime.now(UTC).timestamp() * 1000))
    await pool.execute(q("verification_ask"), program, made, by, now)
    row = await pool.fetchrow(q("verification_waiting"), program)
    return Asked(made, by, now) if row is None else Asked(row["id"], row["asked_by"], row["asked_at"])


async def prove_asked(pool: asyncpg.Pool, dsn: str, program: Program, now: datetime) -> Report | None:
    """Run the proof that waits over two connections of its own, and keep its report; None: none waits.

    A kill leaves it waiting, so that the next run makes it.

    Raises:
        asyncpg.PostgresError, OSError: the database could not be read; it still waits.
    """
    row = await pool.fetchrow(q("verification_waiting"), program.id)
    if row is None:
        return None
    report = await verify(dsn, program.id)
    found = sum(check.found for check in report.checks.values())
    written = msgspec.json.encode(report.as_dict()).decode()
    await pool.execute(q("verification_finish"), program.id, row["id"], now, found, written)
    return report
