"""Earn: a purchase or an act becomes an award, the award becomes points in series."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

import msgspec

from jifen.books.explanation import explained
from jifen.books.legs import Kind
from jifen.books.refusals import Code, Refusal
from jifen.books.series import Series, series_of
from jifen.books.verbs import earn
from jifen.books.wallet import Wallet
from jifen.engine.command import NO_NEEDS, Command, Draft, Needs, Plan, check_time
from jifen.engine.view import View
from jifen.messages.telling import tier_message
from jifen.parties import traits
from jifen.parties.catalog import stock_id
from jifen.parties.programs import Merchant, Program, Store
from jifen.parties.traits import Trait
from jifen.rules.award import Award, Facts, Line, Promise, Sums, added_up
from jifen.rules.compiled import CompiledRules, Counter, Used
from jifen.rules.index import Place
from jifen.rules.person import NOBODY_KNOWN, Person, person_text, read_person
from jifen.rules.tiers import Tiers, after_earning, after_return, due
from jifen.values.ids import Id, MerchantId, SeriesId
from jifen.values.periods import local_day

NONE_VALID: Mapping[str, str] = {}

# As in books/wallet.py: looked up once, not for each event.
PURCHASE, ACT = Kind.PURCHASE, Kind.ACT

OWN_SOURCE = "jobs"
"""Under whose name the system itself reports."""

SERIES_KEPT = 20_000
"""So many series are kept at hand for what was promised; more are made anew."""

REFERRAL = "referral"
BIRTHDAY = "birthday."


class Earning(Command, frozen=True, kw_only=True):
    """Something for which rules give points. amount: fen of cash paid; 0 and an act's name for most acts.

    sums: the lines added up, where that was done. code: what an act carries, such as a lecture's. approved:
    somebody has judged an act that needs it. traits: what the member is known by beside the number, kept
    beside the fact.
    """

    store: Store | None
    amount: int = 0
    lines: tuple[Line, ...] = ()
    sums: Sums | None = None
    act: str | None = None
    code: str = ""
    channel: str = ""
    payment: str = ""
    approved: bool = False
    traits: tuple[Trait, ...] = ()

    def needs(self, program: Program) -> Needs:
        """The counters that the rules of then may read, and what is left of their budgets."""
        rules = program.rules_at(self.occurred_at)
        if rules is None:
            return NO_NEEDS
        day = local_day(self.occurred_at, program.zone)
        counters = rules.reads(day, self.code, place_of(self.store, self.act))
        budgets = rules.budgets_on(day)
        if not budgets:
            return Needs(counters)
        return Needs(counters, stocks=[budget_id(program, code) for code in budgets])

    def decide(self, view: View) -> Plan | Refusal:
        """Evaluate the rules of then; issue, and repay what is owed."""
        if (refusal := check_time(self.occurred_at, self.recorded_at)) is not None:
            return refusal
        program: Program = view.program(self.program)
        rules = program.rules_at(self.occurred_at)
        if rules is None:
            return no_rules(program, self.occurred_at)
        if self.act is not None and (no := may_be_done(rules, self)) is not None:
            return no
        store = self.store
        facts = facts_of(
            program,
            store,
            self.occurred_at,
            self.amount,
            self.lines,
            self.act,
            self.code,
            self.channel,
            self.payment,
            self.sums,
        )
        award = award_for(view, program, rules, facts, view.wallet(self.wallet))
        plan = earned(self, view, rules, facts, award, store.merchant if store is not None else None)
        if self.traits and isinstance(plan, Plan):
            plan.effects = [*plan.effects, *traits.effects(self.program, self.traits, self.recorded_at)]
        return plan


def award_for(view: View, program: Program, rules: CompiledRules, facts: Facts, wallet: Wallet) -> Award:
    """What rules give for an event of a member, whom the facts then name; nothing is booked by it."""
    if rules.reads_person or rules.definition.tiers:
        facts.person = read_person(wallet.facts)
    used: Used = wallet.counters
    if budgets := rules.budgets_on(facts.day):
        used = {**used, **budgets_left(view, program, budgets)}
    return rules.evaluate(facts, used)


def earned(
    command: Command,
    view: View,
    rules: CompiledRules,
    facts: Facts,
    award: Award,
    merchant: Merchant | None,
) -> Plan | Refusal:
    """The plan that books an award: points are issued, what is owed is repaid, a tier follows."""
    program: Program = view.program(command.program)
    wallet = view.wallet(command.wallet)
    contract = merchant.contract(command.occurred_at) if merchant else 0
    granted = grants(program, merchant, contract, rules, award)
    legs = earn(wallet, granted)
    if isinstance(legs, Refusal):
        return legs
    draft = Draft(
        command.wallet,
        PURCHASE if facts.act is None else ACT,
        rules.definition.unit,
        legs,
        merchant.id if merchant else None,
        explanation=explained(rules.version, contract, points_by_rule(award), award.read, award.held),
        series=[series for series, _ in granted],
        counts=award.counts,
        active_at=command.occurred_at,
    )
    takes: Sequence[tuple[Id, int]] = ()
    if award.drawn:
        takes = [
            (of, points)
            for code, points in award.drawn.items()
            if view.stock(of := budget_id(program, code)) is not None
        ]
    changes: Sequence[tuple[str, dict[str, object]]] = ()
    if (tiers := rules.definition.tiers) is not None:
        reached = reached_after(rules, wallet.counters, award.counts, facts.day)
        changes = stand(command, program, tiers, facts.person, draft, reached, facts.day)
    return Plan((draft,), takes, changes)


def may_be_done(rules: CompiledRules, act: Earning) -> Refusal | None:
    """What stops an act: it is the system's own, lacks a code that counts, or was not judged yet."""
    name = act.act or ""
    if act.source != OWN_SOURCE and (name == REFERRAL or name.startswith(BIRTHDAY)):
        said = f"the act {name!r} is booked by the system alone: name another act"
        return Refusal(Code.ACT_RESERVED, said, {"act": name})
    defined = next((one for one in rules.definition.acts if one.code == name), None)
    if defined is None:
        return None
    if defined.moderated and not act.approved:
        said = f"the act {name!r} earns only when somebody approved it: send it to /v1/proposals"
        return Refusal(Code.ACT_NOT_APPROVED, said, {"act": name})
    if defined.codes and act.code not in defined.codes:
        said = f"the act {name!r} has no code {act.code!r}: send the code that was given out for it"
        return Refusal(Code.ACT_CODE_UNKNOWN, said, {"act": name, "code": act.code})
    return None


