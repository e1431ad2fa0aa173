"""The world of the model: who has what, which sheets were published, and how anything is asked."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple
from uuid import UUID

import msgspec

from tests.spending.lots import OPERATOR, Parts, Traits, Wallet, day_of, end_of
from tests.spending.sheets import Sheet, Slip
from tests.spending.tenders import Basket, Bought

MERCHANTS = ("air", "sea")
MEMBERS = ("ann", "bob", "cid", "dan", "eve")
HOMES = {"home": ("ann", "bob"), "lodge": ("cid", "dan")}
"""Households by the number of their pool, and who is in them at first."""

STOCKS = {"mugs": 6, "lamps": 3, "feasts": 4}


class No(NamedTuple):
    """A refusal; where several reasons hold, any of them may be named."""

    codes: frozenset[str]


Said = dict[str, Any]
"""Fields that the answer must have."""


def no(*codes: str) -> No:
    """A refusal for one of these reasons."""
    return No(frozenset(codes))


class Voucher(msgspec.Struct):
    """A voucher of an order's. bill: that which holds or has spent it."""

    who: str
    order: str
    slip: Slip
    expires: datetime
    state: Literal["issued", "locked", "spent", "returned"] = "issued"
    bill: str | None = None
    until: datetime | None = None

    def locked(self, now: datetime) -> bool:
        """Whether a bill holds it."""
        return self.state == "locked" and self.until is not None and now < self.until

    def standing(self, now: datetime) -> str:
        """How it stands: what is past its date has lapsed, what is locked no more is free."""
        if self.state in ("spent", "returned"):
            return self.state
        if self.locked(now):
            return "locked"
        return "lapsed" if now >= self.expires else "issued"


class Quote(msgspec.Struct):
    """What was promised, until when, under which sheet. used: the bill or order that used it."""

    who: str
    terms: int
    at: datetime
    ends: datetime
    basket: Basket | None = None
    points: int = 0
    pays: int = 0
    vouchers: tuple[str, ...] = ()
    reward: str = ""
    count: int = 1
    merchant: str = ""
    slot: datetime | None = None
    price: int = 0
    cash: int = 0
    used: str | None = None


class Bill(msgspec.Struct):
    """A bill. worths: what its first n points are worth; saved: fen by voucher; at: what decides; due: after
    vouchers.
    """

    who: str
    quote: str | None
    terms: int
    at: datetime
    deadline: datetime
    basket: Basket
    saved: dict[str, int]
    due: int
    points: int
    worths: list[int]
    state: Literal["open", "captured", "void"] = "open"


class Paid(msgspec.Struct):
    """Who paid which points of an order; pooled: by another's leave, in that month."""

    who: str
    parts: Parts
    pooled: bool = False

    @property
    def points(self) -> int:
        """How many."""
        return sum(points for _, points in self.parts)


class Order(msgspec.Struct):
    """Something redeemed. month: whose limit it counts for."""

    who: str
    reward: str
    terms: int
    count: int
    points: int
    cash: int
    paid_fen: int
    state: str
    placed: datetime
    payers: list[Paid]
    counted: tuple[str, str, tuple[int, int]] | None
    vouchers: tuple[str, ...]
    stock: str
    slot: datetime | None
    fulfilled: datetime | None = None
    back_fen: int = 0


class World:
    """All of it. name: the id of a series, which decides between lots that are alike in their dates."""

    def __init__(self, start: datetime, sheet: Sheet, name: Callable[[Traits], UUID]) -> None:
        self.now = start
        self.sheets: list[tuple[datetime, Sheet]] = [(start - timedelta(days=1000), sheet)]
        self.wallets = {who: Wallet(name) for who in (*MEMBERS, *HOMES)}
        self.quotes: dict[str, Quote] = {}
        self.bills: dict[str, Bill] = {}
        self.bought: dict[str, Bought] = {}
        self.orders: dict[str, Order] = {}
        self.vouchers: dict[str, Voucher] = {}
        self.stock = dict(STOCKS)
        self.places: dict[datetime, int] = {}
        self.done: dict[str, tuple[Any, Said]] = {}

    def terms_at(self, at: datetime) -> int:
        """The number of the sheet that holds."""
        return max(number for number, (since, _) in enumerate(self.sheets, 1) if since <= at)

    def sheet(self, terms: int) -> Sheet:
        """A sheet by its number."""
        return self.sheets[terms - 1][1]

    @property
    def today(self) -> Sheet:
        """The sheet that holds now."""
        return self.sheet(self.terms_at(self.now))

    def next_date(self) -> datetime:
        """When something that is held or locked will be past its date, else midnight."""
        lots = [one for wallet in self.wallets.values() for one, lot in wallet.lots.items() if lot.held]
        dates = [one.expires for one in lots if one.expires is not None]
        dates += [one.expires for one in self.vouchers.values() if one.locked(self.now)]
        return min((date for date in dates if date > self.now), default=end_of(day_of(self.now)))

    @property
    def grace(self) -> datetime | None:
        """Until when points and vouchers live that come back now and are past their date."""
        days = self.today.grace
        return end_of(day_of(self.now) + timedelta(days=days)) if days else None

    def balance(self, who: str) -> Said:
        """The balance of a wallet, as answers have it."""
        return {"balance": self.wallets[who].balance(self.now)}

    def series(self, merchant: str, funder: str, terms: int, at: datetime) -> Traits:
        """What points are that are given under a sheet."""
        sheet = self.sheet(terms)
        contract = 0 if merchant == funder == OPERATOR else 1
        expires = end_of(day_of(at) + timedelta(days=sheet.days))
        return Traits(merchant, funder, contract, terms, sheet.worth, None, expires)

    def earned(self, merchant: str, terms: int, fen: int, at: datetime) -> dict[Traits, int]:
        """Points by lot for so many fen paid in money."""
        sheet = self.sheet(terms)
        points, per = sheet.rate
        minimum, bonus = sheet.bonus
        found = {self.series(merchant, merchant, terms, at): fen * points // per}
        if fen >= minimum:
            found[self.series(merchant, OPERATOR, terms, at)] = bonus
        return {traits: points for traits, points in found.items() if points}

    def ask(self, verb: str, key: str, asked: dict[str, Any]) -> tuple[Said | No, bool]:
        """The answer, and whether it was given before. What was refused is decided anew."""
        claim = (verb, asked)
        if key in self.done:
            first, said = self.done[key]
            return (said, True) if first == claim else (no("key_reused"), False)
        said = getattr(self, verb)(key, **asked)
        if isinstance(said, No):
            return said, False
        self.done[key] = claim, said
        return said, False

    def lapsed(self) -> None:
        """The nightly run: holds past their deadline give their points back."""
        for key, bill in self.bills.items():
            wallet = self.wallets[bill.who]
            if key in wallet.holds and bill.deadline <= self.now:
                wallet.unhold(key, 0, self.now, self.grace)
