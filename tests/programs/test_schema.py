"""The JSON Schema that editors read: it is the one that was exported, and it takes what the loader takes."""

import json
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import pytest
import yaml

from jifen.programs.schema import file_schema, schema_text
from jifen.programs.writing import files_of

from .villages import village

ROOT = Path(__file__).parents[2]
EXPORTED = ROOT / "schemas" / "programme.json"
EXAMPLES = sorted((ROOT / "examples").glob("*/*.yaml"))

VALIDATOR = jsonschema.Draft202012Validator(file_schema())


def test_the_exported_schema_is_current() -> None:
    """After a change of the definition: `jifen schema > schemas/programme.json`."""
    assert EXPORTED.read_text(encoding="utf-8") == schema_text()


def test_it_is_a_schema_with_descriptions() -> None:
    """Of the 2020-12 dialect; each type says what it is."""
    whole = file_schema()
    assert whole["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(whole)
    assert all("description" in part for part in whole["$defs"].values())


def test_it_takes_each_file_of_a_folder_by_itself() -> None:
    """What stands in another file is not missing in this one; what is wrong is still found."""
    for text in files_of(village()).values():
        assert not list(VALIDATOR.iter_errors(plain(text)))
    for wrong in ("codes: a\n", "rules: {validty: {type: never}}\n", "units: []\n"):
        assert list(VALIDATOR.iter_errors(plain(wrong))), wrong


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_it_takes_every_example(path: Path) -> None:
    """And each example tells the editor where it is."""
    text = path.read_text(encoding="utf-8")
    assert not [error.message for error in VALIDATOR.iter_errors(plain(text))]
    assert "# yaml-language-server: $schema=../../schemas/programme.json\n" in text


def plain(text: str) -> object:
    """What JSON would hold in the place of the YAML."""
    values = yaml.load(text, Loader=_Plain)  # noqa: S506 - a SafeLoader that leaves times alone
    return json.loads(json.dumps(values))


class _Plain(yaml.SafeLoader):
    """Leaves times as the texts that they are."""


_Plain.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