def place_of(store: Store | None, act: str | None) -> Place:
    """Where rules are to hold, so that only the counters of those are read that can."""
    return (store.merchant.code, store.code, act) if store else ("", "", act)


def budget_id(program: Program, code: str) -> Id:
    """The id of the stock that a budget's points are in."""
    return stock_id(program.id, f"budget:{code}")


def budgets_left(view: View, program: Program, budgets: Iterable[str]) -> dict[Counter, int]:
    """What is left of each budget, plus one, as rules read it; one that has no stock is not limited."""
    found: dict[Counter, int] = {}
    for code in budgets:
        left = view.stock(budget_id(program, code))
        if left is not None:
            found[(f"budget:{code}", "left")] = left + 1
    return found


def points_by_rule(award: Award) -> dict[str, int]:
    """The points of each rule, whoever pays for them, in the order in which the rules gave."""
    sums: dict[str, int] = {}
    for share in award.shares:
        rule = share.promise.rule
        sums[rule] = sums[rule] + share.points if rule in sums else share.points
    return sums


def reached_after(rules: CompiledRules, counters: Used, counts: Used, day: date) -> int:
    """What is reached in the tiers' window of a day once an event of it is counted."""
    reached = 0
    for one in rules.tier_window(day):
        reached += counters.get(one, 0) + counts.get(one, 0)
    return reached


