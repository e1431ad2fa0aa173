"""What rules may read of a member; kept with the wallet, without names and without years of birth."""

from datetime import date, datetime
from functools import lru_cache
from typing import Literal

import msgspec

Whose = Literal["self", "child", "pet"]


class Anniversary(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A birthday. ref: whose among several, a word of our own; lunar: month and day of the lunar year."""

    whose: Whose
    ref: str
    month: int
    day: int
    lunar: bool = False


class Token(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A credit token that was accepted: what it grants until when. No score (SCENARIOS S21)."""

    authority: str
    grant: str
    until: datetime
    id: str


class Standing(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A member's tier: since when, until when it is kept (None: for ever), and the one before."""

    tier: str = ""
    since: date | None = None
    until: date | None = None
    before: str = ""


class Belonging(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A member's place in a household. home: the wallet of its pool; the empty text: in none now.

    since: when the member joined. pool: what the others may spend of the member's points: at most so many
    of a unit in a month. left, left_of: when one was left last, and its home (SCENARIOS S16).
    """

    home: str = ""
    since: datetime | None = None
    pool: tuple[tuple[str, int], ...] = ()
    left: datetime | None = None
    left_of: str = ""

    def lets(self, unit: str) -> int | None:
        """So many points of a unit the others may spend in a month; None: none, it was not agreed to."""
        return next((points for of, points in self.pool if of == unit), None)


class Family(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What the wallet of a household's pool keeps: its number, and its members' wallets, the head first."""

    number: str = ""
    members: tuple[str, ...] = ()


class Minor(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A member under 14: the guardian's wallet, and to what the guardian consented (PIPL 31).

    Each consent stands in the ledger of consents; here is what decisions read of it.
    """

    guardian: str
    spend: bool = False
    pool: bool = False


class Beneficiary(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Somebody for whom a member may redeem, by a word of our own: since which day (SCENARIOS S15)."""

    ref: str
    named: date


class Person(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A member as rules see one. inviter: the wallet of who invited.

    family: of a household's pool alone. closed: since when nothing is spent any more, as its holder has died.
    """

    joined: date | None = None
    standing: Standing = Standing()
    segments: tuple[str, ...] = ()
    tokens: tuple[Token, ...] = ()
    birthdays: tuple[Anniversary, ...] = ()
    inviter: str = ""
    household: Belonging = Belonging()
    family: Family | None = None
    minor: Minor | None = None
    beneficiaries: tuple[Beneficiary, ...] = ()
    closed: datetime | None = None


NOBODY_KNOWN = Person()

PERSONS_KEPT = 20_000
"""Of so many members it is remembered what their text says: they come again sooner than they change."""

_decode = msgspec.json.Decoder(Person).decode
_encode = msgspec.json.Encoder().encode


@lru_cache(maxsize=PERSONS_KEPT)
def read_person(text: str) -> Person:
    """A person from the text that the wallet keeps; the empty text: nothing is known."""
    return _decode(text) if text else NOBODY_KNOWN


def person_text(person: Person) -> str:
    """The text that the wallet keeps."""
    return _encode(person).decode()
