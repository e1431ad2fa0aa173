"""What pays a bill, the plainest way: points tried one number after the other, and tenders that come back."""

from collections.abc import Sequence

import msgspec

from tests.spending.lots import Parts, Traits, shares
from tests.spending.sheets import Sheet, Slip

SCALE = 300
"""What points are worth is counted in such parts of a fen: all worths of the sheets divide them."""

Line = tuple[str, int, int]
"""Article, pieces, fen of all of them."""


class Basket(msgspec.Struct, frozen=True):
    """What is to be paid; lines, or an amount alone."""

    store: str
    amount: int
    lines: tuple[Line, ...] = ()
    freight: int = 0


def better(then: tuple[int, int], now: tuple[int, int]) -> tuple[int, int]:
    """What points are worth: as was promised, or as today where that is more."""
    return then if then[1] * now[0] > now[1] * then[0] else now


def worths_of(parts: Parts, now: tuple[int, int]) -> list[int]:
    """What the first n points are worth, in SCALE parts of a fen; for n = 0, 1, 2 and so on."""
    found = [0]
    for traits, points in parts:
        per, fen = better(traits.worth, now)
        assert SCALE % per == 0
        found += [found[-1] + n * fen * (SCALE // per) for n in range(1, points + 1)]
    return found


def pays(worths: Sequence[int], points: int, due: int) -> int:
    """The fen that so many points pay: whole fen, and no more than is due."""
    return min(due, worths[points] // SCALE)


def most_of(sheet: Sheet, worths: Sequence[int], total: int, due: int) -> int:
    """The most points that may pay.

    Where all of a bill may be paid and they suffice, as few as do. Else whole steps, no more points than
    what the programme lets them pay, and of several numbers that pay the same the least.
    """
    cap = due * sheet.permille // 1000
    if total < sheet.minimum_fen or not cap:
        return 0
    enough = next((points for points, worth in enumerate(worths) if worth >= cap * SCALE), None)
    if enough is not None and cap == due:
        points = enough
    else:
        last = len(worths) - 1 if enough is None else enough
        steps = [points for points in range(0, last + 1, sheet.step) if pays(worths, points, due) <= cap]
        points = next(one for one in steps if pays(worths, one, due) == pays(worths, steps[-1], due))
    return points if points >= max(1, sheet.minimum_points) else 0


def fits(sheet: Sheet, worths: Sequence[int], most: int, points: int, due: int) -> bool:
    """Whether so many points may be chosen where at most so many may pay."""
    if points in (0, most):
        return True
    if points > most or points < sheet.minimum_points or points % sheet.step:
        return False
    return all(pays(worths, fewer, due) < pays(worths, points, due) for fewer in range(0, points, sheet.step))


def saves(slip: Slip, goods: int, left: int, freight: int) -> int:
    """What a voucher takes off a bill, in fen. goods: before any voucher; left, freight: still to be paid."""
    if slip.type == "freight":
        return min(slip.off, freight)
    off = slip.off if slip.type == "save" else (goods * slip.off + 50) // 100
    return min(off, left, goods, 10**12 if slip.most is None else slip.most)


def for_goods(cash: int, goods: int, freight: int) -> int:
    """What of the money is for the goods, and earns."""
    return shares(cash, [goods, freight])[0] if freight else min(cash, goods)


class Used(msgspec.Struct):
    """A voucher on a bill: what it saves still, from how many fen of goods on; on the delivery or not."""

    voucher: str
    saves: int
    minimum: int
    freight: bool
    back: bool = False


class Bought(msgspec.Struct):
    """A purchase and what is left of it. lines: [article, pieces left, fen left]. tendered: it was a bill.

    freight: what the delivery costs after its vouchers. spent: the lots that paid, with what is still out.
    issued, clawed: points by lot.
    """

    who: str
    basket: Basket
    terms: int
    lines: list[tuple[str, int, int]]
    amount: int
    cash: int
    freight: int = 0
    points: int = 0
    pays: int = 0
    used: list[Used] = []
    tendered: bool = False
    spent: list[tuple[Traits, int]] = []
    issued: dict[Traits, int] = {}
    clawed: dict[Traits, int] = {}

    @property
    def gone(self) -> bool:
        """Nothing is left of it."""
        return not self.amount and not any(pieces for _, pieces, _ in self.lines)

    @property
    def earning(self) -> int:
        """The fen that earn."""
        return for_goods(self.cash, self.amount, self.freight) if self.tendered else self.amount


class Back(msgspec.Struct, frozen=True):
    """What comes back of a bill's tenders."""

    cash: int
    points: int
    pays: int
    vouchers: tuple[str, ...]
    charged: int


def refund(bought: Bought, lines: list[Line], amount: int) -> Back:
    """Goods come back, these stay; says what their payer gets, and changes the purchase.

    Each tender gives its share of what it still pays. With the last goods the delivery and all vouchers come
    back; before, a voucher does when what stays is below its minimum, if what it saved can be kept from
    this refund.
    """
    whole = not any(pieces for _, pieces, _ in lines) if lines else not amount
    goods = bought.amount - amount
    lasting = [one for one in bought.used if not one.freight]
    due = goods + (bought.freight if whole else 0)
    cash, worth, *savings = shares(due, [bought.cash, bought.pays, *(one.saves for one in lasting)])
    for one, saved in zip(lasting, savings, strict=True):
        one.saves -= saved
    came, charged = [], 0
    freight = 0 if whole else bought.freight
    for one in bought.used:
        if one.back or not (whole or amount < max(1, one.minimum)):
            continue
        charge = 0 if whole else one.saves
        if charge > cash + worth:
            continue
        charged += charge
        from_cash = min(charge, cash)
        cash -= from_cash
        worth -= charge - from_cash
        freight += charge if one.freight else 0
        one.saves, one.back = 0, True
        came.append(one.voucher)
    points = shares(bought.points, [worth, bought.pays - worth])[0] if bought.pays else 0
    bought.lines, bought.amount, bought.freight = lines, amount, freight
    bought.cash -= cash
    bought.points -= points
    bought.pays -= worth
    return Back(cash, points, worth, tuple(came), charged)


def without(lines: Sequence[Line], article: str, pieces: int) -> list[Line] | None:
    """What stays when pieces of an article come back, first line first; None: so many are not there."""
    left = list(lines)
    for place, (name, there, fen) in enumerate(left):
        taken = min(pieces, there) if name == article else 0
        if taken:
            left[place] = (name, there - taken, fen * (there - taken) // there)
            pieces -= taken
    return None if pieces else left
