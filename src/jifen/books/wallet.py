"""The wallet as the books see it: lots, holds, counters and what a balance is."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

import msgspec

from jifen.books.legs import GRANTING, Account, Leg
from jifen.books.series import FAR, Series, expiry_of
from jifen.values.ids import Id, MerchantId, ProgramId, SeriesId, WalletId
from jifen.values.points import POINTS_MAX

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class BooksError(Exception):
    """A plan that would break the books: a fault of ours, never of the caller."""


class Lot(msgspec.Struct, gc=False):
    """A wallet's holding of one series, in points: ever granted, free, under hold, and owed.

    stored: the row was read or written before; else it is new here, or was empty when the wallet was read.
    """

    series: Series
    granted: int = 0
    remaining: int = 0
    held: int = 0
    owed: int = 0
    stored: bool = False


class Hold(msgspec.Struct):
    """Points set aside until a deadline. `parts`: what is still held of which series, in draw order."""

    id: Id
    unit: str
    merchant: MerchantId
    points: int
    deadline: datetime
    parts: list[tuple[SeriesId, int]]
    entry: int = 0

    @property
    def open(self) -> int:
        """Points still under this hold."""
        return sum(points for _, points in self.parts)


class Balance(msgspec.Struct, frozen=True, gc=False):
    """Points of one unit, always qualified."""

    available: int = 0
    pending: int = 0
    held: int = 0
    owed: int = 0


class Wallet(msgspec.Struct):
    """A snapshot of one wallet. `version` is the number of its last entry, `head` that entry's hash."""

    id: WalletId
    cell: int
    program: ProgramId
    zone: str
    version: int = 0
    head: bytes = b""
    household: Id | None = None
    active_at: datetime = EPOCH
    frozen_until: datetime | None = None
    lots: dict[SeriesId, Lot] = {}
    holds: dict[Id, Hold] = {}
    counters: dict[tuple[str, str], int] = {}

    def expiry(self, series: Series) -> datetime | None:
        """When points of a series expire in this wallet."""
        return series.expires_at if series.idle_months is None else expiry_of(series, self.active_at, self.zone)

    def frozen(self, at: datetime) -> bool:
        """Whether spending is stopped; a freeze lifts by itself at its deadline (S17)."""
        return self.frozen_until is not None and at < self.frozen_until

    def usable(self, lot: Lot, at: datetime) -> bool:
        """Whether the lot's free points can be spent at an instant: matured and not expired."""
        series = lot.series
        if series.matures_at is not None and at < series.matures_at:
            return False
        expires = self.expiry(series)
        return expires is None or at < expires

    def owed(self, unit: str) -> int:
        """Points of a unit that later earnings repay."""
        return sum(lot.owed for lot in self.lots.values() if lot.owed and lot.series.unit == unit)

    def balance(self, unit: str, at: datetime) -> Balance:
        """The four qualified balances of a unit at an instant. Expired points are in none of them."""
        available = pending = held = owed = 0
        for lot in self.lots.values():
            series = lot.series
            if series.unit != unit:
                continue
            held += lot.held
            owed += lot.owed
            if lot.remaining:
                if series.matures_at is not None and at < series.matures_at:
                    pending += lot.remaining
                    continue
                expires = series.expires_at if series.idle_months is None else self.expiry(series)
                if expires is None or at < expires:
                    available += lot.remaining
        return Balance(available, pending, held, owed)

    def post(self, legs: Iterable[Leg], known: Mapping[SeriesId, Series]) -> set[SeriesId]:
        """Move the points of the legs; returns the series whose lots changed.

        Raises:
            BooksError: where a lot would fall below zero. The snapshot is then to be thrown away.
        """
        changed: set[SeriesId] = set()
        for leg in legs:
            lot = self.lots.get(leg.series)
            if lot is None:
                lot = self.lots[leg.series] = Lot(known[leg.series])
            points = leg.points
            lot.remaining += points
            changed.add(leg.series)
            account = leg.account
            if account is Account.HELD:
                lot.held -= points
            elif account is Account.OWED:
                changed |= self._owe(lot, points, leg.counterparty)
            if points > 0 and account in GRANTING:
                lot.granted += points
        for series in changed:
            lot = self.lots[series]
            if lot.remaining < 0 or lot.held < 0 or lot.owed < 0 or lot.granted > POINTS_MAX:
                raise BooksError(f"wallet {self.id}: the plan leaves lot {series} at {lot}")
        return changed

    def _owe(self, lot: Lot, points: int, creditor: Id) -> set[SeriesId]:
        if points >= 0:
            lot.owed += points
            return set()
        changed = set()
        left = -points
        for debt in self.debts(lot.series.unit):
            if left and debt.series.issuer == creditor:
                paid = min(left, debt.owed)
                debt.owed -= paid
                left -= paid
                changed.add(debt.series.id)
        if left:
            raise BooksError(f"wallet {self.id} repays {left} points more than it owes to {creditor}")
        return changed

    def debts(self, unit: str) -> list[Lot]:
        """Lots of a unit that owe, in the order in which they are repaid: oldest date first."""
        owing = [lot for lot in self.lots.values() if lot.owed and lot.series.unit == unit]
        return sorted(owing, key=lambda lot: (lot.series.expires_at or FAR, lot.series.id))
