"""Lots as a member sees them: which points lapse when, who issued them, and how they make up the strip."""

from datetime import date, datetime
from itertools import groupby

import msgspec
from markupsafe import Markup

from jifen.books.series import FAR, Series
from jifen.pages import figures
from jifen.pages.reading import Seen
from jifen.pages.strip import Segment, strip
from jifen.pages.words import Words
from jifen.values.ids import Id, MerchantId
from jifen.values.periods import local_day

SOON_DAYS = 30
"""So many days ahead the first reminder goes out: from then on a date presses."""

LISTED_MOST = 3
LISTED_DAYS = 92
"""Beside what presses, the next dates are named up to so many days ahead; the table has all."""


class Held(msgspec.Struct, frozen=True):
    """Usable points of one issuer. last: the last day on which they can be used; None: for ever."""

    last: date | None
    issuer: str
    points: int


class Lapse(msgspec.Struct, frozen=True):
    """Points that lapse after one day. left: days until then, 0 on the day itself."""

    points: int
    day: Markup
    left: int
    soon: bool


def last_day(expires_at: datetime | None, zone_name: str) -> date | None:
    """The last day on which points can be used that expire at an instant."""
    return None if expires_at is None else local_day(expires_at - figures.AN_INSTANT, zone_name)


def issuer(seen: Seen, merchant: Id) -> str:
    """The name of who issued or funds points: a merchant, else the programme itself."""
    found = seen.program.merchants_by_id.get(MerchantId(merchant))
    return found.name if found else seen.program.name


def last_of(seen: Seen, series: Series) -> date | None:
    """The last day of a series in this wallet."""
    return last_day(seen.wallet.expiry(series), seen.program.zone)


def usable(seen: Seen, unit: str) -> list[Held]:
    """What makes up the available points of a unit, in the order in which it is used.

    Lots that differ in nothing a member sees (who pays for them, by which contract) are one.
    """
    wallet = seen.wallet
    lots = [
        lot
        for lot in wallet.lots.values()
        if lot.remaining and lot.series.unit == unit and wallet.usable(lot, seen.now)
    ]
    lots.sort(key=lambda lot: (wallet.expiry(lot.series) or FAR, lot.series.matures_at or FAR, lot.series.id))
    sums: dict[tuple[date | None, str], int] = {}
    for lot in lots:
        alike = last_of(seen, lot.series), issuer(seen, lot.series.issuer)
        sums[alike] = sums.get(alike, 0) + lot.remaining
    return [Held(last, name, points) for (last, name), points in sums.items()]


def by_last_day(lots: list[Held]) -> list[tuple[date | None, int]]:
    """Points by the last day on which they can be used."""
    return [(last, sum(lot.points for lot in same)) for last, same in groupby(lots, key=lambda lot: lot.last)]


def is_soon(seen: Seen, last: date | None) -> bool:
    """Whether a date presses."""
    return last is not None and (last - seen.today).days <= SOON_DAYS


def drawn(seen: Seen, lots: list[Held], words: Words) -> list[Segment]:
    """The strip of a wallet, with a label below each month that has room for it."""
    parts: list[tuple[int, str, str]] = []
    labelled = ""
    for last, points in by_last_day(lots):
        label = words.t("lots.never") if last is None else words.month(last, seen.today)
        parts.append((points, "soon" if is_soon(seen, last) else "rest", "" if label == labelled else label))
        labelled = label
    return strip(parts)


def lapsing(seen: Seen, lots: list[Held], words: Words) -> list[Lapse]:
    """What lapses next: the first date always, then those that are near."""
    found: list[Lapse] = []
    for last, points in by_last_day(lots):
        if last is None or len(found) == LISTED_MOST:
            break
        left = (last - seen.today).days
        if found and left > LISTED_DAYS:
            break
        found.append(Lapse(points, words.day(last, seen.today), left, is_soon(seen, last)))
    return found


def strip_said(seen: Seen, lots: list[Held], words: Words) -> Markup:
    """The strip in a sentence, for those who do not see it."""
    named = [
        words.t(
            "strip.part" if last else "strip.part_never",
            points=figures.whole(points),
            day=words.full_day(last) if last else "",
        )
        for last, points in by_last_day(lots)
    ]
    return words.t("strip.said", parts=words.joined(named))
