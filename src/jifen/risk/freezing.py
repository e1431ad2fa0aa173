"""Freeze and unfreeze: spending stops only on evidence, with a notice and a deadline (S17)."""

from datetime import datetime
from typing import Any

from jifen.books.legs import Kind
from jifen.books.refusals import Code, Refusal
from jifen.engine.command import Command, Draft, Plan
from jifen.engine.view import View
from jifen.messages.outbox import Message, effect
from jifen.parties.programs import Program
from jifen.values.periods import zone


class Freeze(Command, frozen=True, kw_only=True):
    """Stop spending until a deadline. Earning goes on, and what is held can still be captured.

    Source: SCENARIOS S17, COMPLIANCE R10. The evidence is stored, and the member is told, in the same commit.
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
        program: Program = view.program(self.program)
        until = self.until.astimezone(zone(program.zone)).strftime("%Y-%m-%d %H:%M")
        told = _told(self, "frozen", {"reason": self.reason, "until": until})
        return Plan((draft,), effects=(("freeze", row), told))


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
        draft = Draft(self.wallet, Kind.UNFREEZE, self.unit, frozen_until=None)
        return Plan((draft,), effects=(_told(self, "unfrozen", {}),))


def _told(command: Command, event: str, fields: dict[str, str]) -> tuple[str, dict[str, Any]]:
    """The effect by which the member is told."""
    message = Message(
        program=command.program,
        wallet=command.wallet,
        event=event,
        key=f"{event}:{command.source}:{command.key}",
        fields=fields,
        due_at=command.recorded_at,
    )
    return effect(message, command.recorded_at)
