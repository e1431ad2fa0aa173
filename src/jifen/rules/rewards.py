"""Rewards: what points buy, for whom and when at which price."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from jifen.rules.defining import Count, Definition, Name, Title
from jifen.rules.when import Conditions
from jifen.values.periods import Span


class Price(Definition, frozen=True, kw_only=True):
    """Another price, where its conditions hold; of several the lowest in points."""

    points: Annotated[int, msgspec.Meta(ge=0)]
    when: Conditions


class Limit(Definition, frozen=True):
    """At most so many per member in each period."""

    count: Count
    per: Span


class Early(Definition, frozen=True, kw_only=True):
    """Who may have it before the others, from when."""

    since: datetime
    when: Conditions


class Reward(Definition, frozen=True, kw_only=True):
    """Something that points buy from a merchant (None: from any of the programme).

    points: its price; 0 with `threshold`: a benefit of those who have so many available points, from whom
    nothing is taken. value_fen: its ordinary price in fen, the measure of what a point is worth here.
    """

    code: Name
    title: Title
    title_en: Title = ""
    text: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    text_en: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    kind: Literal[
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
    ] = "goods"
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
