"""Rows of the passbook: each entry as a line that says where, what, how many points, and what was left."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from itertools import groupby

import msgspec
from markupsafe import Markup

from jifen.books.entries import Entry
from jifen.books.legs import Account, Kind
from jifen.engine.command import moved
from jifen.events.event import read_explanation, read_purchase
from jifen.pages import figures
from jifen.pages.reading import Seen
from jifen.pages.words import Words
from jifen.parties.programs import Unit
from jifen.rules.definition import PerAmount
from jifen.values.ids import MerchantId
from jifen.values.periods import local_day

EARNING = (Kind.PURCHASE, Kind.ACT)


class Moved(msgspec.Struct):
    """What an entry moved of one unit: usable when it was booked, not yet usable, no longer usable."""

    free: int = 0
    pending: int = 0
    lapsed: int = 0
    matures_at: datetime | None = None


class Row(msgspec.Struct, frozen=True):
    """A line of the passbook. waits: its points cannot be used yet. unit: where it is not the usual one."""

    no: int
    day: date
    title: Markup
    note: Markup
    points: int
    waits: bool
    balance: int
    unit: str


class Day(msgspec.Struct, frozen=True):
    """The rows of one day."""

    title: Markup
    rows: tuple[Row, ...]


def movements(seen: Seen, entry: Entry) -> dict[str, Moved]:
    """What an entry moved, by unit; its own unit comes first, also where nothing of it moved."""
    found: dict[str, Moved] = {entry.unit: Moved()}
    for leg in entry.legs:
        series = seen.series[leg.series]
        sums = found.setdefault(series.unit, Moved())
        expires = seen.wallet.expiry(series)
        if series.matures_at is not None and entry.recorded_at < series.matures_at:
            sums.pending += leg.points
            sums.matures_at = min(sums.matures_at or series.matures_at, series.matures_at)
        elif expires is not None and expires <= entry.recorded_at:
            sums.lapsed += leg.points
        else:
            sums.free += leg.points
    return found


def place(seen: Seen, entry: Entry) -> str:
    """Where it happened: the merchant, and the store of a purchase; nothing where no merchant took part."""
    merchant = seen.program.merchants_by_id.get(MerchantId(entry.merchant)) if entry.merchant else None
    name = merchant.name if merchant else ""
    if entry.kind is Kind.PURCHASE:
        store = seen.program.stores.get(read_purchase(entry.event).store)
        if store is not None and store.name != name:
            return store.name if store.name.startswith(name) else f"{name} {store.name}"
    return name


def unit_of(seen: Seen, code: str) -> Unit:
    """A unit of the programme by its code."""
    return seen.program.units[code]


def row_of(seen: Seen, entry: Entry, words: Words, *, dated: bool = False) -> Row:
    """The row of an entry. dated: its note says the day too, since no head above it does."""
    sums = movements(seen, entry)
    own = sums[entry.unit]
    settled = own.free + own.lapsed
    waits = settled == 0 and own.pending != 0
    usual = seen.unit is None or seen.unit.code == entry.unit
    where = place(seen, entry)
    what = words.t(f"kind.{entry.kind}")
    others = [
        words.t("row.other", points=figures.signed(points), unit=words.unit(unit_of(seen, code)))
        for code, other in sums.items()
        if code != entry.unit and (points := other.free + other.lapsed + other.pending)
    ]
    extra = extras(seen, entry) if entry.kind in EARNING else []
    said = words.joined([words.joined([*happened(seen, entry, words), *others]), *extra], "join.dot")
    zone = seen.program.zone
    time = moment(seen, entry.occurred_at, words) if dated else figures.clock(entry.occurred_at, zone)
    if not where:
        title = what
    else:
        title = (
            words.t("row.place", place=where)
            if entry.kind in EARNING
            else words.t("row.title", place=where, what=what)
        )
    return Row(
        entry.no,
        local_day(entry.occurred_at, zone),
        title,
        words.t("row.note", time=time, what=said),
        own.pending if waits else settled,
        waits,
        entry.balance.available,
        "" if usual else words.unit(unit_of(seen, entry.unit)),
    )


def by_day(seen: Seen, rows: Sequence[Row], words: Words) -> list[Day]:
    """Rows under the day on which each happened, in the order of the book."""
    days = []
    for day, group in groupby(rows, key=lambda row: row.day):
        said = words.day(day, seen.today)
        days.append(Day(words.t("day.today", day=said) if day == seen.today else said, tuple(group)))
    return days


def happened(seen: Seen, entry: Entry, words: Words) -> list[Markup]:
    """What happened, in a few words, and what that meant for debts and for when points can be used."""
    own = movements(seen, entry)[entry.unit]
    legs = [leg for leg in entry.legs if seen.series[leg.series].unit == entry.unit]
    points, repaid, owed = moved(entry.kind, legs)
    said = [_SAID.get(entry.kind, _plainly)(seen, entry, points, owed, words)]
    if owed:
        said.append(words.t("did.owed", points=figures.whole(owed)))
    if repaid:
        said.append(words.t("did.repaid", points=figures.whole(repaid)))
    if own.pending and own.matures_at is not None:
        until = words.day(local_day(own.matures_at, seen.program.zone), seen.today)
        alone = own.free == 0 and own.lapsed == 0
        key = "did.pending" if alone else "did.pending_part"
        said.append(words.t(key, points=figures.whole(abs(own.pending)), day=until))
    if own.lapsed and entry.kind in EARNING:
        said.append(words.t("did.late"))
    return said


def _plainly(seen: Seen, entry: Entry, points: int, owed: int, words: Words) -> Markup:
    return words.t(f"did.{entry.kind}", points=figures.whole(abs(points)))


def _purchase(seen: Seen, entry: Entry, points: int, owed: int, words: Words) -> Markup:
    return words.t("did.purchase", amount=figures.yuan(read_purchase(entry.event).amount))


def extras(seen: Seen, entry: Entry) -> list[str]:
    """The titles of what gave points beyond the plain rate, as the operator wrote them."""
    explanation = read_explanation(entry.explanation)
    rules = next((rules for rules in seen.program.rules if rules.version == explanation.rules), None)
    given = {rule for rule, _ in explanation.shares}
    return [
        rule.definition.title
        for rule in (rules.rules if rules else ())
        if rule.definition.id in given
        and rule.definition.title
        and rule.unit == entry.unit
        and not isinstance(rule.definition, PerAmount)
    ][:2]


def _return(seen: Seen, entry: Entry, points: int, owed: int, words: Words) -> Markup:
    return words.t("did.return", points=figures.whole(-points - owed))


def _hold(seen: Seen, entry: Entry, points: int, owed: int, words: Words) -> Markup:
    return words.t("did.hold", until=_until(seen, entry, words))


def _freeze(seen: Seen, entry: Entry, points: int, owed: int, words: Words) -> Markup:
    return words.t("did.freeze", until=_until(seen, entry, words))


def _until(seen: Seen, entry: Entry, words: Words) -> Markup:
    """The end of the hold or of the freeze that an entry began."""
    return moment(seen, seen.untils[entry.no], words)


def moment(seen: Seen, at: datetime, words: Words) -> Markup:
    """A day and a time of day."""
    day = words.day(local_day(at, seen.program.zone), seen.today)
    return words.t("date.time", day=day, time=figures.clock(at, seen.program.zone))


def _capture(seen: Seen, entry: Entry, points: int, owed: int, words: Words) -> Markup:
    back = sum(leg.points for leg in entry.legs if leg.account is Account.HELD) + points
    said = [words.t("did.capture", points=figures.whole(-points))]
    if back:
        said.append(words.t("did.capture_back", points=figures.whole(back)))
    return words.joined(said)


def _transfer(seen: Seen, entry: Entry, points: int, owed: int, words: Words) -> Markup:
    return words.t("did.transfer_in" if points > 0 else "did.transfer_out")


Saying = Callable[[Seen, Entry, int, int, Words], Markup]
_SAID: dict[Kind, Saying] = {
    Kind.PURCHASE: _purchase,
    Kind.RETURN: _return,
    Kind.HOLD: _hold,
    Kind.FREEZE: _freeze,
    Kind.CAPTURE: _capture,
    Kind.TRANSFER: _transfer,
}
