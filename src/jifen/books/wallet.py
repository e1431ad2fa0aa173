"""The wallet as the books see it: lots, holds, counters and what a balance is."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

import msgspec

from jifen.books.counters import NEVER_ACTIVE
from jifen.books.legs import GRANTING, Account, Leg
from jifen.books.series import FAR, Series, expiry_of
from jifen.values.ids import Id, MerchantId, ProgramId, SeriesId, WalletId
from jifen.values.periods import end_of_day, local_day
from jifen.values.points import POINTS_MAX

# The members of an enum are looked up by a property: too slow for what runs for each leg of each entry.
ISSUED, HELD, OWED, EXPIRED = Account.ISSUED, Account.HELD, Account.OWED, Account.EXPIRED

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class BooksError(Exception):
    """A plan that would break the books: a fault of ours, never of the caller."""


class Lot(msgspec.Struct, gc=False):
    """A wallet's holding of one series, in points: ever granted, free, under hold, and owed.

    stored: the row was read or written before; else it is new here, or was empty when the wallet was read.
    written: how much of `granted` the database knows already; an empty lot that was not read may know more.
    lapsed: of what was granted, how much expired unused and was not taken back; known only where it was
    asked for, which returns do.
    """

    series: Series
    granted: int = 0
    remaining: int = 0
    held: int = 0
    owed: int = 0
    stored: bool = False
    written: int = 0
    lapsed: int = 0


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


class Tally(msgspec.Struct, gc=False):
    """A balance that holds from one instant until the next at which a lot matures or expires."""

    since: datetime
    until: datetime
    available: int = 0
    pending: int = 0
    held: int = 0
    owed: int = 0


class Wallet(msgspec.Struct):
    """A snapshot of one wallet. `version` is the number of its last entry, `head` that entry's hash.

    facts: what rules read of its holder, as text (rules/person.py); changed by entries of kind profile.
    tallies: balances by unit, kept while points move, so that a wallet of many lots need not be counted anew.
    day: the local day of the last activity, until the instant day_over. under_way: the counters of the row
    (books/counters.py); counters: these, but 0, and those of the table that were asked for.
    """

    id: WalletId
    cell: int
    program: ProgramId
    zone: str
    version: int = 0
    head: bytes = b""
    household: Id | None = None
    active_at: datetime = EPOCH
    frozen_until: datetime | None = None
    facts: str = ""
    lots: dict[SeriesId, Lot] = {}
    holds: dict[Id, Hold] = {}
    counters: dict[tuple[str, str], int] = {}
    under_way: dict[str, int] = {}
    tallies: dict[str, Tally] = {}
    idles: bool = False
    day: str = NEVER_ACTIVE
    day_over: datetime = EPOCH

    def __post_init__(self) -> None:
        """Note whether any lot expires by idleness, and the active day."""
        self.idles = any(lot.series.idle_months is not None for lot in self.lots.values())
        if self.active_at > EPOCH:
            self._note_day()

    def _note_day(self) -> None:
        day = local_day(self.active_at, self.zone)
        self.day, self.day_over = day.isoformat(), end_of_day(day, self.zone)

    def expiry(self, series: Series) -> datetime | None:
        """When points of a series expire in this wallet."""
        return (
            series.expires_at if series.idle_months is None else expiry_of(series, self.active_at, self.zone)
        )

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

    def balance(self, unit: str, at: datetime) -> Balance:
        """The four qualified balances of a unit at an instant. Expired points are in none of them."""
        tally = self.tallies.get(unit)
        if tally is None or not tally.since <= at < tally.until:
            tally = self.tallies[unit] = self._counted(unit, at)
        return Balance(tally.available, tally.pending, tally.held, tally.owed)

    def _counted(self, unit: str, at: datetime) -> Tally:
        tally = Tally(at, FAR)
        for lot in self.lots.values():
            series = lot.series
            if series.unit != unit:
                continue
            tally.held += lot.held
            tally.owed += lot.owed
            matures, expires = series.matures_at, self.expiry(series)
            if matures is not None and at < matures:
                tally.pending += lot.remaining
                tally.until = min(tally.until, matures)
            elif expires is None or at < expires:
                tally.available += lot.remaining
                if expires is not None and expires < tally.until:
                    tally.until = expires
        return tally

    def active(self, at: datetime) -> None:
        """Note an activity; it extends what expires by idleness, so balances are counted anew."""
        if at > self.active_at:
            self.active_at = at
            if at >= self.day_over:
                self._note_day()
            if self.idles:
                self.tallies.clear()

    def post(self, legs: Iterable[Leg], known: Mapping[SeriesId, Series]) -> set[SeriesId]:
        """Move the points of the legs; returns the series whose lots changed.

        Raises:
            BooksError: where a lot would fall below zero. The snapshot is then to be thrown away.
        """
        changed: set[SeriesId] = set()
        lots = self.lots
        for leg in legs:
            this, points, account = leg.series, leg.points, leg.account
            lot = lots.get(this)
            if lot is None:
                lot = lots[this] = Lot(known[this])
                self.idles |= lot.series.idle_months is not None
            lot.remaining += points
            if account is ISSUED:
                lot.granted += max(points, 0)
            elif account is HELD:
                lot.held -= points
            elif account is OWED:
                changed |= self._owe(lot, points, leg.counterparty)
            elif account is EXPIRED:
                lot.lapsed -= points
            elif points > 0 and account in GRANTING:
                lot.granted += points
            changed.add(this)
            tally = self.tallies.get(lot.series.unit)
            if tally is not None:
                self._retally(tally, lot.series, points, account)
        for series in changed:
            lot = lots[series]
            if lot.remaining < 0 or lot.held < 0 or lot.owed < 0 or lot.granted > POINTS_MAX:
                raise BooksError(f"wallet {self.id}: the plan leaves lot {series} at {lot}")
        return changed

    def _retally(self, tally: Tally, series: Series, points: int, account: Account) -> None:
        if account is HELD:
            tally.held -= points
        elif account is OWED:
            tally.owed += points
        matures, expires = series.matures_at, self.expiry(series)
        if matures is not None and tally.since < matures:
            tally.pending += points
            tally.until = min(tally.until, matures)
        elif expires is None or tally.since < expires:
            tally.available += points
            if expires is not None and expires < tally.until:
                tally.until = expires

    def _owe(self, lot: Lot, points: int, creditor: Id) -> set[SeriesId]:
        if points >= 0:
            lot.owed += points
            return set()
        changed = set()
        left = -points
        for debt in self.debts(lot.series):
            if left and debt.series.issuer == creditor:
                paid = min(left, debt.owed)
                debt.owed -= paid
                left -= paid
                changed.add(debt.series.id)
        if left:
            raise BooksError(f"wallet {self.id} repays {left} points more than it owes to {creditor}")
        return changed

    def later(self, series: Series) -> list[Lot]:
        """Lots to which points of a series moved when they got a later date, the soonest to expire first."""
        moved = [lot for lot in self.lots.values() if lot.series.origin == series.id]
        return sorted(moved, key=lambda lot: (lot.series.expires_at or FAR, lot.series.id))

    def debts(self, series: Series) -> list[Lot]:
        """Lots that owe, in the order in which points of a series repay them.

        Its own; that from which its points moved to a later date; then the oldest.
        """
        tally = self.tallies.get(series.unit)
        if tally is not None and not tally.owed:
            return []
        owing = [lot for lot in self.lots.values() if lot.owed and lot.series.unit == series.unit]
        if len(owing) < 2:
            return owing
        return sorted(
            owing,
            key=lambda lot: (
                lot.series.id != series.id,
                lot.series.id != series.origin,
                lot.series.expires_at or FAR,
                lot.series.id,
            ),
        )
