"""Whose points are in a household's pool: told from its entries, lot by lot."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from jifen.books.entries import read_legs
from jifen.books.legs import Account, Leg
from jifen.values.ids import Id, SeriesId, WalletId
from jifen.values.points import split

Owners = dict[WalletId | None, int]
"""Points by whose they are; None: the household's in common, such as what was earned into the pool itself."""

Shares = dict[SeriesId, Owners]
"""Of each lot, free and held together, whose the points are. Zeros are left out."""


class Step(msgspec.Struct, frozen=True):
    """One entry of a pool, as far as whose points are where: its number, what it takes back, its legs."""

    no: int
    reverses: int | None
    legs: tuple[Leg, ...]


def steps_of(rows: Iterable[Any]) -> list[Step]:
    """The steps from rows of the query needs_pool."""
    return [Step(row["no"], row["reverses"], read_legs(row["legs"], row["merchant"])) for row in rows]


def shares_of(pool: WalletId, steps: Sequence[Step]) -> Shares:
    """Whose the points are that are in a pool after all its entries.

    What a member put in is that member's; what is spent or lapses is taken from all owners of a lot in
    proportion, by largest remainder; what comes back goes to those who paid it; what changes its date stays
    with its owner. Source: SCENARIOS S16 (who leaves takes the unspent own lots along).
    """
    shares: Shares = {}
    paid: dict[tuple[int, SeriesId], Owners] = {}
    for step in steps:
        moving: list[Owners] = []
        for leg in step.legs:
            if leg.account is Account.HELD:
                continue
            owners = shares.setdefault(leg.series, {})
            within = leg.account is Account.TRANSFERRED and leg.counterparty == pool
            if leg.points < 0:
                gone = _take(owners, -leg.points, _taker(leg, pool))
                if within:
                    moving.append(gone)
                else:
                    _add(paid.setdefault((step.no, leg.series), {}), gone)
            elif within:
                _add(owners, moving.pop(0))
            elif leg.account is Account.TRANSFERRED:
                _add(owners, {WalletId(leg.counterparty): leg.points})
            else:
                debt = paid.get((step.reverses, leg.series), {}) if step.reverses is not None else {}
                _add(owners, _back(debt, leg.points))
    return {
        series: {owner: points for owner, points in owners.items() if points}
        for series, owners in shares.items()
        if any(owners.values())
    }


def part_of(shares: Shares, member: WalletId) -> list[tuple[SeriesId, int]]:
    """What is one member's of a pool, lot by lot."""
    return [(series, owners[member]) for series, owners in shares.items() if owners.get(member, 0) > 0]


def divided(shares: Shares, members: Sequence[WalletId]) -> dict[WalletId, list[tuple[SeriesId, int]]]:
    """All that is in a pool among its last members: to each the own part, and equally what is in common."""
    found: dict[WalletId, list[tuple[SeriesId, int]]] = {member: [] for member in members}
    for series, owners in shares.items():
        common = sum(points for owner, points in owners.items() if owner not in found)
        equal = split(max(0, common), [1] * len(members))
        for member, part in zip(members, equal, strict=True):
            if points := owners.get(member, 0) + part:
                found[member].append((series, points))
    return found


def _taker(leg: Leg, pool: WalletId) -> WalletId | None:
    """The member to whom points go back, whose own are taken first."""
    if leg.account is Account.TRANSFERRED and leg.counterparty != pool:
        return WalletId(leg.counterparty)
    return None


def _take(owners: Owners, points: int, taker: Id | None) -> Owners:
    """Take points from the owners of a lot; what is not there is the household's debt for a moment."""
    gone: Owners = {}
    own = min(points, max(0, owners.get(WalletId(taker), 0))) if taker is not None else 0
    if own and taker is not None:
        gone[WalletId(taker)] = own
    holding = {
        owner: points - gone.get(owner, 0) for owner, points in owners.items() if points > gone.get(owner, 0)
    }
    there = min(points - own, sum(holding.values()))
    if there:
        _add(gone, dict(zip(holding, split(there, list(holding.values())), strict=True)))
    if points - own - there:
        # A claw-back takes more than is there, and the leg after it lends the difference.
        _add(gone, {None: points - own - there})
    for owner, part in gone.items():
        owners[owner] = owners.get(owner, 0) - part
    return gone


def _back(debt: Owners, points: int) -> Owners:
    """To whom points go that come back: those who paid them, in proportion; the rest is in common."""
    held = {owner: part for owner, part in debt.items() if part > 0}
    known = min(points, sum(held.values()))
    back: Owners = dict(zip(held, split(known, list(held.values())), strict=True)) if known else {}
    for owner, part in back.items():
        debt[owner] -= part
    _add(back, {None: points - known})
    return back


def _add(owners: Owners, more: Owners) -> None:
    for owner, points in more.items():
        if points:
            owners[owner] = owners.get(owner, 0) + points
