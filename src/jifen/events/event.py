"""How purchases, acts and returns are stored: compact JSON whose exact bytes are hashed."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from jifen.rules.award import Line

_json = msgspec.json.Encoder()


class StoredLine(msgspec.Struct, frozen=True, array_like=True, gc=False, omit_defaults=True):
    """A line as stored: [sku, place of its category in the list, quantity, fen, tags, brand, evidence]."""

    sku: str
    category: int
    quantity: int
    amount: int
    tags: tuple[str, ...] = ()
    brand: str = ""
    evidence: str = ""


class StoredPurchase(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What was bought. `at` is there when the caller said when; cash: fen paid, where there are no lines."""

    store: str
    at: datetime | None = None
    cash: int = msgspec.field(name="amount", default=0)
    categories: tuple[str, ...] = ()
    lines: tuple[StoredLine, ...] = ()
    channel: str = ""
    payment: str = ""

    @property
    def amount(self) -> int:
        """What was paid, in fen."""
        return sum([line.amount for line in self.lines]) if self.lines else self.cash


class _Bought(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A StoredPurchase on its way out: lines as plain tuples, which are cheaper to make."""

    store: str
    at: datetime | None = None
    cash: int = msgspec.field(name="amount", default=0)
    categories: Sequence[str] = ()
    lines: Sequence[tuple[object, ...]] = ()
    channel: str = ""
    payment: str = ""


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


class Explanation(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Why an entry moved its points: the rules' version, [rule, points] each, the counters read but 0.

    held: the rules whose conditions on the person held, so that nobody need remember the person as of then.
    """

    rules: int
    contract: int
    shares: tuple[tuple[str, int], ...] = ()
    read: tuple[tuple[str, str, int], ...] = ()
    held: tuple[str, ...] = ()


_purchase = msgspec.json.Decoder(StoredPurchase)
_act = msgspec.json.Decoder(StoredAct)
_return = msgspec.json.Decoder(StoredReturn)
_explanation = msgspec.json.Decoder(Explanation)


def purchase_content(
    store: str,
    amount: int,
    lines: Sequence[Line],
    at: datetime | None,
    channel: str = "",
    payment: str = "",
) -> str:
    """The stored form of a purchase; the amount is that of the lines where there are any."""
    if not lines:
        return _json.encode(_Bought(store, at, amount, channel=channel, payment=payment)).decode()
    places: dict[str, int] = {}
    rows: list[tuple[object, ...]] = []
    for line in lines:
        place = places.setdefault(line.category, len(places))
        row = (line.sku, place, line.quantity, line.amount)
        if line.brand or line.evidence:
            rows.append((*row, line.tags, line.brand, line.evidence))
        else:
            rows.append((*row, line.tags) if line.tags else row)
    return _json.encode(_Bought(store, at, 0, list(places), rows, channel, payment)).decode()


def act_content(act: str, store: str, at: datetime | None, code: str = "", amount: int = 0) -> str:
    """The stored form of an act."""
    return _json.encode(StoredAct("act", act, store, at, code, amount)).decode()


def return_content(
    purchase: str, lines: Sequence[tuple[str, int]], amount: int | None, at: datetime | None
) -> str:
    """The stored form of a return; with neither lines nor an amount all that is left comes back."""
    whole = not lines and amount is None
    return _json.encode(StoredReturn("return", purchase, tuple(lines), amount or 0, whole, at)).decode()


def explained(explanation: Explanation) -> str:
    """The stored form of an explanation."""
    return _json.encode(explanation).decode()


def read_purchase(text: str) -> StoredPurchase:
    """A purchase from its stored form."""
    return _purchase.decode(text)


def read_act(text: str) -> StoredAct:
    """An act from its stored form."""
    return _act.decode(text)


def read_return(text: str) -> StoredReturn:
    """A return from its stored form."""
    return _return.decode(text)


def read_explanation(text: str) -> Explanation:
    """An explanation from its stored form."""
    return _explanation.decode(text)


def lines_of(stored: StoredPurchase) -> tuple[Line, ...]:
    """The basket of a stored purchase, as rules read it."""
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
