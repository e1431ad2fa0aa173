"""When a rule or a price holds: conditions on the day, the place, the basket and the person."""

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec

from jifen.rules.defining import Count, Definition, Name
from jifen.values.periods import Span


class Cap(Definition, frozen=True):
    """At most so many points of this rule per member in each period."""

    points: Count
    per: Span


class LineFilter(Definition, frozen=True, kw_only=True):
    """Which lines of a basket are meant: of each field that is given, one value must hold.

    evidence: the line names green evidence of one of these kinds, valid on the day (COMPLIANCE §5).
    """

    skus: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()


class Birthday(Definition, frozen=True, kw_only=True):
    """On a birthday, or in its week (Monday to Sunday) or month. Of a lunar one, the lunar month."""

    whose: Literal["self", "child", "pet"] = "self"
    span: Literal["day", "week", "month"] = "day"


class Nth(Definition, frozen=True, kw_only=True):
    """The member's nth purchase in a period: one of `exactly`, or each `every`th."""

    per: Literal["day", "week", "month", "year", "ever"] = "ever"
    exactly: tuple[Count, ...] = ()
    every: Count | None = None


class Conditions(Definition, frozen=True):
    """When a rule applies; every field that is given must hold. Days are those of the programme's zone.

    merchants, stores: codes. weekdays: 1 is Monday. month_days: solar days of the month. calendars: names of
    the rule set's calendars, one of which must hold. since, until: the instants from which and up to which
    (exclusive) the rule holds. channels, payments: as the purchase names them. lines: the basket has such a
    line. minimum_fen, maximum_fen: of the whole basket. minimum_quantity: pieces of the lines meant by
    `lines`, else of all. tiers, segments, tokens: one of which the member has; tokens: grants of credit
    tokens in force. joined_within_days: since enrolment, that day counted as the first. anniversary: of
    enrolment. invited: whether somebody invited the member. expression: CEL over what docs/rules.md lists.
    """

    merchants: tuple[str, ...] = ()
    stores: tuple[str, ...] = ()
    weekdays: tuple[Annotated[int, msgspec.Meta(ge=1, le=7)], ...] = ()
    month_days: tuple[Annotated[int, msgspec.Meta(ge=1, le=31)], ...] = ()
    dates: tuple[date, ...] = ()
    minimum_fen: Annotated[int, msgspec.Meta(ge=0)] = 0
    since: datetime | None = None
    until: datetime | None = None
    calendars: tuple[Name, ...] = ()
    channels: tuple[str, ...] = ()
    payments: tuple[str, ...] = ()
    lines: LineFilter | None = None
    maximum_fen: Annotated[int, msgspec.Meta(ge=1)] | None = None
    minimum_quantity: Annotated[int, msgspec.Meta(ge=0)] = 0
    tiers: tuple[Name, ...] = ()
    segments: tuple[Name, ...] = ()
    tokens: tuple[Name, ...] = ()
    joined_within_days: Count | None = None
    anniversary: Literal["day", "month"] | None = None
    birthday: Birthday | None = None
    invited: bool | None = None
    nth: Nth | None = None
    expression: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)] | None = None
