"""How two values of one term compare for a member: the same, better, worse, or neither."""

from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import Literal

import msgspec

from jifen.values.periods import Active, Never, Validity, last_day

Verdict = Literal["same", "better", "worse", "mixed"]

BOUNDLESS = Fraction(10**18)
"""Stands for what has no limit; larger than any number that a definition may hold."""

SAMPLED_DAYS = 1461
"""Validity is compared for points earned on each day of four years, which hold a leap day."""


def verdict(better: bool, worse: bool) -> Verdict:
    """What is better in one respect and worse in another is neither."""
    if better and worse:
        return "mixed"
    return "better" if better else "worse" if worse else "same"


class More(msgspec.Struct, frozen=True):
    """Numbers, of which more is better; a key that is not given has the number of `rest`."""

    rest: Fraction
    of: Mapping[str, Fraction] = {}

    def against(self, new: "More") -> Verdict:
        """How the new one is, from here."""
        pairs = [(self.rest, new.rest)]
        for key in {**self.of, **new.of}:
            pairs.append((self.of.get(key, self.rest), new.of.get(key, new.rest)))
        return verdict(any(a < b for a, b in pairs), any(a > b for a, b in pairs))


class Steps(msgspec.Struct, frozen=True):
    """A number from each threshold on, of which more is better everywhere."""

    steps: tuple[tuple[int, Fraction], ...]

    def at(self, amount: int) -> Fraction:
        """The number that holds at an amount."""
        return [number for start, number in self.steps if start <= amount][-1]

    def against(self, new: "Steps") -> Verdict:
        """How the new one is, from here."""
        starts = {start for start, _ in (*self.steps, *new.steps)}
        pairs = [(self.at(start), new.at(start)) for start in starts]
        return verdict(any(a < b for a, b in pairs), any(a > b for a, b in pairs))


class Wide(msgspec.Struct, frozen=True):
    """What it holds for; None: for all. Wider is better."""

    of: frozenset[str] | None

    def against(self, new: "Wide") -> Verdict:
        """How the new one is, from here."""
        if self.of == new.of:
            return "same"
        if self.of is None or new.of is None:
            return "better" if new.of is None else "worse"
        return verdict(not new.of <= self.of, not self.of <= new.of)


class Exact(msgspec.Struct, frozen=True):
    """Something of which one is not better than another: another one is neither."""

    of: str

    def against(self, new: "Exact") -> Verdict:
        """How the new one is, from here."""
        return "same" if self.of == new.of else "mixed"


class Life(msgspec.Struct, frozen=True):
    """How long points live, for those earned on each day from a day on."""

    of: Validity
    since: date

    def against(self, new: "Life") -> Verdict:
        """How the new one is, from here. Points that activity extends lose something when it does not."""
        if self.of == new.of:
            return "same"
        was, becomes = _last_days(self.of, new.since), _last_days(new.of, new.since)
        better = any(a < b for a, b in zip(was, becomes, strict=True))
        worse = any(a > b for a, b in zip(was, becomes, strict=True))
        renewed, renews = (isinstance(one, Active | Never) for one in (self.of, new.of))
        return verdict(better or (renews and not renewed), worse or (renewed and not renews))


Measure = More | Steps | Wide | Exact | Life


def compared(old: Measure, new: Measure) -> Verdict:
    """How the new one is for a member. Measures of another kind are neither better nor worse."""
    if isinstance(old, More) and isinstance(new, More):
        return old.against(new)
    if isinstance(old, Steps) and isinstance(new, Steps):
        return old.against(new)
    if isinstance(old, Wide) and isinstance(new, Wide):
        return old.against(new)
    if isinstance(old, Life) and isinstance(new, Life):
        return old.against(new)
    if isinstance(old, Exact) and isinstance(new, Exact):
        return old.against(new)
    return "mixed"


def more(number: int | Fraction | None) -> More:
    """A number of which more is better; None: without a limit."""
    return More(BOUNDLESS if number is None else Fraction(number))


def less(number: int | Fraction | None) -> More:
    """A number of which less is better; None: there is none, as good as nothing."""
    return More(-Fraction(number or 0))


def most(limits: Mapping[str, int]) -> More:
    """Limits by period, of which more is better, and none is best."""
    return More(BOUNDLESS, {span: Fraction(limit) for span, limit in limits.items()})


def wide(names: "tuple[object, ...] | frozenset[str] | None") -> Wide:
    """What it holds for; nothing named: for all."""
    return Wide(frozenset(str(name) for name in names) if names else None)


@lru_cache(maxsize=256)
def _last_days(validity: Validity, since: date) -> tuple[int, ...]:
    days = (last_day(validity, since + timedelta(days=offset)) for offset in range(SAMPLED_DAYS))
    return tuple(date.max.toordinal() if day is None else day.toordinal() for day in days)
