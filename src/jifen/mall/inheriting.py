"""What needs somebody else's word: a guardian's for a member under 14, a registry's for an heir."""

from typing import Any

import msgspec

from jifen.books.legs import Account, Kind, Leg
from jifen.books.refusals import Code, Refusal
from jifen.engine.command import Draft, Needs, Plan
from jifen.engine.view import View
from jifen.mall.beneficiaries import forget
from jifen.mall.family import (
    OfHousehold,
    members_in,
    moving,
    pool_stays,
    refuse,
    shares_now,
    told,
    with_members,
)
from jifen.mall.provenance import divided, part_of
from jifen.parties.programs import Program
from jifen.rules.person import Belonging, Minor, read_person
from jifen.values.ids import SeriesId, WalletId, cell_of, parse_id

GUARDIAN = "guardian"
"""The purpose in the ledger of consents: guardian:<wallet of the member under 14>, in the guardian's own."""


class SetGuardian(OfHousehold, frozen=True, kw_only=True):
    """A member is under 14, and the guardian consents to what is spent or pooled; None: is 14 by now.

    text_hash: of the words to which the guardian consented, of 32 bytes. Source: PIPL 31.
    """

    guardian: WalletId | None
    spend: bool = False
    pool: bool = False
    text_hash: bytes = bytes(32)
    version: str = ""
    channel: str = ""

    @property
    def wallets(self) -> tuple[WalletId, ...]:
        """The member, and the guardian, who must be one who may consent."""
        return (self.wallet,) if self.guardian is None else (self.wallet, self.guardian)

    def decide(self, view: View) -> Plan | Refusal:
        """The line in the ledger of consents, and what decisions read, in one commit."""
        program: Program = view.program(self.program)
        person = read_person(view.wallet(self.wallet).facts)
        if person.family is not None:
            return refuse("guardian", "a household's pool has no guardian: name a member")
        minor = None
        if self.guardian is not None:
            guardian = read_person(view.wallet(self.guardian).facts)
            if self.guardian == self.wallet or guardian.minor or guardian.family or guardian.closed:
                return refuse(
                    "guardian", f"wallet {self.guardian} cannot be a guardian: name an adult member"
                )
            minor = Minor(str(self.guardian), self.spend, self.pool)
        elif person.minor is None:
            return refuse("guardian", f"wallet {self.wallet} has no guardian: there is nothing to end")
        before = None if person.minor is None else WalletId(parse_id(person.minor.guardian))
        effects = []
        if before is not None and before != self.guardian:
            effects.append(self._line(program, before, False))
        if self.guardian is not None:
            effects.append(self._line(program, self.guardian, self.spend or self.pool))
        changed = msgspec.structs.replace(person, minor=minor)
        said = told("guarded", self.guardian or "", _allowed(minor))
        return Plan((self.draft(program, self.wallet, said, changed),), effects=effects)

    def _line(self, program: Program, guardian: WalletId, given: bool) -> tuple[str, dict[str, Any]]:
        return "consent", {
            "cell": cell_of(guardian),
            "wallet": guardian,
            "purpose": f"{GUARDIAN}:{self.wallet}",
            "program": program.id,
            "given": given,
            "version": self.version,
            "text_hash": self.text_hash.hex(),
            "channel": self.channel,
            "at": self.recorded_at,
        }


