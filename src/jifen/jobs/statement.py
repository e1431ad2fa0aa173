"""A member's statement: all entries of a wallet, with what it takes to prove them from the file alone."""

import json
from hashlib import sha256
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from jifen.books.series import Series
from jifen.jobs.roots import Inclusion, newest_inclusion
from jifen.store.queries import q
from jifen.values.ids import WalletId, cell_of

FORM = "jifen statement 1"
"""The form described in docs/proof.md."""


async def statement(pool: asyncpg.Pool, wallet: WalletId) -> dict[str, Any]:
    """The statement of a wallet, made of texts, whole numbers, lists and None only.

    It holds every entry, the head, the traits of every series and, once there is one, the newest daily root
    with the wallet's inclusion proof. `jobs/check_statement.py` checks it offline.

    Raises:
        LookupError: there is no such wallet.
        asyncpg.PostgresError, OSError: the database could not be read.
    """
    async with pool.acquire() as conn, conn.transaction(isolation="repeatable_read", readonly=True):
        row = await conn.fetchrow(q("job_statement_wallet"), cell_of(wallet), wallet)
        if row is None:
            raise LookupError(f"there is no wallet {wallet}: look the member up first")
        entries = [
            _entry(entry) for entry in await conn.fetch(q("job_statement_entries"), cell_of(wallet), wallet)
        ]
        known = sorted({UUID(leg[0]) for entry in entries for leg in entry["legs"]})
        series = {
            str(found["id"]): _traits(Series(*found)) for found in await conn.fetch(q("series_load"), known)
        }
        inclusion = await newest_inclusion(conn, row["program"], wallet)
    return sealed(
        {
            "form": FORM,
            "program": str(row["program"]),
            "wallet": str(wallet),
            "version": row["version"],
            "head": row["head"].hex(),
            "entries": entries,
            "series": series,
            "root": None if inclusion is None else _root(inclusion),
        }
    )


def sealed(content: dict[str, Any]) -> dict[str, Any]:
    """The content with its seal, the SHA-256 of its JSON with sorted keys: it shows accidents, not fraud."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return {**content, "seal": sha256(text.encode()).hexdigest()}


def as_file(made: dict[str, Any]) -> bytes:
    """A statement as the bytes of a file."""
    return json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode()


def _entry(row: asyncpg.Record) -> dict[str, Any]:
    """An entry with every fact as it stands in the line that is hashed."""
    facts = {
        "no": row["no"],
        "id": row["id"],
        "kind": row["kind"],
        "source": row["source"],
        "key": row["key"],
        "occurred_at": row["occurred_at"],
        "recorded_at": row["recorded_at"],
        "reverses": row["reverses"],
        "merchant": row["merchant"],
        "unit": row["unit"],
        "balance": [row["available"], row["pending"], row["held"], row["owed"]],
        "legs": json.loads(row["legs"]),
        "event": row["event"],
        "explanation": row["explanation"],
        "hash": row["hash"].hex(),
    }
    made: dict[str, Any] = msgspec.to_builtins(facts)
    return made


def _traits(series: Series) -> dict[str, str]:
    """The traits of a series, in order, each as the text that its id is the hash of."""
    fields = [field for field in series.__struct_fields__ if field != "id"]
    return {field: str(getattr(series, field)) for field in fields}


def _root(inclusion: Inclusion) -> dict[str, Any]:
    return {
        "day": inclusion.day.isoformat(),
        "taken_at": inclusion.taken_at.isoformat(),
        "root": inclusion.root.hex(),
        "wallets": inclusion.wallets,
        "version": inclusion.version,
        "path": [[sibling.side, sibling.hash.hex()] for sibling in inclusion.path],
    }
