"""The member's lots: which points lapse when, who issued them, what waits, is held, or is owed."""

from collections.abc import Sequence
from datetime import date

import msgspec
from litestar import Response
from markupsafe import Markup

from jifen.books.wallet import Hold
from jifen.pages import figures, lots
from jifen.pages.reading import NEWEST, Seen, read_entries
from jifen.pages.strip import Segment, strip
from jifen.pages.words import Words
from jifen.parties.programs import Unit
from jifen.site.member.green import green_units
from jifen.site.member.own import there, wallet_of
from jifen.site.routing import MEMBER, get
from jifen.site.visit import Visit
from jifen.values.periods import local_day


class Waiting(msgspec.Struct, frozen=True):
    """Points that cannot be used before a day."""

    since: date
    issuer: str
    points: int


class Kept(msgspec.Struct, frozen=True):
    """Points under a hold: for whom, until when, and by which entry."""

    merchant: str
    until: date
    over: bool
    entry: int
    points: int


class Owing(msgspec.Struct, frozen=True):
    """What was taken back but was gone already, by who had issued it."""

    issuer: str
    points: int


class Purse(msgspec.Struct, frozen=True):
    """All that a wallet has of one unit. promises: what so many points pay, where that is not one for all.

    green: they are given for evidence alone.
    """

    unit: Markup
    green: bool
    available: int
    strip: Sequence[Segment]
    said: Markup
    usable: Sequence[lots.Held]
    waiting: Sequence[Waiting]
    held: Sequence[Kept]
    owing: Sequence[Owing]
    promises: Sequence[tuple[int, str, int]]


async def show(visit: Visit) -> Response[bytes]:
    """All lots, unit by unit, in the order in which they are used."""
    house = visit.house
    seen = there(await read_entries(house.pool, house.catalog, wallet_of(visit), NEWEST, 0))
    codes = [unit.code for unit in seen.program.units.values()]
    usual = seen.unit.code if seen.unit is not None else ""
    codes.sort(key=lambda code: code != usual)
    purses = [_purse(seen, seen.program.units[code], visit.words) for code in codes]
    shown = [purse for purse in purses if purse.usable or purse.waiting or purse.held or purse.owing]
    return visit.page("member/lots.html", purses=shown, soon=_soon(seen), back="/m/wallet")


def _soon(seen: Seen) -> int:
    """The day up to which a date presses, as its number."""
    return seen.today.toordinal() + lots.SOON_DAYS


def _purse(seen: Seen, unit: Unit, words: Words) -> Purse:
    usable = lots.usable(seen, unit.code)
    drawn, said = lots.drawn(seen, usable, words), lots.strip_said(seen, usable, words)
    held = [hold for hold in seen.wallet.holds.values() if hold.unit == unit.code and hold.open]
    free = sum(lot.points for lot in usable)
    kept = sum(hold.open for hold in held)
    if held and usable:
        parts = [
            (points, "soon" if lots.is_soon(seen, last) else "rest", _month(seen, last, words))
            for last, points in lots.by_last_day(usable)
        ]
        drawn = strip([*_once(parts), (kept, "held", words.t("balance.held"))])
    return Purse(
        words.unit(unit),
        unit.code in green_units(seen.program.rules_at(seen.now)),
        free,
        drawn,
        said,
        usable,
        _waiting(seen, unit.code),
        [_kept(seen, hold) for hold in sorted(held, key=lambda hold: hold.deadline)],
        _owing(seen, unit.code),
        _promises(seen, unit.code),
    )


def _month(seen: Seen, last: date | None, words: Words) -> str:
    return words.t("lots.never") if last is None else words.month(last, seen.today)


def _once(parts: list[tuple[int, str, str]]) -> list[tuple[int, str, str]]:
    """Labels that would stand twice in a row stand once."""
    before = ""
    found = []
    for points, look, label in parts:
        found.append((points, look, "" if label == before else label))
        before = label
    return found


def _waiting(seen: Seen, unit: str) -> list[Waiting]:
    sums: dict[tuple[date, str], int] = {}
    for lot in seen.wallet.lots.values():
        matures = lot.series.matures_at
        if lot.series.unit == unit and lot.remaining and matures is not None and seen.now < matures:
            alike = local_day(matures, seen.program.zone), lots.issuer(seen, lot.series.issuer)
            sums[alike] = sums.get(alike, 0) + lot.remaining
    return [Waiting(day, name, points) for (day, name), points in sorted(sums.items())]


def _kept(seen: Seen, hold: Hold) -> Kept:
    until = local_day(hold.deadline, seen.program.zone)
    return Kept(lots.issuer(seen, hold.merchant), until, hold.deadline <= seen.now, hold.entry, hold.open)


def _owing(seen: Seen, unit: str) -> list[Owing]:
    sums: dict[str, int] = {}
    for lot in seen.wallet.lots.values():
        if lot.series.unit == unit and lot.owed:
            name = lots.issuer(seen, lot.series.issuer)
            sums[name] = sums.get(name, 0) + lot.owed
    return [Owing(name, points) for name, points in sums.items()]


def _promises(seen: Seen, unit: str) -> list[tuple[int, str, int]]:
    """(so many points, pay so much, how many of the usable ones do) where lots were promised differently."""
    sums: dict[tuple[int, int], int] = {}
    for lot in seen.wallet.lots.values():
        if lot.series.unit == unit and lot.remaining and seen.wallet.usable(lot, seen.now):
            stamped = lot.series.offset_points, lot.series.offset_fen
            sums[stamped] = sums.get(stamped, 0) + lot.remaining
    if len(sums) < 2:
        return []
    return [(every, figures.yuan(fen), points) for (every, fen), points in sums.items()]


ROUTES = (get("/m/lots", "member.lots", show, MEMBER, key="wallet"),)
