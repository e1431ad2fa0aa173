"""The audit log: what people did, line by line, each chained to the one before by a keyed hash."""

import hmac
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import asyncpg
import msgspec

from jifen.parties.secrets import Vault
from jifen.store.queries import q
from jifen.values.ids import ProgramId

FILTERS = ("actor", "role", "action", "target", "outcome", "since", "until")
LAST = 2**62
LINES = 1_000
"""So many lines are read at once when the chain is proven."""

_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder(dict[str, Any]).decode


class Line(msgspec.Struct, frozen=True):
    """What somebody did. actor: `@staff/<login>`, `@member` with the number as target, or a key's label."""

    no: int
    at: datetime
    actor: str
    role: str
    action: str
    target: str
    outcome: str
    facts: dict[str, Any]
    hash: bytes


def _line(no: int, at: datetime, *said: Any) -> Line:
    actor, role, action, target, outcome, facts, chained = said
    return Line(no, at, actor, role, action, target, outcome, _decode(facts), chained)


class Audit:
    """Appends lines and reads them. Nothing changes one: who alters a row breaks the chain."""

    def __init__(self, pool: asyncpg.Pool, vault: Vault) -> None:
        self._pool = pool
        self._vault = vault

    async def write(
        self,
        program: ProgramId,
        at: datetime,
        actor: str,
        role: str,
        action: str,
        target: str,
        outcome: str,
        facts: Mapping[str, Any],
    ) -> int:
        """Append a line; its number. at: real time. facts: plain values, without what is personal."""
        at = at.astimezone(UTC)
        text = _encode(facts).decode()
        async with self._pool.acquire() as conn, conn.transaction():
            await conn.execute(q("audit_head_ensure"), program)
            last = await conn.fetchrow(q("audit_head_lock"), program)
            assert last is not None
            no: int = last["no"] + 1
            said = (at, actor, role, action, target, outcome, text)
            chained = self._hash(program, no, said, last["hash"])
            await conn.execute(q("audit_add"), program, no, *said, chained)
            await conn.execute(q("audit_head_move"), program, no, chained)
        return no

    async def page(
        self,
        program: ProgramId,
        before: int | None = None,
        most: int = 50,
        filters: Mapping[str, Any] | None = None,
    ) -> Sequence[Line]:
        """Lines, newest first, before a number. filters: by FILTERS; since and until are instants.

        Raises:
            ValueError: a filter is none of FILTERS.
        """
        given = dict(filters or {})
        unknown = set(given) - set(FILTERS)
        if unknown:
            raise ValueError(f"the audit log has no filter {sorted(unknown)}: use {', '.join(FILTERS)}")
        asked = [given.get(name) or None for name in FILTERS]
        rows = await self._pool.fetch(q("audit_page"), program, before or LAST, *asked, most)
        return [_line(*row) for row in rows]

    async def fault(self, program: ProgramId) -> str:
        """What is wrong with the chain, from its first line to its head; '': nothing."""
        before, last = b"", 0
        while rows := await self._pool.fetch(q("audit_lines"), program, last, LINES):
            for row in rows:
                if row["no"] != last + 1:
                    return f"line {last + 1} is missing: the next that is there is {row['no']}"
                wanted = self._hash(program, row["no"], tuple(row[1:-1]), before)
                if not hmac.compare_digest(wanted, row["hash"]):
                    return f"line {row['no']} is not as it was written, or the line before it is not"
                before, last = row["hash"], row["no"]
        head = await self._pool.fetchrow(q("audit_head_get"), program)
        at_head = (0, b"") if head is None else (head["no"], head["hash"])
        if at_head != (last, before):
            return f"the log ends with line {last}, but its head says {at_head[0]}: lines are missing"
        return ""

    def _hash(self, program: ProgramId, no: int, said: Sequence[Any], before: bytes) -> bytes:
        at, *rest = said
        line = [str(program), no, at.astimezone(UTC).isoformat(), *rest, before.hex()]
        return self._vault.blind("audit:" + msgspec.json.encode(line).decode())
