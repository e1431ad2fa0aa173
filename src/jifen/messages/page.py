"""A page of claimed messages: what was decided about each, and the statements that write it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Protocol

import asyncpg
import msgspec

from jifen.messages.channels import Channel
from jifen.messages.choosing import TRIES_MOST, Go, Waiting
from jifen.messages.templates import InForce, Words
from jifen.store.queries import q
from jifen.values.ids import Id, ProgramId

ALL_BUT_INBOX = ("sms", "push", "wechat", "email")


class Reached(Protocol):
    """A programme, as delivery needs it."""

    @property
    def id(self) -> ProgramId: ...
    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def zone(self) -> str: ...


class Delivered(msgspec.Struct):
    """What one look did, in messages. delivered: proven; sent: handed over, not proven; back: for later."""

    delivered: int = 0
    sent: int = 0
    suppressed: int = 0
    dead: int = 0
    back: int = 0

    def __bool__(self) -> bool:
        return bool(self.delivered or self.sent or self.suppressed or self.dead)


class Due(msgspec.Struct):
    """A claimed message. awaiting: the attempt without an outcome, of which the last four tell."""

    message: Waiting
    cell: int
    wallet: Id
    tries: int
    attempts: int
    awaiting: int | None
    counted: bool
    channel: str | None
    outcome: str | None
    provider_id: str | None
    tried_at: datetime | None


class Page:
    """Messages under one lease. Each is open until something is decided about it; `write` writes that.

    What is written holds only for messages whose lease is still ours: another process may have taken one
    after it ran out.
    """

    def __init__(self, program: Reached, force: InForce, now: datetime, lease: Id, dues: list[Due]) -> None:
        self.program = program
        self.force = force
        self.now = now
        self.lease = lease
        self.dues = dues
        self._decided: set[Id] = set()
        self._settled: list[tuple[Any, ...]] = []
        self._back: list[tuple[Any, ...]] = []
        self._answers: list[tuple[Any, ...]] = []
        self._sent = 0

    def open(self) -> Iterator[Due]:
        """Those about which nothing is decided."""
        return (due for due in self.dues if due.message.id not in self._decided)

    def is_open(self, due: Due) -> bool:
        """Whether nothing is decided about it."""
        return due.message.id not in self._decided

    @staticmethod
    def reference(due: Due, attempt: int) -> str:
        """How we name an attempt to providers, and find it again by their receipts."""
        return f"{due.message.id}-{attempt}"

    def _settle(
        self, due: Due, state: str, reason: str = "", channel: str | None = None, words: Words | None = None
    ) -> None:
        self._decided.add(due.message.id)
        said = (
            (None, None, None, None)
            if words is None
            else (self.force.version, words.language, words.subject, words.text)
        )
        self._settled.append((due.cell, due.wallet, due.message.id, state, reason, channel, *said))

    def stop(self, due: Due, reason: str, *, dead: bool) -> None:
        """It goes nowhere: suppressed, or a dead letter."""
        self._settle(due, "dead" if dead else "suppressed", reason)

    def tell(self, due: Due, words: Words) -> None:
        """It stands in the member's inbox with this page's writing, and so is delivered."""
        self._settle(due, "delivered", channel="in_app", words=words)

    def proven(self, due: Due, provider_id: str | None, channel: str | None = None) -> None:
        """Its attempt was delivered."""
        self.answered(due, "delivered", "", provider_id)
        self._settle(due, "delivered", channel=channel or due.channel)

    def unproven(self, due: Due, channel: str, inbox: bool) -> None:
        """It was handed over where no receipt comes from: the inbox, if there is one, is the proof."""
        if inbox:
            self._put_back(due, self.now, 0, None, (*due.message.used, *ALL_BUT_INBOX))
        else:
            self._settle(due, "sent", channel=channel)

    def back(self, due: Due, until: datetime, awaiting: int | None = None) -> None:
        """It is looked at again then."""
        self._put_back(due, until, due.tries, awaiting, due.message.used)

    def again(self, due: Due, channel: str, until: datetime) -> None:
        """Its channel did not take it: once more then, or, after too many tries, the next channel now."""
        if due.tries + 1 >= TRIES_MOST:
            self.next_channel(due, channel)
        else:
            self._put_back(due, until, due.tries + 1, None, due.message.used)

    def next_channel(self, due: Due, done_with: str) -> None:
        """It goes on to what comes after a channel, at once."""
        self._put_back(due, self.now, 0, None, (*due.message.used, done_with))

    def give_up(self, due: Due, why: str, outcome: str = "lapsed") -> None:
        """Its attempt came to nothing that is known: the same channel is not tried again."""
        self.answered(due, outcome, why)
        self.next_channel(due, due.channel or "")

    def _put_back(self, due: Due, until: datetime, tries: int, awaiting: int | None, used: Any) -> None:
        self._decided.add(due.message.id)
        names = ",".join(dict.fromkeys(used))
        self._back.append((due.cell, due.wallet, due.message.id, until, tries, awaiting, names))

    def answered(self, due: Due, outcome: str, detail: str, provider_id: str | None = None) -> None:
        """What became of its attempt."""
        row = (due.cell, due.wallet, due.message.id, due.awaiting, outcome, detail, provider_id or "")
        self._answers.append(row)
        self._sent += outcome == "sent"

    async def written_down(
        self, pool: asyncpg.Pool, going: list[tuple[Due, Go]], channels: Mapping[str, Channel]
    ) -> list[tuple[Due, Go]]:
        """Those of which it is now stored that they are being sent; others are not ours any more."""
        if not going:
            return []
        rows = [
            (
                due.cell,
                due.wallet,
                due.message.id,
                step.channel,
                channels[step.channel].provider,
                self.force.version,
                step.words.language,
                step.words.approved,
                step.words.subject,
                step.words.text,
            )
            for due, step in going
        ]
        found = await pool.fetch(q("message_try"), self.lease, self.now, *_columns(rows))
        numbers = {row["id"]: row["no"] for row in found}
        ours = []
        for due, step in going:
            due.awaiting = numbers.get(due.message.id)
            due.channel = step.channel
            if due.awaiting is not None:
                ours.append((due, step))
        return ours

    async def write(self, pool: asyncpg.Pool, done: Delivered) -> None:
        """Write what was decided since the last writing, in one transaction."""
        if not (self._settled or self._back or self._answers):
            return
        # What is due is locked first, as by a receipt that comes meanwhile: so neither waits for the other.
        async with pool.acquire() as conn, conn.transaction():
            if self._settled:
                await conn.execute(q("message_settle"), self.lease, self.now, *_columns(self._settled))
            if self._back:
                await conn.execute(q("message_back"), self.lease, *_columns(self._back))
            if self._answers:
                await conn.execute(q("message_answer"), self.now, *_columns(self._answers))
        states = Counter(row[3] for row in self._settled)
        done.delivered += states["delivered"]
        done.suppressed += states["suppressed"]
        done.dead += states["dead"]
        done.sent += self._sent
        done.back += len(self._back)
        self._settled, self._back, self._answers, self._sent = [], [], [], 0


def _columns(rows: list[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
