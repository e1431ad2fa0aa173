"""Freeze and unfreeze: spending stops only on evidence, with a notice and a deadline (S17)."""

from datetime import datetime

from jifen.books.legs import Kind
from jifen.books.refusals import Code, Refusal
from jifen.engine.command import Command, Draft, Plan
from jifen.engine.view import View


class Freeze(Command, frozen=True, kw_only=True):
    """Stop spending until a deadline. Earning goes on, and what is held can still be captured.

    Source: SCENARIOS S17, COMPLIANCE R10. The evidence is stored in the same commit.
    """

    unit: str
    reason: str
    evidence: str
    notice: str
    until: datetime

    def decide(self, view: View) -> Plan | Refusal:
        """Refused for a wallet that is frozen already."""
        wallet = view.wallet(self.wallet)
        if wallet.frozen(self.recorded_at):
            return Refusal(
                Code.WALLET_ALREADY_FROZEN,
                f"wallet {wallet.id} is frozen until {wallet.frozen_until}: lift that first, or "
                "wait for its end",
                {"until": str(wallet.frozen_until)},
            )
        if self.until <= self.recorded_at:
            return Refusal(
                Code.WALLET_NOT_FROZEN,
                f"the freeze would end at {self.until.isoformat()}, but it is "
                f"{self.recorded_at.isoformat()}: "
                "name a later end",
                {"until": self.until.isoformat()},
            )
        row = {"reason": self.reason, "evidence": self.evidence, "notice": self.notice, "until": self.until}
        draft = Draft(self.wallet, Kind.FREEZE, self.unit, frozen_until=self.until)
        return Plan((draft,), effects=(("freeze", row),))


class Unfreeze(Command, frozen=True, kw_only=True):
    """Lift a freeze before its deadline."""

    unit: str

    def decide(self, view: View) -> Plan | Refusal:
        """Refused where nothing is frozen."""
        wallet = view.wallet(self.wallet)
        if not wallet.frozen(self.recorded_at):
            return Refusal(
                Code.WALLET_NOT_FROZEN, f"wallet {wallet.id} is not frozen: there is nothing to lift"
            )
        return Plan((Draft(self.wallet, Kind.UNFREEZE, self.unit, frozen_until=None),))
