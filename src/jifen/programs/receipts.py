"""Who was shown which terms, where and when; and how the notices of a version stand."""

from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

from jifen.parties.catalog import Conflict
from jifen.programs.publications import Publication
from jifen.programs.terms.naming import Language
from jifen.store.queries import q
from jifen.values.ids import ProgramId, WalletId, cell_of

Connection = Any
"""A connection of asyncpg, or a pool."""


class Receipt(msgspec.Struct, frozen=True):
    """A member saw a text, or said yes to it. text_hash: of the texts of that version, in hex."""

    version: int
    how: Literal["displayed", "acknowledged"]
    channel: str
    at: datetime
    language: Language
    text_hash: str


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """How the notices of a version stand: messages by state, and members without a delivered one.

    untold: the numbers of up to a hundred of them.
    """

    put: int
    states: dict[str, int]
    untold_members: int
    untold: tuple[str, ...]


async def record(
    conn: Connection, program: ProgramId, wallet: WalletId, publication: Publication, receipt: Receipt
) -> None:
    """Keep that a member saw or acknowledged the text of a version (COMPLIANCE R01).

    Raises:
        Conflict: the hash is not that of the version's text.
    """
    if receipt.text_hash != publication.terms_hash.hex():
        raise Conflict(
            "text_hash",
            f"{receipt.text_hash!r} is not the hash of version {publication.version}: show the text of "
            "GET /v1/terms, and send its hash",
        )
    await conn.execute(
        q("terms_receipt_add"),
        cell_of(wallet),
        wallet,
        receipt.version,
        receipt.how,
        receipt.channel,
        receipt.at.astimezone(UTC),
        program,
        receipt.language,
        publication.terms_hash,
    )


async def receipts(conn: Connection, wallet: WalletId) -> tuple[Receipt, ...]:
    """All of a member, newest first."""
    rows = await conn.fetch(q("terms_receipts"), cell_of(wallet), wallet)
    return tuple(
        Receipt(
            row["version"], row["how"], row["channel"], row["at"], row["language"], row["text_hash"].hex()
        )
        for row in rows
    )


async def told(conn: Connection, program: ProgramId, publication: Publication) -> Told | None:
    """How its notices stand; None: it needed none."""
    if not publication.notice_key:
        return None
    rows = await conn.fetch(q("publication_receipts"), program, publication.notice_key)
    states = {row["state"]: row["messages"] for row in rows}
    row = await conn.fetchrow(q("publication_untold"), program, publication.notice_key)
    return Told(
        put=sum(states.values()),
        states=states,
        untold_members=row["members"],
        untold=tuple(row["numbers"] or ()),
    )
