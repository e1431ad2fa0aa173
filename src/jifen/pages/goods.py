"""Goods: which lines of a basket a rule means, and what the green evidence of others lacks, in words."""

from collections.abc import Sequence

from markupsafe import Markup, escape

from jifen.pages.figures import AN_INSTANT
from jifen.pages.words import Words
from jifen.parties.programs import Program
from jifen.rules.award import Facts, Line
from jifen.rules.lines import matcher, without_evidence
from jifen.rules.when import LineFilter
from jifen.values.periods import local_day

LINES_MOST = 3
"""Of more lines without valid evidence only the first are named."""

CODE_GROUPS = (3, 2, 12)
"""How the 17 digits of an organic code are read: certifier, year, number (COMPLIANCE §5)."""


def goods_of(lines: LineFilter, words: Words) -> Markup:
    """The goods that a filter means."""
    named = [
        ("goods.brand", lines.brands),
        ("goods.category", lines.categories),
        ("goods.sku", lines.skus),
        ("goods.tag", lines.tags),
    ]
    said = [words.t(key, names=words.joined(names, "join.list")) for key, names in named if names]
    if lines.evidence:
        said.append(words.t("goods.evidence", kinds=_kinds(lines.evidence, words)))
    return words.t("goods.all", parts=words.joined(said, "join.and")) if said else words.t("goods.any")


def _kinds(kinds: Sequence[str], words: Words) -> Markup:
    return words.joined([words.named("evidence", kind) for kind in kinds], "join.list")


def meant(lines: LineFilter | None, facts: Facts) -> list[Line]:
    """The lines that a filter means; all of them where there is none."""
    if lines is None:
        return list(facts.lines)
    match = matcher(lines)
    return [line for line in facts.lines if match(line, facts.evidence)]


def pieces(lines: LineFilter | None, facts: Facts) -> int:
    """How many pieces of them there are."""
    return sum(line.quantity for line in meant(lines, facts))


def proofs(lines: LineFilter, facts: Facts, program: Program, words: Words) -> list[Markup]:
    """The evidence that makes lines count, each once, with the last day on which it is valid."""
    if not lines.evidence:
        return []
    codes = dict.fromkeys(line.evidence for line in meant(lines, facts))
    said = []
    for code in codes:
        known = program.evidence.get(code)
        if known is not None:
            last = local_day(known.valid_until - AN_INSTANT, program.zone)
            kind = words.named("evidence", known.kind)
            day = words.full_day(last)
            said.append(words.t("proof.valid", kind=kind, code=in_groups(code), day=day))
    return said


def unproved(lines: LineFilter, facts: Facts, program: Program, words: Words) -> list[Markup]:
    """What the evidence of lines lacks that would count if they had valid evidence.

    A filter that asks for nothing but evidence means lines that name some: others never claimed to be green.
    """
    if not lines.evidence:
        return []
    match, other = matcher(lines), without_evidence(lines)
    lenient, claims = matcher(other), other == LineFilter()
    wanting = [
        line
        for line in facts.lines
        if lenient(line, facts.evidence) and not match(line, facts.evidence) and (line.evidence or not claims)
    ]
    return [_lacking(line, lines, facts, program, words) for line in wanting[:LINES_MOST]]


def _lacking(line: Line, lines: LineFilter, facts: Facts, program: Program, words: Words) -> Markup:
    """Why the evidence of a line does not count: there is none, or it is not what and when it should be."""
    sku, code = escape(line.sku), in_groups(line.evidence)
    if not line.evidence:
        return words.t("proof.none", sku=sku)
    known = program.evidence.get(line.evidence)
    if known is None:
        return words.t("proof.unknown", sku=sku, code=code)
    if known.withdrawn_at is not None and known.withdrawn_at <= facts.at:
        day = words.full_day(local_day(known.withdrawn_at, program.zone))
        return words.t("proof.withdrawn", sku=sku, code=code, day=day)
    if facts.at < known.valid_from:
        day = words.full_day(local_day(known.valid_from, program.zone))
        return words.t("proof.early", sku=sku, code=code, day=day)
    if facts.at >= known.valid_until:
        last = words.full_day(local_day(known.valid_until - AN_INSTANT, program.zone))
        return words.t("proof.late", sku=sku, code=code, day=last)
    kind = words.named("evidence", known.kind)
    return words.t("proof.kind", sku=sku, code=code, kind=kind, kinds=_kinds(lines.evidence, words))


def in_groups(code: str) -> str:
    """An organic code in its groups; another code as it is."""
    if len(code) != sum(CODE_GROUPS) or not code.isdigit():
        return code
    ends = [sum(CODE_GROUPS[: place + 1]) for place in range(len(CODE_GROUPS))]
    return " ".join(code[end - size : end] for end, size in zip(ends, CODE_GROUPS, strict=True))
