"""Giving: the series of points that the operator gives for a fault or as a correction."""

from datetime import datetime

from jifen.books.series import Series, series_of
from jifen.parties.programs import Merchant, Program
from jifen.values.periods import Active, expires_at, local_day


def given_series(program: Program, at: datetime, unit: str, funder: Merchant | None) -> Series:
    """The series of points that the operator gives at an instant, with the validity of the rules in force.

    funder: the merchant at fault, who pays for them; None: the operator does (S13, S27).
    """
    rules = program.rules_at(at)
    lives = rules.definition.validity if rules else None
    expires = None
    idle = None
    if isinstance(lives, Active):
        idle = lives.months
    elif lives is not None:
        expires = expires_at(lives, local_day(at, program.zone), program.zone)
    return series_of(
        program.id,
        unit,
        program.operator,
        funder.id if funder else program.operator,
        funder.contract(at) if funder else 0,
        rules.version if rules else 0,
        program.worth(unit, rules),
        None,
        expires,
        idle,
    )
