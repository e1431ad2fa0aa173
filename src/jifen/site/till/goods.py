"""Goods: what a cashier types, scans or pastes of a basket, read to the fen."""

import re
from typing import Any

import msgspec

AMOUNT = re.compile(r"(?:¥|￥)?([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,11})(?:\.([0-9]{0,2}))?")
COUNT = re.compile(r"[0-9]{1,6}")
BREAKS = re.compile(r"\t|[,，;；]|\s{2,}")
LAST_PRICE = re.compile(r"^(.*\S)\s+(\S+)$")

LINES_MOST = 200
SKU_MOST = 64

HEADS = {
    "sku": "sku", "货号": "sku", "条码": "sku", "code": "sku", "barcode": "sku",
    "name": "name", "品名": "name", "商品": "name", "名称": "name", "item": "name",
    "category": "category", "类别": "category", "品类": "category",
    "quantity": "quantity", "qty": "quantity", "数量": "quantity", "件数": "quantity",
    "amount": "amount", "金额": "amount", "小计": "amount", "price": "amount",
}  # fmt: skip
"""What the head of a list may call its columns."""

BY_COUNT = {
    1: ("amount",),
    2: ("sku", "amount"),
    3: ("sku", "quantity", "amount"),
    4: ("sku", "name", "quantity", "amount"),
    5: ("sku", "name", "category", "quantity", "amount"),
}
"""What the columns are where nothing says so."""


class Unread(Exception):
    """Something typed is no amount or no line. why: a key below `till.unread`; what: the text."""

    def __init__(self, why: str, what: str, place: int = 0) -> None:
        super().__init__(why, what)
        self.why = why
        self.what = what
        self.place = place


class Item(msgspec.Struct, frozen=True):
    """A line of a basket; amount in fen, of all its pieces. name: for the eye, where it was given."""

    sku: str
    quantity: int
    amount: int
    name: str = ""
    category: str = ""

    @property
    def shown(self) -> str:
        """What it is called on the page."""
        return self.name or self.sku

    @property
    def body(self) -> dict[str, Any]:
        """The line as the interface takes it."""
        line = {"sku": self.sku, "quantity": self.quantity, "amount": self.amount}
        return {**line, "category": self.category} if self.category else line


def fen_of(text: str) -> int:
    """The fen of an amount in yuan: `200`, `1,280.5`, `¥89.90`.

    Raises:
        Unread: it is none, or has more than two decimals.
    """
    found = AMOUNT.fullmatch(text.strip())
    if found is None:
        raise Unread("amount", text)
    return int(found[1].replace(",", "")) * 100 + int((found[2] or "").ljust(2, "0"))


def items_of(text: str) -> tuple[Item, ...]:
    """The lines of a list, one a line, in columns by tabs, commas or wide spaces; a head may name them.

    Raises:
        Unread: a line is none, or they are too many; says which.
    """
    rows = [(place, line.strip()) for place, line in enumerate(text.splitlines(), 1) if line.strip()]
    if len(rows) > LINES_MOST:
        raise Unread("too_many", str(LINES_MOST))
    columns: tuple[str, ...] = ()
    items: list[Item] = []
    for place, line in rows:
        cells = _cells(line)
        named = tuple(HEADS.get(cell.casefold(), "") for cell in cells)
        if not items and not columns and "amount" in named and all(named):
            columns = named
            continue
        items.append(_item(columns or BY_COUNT.get(len(cells), ()), cells, line, place))
    return tuple(items)


def _cells(line: str) -> list[str]:
    cells = [cell.strip() for cell in BREAKS.split(line)]
    if len(cells) == 1 and (found := LAST_PRICE.match(line)):
        return [found[1], found[2]]
    return cells


def _item(columns: tuple[str, ...], cells: list[str], line: str, place: int) -> Item:
    if not columns or len(columns) != len(cells):
        raise Unread("line", line, place)
    found = dict(zip(columns, cells, strict=True))
    try:
        amount = fen_of(found["amount"])
    except Unread:
        raise Unread("line", line, place) from None
    quantity = found.get("quantity", "1") or "1"
    sku = found.get("sku") or found.get("name") or f"#{place}"
    if not COUNT.fullmatch(quantity) or not int(quantity) or not sku.isprintable():
        raise Unread("line", line, place)
    return Item(
        sku[:SKU_MOST], int(quantity), amount, found.get("name", ""), found.get("category", "")[:SKU_MOST]
    )
