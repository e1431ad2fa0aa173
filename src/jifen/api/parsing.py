"""From bytes to a body; and from what the decoder says to a problem that names field, value and remedy."""

import difflib
import json
import re
from typing import Any, TypeVar

import msgspec

from jifen.api.problems import Fault, Problem, invalid, shown

T = TypeVar("T")

PLACED = re.compile(r"^(?P<said>.*?)(?: - at `(?:key` in `)?\$(?P<path>[^`]*)`)?$", re.DOTALL)
EXPECTED = re.compile(r"^Expected `(?P<kinds>[^`]+)`(?P<bound>[^,]*)(?:, got `(?P<got>[^`]+)`)?$")
FIELD = re.compile(r"^Object (?P<how>missing required|contains unknown) field `(?P<name>.*)`$", re.DOTALL)
STEP = re.compile(r"\.?([^.\[\]]+)|\[(\d+)\]|\[\.\.\.\]")
BYTE = re.compile(r"\(byte (\d+)\)$")

WORDS = {
    "int": "a whole number without quotes or a fraction, such as 5",
    "str": "a text in double quotes",
    "bool": "true or false",
    "datetime": "a time with its zone after RFC 3339, such as 2026-11-21T10:00:00+08:00",
    "date": "a day such as 2026-11-21",
    "uuid": "an id as it was answered, such as 0193a1b2-0000-7000-8000-000000000000",
    "array": "a list in square brackets",
    "object": "an object in curly braces",
}


def read(decoder: msgspec.json.Decoder[T], raw: bytes) -> T:
    """The body that some bytes hold.

    Raises:
        Problem: malformed_json with its position, or invalid_request with the field.
    """
    try:
        body = decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
        raise explained(decoder, raw, wrong) from None
    # One search for a backslash is nearly free, and only behind one a NUL can hide.
    if b"\\" in raw and b"\\u0000" in raw:
        refuse_nul(raw)
    return body


def refuse_nul(raw: bytes) -> None:
    """Raises the problem of a text that holds a NUL, which no database text can keep."""
    for path, text in texts(msgspec.json.decode(raw)):
        if "\0" in text:
            raise invalid(path, text.replace("\0", "\\u0000"), "holds a NUL character: leave it out")


def explained(decoder: msgspec.json.Decoder[Any], raw: bytes, wrong: Exception) -> Problem:
    """The problem that a decoder's error is."""
    if isinstance(wrong, msgspec.ValidationError):
        return _invalid(decoder, raw, str(wrong))
    text = raw.decode("utf-8", "surrogateescape")
    try:
        for path, found in texts(json.loads(text)):
            if any("\ud800" <= letter <= "\udfff" for letter in found):
                return invalid(
                    path, found, "holds bytes or an escape that are no character: send it as UTF-8"
                )
        place = BYTE.search(str(wrong))
        position, said = int(place[1]) if place else len(raw), str(wrong)
    except json.JSONDecodeError as malformed:
        position, said = malformed.pos, malformed.msg
    except (RecursionError, ValueError):
        return Problem(
            "malformed_json",
            "the body cannot be read: send a flat object with the fields of this route",
            (
                Fault(
                    "body", shown(text), "is nested too deeply, or holds a number too long: send plain values"
                ),
            ),
        )
    near = text[max(0, position - 20) : position + 20]
    message = f"is malformed at character {position} ({said}): send one JSON object in UTF-8"
    return Problem(
        "malformed_json",
        f"the body is no JSON at character {position} ({said}): mend it there, and send one object in UTF-8",
        (Fault("body", shown(near), message),),
        facts={"position": position},
    )


