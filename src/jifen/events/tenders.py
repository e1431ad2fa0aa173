"""What a bill was paid with, and how each tender comes back with the goods: to the fen and to the point."""

from collections.abc import Sequence

import msgspec

from jifen.values.points import split


class Slip(msgspec.Struct, frozen=True):
    """A voucher of a bill: the fen that it still saves, and from how many fen of its goods on it does.

    freight: it saves on the delivery. back: it was given back, and saves nothing any more.
    """

    saves: int
    minimum: int = 0
    freight: bool = False
    back: bool = False


class Paid(msgspec.Struct, frozen=True):
    """What is still out of a bill: goods and delivery in fen, and what pays them.

    freight: what the delivery costs after vouchers for it. pays: what the points pay of this bill, in fen.
    cash + pays + what vouchers for goods save = goods + freight, always.
    """

    goods: int
    freight: int
    cash: int
    points: int = 0
    pays: int = 0
    slips: tuple[Slip, ...] = ()

    @property
    def for_goods(self) -> int:
        """The fen of cash that are for the goods: what rules read (COMPLIANCE §6: the rest is a discount)."""
        return cash_for_goods(self.cash, self.goods, self.freight)


class Refund(msgspec.Struct, frozen=True, omit_defaults=True):
    """What comes back: fen of cash, points, and the places of vouchers. pays: what the points were worth.

    charged: fen of vouchers' savings on what stays, kept back since their minimum is not met any more.
    """

    cash: int = 0
    points: int = 0
    pays: int = 0
    vouchers: tuple[int, ...] = ()
    charged: int = 0


def cash_for_goods(cash: int, goods: int, freight: int) -> int:
    """The share of the cash that is for the goods, by largest remainder; all in fen."""
    return split(cash, [goods, freight])[0] if freight else min(cash, goods)


def take_back(paid: Paid, goods: int, staying: Sequence[int], *, whole: bool) -> tuple[Paid, Refund]:
    """What is out of a bill after goods of so many fen came back, and what its payer gets for them.

    staying: for each voucher the fen of those of its goods that stay. whole: nothing stays; then the delivery
    is refunded too, and all vouchers come back. Each tender gives its share of what it still pays, by
    largest remainder, so any sequence of returns sums to the whole of each (DESIGN §2, COMPLIANCE §2).

    Raises:
        ValueError: more is to come back than is out.
    """
    due = goods + (paid.freight if whole else 0)
    lasting = [place for place, slip in enumerate(paid.slips) if not slip.freight]
    out = [paid.cash, paid.pays, *(paid.slips[place].saves for place in lasting)]
    if not 0 <= goods <= paid.goods or due > sum(out):
        raise ValueError(f"goods of {goods} fen are to come back, {paid.goods} are out, paid with {out}")
    cash, pays, *saved = split(due, out)
    slips = list(paid.slips)
    for place, share in zip(lasting, saved, strict=True):
        slips[place] = msgspec.structs.replace(slips[place], saves=slips[place].saves - share)
    freight = 0 if whole else paid.freight
    charged = 0
    given: list[int] = []
    for place, slip in enumerate(slips):
        if slip.back or not (whole or staying[place] < max(1, slip.minimum)):
            continue
        charge = 0 if whole else slip.saves
        if charge > cash + pays:
            continue
        from_cash = min(charge, cash)
        cash, pays, charged = cash - from_cash, pays - (charge - from_cash), charged + charge
        freight += charge if slip.freight else 0
        given.append(place)
        slips[place] = msgspec.structs.replace(slip, saves=0, back=True)
    points = split(paid.points, [pays, paid.pays - pays])[0] if paid.pays else 0
    left = Paid(
        paid.goods - goods, freight, paid.cash - cash, paid.points - points, paid.pays - pays, tuple(slips)
    )
    return left, Refund(cash, points, pays, tuple(given), charged)
