"""A basket at the till: what vouchers save, what points may pay, what is left in money, what that earns."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from jifen.books.refusals import Refusal
from jifen.books.wallet import Wallet
from jifen.engine.view import View
from jifen.events.earning import award_for, budget_id, facts_of, place_of
from jifen.events.event import PaidVoucher, paid_lines
from jifen.events.tenders import cash_for_goods
from jifen.mall.vouchers import VoucherRow, judge
from jifen.parties.programs import Program, Store
from jifen.rules.award import Award, Facts, Line
from jifen.rules.compiled import CompiledRules, Counter
from jifen.rules.lines import matcher
from jifen.till.offset import Most, Part, first_points, may_pay, most, parts_of
from jifen.values.ids import Id, MerchantId
from jifen.values.periods import local_day


class Basket(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is to be paid: goods (lines, or an amount) and delivery, in fen, before any discount."""

    store: str
    amount: int
    lines: tuple[Line, ...] = ()
    freight: int = 0
    channel: str = ""
    payment: str = ""

    @property
    def total(self) -> int:
        """Goods and delivery."""
        return self.amount + self.freight


class Priced(msgspec.Struct, frozen=True):
    """A basket with what pays it, in fen. due: what is left after vouchers; cash: after points, too.

    parts: the points that may pay, in draw order; points, pays: those chosen. earns: by unit.
    """

    basket: Basket
    vouchers: tuple[PaidVoucher, ...]
    due: int
    most: Most
    parts: tuple[Part, ...]
    points: int
    pays: int
    earns: dict[str, int]

    @property
    def cash(self) -> int:
        """What is to be paid in money, and so what an invoice can be made out for (COMPLIANCE §6)."""
        return self.due - self.pays

    @property
    def freight_due(self) -> int:
        """What the delivery costs after vouchers for it."""
        return freight_due(self.basket, self.vouchers)


def freight_due(basket: Basket, vouchers: Sequence[PaidVoucher]) -> int:
    """What the delivery costs after vouchers for it, in fen."""
    return basket.freight - sum([one.saved for one in vouchers if one.freight])


class Look(msgspec.Struct, frozen=True):
    """Whose basket is looked at, where, when, under which rules. now: of the till; at: what decides."""

    view: View
    program: Program
    rules: CompiledRules
    wallet: Wallet
    store: Store
    at: datetime
    now: datetime

    @property
    def first(self) -> MerchantId | None:
        """The merchant whose own points go first, where the programme says so."""
        return self.store.merchant.id if self.rules.definition.own_points_first else None

    def facts(self, basket: Basket, lines: tuple[Line, ...], amount: int) -> Facts:
        """What rules read of the basket with these prices."""
        return facts_of(
            self.program, self.store, self.at, amount, lines, None, "", basket.channel, basket.payment
        )


def reads(
    program: Program, rules: CompiledRules, store: Store, at: datetime
) -> tuple[list[Counter], list[Id]]:
    """The counters that pricing a basket reads, and the stocks of budgets."""
    day = local_day(at, program.zone)
    counters = rules.reads(day, place=place_of(store, None))
    return counters, [budget_id(program, code) for code in rules.budgets_on(day)]


def saved_by(
    look: Look, basket: Basket, vouchers: Sequence[VoucherRow], with_points: bool
) -> tuple[list[PaidVoucher], list[tuple[VoucherRow, Refusal]]]:
    """What vouchers save one after the other, and those that do not fit beside the others, with why."""
    facts = look.facts(basket, basket.lines, basket.amount)
    goods, freight = basket.amount, basket.freight
    fitting: list[PaidVoucher] = []
    used: list[VoucherRow] = []
    misfits: list[tuple[VoucherRow, Refusal]] = []
    for row in vouchers:
        saved = judge(row, look.program, facts, goods, freight, look.now, with_points, used)
        if isinstance(saved, Refusal):
            misfits.append((row, saved))
            continue
        of_freight = row.terms.type == "freight"
        goods, freight = (goods, freight - saved) if of_freight else (goods - saved, freight)
        used.append(row)
        fitting.append(PaidVoucher(row.id, saved, row.terms.minimum_fen, of_freight, _meant(row, facts)))
    return fitting, misfits


def _meant(row: VoucherRow, facts: Facts) -> tuple[int, ...]:
    """The places of the lines that count for a voucher; none: all do."""
    if row.terms.lines is None:
        return ()
    match = matcher(row.terms.lines)
    return tuple([place for place, line in enumerate(facts.lines) if match(line, facts.evidence)])


def price(
    look: Look,
    basket: Basket,
    vouchers: Sequence[PaidVoucher],
    points: int | None,
    *,
    with_points: bool = True,
) -> Priced | Refusal:
    """The basket with these vouchers and so many points; None: the most that may pay.

    with_points: whether the vouchers go with points.
    """
    due = basket.total - sum([one.saved for one in vouchers])
    offset = look.rules.definition.till.offset
    parts = parts_of(look.wallet, look.program, look.rules, look.at, look.first)
    found = (
        most(offset, parts, basket.total, due, look.store.merchant) if with_points else Most(why="voucher")
    )
    chosen = found.points if points is None else points
    paid = may_pay(offset, parts, found, chosen, due)
    if isinstance(paid, Refusal):
        return paid
    award, _ = earned_by(look, basket, vouchers, due - paid)
    earns: dict[str, int] = {}
    for share in award.shares:
        earns[share.unit] = earns.get(share.unit, 0) + share.points
    kept = tuple(first_points(parts, max(chosen, found.points)))
    return Priced(basket, tuple(vouchers), due, found, kept, chosen, paid, earns)


def earned_by(look: Look, basket: Basket, vouchers: Sequence[PaidVoucher], cash: int) -> tuple[Award, Facts]:
    """What the goods earn that are paid in money; points and vouchers are a discount (COMPLIANCE §6)."""
    paid = cash_for_goods(cash, basket.amount, freight_due(basket, vouchers))
    facts = look.facts(basket, paid_lines(basket.lines, paid), paid)
    if not paid:
        return Award([], {}, {}, []), facts
    return award_for(look.view, look.program, look.rules, facts, look.wallet), facts
