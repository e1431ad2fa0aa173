"""How purchases, acts and returns are stored: compact JSON whose exact bytes are hashed."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from jifen.books.explanation import Explanation
from jifen.events.tenders import cash_for_goods
from jifen.rules.award import NONE, Line, Sums
from jifen.values.ids import Id
from jifen.values.points import split

_json = msgspec.json.Encoder()

Row = tuple[str, int, int, int, *tuple[object, ...]]
"""A line as it is stored: article, place of its category, quantity, fen; then tags, brand and evidence."""

Laid = tuple[Sums, list[Row]]
"""Lines as rules read them together, and as they are stored."""


class StoredLine(msgspec.Struct, frozen=True, array_like=True, gc=False, omit_defaults=True):
    """A line as stored: [sku, place of its category in the list, quantity, fen, tags, brand, evidence]."""

    sku: str
    category: int
    quantity: int
    amount: int
    tags: tuple[str, ...] = ()
    brand: str = ""
    evidence: str = ""


class PaidVoucher(msgspec.Struct, frozen=True, array_like=True, gc=False, omit_defaults=True):
    """A voucher of a bill: [id, fen saved, minimum in fen, saves on the delivery, places of its lines].

    No places: all lines count for it.
    """

    id: Id
    saved: int
    minimum: int = 0
    freight: bool = False
    lines: tuple[int, ...] = ()


class Tenders(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What paid a bill, in fen. points: so many were spent, which pay so much of it.

    freight: what the delivery cost, before vouchers.
    """

    bill: Id
    cash: int
    points: int = 0
    pays: int = 0
    freight: int = 0
    vouchers: tuple[PaidVoucher, ...] = ()

    @property
    def freight_due(self) -> int:
        """What the delivery costs after vouchers for it."""
        return self.freight - sum([slip.saved for slip in self.vouchers if slip.freight])


