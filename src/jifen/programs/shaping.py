"""What of a written programme does not fit the types of a definition: all of it at once, in plain words."""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

import msgspec
from msgspec import inspect

from jifen.programs.findings import Finding
from jifen.programs.yaml_reading import was_refused

SHOWN = 60
YEARS = (1900, 2100)
"""Outside of these a day is a mistake."""

TIME = "2026-12-01T00:00:00+08:00"


@cache
def type_of(wanted: Any) -> inspect.Type:
    """What msgspec knows of a type, looked at once."""
    return inspect.type_info(wanted)


def misfits(value: Any, wanted: Any, path: str = "") -> list[Finding]:
    """All that does not fit; nothing: `msgspec.convert` will take it."""
    return list(_misfits(value, type_of(wanted), path))


def _misfits(value: Any, kind: inspect.Type, path: str) -> Iterator[Finding]:
    if was_refused(value):
        return
    match kind:
        case inspect.Metadata():
            yield from _misfits(value, kind.type, path)
        case inspect.UnionType():
            yield from _of_union(value, kind, path)
        case inspect.StructType():
            yield from _of_struct(value, kind, path)
        case inspect.VarTupleType() | inspect.ListType() | inspect.TupleType():
            yield from _of_list(value, kind, path)
        case inspect.DictType():
            yield from _of_dict(value, kind, path)
        case _:
            yield from _of_scalar(value, kind, path)


def _of_union(value: Any, union: inspect.UnionType, path: str) -> Iterator[Finding]:
    if value is None and any(isinstance(one, inspect.NoneType) for one in union.types):
        return
    real = [one for one in union.types if not isinstance(one, inspect.NoneType)]
    if len(real) == 1:
        yield from _misfits(value, real[0], path)
        return
    tagged = {one.tag: one for one in real if isinstance(one, inspect.StructType) and one.tag is not None}
    field = next((one.tag_field for one in tagged.values()), None)
    if not tagged or field is None:
        kinds = [list(_misfits(value, one, path)) for one in real]
        if all(kinds):
            yield _finding("wrong_type", path, value, f"write {' or '.join(_words(one) for one in real)}")
        return
    if not isinstance(value, dict):
        yield _finding(
            "wrong_type", path, value, f"write fields, of which `{field}` is one of {_list(tagged)}"
        )
    elif field not in value:
        said = f"the field `{field}` is missing"
        yield Finding(code="missing_field", path=path, what=said, remedy=f"write one of {_list(tagged)}")
    elif value[field] not in tagged:
        if not was_refused(value[field]):
            yield _not_one_of(value[field], tagged, _below(path, field))
    else:
        yield from _of_struct(value, tagged[value[field]], path)


def _of_struct(value: Any, struct: inspect.StructType, path: str) -> Iterator[Finding]:
    if not isinstance(value, dict):
        yield _finding("wrong_type", path, value, f"write fields: {_list(_fields(struct))}")
        return
    fields = _fields(struct)
    for name, given in value.items():
        if name in fields:
            yield from _misfits(given, fields[name].type, _below(path, name))
        elif name != struct.tag_field:
            said = f"there is no field {name!r} here"
            near = difflib.get_close_matches(name, fields, n=1)
            remedy = f"did you mean {near[0]!r}? The fields are" if near else "leave it out; the fields are"
            yield Finding(
                code="unknown_field", path=_below(path, name), what=said, remedy=f"{remedy} {_list(fields)}"
            )
    for name, one in fields.items():
        if one.required and name not in value:
            said = f"the field {name!r} is missing"
            yield Finding(
                code="missing_field", path=path, what=said, remedy=f"add `{name}:` with {_words(one.type)}"
            )


def _fields(struct: inspect.StructType) -> dict[str, inspect.Field]:
    return {field.encode_name: field for field in struct.fields}


def _of_list(value: Any, kind: Any, path: str) -> Iterator[Finding]:
    if not isinstance(value, list):
        yield _finding("wrong_type", path, value, f"write {_words(kind)}")
        return
    if isinstance(kind, inspect.TupleType):
        items = kind.item_types
        if len(value) != len(items):
            yield _finding("wrong_length", path, f"{len(value)} items", f"write exactly {len(items)}")
            return
    else:
        items = (kind.item_type,) * len(value)
        least, most = kind.min_length or 0, kind.max_length
        if len(value) < least or (most is not None and len(value) > most):
            bound = f"at least {least}" if most is None else f"{least} to {most}"
            yield _finding("wrong_length", path, f"{len(value)} items", f"write {bound}")
    for index, (item, of) in enumerate(zip(value, items, strict=True)):
        yield from _misfits(item, of, f"{path}[{index}]")


def _of_dict(value: Any, kind: inspect.DictType, path: str) -> Iterator[Finding]:
    if not isinstance(value, dict):
        yield _finding("wrong_type", path, value, "write names with values, such as `name: value`")
        return
    for name, given in value.items():
        for wrong in _misfits(name, kind.key_type, _below(path, name)):
            yield msgspec.structs.replace(wrong, what=f"the name {name!r} cannot be taken")
        yield from _misfits(given, kind.value_type, _below(path, name))


