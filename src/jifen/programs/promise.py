"""A promise of a programme: an object with its terms, each with its measure and its weight."""

from collections.abc import Iterable
from typing import Literal

import msgspec

from jifen.programs.measures import Measure
from jifen.programs.regulation import Class

Kind = Literal[
    "programme",
    "unit",
    "merchant",
    "rule",
    "reward",
    "tier",
    "budget",
    "act",
    "referral",
    "authority",
    "till",
    "households",
    "remedy",
]


class Term(msgspec.Struct, frozen=True):
    """One thing that is promised. worse, mixed: how it weighs when it gets worse, or cannot be compared.

    says: the value as it is shown.
    """

    measure: Measure
    says: str
    worse: Class
    mixed: Class


class Promise(msgspec.Struct, frozen=True):
    """An object of a programme with its terms. dropped, added: how it weighs when it goes or comes."""

    kind: Kind
    code: str
    path: str
    terms: dict[str, Term]
    dropped: Class = "major"
    added: Class = "offer"


def adverse(measure: Measure, says: str) -> Term:
    """What makes points that members have worth less when it gets worse (COMPLIANCE R03)."""
    return Term(measure, says, "adverse", "adverse")


def major(measure: Measure, says: str) -> Term:
    """What matters to members beyond the wording, but takes nothing from points that they have."""
    return Term(measure, says, "major", "major")


def ordinary(measure: Measure, says: str) -> Term:
    """What members are told of as of any change."""
    return Term(measure, says, "ordinary", "ordinary")


def yuan(fen: int) -> str:
    """Money as it is shown."""
    return f"{fen // 100}.{fen % 100:02d} yuan"


def names(values: Iterable[object]) -> str:
    """Names as they are shown; none: all are meant."""
    return ", ".join(str(value) for value in values) or "all"


def truth(value: bool) -> str:
    """Yes or no."""
    return "yes" if value else "no"
