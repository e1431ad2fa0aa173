"""API keys: shown once, stored hashed, scoped to a programme or to one merchant of it."""

import hashlib
import secrets
from datetime import datetime

import asyncpg
import msgspec

from jifen.parties.catalog import Conflict
from jifen.parties.roles import KEY_ROLES
from jifen.store.queries import q
from jifen.values.ids import MerchantId, ProgramId, new_id

PREFIX = "jf_"

RESERVED = frozenset(("jobs",))
"""Sources that are the system's own: nobody may report under them."""

PEOPLE = "@"
"""Labels that begin so are of people who come by the pages: @member, @shop/<merchant>, @staff/<login>."""

FRESH_S = 5.0
"""Seconds for which a key that was good is not looked up again: so long a revoked key may live on."""


class Key(msgspec.Struct, frozen=True):
    """Who speaks: a programme's operator, or one of its merchants. The label is the source of its facts.

    role: what it is restricted to (parties/roles.py); '' means all that its scope allows.
    """

    program: ProgramId
    merchant: MerchantId | None
    label: str
    role: str = ""


def reserved(label: str) -> bool:
    """Whether a label is the system's own, or of people who come by the pages."""
    return label in RESERVED or label.startswith(PEOPLE)


class Keys:
    """Makes keys and tells whose they are."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._good: dict[str, tuple[float, Key]] = {}

    async def make(
        self, program: ProgramId, merchant: MerchantId | None, label: str, at: datetime, role: str = ""
    ) -> str:
        """Make a key; the secret is returned this once and stored only as a hash.

        Raises:
            Conflict: the label names another source already, or one of the system's own; the role is none,
                or not one for a merchant's key.
        """
        if role not in ("", *KEY_ROLES):
            known = ", ".join(KEY_ROLES)
            raise Conflict("role", f"{role!r} is no role of a key: use one of {known}, or none")
        if merchant is not None and role not in ("", "auditor"):
            said = f"a merchant's key cannot be a {role}'s: leave the role out, or make it an auditor's"
            raise Conflict("role", said)
        if reserved(label):
            raise Conflict("label", f"the label {label!r} is the system's own: choose another")
        secret = PREFIX + secrets.token_urlsafe(32)
        key = new_id(int(at.timestamp() * 1000))
        try:
            await self._pool.execute(q("key_add"), key, program, merchant, label, _hash(secret), at, role)
        except asyncpg.UniqueViolationError as taken:
            raise Conflict("label", f"the label {label!r} names a source already: choose another") from taken
        return secret

    async def whose(self, secret: str, monotonic_s: float) -> Key | None:
        """Whose key it is; None: nobody's, or revoked."""
        known = self._good.get(secret)
        if known is not None and monotonic_s - known[0] < FRESH_S:
            return known[1]
        row = await self._pool.fetchrow(q("key_by_hash"), _hash(secret))
        if row is None:
            self._good.pop(secret, None)
            return None
        if len(self._good) > 10_000:
            self._good.clear()
        key = Key(*row)
        self._good[secret] = (monotonic_s, key)
        return key

    async def revoke(self, program: ProgramId, label: str, at: datetime) -> bool:
        """Revoke a key by its label; False: there is no such key. The label stays taken.

        This process forgets it at once, others within FRESH_S.
        """
        revoked = await self._pool.fetchval(q("key_revoke"), program, label, at) is not None
        for secret, (_, key) in list(self._good.items()):
            if (key.program, key.label) == (program, label):
                del self._good[secret]
        return revoked


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
