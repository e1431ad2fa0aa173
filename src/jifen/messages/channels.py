"""Channels: one small protocol behind which every provider stands."""

import logging
from datetime import datetime
from typing import Literal, Protocol

import msgspec

from jifen.messages.templates import Words

log = logging.getLogger("jifen.messages")


class Letter(msgspec.Struct, frozen=True):
    """What is handed to a provider. to: the address. reference: ours, of this attempt alone."""

    to: str
    words: Words
    reference: str


class Question(msgspec.Struct, frozen=True):
    """About an attempt whose outcome is not known."""

    to: str
    reference: str
    provider_id: str | None
    tried_at: datetime


class Sent(msgspec.Struct, frozen=True):
    """The provider took it. delivered: and it is where it should be, so no receipt is waited for."""

    provider_id: str = ""
    delivered: bool = False


class Refused(msgspec.Struct, frozen=True):
    """It was certainly not sent. again: it may be tried again on this channel, later."""

    reason: str
    again: bool = False


class Unsure(msgspec.Struct, frozen=True):
    """It may have been sent: the answer was lost. It is not tried again on this channel."""

    reason: str


Answer = Sent | Refused | Unsure


class Found(msgspec.Struct, frozen=True):
    """What a provider knows of an attempt; unknown: nothing (yet)."""

    state: Literal["delivered", "failed", "pending", "unknown"]
    detail: str = ""
    provider_id: str | None = None


UNKNOWN = Found("unknown")


class Channel(Protocol):
    """A way to somebody. receipts: whether the provider tells later that it was delivered."""

    @property
    def provider(self) -> str: ...
    @property
    def per_minute(self) -> int: ...
    @property
    def receipts(self) -> bool: ...

    async def send(self, letter: Letter) -> Answer:
        """Send once. Raises nothing: whatever goes wrong is an answer."""

    async def ask(self, question: Question) -> Found:
        """What the provider knows of an earlier attempt. Raises nothing."""


class Console:
    """For development: prints what would be sent, without the address, and takes it for delivered."""

    provider = "console"
    per_minute = 1_000_000
    receipts = False

    def __init__(self, channel: str) -> None:
        self._channel = channel

    async def send(self, letter: Letter) -> Answer:
        """Print."""
        subject = f"{letter.words.subject}: " if letter.words.subject else ""
        log.warning("%s to …%s: %s%s", self._channel, letter.to[-4:], subject, letter.words.text)
        return Sent(letter.reference, delivered=True)

    async def ask(self, question: Question) -> Found:
        """Nobody knows what was printed before a kill."""
        return UNKNOWN
