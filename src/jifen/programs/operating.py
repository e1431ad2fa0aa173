"""Expire, extend, adjust and compensate: what the operator's side does to a wallet, each with its reason."""

from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from jifen.books.legs import Account, Kind, Leg
from jifen.books.refusals import Code, Refusal
from jifen.books.series import Series
from jifen.books.verbs import draw, earn, expire, extend, overflow, past_date, spend
from jifen.books.wallet import Lot, Wallet
from jifen.engine.command import Command, Draft, Plan
from jifen.engine.view import View
from jifen.messages.outbox import Message, effect
from jifen.parties.giving import given_series
from jifen.parties.programs import Merchant, Program
from jifen.values.ids import WalletId
from jifen.values.periods import end_of_day, local_day


class Expire(Command, frozen=True, kw_only=True):
    """Book that free points whose date has passed are expired. Held points wait for their hold's end.

    reminded_of: the instant of expiry of which the holder was reminded, and which alone is meant; None: all,
    which is refused where the rules in force promise reminders (COMPLIANCE R05).
    """

    unit: str
    reminded_of: datetime | None = None

    def decide(self, view: View) -> Plan | Refusal:
        """One leg for each lot of the unit past its date, but for what an outage spares (S27)."""
        program: Program = view.program(self.program)
        rules = program.rules_at(self.recorded_at)
        if self.reminded_of is None and rules is not None and rules.definition.reminders is not None:
            return Refusal(
                Code.NOT_REMINDED,
                f"programme {program.code} reminds before points lapse: leave their expiry to the daily job, "
                "which knows who was reminded",
                {"unit": self.unit},
            )
        wallet = view.wallet(self.wallet)
        legs = [
            leg
            for leg in expire(wallet, self.recorded_at, self.reminded_of)
            if wallet.lots[leg.series].series.unit == self.unit
            and not _spared(program, wallet, wallet.lots[leg.series])
        ]
        return Plan((Draft(self.wallet, Kind.EXPIRE, self.unit, legs),)) if legs else Plan(())


class Extended(msgspec.Struct, frozen=True):
    """The explanation of an extension: so many points, from which last day to which."""

    points: int
    last_day: date
    until: date


_extended = msgspec.json.Decoder(Extended).decode


def read_extended(text: str) -> Extended:
    """An extension from its explanation."""
    return _extended(text)


class Extend(Command, frozen=True, kw_only=True):
    """Free points whose date has passed without a delivered reminder get a later one (SCENARIOS S02).

    expired_at: the instant of expiry that is meant. until: the last day of the new date, which is not over.
    tell: who is told of it, in the same commit.
    """

    unit: str
    expired_at: datetime
    until: date
    tell: tuple[WalletId, ...] = ()

    def decide(self, view: View) -> Plan | Refusal:
        """Move the points of each lot to the series of the later date, which remembers where they were."""
        program: Program = view.program(self.program)
        wallet = view.wallet(self.wallet)
        end = end_of_day(self.until, program.zone)
        if end <= self.recorded_at:
            said = f"{self.until} is over at {self.recorded_at.isoformat()}: extend to a later day"
            return Refusal(Code.NOTHING_LEFT, said)
        lots = [
            lot
            for lot in past_date(wallet, self.recorded_at, self.expired_at)
            if lot.series.unit == self.unit and not _spared(program, wallet, lot)
        ]
        if not lots:
            return Plan(())
        points = sum(lot.remaining for lot in lots)
        legs, series = extend(wallet, lots, end)
        told = Extended(points, last_day_before(self.expired_at, program.zone), self.until)
        draft = Draft(
            self.wallet,
            Kind.EXTEND,
            self.unit,
            legs,
            explanation=msgspec.json.encode(told).decode(),
            series=series,
        )
        return Plan((draft,), effects=[self._message(program, told, wallet) for wallet in self.tell])

    def _message(self, program: Program, told: Extended, wallet: WalletId) -> tuple[str, dict[str, Any]]:
        message = Message(
            program=program.id,
            wallet=wallet,
            event="points_extended",
            key=f"points_extended:{self.key}:{wallet}",
            fields={
                "points": str(told.points),
                "unit": program.units[self.unit].name,
                "date": told.until.isoformat(),
            },
            due_at=self.recorded_at,
        )
        return effect(message, self.recorded_at)


def _spared(program: Program, wallet: Wallet, lot: Lot) -> bool:
    """Whether a lot waits for what an outage gives it (programs/remedies.py)."""
    return program.spared(lot.series.issuer, wallet.expiry(lot.series))


def last_day_before(expires: datetime, zone: str) -> date:
    """The last day on which points could be used that expire at an instant."""
    return local_day(expires - timedelta(microseconds=1), zone)


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
    return given_series(program, command.occurred_at, unit, funder)
