"""Phrases of the unlawful classes, read from data: how each is said, and what makes it lawful."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from jifen.programs.linter.grammar import Pattern
from jifen.programs.linter.words import Said, expanded, words

FOLDER = Path(__file__).parent
PAGES: tuple[tuple[str, Literal["zh", "en"]], ...] = (
    ("unfair.yaml", "zh"),
    ("promises.yaml", "zh"),
    ("english.yaml", "en"),
)
EXPIRY = "link_in_expiry"
"""The class that is looked for in short messages on points that lapse, and nowhere else."""


class Phrase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One way to say something of a class; see Pattern. language: if not that of its page."""

    kind: str
    find: Said
    spare: Said | None = None
    merchant: bool = False
    deniable: bool = True
    language: Literal["zh", "en"] | None = None
    severity: Literal["error", "warning"] = "error"


class Page(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Phrases with the words that they share."""

    words: dict[str, Said]
    phrases: tuple[Phrase, ...]


@cache
def patterns(*, expiry_sms: bool) -> tuple[Pattern, ...]:
    """All phrases, ready to be looked for. expiry_sms: those of links too."""
    return tuple(pattern for pattern in _all() if expiry_sms or pattern.kind != EXPIRY)


@cache
def _all() -> tuple[Pattern, ...]:
    return tuple(pattern for name, language in PAGES for pattern in _read(name, language))


def _read(name: str, language: Literal["zh", "en"]) -> Iterator[Pattern]:
    page = msgspec.yaml.decode((FOLDER / name).read_bytes(), type=Page)
    own = {**words(), **page.words}
    for phrase in page.phrases:
        find = expanded(phrase.find, own)
        spoken = phrase.language or language
        if spoken == "en":
            find = find.replace(" ", "[ -]*")
        yield Pattern(
            phrase.kind,
            re.compile(find),
            re.compile(expanded(phrase.spare, own)) if phrase.spare is not None else None,
            phrase.merchant,
            phrase.deniable,
            spoken,
            phrase.severity,
        )
