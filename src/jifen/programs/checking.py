"""Everything that is checked in a programme by itself, in one place: references, rules, words, bounds."""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache

import msgspec

from jifen.programs.claims import findings_of as claims
from jifen.programs.definition import Programme
from jifen.programs.findings import Finding, refuses
from jifen.programs.guard.bounds import Bounds
from jifen.programs.guard.guarding import guard
from jifen.programs.guard.rebates import rebates as effective
from jifen.programs.guard.worst import Worst, worst_year
from jifen.programs.linter.linting import findings_of as words
from jifen.programs.planning import Rebate
from jifen.programs.publications import hashed
from jifen.programs.references import findings_of as references
from jifen.programs.shaping import shown
from jifen.rules.checking import Known
from jifen.rules.checking import findings as rules_findings

KEPT = 16
"""So many programmes are remembered with what was found, since the search takes up to seconds."""


class Looked(msgspec.Struct, frozen=True):
    """What was found in a programme. worst: the year that gives most; None: it was not searched for."""

    findings: tuple[Finding, ...]
    worst: Worst | None


class _Same:
    """A programme that is the same as another where their bytes are."""

    __slots__ = ("digest", "programme")

    def __init__(self, programme: Programme) -> None:
        self.programme = programme
        self.digest = hashed(programme)

    def __hash__(self) -> int:
        return hash(self.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.digest == self.digest


def checked(programme: Programme, on: date) -> tuple[Finding, ...]:
    """All findings of a programme, without looking at what was published.

    on: the day that the guard looks from. What does not fit together is not searched for bounds.
    """
    return looked(programme, on).findings


def looked(programme: Programme, on: date) -> Looked:
    """The same, with the worst year that the guard found. A programme that was looked at is remembered."""
    return _looked(_Same(programme), on)


@lru_cache(maxsize=KEPT)
def _looked(same: _Same, on: date) -> Looked:
    programme = same.programme
    fitting = (*references(programme), *_of_rules(programme))
    if refuses(fitting):
        return Looked((*fitting, *words(programme)), None)
    try:
        worst = worst_year(programme, on, Bounds(on))
    except ValueError:
        worst = None
    bounds = (*claims(programme), *guard(programme, on, worst))
    return Looked((*fitting, *words(programme), *bounds), worst)


def _of_rules(programme: Programme) -> Iterator[Finding]:
    """What would fail at the till, as `jifen.rules.checking` finds it."""
    stores = [store.code for merchant in programme.merchants for store in merchant.stores]
    known = Known([unit.code for unit in programme.units], [one.code for one in programme.merchants], stores)
    for field, value, message in rules_findings(programme.rules, known):
        what, _, remedy = message.partition(": ")
        yield Finding(
            code="rule_unfit",
            path=f"rules.{field}" if field else "rules",
            what=f"{shown(value)} {what}",
            remedy=remedy or "mend it",
        )


def rebates(programme: Programme) -> tuple[Rebate, ...]:
    """What each rule gives back of what is spent, and all together on an ordinary day (S07)."""
    return _rebates(_Same(programme))


@lru_cache(maxsize=KEPT)
def _rebates(same: _Same) -> tuple[Rebate, ...]:
    return tuple(
        Rebate(
            rule=one.rule,
            path=one.path,
            permille=None if one.permille is None else str(one.permille),
            percent=one.percent or "nothing is spent",
        )
        for one in effective(same.programme)
    )