def _of_scalar(value: Any, kind: inspect.Type, path: str) -> Iterator[Finding]:
    match kind:
        case inspect.LiteralType(values=values):
            if value not in values or isinstance(value, bool):
                yield _not_one_of(value, values, path)
        case inspect.BoolType():
            if not isinstance(value, bool):
                yield _finding("wrong_type", path, value, "write true or false")
        case inspect.IntType():
            if isinstance(value, bool) or not isinstance(value, int):
                yield _finding("wrong_type", path, value, f"write {_words(kind)}")
            elif (kind.ge is not None and value < kind.ge) or (kind.le is not None and value > kind.le):
                yield _finding("out_of_range", path, value, f"write {_words(kind)}")
        case inspect.StrType():
            yield from _of_text(value, kind, path)
        case inspect.DateTimeType():
            yield from _of_time(value, path)
        case inspect.DateType():
            if not isinstance(value, str) or not _converts(value, date):
                yield _finding("wrong_type", path, value, f"write {_words(kind)}")
        case inspect.AnyType():
            return
        case _:
            raise TypeError(f"a definition has the type {kind} at {path}: say here how it is checked")


def _of_text(value: Any, kind: inspect.StrType, path: str) -> Iterator[Finding]:
    if not isinstance(value, str):
        remedy = f'put it in quotes: "{value}"' if isinstance(value, int) else f"write {_words(kind)}"
        yield _finding("wrong_type", path, value, remedy)
    elif len(value) < (kind.min_length or 0):
        yield _finding("wrong_length", path, value, f"write at least {kind.min_length} letters")
    elif kind.max_length is not None and len(value) > kind.max_length:
        yield _finding("wrong_length", path, value, f"write at most {kind.max_length} letters")
    elif kind.pattern is not None and not re.search(kind.pattern, value):
        yield _finding("wrong_form", path, value, f"write {_words(kind)}")


def _of_time(value: Any, path: str) -> Iterator[Finding]:
    if isinstance(value, str) and _converts(value, datetime):
        if msgspec.convert(value, datetime).tzinfo is None:
            yield _finding("no_zone", path, value, f"add the zone, such as {value}+08:00")
    elif isinstance(value, str) and _converts(value, date):
        yield _finding("wrong_type", path, value, f"add the time and the zone: {value}T00:00:00+08:00")
    else:
        yield _finding("wrong_type", path, value, f"write a time with its zone, such as {TIME}")


def _converts(value: str, kind: type) -> bool:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return False
    return True


def _not_one_of(value: Any, known: Iterable[Any], path: str) -> Finding:
    names = [str(one) for one in known]
    near = difflib.get_close_matches(str(value), names, n=1)
    remedy = f"did you mean {near[0]!r}? It is one of" if near else "write one of"
    return _finding("unknown_value", path, value, f"{remedy} {_list(names)}")


def _finding(code: str, path: str, value: Any, remedy: str) -> Finding:
    return Finding(code=code, path=path, what=f"{shown(value)} does not fit", remedy=remedy)


def shown(value: Any) -> str:
    """A value as it is told of, cut where it is long."""
    if isinstance(value, dict):
        text = f"an object with {_list(value)}" if value else "an empty object"
    elif isinstance(value, list):
        text = f"a list of {len(value)}"
    elif value is None:
        text = "nothing"
    elif isinstance(value, bool):
        text = str(value).lower()
    else:
        text = repr(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def _list(names: Iterable[Any]) -> str:
    return ", ".join(str(name) for name in names)


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _words(kind: inspect.Type) -> str:
    match kind:
        case inspect.Metadata():
            return _words(kind.type)
        case inspect.UnionType():
            return " or ".join(_words(one) for one in kind.types if not isinstance(one, inspect.NoneType))
        case inspect.IntType():
            least = "" if kind.ge is None else f" from {kind.ge}"
            most = "" if kind.le is None else f" to {kind.le}"
            return f"a whole number{least}{most}"
        case inspect.StrType():
            if kind.pattern is not None and kind.pattern.startswith("^[a-z0-9]"):
                return "a name of small letters, digits, and . _ - such as member-day"
            if kind.pattern is not None and kind.pattern.startswith("^[0-9]{1,3}"):
                return 'a factor in quotes, such as "1.5"'
            if kind.pattern is not None and kind.pattern.startswith("^([01][0-9]"):
                return 'a time of day in quotes, such as "09:30"'
            return "a text"
        case inspect.BoolType():
            return "true or false"
        case inspect.DateType():
            return "a day, such as 2026-12-01"
        case inspect.DateTimeType():
            return f"a time with its zone, such as {TIME}"
        case inspect.LiteralType(values=values):
            return f"one of {_list(values)}"
        case inspect.VarTupleType() | inspect.ListType():
            return f"a list, each item {_words(kind.item_type)}"
        case inspect.TupleType(item_types=items):
            return f"a list of {len(items)}: {', '.join(_words(item) for item in items)}"
        case inspect.StructType():
            needed = [field.encode_name for field in kind.fields if field.required]
            return f"the fields {_list(needed or _fields(kind))}"
    return "fields"


def odd_times(value: Any, path: str = "") -> Iterator[Finding]:
    """Times without a zone, in a definition that did not come from a file, and days that nobody can mean."""
    if isinstance(value, date) and not YEARS[0] <= value.year < YEARS[1]:
        years = f"{YEARS[0]} to {YEARS[1] - 1}"
        yield _finding("out_of_range", path, value.isoformat(), f"write a day of the years {years}")
    elif isinstance(value, datetime):
        if value.tzinfo is None:
            yield _finding(
                "no_zone", path, value.isoformat(), f"add the zone, such as {value.isoformat()}+08:00"
            )
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from odd_times(getattr(value, name), _below(path, name))
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from odd_times(item, _below(path, str(name)))
    elif isinstance(value, tuple | list):
        for index, item in enumerate(value):
            yield from odd_times(item, f"{path}[{index}]")
