"""What an operator may write: rules, their conditions, caps and validity."""

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec

from jifen.values.periods import Never, Rolling, Span, Validity

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern="^[a-z0-9][a-z0-9_.-]*$(?!\\n)")]
Count = Annotated[int, msgspec.Meta(ge=1, le=1_000_000_000)]
Rounding = Literal["floor", "half_up", "ceiling"]


class Definition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What every part of a definition shares: unknown fields are refused, not ignored."""


class Rate(Definition, frozen=True):
    """`points` points for every `fen` fen: a fraction, never a float."""

    points: Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)]
    fen: Count


class Cap(Definition, frozen=True):
    """At most so many points of this rule per member in each period."""

    points: Count
    per: Span


class Conditions(Definition, frozen=True):
    """When a rule applies; every field that is given must hold. Days are those of the programme's zone.

    merchants, stores: codes. weekdays: 1 is Monday. month_days: solar days of the month.
    since, until: the instants from which and up to which (exclusive) the rule holds.
    """

    merchants: tuple[str, ...] = ()
    stores: tuple[str, ...] = ()
    weekdays: tuple[Annotated[int, msgspec.Meta(ge=1, le=7)], ...] = ()
    month_days: tuple[Annotated[int, msgspec.Meta(ge=1, le=31)], ...] = ()
    dates: tuple[date, ...] = ()
    minimum_fen: Annotated[int, msgspec.Meta(ge=0)] = 0
    since: datetime | None = None
    until: datetime | None = None


class Rule(Definition, frozen=True, kw_only=True):
    """What every kind of rule has.

    funder: who pays for the points: the merchant of the purchase, or the operator.
    pending_days: the points mature so many days after the day of the purchase.
    once: given at most once per member in each such period.
    """

    id: Name
    title: str = ""
    when: Conditions = Conditions()
    unit: Name | None = None
    funder: Literal["merchant", "operator"] = "merchant"
    validity: Validity | None = None
    pending_days: Annotated[int, msgspec.Meta(ge=0, le=3660)] = 0
    caps: tuple[Cap, ...] = ()
    once: Literal["day", "week", "month", "year", "ever"] | None = None


class PerAmount(Rule, frozen=True, kw_only=True, tag="per_amount"):
    """Points per amount paid. `rates` by category override `rate`; a category at 0 earns nothing.

    The sum over all lines is rounded once.
    """

    rate: Rate
    rates: dict[str, Rate] = {}
    rounding: Rounding = "floor"


class Flat(Rule, frozen=True, kw_only=True, tag="flat"):
    """A fixed number of points for a purchase, or for an act of one of the given names."""

    points: Count
    acts: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


class Multiplier(Rule, frozen=True, kw_only=True, tag="multiplier"):
    """`factor` times the points of the rules in `of` (else of all per_amount rules); gives the extra."""

    factor: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,3}(\.[0-9]{1,4})?$")]
    of: tuple[Name, ...] = ()
    rounding: Rounding = "floor"


AnyRule = PerAmount | Flat | Multiplier


class RuleSet(Definition, frozen=True, kw_only=True):
    """All earning rules of a programme from an instant on. Versions are immutable."""

    rules: tuple[AnyRule, ...]
    unit: Name = "point"
    validity: Validity = Rolling(days=30)
    grace_days: Annotated[int, msgspec.Meta(ge=0, le=3660)] = 7
    own_points_first: bool = False


__all__ = [
    "AnyRule",
    "Cap",
    "Conditions",
    "Flat",
    "Multiplier",
    "Never",
    "PerAmount",
    "Rate",
    "Rule",
    "RuleSet",
]
