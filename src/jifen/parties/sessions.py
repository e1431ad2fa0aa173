"""Sessions: who is signed in, by a token of which only the hash is kept."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import msgspec

from jifen.parties.roles import Role
from jifen.parties.secrets import Vault
from jifen.parties.staff import Staff, staff_of
from jifen.store.queries import q
from jifen.values.ids import Id, ProgramId, WalletId

MEMBER_IDLE = timedelta(days=30)
MEMBER_LASTS = timedelta(days=180)
STAFF_IDLE = timedelta(hours=8)
STAFF_LASTS = timedelta(hours=16)
"""A session ends when it was not used for so long, and at the latest after so long."""

SEEN_EVERY = timedelta(minutes=5)
"""That a session is used is written down at most so often."""

FRESH = timedelta(seconds=5)
"""For so long a session is not looked up again: so long one that was closed elsewhere may live on."""

REMEMBERED = 10_000
DEVICE_MOST = 200
TOKEN_LETTERS = 43

MEMBER_COLUMNS = 8


class Session(msgspec.Struct, frozen=True):
    """Somebody signed in. number: the member's, '' of staff. csrf: what forms of this session carry."""

    token_hash: bytes
    program: ProgramId
    role: Role
    wallet: WalletId | None
    number: str
    staff: Staff | None
    started_at: datetime
    seen_at: datetime
    ends_at: datetime
    csrf: str
    device: str = ""


class Sessions:
    """Opens sessions, finds and closes them. Times are real ones, whatever a programme's test clock says."""

    def __init__(self, pool: asyncpg.Pool, vault: Vault) -> None:
        self._pool = pool
        self._vault = vault
        self._known: dict[bytes, tuple[datetime, Session]] = {}

    async def open_for_member(
        self, program: ProgramId, wallet: WalletId, number: str, at: datetime, device: str = ""
    ) -> str:
        """Sign a member in; the token, which is told this once."""
        return await self._open(program, wallet, number, None, device, at, MEMBER_LASTS)

    async def open_for_staff(self, staff: Staff, at: datetime, device: str = "") -> str:
        """Sign one of the staff in; the token, which is told this once."""
        return await self._open(staff.program, None, "", staff.id, device, at, STAFF_LASTS)

    async def _open(
        self,
        program: ProgramId,
        wallet: WalletId | None,
        number: str,
        staff: Id | None,
        device: str,
        at: datetime,
        lasts: timedelta,
    ) -> str:
        token = secrets.token_urlsafe(32)
        key = _hash(token)
        at = at.astimezone(UTC)
        said = "".join(letter for letter in device if letter.isprintable())[:DEVICE_MOST]
        row = (key[0], key, program, wallet, number, staff, said, at, at + lasts)
        await self._pool.execute(q("session_add"), *row)
        await self._pool.execute(q("session_sweep"), at)
        return token

    async def whose(self, token: str, at: datetime) -> Session | None:
        """Who comes with a token; None: nobody, or the session has ended, or the person is disabled."""
        if len(token) != TOKEN_LETTERS or not token.isascii():
            return None
        key = _hash(token)
        known = self._known.get(key)
        if known is not None and abs(at - known[0]) < FRESH and at < known[1].ends_at:
            return known[1]
        row = await self._pool.fetchrow(q("session_get"), key[0], key)
        found = None if row is None else self._read(row, self.csrf_of(token))
        if found is None or _over(found, at) or (found.staff is not None and found.staff.disabled):
            self._known.pop(key, None)
            return None
        if at - found.seen_at >= SEEN_EVERY:
            await self._pool.execute(q("session_seen"), key[0], key, at)
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        self._known[key] = (at, found)
        return found

    def csrf_of(self, token: str) -> str:
        """What forms carry that come from a page of whoever has the token."""
        return self._vault.blind(f"csrf:{token}").hex()[:32]

    async def close(self, token: str) -> None:
        """Sign out."""
        key = _hash(token)
        await self._pool.execute(q("session_close"), key[0], key)
        self._known.pop(key, None)

    async def close_others(self, session: Session) -> None:
        """Sign whoever it is out everywhere else."""
        staff = None if session.staff is None else session.staff.id
        await self._pool.execute(q("session_close_others"), session.wallet, staff, session.token_hash)
        self._forget(session.wallet, staff, session.token_hash)

    def forget(self, staff: Id) -> None:
        """Look up anew where somebody of the staff is signed in, now that it was ended for them."""
        self._forget(None, staff, b"")

    def _forget(self, wallet: WalletId | None, staff: Id | None, keep: bytes) -> None:
        for key, (_, one) in list(self._known.items()):
            same = one.wallet == wallet if staff is None else one.staff is not None and one.staff.id == staff
            if same and key != keep:
                del self._known[key]

    async def of_member(self, wallet: WalletId, at: datetime) -> Sequence[Session]:
        """Where a member is signed in, the last seen first. Their csrf is not told."""
        rows = await self._pool.fetch(q("session_of"), wallet, None, at - MEMBER_IDLE, at)
        return [self._read(row, "") for row in rows]

    async def of_staff(self, staff: Id, at: datetime) -> Sequence[Session]:
        """Where one of the staff is signed in, the last seen first. Their csrf is not told."""
        rows = await self._pool.fetch(q("session_of"), None, staff, at - STAFF_IDLE, at)
        return [self._read(row, "") for row in rows]

    def _read(self, row: Any, csrf: str) -> Session:
        token_hash, program, wallet, number, device, started_at, seen_at, ends_at = row[:MEMBER_COLUMNS]
        staff = None if wallet is not None else staff_of(row[MEMBER_COLUMNS:])
        role: Role = "member" if staff is None else staff.role
        return Session(
            token_hash, program, role, wallet, number, staff, started_at, seen_at, ends_at, csrf, device
        )


def _over(session: Session, at: datetime) -> bool:
    idle = MEMBER_IDLE if session.staff is None else STAFF_IDLE
    return at >= session.ends_at or at - session.seen_at >= idle


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
