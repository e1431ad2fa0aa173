"""The verbs that move points inside one wallet: each gives legs, or says why not."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from jifen.books.legs import Account, Leg
from jifen.books.refusals import Code, Refusal
from jifen.books.series import FAR, Series, with_expiry
from jifen.books.wallet import ISSUED, Hold, Lot, Wallet
from jifen.values.ids import NOBODY, Id, MerchantId, SeriesId
from jifen.values.points import POINTS_MAX, split

Parts = list[tuple[SeriesId, int]]
"""Points taken of which series, in order."""


def draw(
    wallet: Wallet, unit: str, points: int, at: datetime, first: MerchantId | None = None
) -> Parts | Refusal:
    """Choose the lots that pay `points`: soonest to expire, never-expiring last, then oldest.

    first: a merchant whose own points go before all others (a setting of the programme).
    Source: DESIGN §2 (draw order).

    Raises:
        ValueError: fewer than one point is to be drawn, which would give points instead of taking them.
    """
    if points < 1:
        raise ValueError(f"{points} points are to be drawn: at least 1 can be")
    usable = [
        lot
        for lot in wallet.lots.values()
        if lot.remaining and lot.series.unit == unit and wallet.usable(lot, at)
    ]
    available = sum(lot.remaining for lot in usable)
    if available < points:
        return Refusal(
            Code.INSUFFICIENT_POINTS,
            f"wallet {wallet.id} has {available} available {unit}, {points} requested: ask for at "
            f"most {available}",
            {"available": available, "requested": points, "missing": points - available},
        )
    usable.sort(key=lambda lot: _draw_order(wallet, lot, first))
    parts: Parts = []
    left = points
    for lot in usable:
        if not left:
            break
        taken = min(left, lot.remaining)
        parts.append((lot.series.id, taken))
        left -= taken
    return parts


def _draw_order(
    wallet: Wallet, lot: Lot, first: MerchantId | None
) -> tuple[bool, datetime, datetime, SeriesId]:
    series = lot.series
    own = first is not None and series.issuer != first
    return own, wallet.expiry(series) or FAR, series.matures_at or FAR, series.id


def spend(parts: Iterable[tuple[SeriesId, int]], account: Account, counterparty: Id) -> list[Leg]:
    """The legs that take drawn parts out of the wallet."""
    return [Leg(series, account, -points, counterparty) for series, points in parts]


def earn(wallet: Wallet, grants: Sequence[tuple[Series, int]]) -> list[Leg] | Refusal:
    """Issue points into series, and repay with them what the wallet owes in the same unit.

    Each repayment names the merchant that is owed, so clearing knows who is paid with whose points.
    """
    legs: list[Leg] = []
    paid: dict[SeriesId, int] = {}
    for series, points in grants:
        if (refusal := overflow(wallet, series, points)) is not None:
            return refusal
        legs.append(Leg(series.id, ISSUED, points, series.issuer))
        tally = wallet.tallies.get(series.unit)
        if tally is not None and not tally.owed:
            continue
        left = points
        for debt in wallet.debts(series):
            repay = min(left, debt.owed - paid.get(debt.series.id, 0))
            if repay > 0:
                legs.append(Leg(series.id, Account.OWED, -repay, debt.series.issuer))
                paid[debt.series.id] = paid.get(debt.series.id, 0) + repay
                left -= repay
    return legs


def overflow(wallet: Wallet, series: Series, points: int) -> Refusal | None:
    """The refusal of points that would lift a lot beyond what can be kept exact."""
    lot = wallet.lots.get(series.id)
    if points + (lot.granted if lot is not None else 0) <= POINTS_MAX:
        return None
    return Refusal(
        Code.POINTS_OVERFLOW,
        f"{points} points would lift the lot above {POINTS_MAX}: check the amount and the rule's rate",
        {"requested": points, "most": POINTS_MAX},
    )


def claw_back(wallet: Wallet, takes: Iterable[tuple[Series, int]]) -> list[Leg]:
    """Take earned points back from the very series; what was spent of them becomes owed.

    First what is free there, then what got a later date (it moves back first), then what expired unused: its
    expiry is taken back, for nobody owes what was of no use. Never refuses and never takes from another lot.
    Source: DESIGN §2 (returns; owed), COMPLIANCE §2 (only spent points fall short).
    """
    legs: list[Leg] = []
    for series, points in takes:
        own = wallet.lots.get(series.id)
        later = wallet.later(series)
        gone = points - min(points, own.remaining if own else 0)
        for lot in later:
            moved = min(gone, lot.remaining)
            gone -= moved
            legs += _move(wallet, lot.series, series, moved)
        for lot in [own, *later] if own else later:
            lapsed = min(gone, lot.lapsed)
            gone -= lapsed
            if lapsed:
                legs.append(Leg(lot.series.id, Account.EXPIRED, lapsed, series.issuer))
                legs += _move(wallet, lot.series, series, lapsed)
        legs.append(Leg(series.id, Account.CLAWED_BACK, -points, series.issuer))
        if gone:
            legs.append(Leg(series.id, Account.OWED, gone, series.issuer))
    return legs


def _move(wallet: Wallet, series: Series, to: Series, points: int) -> list[Leg]:
    """The legs by which points change their series within a wallet; none where there is nothing to move."""
    if not points or series.id == to.id:
        return []
    return [
        Leg(series.id, Account.TRANSFERRED, -points, wallet.id),
        Leg(to.id, Account.TRANSFERRED, points, wallet.id),
    ]


def restore_parts(spent: Parts, returned: Parts, points: int) -> Parts:
    """Which lots `points` of an earlier spending go back to: largest remainder over what is still out.

    Any sequence of calls whose points sum to the whole gives every lot back exactly what it paid.
    """
    back: dict[SeriesId, int] = {}
    for series, given in returned:
        back[series] = back.get(series, 0) + given
    out = [paid - back.get(series, 0) for series, paid in spent]
    shares = split(points, out)
    return [(series, share) for (series, _), share in zip(spent, shares, strict=True) if share]


def give_back(
    wallet: Wallet,
    parts: Parts,
    account: Account,
    counterparty: Id,
    at: datetime,
    grace_until: datetime | None,
) -> tuple[list[Leg], list[Series]]:
    """Return points to their very lots; lots whose date has passed get the programme's grace.

    grace_until: the end of the grace period, None for none: such points then expire at the next run.
    What a lot owes because these very points were gone is repaid with them, also where they had a later
    date meanwhile. Returns the legs and the series that may be new.
    """
    legs: list[Leg] = []
    new: list[Series] = []
    paid: dict[SeriesId, int] = {}
    for series_id, points in parts:
        legs.append(Leg(series_id, account, points, counterparty))
        series = wallet.lots[series_id].series
        if account is not Account.HELD:
            repaid = 0
            for debt in (wallet.lots.get(series_id), wallet.lots.get(series.origin or series_id)):
                if debt is not None:
                    repay = min(points - repaid, debt.owed - paid.get(debt.series.id, 0))
                    paid[debt.series.id] = paid.get(debt.series.id, 0) + repay
                    repaid += repay
            if repaid:
                legs.append(Leg(series_id, Account.OWED, -repaid, series.issuer))
            points -= repaid
        expires = wallet.expiry(series)
        if points and grace_until is not None and expires is not None and expires <= at < grace_until:
            later = with_expiry(series, grace_until)
            legs += _move(wallet, series, later, points)
            new.append(later)
    return legs, new


def past_date(wallet: Wallet, at: datetime, date: datetime | None = None) -> list[Lot]:
    """The lots with free points whose date has passed. date: only those that expire at that instant."""
    found = []
    for lot in wallet.lots.values():
        if not lot.remaining:
            continue
        expires = wallet.expiry(lot.series)
        if expires is not None and expires <= at and date in (None, expires):
            found.append(lot)
    return found


def expire(wallet: Wallet, at: datetime, date: datetime | None = None) -> list[Leg]:
    """The free points of every lot whose date has passed; what is held stays until the hold ends.

    date: only lots that expire at that instant.
    """
    return [
        Leg(lot.series.id, Account.EXPIRED, -lot.remaining, lot.series.issuer)
        for lot in past_date(wallet, at, date)
    ]


def extend(wallet: Wallet, lots: Iterable[Lot], until: datetime) -> tuple[list[Leg], list[Series]]:
    """The free points of lots move to series that live until an instant; the legs, and those series."""
    legs: list[Leg] = []
    new: list[Series] = []
    for lot in lots:
        later = with_expiry(lot.series, until)
        legs += _move(wallet, lot.series, later, lot.remaining)
        new.append(later)
    return legs, new


def revive(
    wallet: Wallet, lapsed: Iterable[tuple[Series, int]], until: datetime
) -> tuple[list[Leg], list[Series]]:
    """Points that expired unused live again, until an instant: their expiry is taken back.

    The legs, and the series that may be new or whose lots are empty. Source: SCENARIOS S27.
    """
    legs: list[Leg] = []
    new: list[Series] = []
    for series, points in lapsed:
        later = with_expiry(series, until)
        legs.append(Leg(series.id, Account.EXPIRED, points, series.issuer))
        legs += _move(wallet, series, later, points)
        new += (series, later)
    return legs, new


def hold(parts: Parts) -> list[Leg]:
    """Set drawn points aside."""
    return [Leg(series, Account.HELD, -points, NOBODY) for series, points in parts]


def capture_parts(held: Hold, points: int) -> tuple[Parts, Parts]:
    """Divide a hold into what a capture of `points` takes (first parts first) and what is left."""
    taken: Parts = []
    rest: Parts = []
    left = points
    for series, part in held.parts:
        now = min(left, part)
        left -= now
        if now:
            taken.append((series, now))
        if part > now:
            rest.append((series, part - now))
    return taken, rest
