"""The wallet page: what a member has, what lapses next, and the newest entries."""

from collections.abc import Sequence

import msgspec
from markupsafe import Markup

from jifen.books.wallet import Balance
from jifen.pages import figures, lots
from jifen.pages.lots import Held, Lapse
from jifen.pages.reading import Seen
from jifen.pages.remembered import moment
from jifen.pages.rows import Day, by_day, row_of
from jifen.pages.strip import Segment
from jifen.pages.words import Words
from jifen.parties.programs import Unit
from jifen.values.periods import local_day

RECENT = 8
"""So many entries a wallet shows before `all`."""

NOTHING = Balance()


class Cell(msgspec.Struct, frozen=True):
    """A qualified balance with what happens to it next."""

    name: Markup
    points: int
    next: Markup
    presses: bool = False


class Other(msgspec.Struct, frozen=True):
    """Points of another unit of the programme."""

    name: Markup
    available: int
    note: Markup


class WalletView(msgspec.Struct, frozen=True):
    """What the wallet's template reads. worth: what the available points pay; empty: they pay nothing."""

    unit: Markup
    title: Markup
    available: int
    worth: str
    rate: Markup
    strip: Sequence[Segment]
    strip_said: Markup
    lapsing: Sequence[Lapse]
    lots: Sequence[Held]
    cells: Sequence[Cell]
    others: Sequence[Other]
    frozen_until: Markup
    days: Sequence[Day]
    has_more: bool


def wallet_view(seen: Seen, words: Words) -> WalletView:
    """What the page of a wallet says. Entries beyond RECENT only tell that there are more."""
    unit = seen.unit
    balance = seen.wallet.balance(unit.code, seen.now) if unit else NOTHING
    held = lots.usable(seen, unit.code) if unit else []
    rows = [row_of(seen, entry, words) for entry in seen.entries[:RECENT]]
    frozen = seen.wallet.frozen_until if seen.wallet.frozen(seen.now) else None
    return WalletView(
        unit=words.unit(unit) if unit else Markup(),
        title=words.t("wallet.available", unit=words.unit(unit, long=True) if unit else ""),
        available=balance.available,
        worth=_worth(seen, unit),
        rate=_rate(seen, unit, words),
        strip=lots.drawn(seen, held, words),
        strip_said=lots.strip_said(seen, held, words),
        lapsing=lots.lapsing(seen, held, words),
        lots=held,
        cells=_cells(seen, unit.code if unit else "", balance, words),
        others=_others(seen, words),
        frozen_until=moment(seen, frozen, words) if frozen else Markup(),
        days=by_day(seen, rows, words),
        has_more=len(seen.entries) > RECENT,
    )


def _worth(seen: Seen, unit: Unit | None) -> str:
    """What the available points pay: each lot what was promised when it was earned (COMPLIANCE R04)."""
    if unit is None:
        return ""
    sums = {seen.program.worth(unit.code, seen.program.rules_at(seen.now)): 0}
    for lot in seen.wallet.lots.values():
        if lot.remaining and lot.series.unit == unit.code and seen.wallet.usable(lot, seen.now):
            stamped = lot.series.offset_points, lot.series.offset_fen
            sums[stamped] = sums.get(stamped, 0) + lot.remaining
    if not any(fen for _, fen in sums):
        return ""
    return figures.yuan(sum(points * fen // every for (every, fen), points in sums.items()))


def _rate(seen: Seen, unit: Unit | None, words: Words) -> Markup:
    """What points are worth that are earned now."""
    if unit is None:
        return Markup()
    every, fen = seen.program.worth(unit.code, seen.program.rules_at(seen.now))
    if not fen:
        return Markup()
    points = figures.whole(every)
    return words.t("wallet.rate", points=points, unit=words.unit(unit), amount=figures.yuan(fen))


def _cells(seen: Seen, unit: str, balance: Balance, words: Words) -> list[Cell]:
    none = words.t("wallet.none")
    return [
        Cell(
            words.t("balance.pending"),
            balance.pending,
            _matures(seen, unit, words) if balance.pending else none,
        ),
        Cell(words.t("balance.held"), balance.held, _held_for(seen, unit, words) if balance.held else none),
        Cell(
            words.t("balance.owed"),
            balance.owed,
            words.t("wallet.owed_next") if balance.owed else none,
            balance.owed > 0,
        ),
    ]


def _matures(seen: Seen, unit: str, words: Words) -> Markup:
    """From which day on pending points can be used, or the first of several."""
    days = {
        local_day(lot.series.matures_at, seen.program.zone)
        for lot in seen.wallet.lots.values()
        if lot.remaining
        and lot.series.unit == unit
        and lot.series.matures_at
        and seen.now < lot.series.matures_at
    }
    key = "wallet.matures" if len(days) == 1 else "wallet.matures_first"
    return words.t(key, day=words.day(min(days), seen.today))


def _held_for(seen: Seen, unit: str, words: Words) -> Markup:
    """For whom points are held and until when, or how many holds there are and when the first ends."""
    holds = [hold for hold in seen.wallet.holds.values() if hold.unit == unit and hold.open]
    first = min(holds, key=lambda hold: hold.deadline)
    if first.deadline <= seen.now:
        return words.t("wallet.held_over")
    day = words.day(local_day(first.deadline, seen.program.zone), seen.today)
    if len(holds) > 1:
        return words.t("wallet.held_many", count=len(holds), day=day)
    return words.t("wallet.held_for", merchant=lots.issuer(seen, first.merchant), day=day)


def _others(seen: Seen, words: Words) -> list[Other]:
    """The other units that the wallet has anything of."""
    found = []
    for unit in seen.program.units.values():
        balance = seen.wallet.balance(unit.code, seen.now)
        if (seen.unit and unit.code == seen.unit.code) or balance == NOTHING:
            continue
        parts = [("pending", balance.pending), ("held", balance.held), ("owed", balance.owed)]
        note = [
            words.t("wallet.part", name=words.t(f"balance.{name}"), points=figures.whole(points))
            for name, points in parts
            if points
        ]
        found.append(Other(words.unit(unit), balance.available, words.joined(note)))
    return found
