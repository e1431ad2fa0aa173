"""Traits by which linked accounts are found: device, payment fingerprint, phone; kept as keyed hashes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

import asyncpg
import msgspec

from jifen.parties.secrets import Vault
from jifen.store.queries import q
from jifen.values.ids import ProgramId, WalletId, cell_of

Kind = Literal["device", "payer", "phone"]


class Trait(msgspec.Struct, frozen=True):
    """A trait of a member. blind: what it is found by, and cannot be read from."""

    kind: Kind
    blind: bytes


def traits_of(
    vault: Vault,
    program: ProgramId,
    *,
    device: str | None = None,
    payer: str | None = None,
    phone: str | None = None,
) -> tuple[Trait, ...]:
    """The traits that were given, each hashed with the installation's secret, its kind and the programme."""
    given: tuple[tuple[Kind, str | None], ...] = (("device", device), ("payer", payer), ("phone", phone))
    return tuple(
        [Trait(kind, vault.blind(f"trait:{program}:{kind}:{value}")) for kind, value in given if value]
    )


async def note(
    conn: Any, program: ProgramId, wallet: WalletId, traits: Sequence[Trait], at: datetime
) -> None:
    """Remember traits of a member; those that are known stay as they are."""
    rows = [(cell_of(wallet), wallet, trait.blind, program, trait.kind, at) for trait in traits]
    await conn.executemany(q("trait_add"), rows)


def effects(program: ProgramId, traits: Sequence[Trait], at: datetime) -> list[tuple[str, dict[str, Any]]]:
    """The same as effects of a plan, in the commit of its entry but not in what is hashed."""
    return [
        (
            "trait",
            {"program": program, "blind": trait.blind.hex(), "kind": trait.kind, "seen_at": at},
        )
        for trait in traits
    ]


async def shared_by(
    pool: asyncpg.Pool, invitee: WalletId, inviter: WalletId, invited_at: datetime
) -> list[str]:
    """The kinds of traits that an invited member shares with the inviter, or with whom they invited before.

    Source: SCENARIOS S22, COMPLIANCE §3 (nobody is to invite themselves, under whatever name).
    """
    rows = await pool.fetch(q("traits_shared"), cell_of(invitee), invitee, inviter, invited_at)
    return [row["kind"] for row in rows]
