"""The whole text of the terms in both languages with its hash, and what changed against another text."""

import difflib
import hashlib
from datetime import date
from typing import Literal

import msgspec

from jifen.programs.definition import Programme
from jifen.programs.regulation import Regulation
from jifen.programs.terms import chinese, english
from jifen.programs.terms.naming import Language

DIGITS = (
    *("一", "二", "三", "四", "五", "六", "七", "八", "九", "十"),
    *("十一", "十二", "十三", "十四", "十五", "十六", "十七", "十八"),
)


class Terms(msgspec.Struct, frozen=True):
    """The terms. hash: the SHA-256 of both texts."""

    zh: str
    en: str

    @property
    def hash(self) -> bytes:
        """What a notice and a receipt name the text by."""
        return text_hash(self.zh, self.en)

    def text(self, language: Language) -> str:
        """The text in one language."""
        return self.zh if language == "zh" else self.en


class Line(msgspec.Struct, frozen=True):
    """A paragraph, and whether it is the same as before, added, or removed."""

    mark: Literal["same", "added", "removed"]
    text: str


def text_hash(zh: str, en: str) -> bytes:
    """The SHA-256 of both texts, with a NUL between."""
    return hashlib.sha256(f"{zh}\0{en}".encode()).digest()


def written(programme: Programme, law: Regulation, on: date) -> Terms:
    """The terms of a programme, with the days of notice that the law asks for on a day."""
    own = programme.terms.notice_days
    days = {}
    for weight in ("ordinary", "major", "adverse"):
        row = law.notice(weight, on)
        days[weight] = max(row.days if row else 0, own if weight == "adverse" else 0)
    zh = [f"{programme.name} 会员积分条款"]
    for index, (title, lines) in enumerate(chinese.sections(programme, days)):
        zh += ["", f"{DIGITS[index]}、{title}", *lines]
    en = [f"{programme.name_en or programme.name}: terms of the points programme"]
    for index, (title, lines) in enumerate(english.sections(programme, days), 1):
        en += ["", f"{index}. {title}", *lines]
    return Terms("\n".join(zh) + "\n", "\n".join(en) + "\n")


def marked(before: str, after: str) -> tuple[Line, ...]:
    """A text, paragraph by paragraph, marked against the one before."""
    found = []
    old, new = before.splitlines(), after.splitlines()
    for how, i1, i2, j1, j2 in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if how == "equal":
            found += [Line("same", text) for text in new[j1:j2]]
        else:
            found += [Line("removed", text) for text in old[i1:i2]]
            found += [Line("added", text) for text in new[j1:j2]]
    return tuple(found)
