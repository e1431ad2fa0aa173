"""The articles that the linter cites, read from dated data."""

from functools import cache
from pathlib import Path

import msgspec

from jifen.programs.regulation import Cited

FILE = Path(__file__).with_name("law.yaml")


class Article(Cited, frozen=True, kw_only=True):
    """What a class of sentences breaks, and what to write instead, in Chinese and English."""

    wording: str
    wording_en: str


@cache
def articles() -> dict[str, Article]:
    """Each class with its articles."""
    rows = msgspec.yaml.decode(FILE.read_bytes(), type=tuple[Article, ...])
    return {row.code: row for row in rows}
