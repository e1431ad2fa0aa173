"""Staff of the operator and of merchants: who signs in by password and one-time code."""

import base64
import hmac
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import asyncpg
import msgspec
from cryptography.exceptions import InvalidTag

from jifen.parties.catalog import Conflict
from jifen.parties.passwords import check_password, hashed, new_secret, right, step_of_code, uri_of
from jifen.parties.roles import MERCHANT_ROLES, STAFF_ROLES, Role
from jifen.parties.secrets import Vault
from jifen.store.queries import q
from jifen.values.ids import Id, MerchantId, ProgramId, new_id

LOGIN = re.compile(r"^[a-z0-9][a-z0-9._@-]{1,63}$(?!\n)")

LOCKED_FOR = timedelta(minutes=15)
"""So long a login is locked after five wrong tries in a row."""

TRIES = 5
FORGOTTEN_AFTER = timedelta(days=1)
"""Wrong tries are counted together while less than so long lies between them."""

BEGUN_FOR = timedelta(minutes=5)
"""So long after a right password its code is waited for."""

ISSUER = "Jifen"

_encode = msgspec.json.Encoder().encode

Why = Literal["wrong", "locked", "disabled", "code_needed", "code_wrong"]


class Staff(msgspec.Struct, frozen=True):
    """One of the staff. merchant: None where it is the operator's. store: '' means any of the merchant."""

    id: Id
    program: ProgramId
    merchant: MerchantId | None
    store: str
    login: str
    name: str
    role: Role
    disabled: bool
    has_totp: bool


class SignInRefused(Exception):
    """Somebody may not sign in. until: of a lock. disabled and code_…: only told to who knew the password.

    token: where a code is needed, the proof for some minutes that the password was right.
    """

    def __init__(self, why: Why, until: datetime | None = None, token: str = "") -> None:
        super().__init__(f"{why}, until {until.isoformat()}" if until else why)
        self.why: Why = why
        self.until = until
        self.token = token


class _Begun(msgspec.Struct, frozen=True):
    """The password was right. kept: of which password, hashed; so that a new one ends it."""

    login: str
    kept: str
    until: datetime


_begun = msgspec.json.Decoder(_Begun).decode


