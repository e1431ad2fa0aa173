"""The list of who meets a condition outside the ledger: member numbers, never points, never a value (S20)."""

from datetime import UTC, datetime

import asyncpg
import msgspec

from jifen.parties.catalog import Conflict
from jifen.parties.programs import Program
from jifen.programs.publications import in_force, publications
from jifen.store.queries import q
from jifen.values.ids import new_id


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """A list that was taken: by whom, when, on which legal opinion and for which purpose."""

    version: int
    asked_by: str
    asked_at: datetime
    legal_opinion: str
    purpose: str
    minimum_points: int
    members: int


async def export(
    pool: asyncpg.Pool, program: Program, asked_by: str, at: datetime
) -> tuple[Export, tuple[str, ...]]:
    """The numbers of the members who meet the condition; that the list was taken is written down.

    Raises:
        Conflict: the definition in force names no legal opinion, which is so unless an operator wrote one.
    """
    at = at.astimezone(UTC)
    version = in_force(await publications(pool, program.id), at)
    asked = version.definition.eligibility_export if version else None
    if version is None or asked is None:
        raise Conflict(
            "eligibility_export",
            f"the programme {program.code!r} names no legal opinion, so nothing is exported: write "
            "`eligibility_export` with `legal_opinion` and `purpose` into its definition, and apply it",
        )
    unit = version.definition.rules.unit
    async with pool.acquire() as conn, conn.transaction():
        rows = await conn.fetch(q("programme_eligible"), program.id, unit, asked.minimum_points, at)
        done = Export(
            version=version.version,
            asked_by=asked_by,
            asked_at=at,
            legal_opinion=asked.legal_opinion,
            purpose=asked.purpose,
            minimum_points=asked.minimum_points,
            members=len(rows),
        )
        await conn.execute(
            q("eligibility_export_add"),
            program.id,
            new_id(int(at.timestamp() * 1000)),
            done.version,
            done.asked_by,
            done.asked_at,
            done.legal_opinion,
            done.purpose,
            done.minimum_points,
            done.members,
        )
    return done, tuple(row["number"] for row in rows)


async def exports(pool: asyncpg.Pool, program: Program) -> tuple[Export, ...]:
    """All lists that were taken, newest first."""
    return tuple(Export(**dict(row)) for row in await pool.fetch(q("eligibility_exports"), program.id))
