"""Tiers: what a member must reach, for how long it is kept, and what follows."""

from typing import Annotated, Literal

import msgspec

from jifen.rules.defining import Definition, Name, Title


class Tier(Definition, frozen=True, kw_only=True):
    """A level. at: what must be reached for it; keep_at: what keeps it at the review, `at` by default.

    benefits: words that members read. Rules and rewards name the tier's code.
    """

    code: Name
    title: Title
    title_en: Title = ""
    at: Annotated[int, msgspec.Meta(ge=0)]
    keep_at: Annotated[int, msgspec.Meta(ge=0)] | None = None
    benefits: tuple[Title, ...] = ()
    benefits_en: tuple[Title, ...] = ()


class Tiers(Definition, frozen=True, kw_only=True):
    """Levels from low to high; who has none stands below the first.

    by: what is counted: fen spent, purchases, or points issued by the rules in `rules` (else by all).
    window: over which time it is counted: this calendar year, the last `months` calendar months (this one
    counted), or ever. A level is reached at once. It is kept until the end of the year after (window year),
    or for `months` from the month of reaching (window months), or for ever; then, `grace_days` later, a review
    puts the member down: to what the count says (`to_count`), by one level at most (`one_level`), or never.
    """

    by: Literal["spend", "purchases", "points"] = "spend"
    window: Literal["year", "months", "ever"] = "year"
    months: Annotated[int, msgspec.Meta(ge=1, le=36)] = 12
    rules: tuple[Name, ...] = ()
    downgrade: Literal["to_count", "one_level", "never"] = "to_count"
    grace_days: Annotated[int, msgspec.Meta(ge=0, le=366)] = 0
    levels: Annotated[tuple[Tier, ...], msgspec.Meta(min_length=1, max_length=20)]
