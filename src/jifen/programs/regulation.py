"""What the law asks, read from cited, dated data: days of notice, years of keeping, fines."""

from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import msgspec

from jifen.programs.findings import Finding
from jifen.values.periods import add_months, local_day, start_of_day

FILE = Path(__file__).with_name("regulation.yaml")

Class = Literal["neutral", "offer", "favourable", "ordinary", "major", "adverse"]
"""How a change weighs for members, from nothing to what needs the longest notice."""

CLASSES: tuple[Class, ...] = ("neutral", "offer", "favourable", "ordinary", "major", "adverse")


class Cited(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row of the regulation: in force from `since` on, until a later row of its code is."""

    code: str
    since: date
    article: str
    says: str
    says_zh: str = ""
    confidence: Literal["read", "secondhand", "memory"]


T = TypeVar("T", bound=Cited)


class Notice(Cited, frozen=True, kw_only=True):
    """So many whole local days lie between the day of a notice and the day of what it tells."""

    days: Annotated[int, msgspec.Meta(ge=0, le=366)]


class Keeping(Cited, frozen=True, kw_only=True):
    """So many years something is kept at least."""

    years: Annotated[int, msgspec.Meta(ge=0, le=100)]


class Fine(Cited, frozen=True, kw_only=True):
    """What a breach may cost, as it is cited: in fen, and in times of the gain."""

    most_fen: int
    gain_times: tuple[int, int] | None = None


class Regulation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole table, in one version."""

    version: str
    notices: tuple[Notice, ...]
    retention: tuple[Keeping, ...]
    fines: tuple[Fine, ...]
    principles: tuple[Cited, ...]

    def notice(self, weight: Class, on: date) -> Notice | None:
        """What a change of that class needs when it is announced on a day; None: no notice."""
        return _in_force([row for row in self.notices if row.code == weight], on)

    def floor(self, on: date) -> int:
        """The fewest days that any notice may have on a day."""
        found = [self.notice(weight, on) for weight in CLASSES]
        return min((row.days for row in found if row is not None), default=0)

    def keeping(self, code: Literal["terms", "transactions"], on: date) -> Keeping | None:
        """For how long something is kept by what is in force on a day."""
        return _in_force([row for row in self.retention if row.code == code], on)

    def principle(self, code: str) -> Cited:
        """A cited principle by its code."""
        return next(row for row in self.principles if row.code == code)


@cache
def regulation(path: Path = FILE) -> Regulation:
    """The table that comes along."""
    return msgspec.yaml.decode(path.read_bytes(), type=Regulation)


def earliest(published_on: date, days: int) -> date:
    """The first day on which what needs so many days' notice may hold.

    The day of the notice is not counted, and the days are whole: with 30 days, what is published on
    1 November may hold from 2 December on. Source: 民法典 201, COMPLIANCE R03.
    """
    return published_on if days == 0 else published_on + timedelta(days=days + 1)


def earliest_instant(published_at: datetime, days: int, zone: str) -> datetime:
    """The first instant at which it may hold: now without notice, else the start of a local day."""
    if days == 0:
        return published_at
    return start_of_day(earliest(local_day(published_at, zone), days), zone)


def may_delete(
    what: Literal["terms", "transactions"], ended: datetime | None, now: datetime, zone: str
) -> Finding | None:
    """Why something may not be deleted yet; None: it may. ended: when it ceased to hold; None: it still does.

    Source: COMPLIANCE R08.
    """
    row = regulation().keeping(what, local_day(now, zone))
    if row is None:
        return None
    if ended is None:
        said, remedy = f"these {what} are in force", "keep them"
    else:
        until = add_months(local_day(ended, zone), 12 * row.years)
        if local_day(now, zone) > until:
            return None
        said = f"these {what} ended on {local_day(ended, zone)} and are kept {row.years} years"
        remedy = f"keep them until {until}"
    return Finding(code="kept_by_law", path=what, what=said, remedy=remedy, source=row.article)


def _in_force(rows: list[T], on: date) -> T | None:
    known = [row for row in rows if row.since <= on]
    return max(known, key=lambda row: row.since, default=None)
