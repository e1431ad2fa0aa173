"""Limits: how often somebody may do something within a while."""

import hashlib
from datetime import UTC, datetime, timedelta

import asyncpg

from jifen.parties.secrets import Vault
from jifen.store.queries import q

KEPT = timedelta(hours=1)
"""A window that is over is kept so much longer, then swept when others begin."""


class Limits:
    """Counts what is done. With a vault, who did it is kept as a keyed hash, which nobody can try out."""

    def __init__(self, pool: asyncpg.Pool, vault: Vault | None = None) -> None:
        self._pool = pool
        self._vault = vault

    async def take(self, what: str, who: str, most: int, seconds: int, at: datetime) -> datetime | None:
        """Do it once more, at most so often in so many seconds from the first time on; None: it is allowed.

        Else until when it is refused. What is refused is not counted.
        """
        at = at.astimezone(UTC)
        about = self._about(what, who, seconds)
        row = await self._pool.fetchrow(q("limit_take"), about, at, at + timedelta(seconds=seconds), most)
        assert row is not None
        if row["taken"] == 1:
            await self._pool.execute(q("limit_sweep"), at - KEPT)
        until: datetime = row["until"]
        return None if row["taken"] <= most else until

    async def over(self, what: str, who: str, most: int, seconds: int, at: datetime) -> datetime | None:
        """Until when no more is allowed, where so many were taken already; None: more may be. Takes none.

        For what counts only when it fails: look first, and take where it did.
        """
        row = await self._pool.fetchrow(q("limit_get"), self._about(what, who, seconds), at.astimezone(UTC))
        if row is None or row["taken"] < most:
            return None
        until: datetime = row["until"]
        return until

    def _about(self, what: str, who: str, seconds: int) -> bytes:
        text = f"limit:{what}:{seconds}:{who}"
        return hashlib.sha256(text.encode()).digest() if self._vault is None else self._vault.blind(text)
