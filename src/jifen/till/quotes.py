"""What a quote of a basket pins and tells: the vouchers that fit, the most that points pay, what is left."""

from collections.abc import Sequence

import msgspec

from jifen.books.refusals import Refusal
from jifen.mall.vouchers import VoucherRow, judge
from jifen.till.basket import Basket, Look, Priced, price, saved_by
from jifen.values.ids import Id


class Chosen(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is to pay a basket: points, and vouchers in their order. pays: fen promised for the points."""

    points: int = 0
    vouchers: tuple[Id, ...] = ()
    pays: int = 0

    def with_(self, points: int | None, vouchers: tuple[Id, ...] | None) -> "Chosen":
        """The same with what is chosen otherwise now; None: as it was."""
        if points in (None, self.points) and vouchers in (None, self.vouchers):
            return self
        return Chosen(
            self.points if points is None else points, self.vouchers if vouchers is None else vouchers
        )


class Quoted(msgspec.Struct, frozen=True):
    """What a quote of a basket pins."""

    basket: Basket
    chosen: Chosen


class Told(msgspec.Struct, frozen=True):
    """A basket as it is quoted. fits: the member's vouchers that fit by themselves, with what they save.

    misfits: those that do not, and those named that do not go together, with why.
    """

    priced: Priced
    fits: tuple[tuple[VoucherRow, int], ...]
    misfits: tuple[tuple[VoucherRow, Refusal], ...]


_decode = msgspec.json.Decoder(Quoted).decode
_encode = msgspec.json.Encoder(order="deterministic").encode


def read_quoted(text: str) -> Quoted:
    """What a quote of a basket pins, from its stored form."""
    return _decode(text)


def quoted_text(priced: Priced) -> str:
    """The stored form of what a quote of a basket pins."""
    chosen = Chosen(priced.points, tuple([one.id for one in priced.vouchers]), priced.pays)
    return _encode(Quoted(priced.basket, chosen)).decode()


def quote_basket(
    look: Look,
    basket: Basket,
    named: Sequence[VoucherRow],
    others: Sequence[VoucherRow],
    points: int | None,
    *,
    spends: bool = True,
) -> Told | Refusal:
    """The basket with the vouchers that were named, as far as they fit, and so many points; None: the most.

    others: all vouchers of the member, looked at one by one. spends: whether the member may spend at all.
    """
    wanted = points > 0 if points is not None else all(row.terms.with_points for row in named)
    fitting, unfit = saved_by(look, basket, named, wanted) if spends else ([], [])
    used = {one.id for one in fitting}
    together = spends and all(row.terms.with_points for row in named if row.id in used)
    priced = price(look, basket, fitting, points, with_points=together)
    if isinstance(priced, Refusal):
        return priced
    facts = look.facts(basket, basket.lines, basket.amount)
    refused = {row.id for row, _ in unfit}
    fits: list[tuple[VoucherRow, int]] = []
    misfits = list(unfit)
    for row in others:
        saved = judge(row, look.program, facts, basket.amount, basket.freight, look.now, False, ())
        if isinstance(saved, int):
            fits.append((row, saved))
        elif row.id not in refused:
            misfits.append((row, saved))
    return Told(priced, tuple(fits), tuple(misfits))
