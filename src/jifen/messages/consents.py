"""The consent ledger: who agreed to what, in which words, and took it back as easily (COMPLIANCE §4)."""

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import asyncpg
import msgspec

from jifen.messages.events import MessageRefused
from jifen.store.queries import q
from jifen.values.ids import ProgramId, WalletId, cell_of

Connection = Any
"""A connection of asyncpg, of its own or from a pool."""

PURPOSES = ("marketing", "birthday", "child", "credit", "sharing", "personalised", "location", "guardian")
"""What can be agreed to. `sharing` names a merchant behind a colon (PIPL 23), `child` may name a child;
`guardian` names the wallet of a member under 14, and its lines come with the command that makes them hold."""

PURPOSE = re.compile(r"^(?P<of>[a-z]+)(?::(?P<whom>[A-Za-z0-9][A-Za-z0-9_.-]{0,63}))?$")
RACES = 5
"""How often a line is added again because another was added to the same purpose at the same time."""


class Consent(msgspec.Struct, frozen=True):
    """One line of the ledger: given or withdrawn, on which text (its SHA-256 in hex) of which version."""

    purpose: str
    no: int
    given: bool
    version: str
    text_hash: str
    channel: str
    at: datetime


def text_digest(text: str) -> bytes:
    """The hash of the words that were shown, as the ledger keeps it."""
    return hashlib.sha256(text.encode()).digest()


def check_purpose(purpose: str) -> None:
    """Refuse a purpose that nobody can agree to.

    Raises:
        MessageRefused: it is not known, or sharing names no merchant.
    """
    found = PURPOSE.match(purpose)
    if found is None or found["of"] not in PURPOSES or (found["whom"] and found["of"] not in _NAMING):
        raise MessageRefused(
            "purpose",
            f"{purpose!r} is no purpose: use one of {', '.join(PURPOSES)}, and sharing as sharing:<merchant>",
        )
    if found["of"] == "sharing" and not found["whom"]:
        raise MessageRefused(
            "purpose", "sharing names no merchant: write sharing:<the merchant's code> (PIPL 23)"
        )


_NAMING = ("sharing", "child", "guardian")


async def give(
    conn: Connection,
    program: ProgramId,
    wallet: WalletId,
    purpose: str,
    *,
    text: str,
    version: str,
    channel: str,
    at: datetime,
) -> None:
    """A member agrees to a purpose. text: the very words that were shown, of which the hash is kept.

    Raises:
        MessageRefused: there is no such purpose, or no text was shown.
    """
    check_purpose(purpose)
    _not_by_command(purpose)
    if not text.strip():
        raise MessageRefused("text", "nothing was shown: send the words that the member agreed to")
    await _add(conn, program, wallet, purpose, True, text, version, channel, at)


async def withdraw(
    conn: Connection,
    program: ProgramId,
    wallet: WalletId,
    purpose: str,
    *,
    channel: str,
    at: datetime,
    text: str = "",
    version: str = "",
) -> None:
    """A member takes a consent back; nothing has to be said or shown for it, and it holds at once.

    Raises:
        MessageRefused: there is no such purpose.
    """
    check_purpose(purpose)
    _not_by_command(purpose)
    await _add(conn, program, wallet, purpose, False, text, version, channel, at)


def _not_by_command(purpose: str) -> None:
    if purpose.startswith("guardian"):
        raise MessageRefused(
            "purpose", f"{purpose!r} is given and withdrawn at /v1/members/{{number}}/guardian: use that"
        )


async def _add(
    conn: Connection,
    program: ProgramId,
    wallet: WalletId,
    purpose: str,
    given: bool,
    text: str,
    version: str,
    channel: str,
    at: datetime,
) -> None:
    digest = text_digest(text)
    place = (cell_of(wallet), wallet, purpose, program)
    for race in range(RACES):
        try:
            async with conn.transaction():
                await conn.execute(
                    q("consent_add"), *place, given, version, digest, channel, at.astimezone(UTC)
                )
            return
        except asyncpg.UniqueViolationError:
            if race == RACES - 1:
                raise


async def lines(conn: Connection, wallet: WalletId, purpose: str | None = None) -> list[Consent]:
    """A member's whole ledger, or its part about one purpose, oldest first."""
    rows = await conn.fetch(q("consent_lines"), cell_of(wallet), wallet, purpose)
    return [
        Consent(
            row["purpose"],
            row["no"],
            row["given"],
            row["version"],
            row["text_hash"].hex(),
            row["channel"],
            row["at"],
        )
        for row in rows
    ]


async def holds(conn: Connection, program: ProgramId, wallet: WalletId, purpose: str) -> bool:
    """Whether a member's last word on a purpose was yes."""
    return wallet in await consenting(conn, program, purpose, [wallet])


async def consenting(
    conn: Connection, program: ProgramId, purpose: str, wallets: Sequence[WalletId]
) -> set[WalletId]:
    """Those of some members whose last word on a purpose was yes."""
    cells = [cell_of(wallet) for wallet in wallets]
    rows = await conn.fetch(q("consent_holding"), cells, list(wallets), purpose, program)
    return {row["wallet"] for row in rows}
