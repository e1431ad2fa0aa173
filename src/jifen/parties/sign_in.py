"""Members sign in by a code that is sent to their phone; a phone that is nobody's yet is proven alike."""

import hmac
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import asyncpg
import msgspec

from jifen.parties.codes import some_digits
from jifen.parties.limits import Limits
from jifen.parties.members import Members, normal_phone
from jifen.parties.programs import Program
from jifen.parties.secrets import Vault
from jifen.store.queries import q
from jifen.values.ids import Id, ProgramId, WalletId, cell_of, hashed_id

CODE_LIVES = timedelta(minutes=5)
"""So long the code is taken."""

TRIES = 5
"""So often it may be tried; the table holds it."""

PROVEN_FOR = timedelta(minutes=30)
"""So long after its code came back a phone may be enrolled, or its member signed in."""

KEPT = timedelta(days=1)
DIGITS = 6
COOKIE_BYTES = 24

SENDS_MOST = ((60, 1), (3600, 5))
"""So many codes a phone is sent at most within so many seconds, whether or not it is a member's."""

Why = Literal["unknown", "over", "wrong"]


class AskedTooOften(Exception):
    """This phone was sent enough codes for now."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"this phone was sent enough codes: ask again at {until.isoformat()}")
        self.until = until


class CodeRefused(Exception):
    """The code is not taken. unknown: nothing was asked; over: its time or tries are; wrong: try again."""

    def __init__(self, why: Why, tries_left: int = 0) -> None:
        super().__init__(f"{why}, {tries_left} tries are left")
        self.why: Why = why
        self.tries_left = tries_left


class Asked(msgspec.Struct, frozen=True):
    """A phone is asked. id: what the browser keeps in a cookie. about: the wallet to which the message goes,
    which is no member's, so that a known phone is treated as an unknown one.

    code: what is to be sent; the entrance puts it into the outbox (messages/outbox.py).
    """

    id: str
    about: WalletId
    code: str
    minutes: int
    until: datetime


class Waiting(msgspec.Struct, frozen=True):
    """A phone that has not answered yet."""

    phone: str
    until: datetime
    tries_left: int


class Confirmed(msgspec.Struct, frozen=True):
    """A phone has answered. wallet: whose it is; None: it is no member's, and may be enrolled."""

    program: ProgramId
    wallet: WalletId | None
    phone: str
    confirmed_at: datetime


class SignIn:
    """Asks phones, and takes what they answer."""

    def __init__(self, pool: asyncpg.Pool, vault: Vault) -> None:
        self._pool = pool
        self._vault = vault
        self._members = Members(pool, vault)
        self._limits = Limits(pool, vault)

    async def ask(self, program: Program, phone: str, language: str, at: datetime) -> Asked:
        """Ask a phone. What is told, done and sent is the same whether or not it is a member's.

        Raises:
            Conflict: it is no mainland mobile number.
            AskedTooOften: a code a minute, five an hour.
        """
        phone = normal_phone(phone)
        at = at.astimezone(UTC)
        for seconds, most in SENDS_MOST:
            until = await self._limits.take("code to phone", f"{program.id}:{phone}", most, seconds, at)
            if until is not None:
                raise AskedTooOften(until)
        cookie = secrets.token_urlsafe(COOKIE_BYTES)
        of = _id(cookie)
        until = at + CODE_LIVES
        sealed = self._vault.seal(phone)
        row = (cell_of(of), of, program.id, sealed, language, at, until)
        await self._pool.execute(q("sign_in_add"), *row)
        await self._pool.execute(q("sign_in_sweep"), at - KEPT)
        minutes = int(CODE_LIVES.total_seconds()) // 60
        return Asked(cookie, WalletId(of), self._code(of), minutes, until)

    async def confirm(self, asked_id: str, code: str, at: datetime) -> Confirmed:
        """Take the code that came back: five tries, five minutes, once.

        Raises:
            CodeRefused: and why.
        """
        of = _id(asked_id)
        place = (cell_of(of), of)
        row = await self._pool.fetchrow(q("sign_in_try"), *place, at)
        if row is None:
            known = await self._pool.fetchrow(q("sign_in_get"), *place)
            raise CodeRefused("unknown" if known is None else "over")
        digits = code.replace(" ", "")
        if not hmac.compare_digest(digits.encode(), self._code(of).encode()):
            left = TRIES - row["tries"]
            raise CodeRefused("wrong" if left else "over", left)
        if await self._pool.fetchval(q("sign_in_confirm"), *place, at) is None:
            raise CodeRefused("over")
        return await self._confirmed(row, at)

    async def waiting(self, asked_id: str, at: datetime) -> Waiting | None:
        """The phone from which this browser awaits a code; None: none, or its time is over."""
        of = _id(asked_id)
        row = await self._pool.fetchrow(q("sign_in_get"), cell_of(of), of)
        if row is None or row["confirmed_at"] is not None or at >= row["code_until"]:
            return None
        return Waiting(self._vault.open(row["phone"]), row["code_until"], TRIES - row["tries"])

    async def proven(self, asked_id: str, at: datetime) -> Confirmed | None:
        """The phone that has answered this browser; None: none has, or too long ago.

        Whether it is a member's is looked up anew, since it may have become one meanwhile.
        """
        of = _id(asked_id)
        row = await self._pool.fetchrow(q("sign_in_get"), cell_of(of), of)
        if row is None or row["confirmed_at"] is None or at - row["confirmed_at"] >= PROVEN_FOR:
            return None
        return await self._confirmed(row, row["confirmed_at"])

    async def _confirmed(self, row: Any, at: datetime) -> Confirmed:
        phone = self._vault.open(row["phone"])
        return Confirmed(row["program"], await self._members.by_phone(row["program"], phone), phone, at)

    async def end(self, asked_id: str, at: datetime) -> bool:
        """It led to a session: it leads to none again. False: another request was before this one."""
        of = _id(asked_id)
        ended = await self._pool.fetchval(q("sign_in_end"), cell_of(of), of, at - PROVEN_FOR)
        return ended is not None

    def _code(self, of: Id) -> str:
        """Six digits that only the secret can tell from the id; they are kept in the message alone."""
        return some_digits(self._vault, f"sign in:{of}", DIGITS)


def _id(cookie: str) -> Id:
    return hashed_id("sign in", cookie)
