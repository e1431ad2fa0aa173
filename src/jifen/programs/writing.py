"""A programme back as a folder of YAML, which loads to the same programme."""

from pathlib import Path
from typing import Any

import msgspec
import yaml

from jifen.programs.definition import Programme
from jifen.programs.schema import schema_text
from jifen.programs.yaml_reading import may_be_misread

SCHEMA = "programme.schema.json"
HEAD = f"# yaml-language-server: $schema=./{SCHEMA}\n"
OWN_FILES = {"rules": "rules.yaml", "messages": "messages.yaml"}
REWARDS = "rewards.yaml"
WHOLE = "programme.yaml"


def files_of(programme: Programme) -> dict[str, str]:
    """The text of each file of YAML by its name."""
    whole = without_defaults(programme)
    found: dict[str, dict[str, Any]] = {WHOLE: whole}
    for field, name in OWN_FILES.items():
        if field in whole:
            found[name] = {field: whole.pop(field)}
    rules = found[OWN_FILES["rules"]]["rules"]
    if "rewards" in rules:
        found[REWARDS] = {"rules": {"rewards": rules.pop("rewards")}}
    return {name: HEAD + yaml_of(values) for name, values in found.items()}


def write_folder(programme: Programme, folder: Path) -> list[Path]:
    """Write a programme into a folder, with the JSON Schema beside it for editors; the paths.

    Raises:
        FileExistsError: the folder holds YAML already, which is never overwritten.
    """
    folder.mkdir(parents=True, exist_ok=True)
    present = sorted(folder.glob("*.yaml"))
    if present:
        raise FileExistsError(f"{folder} holds {present[0].name} already: name an empty folder")
    made = []
    for name, text in {**files_of(programme), SCHEMA: schema_text()}.items():
        path = folder / name
        path.write_text(text, encoding="utf-8")
        made.append(path)
    return made


def without_defaults(value: Any) -> Any:
    """A definition as plain values, without what is so by default."""
    if isinstance(value, msgspec.Struct):
        found: dict[str, Any] = {}
        if value.__struct_config__.tag is not None:
            found[value.__struct_config__.tag_field or "type"] = value.__struct_config__.tag
        for field in msgspec.structs.fields(value):
            given = getattr(value, field.name)
            default = field.default
            if default is msgspec.NODEFAULT and field.default_factory is not msgspec.NODEFAULT:
                default = field.default_factory()
            if field.required or given != default:
                found[field.encode_name] = without_defaults(given)
        return found
    if isinstance(value, dict):
        return {name: without_defaults(item) for name, item in value.items()}
    if isinstance(value, tuple | list):
        return [without_defaults(item) for item in value]
    return msgspec.to_builtins(value)


def yaml_of(values: Any, *, flow: bool = False, width: int = 110) -> str:
    """Plain values as YAML that reads back as the same. flow: on one line as far as the width goes."""
    return yaml.dump(
        values, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=width, default_flow_style=flow
    )


class _Dumper(yaml.SafeDumper):
    """Writes texts that could be read as something else in quotes."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = '"' if may_be_misread(text) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)
