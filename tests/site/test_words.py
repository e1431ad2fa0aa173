"""What the signed-in pages say: complete in both languages, in catalogues, nothing forbidden (PAGES §5)."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from jifen import site
from jifen.pages.words import FOLDER as BOOKS
from jifen.site.wording import FOLDER, wording
from tests.pages.test_catalogues import EMOJI, FORBIDDEN, FORBIDDEN_ENGLISH, HAN, JINJA, forms, names

ROOM = Path(site.__file__).parent
PARTS = sorted({path.name.split(".")[0] for path in FOLDER.glob("*.json")})
TEMPLATES = {path: path.read_text("utf-8") for path in sorted((ROOM / "templates").rglob("*.html"))}
SCRIPTS = {path: path.read_text("utf-8") for path in sorted((ROOM / "static").glob("*.js"))}
OPERATORS = {"decide", "watch"}
"""Catalogues of the console: operators may read of the effective rebate, members never do."""

TAGS = re.compile(r"<[^>]*>", re.DOTALL)
SPOKEN = re.compile(r"""\b(?:aria-label|alt|title|placeholder)="([^"{}]*[A-Za-z\u4e00-\u9fff][^"{}]*)\"""")
LOOK = re.compile(r"\{% block look %\}.*?\{% endblock %\}|/v1/[a-z]+/")
"""Classes of the body, and addresses of the interface, are no words."""


def catalogue(part: str, language: str) -> dict[str, Any]:
    """The texts of a part in a language."""
    found: dict[str, Any] = json.loads((FOLDER / f"{part}.{language}.json").read_text("utf-8"))
    return found


@pytest.mark.parametrize("part", PARTS)
def test_both_languages_say_the_same(part: str) -> None:
    """The same keys in the same order, and the same facts in each, but for the word of a unit."""
    chinese, english = catalogue(part, "zh"), catalogue(part, "en")
    assert list(chinese) == list(english)
    for key, text in chinese.items():
        assert names(text) - {"unit", "count"} == names(english[key]) - {"unit", "count"}, key


@pytest.mark.parametrize("part", PARTS)
def test_nothing_forbidden_is_said(part: str) -> None:
    """No word of PAGES §5's list, no exclamation mark, no emoji; the effective rebate is for operators."""
    for key, text in catalogue(part, "zh").items():
        for form in forms(text):
            said = form.replace("有效返利", "") if part in OPERATORS else form
            found = [word for word in FORBIDDEN if word in said and not _innocent(word, said)]
            assert not found, (key, form, found)
            assert not EMOJI.search(form), key
    for key, text in catalogue(part, "en").items():
        for form in forms(text):
            assert not FORBIDDEN_ENGLISH.search(form), (key, form)
            assert not HAN.search(form) or key == "frame.other_language", (key, form)
            assert not EMOJI.search(form), key


def _innocent(word: str, said: str) -> bool:
    """亲 in 亲友 and 父亲 is no address."""
    return word == "亲" and not re.search(r"(?<![父母双乡相])亲(?![友属人子自情])", said)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_hold_no_words(path: Path) -> None:
    """What a page says stands in a catalogue: else one language would be without it."""
    bare = JINJA.sub("", LOOK.sub("", TEMPLATES[path]))
    assert not HAN.search(bare), HAN.findall(bare)[:5]
    for said in SPOKEN.findall(bare):
        raise AssertionError(f"{said!r} is said in the template itself")
    left = set(re.findall(r"[A-Za-z]{2,}", TAGS.sub(" ", bare)))
    assert not left - {"HTTP", "nbsp", "middot", "times", "minus", "mdash", "ndash", "amp", "SMS"}, left


def test_scripts_hold_no_words() -> None:
    """A script takes what it says from the page, in the page's language."""
    for path, text in SCRIPTS.items():
        code = re.sub(r"//.*|/\*.*?\*/", "", text)
        assert not HAN.search(code), (path.name, HAN.findall(code)[:5])


def test_pages_break_no_policy() -> None:
    """No inline style, script or handler: the policy would refuse it, and so would we."""
    for path, text in TEMPLATES.items():
        bare = re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL)
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", bare), path.name
        for tag in re.findall(r"<script[^>]*>", bare):
            assert "src=" in tag or 'type="application/json"' in tag, (path.name, tag)


def test_what_templates_say_is_there() -> None:
    """Each key that a template or a module names is in the catalogues of both languages."""
    known = {language: wording(language) for language in ("zh", "en")}
    modules = {path: path.read_text("utf-8") for path in sorted(ROOM.rglob("*.py"))}
    said = re.compile(
        r"""(?<![\w.])(?:visit\.words\.|words\.)?t\(\s*["']([a-z_]+\.[a-z0-9_.]+|brand)["']\s*[,)]"""
    )
    missing = [
        (path.name, key)
        for path, text in {**TEMPLATES, **modules}.items()
        for key in said.findall(text)
        if not all(words.has(key) for words in known.values())
    ]
    assert missing == []


SAID_BY_CODE = ("done.", "no.", "stop.", "menu.")
"""Families whose keys are put together from what was done, refused or opened."""


def test_each_text_is_used() -> None:
    """A text of which not even the beginning of its key stands in the code is said by nobody."""
    modules = [path.read_text("utf-8") for path in sorted(ROOM.rglob("*.py"))]
    everything = "\n".join([*TEMPLATES.values(), *modules])
    named = set(re.findall(r"""["']([a-z_]+(?:\.[\w.-]+)?)["']""", everything))
    families: dict[str, bool] = {}
    unused = []
    for part in PARTS:
        for key in catalogue(part, "zh"):
            family, _, last = key.rpartition(".")
            if family not in families:
                found = re.search(rf"""["'f]{re.escape(family)}(?:\.|["'])""", everything)
                families[family] = found is not None
            if key not in named and not families[family] and not key.startswith(SAID_BY_CODE):
                unused.append(key)
            assert last
    assert unused == []


def test_books_are_complete() -> None:
    """The words for entries are there in both languages: the site's own stand beside them."""
    for language in ("zh", "en"):
        assert (BOOKS / f"{language}.json").is_file()
        assert wording(language).has("wallet.title")
