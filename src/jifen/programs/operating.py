"""Expire, adjust and compensate: what the operator's side does to a wallet, each with its reason."""

from jifen.books.legs import Account, Kind, Leg
from jifen.books.refusals import Code, Refusal
from jifen.books.series import Series, series_of
from jifen.books.verbs import draw, earn, expire, overflow, spend
from jifen.engine.command import Command, Draft, Plan
from jifen.engine.view import View
from jifen.parties.programs import Merchant, Program
from jifen.values.periods import Active, expires_at, local_day


class Expire(Command, frozen=True, kw_only=True):
    """Book that free points whose date has passed are expired. Held points wait for their hold's end."""

    unit: str

    def decide(self, view: View) -> Plan | Refusal:
        """One leg for each lot of the unit past its date."""
        wallet = view.wallet(self.wallet)
        legs = [
            leg
            for leg in expire(wallet, self.recorded_at)
            if wallet.lots[leg.series].series.unit == self.unit
        ]
        return Plan((Draft(self.wallet, Kind.EXPIRE, self.unit, legs),)) if legs else Plan(())


class Adjust(Command, frozen=True, kw_only=True):
    """A correction by a person: points in or out, with a reason that is stored."""

    unit: str
    points: int

    def decide(self, view: View) -> Plan | Refusal:
        """Positive points are issued by the operator; negative ones are drawn like a spending."""
        program: Program = view.program(self.program)
        wallet = view.wallet(self.wallet)
        if self.unit not in program.units:
            return unknown_unit(program, self.unit)
        if self.points > 0:
            series = operator_series(program, self, self.unit, None)
            if (refusal := overflow(wallet, series, self.points)) is not None:
                return refusal
            legs = [Leg(series.id, Account.ADJUSTED, self.points, program.operator)]
            return Plan(
                (
                    Draft(
                        self.wallet,
                        Kind.ADJUST,
                        self.unit,
                        legs,
                        series=(series,),
                        active_at=self.occurred_at,
                    ),
                )
            )
        parts = draw(wallet, self.unit, -self.points, self.occurred_at)
        if isinstance(parts, Refusal):
            return parts
        legs = spend(parts, Account.ADJUSTED, program.operator)
        return Plan((Draft(self.wallet, Kind.ADJUST, self.unit, legs),))


class Compensate(Command, frozen=True, kw_only=True):
    """Points given for a fault, paid for by the operator or by the merchant at fault (S13, S27)."""

    unit: str
    points: int
    at_fault: Merchant | None = None

    def decide(self, view: View) -> Plan | Refusal:
        """Issue a lot of its own."""
        program: Program = view.program(self.program)
        if self.unit not in program.units:
            return unknown_unit(program, self.unit)
        series = operator_series(program, self, self.unit, self.at_fault)
        legs = earn(view.wallet(self.wallet), [(series, self.points)])
        if isinstance(legs, Refusal):
            return legs
        merchant = self.at_fault.id if self.at_fault else None
        draft = Draft(
            self.wallet,
            Kind.COMPENSATE,
            self.unit,
            legs,
            merchant,
            series=(series,),
            active_at=self.occurred_at,
        )
        return Plan((draft,))


def unknown_unit(program: Program, unit: str) -> Refusal:
    """The refusal of a unit that the programme does not have."""
    known = ", ".join(sorted(program.units))
    return Refusal(Code.UNIT_UNKNOWN, f"there is no unit {unit!r}: use one of {known}", {"unit": unit})


def operator_series(program: Program, command: Command, unit: str, funder: Merchant | None) -> Series:
    """The series of points that the operator gives, with the validity of the rules in force."""
    rules = program.rules_at(command.occurred_at)
    lives = rules.definition.validity if rules else None
    expires = None
    idle = None
    if isinstance(lives, Active):
        idle = lives.months
    elif lives is not None:
        expires = expires_at(lives, local_day(command.occurred_at, program.zone), program.zone)
    worth = program.units[unit]
    return series_of(
        program.id,
        unit,
        program.operator,
        funder.id if funder else program.operator,
        funder.contract(command.occurred_at) if funder else 0,
        rules.version if rules else 0,
        (worth.offset_points, worth.offset_fen),
        None,
        expires,
        idle,
    )
