"""How a sentence is read: who speaks of what, whether it is denied, and what makes it lawful."""

import re
from typing import Literal, NamedTuple

from jifen.programs.linter.normal import Plain
from jifen.programs.linter.words import expanded

ENDS = re.compile(r"[。!?;\n]|\.(?=\s|$)")
"""What ends a sentence."""

PARTY = re.compile(expanded("(?P<org><ORG>)|(?P<member><MEMBER>)"))
DENIAL = re.compile(expanded("(?P<off><NOT_DENIED>)|(?P<on><DENIES>)|(?P<turn><TURNS>)"))
"""What denies that which follows in the same clause, what only seems to, and what ends it."""

VOID = re.compile(expanded("<VOID>"))
"""What says afterwards that something does not hold."""

LISTED = re.compile("^(?:[,、或和及与。!]|等|$)")
EN_DENIES, EN_TURNS = re.compile(expanded("<EN_DENIES>")), re.compile(expanded("<EN_TURNS>"))
EN_VOID, EN_PARTY = re.compile(expanded("<EN_VOID>")), re.compile(expanded("<EN_PARTY>"))


class Pattern(NamedTuple):
    """One way to say something of a class.

    spare: what makes the sentence lawful. merchant: only where it is not the member who acts. deniable: it
    may be denied before or after.
    """

    kind: str
    find: re.Pattern[str]
    spare: re.Pattern[str] | None = None
    merchant: bool = False
    deniable: bool = True
    language: Literal["zh", "en"] = "zh"
    severity: Literal["error", "warning"] = "error"


class Hit(NamedTuple):
    """Something found: its class, and the very words with their place in the original."""

    kind: str
    start: int
    end: int
    words: str
    severity: Literal["error", "warning"]


def hits(original: str, plain: Plain, patterns: tuple[Pattern, ...]) -> list[Hit]:
    """What the patterns find in a text, of each class and place the longest."""
    found: list[Hit] = []
    start = 0
    before = ""
    for end in [*(stop.end() for stop in ENDS.finditer(plain.text)), len(plain.text)]:
        sentence = plain.text[start:end]
        for pattern in patterns:
            for match in pattern.find.finditer(sentence):
                if match.end() > match.start() and not _lawful(pattern, sentence, match, before):
                    begin, finish = plain.original(start + match.start(), start + match.end())
                    found.append(Hit(pattern.kind, begin, finish, original[begin:finish], pattern.severity))
        if sentence.strip():
            before = sentence
        start = end
    return _longest(found)


def _longest(found: list[Hit]) -> list[Hit]:
    kept: list[Hit] = []
    for hit in sorted(found, key=lambda one: (one.start - one.end, one.start)):
        if not any(one.kind == hit.kind and one.start < hit.end and hit.start < one.end for one in kept):
            kept.append(hit)
    return sorted(kept, key=lambda one: (one.start, one.end))


def _lawful(pattern: Pattern, sentence: str, match: re.Match[str], before: str) -> bool:
    if pattern.spare is not None and pattern.spare.search(sentence):
        return True
    english = pattern.language == "en"
    if pattern.merchant and actor(sentence[: match.start()], english=english) == "member":
        return True
    if not pattern.deniable:
        return False
    return denied(sentence, match.start(), match.end(), english=english)


def actor(before: str, *, english: bool) -> str | None:
    """Who is spoken of last before a place: org, member, or nobody."""
    last = None
    for found in (EN_PARTY if english else PARTY).finditer(before):
        last = found.lastgroup
    return last


def denied(sentence: str, start: int, end: int, *, english: bool) -> bool:
    """Whether what stands there is said not to hold."""
    if english:
        clause = re.split(r"[;:]|, (?:and|but|or)? ?(?:we|you|the|it)\b", sentence[:start])[-1]
        negatives = [
            found for found in EN_DENIES.finditer(clause) if "not only" not in clause[found.start() :]
        ]
        if negatives and not EN_TURNS.search(clause, negatives[-1].end()):
            return True
        return bool(EN_VOID.match(sentence[end:]))
    clauses = sentence[:start].split(",")
    # 不得提现,转让,分红: what stands alone between commas belongs to the denial before it.
    if LISTED.match(sentence[end:]):
        while len(clauses) > 1 and len(clauses[-1]) <= 2 and not DENIAL.search(clauses[-1]):
            clauses.pop()
    state = False
    # 不会 may overlap what was found, which then begins with 会.
    for found in DENIAL.finditer(clauses[-1] + sentence[start : start + 2]):
        if found.start() < len(clauses[-1]):
            # Of 不会不经通知 the second 不 belongs to what was found: that is denied, not doubly so.
            state = found.lastgroup == "on" or (found.lastgroup == "off" and found.end() > len(clauses[-1]))
    return state or bool(VOID.match(sentence[end:]))
