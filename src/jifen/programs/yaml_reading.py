"""YAML as plain values: what is written is what is meant, and where each value stands is kept."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import yaml

from jifen.programs.findings import Finding

BYTES_MOST = 2_000_000
DEPTH_MOST = 40

INTEGER = re.compile(r"^-?(?:0|[1-9][0-9]*)$")
ODD_INTEGER = re.compile(
    r"^[-+]?(?:0[0-9_]+|[0-9][0-9_]*_[0-9_]*|0[xob][0-9a-fA-F_]+|[0-9]+(?::[0-5]?[0-9])+|\+[0-9]+)$"
)
FRACTION = re.compile(
    r"^[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$|^[-+]?[0-9]+[eE][-+]?[0-9]+$"
    r"|^[-+]?\.(?:inf|Inf|INF)$|^\.(?:nan|NaN|NAN)$"
)
TRUTH = {"true": True, "false": False}
OLD_TRUTH = frozenset(("yes", "no", "on", "off", "y", "n"))
NOTHING = frozenset(("", "~", "null", "Null", "NULL"))


class Place(msgspec.Struct, frozen=True):
    """Where a value stands, counted from 1."""

    file: str
    line: int
    column: int


class Page(msgspec.Struct):
    """One file: its values, the place of each by its path, and what is wrong with it."""

    values: dict[str, Any]
    places: dict[str, Place]
    findings: list[Finding]


def read_page(path: Path) -> Page:
    """A file of a programme. What cannot be read is a finding, never an exception."""
    try:
        return page_of(path.name, path.read_bytes())
    except OSError as wrong:
        page = Page({}, {"": Place(path.name, 1, 1)}, [])
        _refuse(page, "unreadable_file", f"cannot be read: {wrong.strerror}", "look at its rights")
        return page


def page_of(name: str, raw: bytes) -> Page:
    """The same of a file that is known by its name and its content."""
    page = Page({}, {"": Place(name, 1, 1)}, [])
    try:
        if len(raw) > BYTES_MOST:
            raise _Unreadable(f"has {len(raw)} bytes", f"split it: a file has at most {BYTES_MOST}")
        node = yaml.compose(raw.decode("utf-8-sig"), Loader=_Loader)
    except UnicodeDecodeError as wrong:
        _refuse(page, "not_utf8", f"byte {wrong.start} is no UTF-8", "save the file as UTF-8")
        return page
    except _Unreadable as wrong:
        _refuse(page, "yaml_not_plain", wrong.what, wrong.remedy, place=wrong.place)
        return page
    except yaml.MarkedYAMLError as wrong:
        said = " ".join(part for part in (wrong.context, wrong.problem) if part)
        _refuse(page, "yaml_malformed", said, "mend the YAML there", place=wrong.problem_mark)
        return page
    except yaml.YAMLError as wrong:
        _refuse(page, "yaml_malformed", str(wrong).splitlines()[0], "mend the YAML there")
        return page
    if node is None:
        return page
    if not isinstance(node, yaml.MappingNode):
        said = "write the fields of a programme, such as `code: my-programme`"
        _refuse(page, "not_a_mapping", "the file does not hold fields", said, place=node.start_mark)
        return page
    page.values = _mapping(page, node, "")
    return page


def _refuse(page: Page, code: str, what: str, remedy: str, path: str = "", place: Any = None) -> None:
    where = page.places[""]
    line, column = (place.line + 1, place.column + 1) if place is not None else (where.line, where.column)
    page.findings.append(
        Finding(code=code, path=path, what=what, remedy=remedy, file=where.file, line=line, column=column)
    )


class _Unreadable(Exception):
    """The file uses what programmes do not: what, remedy."""

    def __init__(self, what: str, remedy: str, place: Any = None) -> None:
        super().__init__(what, remedy)
        self.what, self.remedy, self.place = what, remedy, place


class _Loader(yaml.SafeLoader):
    """Composes nodes only. No aliases (a few lines of them can stand for gigabytes), no tags, no depths."""

    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        place = event.start_mark
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            name = event.anchor
            raise _Unreadable(f"uses the anchor or alias {name!r}", "write the value out each time", place)
        if getattr(event, "tag", None):
            raise _Unreadable(f"uses the tag {event.tag!r}", "write the plain value without a tag", place)
        self.depth += 1
        if self.depth > DEPTH_MOST:
            raise _Unreadable(f"is nested more than {DEPTH_MOST} deep", "write it flatter", place)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


def _mapping(page: Page, node: yaml.MappingNode, path: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            _refuse(
                page, "key_not_plain", "a field's name is a list or an object", "write a plain name",
                path, key.start_mark,
            )  # fmt: skip
            continue
        name = key.value
        below = f"{path}.{name}" if path else name
        if name == "<<" and key.style is None:
            said = "merges (<<) are not taken here"
            _refuse(page, "yaml_not_plain", said, "write the fields out", path, key.start_mark)
        elif name in found:
            said = f"the field {name!r} is given twice, first in line {page.places[below].line}"
            _refuse(page, "key_twice", said, "keep one of the two", below, key.start_mark)
        else:
            page.places[below] = Place(
                page.places[""].file, key.start_mark.line + 1, key.start_mark.column + 1
            )
            found[name] = _value(page, value, below)
    return found


def _value(page: Page, node: Any, path: str) -> Any:
    if isinstance(node, yaml.MappingNode):
        return _mapping(page, node, path)
    if isinstance(node, yaml.SequenceNode):
        items = []
        for index, item in enumerate(node.value):
            below = f"{path}[{index}]"
            mark = item.start_mark
            page.places[below] = Place(page.places[""].file, mark.line + 1, mark.column + 1)
            items.append(_value(page, item, below))
        return items
    text: str = node.value
    if node.style is not None:
        return _text(page, text, path, node)
    if text in NOTHING:
        return None
    if INTEGER.match(text):
        return int(text)
    if text in TRUTH:
        return TRUTH[text]
    for code, what, remedy in _odd(text):
        _refuse(page, code, what, remedy, path, node.start_mark)
        return _REFUSED
    return _text(page, text, path, node)


def may_be_misread(text: str) -> bool:
    """Whether a text has to stand in quotes to be the text that it is."""
    return text in NOTHING or bool(INTEGER.match(text)) or text in TRUTH or next(_odd(text), None) is not None


def _odd(text: str) -> Iterator[tuple[str, str, str]]:
    """What a reader and a program would take for different things."""
    low = text.lower()
    if low in OLD_TRUTH or (low in TRUTH and text not in TRUTH):
        yield "ambiguous_value", f"{text!r} may be a word or a truth", f'write true or false, or "{text}"'
    elif ODD_INTEGER.match(text):
        plain = text.replace("_", "").lstrip("+")
        if INTEGER.match(plain):
            yield "ambiguous_value", f"{text!r} may be a number or a text", f'write {plain}, or "{text}"'
        else:
            yield "ambiguous_value", f"{text!r} may be a number or a text", f'put it in quotes: "{text}"'
    elif FRACTION.match(text):
        yield (
            "fraction",
            f"{text!r} is a fraction, which is never exact",
            f'write money in fen and rates as whole points per fen; a factor stands in quotes: "{text}"',
        )


class _Refused:
    """Stands for a value that was refused already, so that it is not told of twice."""


_REFUSED = _Refused()


def was_refused(value: object) -> bool:
    """Whether a value was told of already."""
    return isinstance(value, _Refused)


def _text(page: Page, text: str, path: str, node: Any) -> Any:
    odd = next((letter for letter in text if not (letter.isprintable() or letter == "\n")), None)
    if odd is not None:
        said = f"holds the character U+{ord(odd):04X}, which cannot be seen"
        _refuse(page, "unprintable", said, "leave it out", path, node.start_mark)
        return _REFUSED
    return text
