"""Tiers at their review: kept, or put down as the programme says."""

from datetime import date

import msgspec

from jifen.books.legs import Kind
from jifen.books.refusals import Code, Refusal
from jifen.engine.command import NO_NEEDS, Command, Draft, Needs, Plan
from jifen.engine.view import View
from jifen.messages.telling import tier_message
from jifen.parties.programs import Program
from jifen.rules.person import person_text, read_person
from jifen.rules.tiers import due, reviewed, total, window
from jifen.values.periods import local_day


class StandingNow(msgspec.Struct, frozen=True, omit_defaults=True):
    """The explanation of a review: the rules' version, what was reached, the tier before and after."""

    rules: int
    reached: int
    before: str
    tier: str = ""
    until: date | None = None


class ReviewTier(Command, frozen=True, kw_only=True):
    """A standing has run out on its last day, `until`: keep the tier, or put the member down."""

    until: date

    def needs(self, program: Program) -> Needs:
        """The counters of the window that ended with the standing."""
        rules = program.rules_at(self.recorded_at)
        if rules is None or rules.definition.tiers is None:
            return NO_NEEDS
        return Needs(counters=window(rules.definition.tiers, self.until))

    def decide(self, view: View) -> Plan | Refusal:
        """Nothing is done before the day of the review, nor twice for one last day."""
        program: Program = view.program(self.program)
        wallet = view.wallet(self.wallet)
        rules = program.rules_at(self.recorded_at)
        person = read_person(wallet.facts)
        settled = Refusal(Code.NOTHING_LEFT, "this standing is not due: it was reviewed or raised meanwhile")
        if rules is None or rules.definition.tiers is None or person.standing.until != self.until:
            return settled
        tiers = rules.definition.tiers
        on = due(tiers, person.standing)
        if on is None or on > local_day(self.recorded_at, program.zone):
            return settled
        reached = total(tiers, self.until, wallet.counters)
        standing = reviewed(tiers, person.standing, reached)
        told = StandingNow(rules.version, reached, person.standing.tier, standing.tier, standing.until)
        draft = Draft(
            self.wallet,
            Kind.PROFILE,
            rules.definition.unit,
            explanation=msgspec.json.encode(told).decode(),
            facts=person_text(msgspec.structs.replace(person, standing=standing)),
        )
        whom, fact = (program.id, self.wallet), f"{self.source}:{self.key}"
        said = tier_message(tiers, person.standing, standing, whom, fact, self.recorded_at)
        review = ("standing", {"program": program.id, "due": due(tiers, standing)})
        return Plan((draft,), effects=[review, *said])
