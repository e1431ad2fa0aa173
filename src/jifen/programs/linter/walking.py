"""Every text of a programme, found by walking its types: a new field is read without being named here."""

import re
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

import msgspec

from jifen.programs.definition import Programme


class Text(NamedTuple):
    """A text with its field. is_code: a code, such as that of a unit; expiry_sms: see lint."""

    path: str
    words: str
    language: Literal["zh", "en"]
    is_code: bool = False
    expiry_sms: bool = False


# (type, field) -> why no member reads it as a sentence. Every other field with text in it is read.
UNREAD: dict[tuple[str, str], str] = {
    ("Conditions", "expression"): "an expression of CEL",
    ("Multiplier", "factor"): "a number",
    ("Opening", "since"): "a time of day",
    ("Opening", "until"): "a time of day",
    ("Programme", "zone"): "the name of a time zone",
    ("Programme", "later"): "words among operators on what is to come",
    ("AuthorityPlan", "key"): "a public key",
    ("ExportPlan", "legal_opinion"): "a reference for operators; nothing of the ledger depends on it (S20)",
    ("ExportPlan", "purpose"): "words for operators and lawyers; the list leaves the ledger (S20)",
    ("TemplatePlan", "approved"): "an id that the carrier gave",
    ("MerchantPlan", "charity_number"): "a number in the public register",
}

CODE = re.compile(r"^[a-z0-9][a-z0-9_.-]*$")


def texts_of(programme: Programme) -> Iterator[Text]:
    """Every text of a programme that a member may see, with its path and language; and the codes."""
    yield from _walk(programme, "", "zh", expiry_sms=False)


def _walk(value: Any, path: str, language: Literal["zh", "en"], *, expiry_sms: bool) -> Iterator[Text]:
    match value:
        case str():
            if value:
                is_code = CODE.match(value) is not None
                words = re.sub("[-_.]+", " ", value) if is_code else value
                yield Text(path, words, language, is_code, expiry_sms)
        case msgspec.Struct():
            kind = type(value).__name__
            own = getattr(value, "language", language)
            lapses = kind == "TemplatePlan" and about_expiry(value)
            for field in value.__struct_fields__:
                if (kind, field) in UNREAD:
                    continue
                said: Literal["zh", "en"] = "en" if field.endswith("_en") else own
                inside = f"{path}.{field}" if path else field
                yield from _walk(getattr(value, field), inside, said, expiry_sms=lapses or expiry_sms)
        case dict():
            for key, item in value.items():
                yield from _walk(key, path, language, expiry_sms=expiry_sms)
                yield from _walk(item, f"{path}.{key}", language, expiry_sms=expiry_sms)
        case list() | tuple():
            for index, item in enumerate(value):
                yield from _walk(item, f"{path}[{index}]", language, expiry_sms=expiry_sms)


def about_expiry(template: Any) -> bool:
    """Whether a template is a short message about points that lapse."""
    if template.channel != "sms":
        return False
    return bool(
        re.search("expir|lapse|remind", template.event)
        or re.search(r"过期|到期|失效|逾期|expir|lapse", template.text.lower())
    )
