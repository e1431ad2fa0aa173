"""The guard's bounds, read from cited, dated data."""

from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

FILE = Path(__file__).with_name("bounds.yaml")


class Bound(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One figure: in the unit that its code ends with."""

    code: str
    value: int
    since: date
    article: str
    says: str
    confidence: Literal["read", "secondhand", "memory", "chosen"]


@cache
def _rows(path: Path) -> tuple[Bound, ...]:
    return msgspec.yaml.decode(path.read_bytes(), type=tuple[Bound, ...])


class Bounds:
    """The bounds that are in force on a day."""

    def __init__(self, on: date, path: Path = FILE) -> None:
        self._rows: dict[str, Bound] = {}
        for row in sorted(_rows(path), key=lambda one: one.since):
            if row.since <= on:
                self._rows[row.code] = row

    def __getitem__(self, code: str) -> int:
        return self._rows[code].value

    def article(self, code: str) -> str:
        """The law that a bound stands for."""
        return self._rows[code].article

    def rate(self, code: str) -> Fraction:
        """A bound in thousandths as a fraction."""
        return Fraction(self[code], 1000)
