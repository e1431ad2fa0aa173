"""What travels through the engine: commands, plans and answers."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from jifen.books.legs import Account, Kind, Leg
from jifen.books.refusals import Code, Refusal
from jifen.books.series import Series
from jifen.books.wallet import Balance, Hold
from jifen.values.ids import EntryId, Id, ProgramId, WalletId, hashed_id, id_from_bytes

if TYPE_CHECKING:
    from jifen.engine.view import View


OWED, HELD = Account.OWED, Account.HELD
HOLDING = frozenset((Kind.HOLD, Kind.RELEASE, Kind.LAPSE))
"""Kinds that move points under a hold and back, and nothing else."""


def entry_id(program: ProgramId, source: str, key: str) -> EntryId:
    """The id of the fact that a source reported under a key: the same for every repeat, for ever."""
    return EntryId(hashed_id("entry", str(program), source, key))


class Draft(msgspec.Struct, gc=False):
    """What a plan writes into one wallet as one entry.

    counts: counters to advance by (name, period); negative takes back. series: those that may be new.
    hold: a hold as it is from now on. active_at: the activity that extends idle lots.
    frozen_until: a new end of a freeze; UNSET leaves it as it is. facts: what rules read of the holder from
    now on; None leaves it as it is. household: the one it belongs to from now on; UNSET leaves it as it is.
    """

    wallet: WalletId
    kind: Kind
    unit: str
    legs: Sequence[Leg] = ()
    merchant: Id | None = None
    reverses: int | None = None
    explanation: str = ""
    series: Sequence[Series] = ()
    counts: dict[tuple[str, str], int] = {}
    hold: Hold | None = None
    active_at: datetime | None = None
    frozen_until: datetime | msgspec.UnsetType | None = msgspec.UNSET
    facts: str | None = None
    household: Id | msgspec.UnsetType | None = msgspec.UNSET


class Plan(msgspec.Struct, gc=False):
    """What one command does, all of it or nothing: entries, takes from stocks, and named effects.

    takes: (stock, count). effects: (name, row); the routine effect_<name> writes the rows of a batch.
    Every row gets the `cell`, `wallet` and `no` of the plan's first entry.
    """

    drafts: Sequence[Draft]
    takes: Sequence[tuple[Id, int]] = ()
    effects: Sequence[tuple[str, dict[str, Any]]] = ()


class Needs(msgspec.Struct, frozen=True):
    """What a command wants to see beyond its wallets.

    counters: by (name, period), of the first wallet; counters_of: of others, by (wallet, name, period).
    entries: earlier facts by id, places: by (wallet, number), both with all that takes them back.
    stocks: by id. rows: by (name, wallet, id), as the query needs_<name> finds them; who asks for rows or
    earlier facts must look back.
    """

    counters: Sequence[tuple[str, str]] = ()
    counters_of: Sequence[tuple[WalletId, str, str]] = ()
    entries: Sequence[EntryId] = ()
    places: Sequence[tuple[WalletId, int]] = ()
    stocks: Sequence[Id] = ()
    rows: Sequence[tuple[str, WalletId, Id]] = ()


NO_NEEDS = Needs()


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """Something to be done to one or more wallets of a programme, once per source and key.

    wallet: the one that carries the claim. occurred_at decides rules and validity; recorded_at is when
    we knew. content: what was asked, as JSON in UTF-8: it is stored as the event, and compared when the key
    comes again.
    """

    program: ProgramId
    source: str
    key: str
    wallet: WalletId
    occurred_at: datetime
    recorded_at: datetime
    content: bytes

    @property
    def wallets(self) -> tuple[WalletId, ...]:
        """The wallets it touches; the first carries the claim."""
        return (self.wallet,)

    @property
    def looks_back(self) -> bool:
        """Whether it reads what is older than the snapshots at hand: it then waits for those before it."""
        return False

    def needs(self, program: Any) -> Needs:
        """What to load for the decision."""
        return NO_NEEDS

    def counters_then(self, view: "View") -> Sequence[tuple[str, str]]:
        """Counters, by (name, period), that only the loaded entries tell of."""
        return ()

    def decide(self, view: "View") -> Plan | Refusal:
        """The plan, or the reason why not. Pure: no clock, no I/O, no randomness."""
        raise TypeError(f"{type(self).__name__} does not say how it is decided")


class Receipt(msgspec.Struct, frozen=True, gc=False):
    """The answer to a command that was booked. `points`: what moved, without debts and holds.

    repaid: points of this earning that went to what was owed; owed_more: points that became owed.
    replayed: the key was booked before, and this is the first answer again.
    """

    id: EntryId
    wallet: WalletId
    no: int
    kind: Kind
    unit: str
    points: int
    repaid: int
    owed_more: int
    balance: Balance
    occurred_at: datetime
    explanation: str
    replayed: bool = False


Answer = Receipt | Refusal


def moved(kind: Kind, legs: Sequence[Leg]) -> tuple[int, int, int]:
    """(points, repaid, owed more) of an entry's legs, all in whole points."""
    points = repaid = owed_more = held = 0
    for leg in legs:
        account = leg.account
        if account is OWED:
            if leg.points < 0:
                repaid -= leg.points
            else:
                owed_more += leg.points
        elif account is HELD:
            held += leg.points
        else:
            points += leg.points
    if kind in HOLDING:
        points = held
    return points, repaid, owed_more


class Busy(Exception):
    """The queue is full: nothing was taken in; try again after `retry_after_s` seconds."""

    def __init__(self, waiting: int, retry_after_s: int = 1) -> None:
        super().__init__(
            f"{waiting} commands wait already: send this again in {retry_after_s} s, with the same key"
        )
        self.retry_after_s = retry_after_s


class Closed(Exception):
    """The engine is shutting down and takes nothing in; what it had accepted is answered."""


class Unavailable(Exception):
    """The database could not be reached; whether the command was booked shows when it is sent again."""


class Faulty(Exception):
    """The database, or a decision, refused this command alone: a fault of ours or a value nobody foresaw."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)


def check_time(occurred_at: datetime, recorded_at: datetime, tolerance_s: int = 300) -> Refusal | None:
    """Refuse what is said to happen later than now, with five minutes for clocks that differ."""
    if occurred_at <= recorded_at or (occurred_at - recorded_at).total_seconds() <= tolerance_s:
        return None
    return Refusal(
        Code.EVENT_IN_FUTURE,
        f"the event is said to occur at {occurred_at.isoformat()}, but it is {recorded_at.isoformat()}: "
        "send the time at which it happened, with its zone",
        {"occurred_at": occurred_at.isoformat(), "recorded_at": recorded_at.isoformat()},
    )


def digest_of(wallet: UUID, content: bytes) -> Id:
    """What a repeat is compared by: the wallet and what was asked."""
    raw = hashlib.blake2b(content, digest_size=16, key=wallet.bytes).digest()
    return id_from_bytes(raw)
