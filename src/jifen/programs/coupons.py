"""What a voucher is said to do, as its words have it, and what its terms do."""

import re
from fractions import Fraction
from typing import NamedTuple

from jifen.programs.guard.worth import saves
from jifen.rules.rewards import Reward

N = r"(\d{1,3}(?:[, ]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(万?)"
"""A figure, with 万 as its second group."""

COUPON = re.compile(
    rf"满{N}元?(?:立|可|即|直)?减{N}(?! ?%)|{N}(?: yuan)? off (?:[a-z ]{{0,24}}\bof )?{N}(?! ?%)"
)
LASTS = re.compile(rf"有效期(?:为|是)?{N}(?:天|日)|{N}(?:天|日)内?有效|\b(?:valid|good|usable) for {N} days")


class Stated(NamedTuple):
    """A bill and what is taken off it, in yuan, as a text has it; start, end: where."""

    bill: Fraction
    off: Fraction
    start: int
    end: int


def number(digits: str, wan: str | None = "") -> Fraction:
    """A figure as it is written."""
    return Fraction(digits.replace(",", "").replace(" ", "")) * (10_000 if wan else 1)


def coupons_in(sentence: str) -> list[Stated]:
    """The spend-X-save-Y vouchers that a sentence names."""
    found = []
    for match in COUPON.finditer(sentence):
        chinese = match[1] is not None
        bill, off = ((1, 2), (3, 4)) if chinese else ((7, 8), (5, 6))
        figures = [number(match[digits], match[wan]) for digits, wan in (bill, off)]
        found.append(Stated(figures[0], figures[1], match.start(), match.end()))
    return found


def days_in(sentence: str) -> list[tuple[int, int, int]]:
    """For how many days a sentence says that something is good, with its place."""
    return [
        (int(number(*next((match[at], match[at + 1]) for at in (1, 3, 5) if match[at]))), *match.span())
        for match in LASTS.finditer(sentence)
    ]


def off_a_bill(reward: Reward) -> tuple[Fraction, Fraction] | None:
    """From which bill on a voucher takes how much off, in yuan; None: it takes no fixed amount off."""
    terms = reward.voucher
    if terms is None or terms.type != "save":
        return None
    return Fraction(terms.minimum_fen, 100), Fraction(terms.save_fen, 100)


def most_saved(reward: Reward) -> int | None:
    """The most fen that a reward's voucher saves; None: it is none, or names no bound."""
    return None if reward.voucher is None else saves(reward.voucher)


def left_to_pay(reward: Reward) -> Fraction | None:
    """Which part of a bill is left to pay, of the least bill on which a voucher holds."""
    terms = reward.voucher
    if terms is None:
        return None
    if terms.type == "percent" and terms.percent is not None:
        return 1 - Fraction(terms.percent, 100)
    if terms.type == "save" and terms.minimum_fen:
        return 1 - Fraction(terms.save_fen, terms.minimum_fen)
    return None
