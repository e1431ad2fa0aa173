"""Packing: rows as the columns of one call, in the form that is cheapest for both sides."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

SEPARATOR = "\x1f"
"""Never part of a text that we store: JSON escapes it, and sources and keys are printable."""

LONG_SEPARATOR = SEPARATOR.encode()

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# asyncpg looks at every element of an array whether it is itself a sequence, which costs more than the
# element: so whole numbers and ids go as array literals, instants as numbers, and texts as one text joined by
# the unit separator.


def numbers(values: Iterable[int]) -> str:
    """Whole numbers as an array literal; the interpreter writes a list of them faster than we join one."""
    return "{" + str(list(values))[1:-1] + "}"


def few(values: Sequence[int | None]) -> str:
    """The same of numbers mostly 0 or missing: where all are, an empty array, which unnest fills up."""
    return packed(values) if any(values) else "{}"


def packed(values: Iterable[int | UUID | None]) -> str:
    """Whole numbers or ids, or NULL, as an array literal."""
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"


def instants(values: Iterable[datetime]) -> str:
    """Instants as an array literal of their microseconds since 1970, which need not be read as text."""
    since = [value - EPOCH for value in values]
    return numbers([(one.days * 86_400 + one.seconds) * 1_000_000 + one.microseconds for one in since])


def texts(values: Sequence[str]) -> str:
    """Texts joined by the separator; none of them may be empty or hold it.

    Raises:
        ValueError: a text is empty, or holds the separator or a NUL.
    """
    joined = SEPARATOR.join(values)
    if joined.count(SEPARATOR) != max(0, len(values) - 1) or "\0" in joined or "" in values:
        raise ValueError("a text is empty, or holds a character that no key or event may hold")
    return joined


def alike(values: Sequence[str]) -> str:
    """Texts as `texts` gives them; where all are the same, one of them stands for all."""
    return texts(values[:1] if values and values.count(values[0]) == len(values) else values)


def long_texts(values: Sequence[bytes]) -> bytes:
    """Texts in UTF-8, joined as `texts` joins them, and sent as bytes: so they are never made into str.

    Raises:
        ValueError: a text is empty, or holds the separator or a NUL.
    """
    joined = LONG_SEPARATOR.join(values)
    if joined.count(LONG_SEPARATOR) != max(0, len(values) - 1) or b"\0" in joined or b"" in values:
        raise ValueError("a text is empty, or holds a character that no key or event may hold")
    return joined


def columns(rows: Sequence[tuple[Any, ...]], width: int) -> list[Sequence[Any]]:
    """Rows turned into columns; `width` empty ones where there are no rows."""
    return list(zip(*rows, strict=True)) if rows else [() for _ in range(width)]


Named = TypeVar("Named", UUID, datetime)


class Names(Generic[Named]):
    """Values of a batch that recur, each sent once and then named by its place, from 1."""

    __slots__ = ("_places", "values")

    def __init__(self) -> None:
        self.values: list[Named] = []
        self._places: dict[Named, int] = {}

    def place(self, value: Named | None) -> int | None:
        """The place of a value, which is taken in where it is new; None stays None."""
        if value is None:
            return None
        found = self._places.get(value)
        if found is None:
            self.values.append(value)
            found = self._places[value] = len(self.values)
        return found
