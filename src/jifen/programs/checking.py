"""Everything that is checked in a programme by itself, in one place: references, rules, words, bounds."""

from collections.abc import Iterator
from datetime import date

from jifen.programs.claims import findings_of as claims
from jifen.programs.definition import Programme
from jifen.programs.findings import Finding, refuses
from jifen.programs.guard.guarding import guard
from jifen.programs.guard.rebates import rebates as effective
from jifen.programs.linter.linting import findings_of as words
from jifen.programs.planning import Rebate
from jifen.programs.references import findings_of as references
from jifen.programs.shaping import shown
from jifen.rules.checking import Known
from jifen.rules.checking import findings as rules_findings


def checked(programme: Programme, on: date) -> tuple[Finding, ...]:
    """All findings of a programme, without looking at what was published.

    on: the day that the guard looks from. What does not fit together is not searched for bounds.
    """
    fitting = (*references(programme), *_of_rules(programme))
    bounds = () if refuses(fitting) else (*claims(programme), *guard(programme, on))
    return (*fitting, *words(programme), *bounds)


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
    return tuple(
        Rebate(
            rule=one.rule,
            path=one.path,
            permille=None if one.permille is None else str(one.permille),
            percent=one.percent or "nothing is spent",
        )
        for one in effective(programme)
    )
