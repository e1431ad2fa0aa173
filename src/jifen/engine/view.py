"""What a decision sees: snapshots, and nothing that could change while it looks."""

from typing import Any, Protocol

import msgspec

from jifen.books.entries import Entry
from jifen.books.refusals import Code, Refusal
from jifen.books.series import Series
from jifen.books.wallet import Wallet
from jifen.values.ids import EntryId, Id, ProgramId, SeriesId, WalletId


class ProgramFacts(Protocol):
    """What the engine itself asks of a programme; floor 3 reads more from the same object."""

    @property
    def id(self) -> ProgramId: ...
    @property
    def zone(self) -> str: ...
    @property
    def revision(self) -> int: ...


class Catalog(Protocol):
    """Where the engine finds programmes; `refresh` reads one again after it changed."""

    async def program(self, program: ProgramId) -> ProgramFacts: ...
    async def refresh(self, program: ProgramId) -> ProgramFacts: ...


class Booked(msgspec.Struct, frozen=True):
    """An earlier entry and, in order, what has taken it back so far."""

    entry: Entry
    reversals: tuple[Entry, ...] = ()


class View:
    """Snapshots for one batch. Each plan is posted before the next command of its wallet is decided."""

    __slots__ = ("entries", "places", "programs", "rows", "series", "stocks", "wallets")

    def __init__(self) -> None:
        self.wallets: dict[WalletId, Wallet] = {}
        self.entries: dict[EntryId, Booked] = {}
        self.places: dict[tuple[WalletId, int], Booked] = {}
        self.rows: dict[tuple[str, Id], list[Any]] = {}
        self.stocks: dict[Id, int] = {}
        self.programs: dict[ProgramId, Any] = {}
        self.series: dict[SeriesId, Series] = {}

    def program(self, program: ProgramId) -> Any:
        """The programme as it is for this batch."""
        return self.programs[program]

    def wallet(self, wallet: WalletId) -> Wallet:
        """The wallet's snapshot; the engine has refused commands for wallets that do not exist."""
        return self.wallets[wallet]

    def entry(self, entry: EntryId) -> Booked | None:
        """An earlier entry that the command asked for; None: there is no such entry."""
        return self.entries.get(entry)

    def entry_at(self, wallet: WalletId, no: int) -> Booked | None:
        """An earlier entry that the command asked for by its place; None: there is no such entry."""
        return self.places.get((wallet, no))

    def row(self, name: str, of: Id) -> Any | None:
        """The one row that the query needs_<name> found for an id; None: there is none."""
        found = self.rows.get((name, of))
        return found[0] if found else None

    def stock(self, stock: Id) -> int | None:
        """What is left of a scarce thing; None: there is no such thing."""
        return self.stocks.get(stock)


def unknown_wallet(wallet: WalletId) -> Refusal:
    """The refusal of a command for a wallet that does not exist."""
    return Refusal(
        Code.WALLET_UNKNOWN, f"there is no wallet {wallet}: enrol the member first", {"wallet": str(wallet)}
    )
