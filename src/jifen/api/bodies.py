"""What callers send to change somebody's points: one type for each kind of fact."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from jifen.rules.award import Line
from jifen.values.points import POINTS_MAX

FactKey = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=128,
        description="Yours alone and for ever: the same key with the same content gets the same answer.",
    ),
]
Source = Annotated[
    str,
    Meta(min_length=1, max_length=64, description="Who reports; by default the label of the API key."),
]
Number = Annotated[str, Meta(min_length=1, max_length=64, description="A member's number in the programme.")]
Name = Annotated[
    str, Meta(min_length=1, max_length=64, description="The code of a store, merchant, unit or stock.")
]
Sku = Annotated[str, Meta(min_length=1, max_length=64)]
Word = Annotated[str, Meta(max_length=64)]
Said = Annotated[str, Meta(min_length=1, max_length=2000)]
Points = Annotated[int, Meta(ge=1, le=POINTS_MAX, description="Whole points.")]
Fen = Annotated[int, Meta(ge=0, le=POINTS_MAX, description="Money in fen: 100 fen are 1 yuan.")]
SomeFen = Annotated[int, Meta(ge=1, le=POINTS_MAX, description="Money in fen, more than none.")]
Quantity = Annotated[int, Meta(ge=1, le=1_000_000_000)]
Instant = Annotated[datetime, Meta(tz=True, description="RFC 3339 with a zone, from the year 2000 to 2100.")]


class BasketLine(Line, frozen=True, gc=False, kw_only=True, forbid_unknown_fields=True):
    """One line of a basket; amount is what was paid for all of it, in fen."""

    sku: Sku
    quantity: Quantity
    amount: Fen
    category: Word = ""
    tags: Annotated[tuple[Word, ...], Meta(max_length=50)] = ()
    brand: Word = ""
    evidence: Annotated[Word, Meta(description="The code of the green evidence of these goods.")] = ""


class ReturnLine(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """So many of an article come back."""

    sku: Sku
    quantity: Quantity


class Fact(msgspec.Struct, frozen=True, gc=False, kw_only=True, forbid_unknown_fields=True):
    """What every fact may carry. The key may come as the header Idempotency-Key instead."""

    key: FactKey | None = None
    source: Source | None = None


class Purchase(Fact, frozen=True, gc=False, kw_only=True, tag="purchase"):
    """Something was bought and paid; `amount` is the sum of the lines where both are given.

    channel: how it was bought, such as till, app or phone. payment: with what it was paid. device, payer:
    what the app and the cashier know the member by, kept as keyed hashes beside the fact.
    """

    member: Number
    store: Name
    at: Instant | None = None
    channel: Word = ""
    payment: Word = ""
    amount: Fen | None = None
    lines: Annotated[tuple[BasketLine, ...], Meta(max_length=2000)] = ()
    device: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    payer: Annotated[str, Meta(min_length=1, max_length=200)] | None = None


class Act(Fact, frozen=True, gc=False, kw_only=True, tag="act"):
    """Something was done that is no purchase: signed in, reviewed, brought a bag.

    code: what the act carries, such as a lecture's. amount: of acts that carry one, such as a bill.
    """

    member: Number
    act: Name
    store: Name | None = None
    at: Instant | None = None
    code: Word = ""
    amount: Fen = 0


class Return(Fact, frozen=True, gc=False, kw_only=True, tag="return"):
    """Goods of a purchase come back: lines, an amount in fen, or (with neither) all that is left.

    The purchase is named by its key (of the same source) or by its entry's id; that of a bill also by the key
    or id that the bill was opened with. Prices are those before any discount.
    """

    purchase: FactKey | None = None
    entry: str | None = None
    member: Number | None = None
    lines: Annotated[tuple[ReturnLine, ...], Meta(max_length=2000)] = ()
    amount: SomeFen | None = None
    at: Instant | None = None


class Redemption(Fact, frozen=True, gc=False, kw_only=True, tag="redemption"):
    """Points pay a merchant, named by itself or by its store; `count` of a stock may go with them."""

    member: Number
    points: Points
    store: Name | None = None
    merchant: Name | None = None
    unit: Name | None = None
    at: Instant | None = None
    stock: Name | None = None
    count: Quantity | None = None


class RewardPayer(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """Somebody who pays for a reward: a stated part of its points, or what falls to them in the household."""

    member: Number
    points: Points | None = None


class RewardRedemption(Fact, frozen=True, gc=False, kw_only=True, tag="reward"):
    """A reward is redeemed at its price of the moment, or refused where `expected` differs from it.

    The merchant that gives it is named by itself or by its store; by default it is the reward's own.
    slot: the time that it is booked for. pay: in points, or (what is booked for a time) all of it in cash.
    cash_fen: what the merchant received already of what is to be paid in cash. payers: everybody who pays, of
    one household; each with points, or nobody. beneficiary: for whom it is, as the member named one.
    quote: the id of a quote whose price is honoured.
    """

    member: Number
    reward: Name
    count: Quantity = 1
    expected: Annotated[int, Meta(ge=0, le=POINTS_MAX, description="Points of a piece, as shown.")] | None = (
        None
    )
    store: Name | None = None
    merchant: Name | None = None
    at: Instant | None = None
    slot: Instant | None = None
    pay: Literal["points", "cash"] | None = None
    cash_fen: SomeFen | None = None
    payers: Annotated[tuple[RewardPayer, ...], Meta(min_length=1, max_length=20)] | None = None
    beneficiary: Annotated[str, Meta(min_length=1, max_length=64)] | None = None
    quote: str | None = None


class Hold(Fact, frozen=True, gc=False, kw_only=True, tag="hold"):
    """Points are set aside for a merchant until a deadline. The answer's id is the hold's."""

    member: Number
    points: Points
    deadline: Instant
    store: Name | None = None
    merchant: Name | None = None
    unit: Name | None = None
    at: Instant | None = None


class Capturing(Fact, frozen=True, gc=False, kw_only=True, tag="capture"):
    """Held points pay: so many, or all. The rest goes back at once unless `keep_open`."""

    member: Number | None = None
    points: Points | None = None
    keep_open: bool = False
    at: Instant | None = None


class Capture(Capturing, frozen=True, gc=False, kw_only=True, tag="capture"):
    """A capture that names its hold: by its id, or by the key that it was made under."""

    hold: str | None = None
    hold_key: FactKey | None = None


class Releasing(Fact, frozen=True, gc=False, kw_only=True, tag="release"):
    """All that is still held goes back to its lots."""

    member: Number | None = None
    at: Instant | None = None


class Release(Releasing, frozen=True, gc=False, kw_only=True, tag="release"):
    """A release that names its hold: by its id, or by the key that it was made under."""

    hold: str | None = None
    hold_key: FactKey | None = None


class Reversal(Fact, frozen=True, gc=False, kw_only=True, tag="reversal"):
    """An earlier fact is taken back: a purchase whole, a redemption or capture whole or in part.

    It is named by its entry's id or by its key (of the same source).
    """

    entry: str | None = None
    entry_key: FactKey | None = None
    member: Number | None = None
    points: Points | None = None
    at: Instant | None = None


class Transfer(Fact, frozen=True, gc=False, kw_only=True, tag="transfer"):
    """Points move to another wallet of the same household."""

    member: Number
    to: Number
    points: Points
    unit: Name | None = None
    at: Instant | None = None


class Donation(Fact, frozen=True, gc=False, kw_only=True, tag="donation"):
    """Points go to a qualified charity, for good."""

    member: Number
    charity: Name
    points: Points
    unit: Name | None = None
    at: Instant | None = None


class Adjustment(Fact, frozen=True, gc=False, kw_only=True, tag="adjustment"):
    """A correction by a person, with a reason: points in, or (negative) out."""

    member: Number
    points: Annotated[int, Meta(ge=-POINTS_MAX, le=POINTS_MAX, description="Whole points, not 0.")]
    reason: Said
    unit: Name | None = None


class Compensation(Fact, frozen=True, gc=False, kw_only=True, tag="compensation"):
    """Points for a fault, paid for by the operator or by the merchant at fault."""

    member: Number
    points: Points
    reason: Said
    at_fault: Name | None = None
    unit: Name | None = None


class Freezing(Fact, frozen=True, gc=False, kw_only=True, tag="freeze"):
    """Spending stops until an instant: only on evidence, and the member is told."""

    member: Number
    reason: Said
    evidence: Said
    notice: Said
    until: Instant


class Unfreezing(Fact, frozen=True, gc=False, kw_only=True, tag="unfreeze"):
    """A freeze is lifted before its end."""

    member: Number
    reason: Said


class Expiry(Fact, frozen=True, gc=False, kw_only=True, tag="expiry"):
    """Free points of a member whose date has passed are booked as expired now."""

    member: Number
    unit: Name | None = None


BulkLine = (
    Purchase
    | Act
    | Return
    | Redemption
    | RewardRedemption
    | Hold
    | Capture
    | Release
    | Reversal
    | Transfer
    | Donation
    | Adjustment
    | Compensation
)
"""What a line of /v1/bulk may be, told by its field `type`."""

AnyFact = BulkLine | Freezing | Unfreezing | Expiry
