"""Members and their wallets. A phone is sealed and found blind; it is never the member's key."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

import asyncpg
import msgspec

from jifen.parties.catalog import Conflict
from jifen.parties.secrets import Vault
from jifen.parties.traits import note, traits_of
from jifen.rules.person import Belonging, Family, Person, person_text
from jifen.store.queries import q
from jifen.values.ids import Id, MemberId, ProgramId, WalletId, cell_of, hashed_id, new_id

PHONE = re.compile(r"^1[3-9][0-9]{9}$")
CACHED = 200_000
NAMELESS: Mapping[str, str] = MappingProxyType({})


class Member(msgspec.Struct, frozen=True):
    """A member: the number is the programme's own and stays; the phone may change hands."""

    id: MemberId
    number: str
    wallet: WalletId
    name: str
    joined_at: datetime
    phone: str | None
    household: Id | None


class Joining(msgspec.Struct, frozen=True):
    """Who is to be enrolled. device, payer: what the app and the cashier know them by (parties/traits.py)."""

    number: str
    name: str = ""
    phone: str | None = None
    inviter: WalletId | None = None
    device: str | None = None
    payer: str | None = None


def number_cell(program: ProgramId, number: str) -> int:
    """The cell of the row that leads from a number to its wallet."""
    return cell_of(hashed_id("member number", str(program), number))


