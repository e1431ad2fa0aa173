"""Findings in words: what is so, the very words, the article, what to write instead, and where to mend it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from jifen.pages.words import Words
from jifen.programs.linter.law import articles
from jifen.site.console.programme_words import bare

PLACE = re.compile(r"\(characters ([0-9]+) to ([0-9]+)\)")
STEP = re.compile(r"([^.\[\]]+)|\[([0-9]+)\]")
ENGLISH = re.compile(r"_en(\[[0-9]+\])?$")
SENTENCE_ENDS = "。！？；!?;\n"
CONTEXT = 24
"""So many characters around the words that are struck are shown."""

Way = tuple[str | int, ...]


class Fix(msgspec.Struct, frozen=True):
    """A change of a text that one button makes: the text as it is, and as it would be."""

    path: str
    before: str
    after: str


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A finding as the page shows it. quote: before, struck, new, after. said: the checker's own sentence."""

    error: bool
    code: str
    title: str
    said: str
    remedy: str
    source: str
    where: str
    file: str
    line: int
    value: str
    quote: tuple[str, str, str, str] | None
    part: str
    key: str
    fix: Fix | None


def way_of(path: str) -> Way:
    """The steps of a path such as `rules.rules[2].points`."""
    return tuple(int(place) if place else name for name, place in STEP.findall(path))


def value_at(values: Any, way: Way) -> Any:
    """The value at a path; None: there is none."""
    for step in way:
        if isinstance(step, int):
            values = values[step] if isinstance(values, list) and step < len(values) else None
        else:
            values = values.get(step) if isinstance(values, dict) else None
    return values


def told(findings: Sequence[Mapping[str, Any]], values: Mapping[str, Any], words: Words) -> tuple[Told, ...]:
    """Findings in words, errors first. findings: as the interface answers them; values: of the draft."""
    said = [_told(one, values, words) for one in findings]
    return tuple(sorted(said, key=lambda one: not one.error))


def _told(finding: Mapping[str, Any], values: Mapping[str, Any], words: Words) -> Told:
    code, path = finding["code"], finding["path"]
    way = way_of(path)
    text = value_at(values, way)
    around = value_at(values, way[:-1])
    english = ENGLISH.search(path) is not None or (
        isinstance(around, dict) and around.get("language") == "en"
    )
    fix = _fix(finding, text, english=english) if isinstance(text, str) else None
    key = f"decide.finding.{code}"
    chinese = words.language == "zh"
    title = bare(words.t(key)) if words.has(key) else bare(words.t("decide.finding.other"))
    remedy_key = f"decide.remedy.{code}"
    remedy = bare(words.t(remedy_key)) if words.has(remedy_key) else ""
    part, named = _where(way, values)
    return Told(
        error=finding.get("severity", "error") == "error",
        code=code,
        title=title,
        said="" if chinese and words.has(key) else _sentence(finding["what"]),
        remedy=remedy if chinese and remedy else _sentence(finding["remedy"]),
        source=finding.get("source", ""),
        where=path,
        file=finding.get("file", ""),
        line=finding.get("line", 0),
        value=_short(text) if text is not None and not isinstance(text, dict | list) and fix is None else "",
        quote=None if fix is None else _quote(fix),
        part=part,
        key=named,
        fix=fix,
    )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _fix(finding: Mapping[str, Any], text: str, *, english: bool) -> Fix | None:
    """What the linter or the calculator proposes, put in place of the very words or their sentence."""
    code, place = finding["code"], PLACE.search(finding["what"])
    if place is None:
        return None
    start, end = int(place[1]) - 1, int(place[2])
    if code == "claim_wrong":
        wanted = finding["remedy"].removeprefix("write ").strip()
        tight = re.sub(r"([0-9]) %", r"\1%", wanted)
        return Fix(finding["path"], text, text[:start] + tight + text[end:])
    kind = code.removeprefix("says_")
    if kind == code or kind not in articles():
        return None
    article = articles()[kind]
    wording = article.wording_en if english else article.wording
    first = max((text.rfind(mark, 0, start) for mark in SENTENCE_ENDS), default=-1) + 1
    ends = [at for mark in SENTENCE_ENDS if (at := text.find(mark, end - 1)) >= 0]
    last = min(ends) + 1 if ends else len(text)
    return Fix(finding["path"], text, (text[:first] + wording + text[last:]).strip())


def _quote(fix: Fix) -> tuple[str, str, str, str]:
    """The words that go and those that come, with a little of what stands around them."""
    old, new = fix.before, fix.after
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    before, after = old[:head], old[len(old) - tail :] if tail else ""
    around = (
        (before if len(before) <= CONTEXT else f"…{before[-CONTEXT:]}"),
        (after if len(after) <= CONTEXT else f"{after[:CONTEXT]}…"),
    )
    return around[0], old[head : len(old) - tail], new[head : len(new) - tail], around[1]


def _where(way: Way, values: Mapping[str, Any]) -> tuple[str, str]:
    """The form that a finding belongs to: its part and its item; empty: the file alone."""
    lists = {
        ("rules", "rules"): ("rules", "id"),
        ("rules", "rewards"): ("rewards", "code"),
        ("rules", "campaigns"): ("campaigns", "code"),
    }
    if way[:2] in lists and len(way) > 2:
        part, name = lists[way[:2]]  # type: ignore[index]
        item = value_at(values, way[:3])
        return (part, str(item.get(name, ""))) if isinstance(item, dict) else ("", "")
    if way[:3] == ("rules", "tiers", "levels") and len(way) > 3:
        item = value_at(values, way[:4])
        return ("tiers", str(item.get("code", ""))) if isinstance(item, dict) else ("", "")
    if way[:2] == ("messages", "templates") and len(way) > 2:
        item = value_at(values, way[:3])
        if isinstance(item, dict):
            return "messages", f"{item.get('event')}.{item.get('channel')}.{item.get('language', 'zh')}"
    if way[:1] == ("terms",) or way[:2] in (
        ("rules", "validity"),
        ("rules", "grace_days"),
        ("rules", "reminders"),
    ):
        return "terms", "terms"
    return "", ""


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 80 else f"{text[:79]}…"
