"""Hold, capture, release and lapse: points set aside while a bill is open."""

from datetime import datetime

from jifen.books.legs import Account, Kind, Leg
from jifen.books.refusals import Code, Refusal
from jifen.books.series import Series
from jifen.books.verbs import capture_parts, draw, give_back, hold, spend
from jifen.books.wallet import Hold, Wallet
from jifen.engine.command import Command, Draft, Plan, check_time, entry_id
from jifen.engine.view import View
from jifen.mall.spending import first_of, may_spend
from jifen.parties.programs import Merchant, Program
from jifen.values.ids import NOBODY, EntryId


class Reserve(Command, frozen=True, kw_only=True):
    """Set points aside for a merchant until a deadline. The hold's id is that of the entry."""

    unit: str
    points: int
    merchant: Merchant
    deadline: datetime

    def decide(self, view: View) -> Plan | Refusal:
        """Draw the lots and keep them under hold."""
        program: Program = view.program(self.program)
        wallet = view.wallet(self.wallet)
        if (refusal := may_spend(self, program, wallet, self.unit)) is not None:
            return refusal
        if self.deadline <= self.recorded_at:
            return Refusal(
                Code.HOLD_LAPSED,
                f"the hold would end at {self.deadline.isoformat()}, but it is "
                f"{self.recorded_at.isoformat()}: "
                "name a later deadline",
                {"deadline": self.deadline.isoformat()},
            )
        parts = draw(wallet, self.unit, self.points, self.occurred_at, first_of(program, self, self.merchant))
        if isinstance(parts, Refusal):
            return parts
        this = entry_id(self.program, self.source, self.key)
        held = Hold(this, self.unit, self.merchant.id, self.points, self.deadline, parts)
        return Plan((Draft(self.wallet, Kind.HOLD, self.unit, hold(parts), self.merchant.id, hold=held),))


class OfHold(Command, frozen=True, kw_only=True):
    """What ends a hold, in part or whole."""

    hold: EntryId

    def _hold(self, wallet: Wallet) -> Hold | Refusal:
        found = wallet.holds.get(self.hold)
        if found is not None:
            return found
        return Refusal(
            Code.HOLD_CLOSED,
            f"hold {self.hold} is not open: it was captured, released or has lapsed; look at the "
            "wallet's entries",
            {"hold": str(self.hold)},
        )


class Capture(OfHold, frozen=True, kw_only=True):
    """Pay with held points. keep_open: what is not captured stays held; else it goes back at once."""

    points: int | None = None
    keep_open: bool = False

    def decide(self, view: View) -> Plan | Refusal:
        """Spend the first parts of the hold; give the rest back to its lots."""
        if (refusal := check_time(self.occurred_at, self.recorded_at)) is not None:
            return refusal
        wallet = view.wallet(self.wallet)
        held = self._hold(wallet)
        if isinstance(held, Refusal):
            return held
        if self.occurred_at >= held.deadline:
            return Refusal(
                Code.HOLD_LAPSED,
                f"hold {held.id} lapsed at {held.deadline.isoformat()}: its points are free again; "
                "hold them anew",
                {"deadline": held.deadline.isoformat()},
            )
        points = held.open if self.points is None else self.points
        if points > held.open:
            return Refusal(
                Code.EXCEEDS_HOLD,
                f"hold {held.id} has {held.open} points left, {points} are to be captured: capture "
                f"at most {held.open}",
                {"held": held.open, "requested": points},
            )
        taken, rest = capture_parts(held, points)
        legs: list[Leg] = []
        for part in taken:
            legs += [
                Leg(part[0], Account.HELD, part[1], NOBODY),
                *spend([part], Account.REDEEMED, held.merchant),
            ]
        new: list[Series] = []
        if rest and not self.keep_open:
            until = view.program(self.program).grace_end(self.occurred_at)
            back, new = give_back(wallet, rest, Account.HELD, NOBODY, self.occurred_at, until)
            legs += back
            rest = []
        left = Hold(held.id, held.unit, held.merchant, held.points, held.deadline, rest, held.entry)
        draft = Draft(
            self.wallet,
            Kind.CAPTURE,
            held.unit,
            legs,
            held.merchant,
            series=new,
            hold=left,
            active_at=self.occurred_at,
        )
        return Plan((draft,))


class Release(OfHold, frozen=True, kw_only=True):
    """Give all that is still held back to its lots. lapsed: because the deadline has passed."""

    lapsed: bool = False

    def decide(self, view: View) -> Plan | Refusal:
        """The whole rest of the hold goes back; lots past their date get the programme's grace."""
        if (refusal := check_time(self.occurred_at, self.recorded_at)) is not None:
            return refusal
        wallet = view.wallet(self.wallet)
        held = self._hold(wallet)
        if isinstance(held, Refusal):
            return held
        if self.lapsed and self.recorded_at < held.deadline:
            return Refusal(
                Code.HOLD_RUNNING,
                f"hold {held.id} runs until {held.deadline.isoformat()}: it lapses then, or release it",
                {"deadline": held.deadline.isoformat()},
            )
        until = view.program(self.program).grace_end(self.occurred_at)
        legs, new = give_back(wallet, held.parts, Account.HELD, NOBODY, self.occurred_at, until)
        closed = Hold(held.id, held.unit, held.merchant, held.points, held.deadline, [], held.entry)
        kind = Kind.LAPSE if self.lapsed else Kind.RELEASE
        return Plan(
            (Draft(self.wallet, kind, held.unit, legs, held.merchant, held.entry, series=new, hold=closed),)
        )