class StaffBook:
    """Adds staff, finds them, and tells who signs in."""

    def __init__(self, pool: asyncpg.Pool, vault: Vault) -> None:
        self._pool = pool
        self._vault = vault

    async def add(
        self,
        program: ProgramId,
        merchant: MerchantId | None,
        store: str,
        login: str,
        name: str,
        role: Role,
        password: str,
        at: datetime,
        totp: bool = True,
    ) -> tuple[Staff, str]:
        """Add somebody; with the address by which an authenticator app learns the codes, '' without them.

        Raises:
            Conflict: the login is none or taken, the name is missing, the role is not the merchant's or the
                operator's, or the password is soon guessed.
        """
        login = login.strip().lower()
        if not LOGIN.match(login):
            said = f"{login!r} is no login: use 2 to 64 small letters, digits and . _ @ -"
            raise Conflict("login", said)
        if not name.strip() or not name.isprintable():
            raise Conflict("name", "the name is missing: write what colleagues call this person")
        _check_role(role, merchant, store)
        check_password(password, login)
        secret = new_secret() if totp else ""
        of = new_id(int(at.timestamp() * 1000))
        made = Staff(of, program, merchant, store, login, name.strip(), role, False, totp)
        kept = await hashed(password)
        sealed = self._vault.seal(secret) if secret else None
        try:
            row = (program, made.id, merchant, store, login, made.name, role, kept, sealed, at)
            await self._pool.execute(q("staff_add"), *row)
        except asyncpg.UniqueViolationError as taken:
            raise Conflict("login", f"the login {login!r} is taken: choose another") from taken
        return made, uri_of(secret, login, ISSUER) if secret else ""

    async def list(self, program: ProgramId, merchant: MerchantId | None = None) -> Sequence[Staff]:
        """The staff of a programme, or of one merchant of it."""
        return [staff_of(row) for row in await self._pool.fetch(q("staff_list"), program, merchant)]

    async def by_id(self, staff: Id) -> Staff | None:
        """One of the staff; None: there is no such person."""
        row = await self._pool.fetchrow(q("staff_by_id"), staff)
        return None if row is None else staff_of(row)

    async def by_login(self, login: str) -> Staff | None:
        """One of the staff by login; None: there is no such person."""
        row = await self._pool.fetchrow(q("staff_by_login"), login.strip().lower())
        return None if row is None else staff_of(row)

    async def check(self, login: str, password: str, code: str, at: datetime) -> Staff:
        """Who signs in: by password, then by the code of now, each code once.

        Five wrong tries in a row lock a login for fifteen minutes, whether or not there is one of that name:
        the same is answered, and the same time spent. A right password without a code counts as no try,
        nor does it forgive those before.

        Raises:
            SignInRefused: and why.
        """
        login = login.strip().lower()
        about = self._about(login)
        await self._take_try(about, at)
        row = await self._pool.fetchrow(q("staff_secrets"), login)
        if not await right(None if row is None else row["password"], password):
            raise SignInRefused("wrong")
        assert row is not None
        if row["totp"] is not None and not code.strip():
            await self._not_disabled(login)
            await self._pool.execute(q("login_try_back"), about)
            raise SignInRefused("code_needed", token=self._begun(login, row["password"], at))
        return await self._second(login, row["totp"], code, at)

    async def finish(self, token: str, code: str, at: datetime) -> Staff:
        """Who signs in whose password was right some minutes ago, by the token of then and the code of now.

        Raises:
            SignInRefused: and why; wrong where the token proves nothing any more.
        """
        begun = self._read_begun(token)
        if begun is None or at >= begun.until:
            raise SignInRefused("wrong")
        await self._take_try(self._about(begun.login), at)
        row = await self._pool.fetchrow(q("staff_secrets"), begun.login)
        if row is None or not hmac.compare_digest(begun.kept, self._kept(row["password"])):
            raise SignInRefused("wrong")
        return await self._second(begun.login, row["totp"], code, at)

    async def password_right(self, staff: Id, password: str, at: datetime) -> bool:
        """Whether it is somebody's password, for what is asked of who is signed in; tries count alike.

        Raises:
            SignInRefused: the login is locked.
        """
        login = (await self._known(staff)).login
        await self._take_try(self._about(login), at)
        row = await self._pool.fetchrow(q("staff_secrets"), login)
        if not await right(None if row is None else row["password"], password):
            return False
        await self._pool.execute(q("login_try_forget"), self._about(login))
        return True

    async def _second(self, login: str, totp: bytes | None, code: str, at: datetime) -> Staff:
        staff = await self._not_disabled(login)
        if totp is not None and not await self._use_code(staff.id, totp, code, at):
            raise SignInRefused("code_wrong")
        await self._pool.execute(q("login_try_forget"), self._about(login))
        return staff

    async def _not_disabled(self, login: str) -> Staff:
        staff = await self.by_login(login)
        if staff is None or staff.disabled:
            raise SignInRefused("disabled")
        return staff

    def _about(self, login: str) -> bytes:
        return self._vault.blind(f"login:{login}")

    def _kept(self, password: str) -> str:
        return self._vault.blind(f"password kept:{password}").hex()

    def _begun(self, login: str, password: str, at: datetime) -> str:
        begun = _Begun(login, self._kept(password), at + BEGUN_FOR)
        return base64.urlsafe_b64encode(self._vault.seal(_encode(begun).decode())).decode()

    def _read_begun(self, token: str) -> _Begun | None:
        try:
            return _begun(self._vault.open(base64.urlsafe_b64decode(token)))
        except (ValueError, InvalidTag, msgspec.DecodeError):
            return None

    async def code_right(self, staff: Id, code: str, at: datetime) -> bool:
        """Whether it is somebody's code of now, which is used up by asking; never without codes."""
        found = await self.by_id(staff)
        row = None if found is None else await self._pool.fetchrow(q("staff_secrets"), found.login)
        if row is None or row["totp"] is None:
            return False
        return await self._use_code(staff, row["totp"], code, at)

    async def _use_code(self, staff: Id, sealed: bytes, code: str, at: datetime) -> bool:
        step = step_of_code(self._vault.open(sealed), code, at)
        return step is not None and await self._pool.fetchval(q("staff_step"), staff, step) is not None

    async def _take_try(self, about: bytes, at: datetime) -> None:
        """One of the tries, taken before it is known whether it is right, so that none are had at once."""
        at = at.astimezone(UTC)
        tries = await self._pool.fetchval(q("login_try_take"), about, at, at - LOCKED_FOR)
        if tries is None:
            last: datetime = await self._pool.fetchval(q("login_try_last"), about) or at
            raise SignInRefused("locked", last + LOCKED_FOR)
        if tries == 1:
            await self._pool.execute(q("login_try_sweep"), at - FORGOTTEN_AFTER)

    async def disable(self, staff: Id, at: datetime) -> bool:
        """Let somebody sign in no more, and end where they are signed in; False: there is no such person."""
        found = await self._pool.fetchval(q("staff_disable"), staff, at) is not None
        await self._sign_out(staff)
        return found

    async def enable(self, staff: Id) -> bool:
        """Let somebody sign in again; False: there is no such person."""
        return await self._pool.fetchval(q("staff_disable"), staff, None) is not None

    async def set_password(self, staff: Id, password: str, at: datetime, keep: bytes = b"") -> None:
        """Set a password, and end where they are signed in, but for one session by the hash of its token.

        Raises:
            Conflict: it is soon guessed, or there is no such person.
        """
        found = await self._known(staff)
        check_password(password, found.login)
        await self._pool.execute(q("staff_password"), staff, await hashed(password), at)
        await self._sign_out(staff, keep)
        await self._pool.execute(q("login_try_forget"), self._about(found.login))

    async def renew_totp(self, staff: Id, keep: bytes = b"") -> str:
        """A new secret for somebody's codes; the address by which an authenticator app learns it.

        Codes of before are taken no more, and sessions end but for one by the hash of its token.

        Raises:
            Conflict: there is no such person.
        """
        found = await self._known(staff)
        secret = new_secret()
        await self._pool.execute(q("staff_totp"), staff, self._vault.seal(secret))
        await self._sign_out(staff, keep)
        return uri_of(secret, found.login, ISSUER)

    async def set_totp(self, staff: Id, secret: str, code: str, at: datetime, keep: bytes = b"") -> bool:
        """Let codes be those of a secret that an app has learnt already, as a code of it proves.

        False: the code is not that of the secret now, and nothing has changed.

        Raises:
            Conflict: there is no such person.
        """
        await self._known(staff)
        step = step_of_code(secret, code, at)
        if step is None:
            return False
        await self._pool.execute(q("staff_totp"), staff, self._vault.seal(secret))
        await self._pool.fetchval(q("staff_step"), staff, step)
        await self._sign_out(staff, keep)
        return True

    async def _known(self, staff: Id) -> Staff:
        found = await self.by_id(staff)
        if found is None:
            raise Conflict("staff", f"there is nobody of the id {staff}: look at the list of staff")
        return found

    async def _sign_out(self, staff: Id, keep: bytes = b"") -> None:
        await self._pool.execute(q("session_close_others"), None, staff, keep)


def staff_of(row: Any) -> Staff:
    """One of the staff, of a row of the named queries."""
    return Staff(*row)


def _check_role(role: Role, merchant: MerchantId | None, store: str) -> None:
    if role not in STAFF_ROLES:
        raise Conflict("role", f"{role!r} is no role of staff: use one of {', '.join(STAFF_ROLES)}")
    if (role in MERCHANT_ROLES) != (merchant is not None):
        said = "a merchant's: name the merchant" if merchant is None else "the operator's: name no merchant"
        raise Conflict("merchant", f"a {role} is {said}")
    if store and merchant is None:
        raise Conflict("store", "only a merchant's staff have a store: leave it out")
