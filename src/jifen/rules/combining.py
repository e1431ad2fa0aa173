"""Combinations: how often all parts are in a basket when no piece may count for two of them."""

from collections.abc import Callable, Sequence

import msgspec

from jifen.rules.award import Facts
from jifen.rules.definition import Combination
from jifen.rules.lines import Match, matcher, possible, without_evidence
from jifen.rules.reasons import Reason


def sets_in(rule: Combination) -> Callable[[Facts], int]:
    """How often the combination is in a basket, at most `most` times."""
    matches = [matcher(part.lines) for part in rule.parts]
    could = [possible(part.lines) for part in rule.parts]
    wanted = [part.quantity for part in rule.parts]
    demands = _sums_by_subset(wanted)
    most = rule.most

    def found(facts: Facts) -> int:
        for test in could:
            if not test(facts):
                return 0
        pieces = _by_parts(matches, facts)
        together = 0
        for parts in pieces:
            together |= parts
        if together != len(demands) - 1:
            return 0
        overlap = any(parts & (parts - 1) for parts in pieces)
        return min(most, _least(pieces, demands) if overlap else _least_apart(pieces, wanted))

    return found


def _by_parts(matches: Sequence[Match], facts: Facts) -> dict[int, int]:
    """Pieces by the set of parts that they could count for, as bits; those for none left out."""
    found: dict[int, int] = {}
    evidence = facts.evidence
    for line in facts.lines:
        if line.quantity <= 0:
            continue
        parts = 0
        for place, match in enumerate(matches):
            if match(line, evidence):
                parts |= 1 << place
        if parts:
            found[parts] = found.get(parts, 0) + line.quantity
    return found


def _sums_by_subset(wanted: Sequence[int]) -> list[int]:
    """For every set of parts, as bits, the pieces that one combination needs of them together."""
    sums = [0]
    for quantity in wanted:
        sums += [before + quantity for before in sums]
    return sums


def _least_apart(pieces: dict[int, int], wanted: Sequence[int]) -> int:
    """How many sets there are, where no piece could count for two parts."""
    return min(pieces[1 << place] // quantity for place, quantity in enumerate(wanted))


def _least(pieces: dict[int, int], demands: Sequence[int]) -> int:
    """How many sets there are, where some pieces could count for several parts.

    n sets can be made exactly when, for every set of parts, the pieces that could count for any of them are
    as many as n sets need of them (Hall's theorem): so the scarcest set of parts decides.
    """
    least = None
    for parts in range(1, len(demands)):
        supply = sum([quantity for could, quantity in pieces.items() if could & parts])
        sets = supply // demands[parts]
        if least is None or sets < least:
            least = sets
    assert least is not None
    return least


def why_incomplete(rule: Combination, facts: Facts) -> Reason:
    """Why the combination is not in the basket: only evidence is wanting, or goods are."""
    parts = tuple(msgspec.structs.replace(part, lines=without_evidence(part.lines)) for part in rule.parts)
    lenient = msgspec.structs.replace(rule, parts=parts)
    return "evidence" if sets_in(lenient)(facts) else "combination"
