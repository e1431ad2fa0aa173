"""A wallet filled by hand, with lots that go by a letter."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from jifen.books.legs import Account, Leg
from jifen.books.series import Series, series_of
from jifen.books.wallet import Wallet
from jifen.values.ids import Id, MerchantId, ProgramId, SeriesId, WalletId, hashed_id
from tests.engine.town import START, ZONE, days

PROGRAM = ProgramId(hashed_id("program", "test"))
DAY = timedelta(days=1)


def merchant(name: str) -> MerchantId:
    """The id of a merchant of that name."""
    return MerchantId(hashed_id("merchant", name))


def series(
    name: str,
    *,
    expires: datetime | None = None,
    matures: datetime | None = None,
    idle: int | None = None,
    issuer: str = "air",
    unit: str = "point",
) -> Series:
    """A series of its own for every name."""
    terms = int.from_bytes(name.encode(), "big") % 100_000
    return series_of(
        PROGRAM, unit, merchant(issuer), merchant(issuer), 1, terms, (100, 100), matures, expires, idle
    )


class Purse:
    """A wallet whose lots go by name; what is done to it is posted at once."""

    def __init__(self, **lots: tuple[Series, int]) -> None:
        self.wallet = Wallet(WalletId(hashed_id("wallet", "ann")), 0, PROGRAM, ZONE)
        self.names: dict[SeriesId, str] = {}
        self.series: dict[str, Series] = {}
        self.known: dict[SeriesId, Series] = {}
        for name, (one, points) in lots.items():
            self.add(name, one)
            self.post([Leg(one.id, Account.ISSUED, points, one.issuer)])

    def add(self, name: str, one: Series) -> Series:
        """Give a series a name."""
        self.names[one.id] = name
        self.series[name] = self.known[one.id] = one
        return one

    def post(self, legs: Iterable[Leg]) -> None:
        """Move points."""
        self.wallet.post(legs, self.known)

    def parts(self, parts: Iterable[tuple[SeriesId, int]]) -> list[tuple[str, int]]:
        """Parts by name."""
        return [(self.names[one], points) for one, points in parts]

    def legs(self, legs: Iterable[Leg]) -> list[tuple[str, str, int]]:
        """Legs by name: (lot, account, points)."""
        return [(self.names[leg.series], leg.account.value, leg.points) for leg in legs]

    def lot(self, name: str) -> tuple[int, int, int, int]:
        """(granted, remaining, held, owed) of a lot; zeros where there is none."""
        lot = self.wallet.lots.get(self.series[name].id)
        return (lot.granted, lot.remaining, lot.held, lot.owed) if lot else (0, 0, 0, 0)

    def balance(self, at: datetime = START, unit: str = "point") -> tuple[int, int, int, int]:
        """(available, pending, held, owed)."""
        found = self.wallet.balance(unit, at)
        return found.available, found.pending, found.held, found.owed


__all__ = ["DAY", "START", "Id", "Purse", "days", "merchant", "series"]
