"""Who stands at the till: known by a changing code, a card, or a phone that answered."""

import hmac
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import asyncpg
import msgspec

from jifen.books.refusals import Code, Refusal
from jifen.parties.cards import Cards
from jifen.parties.codes import card_number, read_code, some_digits
from jifen.parties.members import Members
from jifen.parties.secrets import Vault
from jifen.store.queries import q
from jifen.values.ids import Id, MerchantId, ProgramId, WalletId, cell_of, hashed_id

How = Literal["code", "card", "phone"]

LIVES = timedelta(minutes=10)
"""So long a member is known at a till."""

CODE_LIVES = timedelta(minutes=5)
"""So long the code that was sent to a phone is taken."""

TRIES = 5
"""So often the code that was sent to a phone may be tried; the table holds it."""

SENT_DIGITS = 6

WINDOW = timedelta(minutes=10)
DAY = timedelta(days=1)
FAILURES_MOST = 50
"""So many guesses an API key has in a window. At 3 in 10^8 each, a right one comes once in twelve years, even
if all 10^10 numbers were given out."""

SENDS_MOST = ((WINDOW, 3), (DAY, 10))
"""So many codes a phone is sent at most, whoever asks, and whether or not it is a member's."""


class Asked(msgspec.Struct, frozen=True):
    """Who asks at which till, and under which key. asked: a keyed hash of what was sent."""

    program: ProgramId
    merchant: MerchantId | None
    source: str
    key: str
    asked: bytes
    now: datetime

    @property
    def id(self) -> Id:
        """The id of the identification: the same for every repeat."""
        return hashed_id("identification", str(self.program), self.source, self.key)


class Identification(msgspec.Struct, frozen=True):
    """Somebody at a till. wallet: None until a phone has answered. until: so long the member is known."""

    id: Id
    merchant: MerchantId | None
    wallet: WalletId | None
    how: How
    asked: bytes
    made_at: datetime
    code_until: datetime | None = None
    tries: int = 0
    confirmed_at: datetime | None = None
    until: datetime | None = None

    @property
    def known(self) -> bool:
        """Whether a member is known by it."""
        return self.confirmed_at is not None

    def fresh(self, now: datetime) -> bool:
        """Whether it proves that the member stands there: a card can be in anybody's hand."""
        return self.known and self.how != "card" and self.until is not None and now < self.until


