"""The member's history: all entries, by what they did; and each one explained, with its proof."""

from collections.abc import Sequence

import msgspec
from litestar import Response
from markupsafe import Markup

from jifen.books.entries import Entry
from jifen.books.legs import Account, Kind
from jifen.events.event import read_purchase
from jifen.pages.days import calendar_of
from jifen.pages.entry_view import entry_view
from jifen.pages.happenings import movements
from jifen.pages.reading import NEWEST, Seen, read_chosen, read_entries, read_entry
from jifen.pages.rows import by_day, row_of, unit_of
from jifen.pages.words import Words
from jifen.rules.calendars import Markets, stores_on
from jifen.site.member.green import green_units
from jifen.site.member.own import there, wallet_of
from jifen.site.routing import MEMBER, get
from jifen.site.visit import Stop, Visit
from jifen.values.periods import local_day

ON_A_PAGE = 30

FILTERS: dict[str, tuple[tuple[Account, ...], tuple[Account, ...]]] = {
    "got": ((Account.ISSUED, Account.ADJUSTED, Account.TRANSFERRED), ()),
    "used": (
        (Account.REDEEMED, Account.DONATED, Account.HELD),
        (Account.REDEEMED, Account.DONATED, Account.HELD, Account.TRANSFERRED),
    ),
    "gone": ((), (Account.CLAWED_BACK, Account.EXPIRED, Account.ADJUSTED)),
}
"""What an entry did: from which accounts points came in, and to which they went out."""


class Beside(msgspec.Struct, frozen=True):
    """What an entry moved of another unit."""

    points: int
    unit: Markup
    green: bool


async def show(visit: Visit) -> Response[bytes]:
    """All entries, newest first, so many on a page, or only those that did one thing."""
    house, wallet = visit.house, wallet_of(visit)
    before = _number(visit.query("before"))
    kind = visit.query("what") if visit.query("what") in FILTERS else ""
    below, most = before or NEWEST, ON_A_PAGE + 1
    if kind:
        chosen = (below, most, *([str(one) for one in side] for side in FILTERS[kind]))
        found = await read_chosen(house.pool, house.catalog, wallet, "page_entries_moving", *chosen)
    else:
        found = await read_entries(house.pool, house.catalog, wallet, below, most)
    seen = there(found)
    shown = seen.entries[:ON_A_PAGE]
    return visit.page(
        "member/entries.html",
        days=by_day(seen, [row_of(seen, entry, visit.words) for entry in shown], visit.words),
        older=shown[-1].no if len(seen.entries) > ON_A_PAGE else None,
        before=before,
        what=kind,
        whats=("", *FILTERS),
        back="/m/wallet",
    )


async def explained(visit: Visit) -> Response[bytes]:
    """One entry: what it gave and why, what it did not give and why, and what proves it."""
    house = visit.house
    number = _number(visit.args["no"])
    seen = number and await read_entry(house.pool, house.catalog, wallet_of(visit), number)
    if not seen:
        raise Stop("no_entry", 404, back="/m/entries")
    entry = seen.entries[0]
    return visit.page(
        "member/entry.html",
        view=entry_view(seen, visit.words),
        entry=entry,
        beside=beside_of(seen, entry, visit.words),
        greens=_green_names(seen, visit.words),
        green_codes=green_units(seen.program.rules_at(entry.occurred_at)),
        market=_market(seen, entry, visit.words),
        back="/m/entries",
    )


def beside_of(seen: Seen, entry: Entry, words: Words) -> Sequence[Beside]:
    """What an entry moved beside its own unit."""
    greens = green_units(seen.program.rules_at(entry.occurred_at))
    return [
        Beside(points, words.unit(unit_of(seen, code)), code in greens)
        for code, sums in movements(seen, entry).items()
        if code != entry.unit and (points := sums.free + sums.pending + sums.lapsed)
    ]


def _green_names(seen: Seen, words: Words) -> frozenset[str]:
    """What green units are called, since a moved lot names its unit by that."""
    return frozenset(
        str(words.unit(seen.program.units[code]))
        for code in green_units(seen.program.rules_at(seen.now))
        if code in seen.program.units
    )


def _market(seen: Seen, entry: Entry, words: Words) -> Markup:
    """The market day on which something was bought, as that store has them; nothing on other days."""
    if entry.kind is not Kind.PURCHASE:
        return Markup()
    rules, store = seen.program.rules_at(entry.occurred_at), read_purchase(entry.event).store
    day = local_day(entry.occurred_at, seen.program.zone)
    for calendar in rules.definition.calendars.values() if rules else ():
        if isinstance(calendar, Markets) and store in (stores_on(calendar, day) or ()):
            return calendar_of(calendar, seen.program, store, words)
    return Markup()


def _number(text: str) -> int | None:
    """The number of an entry; None where the text is none."""
    if not text.isascii() or not text.isdigit() or len(text) > len(str(NEWEST)):
        return None
    number = int(text)
    return number if 0 < number < NEWEST else None


ROUTES = (
    get("/m/entries", "member.entries", show, MEMBER, key="wallet"),
    get("/m/entries/{no}", "member.entry", explained, MEMBER, key="wallet"),
)
