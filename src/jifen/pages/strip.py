"""The lot strip: one segment per day on which points lapse, soonest at the left, as wide as its points."""

from collections.abc import Sequence

import msgspec

PLACES = 10_000
"""Widths are counted in hundredths of a percent."""

SEGMENTS_MOST = 24
"""More than so many are too thin to see: the last one then stands for the rest."""

EM = 368
"""How wide a Chinese character of a label is: 12 px of the 326 px that a strip has on a phone of 390 px."""


class Segment(msgspec.Struct, frozen=True):
    """One stretch of the strip, in percent of its width. look: a class of the stylesheet."""

    x: str
    width: str
    look: str
    label: str
    label_x: str
    at_end: bool


def strip(parts: Sequence[tuple[int, str, str]]) -> list[Segment]:
    """Segments for (points, look, label); a label that has no room is left out.

    The first label is always there, and one that would run over the right end is set against it.
    """
    if len(parts) > SEGMENTS_MOST:
        rest = parts[SEGMENTS_MOST - 1 :]
        parts = [*parts[: SEGMENTS_MOST - 1], (sum(points for points, _, _ in rest), rest[0][1], rest[0][2])]
    whole = sum(points for points, _, _ in parts)
    drawn: list[Segment] = []
    before = free = 0
    for points, look, label in parts:
        left, right = before * PLACES // whole, (before + points) * PLACES // whole
        before += points
        needed = _width(label)
        start = left if left + needed <= PLACES else PLACES - needed
        shown = bool(label) and start >= free
        if shown:
            free = start + needed + EM // 8
        drawn.append(
            Segment(
                _percent(left),
                _percent(right - left),
                look,
                label if shown else "",
                _percent(left if start == left else PLACES),
                start != left,
            )
        )
    return drawn


def _width(label: str) -> int:
    """How wide a label is: digits and letters are a good half of a Chinese character, spaces a quarter."""
    return sum(
        EM if ord(letter) > 0x2E80 else EM // 4 if letter.isspace() else EM * 11 // 20 for letter in label
    )


def _percent(places: int) -> str:
    return f"{places // 100}.{places % 100:02d}%"
