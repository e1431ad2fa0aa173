"""Beneficiaries: for whom a member may redeem, after a waiting period (SCENARIOS S15)."""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from jifen.books.legs import Kind
from jifen.books.refusals import Code, Refusal
from jifen.engine.command import Command, Draft, Needs, Plan
from jifen.engine.view import View
from jifen.parties.programs import Program
from jifen.rules.compiled import CompiledRules
from jifen.rules.definition import Households
from jifen.rules.person import Beneficiary, Person, person_text, read_person
from jifen.values.ids import Id, WalletId, hashed_id
from jifen.values.periods import local_day


def beneficiary_refusal(person: Person, ref: str, at: datetime, rules: CompiledRules) -> Refusal | None:
    """Why nothing can be had for a beneficiary at an instant; None: it can.

    Source: SCENARIOS S15 (only a beneficiary registered for the waiting period can be named).
    """
    found = next((one for one in person.beneficiaries if one.ref == ref), None)
    if found is None:
        said = f"the member has named no beneficiary {ref!r}: check the ref, or name one first"
        return Refusal(Code.BENEFICIARY_REFUSED, said, {"beneficiary": ref})
    since = found.named + timedelta(days=rules.definition.households.beneficiary_days)
    if local_day(at, rules.zone) < since:
        return Refusal(
            Code.BENEFICIARY_REFUSED,
            f"the beneficiary {ref!r} was named on {found.named.isoformat()} and can be used from "
            f"{since.isoformat()} on: wait until then",
            {"beneficiary": ref, "from": since.isoformat()},
        )
    return None


def beneficiary_id(wallet: WalletId, ref: str) -> Id:
    """The id of a beneficiary: that of the member's wallet and the word."""
    return hashed_id("beneficiary", str(wallet), ref)


def forget(wallet: WalletId, program: Program, ref: str) -> dict[str, Any]:
    """The row of an effect by which a beneficiary is forgotten."""
    return {"id": beneficiary_id(wallet, ref), "program": program.id, "ref": ref, "sealed": None}


class NameBeneficiary(Command, frozen=True, kw_only=True):
    """A beneficiary is named, or the name corrected. sealed: the name; None: the beneficiary is forgotten.

    blind: by which it is known whether the name is the same: another person waits anew.
    """

    ref: str
    sealed: bytes | None
    blind: bytes = b""

    @property
    def looks_back(self) -> bool:
        """The name of before is compared."""
        return True

    def needs(self, program: Program) -> Needs:
        """The beneficiary of that word, if there is one."""
        return Needs(rows=[("beneficiary", self.wallet, beneficiary_id(self.wallet, self.ref))])

    def decide(self, view: View) -> Plan | Refusal:
        """The member's beneficiaries from now on."""
        program: Program = view.program(self.program)
        person = read_person(view.wallet(self.wallet).facts)
        rules = program.rules_at(self.recorded_at)
        terms = rules.definition.households if rules else Households()
        known = {one.ref: one for one in person.beneficiaries}
        if self.sealed is None:
            if known.pop(self.ref, None) is None:
                said = f"the member has named no beneficiary {self.ref!r}: check the ref"
                return Refusal(Code.BENEFICIARY_REFUSED, said, {"beneficiary": self.ref})
            return self._plan(program, person, known, None)
        if self.ref not in known and len(known) >= terms.beneficiaries_most:
            return Refusal(
                Code.BENEFICIARY_REFUSED,
                f"{len(known)} beneficiaries are named, {terms.beneficiaries_most} are allowed: take one "
                "off first",
                {"most": terms.beneficiaries_most},
            )
        before = view.row("beneficiary", beneficiary_id(self.wallet, self.ref))
        named = local_day(self.recorded_at, program.zone)
        if before is not None and before["blind"] == self.blind:
            named = before["named"]
        known[self.ref] = Beneficiary(self.ref, named)
        return self._plan(program, person, known, known[self.ref])

    def _plan(
        self, program: Program, person: Person, known: dict[str, Beneficiary], one: Beneficiary | None
    ) -> Plan:
        changed = msgspec.structs.replace(person, beneficiaries=tuple(known.values()))
        rules = program.rules_at(self.recorded_at)
        unit = rules.definition.unit if rules else next(iter(program.units), "point")
        row = forget(self.wallet, program, self.ref)
        if one is not None and self.sealed is not None:
            row |= {"sealed": self.sealed.hex(), "blind": self.blind.hex(), "named": one.named}
        said = msgspec.json.encode({"step": "unnamed" if one is None else "named", "ref": self.ref}).decode()
        draft = Draft(self.wallet, Kind.HOUSEHOLD, unit, explanation=said, facts=person_text(changed))
        return Plan((draft,), effects=[("beneficiary", row)])
