"""Cards: numbers that lead to a member, printed or hidden in a changing code; each given once."""

from datetime import datetime
from typing import Literal

import asyncpg
import msgspec

from jifen.parties.codes import NUMBER_DIGITS, some_digits
from jifen.parties.secrets import Vault
from jifen.store.queries import q
from jifen.values.ids import ProgramId, WalletId, cell_of, hashed_id

What = Literal["card", "code"]

NUMBERS_TRIED = 20
"""So many numbers are tried for one card: each is taken already with the part of 10^10 that is given out."""

RACES = 3
"""How often it is looked again because another request issued a card to the same member meanwhile."""


class Card(msgspec.Struct, frozen=True):
    """A card. number: the ten digits that lead to the member; stopped_for: why it works no more."""

    number: str
    what: What
    issued_at: datetime
    stopped_at: datetime | None
    stopped_for: str | None


class Cards:
    """Issues and stops cards, and finds whose they are."""

    def __init__(self, pool: asyncpg.Pool, vault: Vault) -> None:
        self._pool = pool
        self._vault = vault

    async def issue(
        self, program: ProgramId, wallet: WalletId, what: What, fact: tuple[str, str], why: str, at: datetime
    ) -> Card:
        """Give a member a card; one that worked before stops at once, for the reason given.

        fact: source and key. A repeat gets the first answer, also where that card was stopped since. The
        number is reserved first, in a step of its own that a repeat finds done, and booked second.
        """
        place = (cell_of(wallet), wallet)
        for race in range(RACES):
            known = await self._pool.fetchrow(q("card_by_key"), *place, *fact)
            if known is not None:
                return Card(*known)
            number = await self._reserve(program, wallet, fact)
            try:
                async with self._pool.acquire() as conn, conn.transaction():
                    await conn.execute(q("card_stop"), *place, what, at, why)
                    await conn.execute(q("card_add"), *place, number, program, what, *fact, at)
                return Card(number, what, at, None, None)
            except asyncpg.UniqueViolationError:
                if race == RACES - 1:
                    raise
        raise AssertionError("every round returns or raises")

    async def stop(self, wallet: WalletId, what: What, why: str, at: datetime) -> None:
        """Stop the card that works, if there is one."""
        await self._pool.execute(q("card_stop"), cell_of(wallet), wallet, what, at, why)

    async def hidden_number(self, program: ProgramId, wallet: WalletId, at: datetime) -> str:
        """The number inside a member's changing codes; given when the first is asked for."""
        row = await self._pool.fetchrow(q("card_working"), cell_of(wallet), wallet, "code")
        if row is not None:
            return Card(*row).number
        return (await self.issue(program, wallet, "code", ("", "code"), "replaced", at)).number

    async def whose(self, program: ProgramId, number: str, what: What) -> tuple[WalletId, Card] | None:
        """The member to whom a number leads, with the card; None: no card of that kind has it."""
        cell = _cell(program, number)
        wallet: WalletId | None = await self._pool.fetchval(q("card_number_wallet"), cell, program, number)
        if wallet is None:
            return None
        row = await self._pool.fetchrow(q("card_by_number"), cell_of(wallet), wallet, number)
        return None if row is None or row["what"] != what else (wallet, Card(*row))

    async def every(self, wallet: WalletId) -> list[Card]:
        """All printed cards that a member ever had, the newest first."""
        return [Card(*row) for row in await self._pool.fetch(q("cards_list"), cell_of(wallet), wallet)]

    async def _reserve(self, program: ProgramId, wallet: WalletId, fact: tuple[str, str]) -> str:
        for attempt in range(NUMBERS_TRIED):
            text = "\x1f".join(("card number", str(program), str(wallet), *fact, str(attempt)))
            number = some_digits(self._vault, text, NUMBER_DIGITS)
            cell = _cell(program, number)
            try:
                await self._pool.execute(q("card_number_add"), cell, program, number, wallet)
                return number
            except asyncpg.UniqueViolationError:
                if await self._pool.fetchval(q("card_number_wallet"), cell, program, number) == wallet:
                    return number
        raise RuntimeError(f"{NUMBERS_TRIED} card numbers in a row are taken: too many were given out")


def _cell(program: ProgramId, number: str) -> int:
    return cell_of(hashed_id("card number", str(program), number))
