"""No text of a programme is forgotten: fields are found by walking the definition's types."""

from collections.abc import Iterator
from typing import Any

import msgspec
import msgspec.inspect as types
import pytest

from jifen.programs.definition import Programme
from jifen.programs.linter.linting import findings_of
from jifen.programs.linter.walking import UNREAD, texts_of

Field = tuple[str, str]


def structs(of: Any, seen: dict[str, type]) -> dict[str, type]:
    """All types of a definition, by name."""
    match of:
        case types.StructType(cls=cls, fields=fields):
            if cls.__name__ not in seen:
                seen[cls.__name__] = cls
                for field in fields:
                    structs(field.type, seen)
        case types.UnionType(types=several):
            for one in several:
                structs(one, seen)
        case types.VarTupleType(item_type=item) | types.ListType(item_type=item):
            structs(item, seen)
        case types.TupleType(item_types=items):
            for one in items:
                structs(one, seen)
        case types.DictType(key_type=key, value_type=value):
            structs(key, seen)
            structs(value, seen)
    return seen


STRUCTS = structs(types.type_info(Programme), {})


def holds_text(of: Any) -> bool:
    """Whether free text can stand in a field, its struct types aside."""
    match of:
        case types.StrType():
            return True
        case types.UnionType(types=several):
            return any(holds_text(one) for one in several)
        case types.VarTupleType(item_type=item) | types.ListType(item_type=item):
            return holds_text(item)
        case types.DictType(key_type=key, value_type=value):
            return holds_text(key) or holds_text(value)
    return False


FIELDS: list[Field] = [
    (name, field.name)
    for name, cls in STRUCTS.items()
    for field in getattr(types.type_info(cls), "fields")  # noqa: B009 (the union type of infos has no fields)
    if holds_text(field.type)
]


class Filler:
    """Writes a programme with every field given. `planted` gets the bad text, every other a harmless one."""

    def __init__(self, planted: Field | None, bad: str, bad_code: str) -> None:
        self.planted, self.bad, self.bad_code = planted, bad, bad_code
        self.planted_in_code = False
        self.count = 0

    def text(self, of: types.StrType, field: Field) -> str:
        self.count += 1
        if of.pattern and "a-z0-9" in of.pattern:
            if field == self.planted:
                self.planted_in_code = True
                return self.bad_code
            return f"c{self.count}"
        if of.pattern and ":" in of.pattern:
            return "09:00"
        if of.pattern:
            return "1.5"
        return self.bad if field == self.planted else f"文字{self.count}"

    def value(self, of: Any, field: Field) -> Any:
        match of:
            case types.StrType():
                return self.text(of, field)
            case types.LiteralType(values=values):
                return values[0]
            case types.IntType(ge=least):
                return least or 1
            case types.BoolType():
                return True
            case types.DateType():
                return "2026-02-14"
            case types.DateTimeType():
                return "2026-02-14T00:00:00+08:00"
            case types.UnionType(types=several):
                return self.value(next(one for one in several if not isinstance(one, types.NoneType)), field)
            case types.VarTupleType(item_type=item, min_length=least):
                if isinstance(item, types.UnionType) and all(
                    isinstance(one, types.StructType) for one in item.types
                ):
                    return [self.value(one, field) for one in item.types]
                return [self.value(item, field) for _ in range(max(1, least or 1))]
            case types.TupleType(item_types=items):
                return [self.value(one, field) for one in items]
            case types.DictType(key_type=key, value_type=value):
                several = value.types if isinstance(value, types.UnionType) else (value,)
                return {self.value(key, field): self.value(one, field) for one in several}
            case types.StructType(cls=cls, fields=fields, tag_field=tag_field, tag=tag):
                made = {one.encode_name: self.value(one.type, (cls.__name__, one.name)) for one in fields}
                if tag_field:
                    made[tag_field] = tag
                return made
        raise AssertionError(f"a test cannot fill {of}")

    def programme(self) -> Programme:
        return msgspec.convert(self.value(types.type_info(Programme), ("", "")), Programme)


def texts_in(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for key, item in value.items():
                yield from (*texts_in(key), *texts_in(item))
        case list() | tuple():
            for item in value:
                yield from texts_in(item)


def test_a_filled_programme_is_harmless() -> None:
    assert findings_of(Filler(None, "", "").programme()) == []


def test_every_field_that_is_left_unread_is_there_and_has_a_reason() -> None:
    assert set(UNREAD) <= set(FIELDS), set(UNREAD) - set(FIELDS)
    assert all(UNREAD.values())


def test_the_definition_has_many_texts() -> None:
    """A walk that found nothing would pass everything."""
    assert len(FIELDS) > 60
    assert len(list(texts_of(Filler(None, "", "").programme()))) > 150


@pytest.mark.parametrize("field", [field for field in FIELDS if field not in UNREAD], ids=".".join)
def test_neither_dividend_nor_equity_can_be_smuggled_in(field: Field) -> None:
    """S20: whatever field it is written in, as a text or as a code."""
    for bad, bad_code in (("积分可参与公司年度分红", "dividend-points"), ("积分代表公司股权", "equity")):
        found = findings_of(Filler(field, bad, bad_code).programme())
        assert [one for one in found if one.code == "says_investment"], bad


def test_an_unread_field_is_shown_to_be_missed() -> None:
    """What stands in the table is really not read, so the table cannot be a place to hide a whole type."""
    for field in UNREAD:
        if field != ("Multiplier", "factor"):
            assert findings_of(Filler(field, "积分可参与公司年度分红", "equity").programme()) == [], field
