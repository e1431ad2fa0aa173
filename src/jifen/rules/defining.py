"""What every part of a definition is made of."""

from collections.abc import Iterable, Iterator
from typing import Annotated

import msgspec

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern="^[a-z0-9][a-z0-9_.-]*$(?!\\n)")]
StoreCode = Annotated[
    str, msgspec.Meta(min_length=1, max_length=64, pattern="^[A-Za-z0-9][A-Za-z0-9_.-]*$(?!\\n)")
]
"""A store's code, which tills bring along: capitals too, as the interface takes it."""

Title = Annotated[str, msgspec.Meta(max_length=200)]
Count = Annotated[int, msgspec.Meta(ge=1, le=1_000_000_000)]


class Definition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What every part of a definition shares: unknown fields are refused, not ignored."""


Finding = tuple[str, object, str]
"""Field, value, and what is wrong with it: what to do."""


def within(field: str, value: int, least: int, most: int) -> Iterator[Finding]:
    """A number that is out of its range."""
    if not least <= value <= most:
        yield field, value, f"is out of range: send a whole number from {least} to {most}"


def names(known: Iterable[str]) -> str:
    """What there is, to choose from."""
    return ", ".join(sorted(known)) or "none yet"
