"""The JSON Schema of a programme's files, for editors that complete and check while one writes."""

from typing import Any

import msgspec

from jifen.programs.definition import Programme
from jifen.programs.loading import SPREAD

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
    assert whole == {"$ref": "#/$defs/Programme"}
    return {"$schema": DIALECT, **fields, "title": "Jifen programme", "$defs": dict(sorted(parts.items()))}


def schema_text() -> str:
    """The schema as it is stored in schemas/programme.json."""
    return msgspec.json.format(msgspec.json.encode(file_schema()), indent=2).decode() + "\n"
