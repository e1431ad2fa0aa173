"""The family as its pages show it: who is in it, whose points are in the pool, and what went in and out."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from markupsafe import Markup

from jifen.books.legs import Account
from jifen.pages.lots import last_day
from jifen.pages.reading import NEWEST, read_entries
from jifen.pages.rows import row_of
from jifen.pages.strip import Segment, strip
from jifen.pages.words import Words
from jifen.parties.programs import Program, Unit
from jifen.site.visit import Visit
from jifen.store.queries import q
from jifen.values.ids import WalletId, cell_of

LOOKS = 6
"""So many neutral colours there are for owners; in a larger family they take turns, with names beside."""

MOVES = 8


class Owner(msgspec.Struct, frozen=True):
    """A member of the family. put: points in the pool that are this member's, the first of which last until
    `last`; lets: so many a month the others may spend; look: the colour.
    """

    number: str
    name: str
    letter: str
    head: bool
    mine: bool
    since: datetime | None
    put: int
    last: date | None
    lets: int
    look: str


class Move(msgspec.Struct, frozen=True):
    """What went into the pool or out of it."""

    title: Markup
    at: datetime
    points: int


class Home(msgspec.Struct, frozen=True):
    """The member's household. common: points in the pool of nobody alone; spendable: by all together."""

    number: str
    unit: Unit
    owners: tuple[Owner, ...]
    common: int
    spendable: int
    payable: int
    segments: Sequence[Segment]

    @property
    def me(self) -> Owner:
        """The member who looks."""
        return next(one for one in self.owners if one.mine)

    @property
    def others(self) -> tuple[Owner, ...]:
        """The rest of the family."""
        return tuple(one for one in self.owners if not one.mine)

    @property
    def pool(self) -> int:
        """Points in the pool."""
        return self.common + sum(one.put for one in self.owners)


def unit_now(program: Program, now: datetime) -> Unit:
    """The programme's own points."""
    rules = program.rules_at(now)
    return program.units[rules.definition.unit] if rules else next(iter(program.units.values()))


async def names_of(visit: Visit, numbers: Sequence[str]) -> dict[str, str]:
    """The names of members by their numbers; who has none is called by the number."""
    found = await visit.house.members.wallets(visit.program.id, list(numbers))
    wallets = list(found.values())
    rows = await visit.house.pool.fetch(q("site_names"), [cell_of(one) for one in wallets], wallets)
    named = {row["number"]: row["name"] or row["number"] for row in rows}
    return {number: named.get(number, number) for number in numbers}


async def home_of(visit: Visit) -> Home | None:
    """The household of the member; None: there is none."""
    seen = await visit.api.get(f"{visit.mine}/household")
    if seen["number"] is None:
        return None
    unit = unit_now(visit.program, visit.now)
    names = await names_of(visit, [one["number"] for one in seen["members"]])
    shares = [one for one in seen["shares"] if one["unit"] == unit.code]
    owners = tuple(
        _owner(visit, one, names[one["number"]], shares, unit.code, place)
        for place, one in enumerate(seen["members"])
    )
    known = {one.number for one in owners}
    common = sum(one["points"] for one in shares if one["member"] not in known)
    parts = [(one.put, one.look, "") for one in owners if one.put]
    if common:
        parts.append((common, "own-0", ""))
    return Home(
        seen["number"],
        unit,
        owners,
        common,
        seen["pooled"].get(unit.code, 0),
        seen["payable"].get(unit.code, 0),
        strip(parts) if parts else (),
    )


def _owner(visit: Visit, one: Any, name: str, shares: Sequence[Any], unit: str, place: int) -> Owner:
    own = [share for share in shares if share["member"] == one["number"]]
    ends = [datetime.fromisoformat(share["expires_at"]) for share in own if share["expires_at"]]
    return Owner(
        one["number"],
        name,
        _letter(name),
        one["head"],
        one["number"] == visit.number,
        datetime.fromisoformat(one["since"]) if one["since"] else None,
        sum(share["points"] for share in own),
        last_day(min(ends), visit.program.zone) if ends else None,
        one["lets"].get(unit, 0),
        f"own-{place % LOOKS + 1}",
    )


def _letter(name: str) -> str:
    """What stands in the circle before a name: the last sign of a Chinese name, else the first letter."""
    return name[-1:] if name[-1:] > "\u2e80" or name[-1:].isdigit() else name[:1].upper()


async def moves_of(visit: Visit, home: Home, words: Words) -> list[Move]:
    """The newest entries of the pool that moved points, and whose hand it was."""
    members = visit.house.members
    wallets = await members.wallets(visit.program.id, [home.number, *(one.number for one in home.owners)])
    names = {wallets[one.number]: one.name for one in home.owners if one.number in wallets}
    seen = await read_entries(visit.house.pool, visit.house.catalog, wallets[home.number], NEWEST, MOVES * 2)
    moves = []
    for entry in seen.entries if seen else ():
        row = row_of(seen, entry, words) if seen else None
        if row is None or not row.points or entry.unit != home.unit.code:
            continue
        hands = {leg.counterparty for leg in entry.legs if leg.account is Account.TRANSFERRED}
        name = next((names[WalletId(hand)] for hand in hands if WalletId(hand) in names), "")
        key = "family.put_in" if row.points > 0 else "family.took_out"
        title = words.t(key, name=name) if name else row.title
        moves.append(Move(title, entry.occurred_at, row.points))
    return moves[:MOVES]
