"""What rules may read of a member; kept with the wallet, without names and without years of birth."""

from datetime import date, datetime
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


class Person(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A member as rules see one. inviter: the wallet of who invited."""

    joined: date | None = None
    standing: Standing = Standing()
    segments: tuple[str, ...] = ()
    tokens: tuple[Token, ...] = ()
    birthdays: tuple[Anniversary, ...] = ()
    inviter: str = ""


NOBODY_KNOWN = Person()
_decode = msgspec.json.Decoder(Person).decode
_encode = msgspec.json.Encoder().encode


def read_person(text: str) -> Person:
    """A person from the text that the wallet keeps; the empty text: nothing is known."""
    return _decode(text) if text else NOBODY_KNOWN


def person_text(person: Person) -> str:
    """The text that the wallet keeps."""
    return _encode(person).decode()
