"""Earn: a purchase or an act becomes an award, the award becomes points in series."""

from datetime import datetime

from jifen.books.legs import Kind
from jifen.books.refusals import Code, Refusal
from jifen.books.series import Series, series_of
from jifen.books.verbs import earn
from jifen.engine.command import Command, Draft, Needs, Plan, check_time
from jifen.engine.view import View
from jifen.events.event import Explanation, explained
from jifen.parties.programs import Merchant, Program, Store
from jifen.rules.award import Award, Facts, Line, Share
from jifen.rules.compiled import CompiledRules
from jifen.values.ids import SeriesId
from jifen.values.periods import local_day


class Earning(Command, frozen=True, kw_only=True):
    """Something for which rules give points. amount: fen of cash paid; 0 and an act's name for acts."""

    store: Store | None
    amount: int = 0
    lines: tuple[Line, ...] = ()
    act: str | None = None

    def needs(self, program: Program) -> Needs:
        """The counters that the rules of then may read."""
        rules = program.rules_at(self.occurred_at)
        return (
            Needs()
            if rules is None
            else Needs(counters=rules.reads(local_day(self.occurred_at, program.zone)))
        )

    def decide(self, view: View) -> Plan | Refusal:
        """Evaluate the rules of then; issue, and repay what is owed."""
        if (refusal := check_time(self.occurred_at, self.recorded_at)) is not None:
            return refusal
        program: Program = view.program(self.program)
        rules = program.rules_at(self.occurred_at)
        if rules is None:
            return no_rules(program, self.occurred_at)
        wallet = view.wallet(self.wallet)
        facts = facts_of(program, self.store, self.occurred_at, self.amount, self.lines, self.act)
        award = rules.evaluate(facts, wallet.counters)
        merchant = self.store.merchant if self.store else None
        contract = merchant.contract(self.occurred_at) if merchant else 0
        granted = grants(program, merchant, contract, rules, award)
        legs = earn(wallet, granted)
        if isinstance(legs, Refusal):
            return legs
        explanation = Explanation(
            rules.version,
            contract,
            tuple([(share.rule, share.points) for share in award.shares]),
            tuple([(name, period, value) for (name, period), value in award.read.items() if value]),
        )
        draft = Draft(
            self.wallet,
            Kind.PURCHASE if self.act is None else Kind.ACT,
            rules.definition.unit,
            legs,
            merchant.id if merchant else None,
            explanation=explained(explanation),
            series=[series for series, _ in granted],
            counts=award.counts,
            active_at=self.occurred_at,
        )
        return Plan((draft,))


def no_rules(program: Program, at: datetime) -> Refusal:
    """The refusal of an event from before the first rules."""
    return Refusal(
        Code.NO_RULES,
        f"programme {program.code} had no rules in force at {at.isoformat()}: publish rules valid "
        "from before then",
        {"at": at.isoformat()},
    )


def facts_of(
    program: Program, store: Store | None, at: datetime, amount: int, lines: tuple[Line, ...], act: str | None
) -> Facts:
    """What the rules read of an event."""
    return Facts(
        store.merchant.code if store else "",
        store.code if store else "",
        at,
        local_day(at, program.zone),
        amount,
        lines,
        act,
    )


def grants(
    program: Program, merchant: Merchant | None, contract: int, rules: CompiledRules, award: Award
) -> list[tuple[Series, int]]:
    """The points of an award by series; shares of one series are one grant."""
    made = [(series_for(program, merchant, contract, rules, share), share.points) for share in award.shares]
    if len(made) < 2:
        return made
    granted: dict[SeriesId, tuple[Series, int]] = {}
    for series, points in made:
        before = granted.get(series.id)
        granted[series.id] = (series, points if before is None else before[1] + points)
    return list(granted.values())


def series_for(
    program: Program, merchant: Merchant | None, contract: int, rules: CompiledRules, share: Share
) -> Series:
    """The series that a share is issued in: validity and offset value are stamped on it (COMPLIANCE R04)."""
    unit = program.units[share.unit]
    issuer = merchant.id if merchant else program.operator
    return series_of(
        program.id,
        share.unit,
        issuer,
        issuer if share.funder == "merchant" else program.operator,
        contract,
        rules.version,
        (unit.offset_points, unit.offset_fen),
        share.matures_at,
        share.expires_at,
        share.idle_months,
    )
