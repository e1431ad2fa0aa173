"""What points pay of a bill: the most, what so many pay, and why others cannot; rounded once per bill."""

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction

import msgspec

from jifen.books.refusals import Code, Refusal
from jifen.books.series import Series
from jifen.books.verbs import Parts, draw
from jifen.books.wallet import Wallet
from jifen.parties.programs import Merchant, Program
from jifen.rules.compiled import CompiledRules
from jifen.rules.definition import Offset
from jifen.values.ids import MerchantId, SeriesId


class Part(msgspec.Struct, frozen=True, array_like=True):
    """Points of a lot that may pay, in draw order: so many (`per`) of them pay so many fen."""

    series: SeriesId
    points: int
    per: int
    fen: int


class Most(msgspec.Struct, frozen=True):
    """The most points that may pay a bill, and the fen that they pay. why: the word for which it is none."""

    points: int = 0
    pays: int = 0
    why: str = ""


def worth_of(series: Series, program: Program, rules: CompiledRules) -> tuple[int, int]:
    """So many points of a series pay so many fen: what was promised for them, or today's where it is better.

    Source: COMPLIANCE R04 (an adverse change never touches points already earned).
    """
    now = program.worth(series.unit, rules)
    then = series.offset_points, series.offset_fen
    return then if then[1] * now[0] > now[1] * then[0] else now


def parts_of(
    wallet: Wallet, program: Program, rules: CompiledRules, at: datetime, first: MerchantId | None
) -> list[Part]:
    """All points of the rules' unit that can pay at an instant, in the order in which they are drawn.

    Points that are worth nothing at the till stay where they are.
    """
    unit = rules.definition.unit
    worth = {
        series: worth_of(lot.series, program, rules)
        for series, lot in wallet.lots.items()
        if lot.series.unit == unit
    }
    paying = {series: lot for series, lot in wallet.lots.items() if series in worth and worth[series][1]}
    usable = sum([lot.remaining for lot in paying.values() if wallet.usable(lot, at)])
    if not usable:
        return []
    drawn = draw(msgspec.structs.replace(wallet, lots=paying, tallies={}), unit, usable, at, first)
    assert not isinstance(drawn, Refusal)
    return [Part(series, points, *worth[series]) for series, points in drawn]


def first_points(parts: Sequence[Part], points: int) -> list[Part]:
    """The parts of the first so many points."""
    found = []
    for part in parts:
        taken = min(points, part.points)
        if taken:
            found.append(msgspec.structs.replace(part, points=taken))
        points -= taken
    return found


def drawn_of(parts: Sequence[Part]) -> Parts:
    """The same as the books name them."""
    return [(part.series, part.points) for part in parts]


def pays(parts: Sequence[Part], points: int, due: int) -> int:
    """The fen that the first so many points pay of what is due: rounded down, once."""
    worth = sum(
        [Fraction(part.points * part.fen, part.per) for part in first_points(parts, points)], Fraction()
    )
    return min(due, worth.numerator // worth.denominator)


def least_for(parts: Sequence[Part], fen: int) -> int | None:
    """The fewest points that pay so many fen; None: all of them pay less."""
    points, left = 0, Fraction(fen)
    for part in parts:
        if left <= 0:
            break
        worth = Fraction(part.points * part.fen, part.per)
        if worth >= left:
            return points + -(-(left.numerator * part.per) // (left.denominator * part.fen))
        points, left = points + part.points, left - worth
    return points if left <= 0 else None


def most(offset: Offset, parts: Sequence[Part], bill: int, due: int, merchant: Merchant) -> Most:
    """The most points that may pay. bill: fen before vouchers; due: what is to be paid after them.

    Never more than what pays the programme's part of it; a multiple of its step, but for the whole of what is
    due: where points may pay all of it, no remainder is left that a step would not reach.
    """
    if offset.merchants and merchant.code not in offset.merchants:
        return Most(why="merchant")
    if bill < offset.minimum_fen:
        return Most(why="minimum_fen")
    cap = due * offset.most_permille // 1000
    if not cap:
        return Most(why="nothing_due" if offset.most_permille else "not_here")
    available = sum([part.points for part in parts])
    whole = least_for(parts, cap)
    points = available if whole is None else whole
    if whole is None or cap < due:
        if pays(parts, points, due) > cap:
            points -= 1
        points = _in_steps(offset, parts, points, due)
    if points < max(1, offset.minimum_points):
        return Most(why="points" if available < max(offset.minimum_points, offset.step_points) else "minimum")
    return Most(points, pays(parts, points, due))


def _in_steps(offset: Offset, parts: Sequence[Part], points: int, due: int) -> int:
    """At most so many points, in whole steps, and none that would pay nothing."""
    step = offset.step_points
    points -= points % step
    useful = least_for(parts, pays(parts, points, due)) or 0
    return -(-useful // step) * step


def may_pay(offset: Offset, parts: Sequence[Part], found: Most, points: int, due: int) -> int | Refusal:
    """The fen that the chosen points pay, or why they cannot. Source: COMPLIANCE R06 (a coded reason)."""
    if not points:
        return 0
    facts: dict[str, int | str] = {
        "requested": points,
        "most_points": found.points,
        "most_pays_fen": found.pays,
        "step_points": offset.step_points,
        "minimum_points": offset.minimum_points,
    }
    if not found.points:
        said = f"no points can pay this bill ({found.why}): {_WHY.get(found.why, 'pay it in money')}"
        return Refusal(Code.OFFSET_REFUSED, said, {**facts, "why": found.why})
    if points > found.points:
        said = (
            f"{points} points are to pay, at most {found.points} may, which pay {found.pays} fen: take those"
        )
        return Refusal(Code.OFFSET_REFUSED, said, {**facts, "why": "most"})
    if points == found.points:
        return found.pays
    if points < offset.minimum_points:
        said = f"{points} points are to pay, fewer than {offset.minimum_points} are not taken: take more"
        return Refusal(Code.OFFSET_REFUSED, said, {**facts, "why": "minimum"})
    if points % offset.step_points:
        lower = points - points % offset.step_points
        said = f"{points} is no multiple of {offset.step_points}: take {lower} points"
        return Refusal(Code.OFFSET_REFUSED, said, {**facts, "why": "step"})
    fen = pays(parts, points, due)
    useful = _in_steps(offset, parts, points, due)
    if useful < points:
        said = f"{points} points pay {fen} fen, and so do {useful}: take {useful}"
        return Refusal(Code.OFFSET_REFUSED, said, {**facts, "why": "wasted", "enough": useful})
    return fen


_WHY = {
    "merchant": "points of this programme pay at other merchants only",
    "minimum_fen": "the bill is too small; pay it in money",
    "nothing_due": "so little is left to pay that no point may pay it",
    "not_here": "points of this programme pay no bills",
    "points": "the member has too few points; pay in money",
    "minimum": "so few would pay it that they are not taken; pay it in money",
    "voucher": "one of its vouchers does not go with points",
}
