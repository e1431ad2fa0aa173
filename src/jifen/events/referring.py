"""Referrals: whoever invited earns once, after the first order of the invited that stands (S22)."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from jifen.books.refusals import Refusal
from jifen.engine.command import Plan
from jifen.engine.view import Booked, View
from jifen.events.earning import Earning
from jifen.events.returning import rest_of
from jifen.rules.definition import Referral
from jifen.values.ids import WalletId
from jifen.values.periods import end_of_day, local_day


class Referred(Earning, frozen=True, kw_only=True):
    """The inviter's act. invitee: the wallet of who was invited; the referral is settled with it."""

    invitee: WalletId

    def decide(self, view: View) -> Plan | Refusal:
        """What an act gives, and the referral settled in the same commit."""
        plan = super().decide(view)
        if isinstance(plan, Refusal):
            return plan
        row = {"invitee": self.invitee, "at": self.recorded_at}
        return Plan(plan.drafts, plan.takes, [*plan.effects, ("referral", row)])


def standing_order(
    purchases: Iterable[Booked], referral: Referral, since: datetime, now: datetime, zone: str
) -> Booked | None:
    """The first order since the invitation that stands: some of it was kept through the waiting days.

    purchases: in the order in which they happened. An order that came back whole is passed over. The days are
    counted from the end of the order's day, as those for returns are. None: there is none yet. Source: S22.
    """
    for booked in purchases:
        at = booked.entry.occurred_at
        if at < since:
            continue
        amount, _ = rest_of(booked)
        if amount < max(1, referral.minimum_fen):
            continue
        over = end_of_day(local_day(at, zone), zone)
        waited = not referral.wait_days or now >= over + timedelta(days=referral.wait_days)
        return booked if waited else None
    return None
