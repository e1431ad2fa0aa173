"""A bill: what it is of, what pays it, until when it is open, and how it stands."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec

from jifen.events.event import PaidVoucher, Tenders, purchase_content
from jifen.till.basket import Basket, Priced
from jifen.till.offset import Part, first_points, pays
from jifen.values.ids import Id, MerchantId, WalletId

Effect = tuple[str, dict[str, Any]]


class Content(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a bill is of and what pays it, as it was opened. parts: the points that it holds, as drawn.

    rules: the version that holds for it.
    """

    basket: Basket
    due: int
    points: int = 0
    pays: int = 0
    parts: tuple[Part, ...] = ()
    vouchers: tuple[PaidVoucher, ...] = ()
    earns: dict[str, int] = {}
    rules: int = 0

    @property
    def cash(self) -> int:
        """What is to be paid in money, in fen, when all points are taken."""
        return self.due - self.pays

    def pays_with(self, points: int) -> int:
        """The fen that the first so many of its points pay."""
        return self.pays if points == self.points else pays(self.parts, points, self.due)


class BillRow(msgspec.Struct, frozen=True):
    """A bill as it is stored. at: the instant that decides rules and prices; rules: their version.

    closed_by: the entry that captured or voided it.
    """

    id: Id
    wallet: WalletId
    no: int
    merchant: MerchantId
    store: str
    quote: Id | None
    unit: str
    points: int
    rules: int
    at: datetime
    opened_at: datetime
    deadline: datetime
    content: Content
    state: Literal["open", "captured", "void"]
    closed_by: Id | None
    closed_at: datetime | None

    def standing(self, now: datetime) -> Literal["open", "captured", "void", "lapsed"]:
        """How it stands at an instant; what is open past its deadline has lapsed by itself."""
        return "lapsed" if self.state == "open" and now >= self.deadline else self.state


_content = msgspec.json.Decoder(Content).decode
_encode = msgspec.json.Encoder(order="deterministic").encode


def content_of(priced: Priced, rules: int) -> Content:
    """What is kept of a priced basket when a bill of it is opened."""
    held = tuple(first_points(priced.parts, priced.points))
    return Content(
        priced.basket,
        priced.due,
        priced.points,
        priced.pays,
        held,
        priced.vouchers,
        priced.earns,
        rules,
    )


def content_text(content: Content) -> str:
    """The stored form."""
    return _encode(content).decode()


def read_content(text: str) -> Content:
    """What a bill is of, from its stored form."""
    return _content(text)


def read_bill(row: Mapping[str, Any]) -> BillRow:
    """A bill from a row of needs_bill or its kin."""
    fields = {field: row[field] for field in BillRow.__struct_fields__}
    return BillRow(**{**fields, "content": _content(row["content"])})


def closed(bill: BillRow, state: Literal["captured", "void"], by: Id, at: datetime) -> Effect:
    """The bill as it is once an entry has ended it."""
    return "bill", {"id": bill.id, "state": state, "closed_by": by, "closed_at": at}


def purchase_of(bill: Id, content: Content, points: int, cash: int) -> bytes:
    """The purchase that a capture books, as it is stored: prices before any discount, and every tender."""
    basket = content.basket
    tenders = Tenders(
        bill, cash, points, content.pays_with(points) if points else 0, basket.freight, content.vouchers
    )
    return purchase_content(
        basket.store, basket.amount, basket.lines, None, basket.channel, basket.payment, tenders
    )
