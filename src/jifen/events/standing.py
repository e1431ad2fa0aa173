"""What is left of a purchase: its goods, what still pays them, and what rules read of it."""

import msgspec

from jifen.events.event import StoredPurchase, basket_of, paid_lines
from jifen.events.tenders import Paid, Refund, Slip, take_back
from jifen.rules.award import Line

Goods = tuple[int, tuple[Line, ...]]
"""Goods at their prices before any discount: fen, and lines; one that came back whole keeps its place."""

Rest = tuple[int, tuple[Line, ...]]
"""What rules read of what is left of a basket: fen paid in money, and lines."""

NOTHING: Goods = (0, ())


class Standing(msgspec.Struct, frozen=True):
    """What is left of a purchase. paid: what still pays it, where that is not money alone.

    counting: for each voucher the places of the lines that it counts; none: all. refund: what the last return
    gave back.
    """

    goods: Goods
    paid: Paid | None = None
    counting: tuple[tuple[int, ...], ...] = ()
    refund: Refund | None = None

    @property
    def rest(self) -> Rest:
        """What rules read of it. Where nothing is paid in money any more, there is nothing to read."""
        amount, lines = self.goods
        if self.paid is None:
            return amount, tuple([line for line in lines if line.quantity])
        paid = self.paid.for_goods
        if not paid:
            return 0, ()
        return paid, tuple([line for line in paid_lines(lines, paid) if line.quantity])

    def without(self, goods: Goods) -> "Standing":
        """The same after a return that leaves these goods."""
        if self.paid is None:
            return Standing(goods)
        amount, lines = goods
        whole = not any(line.quantity for line in lines) if lines else not amount
        staying = [
            sum([lines[place].amount for place in places]) if places and lines else amount
            for places in self.counting
        ]
        paid, refund = take_back(self.paid, self.goods[0] - amount, staying, whole=whole)
        return Standing(goods, paid, self.counting, refund)


def standing_at_first(stored: StoredPurchase) -> Standing:
    """A purchase of which nothing came back yet."""
    goods = (stored.goods, basket_of(stored))
    tenders = stored.tenders
    if tenders is None:
        return Standing(goods)
    slips = tuple([Slip(slip.saved, slip.minimum, slip.freight) for slip in tenders.vouchers])
    paid = Paid(goods[0], tenders.freight_due, tenders.cash, tenders.points, tenders.pays, slips)
    return Standing(goods, paid, tuple([slip.lines for slip in tenders.vouchers]))
