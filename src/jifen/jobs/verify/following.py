"""Following one wallet from its first entry to its head: numbers, hashes, claims, balances, counters."""

from typing import Any

from jifen.books.counters import named, placed, read_row
from jifen.books.entries import entry_hash, legs_text, read_legs
from jifen.books.legs import Account, Kind
from jifen.books.series import Series
from jifen.books.wallet import Balance, Lot, Wallet
from jifen.engine.command import digest_of, entry_id
from jifen.jobs.verify.counting import Limits, Recount, Values
from jifen.jobs.verify.report import Report
from jifen.values.ids import SeriesId

SHARED = frozenset(
    (
        Kind.TRANSFER,
        Kind.HOUSEHOLD,
        Kind.REDEEM,
        Kind.DONATE,
        Kind.REVERSE,
        Kind.ORDER,
        Kind.COMPENSATE,
    )
)
"""Kinds of which one fact writes several entries, in one or more wallets; its claim points at the first."""


ONE_WAY = {Account.ISSUED: 1, Account.EXPIRED: -1, Account.DONATED: -1, Account.CLAWED_BACK: -1}
"""Accounts that only give to lots (1), or only take from them (-1)."""

REVIVING = frozenset((Kind.RETURN, Kind.EXTEND, Kind.PURCHASE))
"""Kinds that take an expiry back."""


PLACES = "its wallet's row", "the table"
"""Where a counter is: under way, and else."""


