"""Outages: what would have lapsed in one lives on, and the declared compensation is given once (S27)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from jifen.books.legs import Kind
from jifen.books.refusals import Code, Refusal
from jifen.books.series import Series
from jifen.books.verbs import extend, revive
from jifen.engine.command import Draft, Needs, Plan
from jifen.engine.view import View
from jifen.messages.outbox import Message, effect
from jifen.parties.programs import Outage, Program
from jifen.programs.operating import Compensate, Extend, Extended, last_day_before
from jifen.rules.definition import Remedy
from jifen.values.ids import Id, MerchantId, ProgramId, SeriesId, WalletId, hashed_id
from jifen.values.periods import end_of_day, local_day, start_of_day

DEALT_WITHIN = timedelta(days=365)
"""Whoever dealt with a merchant so long before the end of its outage is affected by it."""


def outage_id(program: ProgramId, merchant: MerchantId | None, since: datetime) -> Id:
    """The id of an outage: the same however often it is declared."""
    return hashed_id("outage", str(program), str(merchant or ""), since.isoformat())


def remedy_at(program: Program, name: str, at: datetime) -> tuple[Remedy, str] | Refusal:
    """The remedy of that name as published at an instant, and the unit of the rules."""
    rules = program.rules_at(at)
    remedies: Mapping[str, Remedy] = rules.definition.remedies if rules else {}
    if rules is None or name not in remedies:
        known = ", ".join(sorted(remedies)) or "none yet"
        said = f"programme {program.code} published no remedy {name!r}: name one of {known}"
        return Refusal(Code.REMEDY_UNKNOWN, said, {"remedy": name})
    return remedies[name], rules.definition.unit


def outage_of(program: Program, of: Id) -> Outage | None:
    """The outage of that id."""
    return next((outage for outage in program.outages if outage.id == of), None)


def extended_to(outage: Outage, expires: datetime, now: datetime, zone: str) -> date:
    """The new last day of points that would have lapsed in an outage.

    They live longer by at least what it took and the remedy's days, from their own date or, where that is
    over by then, from now. Source: SCENARIOS S27.
    """
    assert outage.until is not None
    more = outage.until - outage.since + timedelta(days=outage.extend_days)
    for begin in (expires, now):
        last = local_day(begin + more - timedelta(microseconds=1), zone)
        if end_of_day(last, zone) > now:
            return last
    raise AssertionError("what is added to now lies after now, since an outage ends after it began")


class ExtendedBy(Extended, frozen=True):
    """The explanation of an extension by an outage. revived: so many of the points had expired before."""

    outage: Id
    revived: int = 0


class ExtendInOutage(Extend, frozen=True, kw_only=True):
    """Points that would have lapsed in an outage get a later date, also where they were expired already.

    expired_at: their instant of expiry; until: their new last day.
    """

    outage: Id

    @property
    def looks_back(self) -> bool:
        """What expired is read of the entries."""
        return True

    def needs(self, program: Program) -> Needs:
        """What expired in the wallet and was not taken back."""
        return Needs(rows=[("lapsed", self.wallet, self.wallet)])

    def decide(self, view: View) -> Plan | Refusal:
        """Move what is free, take back the expiry of the rest; nothing where no such points are left."""
        program: Program = view.program(self.program)
        outage = outage_of(program, self.outage)
        wallet = view.wallet(self.wallet)
        if outage is None or outage.until is None:
            return Plan(())
        end = end_of_day(self.until, program.zone)
        lots = [
            lot
            for lot in wallet.lots.values()
            if lot.remaining
            and lot.series.unit == self.unit
            and wallet.expiry(lot.series) == self.expired_at
            and outage.spares(lot.series.issuer, self.expired_at)
        ]
        gone = [
            (one.series, one.points)
            for one in lapsed_in(outage, view.rows.get(("lapsed", self.wallet), ()), program.zone)
            if one.series.unit == self.unit and one.expires == self.expired_at
        ]
        if not lots and not gone:
            return Plan(())
        legs, new = extend(wallet, lots, end)
        back, more = revive(wallet, gone, end)
        revived = sum(points for _, points in gone)
        points = sum(lot.remaining for lot in lots) + revived
        last_day = last_day_before(self.expired_at, program.zone)
        told = ExtendedBy(points, last_day, self.until, self.outage, revived)
        draft = Draft(
            self.wallet,
            Kind.EXTEND,
            self.unit,
            [*legs, *back],
            outage.merchant,
            explanation=msgspec.json.encode(told).decode(),
            series=list(_once([*new, *more])),
        )
        return Plan((draft,), effects=[self._message(program, told, one) for one in self.tell])


def _once(series: Iterable[Series]) -> Iterable[Series]:
    found: dict[SeriesId, Series] = {one.id: one for one in series}
    return found.values()


class Lapsed(msgspec.Struct, frozen=True):
    """Points of a series that expired unused in a wallet, and at which instant."""

    series: Series
    points: int
    expires: datetime


def lapsed_in(outage: Outage, rows: Sequence[Any], zone: str) -> list[Lapsed]:
    """Of the rows of needs_lapsed, what would not have lapsed had the outage been known.

    Points that live by activity have no date of their own: it was the end of the day before that on which
    they were found expired.
    """
    found = []
    for row in rows:
        series = Series(*[row[field] for field in Series.__struct_fields__])
        expires = series.expires_at
        if expires is None:
            expires = start_of_day(local_day(row["lapsed_at"], zone), zone)
        if outage.spares(series.issuer, expires):
            found.append(Lapsed(series, row["points"], expires))
    return found


class CompensateForOutage(Compensate, frozen=True, kw_only=True):
    """The declared points, once to each who is affected, who is told of it in the same commit."""

    outage: Id

    def decide(self, view: View) -> Plan | Refusal:
        """Issue a lot of its own, paid for by the merchant at fault or by the operator."""
        program: Program = view.program(self.program)
        outage = outage_of(program, self.outage)
        if outage is None or not outage.points:
            return Plan(())
        plan = super().decide(view)
        if isinstance(plan, Refusal):
            return plan
        message = Message(
            program=program.id,
            wallet=self.wallet,
            event="compensated",
            key=f"compensated:{self.key}",
            fields={
                "points": str(self.points),
                "unit": program.units[self.unit].name,
                "reason": outage.text,
            },
            due_at=self.recorded_at,
        )
        return Plan(plan.drafts, effects=[effect(message, self.recorded_at)])


def compensation(program: Program, outage: Outage, wallet: WalletId, now: datetime) -> CompensateForOutage:
    """The command that compensates one member: the same fact whenever and however often it is made."""
    event = {"type": "outage", "outage": outage.id, "remedy": outage.remedy, "points": outage.points}
    return CompensateForOutage(
        program=program.id,
        source="jobs",
        key=f"outage:{outage.id}:{wallet}",
        wallet=wallet,
        occurred_at=now,
        recorded_at=now,
        content=msgspec.json.encode(event),
        unit=outage.unit,
        points=outage.points,
        at_fault=program.merchants_by_id[outage.merchant] if outage.merchant else None,
        outage=outage.id,
    )


def extension(
    program: Program,
    outage: Outage,
    wallet: WalletId,
    place: tuple[str, datetime, int],
    tell: Sequence[WalletId],
    now: datetime,
) -> ExtendInOutage:
    """The command that extends what would have lapsed at one instant. place: unit, instant, wallet's version.

    The version makes points that come back later another fact; the new day hangs on the day of today only
    where the points' own date is long over.
    """
    unit, expires, version = place
    until = extended_to(outage, expires, now, program.zone)
    event = {"type": "extend", "unit": unit, "outage": outage.id, "expired_at": expires, "until": until}
    return ExtendInOutage(
        program=program.id,
        source="jobs",
        key=f"outage:{outage.id}:{wallet}:{unit}:{expires.isoformat()}:{version}",
        wallet=wallet,
        occurred_at=now,
        recorded_at=now,
        content=msgspec.json.encode(event),
        unit=unit,
        expired_at=expires,
        until=until,
        tell=tuple(tell),
        outage=outage.id,
    )