def texts(value: Any, path: str = "") -> list[tuple[str, str]]:
    """All texts in a JSON value with the paths of their fields; a field's own name counts as its text."""
    if isinstance(value, str):
        return [(path or "body", value)]
    if isinstance(value, list | tuple):
        return [found for index, item in enumerate(value) for found in texts(item, f"{path}[{index}]")]
    if isinstance(value, dict):
        found = []
        for name, item in value.items():
            below = f"{path}.{name}" if path else name
            found += [(path or "body", name), *texts(item, below)]
        return found
    return []


def _invalid(decoder: msgspec.json.Decoder[Any], raw: bytes, message: str) -> Problem:
    placed = PLACED.match(message)
    assert placed is not None
    said, path = placed["said"], (placed["path"] or "").lstrip(".")
    named = FIELD.match(said)
    if named is None:
        value = _at(raw, path)
        if path == "type" and said.startswith("Invalid value"):
            return invalid(
                "type", value, f"is none of the kinds here: send one of {', '.join(_tags(decoder.type))}"
            )
        return invalid(path or "body", value, _remedy(said, value))
    field = f"{path}.{named['name']}" if path else named["name"]
    if named["how"] == "missing required":
        return invalid(field, None, "is missing: add it")
    known = _fields(decoder.type, raw) if not path else []
    near = difflib.get_close_matches(named["name"], known, n=1)
    instead = f"did you mean `{near[0]}`?" if near else f"the fields are {', '.join(known)}" if known else ""
    return invalid(
        field, _at(raw, field), f"is not a field here: remove it{'; ' + instead if instead else ''}"
    )


def _remedy(said: str, value: Any) -> str:
    """What a decoder says, in words, with what to send instead."""
    match = EXPECTED.match(said)
    if match is None:
        if "datetime" in said:
            return f"is no such time: send {WORDS['datetime']}"
        if "UUID" in said:
            return f"is no id: send {WORDS['uuid']}"
        if "date" in said:
            return f"is no day of the calendar: send {WORDS['date']}"
        return f"cannot be taken ({said}): send one of the values that /openapi.json lists"
    kinds = [kind.strip() for kind in match["kinds"].split("|")]
    words = " or ".join(WORDS.get(kind, kind) for kind in kinds if kind != "null")
    bound = match["bound"].strip()
    if bound.startswith("with a timezone"):
        return f"has no zone: send {WORDS['datetime']}"
    if bound.startswith("matching"):
        pattern = bound.removeprefix("matching regex").strip()
        return f"has letters that are not allowed here: send a text that matches {pattern}"
    if bound.startswith("of length >= 1") and not value:
        return "is empty: send at least one, or leave the field out where it is optional"
    limit = bound.replace("<=", "at most").replace(">=", "at least")
    if bound.startswith("of length"):
        return f"has the wrong length: send {words.split(',')[0]} {limit}"
    if bound:
        return f"is out of range: send a whole number of {limit}"
    got = f", not {match['got']}" if match["got"] else ""
    return f"has the wrong type: send {words}{got}"


def _at(raw: bytes, path: str) -> Any:
    """The value at a path, as far as it can be followed."""
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    for name, index in STEP.findall(path):
        if index and isinstance(value, list) and int(index) < len(value):
            value = value[int(index)]
        elif name and isinstance(value, dict) and name in value:
            value = value[name]
        else:
            break
    return value


def _structs(kind: Any) -> dict[str, Any]:
    """The structs of a type or of a union of them, by their tags."""
    found = getattr(kind, "__args__", (kind,))
    return {struct.__struct_config__.tag: struct for struct in found if hasattr(struct, "__struct_config__")}


def _tags(kind: Any) -> list[str]:
    return [str(tag) for tag in _structs(kind)]


def _fields(kind: Any, raw: bytes) -> list[str]:
    structs = _structs(kind)
    value = _at(raw, "")
    tag = value.get("type") if isinstance(value, dict) else None
    struct = structs.get(tag) if isinstance(tag, str) else None
    if struct is None and len(structs) == 1:
        (struct,) = structs.values()
    return [] if struct is None else list(struct.__struct_encode_fields__)
