"""Passwords and one-time codes of staff: how they are hashed, made and checked."""

import asyncio
import hmac
import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import cache

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from jifen.parties.catalog import Conflict

SHORTEST = 10
LONGEST = 200
"""Letters of a password: at least so many, and at most what is hashed without being a burden."""

STEP_S = 30
"""A one-time code is another one after so many seconds (RFC 6238)."""

STEPS_AROUND = 1
"""So many steps before and after that of now are taken too, for clocks that differ (RFC 6238, 5.2)."""

HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""Argon2id with 19 MiB, two rounds and one lane, as OWASP's cheat sheet of password storage asks at least."""

THREADS = ThreadPoolExecutor(2, "jifen-password")
"""At most so many passwords are hashed at once, each in 19 MiB."""


def check_password(password: str, login: str) -> None:
    """Refuse a password that is soon guessed.

    Raises:
        Conflict: it is too short or too long, a few letters again and again, or holds the login.
    """
    if len(password) < SHORTEST:
        said = f"the password has {len(password)} letters: choose one of {SHORTEST} or more"
    elif len(password) > LONGEST:
        said = f"the password has {len(password)} letters: choose one of at most {LONGEST}"
    elif len(set(password)) < 4:
        said = "the password repeats a few letters: choose one with more different ones"
    elif len(login) >= 4 and login.lower() in password.lower():
        said = "the password holds the login: choose one without it"
    else:
        return
    raise Conflict("password", said)


async def hashed(password: str) -> str:
    """The hash under which a password is kept."""
    return await asyncio.get_running_loop().run_in_executor(THREADS, HASHER.hash, password)


async def right(kept: str | None, password: str) -> bool:
    """Whether it is the password that was kept. Where none is, the same time is spent, and it is not."""
    checked = kept if kept is not None else await _nobodys()
    # What is longer than any password would only cost time.
    found = await asyncio.get_running_loop().run_in_executor(THREADS, _verify, checked, password[:LONGEST])
    return found and kept is not None and len(password) <= LONGEST


def _verify(kept: str, password: str) -> bool:
    try:
        return HASHER.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False


async def _nobodys() -> str:
    return await asyncio.get_running_loop().run_in_executor(THREADS, _made_up)


@cache
def _made_up() -> str:
    return HASHER.hash(secrets.token_urlsafe(32))


def new_secret() -> str:
    """A new secret for one-time codes: 160 random bits, in Base32."""
    return pyotp.random_base32()


def uri_of(secret: str, login: str, issuer: str) -> str:
    """What an authenticator app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=issuer)


def step_of_code(secret: str, code: str, at: datetime) -> int | None:
    """The step whose code it is, of those around an instant; None: it is none of theirs."""
    digits = code.replace(" ", "")
    if len(digits) != 6 or not (digits.isascii() and digits.isdigit()):
        return None
    here = int(at.timestamp()) // STEP_S
    codes = pyotp.TOTP(secret, interval=STEP_S)
    found = None
    for step in range(here - STEPS_AROUND, here + STEPS_AROUND + 1):
        if hmac.compare_digest(codes.generate_otp(step), digits):
            found = step
    return found
