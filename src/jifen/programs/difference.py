"""What differs between two programmes, object by object: added, changed with its fields, removed."""

from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from jifen.programs.definition import Programme
from jifen.programs.writing import without_defaults

KEYS = ("code", "id", "valid_from", "per", "by")
"""Fields by which an item of a list is found again, whatever its place."""

TEMPLATE = ("event", "channel", "language")


class Difference(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One difference. path: `merchants[sea].name`; old and new: the values as JSON has them."""

    how: Literal["added", "changed", "removed"]
    path: str
    old: Any = None
    new: Any = None

    def __str__(self) -> str:
        """One line for a person."""
        if self.how == "changed":
            return f"~ {self.path}: {_short(self.old)} -> {_short(self.new)}"
        sign, value = ("+", self.new) if self.how == "added" else ("-", self.old)
        return f"{sign} {self.path}" + ("" if isinstance(value, dict | list) else f": {_short(value)}")


def differences(old: Programme | None, new: Programme) -> tuple[Difference, ...]:
    """All differences; against nothing, what is written beyond defaults is added."""
    if old is None:
        plain = _plain(without_defaults(new))
        return tuple(_differ(_emptied(plain), plain, ""))
    return tuple(_differ(_plain(old), _plain(new), ""))


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    return msgspec.json.decode(msgspec.json.encode(value))


def _emptied(plain: dict[str, Any]) -> dict[str, Any]:
    """The same fields with nothing in their lists, so that each item of a list is told of by its name."""
    return {
        name: _emptied(value) if isinstance(value, dict) else []
        for name, value in plain.items()
        if isinstance(value, dict | list)
    }


def _differ(old: Any, new: Any, path: str) -> Iterator[Difference]:
    if old == new and type(old) is type(new):
        return
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _pairs(old, new, path, "{}.{}")
    elif isinstance(old, list) and isinstance(new, list):
        named_old, named_new = _named(old), _named(new)
        if named_old is None or named_new is None:
            yield Difference(how="changed", path=path, old=old, new=new)
        else:
            yield from _pairs(named_old, named_new, path, "{}[{}]")
            if list(named_old) != list(named_new) and set(named_old) == set(named_new):
                yield Difference(how="changed", path=path, old=list(named_old), new=list(named_new))
    else:
        yield Difference(how="changed", path=path, old=old, new=new)


def _pairs(old: dict[str, Any], new: dict[str, Any], path: str, form: str) -> Iterator[Difference]:
    for name in {**old, **new}:
        below = form.format(path, name) if path else name
        if name not in old:
            yield Difference(how="added", path=below, new=new[name])
        elif name not in new:
            yield Difference(how="removed", path=below, old=old[name])
        else:
            yield from _differ(old[name], new[name], below)


def _named(items: list[Any]) -> dict[str, Any] | None:
    """The items by what names them; None: they have no names."""
    if not all(isinstance(item, dict) for item in items):
        return None
    found: dict[str, Any] = {}
    for item in items:
        if all(field in item for field in TEMPLATE):
            key = ".".join(item[field] for field in TEMPLATE)
        else:
            key = next((str(item[field]) for field in KEYS if field in item), "")
        if not key or key in found:
            return None
        found[key] = item
    return found


def _short(value: Any) -> str:
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= 80 else f"{text[:79]}…"