class Members:
    """Enrols members and finds their wallets."""

    def __init__(self, pool: asyncpg.Pool, vault: Vault) -> None:
        self._pool = pool
        self._vault = vault
        self._wallets: dict[tuple[ProgramId, str], WalletId] = {}

    async def enrol(self, program: ProgramId, joining: Joining, at: datetime) -> WalletId:
        """Enrol one member and open the wallet.

        Raises:
            Conflict: the number or the phone belongs to another member, or the phone is none.
        """
        phone = None if joining.phone is None else normal_phone(joining.phone)
        ms = int(at.timestamp() * 1000)
        member, wallet = MemberId(new_id(ms)), WalletId(new_id(ms))
        try:
            async with self._pool.acquire() as conn, conn.transaction():
                await conn.execute(
                    q("member_number_add"),
                    number_cell(program, joining.number),
                    program,
                    joining.number,
                    wallet,
                )
                if phone is not None:
                    blind = self._vault.blind(f"{program}:{phone}")
                    await conn.execute(q("phone_add"), blind[0], program, blind, wallet)
                await conn.execute(
                    q("wallet_add"), cell_of(wallet), wallet, program, None, False, at, joining.inviter
                )
                if joining.inviter is not None:
                    await conn.execute(
                        q("referral_add"), cell_of(wallet), program, wallet, joining.inviter, at
                    )
                await conn.execute(
                    q("member_add"),
                    cell_of(wallet),
                    member,
                    program,
                    joining.number,
                    wallet,
                    None if phone is None else self._vault.seal(phone),
                    joining.name,
                    at,
                )
                traits = traits_of(
                    self._vault, program, device=joining.device, payer=joining.payer, phone=phone
                )
                if traits:
                    await note(conn, program, wallet, traits, at)
        except asyncpg.UniqueViolationError as taken:
            field = "phone" if taken.constraint_name == "a_phone_belongs_to_one_member" else "number"
            raise Conflict(
                field,
                f"the {field} belongs to a member already: look that member up instead of enrolling again",
            ) from taken
        return wallet

    async def enrol_all(
        self, program: ProgramId, numbers: Sequence[str], at: datetime, names: Mapping[str, str] = NAMELESS
    ) -> int:
        """Enrol many members by number in one transaction; those that exist stay. How many are new.

        names: what they are called, by their numbers, where that is known.
        """
        ms = int(at.timestamp() * 1000)
        known = await self.wallets(program, numbers)
        fresh = [number for number in dict.fromkeys(numbers) if number not in known]
        wallets = [WalletId(new_id(ms)) for _ in fresh]
        async with self._pool.acquire() as conn, conn.transaction():
            rows = [
                (number_cell(program, number), program, number, wallet)
                for number, wallet in zip(fresh, wallets, strict=True)
            ]
            await conn.executemany(q("member_number_add"), rows)
            await conn.executemany(
                q("wallet_add"),
                [(cell_of(wallet), wallet, program, None, False, at, None) for wallet in wallets],
            )
            await conn.executemany(
                q("member_add"),
                [
                    (cell_of(wallet), new_id(ms), program, number, wallet, None, names.get(number, ""), at)
                    for number, wallet in zip(fresh, wallets, strict=True)
                ],
            )
        return len(fresh)

    async def wallets(self, program: ProgramId, numbers: Sequence[str]) -> dict[str, WalletId]:
        """The wallets of members by number; unknown numbers are left out. A number never changes hands."""
        cache = self._wallets
        found: dict[str, WalletId] = {}
        missing: list[str] = []
        for number in dict.fromkeys(numbers):
            wallet = cache.get((program, number))
            if wallet is None:
                missing.append(number)
            else:
                found[number] = wallet
        if missing:
            cells = [number_cell(program, number) for number in missing]
            rows = await self._pool.fetch(q("wallets_by_number"), cells, missing, program)
            if len(cache) + len(rows) > CACHED:
                cache.clear()
            for number, wallet in rows:
                found[number] = cache[(program, number)] = wallet
        return found

    def cached(self, program: ProgramId, number: str) -> WalletId | None:
        """The wallet of a member whose number was looked up before."""
        return self._wallets.get((program, number))

    async def by_phone(self, program: ProgramId, phone: str) -> WalletId | None:
        """The wallet of the member with that phone; None: nobody has it."""
        blind = self._vault.blind(f"{program}:{normal_phone(phone)}")
        wallet: WalletId | None = await self._pool.fetchval(q("wallet_by_phone"), blind[0], program, blind)
        return wallet

    async def member(self, wallet: WalletId) -> Member | None:
        """The member whose wallet it is; None for a household's pool."""
        row = await self._pool.fetchrow(q("member_by_wallet"), cell_of(wallet), wallet)
        if row is None:
            return None
        phone = None if row["phone"] is None else self._vault.open(row["phone"])
        return Member(
            row["id"], row["number"], wallet, row["name"], row["joined_at"], phone, row["household"]
        )

    async def open_household(
        self, program: ProgramId, number: str, wallets: Sequence[WalletId], at: datetime
    ) -> WalletId:
        """Import a household with a pool of its own, found under a number like a member's.

        It writes no entries, so no engine may have these wallets at hand: where members are served,
        a household is opened by the command of the mall.

        Raises:
            Conflict: the number is taken, or a member is in a household already.
        """
        ms = int(at.timestamp() * 1000)
        household, pool = new_id(ms), WalletId(new_id(ms))
        try:
            async with self._pool.acquire() as conn, conn.transaction():
                await conn.execute(
                    q("member_number_add"), number_cell(program, number), program, number, pool
                )
                await conn.execute(q("wallet_add"), cell_of(pool), pool, program, household, True, at, None)
                belonging = msgspec.json.encode(Belonging(str(pool), at)).decode()
                joined = await conn.fetch(
                    q("household_join"),
                    [cell_of(wallet) for wallet in wallets],
                    wallets,
                    household,
                    program,
                    belonging,
                )
                family = Family(number, tuple(str(wallet) for wallet in wallets))
                await conn.execute(q("pool_facts"), cell_of(pool), pool, person_text(Person(family=family)))
                if len(joined) != len(wallets):
                    raise Conflict(
                        "members", "a member is in a household already, or is not of this programme"
                    )
        except asyncpg.UniqueViolationError as taken:
            raise Conflict("number", f"the number {number!r} is taken: choose another") from taken
        return pool


def normal_phone(text: str) -> str:
    """A mainland mobile number as eleven digits.

    Raises:
        Conflict: it is not one.
    """
    digits = re.sub(r"[\s-]", "", text)
    digits = digits.removeprefix("+86")
    if not PHONE.match(digits):
        raise Conflict(
            "phone", f"{text!r} is no mainland mobile number: send eleven digits that begin with 13 to 19"
        )
    return digits
