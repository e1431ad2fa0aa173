"""The entry page: what happened, which rule gave what, why not more, and which lots the points moved in."""

from collections.abc import Sequence
from itertools import cycle

import msgspec
from markupsafe import Markup

from jifen.books.entries import Entry
from jifen.books.legs import Account, Kind, Leg
from jifen.events.event import lines_of, read_purchase, read_return
from jifen.pages import figures, lots
from jifen.pages.explaining import Explained, Told, explain, version_of
from jifen.pages.happenings import EARNING, happened, kind_of, movements, reason_of
from jifen.pages.reading import Seen
from jifen.pages.remembered import moment
from jifen.pages.rewarded import rewarded
from jifen.pages.rows import Row, place, row_of, unit_of
from jifen.pages.strip import Segment, strip
from jifen.pages.words import Words
from jifen.values.periods import local_day

LOOKS = ("a", "b", "c")
"""Looks that take turns in the strip of rules; titles and figures beside them tell them apart."""

WHY = {
    Kind.PURCHASE: "earned",
    Kind.ACT: "earned",
    Kind.COMPENSATE: "earned",
    Kind.RETURN: "taken_back",
    Kind.REDEEM: "spent",
    Kind.CAPTURE: "spent",
    Kind.DONATE: "spent",
}
"""What the page of a kind asks; of the others it asks what happened."""


class Line(msgspec.Struct, frozen=True):
    """A line of a basket, or of what came back of one. amount: empty where it is not said."""

    name: str
    category: str
    quantity: int
    amount: str


class Moving(msgspec.Struct, frozen=True):
    """Points into or out of a lot. last: its last day; empty: it lasts for ever."""

    last: str
    issuer: str
    how: Markup
    points: int
    unit: Markup


class Fact(msgspec.Struct, frozen=True):
    """A name and its value."""

    name: Markup
    value: Markup | str
    strong: bool = False


class EntryView(msgspec.Struct, frozen=True):
    """What the entry's template reads. others: (points, unit) moved beside the entry's own unit."""

    title: Markup
    place: str
    points: int
    waits: bool
    unit: Markup
    others: Sequence[tuple[int, Markup]]
    happened: Markup
    when: Sequence[Markup]
    lines: Sequence[Line]
    explained: Explained | None
    reward: Told | None
    strip: Sequence[Segment]
    looks: Sequence[str]
    movings: Sequence[Moving]
    moved_key: str
    facts: Sequence[Fact]
    related: Sequence[Row]


def entry_view(seen: Seen, words: Words) -> EntryView:
    """What the page of the first entry says; the other entries are those that hang together with it."""
    entry = seen.entries[0]
    row = row_of(seen, entry, words)
    explained = explain(seen.program, entry, words, purchase=seen.purchase)
    movings = _movings(seen, entry, words)
    looks = _looks(explained)
    return EntryView(
        title=words.t(f"why.{WHY.get(entry.kind, 'happened')}"),
        place=place(seen, entry) or words.t(f"kind.{kind_of(entry)}"),
        points=row.points,
        waits=row.waits,
        unit=words.unit(unit_of(seen, entry.unit)),
        others=_others(seen, entry, words),
        happened=words.joined([*_came_back(entry, words), *happened(seen, entry, words)]),
        when=_when(seen, entry, words),
        lines=_lines(entry),
        explained=explained,
        reward=rewarded(seen.program, entry, words),
        strip=_strip(explained, looks),
        looks=looks,
        movings=movings,
        moved_key=_moved_key(movings),
        facts=_facts(seen, entry, explained, words),
        related=[row_of(seen, other, words, dated=True) for other in seen.entries[1:]],
    )


def _others(seen: Seen, entry: Entry, words: Words) -> list[tuple[int, Markup]]:
    return [
        (points, words.unit(unit_of(seen, code)))
        for code, sums in movements(seen, entry).items()
        if code != entry.unit and (points := sums.free + sums.pending + sums.lapsed)
    ]


def _when(seen: Seen, entry: Entry, words: Words) -> list[Markup]:
    """When it happened, and when it was booked where that was on another day."""
    zone = seen.program.zone
    day = local_day(entry.occurred_at, zone)
    said = [words.t("date.time", day=words.full_day(day), time=figures.clock(entry.occurred_at, zone))]
    if local_day(entry.recorded_at, zone) != day:
        said.append(words.t("entry.recorded", at=moment(seen, entry.recorded_at, words)))
    return said


