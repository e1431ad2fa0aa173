"""What a till sends and is told: baskets to quote, bills to open, capture and void."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from jifen.api.bodies import BasketLine, FactKey, Fen, Instant, Name, Number, Quantity, SomeFen, Source, Word
from jifen.books.wallet import Balance
from jifen.values.points import POINTS_MAX

Chosen = Annotated[int, Meta(ge=0, le=POINTS_MAX, description="Whole points that are to pay; 0: none.")]
Slip = Annotated[
    str, Meta(min_length=1, max_length=64, description="A voucher, by the code that is shown or by its id.")
]
Slips = Annotated[tuple[Slip, ...], Meta(max_length=20)]


class Priceable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A basket as it is to be paid, before any discount; amount is the sum of the lines where both are given.

    freight_fen: what the delivery costs. channel, payment: as for purchases. points: so many are to pay.
    """

    key: FactKey | None = None
    source: Source | None = None
    member: Number | None = None
    store: Name | None = None
    amount: SomeFen | None = None
    lines: Annotated[tuple[BasketLine, ...], Meta(max_length=2000)] = ()
    freight_fen: Fen = 0
    channel: Word = ""
    payment: Word = ""
    vouchers: Slips | None = None
    points: Chosen | None = None


class QuoteAsked(Priceable, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A basket (points: none named, the most that may pay), or a reward with how many, where and when."""

    member: Number
    reward: Name | None = None
    count: Quantity | None = None
    merchant: Name | None = None
    slot: Instant | None = None


class BillAsked(Priceable, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A bill of a quote, whose basket counts, or of a basket. points, vouchers: those chosen; of a quote, as
    quoted where they are not named, else none. identification: of the member, where many points are to pay.
    """

    quote: UUID | None = None
    identification: UUID | None = None


class BillCapture(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was taken: money, and (where fewer than held) points."""

    key: FactKey | None = None
    source: Source | None = None
    cash_fen: Fen
    points: Chosen | None = None


class BillVoid(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing was taken: what the bill holds is free again."""

    key: FactKey | None = None
    source: Source | None = None


class SavingView(msgspec.Struct, frozen=True):
    """A voucher and what it saves on this bill. with_points: whether it goes with points."""

    voucher: UUID
    reward: str
    saves_fen: int
    with_points: bool = True


class MisfitView(msgspec.Struct, frozen=True):
    """A voucher that does not fit, and why: a word, and a sentence."""

    voucher: UUID
    reward: str
    why: str
    said: str


class BasketQuoteView(msgspec.Struct, frozen=True, kw_only=True, tag="basket", tag_field="kind"):
    """A basket as it is quoted, until `ends_at`, in fen.

    vouchers: those named that fit, in their order; fits: all of the member's that fit by themselves;
    misfits: those that do not. due_fen: what is left after vouchers. most_points may pay of it, and are worth
    most_pays_fen; why_none: the word for which it is none. points, pays_fen: those chosen. cash_fen: what is
    left in money, and what an invoice is for. earns: points by unit. available: points that the member has.
    """

    id: UUID
    member: str
    merchant: str
    store: str
    rules: int
    quoted_at: datetime
    ends_at: datetime
    unit: str
    goods_fen: int
    freight_fen: int
    vouchers: tuple[SavingView, ...]
    fits: tuple[SavingView, ...]
    misfits: tuple[MisfitView, ...]
    due_fen: int
    most_points: int
    most_pays_fen: int
    why_none: str
    step_points: int
    points: int
    pays_fen: int
    cash_fen: int
    invoiceable_fen: int
    earns: dict[str, int]
    available: int


class RewardQuoteView(msgspec.Struct, frozen=True, kw_only=True, tag="reward", tag_field="kind"):
    """A reward as it is quoted, until `ends_at`: points and fen for all pieces, honoured by a redemption that
    names the quote.

    usual_points: without any lower price. left: in stock; null: not counted. can_have: whether this member
    can have it now; why_not: the code of the problem that would say no, said: its sentence.
    """

    id: UUID
    member: str
    merchant: str
    store: str
    rules: int
    quoted_at: datetime
    ends_at: datetime
    reward: str
    count: int
    slot: datetime | None
    unit: str
    points: int
    usual_points: int
    cash_fen: int
    left: int | None
    can_have: bool
    why_not: str
    said: str
    available: int


AnyQuote = BasketQuoteView | RewardQuoteView


class QuoteStanding(msgspec.Struct, frozen=True):
    """A quote and how it stands: open, used by a bill or an order, or ended."""

    state: Literal["open", "used", "ended"]
    used_by: UUID | None
    quote: AnyQuote


class BillView(msgspec.Struct, frozen=True, kw_only=True):
    """A bill, in fen. cash_fen: to be taken in money beside all its points; an invoice is for that.

    points: held until the deadline, and worth pays_fen. earns: points by unit, once it is captured.
    """

    id: UUID
    member: str | None
    merchant: str
    store: str
    quote: UUID | None
    opened_at: datetime
    deadline: datetime
    unit: str
    goods_fen: int
    freight_fen: int
    vouchers: tuple[SavingView, ...]
    due_fen: int
    points: int
    pays_fen: int
    cash_fen: int
    invoiceable_fen: int
    earns: dict[str, int]


class BillOpened(msgspec.Struct, frozen=True):
    """A bill as it was opened, with the balance then. replayed: the key was used before; the first answer."""

    bill: BillView
    no: int
    balance: Balance
    replayed: bool


class BillStanding(msgspec.Struct, frozen=True):
    """A bill and how it stands. closed_by: the entry that captured or voided it."""

    state: Literal["open", "captured", "void", "lapsed"]
    closed_by: UUID | None
    closed_at: datetime | None
    bill: BillView


class BillCaptured(msgspec.Struct, frozen=True, kw_only=True):
    """A bill that was paid: one purchase. id: its entry. cash_fen: taken in money, and invoiceable.

    points_spent were worth pays_fen. earned: points by unit; repaid: of these, what went to debts. balance:
    of the bill's unit, afterwards. replayed: the key was used before; the first answer.
    """

    id: UUID
    bill: UUID
    no: int
    unit: str
    points_spent: int
    pays_fen: int
    vouchers: tuple[SavingView, ...]
    cash_fen: int
    invoiceable_fen: int
    earned: dict[str, int]
    repaid: int
    balance: Balance
    replayed: bool


class BillVoided(msgspec.Struct, frozen=True):
    """A bill that was voided. points: free again at once; as are its vouchers. id: the entry."""

    id: UUID
    bill: UUID
    no: int
    points: int
    balance: Balance
    replayed: bool
