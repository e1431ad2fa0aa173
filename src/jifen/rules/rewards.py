"""Rewards: what points buy, for whom and when at which price."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from jifen.rules.defining import Count, Definition, Name, StoreCode, Title
from jifen.rules.when import Conditions, LineFilter
from jifen.values.periods import Span

Clock = Annotated[str, msgspec.Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$(?!\n)")]
"""A time of day in the programme's zone, such as 09:30."""

SomeFen = Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000_000)]


class Price(Definition, frozen=True, kw_only=True):
    """Another price, where its conditions hold; of several the lowest in points, then in cash."""

    points: Annotated[int, msgspec.Meta(ge=0)]
    cash_fen: SomeFen = 0
    when: Conditions


class Limit(Definition, frozen=True):
    """At most so many per member in each period."""

    count: Count
    per: Span


class Early(Definition, frozen=True, kw_only=True):
    """Who may have it before the others, from when."""

    since: datetime
    when: Conditions


class VoucherTerms(Definition, frozen=True, kw_only=True):
    """What a voucher does to a bill, and where and when it does.

    type: save, so much off a bill; percent, a part of it off; item, the dearest piece of the lines meant is
    free; freight, what the delivery costs, up to `save_fen`. minimum_fen: of the bill, or of the lines meant.
    lines: only these count. merchants, stores: where it is good; none: at the reward's merchant, or anywhere.
    when: further conditions on the day, the channel and the basket. valid_days: so many days from its issue,
    to the end of the day. stacks: with other vouchers that stack in one bill. with_points: with points.
    """

    type: Literal["save", "percent", "item", "freight"] = "save"
    minimum_fen: SomeFen = 0
    save_fen: SomeFen = 0
    percent: Annotated[int, msgspec.Meta(ge=1, le=99)] | None = None
    most_fen: SomeFen | None = None
    lines: LineFilter | None = None
    merchants: tuple[Name, ...] = ()
    stores: tuple[StoreCode, ...] = ()
    when: Conditions = Conditions()
    valid_days: Annotated[int, msgspec.Meta(ge=1, le=3660)] = 30
    stacks: bool = False
    with_points: bool = True


class Opening(Definition, frozen=True, kw_only=True):
    """Times at which something can be had: every so many minutes from `since` until `until`.

    weekdays: 1 is Monday; none: every day. calendars: only on the days of one of these.
    """

    since: Clock
    until: Clock
    every_minutes: Annotated[int, msgspec.Meta(ge=5, le=1440)]
    capacity: Count
    weekdays: tuple[Annotated[int, msgspec.Meta(ge=1, le=7)], ...] = ()
    calendars: tuple[Name, ...] = ()


class Slots(Definition, frozen=True, kw_only=True):
    """A reward that is booked for a time. The same times are for sale for points and for cash (S14).

    of: the name under which several rewards share times and places in them; none: the reward's own code.
    closed: calendars on whose days there is nothing. per_store: each store has its own times; else all share.
    ahead_days: so far ahead one can book. closing_minutes: so long before its time a slot is closed.
    cancel_hours: until so long before one may cancel and gets everything back. no_show: what happens to the
    points of who cancels later or does not come; it is shown before booking (S26).
    """

    openings: Annotated[tuple[Opening, ...], msgspec.Meta(min_length=1, max_length=50)]
    of: Name | None = None
    closed: tuple[Name, ...] = ()
    per_store: bool = False
    ahead_days: Annotated[int, msgspec.Meta(ge=1, le=366)] = 30
    closing_minutes: Annotated[int, msgspec.Meta(ge=0, le=10080)] = 0
    cancel_hours: Annotated[int, msgspec.Meta(ge=0, le=720)] = 24
    no_show: Literal["forfeit", "return"] = "forfeit"


RewardKind = Literal[
    "goods",
    "service",
    "voucher",
    "upgrade",
    "night",
    "top_up",
    "freight",
    "ticket",
    "benefit",
    "donation",
]


class Reward(Definition, frozen=True, kw_only=True):
    """Something that points buy from a merchant (None: from any of the programme).

    points: its price; 0 with `threshold`: a benefit of those who have so many available points, from whom
    nothing is taken. cash_fen: what is to be paid beside the points. value_fen: its ordinary price in fen,
    the measure of what a point is worth here. category: under which heading the mall shows it. voucher: it is
    a voucher that does this. slots: it is booked for a time. payers: so many members may pay it together.
    fulfil: at_once, it is handed over with the redemption; order, the merchant confirms and fulfils it.
    return_days: so many days after it was fulfilled it can be given back; vouchers until spent or lapsed.
    evidence: the code of the green evidence of the goods; shown for as long as that is valid.
    """

    code: Name
    title: Title
    title_en: Title = ""
    text: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    text_en: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    kind: RewardKind = "goods"
    tax: Literal["goods", "service", "intangible", "discount"] = "goods"
    merchant: Name | None = None
    unit: Name | None = None
    points: Annotated[int, msgspec.Meta(ge=0)]
    threshold: Count | None = None
    value_fen: Annotated[int, msgspec.Meta(ge=0)] = 0
    prices: tuple[Price, ...] = ()
    limits: tuple[Limit, ...] = ()
    when: Conditions = Conditions()
    early: Early | None = None
    stock: Name | None = None
    category: Title = ""
    cash_fen: SomeFen = 0
    voucher: VoucherTerms | None = None
    slots: Slots | None = None
    payers: Annotated[int, msgspec.Meta(ge=1, le=20)] = 1
    fulfil: Literal["at_once", "order"] = "at_once"
    return_days: Annotated[int, msgspec.Meta(ge=0, le=3660)] = 7
    evidence: Annotated[str, msgspec.Meta(max_length=64)] = ""
