"""Counters: which of a wallet's are under way and stand in its own row, and the form they have there."""

from functools import lru_cache

import msgspec

from jifen.values.periods import EVER, last_day_of

Counter = tuple[str, str]
"""A counter's name and period."""

CODES = "code:"
"""How the names of counters begin that count codes, each in a `period` of its own, which is no time."""

ONCE = "once:"
"""How the names of counters begin that advance once in their period, and never again in `ever`."""

NEVER_ACTIVE = ""
"""The active day of a wallet without activity: no last day is before it, so its row has all counters."""

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, int]).decode


@lru_cache(maxsize=16384)
def placed(counter: Counter) -> tuple[str, str]:
    """Until when a counter stands in its wallet's row, and its key there, which is "name period".

    Until: its last day as ISO 8601, "" where it never does. It is under way, and in the row, while that is
    not before the wallet's active day; from then on it is in the table `counter`.
    """
    name, period = counter
    kept_apart = name.startswith(CODES) or (period == EVER and name.startswith(ONCE))
    last = None if kept_apart else last_day_of(period)
    return "" if last is None else last.isoformat(), f"{name} {period}"


@lru_cache(maxsize=16384)
def named(key: str) -> tuple[str, Counter]:
    """The same from the key: until when, and the counter. The name of a counter holds no space."""
    name, _, period = key.partition(" ")
    counter = (name, period)
    return placed(counter)[0], counter


def row_text(under_way: dict[str, int]) -> str:
    """The counters of a wallet's row, by their keys, as they are stored; none is 0."""
    return _encode(under_way).decode()


def read_row(text: str) -> dict[str, int]:
    """The counters of a wallet's row by their keys.

    Raises:
        ValueError: the text cannot be read.
    """
    return _decode(text)
