"""Bills that a till closed without the network: booked later, as of then; what is not there is owed."""

from datetime import datetime, timedelta

from jifen.books.legs import Account, Leg
from jifen.books.refusals import Code, Refusal
from jifen.books.series import Series, series_of
from jifen.books.verbs import spend
from jifen.engine.command import Command, Needs, Plan, check_time
from jifen.engine.view import View
from jifen.events.earning import earned, no_rules
from jifen.parties.programs import Merchant, Program, Store
from jifen.rules.compiled import CompiledRules
from jifen.rules.definition import Offset
from jifen.till.basket import Basket, Look, earned_by, reads
from jifen.till.offset import Part, drawn_of, first_points, may_pay, most, parts_of
from jifen.values.ids import NOBODY, Id, SeriesId, WalletId, hashed_id
from jifen.values.periods import local_day


class OfflineBill(Command, frozen=True, kw_only=True):
    """A purchase that points helped to pay while the till had no network.

    occurred_at: when it was; its rules decide. points: were taken, pays: fen that they paid.
    card_stopped_at: since when the card that was read works no more. The content is the purchase with its
    tenders, as that of a bill.
    """

    store: Store
    basket: Basket
    points: int
    pays: int
    card_stopped_at: datetime | None = None

    @property
    def looks_back(self) -> bool:
        """The member's other bills of the day are read as rows."""
        return True

    @property
    def cash(self) -> int:
        """What was paid in money, in fen."""
        return self.basket.total - self.pays

    def day(self, zone: str) -> Id:
        """By which the member's bills of a day are found."""
        return hashed_id("offline day", str(self.wallet), local_day(self.occurred_at, zone).isoformat())

    def needs(self, program: Program) -> Needs:
        """What the rules of then read, and the member's other bills of that day."""
        rules = program.rules_at(self.occurred_at)
        if rules is None:
            return Needs()
        counters, stocks = reads(program, rules, self.store, self.occurred_at)
        rows: list[tuple[str, WalletId, Id]] = []
        if self.points:
            rows = [
                ("offline_day", self.wallet, self.day(program.zone)),
                ("lapsed", self.wallet, self.wallet),
            ]
        return Needs(counters, stocks=stocks, rows=rows)

    def decide(self, view: View) -> Plan | Refusal:
        """Draw what is there, lend what is not, earn on the money: one purchase."""
        if (refusal := check_time(self.occurred_at, self.recorded_at)) is not None:
            return refusal
        program: Program = view.program(self.program)
        rules = program.rules_at(self.occurred_at)
        if rules is None:
            return no_rules(program, self.occurred_at)
        day = self.day(program.zone)
        if self.points and (
            refusal := self._may(program, rules, len(view.rows.get(("offline_day", day), ())))
        ):
            return refusal
        look = Look(
            view, program, rules, view.wallet(self.wallet), self.store, self.occurred_at, self.recorded_at
        )
        award, facts = earned_by(look, self.basket, (), self.cash)
        plan = earned(self, view, rules, facts, award, self.store.merchant)
        if isinstance(plan, Refusal) or not self.points:
            return plan
        (draft,) = plan.drafts
        legs, series, owed = self._spend(look)
        draft.legs = [*legs, *draft.legs]
        draft.series = [*draft.series, *series]
        row: dict[str, object] = {"day": day, "points": self.points, "owed": owed}
        plan.effects = [*plan.effects, ("offline_bill", row)]
        return plan

    def _spend(self, look: Look) -> tuple[list[Leg], list[Series], int]:
        """The legs that pay the merchant, the series that may be new, and how much of it is owed.

        First what is there; then what expired since the bill, whose expiry is taken back; the rest is lent.
        Source: DESIGN §2 (owed: a stated amount that later earnings repay, never a negative lot).
        """
        merchant = self.store.merchant
        there = first_points(
            parts_of(look.wallet, look.program, look.rules, self.occurred_at, look.first), self.points
        )
        legs = spend(drawn_of(there), Account.REDEEMED, merchant.id)
        owed = self.points - sum(part.points for part in there)
        new: list[Series] = []
        for series, points in self._lapsed_since(look):
            back = min(owed, points)
            if back:
                legs += [
                    Leg(series.id, Account.EXPIRED, back, series.issuer),
                    Leg(series.id, Account.REDEEMED, -back, merchant.id),
                ]
                new.append(series)
                owed -= back
        if owed:
            lent = lending_series(look.program, look.rules)
            legs += [
                Leg(lent.id, Account.OWED, owed, lent.issuer),
                Leg(lent.id, Account.REDEEMED, -owed, merchant.id),
            ]
            new.append(lent)
        return legs, new, owed

    def _lapsed_since(self, look: Look) -> list[tuple[Series, int]]:
        """Points that were good when the bill was, and were booked as expired before it was reported."""
        found = []
        for row in look.view.rows.get(("lapsed", self.wallet), ()):
            series = Series(*[row[field] for field in Series.__struct_fields__])
            if series.unit != look.rules.definition.unit or series.expires_at is None:
                continue
            if series.expires_at > self.occurred_at and row["points"] > 0:
                found.append((series, row["points"]))
        return sorted(found, key=lambda one: (one[0].expires_at or self.occurred_at, one[0].id))

    def _may(self, program: Program, rules: CompiledRules, bills: int) -> Refusal | None:
        """Why the points cannot be taken; None: they can. The purchase itself can always be booked."""
        limits = rules.definition.till.offline
        if limits is None:
            return self._refused("not_allowed", "tills of this programme take no points without the network")
        over = self.recorded_at - self.occurred_at
        if over > timedelta(hours=limits.within_hours):
            said = f"the bill is reported {over} after it was, {limits.within_hours} hours are allowed"
            return self._refused("too_late", said, within_hours=limits.within_hours)
        if self.points > limits.points_most:
            said = f"{self.points} points were taken, {limits.points_most} are allowed on a bill"
            return self._refused("too_many_points", said, points_most=limits.points_most)
        if bills >= limits.bills_most:
            said = f"{bills} bills of the member's day took points already, {limits.bills_most} are allowed"
            return self._refused("too_many_bills", said, bills_most=limits.bills_most)
        if self.card_stopped_at is not None and self.card_stopped_at <= self.occurred_at:
            said = f"the card was stopped at {self.card_stopped_at.isoformat()}, before the bill"
            return self._refused("card_stopped", said)
        paid = pays_offline(program, rules, self.store.merchant, self.basket, self.points)
        if isinstance(paid, Refusal):
            return self._refused("offset", paid.message)
        return None

    def _refused(self, why: str, said: str, **facts: int) -> Refusal:
        return Refusal(
            Code.OFFLINE_REFUSED,
            f"{said}: book what was paid in money at /v1/purchases, and settle {self.points} points "
            "with the member",
            {"why": why, "points": self.points, "cash_fen": self.cash, **facts},
        )


