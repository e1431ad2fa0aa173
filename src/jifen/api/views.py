"""What reads answer with: one type for each."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

import msgspec

from jifen.books.legs import Account, Kind
from jifen.books.wallet import Balance
from jifen.events.event import Tenders


class View(msgspec.Struct, frozen=True, kw_only=True):
    """What every answer shares."""


class MemberView(View, frozen=True, kw_only=True):
    """A member, or a household's pool. Name and phone are the operator's to see; the phone is masked.

    entries: how many there are; head: the hash of the last, in hex, which proves all before it.
    """

    number: str
    wallet: UUID
    pool: bool
    household: UUID | None
    frozen_until: datetime | None
    joined_at: datetime
    entries: int
    head: str
    name: str | None = None
    phone: str | None = None


class Lapsing(View, frozen=True, kw_only=True):
    """So many points can be used on that day for the last time."""

    last_day: date
    points: int


class UnitBalance(View, frozen=True, kw_only=True):
    """The qualified balances of a unit; worth_fen: what the available points pay at the till."""

    available: int
    pending: int
    held: int
    owed: int
    worth_fen: int
    lapsing: tuple[Lapsing, ...]


class BalanceView(View, frozen=True, kw_only=True):
    """A wallet's balances by unit, at an instant. Expired points are in none of them."""

    member: str
    wallet: UUID
    at: datetime
    frozen_until: datetime | None
    balances: dict[str, UnitBalance]


class LotView(View, frozen=True, kw_only=True):
    """A lot: points alike in everything. issuer, funder: a merchant's code, or `operator`.

    offset_points of it pay offset_fen, as promised at issue. usable: its free points can be spent.
    """

    series: UUID
    unit: str
    issuer: str
    funder: str
    contract: int
    terms: int
    offset_points: int
    offset_fen: int
    matures_at: datetime | None
    expires_at: datetime | None
    granted: int
    remaining: int
    held: int
    owed: int
    usable: bool


class LotsView(View, frozen=True, kw_only=True):
    """A wallet's lots that are not empty, in the order in which they are drawn."""

    member: str
    wallet: UUID
    at: datetime
    lots: tuple[LotView, ...]


class EntryView(View, frozen=True, kw_only=True):
    """An entry in short. reverses: the number of the entry that it takes back."""

    id: UUID
    no: int
    kind: Kind
    unit: str
    points: int
    repaid: int
    owed_more: int
    balance: Balance
    merchant: str | None
    source: str
    key: str
    reverses: int | None
    occurred_at: datetime
    recorded_at: datetime


class EntriesView(View, frozen=True, kw_only=True):
    """A page of entries, newest first; `next` is the cursor of the page after it, null on the last."""

    member: str
    wallet: UUID
    entries: tuple[EntryView, ...]
    next: str | None


class LegView(View, frozen=True, kw_only=True):
    """Points moved from an account into the wallet's lot of a series; negative: out of it.

    party: the code of the merchant at the other end, `operator`, or null for a wallet or nobody.
    """

    series: UUID
    account: Account
    points: int
    counterparty: UUID
    party: str | None
    expires_at: datetime | None


class ShareView(View, frozen=True, kw_only=True):
    """What one rule gave, or lost again."""

    rule: str
    title: str
    points: int


class MissedView(View, frozen=True, kw_only=True):
    """A rule that gave nothing, and why."""

    rule: str
    title: str
    reason: str
    why: str


class CounterView(View, frozen=True, kw_only=True):
    """What a cap or a once-only rule had counted before this event; those that had not are left out."""

    counter: str
    period: str
    before: int


class ExplanationView(View, frozen=True, kw_only=True):
    """Why an entry moved its points: by which version of the rules and of the merchant's contract."""

    rules: int
    contract: int
    shares: tuple[ShareView, ...]
    missed: tuple[MissedView, ...]
    read: tuple[CounterView, ...]


class LineView(View, frozen=True, kw_only=True):
    """A line of a basket; amount is what was paid for all of it, in fen."""

    sku: str
    category: str
    quantity: int
    amount: int
    tags: tuple[str, ...]
    brand: str
    evidence: str


class BasketView(View, frozen=True, kw_only=True):
    """What a purchase was of, in fen, at the prices before any discount. tenders: what paid it, of a bill."""

    store: str
    amount: int
    lines: tuple[LineView, ...]
    tenders: Tenders | None = None


class WholeEntryView(EntryView, frozen=True, kw_only=True):
    """An entry with all that is known of it, and what proves it.

    event: what was asked, as stored; basket: the same of a purchase, in full. hash, previous: in hex; the
    hash is over the previous one and this entry.
    """

    member: str | None
    wallet: UUID
    legs: tuple[LegView, ...]
    event: msgspec.Raw
    basket: BasketView | None
    explanation: ExplanationView | None
    hash: str
    previous: str


class HoldView(View, frozen=True, kw_only=True):
    """Points set aside: `held` of them are still so. overdue: the deadline has passed, it will lapse."""

    id: UUID
    member: str | None
    wallet: UUID
    merchant: str
    unit: str
    points: int
    held: int
    deadline: datetime
    state: Literal["open", "overdue", "closed"]
