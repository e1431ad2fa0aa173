"""Words that phrases are made of: who speaks to whom, and what denies."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import msgspec

FILE = Path(__file__).with_name("words.yaml")

Said = str | list[str]
"""An expression, or alternatives."""

NAMED = re.compile(r"<([A-Z_]+)>")
ONE = re.compile(r"\[(?:[^\]\\]|\\.)+\]")
"""A class of letters, which needs no brackets around it."""


@cache
def words() -> Mapping[str, Said]:
    """The words that all phrases share, by name."""
    return msgspec.yaml.decode(FILE.read_bytes(), type=dict[str, Said])


def expanded(said: Said, own: Mapping[str, Said] = words()) -> str:
    """An expression with its alternatives joined and its names replaced by what they stand for.

    Raises:
        KeyError: a name stands for nothing.
    """
    plainly = said if isinstance(said, str) else "|".join(said)
    return NAMED.sub(lambda found: _grouped(expanded(own[found[1]], own)), plainly)


def _grouped(pattern: str) -> str:
    return pattern if ONE.fullmatch(pattern) else f"(?:{pattern})"
