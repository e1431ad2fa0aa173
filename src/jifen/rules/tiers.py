"""Tiers: what a member must reach, for how long it is kept, and what follows."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Literal

import msgspec

from jifen.rules.defining import Definition, Name, Title
from jifen.rules.person import Standing
from jifen.values.periods import EVER, add_months, end_of_month, period_key

COUNTER = "tier"
"""The counter that levels are reached by, in each period of the window."""


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
    or to the end of the month `months` later (window months), or for ever; then, `grace_days` later, a review
    puts the member down: to what the count says (`to_count`), by one level at most (`one_level`), or never.
    """

    by: Literal["spend", "purchases", "points"] = "spend"
    window: Literal["year", "months", "ever"] = "year"
    months: Annotated[int, msgspec.Meta(ge=1, le=36)] = 12
    rules: tuple[Name, ...] = ()
    downgrade: Literal["to_count", "one_level", "never"] = "to_count"
    grace_days: Annotated[int, msgspec.Meta(ge=0, le=366)] = 0
    levels: Annotated[tuple[Tier, ...], msgspec.Meta(min_length=1, max_length=20)]


def window(tiers: Tiers, day: date) -> list[tuple[str, str]]:
    """The counters, by (name, period), whose sum a level on that day is reached by."""
    match tiers.window:
        case "year":
            return [(COUNTER, period_key("year", day))]
        case "months":
            months = [add_months(day.replace(day=1), -back) for back in range(tiers.months)]
            return [(COUNTER, period_key("month", month)) for month in months]
    return [(COUNTER, EVER)]


def total(tiers: Tiers, day: date, counters: Mapping[tuple[str, str], int]) -> int:
    """What is reached in the window of a day: fen, purchases or points."""
    return sum(counters.get(counter, 0) for counter in window(tiers, day))


def rank(tiers: Tiers, code: str) -> int:
    """The place of a level, from 0; -1: none, or one that there is no more."""
    return next((place for place, level in enumerate(tiers.levels) if level.code == code), -1)


def level(tiers: Tiers, reached: int) -> str:
    """The highest level that so much reaches; the empty text: none."""
    return next((one.code for one in reversed(tiers.levels) if one.at <= reached), "")


def kept_until(tiers: Tiers, day: date) -> date | None:
    """The last day for which a level is kept that was reached on a day; None: for ever."""
    match tiers.window:
        case "year":
            return date(day.year + 1, 12, 31)
        case "months":
            return end_of_month(add_months(day, tiers.months))
    return None


def after_earning(tiers: Tiers, standing: Standing, reached: int, day: date) -> Standing | None:
    """The standing once so much is reached: a higher level at once, or the same one kept longer.

    None: nothing changes.
    """
    if reached < tiers.levels[0].at:
        return None
    now = level(tiers, reached)
    until = kept_until(tiers, day)
    if now == standing.tier and standing.until == until:
        return None
    if rank(tiers, now) > rank(tiers, standing.tier):
        return Standing(now, day, until, standing.tier)
    same = now == standing.tier and now != ""
    if same and standing.until is not None and (until is None or until > standing.until):
        return msgspec.structs.replace(standing, until=until)
    return None


def after_return(tiers: Tiers, standing: Standing, reached: int, day: date) -> Standing | None:
    """The standing once goods came back that were bought on a day, and so much is left of its window.

    A level that was reached on that day or later and is not reached any more is lost again, down to the one
    before or to what is still reached. None: nothing changes.
    Source: DESIGN §2 (what hung on the points follows).
    """
    if not standing.tier or standing.since is None or standing.since < day:
        return None
    now = level(tiers, reached)
    if rank(tiers, now) >= rank(tiers, standing.tier):
        return None
    if rank(tiers, now) > rank(tiers, standing.before):
        return Standing(now, standing.since, standing.until, standing.before)
    return Standing(standing.before, standing.since, standing.until)


def due(tiers: Tiers, standing: Standing) -> date | None:
    """The day on which the standing is to be reviewed; None: never."""
    if not standing.tier or standing.until is None or tiers.downgrade == "never":
        return None
    return standing.until + timedelta(days=tiers.grace_days + 1)


def reviewed(tiers: Tiers, standing: Standing, reached: int) -> Standing:
    """The standing after its review; reached: in the window of its last day.

    Who reached what keeps the level keeps it for as long as it was kept before.
    """
    assert standing.until is not None
    place = rank(tiers, standing.tier)
    until = kept_until(tiers, standing.until)
    if place >= 0:
        now = tiers.levels[place]
        if reached >= (now.at if now.keep_at is None else now.keep_at):
            return msgspec.structs.replace(standing, until=until)
    lower = rank(tiers, level(tiers, reached))
    if tiers.downgrade == "one_level":
        lower = max(lower, place - 1)
    code = tiers.levels[lower].code if lower >= 0 else ""
    return Standing(code, standing.until + timedelta(days=1), until if code else None, "")