class Identifying:
    """Makes identifications and finds them."""

    def __init__(self, pool: asyncpg.Pool, vault: Vault, members: Members) -> None:
        self._pool = pool
        self._vault = vault
        self._members = members
        self._cards = Cards(pool, vault)

    async def found(self, program: ProgramId, of: Id) -> Identification | None:
        """An identification by its id."""
        row = await self._pool.fetchrow(q("identification_get"), cell_of(of), of, program)
        return None if row is None else Identification(*row)

    async def repeated(self, asked: Asked) -> Identification | Refusal | None:
        """What was answered to this key before; None: it is new."""
        before = await self.found(asked.program, asked.id)
        if before is not None and before.asked != asked.asked:
            said = f"key {asked.key!r} names another identification: send this one under a new key"
            return Refusal(Code.KEY_REUSED, said)
        return before

    async def by_code(self, asked: Asked, code: str, at: datetime) -> Identification | Refusal:
        """Know a member by the changing code of the app, once.

        at: the real time, which codes go by even where the programme's clock stands.
        """
        if (refusal := await self._guessed_out(asked)) is not None:
            return refusal
        read = read_code(self._vault, asked.program, code, at)
        found = None if read is None else await self._cards.whose(asked.program, read.number, "code")
        if read is None or found is None or found[1].stopped_at is not None:
            await self._count_failure(asked)
            return _refused(
                "unknown", "the code is nobody's: let the member show the code again, and scan it"
            )
        if read.late:
            said = "the time of this code is over: let the member's app show a new one, and scan that"
            return _refused("late", said)
        wallet = found[0]
        place = (cell_of(wallet), wallet, read.step)
        try:
            await self._pool.execute(q("code_use_add"), *place, asked.id)
        except asyncpg.UniqueViolationError:
            if await self._pool.fetchval(q("code_use_by"), *place) != asked.id:
                said = "the code was used before: wait for the next one, which comes within half a minute"
                return _refused("used", said)
        return await self._known(asked, wallet, "code")

    async def by_card(self, asked: Asked, card: str) -> Identification | Refusal:
        """Know a member by a printed card: weaker, for anybody may hold it."""
        if (refusal := await self._guessed_out(asked)) is not None:
            return refusal
        number = card_number(card)
        found = None if number is None else await self._cards.whose(asked.program, number, "card")
        if found is None:
            await self._count_failure(asked)
            return _refused("unknown", "the card is nobody's: read it again, or ask for the phone")
        if found[1].stopped_at is not None:
            return _refused("stopped", "the card was stopped: ask the member for the code of the app")
        return await self._known(asked, found[0], "card")

    async def by_phone(self, asked: Asked, phone: str) -> Identification | Refusal:
        """Wait for a phone to answer. What is told of it is the same whether or not it is a member's.

        phone: eleven digits. The caller puts the code into the outbox, where there is a member.
        """
        about = f"codes to:{phone}"
        for span, most in SENDS_MOST:
            if await self._tries(asked, about, span) >= most:
                later = since(asked.now, span) + span
                said = (
                    f"{most} codes were sent to this phone: let the member show the app's code, or ask again "
                    f"at {later.isoformat()}"
                )
                return _refused("too_many", said, again_at=later.isoformat())
        for span, _ in SENDS_MOST:
            await self._try(asked, about, span)
        wallet = await self._members.by_phone(asked.program, phone)
        made = Identification(
            asked.id, asked.merchant, wallet, "phone", asked.asked, asked.now, asked.now + CODE_LIVES
        )
        code = self.sent(made)
        # Of a phone that is nobody's the hash is of something that no till can send.
        kept = self._hash(made.id, code if wallet is not None else f"nobody:{code}")
        return await self._add(asked, made, kept)

    def sent(self, waiting: Identification) -> str:
        """The code that is sent to the phone: always the same, since a request may come again."""
        return some_digits(self._vault, f"code sent:{waiting.id}", SENT_DIGITS)

    async def confirm(self, asked: Asked, of: Id, code: str) -> Identification | Refusal:
        """Know the member whose phone has answered. Five tries, five minutes; a repeat answers again."""
        made = await self.found(asked.program, of)
        if made is None or made.how != "phone" or made.merchant != asked.merchant:
            return _refused("unknown", "there is no such code to confirm: ask for one, and send its id")
        place = (cell_of(of), of)
        if made.known:
            kept = await self._pool.fetchval(q("identification_code"), *place)
            if kept is not None and hmac.compare_digest(kept, self._hash(of, code)):
                return made
            return _refused("confirmed", "it was confirmed before, with another code: look at it")
        if (refusal := await self._guessed_out(asked)) is not None:
            return refusal
        kept = await self._pool.fetchval(q("identification_guess"), *place, asked.now)
        if kept is None:
            return _refused("over", "the code's time or tries are over: send another code to the phone")
        if not hmac.compare_digest(kept, self._hash(of, code)):
            await self._count_failure(asked)
            left = max(0, TRIES - made.tries - 1)
            said = f"that is not the code that was sent: {left} tries are left, then send another"
            return _refused("wrong", said, tries_left=left)
        await self._pool.execute(q("identification_confirm"), *place, asked.now, asked.now + LIVES)
        known = await self.found(asked.program, of)
        assert known is not None
        return known

    async def _known(self, asked: Asked, wallet: WalletId, how: How) -> Identification | Refusal:
        until = asked.now + LIVES
        made = Identification(
            asked.id,
            asked.merchant,
            wallet,
            how,
            asked.asked,
            asked.now,
            confirmed_at=asked.now,
            until=until,
        )
        return await self._add(asked, made, None)

    async def _add(self, asked: Asked, made: Identification, code_hash: bytes | None) -> Identification:
        """Write it down; where the same request did so meanwhile, its answer stands."""
        try:
            await self._pool.execute(
                q("identification_add"),
                cell_of(made.id),
                made.id,
                asked.program,
                made.merchant,
                made.wallet,
                made.how,
                made.asked,
                made.made_at,
                code_hash,
                made.code_until,
                made.confirmed_at,
                made.until,
            )
        except asyncpg.UniqueViolationError:
            before = await self.found(asked.program, made.id)
            assert before is not None
            return before
        return made

    def _hash(self, of: Id, code: str) -> bytes:
        return self._vault.blind(f"code kept:{of}:{code}")

    async def _guessed_out(self, asked: Asked) -> Refusal | None:
        if await self._tries(asked, f"failures:{asked.source}", WINDOW) < FAILURES_MOST:
            return None
        later = since(asked.now, WINDOW) + WINDOW
        said = f"{FAILURES_MOST} codes and cards of this key were nobody's: ask again at {later.isoformat()}"
        return _refused("too_many", said, again_at=later.isoformat())

    async def _count_failure(self, asked: Asked) -> None:
        await self._try(asked, f"failures:{asked.source}", WINDOW)

    async def _tries(self, asked: Asked, about: str, span: timedelta) -> int:
        return await self._pool.fetchval(q("identification_tries"), *self._window(asked, about, span)) or 0

    async def _try(self, asked: Asked, about: str, span: timedelta) -> None:
        await self._pool.execute(q("identification_try"), *self._window(asked, about, span))

    def _window(self, asked: Asked, about: str, span: timedelta) -> tuple[int, ProgramId, bytes, datetime]:
        blind = self._vault.blind(f"{about}:{asked.program}:{span}")
        return blind[0], asked.program, blind, since(asked.now, span)


def since(now: datetime, span: timedelta) -> datetime:
    """When the window of that length began that an instant lies in."""
    seconds = int(span.total_seconds())
    return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, tz=UTC)


def _refused(why: str, said: str, **facts: Any) -> Refusal:
    return Refusal(Code.IDENTIFICATION_REFUSED, said, {"why": why, **facts})


async def fresh(
    pool: asyncpg.Pool,
    program: ProgramId,
    wallet: WalletId,
    identification: Id,
    now: datetime,
    merchant: MerchantId | None = None,
) -> bool:
    """Whether an identification proves that this member stands at the till now.

    It does when it was made by the changing code or a confirmed phone and has not ended; a card proves less.
    merchant: whose till asks; an identification made at another merchant's is none here.
    """
    found = await pool.fetchval(
        q("identification_fresh"), cell_of(identification), identification, program, wallet, now, merchant
    )
    return found is not None
