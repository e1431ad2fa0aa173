"""Series: a class of points that are alike in everything that matters, as bonds of one series are."""

from datetime import UTC, date, datetime
from functools import lru_cache

import msgspec

from jifen.values.ids import Id, MerchantId, ProgramId, SeriesId, hashed_id
from jifen.values.periods import add_months, end_of_day, local_day

FAR = datetime(9999, 12, 31, tzinfo=UTC)
"""Stands for `never` when lots are put in order."""


class Series(msgspec.Struct, frozen=True, gc=False):
    """A class of interchangeable points.

    offset_points and offset_fen: so many points pay so many fen, as promised at issue (COMPLIANCE R04).
    matures_at: from then on the points can be used; None: at once.
    expires_at: from then on they cannot; None: never, unless idle_months says how long after the
    wallet's last activity. origin: the series that these points were in before a grace period.
    """

    id: SeriesId
    program: ProgramId
    unit: str
    issuer: MerchantId
    funder: Id
    contract: int
    terms: int
    offset_points: int
    offset_fen: int
    matures_at: datetime | None
    expires_at: datetime | None
    idle_months: int | None = None
    origin: SeriesId | None = None


@lru_cache(maxsize=65536)
def series_of(
    program: ProgramId,
    unit: str,
    issuer: MerchantId,
    funder: Id,
    contract: int,
    terms: int,
    offset: tuple[int, int],
    matures_at: datetime | None,
    expires_at: datetime | None,
    idle_months: int | None = None,
    origin: SeriesId | None = None,
) -> Series:
    """The series of exactly these traits; its id is their hash, so two processes name it alike."""
    traits = (
        program,
        unit,
        issuer,
        funder,
        contract,
        terms,
        *offset,
        matures_at,
        expires_at,
        idle_months,
        origin,
    )
    made = SeriesId(hashed_id("series", *(str(trait) for trait in traits)))
    return Series(
        made,
        program,
        unit,
        issuer,
        funder,
        contract,
        terms,
        offset[0],
        offset[1],
        matures_at,
        expires_at,
        idle_months,
        origin,
    )


def with_expiry(series: Series, expires_at: datetime) -> Series:
    """The series that points of `series` move to when their date is extended; it remembers its origin."""
    return series_of(
        series.program,
        series.unit,
        series.issuer,
        series.funder,
        series.contract,
        series.terms,
        (series.offset_points, series.offset_fen),
        series.matures_at,
        expires_at,
        None,
        series.origin or series.id,
    )


@lru_cache(maxsize=8192)
def _idle_end(last_active: date, months: int, zone_name: str) -> datetime:
    return end_of_day(add_months(last_active, months), zone_name)


def expiry_of(series: Series, active_at: datetime, zone_name: str) -> datetime | None:
    """The instant at which points of a series expire in a wallet last active at `active_at`; None: never."""
    if series.idle_months is None:
        return series.expires_at
    return _idle_end(local_day(active_at, zone_name), series.idle_months, zone_name)