class Inherit(OfHousehold, frozen=True, kw_only=True):
    """A holder has died: the wallet is closed for good, and its lots go with their dates to the heir.

    home: the pool of the household that the holder was in, of which the own part goes along. case: the
    reference of the certificate; evidence: what was seen. Operator only, once (Civil Code 1121 to 1163).
    """

    heir: WalletId
    case: str
    evidence: str
    home: WalletId | None = None

    @property
    def wallets(self) -> tuple[WalletId, ...]:
        """Whose it was, whose it becomes, and the pool."""
        return (self.wallet, self.heir) if self.home is None else (self.wallet, self.heir, self.home)

    def needs(self, program: Program) -> Needs:
        """The pool's history, which tells whose points are in it."""
        return Needs() if self.home is None else Needs(rows=[("pool", self.home, self.home)])

    def decide(self, view: View) -> Plan | Refusal:
        """Everything that is there, pending points too."""
        program: Program = view.program(self.program)
        wallet, heir = view.wallet(self.wallet), view.wallet(self.heir)
        person, other = read_person(wallet.facts), read_person(heir.facts)
        if person.closed is not None:
            return refuse("closed", f"wallet {wallet.id} was closed and inherited before: that is for good")
        if heir.id == wallet.id or other.family is not None or other.closed is not None or person.family:
            return refuse("heir", f"wallet {heir.id} cannot inherit from {wallet.id}: name the heir's wallet")
        if wallet.frozen(self.recorded_at):
            until = "" if wallet.frozen_until is None else wallet.frozen_until.isoformat()
            said = f"wallet {wallet.id} is frozen until {until}: settle its case first"
            return Refusal(Code.WALLET_FROZEN, said, {"until": until})
        if wallet.holds:
            until = max(hold.deadline for hold in wallet.holds.values()).isoformat()
            return refuse("hold", f"points of wallet {wallet.id} are held until {until}: release them first")
        if person.household.home != ("" if self.home is None else str(self.home)):
            return refuse("changed", f"wallet {wallet.id} has changed its household: look and ask again")
        drafts, own = self._from_pool(view, program)
        if isinstance(drafts, Refusal):
            return drafts
        changed = msgspec.structs.replace(
            person, household=Belonging(), closed=self.recorded_at, beneficiaries=()
        )
        closing = self.draft(
            program,
            wallet.id,
            told("inherited", heir.id, self.case),
            changed,
            household=None if self.home is not None else msgspec.UNSET,
        )
        row = {"heir": heir.id, "case_ref": self.case, "evidence": self.evidence, "at": self.recorded_at}
        forgotten = [("beneficiary", forget(wallet.id, program, one.ref)) for one in person.beneficiaries]
        effects = [("inheritance", row), *forgotten]
        return Plan((closing, *drafts, *self._to_heir(view, own)), effects=effects)

    def _from_pool(self, view: View, program: Program) -> tuple[list[Draft] | Refusal, dict[SeriesId, int]]:
        """The entries by which the own part of the pool comes first, and all that is then in the wallet."""
        wallet = view.wallet(self.wallet)
        own = {series: lot.remaining for series, lot in wallet.lots.items() if lot.remaining}
        if self.home is None:
            return [], own
        pool = view.wallet(self.home)
        if (refusal := pool_stays(pool, self.recorded_at)) is not None:
            return refusal, own
        home = read_person(pool.facts)
        members = [one for one in members_in(home) if one != wallet.id]
        shares = shares_now(view, pool)
        parts = part_of(shares, wallet.id) if members else divided(shares, [wallet.id])[wallet.id]
        ins, outs = moving(self, program, pool, wallet.id, parts)
        for draft in ins:
            for leg in draft.legs:
                own[leg.series] = own.get(leg.series, 0) + leg.points
        left = with_members(home, [str(one) for one in members])
        without = self.draft(program, pool.id, told("left", wallet.id), left)
        return [without, *outs, *ins], own

    def _to_heir(self, view: View, own: dict[SeriesId, int]) -> list[Draft]:
        """The only transfers that leave a household; both entries name the case."""
        wallet = view.wallet(self.wallet)
        lots = {series: lot.series for series, lot in wallet.lots.items()}
        if self.home is not None:
            lots |= {series: lot.series for series, lot in view.wallet(self.home).lots.items()}
        by_unit: dict[str, list[SeriesId]] = {}
        for series in own:
            by_unit.setdefault(lots[series].unit, []).append(series)
        drafts = []
        for unit, moved in by_unit.items():
            count = sum(own[series] for series in moved)
            drafts.append(
                Draft(
                    wallet.id,
                    Kind.TRANSFER,
                    unit,
                    [Leg(series, Account.TRANSFERRED, -own[series], self.heir) for series in moved],
                    explanation=told("inherited", self.heir, self.case, count),
                )
            )
            drafts.append(
                Draft(
                    self.heir,
                    Kind.TRANSFER,
                    unit,
                    [Leg(series, Account.TRANSFERRED, own[series], wallet.id) for series in moved],
                    explanation=told("inherited", wallet.id, self.case, count),
                    series=[lots[series] for series in moved],
                    active_at=self.recorded_at,
                )
            )
        return drafts


def _allowed(minor: Minor | None) -> str:
    if minor is None:
        return "of_age"
    return "+".join(word for word, given in (("spend", minor.spend), ("pool", minor.pool)) if given) or "none"