class Following:
    """One wallet while its entries go by."""

    def __init__(self, row: Any, series: dict[SeriesId, Series], limits: Limits, report: Report) -> None:
        """row: of verify_wallets; series: all known ones; limits: of all rules ever published."""
        self._row = row
        self._series = series
        self._report = report
        self._id = row["id"]
        self._program = row["program"]
        self._no = 0
        self._head = b""
        self._last: Any = None
        self._recount: Recount | None = Recount(self._program, row["zone"], limits)
        self._wallet = Wallet(
            self._id, row["cell"], self._program, row["zone"], active_at=row["active_at"], lots=self._lots()
        )

    def take(self, row: Any) -> None:
        """Look at the next entry."""
        self._chain(row)
        self._legs(row)
        self._claim(row)
        if self._recount is not None:
            try:
                self._recount.take(row)
            except ValueError as unreadable:
                self._found("counters", row, f"{unreadable}", "an explanation that tells what each rule gave")
                self._recount = None
        self._last = row

    def _chain(self, row: Any) -> None:
        no, stored = row["no"], row["hash"]
        if no != self._no + 1:
            self._found("chains", row, f"it follows entry {self._no}", f"entry {self._no + 1} before it")
        elif self._hash(row) != stored:
            self._found(
                "chains", row, f"its hash is {stored.hex()}", "the hash of its facts and the one before"
            )
        if "\n" in row["event"] or "\n" in row["explanation"]:
            self._found("chains", row, "its event or explanation holds a line break", "two single lines")
        self._no, self._head = no, stored

    def _hash(self, row: Any) -> bytes:
        return entry_hash(
            self._head,
            row["wallet"],
            row["no"],
            row["id"],
            row["kind"],
            row["source"],
            row["key"],
            row["occurred_at"],
            row["recorded_at"],
            row["reverses"],
            row["merchant"],
            row["unit"],
            Balance(row["available"], row["pending"], row["held"], row["owed"]),
            row["event"].encode(),
            row["explanation"].encode(),
            row["legs"].encode(),
        )

    def _legs(self, row: Any) -> None:
        text, merchant = row["legs"], row["merchant"]
        try:
            legs = read_legs(text, merchant)
        except ValueError as unreadable:
            self._found("legs", row, f"its legs cannot be read: {unreadable}", "series, account, points, end")
            return
        self._report.looked("legs", len(legs))
        if legs_text(legs, merchant) != text.encode():
            self._found("legs", row, "its legs are in another form than is hashed", "their one form")
        for number, leg in enumerate(legs):
            way = ONE_WAY.get(leg.account, leg.points)
            if leg.account is Account.EXPIRED and row["kind"] in REVIVING:
                way = 1
            if leg.points * way <= 0:
                self._found("legs", row, f"leg {number} is {leg.account} {leg.points}", "points of its sign")
            if leg.series not in self._series:
                self._found("legs", row, f"leg {number} is of series {leg.series}", "a series that is known")

    def _claim(self, row: Any) -> None:
        named, owner = row["id"], row["claim_wallet"]
        if named != entry_id(self._program, row["source"], row["key"]):
            self._found("claims", row, f"its id is {named}", "the hash of its programme, source and key")
        if owner is None:
            self._found("claims", row, "no claim carries its id", "one claim, kept for ever")
            return
        elsewhere = row["kind"] in SHARED and (owner != self._id or row["claim_no"] < row["no"])
        if not elsewhere and (owner, row["claim_no"]) != (self._id, row["no"]):
            so = f"its claim points at entry {row['claim_no']} of wallet {owner}"
            self._found("claims", row, so, "a claim that points here")
        digest = digest_of(owner, row["event"].encode())
        if digest != row["digest"]:
            so = f"claim {named} has the digest {row['digest']}"
            self._found("claims", row, so, f"{digest}, of the wallet and the event")

    def finish(self, past: Values) -> None:
        """The wallet's entries are all seen: compare the head, the last balance and the counters stored.

        past: those of the table.
        """
        row = self._row
        self._report.looked("chains", self._no)
        self._report.looked("claims", self._no)
        if row["version"] != self._no:
            self._wrong("chains", "wallet", f"its version is {row['version']}", f"{self._no}: its last entry")
        elif row["head"] != self._head:
            self._wrong(
                "chains", "wallet", f"its head is {row['head'].hex()}", f"the hash of entry {self._no}"
            )
        if self._last is not None and row["version"] == self._no:
            self._balance(self._last)
        self._counters(past)

    def _counters(self, past: Values) -> None:
        try:
            under_way = {named(key)[1]: value for key, value in read_row(self._row["counters"]).items()}
        except ValueError as unreadable:
            so = f"its counters cannot be read: {unreadable}"
            self._wrong("counters", "wallet", so, "those under way, by name and period")
            return
        self._report.looked("counters", len(under_way) + len(past))
        stored, both = {**under_way, **past}, (under_way, past)
        for counter in sorted(stored):
            place = 0 if placed(counter)[0] >= self._wallet.day else 1
            if counter not in both[place]:
                so, due = f"it is in {PLACES[1 - place]}", f"in {PLACES[place]}"
            elif counter in both[1 - place]:
                so, due = f"it is in {PLACES[0]} and in {PLACES[1]}", f"in {PLACES[place]} alone"
                stored[counter] = both[place][counter]
            else:
                continue
            self._wrong("counters", f"counter {counter[0]} of {counter[1]}", so, due)
        if self._recount is not None:
            for name, period, was, counted in self._recount.differing(stored):
                expected = f"{counted}: what its entries gave and took back"
                self._wrong("counters", f"counter {name} of {period}", f"{was}", expected)

    def _lots(self) -> dict[SeriesId, Lot]:
        row = self._row
        return {
            series: Lot(self._series[series], granted, remaining, held, owed)
            for series, granted, remaining, held, owed in zip(
                *(row[column] or () for column in ("series", "granted", "remaining", "held", "owed")),
                strict=True,
            )
            if series in self._series
        }

    def _balance(self, last: Any) -> None:
        stored = Balance(last["available"], last["pending"], last["held"], last["owed"])
        due = self._wallet.balance(last["unit"], last["recorded_at"])
        self._report.looked("balances")
        if stored != due:
            self._found("balances", last, f"{_told(stored)} {last['unit']}", f"{_told(due)} in its lots then")

    def _found(self, check: str, row: Any, so: str, expected: str) -> None:
        self._wrong(check, f"entry {row['no']}", so, expected)

    def _wrong(self, check: str, place: str, so: str, expected: str) -> None:
        self._report.found(check, self._id, place, so, expected)


def _told(balance: Balance) -> str:
    return (
        f"available {balance.available}, pending {balance.pending}, held {balance.held}, owed {balance.owed}"
    )
