"""How members can be reached beside the phone: language, e-mail, push token, WeChat; each address sealed."""

from datetime import UTC, datetime
from typing import Any, Protocol

import msgspec

from jifen.messages.definition import Language
from jifen.store.queries import q
from jifen.values.ids import ProgramId, WalletId, cell_of

Connection = Any
"""A connection of asyncpg, of its own or from a pool."""


class Seal(Protocol):
    """Encrypts what is personal; the Vault of parties does."""

    def seal(self, text: str) -> bytes: ...
    def open(self, sealed: bytes) -> str: ...


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """Addresses of a member. push: the app's token; wechat: the openid in the mini-program.

    subscriptions: unused ones, by the id of WeChat's template; each is one message.
    """

    language: Language = "zh"
    email: str | None = None
    push: str | None = None
    wechat: str | None = None
    subscriptions: dict[str, int] = {}


async def contact_of(conn: Connection, seal: Seal, wallet: WalletId) -> Contact:
    """How a member can be reached; an empty contact where nothing is known."""
    row = await conn.fetchrow(q("contact_get"), cell_of(wallet), wallet)
    if row is None:
        return Contact()
    subscriptions = await conn.fetch(q("contact_subscriptions"), cell_of(wallet), wallet)

    def opened(name: str) -> str | None:
        return None if row[name] is None else seal.open(row[name])

    return Contact(
        language=row["language"],
        email=opened("email"),
        push=opened("push"),
        wechat=opened("wechat"),
        subscriptions={one["template"]: one["remaining"] for one in subscriptions},
    )


async def set_contact(
    conn: Connection, seal: Seal, program: ProgramId, wallet: WalletId, contact: Contact, at: datetime
) -> None:
    """Set how a member can be reached, all of it: what is not given is removed."""

    def sealed(text: str | None) -> bytes | None:
        return None if text is None else seal.seal(text)

    place = (cell_of(wallet), wallet)
    counts = {template: count for template, count in contact.subscriptions.items() if count}
    async with conn.transaction():
        await conn.execute(
            q("contact_set"),
            *place,
            program,
            contact.language,
            sealed(contact.email),
            sealed(contact.push),
            sealed(contact.wechat),
            at.astimezone(UTC),
        )
        await conn.execute(q("contact_subscribe"), *place, list(counts), list(counts.values()))