class StoredPurchase(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What was bought. `at` is there when the caller said when; price: fen of all, where there are no lines.

    tenders: what paid it, where that was not money alone; prices are then those before any discount.
    """

    store: str
    at: datetime | None = None
    price: int = msgspec.field(name="amount", default=0)
    categories: tuple[str, ...] = ()
    lines: tuple[StoredLine, ...] = ()
    channel: str = ""
    payment: str = ""
    tenders: Tenders | None = None

    @property
    def goods(self) -> int:
        """What the goods cost before any discount, in fen."""
        return sum([line.amount for line in self.lines]) if self.lines else self.price

    @property
    def amount(self) -> int:
        """What was paid for the goods in money, in fen: that is what rules read."""
        tenders = self.tenders
        if tenders is None:
            return self.goods
        return cash_for_goods(tenders.cash, self.goods, tenders.freight_due)


class _Bought(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A StoredPurchase on its way out: lines as plain tuples, which are cheaper to make."""

    store: str
    at: datetime | None = None
    cash: int = msgspec.field(name="amount", default=0)
    categories: Sequence[str] = ()
    lines: Sequence[tuple[object, ...]] = ()
    channel: str = ""
    payment: str = ""
    tenders: Tenders | None = None


class StoredAct(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What was done that is no purchase."""

    type: str
    act: str
    store: str = ""
    at: datetime | None = None
    code: str = ""
    amount: int = 0


class StoredReturn(msgspec.Struct, frozen=True, omit_defaults=True):
    """What came back of a purchase: lines by [sku, quantity], or an amount, or all that was left."""

    type: str
    purchase: str
    lines: tuple[tuple[str, int], ...] = ()
    amount: int = 0
    all: bool = False
    at: datetime | None = None


class Back(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a return of a bill gave back: fen of cash, points, vouchers by id. pays: what the points paid.

    charged: fen kept back of the cash and points, since a voucher that came back saves nothing any more on
    what stays. clawed: points that were earned and are taken back.
    """

    cash: int = 0
    points: int = 0
    pays: int = 0
    vouchers: tuple[Id, ...] = ()
    charged: int = 0
    clawed: int = 0


class Refunded(Explanation, frozen=True, gc=False, omit_defaults=True):
    """Why a return of a bill moved its points, and what its payer gets back."""

    refund: Back = Back()


_purchase = msgspec.json.Decoder(StoredPurchase)
_act = msgspec.json.Decoder(StoredAct)
_return = msgspec.json.Decoder(StoredReturn)
_refunded = msgspec.json.Decoder(Refunded)


def purchase_content(
    store: str,
    amount: int,
    lines: Sequence[Line],
    at: datetime | None,
    channel: str = "",
    payment: str = "",
    tenders: Tenders | None = None,
    *,
    laid: Laid | None = None,
) -> bytes:
    """The stored form of a purchase, in UTF-8; the amount is that of the lines where there are any.

    laid: the lines as `laid_out` gives them, where that was done before.
    """
    sums, rows = laid_out(lines) if laid is None else laid
    if not rows:
        return _json.encode(_Bought(store, at, amount, (), (), channel, payment, tenders))
    return _json.encode(_Bought(store, at, 0, list(sums.by_category), rows, channel, payment, tenders))


def laid_out(lines: Iterable[Line]) -> Laid:
    """Lines as rules read them together, and as they are stored, in one pass.

    A row names its category by its place among the categories of the sums.
    """
    places: dict[str, int] = {}
    amounts: list[int] = []
    rows: list[Row] = []
    tags, evidence = NONE, NONE
    for line in lines:
        category, amount = line.category, line.amount
        place = places.get(category)
        if place is None:
            place = places[category] = len(amounts)
            amounts.append(amount)
        else:
            amounts[place] += amount
        if line.brand or line.evidence:
            rows.append((line.sku, place, line.quantity, amount, line.tags, line.brand, line.evidence))
            tags = tags.union(line.tags)
            evidence = evidence.union((line.evidence,) if line.evidence else ())
        elif line.tags:
            rows.append((line.sku, place, line.quantity, amount, line.tags))
            tags = tags.union(line.tags)
        else:
            rows.append((line.sku, place, line.quantity, amount))
    return Sums(dict(zip(places, amounts, strict=True)), tags, evidence), rows


def act_content(act: str, store: str, at: datetime | None, code: str = "", amount: int = 0) -> bytes:
    """The stored form of an act."""
    return _json.encode(StoredAct("act", act, store, at, code, amount))


def return_content(
    purchase: str, lines: Sequence[tuple[str, int]], amount: int | None, at: datetime | None
) -> bytes:
    """The stored form of a return; with neither lines nor an amount all that is left comes back."""
    whole = not lines and amount is None
    return _json.encode(StoredReturn("return", purchase, tuple(lines), amount or 0, whole, at))


def read_purchase(text: str) -> StoredPurchase:
    """A purchase from its stored form."""
    return _purchase.decode(text)


def read_act(text: str) -> StoredAct:
    """An act from its stored form."""
    return _act.decode(text)


def read_return(text: str) -> StoredReturn:
    """A return from its stored form."""
    return _return.decode(text)


def refunded_text(refunded: Refunded) -> str:
    """The stored form of the explanation of a bill's return: by names, since it tells more than others."""
    return _json.encode(refunded).decode()


def read_refund(text: str) -> Back | None:
    """What a return gave back, of its explanation as it is stored; None: it was of no bill."""
    return _refunded.decode(text).refund if '"refund":' in text else None


def basket_of(stored: StoredPurchase) -> tuple[Line, ...]:
    """The basket of a stored purchase, at the prices before any discount."""
    return tuple(
        Line(
            line.sku,
            stored.categories[line.category],
            line.quantity,
            line.amount,
            line.tags,
            line.brand,
            line.evidence,
        )
        for line in stored.lines
    )


def lines_of(stored: StoredPurchase) -> tuple[Line, ...]:
    """The basket of a stored purchase, as rules read it: each line with what was paid for it in money."""
    lines = basket_of(stored)
    return lines if stored.tenders is None else paid_lines(lines, stored.amount)


def paid_lines(lines: Sequence[Line], cash: int) -> tuple[Line, ...]:
    """Lines with their shares of so many fen, by largest remainder."""
    if not lines:
        return ()
    shares = split(cash, [line.amount for line in lines])
    return tuple(
        [msgspec.structs.replace(line, amount=share) for line, share in zip(lines, shares, strict=True)]
    )