def _came_back(entry: Entry, words: Words) -> list[Markup]:
    """What of a purchase was returned."""
    if entry.kind is not Kind.RETURN:
        return []
    back = read_return(entry.event)
    if back.lines:
        return [words.t("return.lines", len(back.lines), count=len(back.lines))]
    return [words.t("return.all") if back.all else words.t("return.amount", amount=figures.yuan(back.amount))]


def _lines(entry: Entry) -> list[Line]:
    """The basket of a purchase, or what came back of one."""
    if entry.kind is Kind.PURCHASE:
        return [
            Line(line.sku, line.category, line.quantity, figures.yuan(line.amount))
            for line in lines_of(read_purchase(entry.event))
        ]
    if entry.kind is Kind.RETURN:
        return [Line(sku, "", quantity, "") for sku, quantity in read_return(entry.event).lines]
    return []


def _looks(explained: Explained | None) -> list[str]:
    """A look for each rule that is drawn; rules that give another unit are not."""
    looks = cycle(LOOKS)
    return [] if explained is None else ["" if told.unit else next(looks) for told in explained.given]


def _strip(explained: Explained | None, looks: Sequence[str]) -> list[Segment]:
    """What each rule had part in it, where there is more than one."""
    if explained is None:
        return []
    parts = [(abs(told.points), look, "") for told, look in zip(explained.given, looks, strict=True) if look]
    return strip(parts) if len(parts) > 1 else []


def _movings(seen: Seen, entry: Entry, words: Words) -> list[Moving]:
    """The legs of an entry; those that look alike to a member are one, as lots are on the wallet's page."""
    sums: dict[tuple[str, str, Markup, Markup], int] = {}
    for leg in entry.legs:
        series = seen.series[leg.series]
        last = lots.last_of(seen, series)
        unit = Markup() if series.unit == entry.unit else words.unit(unit_of(seen, series.unit))
        issuer = lots.issuer(seen, series.issuer)
        alike = figures.iso(last) if last else "", issuer, _how(seen, leg, words), unit
        sums[alike] = sums.get(alike, 0) + leg.points
    return [Moving(last, issuer, how, points, unit) for (last, issuer, how, unit), points in sums.items()]


def _how(seen: Seen, leg: Leg, words: Words) -> Markup:
    """What a leg did. Within a wallet only a grace period moves points: to a lot with a later date."""
    graced = leg.account is Account.TRANSFERRED and leg.counterparty == seen.wallet.id
    return words.t(f"account.{'grace' if graced else leg.account}.{'in' if leg.points > 0 else 'out'}")


def _moved_key(movings: Sequence[Moving]) -> str:
    if all(moving.points > 0 for moving in movings):
        return "lots.into"
    return "lots.out_of" if all(moving.points < 0 for moving in movings) else "lots.both"


def _facts(seen: Seen, entry: Entry, explained: Explained | None, words: Words) -> list[Fact]:
    """Balances after it, who issued, by which rules, why, and the numbers by which it is found."""
    facts = [Fact(words.t("entry.balance"), figures.whole(entry.balance.available), strong=True)]
    for name in ("pending", "held", "owed"):
        points: int = getattr(entry.balance, name)
        if points:
            facts.append(Fact(words.t(f"balance.{name}"), figures.whole(points)))
    if entry.kind in EARNING and (issuers := _issuers(seen, entry)):
        facts.append(Fact(words.t("entry.issuer"), words.joined(issuers, "join.list")))
    if explained is not None:
        facts.append(Fact(words.t("entry.rules"), version_of(seen.program, explained, words)))
    if reason := seen.reason or reason_of(entry):
        facts.append(Fact(words.t("entry.reason"), reason))
    number = words.joined([figures.numbered(entry.no), figures.short_hash(entry.hash)], "join.dot")
    facts.append(Fact(words.t("entry.number"), number))
    return facts


def _issuers(seen: Seen, entry: Entry) -> list[str]:
    issued = [seen.series[leg.series] for leg in entry.legs if leg.account is Account.ISSUED]
    return list(dict.fromkeys(lots.issuer(seen, series.issuer) for series in issued))
