"""Families: what changed in a household, told without naming the others."""

from typing import get_args

from markupsafe import Markup

from jifen.books.entries import Entry
from jifen.books.legs import Kind
from jifen.mall.family import Step, read_told
from jifen.pages import figures
from jifen.pages.words import Words

STEPS: tuple[str, ...] = get_args(Step)
"""What an entry of a household may tell; whose number it is about is told to nobody here."""


def changed(entry: Entry, points: int, words: Words) -> Markup:
    """What changed. points: that came (or went, below 0) with it."""
    told = read_told(entry.explanation)
    said = [words.t(f"family.{told.step}", points=figures.whole(told.points))]
    if points:
        moved = figures.whole(abs(points))
        said.append(words.t("family.came" if points > 0 else "family.went", points=moved))
    return words.joined(said)


def inherited(entry: Entry, points: int, words: Words) -> Markup | None:
    """Points that went to an heir; None: they moved for another reason."""
    if entry.kind is not Kind.TRANSFER or '"inherited"' not in entry.explanation:
        return None
    return words.t("family.heir_in" if points > 0 else "family.heir_out")
