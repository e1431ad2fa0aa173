"""Words: what the pages say in one language, from its catalogue, and days as that language has them."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from jifen.parties.programs import Unit

FOLDER = Path(__file__).parent / "catalogues"
LANGUAGES = ("zh", "en")
"""Chinese first: it is what a page speaks when nobody says otherwise."""

STRONG = re.compile(r"\*\*(.+?)\*\*")
ACCEPTED = re.compile(r"^\s*([A-Za-z]{1,8})[A-Za-z0-9-]*\s*(?:;\s*q=([01](?:\.[0-9]{0,3})?))?\s*$")


class Words:
    """One language. Texts may mark a part as **strong**; whatever is put into them is escaped."""

    def __init__(self, language: str, catalogue: Mapping[str, str | Mapping[str, str]]) -> None:
        self.language = language
        self._texts = {key: _forms(text) for key, text in catalogue.items()}

    def t(self, key: str, count: int | None = None, /, **facts: object) -> Markup:
        """The text of a key with its facts filled in. count: chooses between one and many."""
        one, many = self._texts[key]
        return (one if count == 1 else many).format(**facts)

    def has(self, key: str) -> bool:
        """Whether the catalogue has a text of that key."""
        return key in self._texts

    def joined(self, parts: Iterable[str], with_key: str = "join.clause") -> Markup:
        """Parts as one text, by the language's comma (or another mark); empty ones are left out."""
        return self.t(with_key).join(part for part in parts if part)

    def named(self, family: str, code: str) -> Markup:
        """The language's own word for a code that we know; any other as its operator wrote it."""
        key = f"{family}.{code}"
        return self.t(key) if key in self._texts else escape(code)

    def unit(self, unit: Unit, *, long: bool = False) -> Markup:
        """What points of a unit are called: a language has its own word for plain points, else the name."""
        key = f"unit_long.{unit.name}" if long else f"unit.{unit.name}"
        return self.t(key) if key in self._texts else escape(unit.name)

    def day(self, day: date, today: date) -> Markup:
        """A day in a sentence: the year is said where it is not this one."""
        return self.t("date.day" if day.year == today.year else "date.full", **self._of(day))

    def full_day(self, day: date) -> Markup:
        """A day with its year."""
        return self.t("date.full", **self._of(day))

    def month(self, day: date, today: date) -> Markup:
        """A month, for a label below a strip."""
        return self.t("date.month" if day.year == today.year else "date.month_year", **self._of(day))

    def day_of_year(self, month: int, day: int) -> Markup:
        """A day of every year."""
        return self.t("date.day", month=self.t(f"month.{month}"), day=day)

    def weekday(self, number: int) -> Markup:
        """A day of the week; 1 is Monday."""
        return self.t(f"weekday.{number}")

    def _of(self, day: date) -> dict[str, Any]:
        return {"year": day.year, "month": self.t(f"month.{day.month}"), "day": day.day}


def _forms(text: str | Mapping[str, str]) -> tuple[Markup, Markup]:
    if isinstance(text, str):
        return _text(text), _text(text)
    return _text(text["one"]), _text(text["many"])


def _text(text: str) -> Markup:
    """The text as markup, before anything of others is put into it."""
    return Markup(STRONG.sub(r"<b>\1</b>", str(escape(text))))  # noqa: S704 - a catalogue's text, escaped


@cache
def words(language: str) -> Words:
    """The words of a language, read once."""
    return Words(language, json.loads((FOLDER / f"{language}.json").read_text(encoding="utf-8")))


def chosen_language(asked: str | None, kept: str | None, accepted: str) -> str:
    """The language of a page: what is asked for, else what was chosen before, else what the browser likes.

    accepted: the header Accept-Language (RFC 9110 §12.5.4).
    """
    for wish in (asked, kept):
        if wish in LANGUAGES:
            return wish
    best, most = LANGUAGES[0], 0.0
    for part in accepted.split(","):
        found = ACCEPTED.match(part)
        if found and found[1].lower() in LANGUAGES and float(found[2] or 1) > most:
            best, most = found[1].lower(), float(found[2] or 1)
    return best
