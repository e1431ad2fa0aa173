"""Households as they are read, and the wallets of their pools; their changes are commands of the mall."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg
import msgspec

from jifen.parties.catalog import Conflict
from jifen.parties.members import number_cell
from jifen.rules.person import Person, read_person
from jifen.store.queries import q
from jifen.values.ids import Id, ProgramId, WalletId, cell_of, hashed_id, parse_id


class Kin(msgspec.Struct, frozen=True):
    """A wallet with its household, and what decisions read of its holder."""

    wallet: WalletId
    household: Id | None
    person: Person

    @property
    def home(self) -> WalletId | None:
        """The wallet of the pool of its household; None: it is in none."""
        home = self.person.household.home
        return WalletId(parse_id(home)) if home else None

    @property
    def members(self) -> list[WalletId]:
        """Of a pool: the wallets of the members, the head first."""
        family = self.person.family
        return [WalletId(parse_id(one)) for one in (family.members if family else ())]


class Invitation(msgspec.Struct, frozen=True):
    """An invitation that can still be answered. home: the wallet of the household's pool."""

    id: Id
    household: Id
    home: WalletId
    inviter: WalletId
    invited_at: datetime
    ends_at: datetime


def pool_of(program: ProgramId, number: str) -> tuple[Id, WalletId]:
    """The household and the wallet of the pool that are opened under a number; the same for every repeat."""
    return (
        hashed_id("household", str(program), number),
        WalletId(hashed_id("household pool", str(program), number)),
    )


async def open_pool(pool: asyncpg.Pool, program: ProgramId, number: str, at: datetime) -> None:
    """Let the pool's wallet be there under its number; its household begins by a command.

    Raises:
        Conflict: the number is a member's, or another household's.
    """
    household, wallet = pool_of(program, number)
    try:
        async with pool.acquire() as conn, conn.transaction():
            await conn.execute(q("member_number_add"), number_cell(program, number), program, number, wallet)
            await conn.execute(q("wallet_add"), cell_of(wallet), wallet, program, household, True, at, None)
    except asyncpg.UniqueViolationError as taken:
        rows = await pool.fetch(q("wallets_by_number"), [number_cell(program, number)], [number], program)
        if not rows or rows[0]["wallet"] != wallet:
            raise Conflict("number", f"the number {number!r} is taken: choose another") from taken


async def kin(pool: asyncpg.Pool, wallets: Sequence[WalletId]) -> dict[WalletId, Kin]:
    """Some wallets with their households; those that are not there are left out."""
    cells = [cell_of(wallet) for wallet in wallets]
    rows = await pool.fetch(q("household_facts"), cells, list(wallets))
    return {row["id"]: Kin(row["id"], row["household"], read_person(row["facts"])) for row in rows}


async def numbers_of(pool: asyncpg.Pool, wallets: Sequence[WalletId]) -> dict[WalletId, str]:
    """The numbers of the members whose wallets they are; a pool has none here."""
    rows = await pool.fetch(q("household_numbers"), [cell_of(wallet) for wallet in wallets], list(wallets))
    return {row["wallet"]: row["number"] for row in rows}


async def invitations_of(pool: asyncpg.Pool, wallet: WalletId, at: datetime) -> list[Invitation]:
    """The invitations that a wallet's holder can still answer, the newest first."""
    rows = await pool.fetch(q("household_invitations"), cell_of(wallet), wallet, at)
    return [Invitation(*row) for row in rows]


async def maker_of(pool: asyncpg.Pool, program: ProgramId, offer: Id) -> WalletId | None:
    """The wallet in which a joint offer was made; None: no entry has that id."""
    found: WalletId | None = await pool.fetchval(q("joint_offer_at"), cell_of(offer), offer, program)
    return found
