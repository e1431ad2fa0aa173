"""Texts for members are read; what the law forbids in them is refused with its article and a wording."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Literal, NamedTuple

from jifen.programs.definition import Programme
from jifen.programs.findings import Finding
from jifen.programs.linter.grammar import Hit, hits
from jifen.programs.linter.law import articles
from jifen.programs.linter.normal import plain
from jifen.programs.linter.phrases import patterns
from jifen.programs.linter.walking import Text, texts_of

Language = Literal["zh", "en"]


def lint(text: str, language: Language = "zh", *, path: str = "", expiry_sms: bool = False) -> list[Finding]:
    """What a text may not say, each with the very words, their place, the article and a wording.

    language: that of the proposal; the text is read in both. expiry_sms: it is a short message about points
    that lapse, which may carry no link. Source: COMPLIANCE R02, §3, §7; SCENARIOS S28.
    """
    return [_told(hit, language, path) for hit in found_in(text, expiry_sms=expiry_sms)]


def found_in(text: str, *, expiry_sms: bool = False) -> list[Hit]:
    """The same, as classes and places."""
    return list(_read_once(text, expiry_sms)) if text.strip() else []


@lru_cache(maxsize=4096)
def _read_once(text: str, expiry_sms: bool) -> tuple[Hit, ...]:
    return tuple(hits(text, plain(text), patterns(expiry_sms=expiry_sms)))


def findings_of(programme: Programme) -> list[Finding]:
    """What the linter says to every text of a programme that a member sees, and to its codes."""
    return [finding for text in texts_of(programme) for finding in _read(text)]


def _read(text: Text) -> list[Finding]:
    found = lint(text.words, text.language, path=text.path, expiry_sms=text.expiry_sms)
    if not text.is_code:
        return found
    # A code is no sentence: only what it calls points is looked at.
    return [one for one in found if one.code.removeprefix("says_") in ("investment", "cash_out", "pyramid")]


def _told(hit: Hit, language: Language, path: str) -> Finding:
    article = articles()[hit.kind]
    wording = article.wording if language == "zh" else article.wording_en
    return Finding(
        severity=hit.severity,
        code=f"says_{hit.kind}",
        path=path,
        what=f"says {hit.words!r} (characters {hit.start + 1} to {hit.end}); {article.says}",
        remedy=f"write instead: {wording}",
        source=article.article,
    )


class Score(NamedTuple):
    """How well sentences are told apart. missed, mistaken: those that were not."""

    unlawful: int
    refused: int
    lawful: int
    passed: int
    missed: tuple[str, ...]
    mistaken: tuple[str, ...]

    def __str__(self) -> str:
        unlawful = f"refused {self.refused} of {self.unlawful} unlawful"
        return f"{unlawful}, passed {self.passed} of {self.lawful} lawful"


def score(unlawful: Iterable[tuple[str, str]], lawful: Iterable[str], *, expiry_sms: bool = False) -> Score:
    """Reads sentences whose verdict is known: unlawful ones with their class, and lawful ones."""
    bad, good = list(unlawful), list(lawful)
    missed = [
        text
        for kind, text in bad
        if kind not in {hit.kind for hit in found_in(text, expiry_sms=kind == "link_in_expiry")}
    ]
    mistaken = [text for text in good if found_in(text, expiry_sms=expiry_sms)]
    return Score(
        len(bad), len(bad) - len(missed), len(good), len(good) - len(mistaken), tuple(missed), tuple(mistaken)
    )
