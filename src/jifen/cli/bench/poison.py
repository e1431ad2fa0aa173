"""Poison: redemptions that must be refused, each by itself, whoever travels in the same batch."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

Fact = dict[str, Any]

_encode = msgspec.json.Encoder().encode


def body(fact: Fact) -> bytes:
    """A fact as it is sent."""
    return _encode(fact)


def with_key(fact: Fact, letters: bytes) -> bytes:
    """The fact with letters put before its key that Python's own encoder would refuse or escape."""
    return _encode(fact).replace(b'"key":"', b'"key":"' + letters)


POISONS: Mapping[str, Callable[[Fact], bytes]] = {
    "negative_points": lambda fact: body({**fact, "points": -fact["points"]}),
    "no_points": lambda fact: body({**fact, "points": 0}),
    "points_as_text": lambda fact: body({**fact, "points": "2"}),
    "far_above_balance": lambda fact: body({**fact, "points": 10**9}),
    "huge_number": lambda fact: body({**fact, "points": 0}).replace(b'"points":0', b'"points":' + b"9" * 60),
    "unknown_member": lambda fact: body({**fact, "member": "nobody"}),
    "unknown_unit": lambda fact: body({**fact, "unit": "moonstone"}),
    "unknown_store": lambda fact: body({**fact, "store": "nowhere"}),
    "unknown_stock": lambda fact: body({**fact, "stock": "unicorn", "count": 1}),
    "malformed_json": lambda fact: body(fact)[:-2],
    "lone_surrogate": lambda fact: with_key(fact, b"\\ud800"),
    "escaped_nul": lambda fact: with_key(fact, b"\\u0000"),
    "control_letter": lambda fact: with_key(fact, b"\\u001f"),
    "broken_utf8": lambda fact: with_key(fact, b"\xc3\x28"),
    "no_key": lambda fact: body({name: value for name, value in fact.items() if name != "key"}),
}
"""By name, what a good fact is turned into."""

REUSED = "reused_key"
"""A key that was booked before, now with other content; its fact is an earlier one with other points."""
