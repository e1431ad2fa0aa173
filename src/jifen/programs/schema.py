"""The JSON Schema of a programme's files, for editors that complete and check while one writes."""

import re
from typing import Any

import msgspec

from jifen.programs.definition import Programme
from jifen.programs.loading import SPREAD
from jifen.rules.definition import Rule

FIELD = re.compile(
    r"(?:^|(?<=[.;] ))(?P<names>[a-z_]+(?:, [a-z_]+)*): (?P<said>.+?)"
    r"(?=[.;] [a-z_]+(?:, [a-z_]+)*: |\. [A-Z]|\.?$)"
)
"""How docstrings here tell of fields: `funder: who pays for the points. once: at most once …`"""

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def file_schema() -> dict[str, Any]:
    """The schema of one file of a folder. What may stand in another file is not required in this one."""
    (whole,), parts = msgspec.json.schema_components([Programme], ref_template="#/$defs/{name}")
    fields = parts.pop("Programme")
    spread = [fields["properties"][name] for name in SPREAD]
    for part in spread:
        reference = part.get("$ref") or part["anyOf"][0]["$ref"]
        parts[reference.rsplit("/", 1)[1]].pop("required", None)
    fields.pop("required", None)
    for part in (fields, *parts.values()):
        _describe(part)
    assert whole == {"$ref": "#/$defs/Programme"}
    return {"$schema": DIALECT, **fields, "title": "Jifen programme", "$defs": dict(sorted(parts.items()))}


def _describe(part: dict[str, Any]) -> None:
    """Give each field the words that the description of its type has for it."""
    properties = part.get("properties", {})
    inherited = Rule.__doc__ if "pending_days" in properties else ""
    words = " ".join(f"{part.get('description', '')} {inherited or ''}".split())
    for found in FIELD.finditer(words):
        names = found["names"].split(", ")
        if all(name in properties for name in names):
            for name in names:
                properties[name].setdefault("description", found["said"])


def schema_text() -> str:
    """The schema as it is stored in schemas/programme.json."""
    return msgspec.json.format(msgspec.json.encode(file_schema()), indent=2).decode() + "\n"
