"""Packing: rows as the columns of one call, in the form that is cheapest for both sides."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

SEPARATOR = "\x1f"
"""Never part of a text that we store: JSON escapes it, and sources and keys are printable."""


# asyncpg looks at every element of an array whether it is itself a sequence, which costs more than the
# element: so whole numbers go as array literals, and texts as one text joined by the unit separator.


def packed(numbers: Iterable[int | None]) -> str:
    """Whole numbers, or NULL, as an array literal."""
    return "{" + ",".join(["NULL" if number is None else str(number) for number in numbers]) + "}"


def texts(values: Sequence[str]) -> str:
    """Texts joined by the separator; none of them may be empty or hold it.

    Raises:
        ValueError: a text is empty, or holds the separator or a NUL.
    """
    joined = SEPARATOR.join(values)
    if joined.count(SEPARATOR) != max(0, len(values) - 1) or "\0" in joined or "" in values:
        raise ValueError("a text is empty, or holds a character that no key or event may hold")
    return joined


def columns(rows: Sequence[tuple[Any, ...]], width: int) -> list[Sequence[Any]]:
    """Rows turned into columns; `width` empty ones where there are no rows."""
    return list(zip(*rows, strict=True)) if rows else [() for _ in range(width)]


class Names:
    """Ids of a batch, each sent once and then named by its place, from 1."""

    __slots__ = ("_places", "ids")

    def __init__(self) -> None:
        self.ids: list[UUID] = []
        self._places: dict[UUID, int] = {}

    def place(self, some_id: UUID | None) -> int | None:
        """The place of an id, which is taken in where it is new; None stays None."""
        if some_id is None:
            return None
        found = self._places.get(some_id)
        if found is None:
            self.ids.append(some_id)
            found = self._places[some_id] = len(self.ids)
        return found