def pays_offline(
    program: Program, rules: CompiledRules, merchant: Merchant, basket: Basket, points: int
) -> int | Refusal:
    """The fen that points pay at a till which cannot see the member's lots: at the worth that rules state.

    They keep to the rules' share, steps and least numbers of points, as those of any bill do.
    """
    if not points:
        return 0
    per, fen = program.worth(rules.definition.unit, rules)
    offset: Offset = rules.definition.till.offset
    parts = [Part(SeriesId(NOBODY), points, per, fen)]
    found = most(offset, parts, basket.total, basket.total, merchant)
    return may_pay(offset, parts, found, points, basket.total)


def lending_series(program: Program, rules: CompiledRules) -> Series:
    """The operator's series in which points are lent that were not there: owed, so without a date."""
    unit = rules.definition.unit
    return series_of(
        program.id,
        unit,
        program.operator,
        program.operator,
        0,
        rules.version,
        program.worth(unit, rules),
        None,
        None,
    )


def worth_for(program: Program, basket: Basket, merchant: Merchant, points: int, at: datetime) -> int:
    """What a bill's content says that its points paid, in fen; 0 where they could not: then it is refused."""
    rules = program.rules_at(at)
    paid = 0 if rules is None else pays_offline(program, rules, merchant, basket, points)
    return 0 if isinstance(paid, Refusal) else paid
