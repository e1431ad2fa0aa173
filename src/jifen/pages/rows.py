"""Rows of the passbook: each entry as a line that says where, what, how many points, and what was left."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby

import msgspec
from markupsafe import Markup

from jifen.books.entries import Entry
from jifen.books.explanation import read_explanation
from jifen.books.legs import Kind
from jifen.events.event import read_purchase
from jifen.pages import figures, naming
from jifen.pages.happenings import EARNING, happened, kind_of, movements
from jifen.pages.reading import Seen
from jifen.pages.remembered import moment
from jifen.pages.words import Words
from jifen.parties.programs import Unit
from jifen.rules.definition import PerAmount
from jifen.values.ids import MerchantId
from jifen.values.periods import local_day


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
    what = words.t(f"kind.{kind_of(entry)}")
    others = [
        words.t("row.other", points=figures.signed(points), unit=words.unit(unit_of(seen, code)))
        for code, other in sums.items()
        if code != entry.unit and (points := other.free + other.lapsed + other.pending)
    ]
    extra = extras(seen, entry, words) if entry.kind in EARNING else []
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


def extras(seen: Seen, entry: Entry, words: Words) -> list[Markup]:
    """The titles of what gave points beyond the plain rate, as the operator wrote them."""
    explanation = read_explanation(entry.explanation)
    rules = next((rules for rules in seen.program.rules if rules.version == explanation.rules), None)
    given = {rule for rule, _ in explanation.shares}
    return [
        naming.title_of(rule.definition, words)
        for rule in (rules.rules if rules else ())
        if rule.definition.id in given
        and rule.definition.title
        and rule.unit == entry.unit
        and not isinstance(rule.definition, PerAmount)
    ][:2]