def stand(
    command: Command,
    program: Program,
    tiers: Tiers,
    person: Person,
    draft: Draft,
    reached: int,
    day: date,
    *,
    back: bool = False,
) -> list[tuple[str, dict[str, object]]]:
    """Put the member where what is reached says, in the same entry; returns the effects of that.

    back: goods of a purchase of that day came back. Source: DESIGN §2 (a tier follows).
    """
    change = after_return if back else after_earning
    standing = change(tiers, person.standing, reached, day)
    if standing is None:
        return []
    draft.facts = person_text(msgspec.structs.replace(person, standing=standing))
    whom, fact = (command.program, command.wallet), f"{command.source}:{command.key}"
    told = tier_message(tiers, person.standing, standing, whom, fact, command.recorded_at)
    return [("standing", {"program": program.id, "due": due(tiers, standing)}), *told]


def no_rules(program: Program, at: datetime) -> Refusal:
    """The refusal of an event from before the first rules."""
    return Refusal(
        Code.NO_RULES,
        f"programme {program.code} had no rules in force at {at.isoformat()}: publish rules valid "
        "from before then",
        {"at": at.isoformat()},
    )


def facts_of(
    program: Program,
    store: Store | None,
    at: datetime,
    amount: int,
    lines: tuple[Line, ...],
    act: str | None,
    code: str = "",
    channel: str = "",
    payment: str = "",
    sums: Sums | None = None,
) -> Facts:
    """What the rules read of an event; of the evidence that its lines name, what is valid then.

    sums: the lines added up, where that was done before.
    """
    merchant, place = (store.merchant.code, store.code) if store is not None else ("", "")
    if lines and sums is None:
        sums = added_up(lines)
    evidence: Mapping[str, str] = NONE_VALID
    if sums is not None and sums.evidence and program.evidence:
        evidence = {name: kind for name in sums.evidence if (kind := program.green(name, at))}
    day = local_day(at, program.zone)
    return Facts(
        merchant,
        place,
        at,
        day,
        amount,
        lines,
        act,
        code,
        channel,
        payment,
        NOBODY_KNOWN,
        evidence,
        None,
        sums,
    )


def grants(
    program: Program, merchant: Merchant | None, contract: int, rules: CompiledRules, award: Award
) -> list[tuple[Series, int]]:
    """The points of an award by series; shares of one series are one grant."""
    code, known = merchant.code if merchant else "", program.series
    made: list[tuple[Series, int]] = []
    for share in award.shares:
        series = known.get((share.promise, code, contract))
        if series is None:
            series = series_for(program, merchant, contract, rules, share.promise)
        made.append((series, share.points))
    if len(made) < 2:
        return made
    granted: dict[SeriesId, tuple[Series, int]] = {}
    for one in made:
        series, points = one
        before = granted.get(series.id)
        granted[series.id] = one if before is None else (series, before[1] + points)
    return list(granted.values())


def series_for(
    program: Program, merchant: Merchant | None, contract: int, rules: CompiledRules, promise: Promise
) -> Series:
    """The series that is issued: validity and offset value are stamped on it (COMPLIANCE R04)."""
    issuer = merchant.id if merchant else program.operator
    made = series_of(
        program.id,
        promise.unit,
        issuer,
        funder_of(program, issuer, promise.funder),
        contract,
        rules.version,
        program.worth(promise.unit, rules),
        promise.matures_at,
        promise.expires_at,
        promise.idle_months,
    )
    if len(program.series) >= SERIES_KEPT:
        program.series.clear()
    program.series[(promise, merchant.code if merchant else "", contract)] = made
    return made


def funder_of(program: Program, issuer: MerchantId, funder: str) -> MerchantId:
    """Who pays for points: the merchant of the purchase, the operator, or the party of that code."""
    if funder == "merchant":
        return issuer
    if funder == "operator":
        return program.operator
    return program.merchants[funder].id
