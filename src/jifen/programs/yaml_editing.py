"""A programme's YAML is edited in place: one value changes, and all else stays as it was written."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import yaml

from jifen.programs.writing import HEAD, yaml_of
from jifen.programs.yaml_reading import page_of

Way = tuple[str | int, ...]
"""The way to a value: names of fields and places in lists."""

WIDE = 10_000


class _Spot(NamedTuple):
    """A value in a text. above: what it stands in; key: its name's node, in an object."""

    node: Any
    above: Any
    key: Any


def written(path: Way) -> str:
    """A path as findings write it: `rules.rules[2].points`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def put(files: Mapping[str, str], path: Way, value: Any) -> dict[str, str]:
    """The files with a value at a path, in place of what was there.

    Raises:
        ValueError: no file holds what is around it.
    """
    name, values = _file_of(files, path)
    changed = _with(values, path, value)
    return {**files, name: _checked(_put(files[name], path, value), changed)}


def add(files: Mapping[str, str], path: Way, value: Any) -> dict[str, str]:
    """The files with a value more at the end of the list at a path, which need not be there yet.

    Raises:
        ValueError: no file holds what is around it.
    """
    name, values = _file_of(files, path)
    before = _at(values, path) or []
    changed = _with(values, path, [*before, value])
    return {**files, name: _checked(_added(files[name], path, before, value), changed)}


def take(files: Mapping[str, str], path: Way) -> dict[str, str]:
    """The files without an item of a list.

    Raises:
        ValueError: no file holds it.
    """
    name, values = _file_of(files, path)
    *around, place = path
    left = [item for index, item in enumerate(_at(values, tuple(around))) if index != place]
    changed = _with(values, tuple(around), left)
    return {**files, name: _checked(_taken(files[name], path, left), changed)}


def _file_of(files: Mapping[str, str], path: Way) -> tuple[str, dict[str, Any]]:
    """The file in which a path stands, or as much of it as stands anywhere, with its values."""
    pages = {name: page_of(name, files[name].encode()) for name in sorted(files)}
    for known in range(len(path), 0, -1):
        for name, page in pages.items():
            if written(path[:known]) in page.places:
                return name, page.values
    raise ValueError(f"no file holds {written(path)}: write it by hand")


def _checked(text: str | None, values: dict[str, Any]) -> str:
    """The edited text where it says what it should; else the file written anew, without its comments."""
    if text is not None:
        page = page_of("edited.yaml", text.encode())
        if not page.findings and page.values == values:
            return text
    return HEAD + yaml_of(values)


def _at(values: Any, path: Way) -> Any:
    for step in path:
        if isinstance(values, dict):
            values = values.get(step)
        elif isinstance(values, list) and isinstance(step, int) and step < len(values):
            values = values[step]
        else:
            return None
    return values


def _with(values: Any, path: Way, value: Any) -> Any:
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        return [_with(item, rest, value) if place == step else item for place, item in enumerate(values)]
    return {**(values or {}), step: _with((values or {}).get(step), rest, value)}


def _find(text: str, path: Way) -> _Spot | None:
    node: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    spot = _Spot(node, None, None)
    for step in path:
        if isinstance(node, yaml.MappingNode):
            pair = next((one for one in node.value if one[0].value == step), None)
            if pair is None:
                return None
            spot = _Spot(pair[1], node, pair[0])
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            spot = _Spot(node.value[step], node, None)
        else:
            return None
        node = spot.node
    return spot


def _put(text: str, path: Way, value: Any) -> str | None:
    spot = _find(text, path)
    if spot is None:
        above = _find(text, path[:-1])
        if above is None or not isinstance(above.node, yaml.MappingNode) or above.node.flow_style:
            return None
        column = above.node.start_mark.column
        return _after(text, _end(text, above.node), column, yaml_of({path[-1]: value}))
    start, end = spot.node.start_mark.index, _end(text, spot.node)
    if spot.key is None and not spot.above.flow_style and isinstance(value, dict) and value:
        block = yaml_of(value)
        return text[:start] + _indented(block, spot.node.start_mark.column) + text[end:]
    if spot.key is not None and not spot.above.flow_style and isinstance(value, dict | list) and value:
        column = spot.key.start_mark.column
        head = text[: spot.key.start_mark.index]
        return head + _indented(yaml_of({path[-1]: value}), column) + text[end:]
    if isinstance(value, str) and "\n" in value:
        return None
    return text[:start] + _flow(value) + text[end:]


def _added(text: str, path: Way, before: list[Any], value: Any) -> str | None:
    spot = _find(text, path)
    if spot is None or not before or spot.node.flow_style:
        return _put(text, path, [*before, value])
    column = spot.node.start_mark.column
    return _after(text, _end(text, spot.node), column, yaml_of([value]))


def _taken(text: str, path: Way, left: list[Any]) -> str | None:
    spot = _find(text, path)
    if spot is None or not left or spot.above.flow_style:
        return _put(text, path[:-1], left)
    start = text.rfind("\n", 0, spot.node.start_mark.index) + 1
    if text[start : spot.node.start_mark.index].strip() != "-":
        return None
    end = text.find("\n", _end(text, spot.node))
    return text[:start] + (text[end + 1 :] if end >= 0 else "")


def _end(text: str, node: Any) -> int:
    """Where a value ends, without the blank lines and comments behind it."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(text, last[1] if isinstance(last, tuple) else last)
    end: int = node.end_mark.index
    return end - (len(text[:end]) - len(text[:end].rstrip()))


def _after(text: str, end: int, column: int, block: str) -> str:
    """A block on lines of its own behind what ends there."""
    line = text.find("\n", end)
    rest = len(text) if line < 0 else line
    return f"{text[:rest]}\n{' ' * column}{_indented(block, column)}{text[rest:]}"


def _indented(block: str, column: int) -> str:
    return ("\n" + " " * column).join(block.rstrip("\n").split("\n"))


def _flow(value: Any) -> str:
    """A value on one line, quoted as it would be in a list."""
    text = yaml_of([value], flow=True, width=WIDE).strip()
    return text[1:-1]


__all__ = ["Way", "add", "put", "take", "written"]
