"""Restore: points that were spent come back as points, into the very lots they came from."""

from collections.abc import Sequence

from jifen.books.entries import Entry
from jifen.books.legs import Account, Kind
from jifen.books.refusals import Code, Refusal
from jifen.books.verbs import Parts, give_back, restore_parts
from jifen.engine.command import Command, Draft, Needs, Plan, check_time
from jifen.engine.view import View
from jifen.mall.rewarding import read_redeemed
from jifen.parties.programs import Program
from jifen.values.ids import EntryId

RESTORABLE = {Kind.REDEEM: Account.REDEEMED, Kind.CAPTURE: Account.REDEEMED}
"""What can come back, and the account that it comes back from."""


class Restore(Command, frozen=True, kw_only=True):
    """Take back a redemption or a capture, in part (`points`) or all that is left of it."""

    of: EntryId
    points: int | None = None

    @property
    def looks_back(self) -> bool:
        """It reads the redemption and all that came back of it."""
        return True

    def needs(self, program: Program) -> Needs:
        """The redemption, with what came back of it."""
        return Needs(entries=(self.of,))

    def counters_then(self, view: View) -> Sequence[tuple[str, str]]:
        """The counters of the limits of a reward that comes back."""
        booked = view.entry(self.of)
        if booked is None or booked.entry.kind is not Kind.REDEEM:
            return ()
        return read_redeemed(booked.entry.explanation).counted

    def decide(self, view: View) -> Plan | Refusal:
        """Split what comes back over the lots that paid, by largest remainder (COMPLIANCE §2)."""
        if (refusal := check_time(self.occurred_at, self.recorded_at)) is not None:
            return refusal
        booked = view.entry(self.of)
        if booked is None or booked.entry.wallet != self.wallet:
            return Refusal(
                Code.ENTRY_UNKNOWN,
                f"there is no entry {self.of} of this member: check the id",
                {"entry": str(self.of)},
            )
        account = RESTORABLE.get(booked.entry.kind)
        if account is None:
            return Refusal(
                Code.NOT_REVERSIBLE,
                f"entry {self.of} is a {booked.entry.kind}, which cannot be taken back this way: "
                "return the purchase, or make an adjustment with a reason",
                {"kind": str(booked.entry.kind)},
            )
        spent = _parts(booked.entry, account, -1)
        returned = [part for earlier in booked.reversals for part in _parts(earlier, account, 1)]
        left = sum(points for _, points in spent) - sum(points for _, points in returned)
        if left == 0:
            return Refusal(Code.NOTHING_LEFT, f"all of entry {self.of} came back already: nothing moved")
        points = left if self.points is None else self.points
        if points > left:
            return Refusal(
                Code.EXCEEDS_ENTRY,
                f"{points} points are to come back, {left} are left of entry {self.of}: return at "
                f"most {left}",
                {"requested": points, "left": left},
            )
        parts = restore_parts(spent, returned, points)
        merchant = booked.entry.merchant
        assert merchant is not None
        until = view.program(self.program).grace_end(self.occurred_at)
        legs, new = give_back(view.wallet(self.wallet), parts, account, merchant, self.occurred_at, until)
        draft = Draft(
            self.wallet, Kind.REVERSE, booked.entry.unit, legs, merchant, booked.entry.no, series=new
        )
        if points == left and booked.entry.kind is Kind.REDEEM:
            told = read_redeemed(booked.entry.explanation)
            draft.counts = dict.fromkeys(told.counted, -told.count)
        return Plan((draft,))


def _parts(entry: Entry, account: Account, sign: int) -> Parts:
    return [
        (leg.series, leg.points * sign)
        for leg in entry.legs
        if leg.account is account and leg.points * sign > 0
    ]
