"""Expressions: CEL over the facts, typed when the rules are compiled and bounded when run."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import tzinfo
from functools import lru_cache
from typing import Any, NamedTuple

from cel_expr_python import cel

from jifen.rules.award import Facts
from jifen.values.periods import zone

INT, TEXT, TRUTH, MOMENT = cel.Type.INT, cel.Type.STRING, cel.Type.BOOL, cel.Type.TIMESTAMP
TEXTS = cel.Type.List(TEXT)
LINES = cel.Type.List(cel.Type.Map(TEXT, cel.Type.DYN))
AMOUNTS = cel.Type.Map(TEXT, INT)


class Variable(NamedTuple):
    """A name in expressions: its type, how it is read of the facts, and whether it is about the person."""

    type: cel.Type
    read: Callable[[Facts, tzinfo], Any]
    personal: bool = False


def _lines(facts: Facts, _: tzinfo) -> list[dict[str, Any]]:
    return [
        {
            "sku": line.sku,
            "category": line.category,
            "brand": line.brand,
            "quantity": line.quantity,
            "amount": line.amount,
            "tags": list(line.tags),
            "evidence": facts.evidence.get(line.evidence, ""),
        }
        for line in facts.lines
    ]


def _joined_days(facts: Facts, _: tzinfo) -> int:
    joined = facts.person.joined
    return -1 if joined is None else (facts.day - joined).days


VARIABLES: Mapping[str, Variable] = {
    "amount": Variable(INT, lambda facts, _: facts.amount),
    "quantity": Variable(INT, lambda facts, _: sum(line.quantity for line in facts.lines)),
    "lines": Variable(LINES, _lines),
    "by_category": Variable(AMOUNTS, lambda facts, _: facts.by_category),
    "tags": Variable(TEXTS, lambda facts, _: sorted(facts.tags)),
    "merchant": Variable(TEXT, lambda facts, _: facts.merchant),
    "store": Variable(TEXT, lambda facts, _: facts.store),
    "channel": Variable(TEXT, lambda facts, _: facts.channel),
    "payment": Variable(TEXT, lambda facts, _: facts.payment),
    "act": Variable(TEXT, lambda facts, _: facts.act or ""),
    "code": Variable(TEXT, lambda facts, _: facts.code),
    "at": Variable(MOMENT, lambda facts, _: facts.at),
    "year": Variable(INT, lambda facts, _: facts.day.year),
    "month": Variable(INT, lambda facts, _: facts.day.month),
    "day": Variable(INT, lambda facts, _: facts.day.day),
    "weekday": Variable(INT, lambda facts, _: facts.day.isoweekday()),
    "hour": Variable(INT, lambda facts, local: facts.at.astimezone(local).hour),
    "minute": Variable(INT, lambda facts, local: facts.at.astimezone(local).minute),
    "tier": Variable(TEXT, lambda facts, _: facts.person.standing.tier, True),
    "segments": Variable(TEXTS, lambda facts, _: list(facts.person.segments), True),
    "tokens": Variable(
        TEXTS, lambda facts, _: [one.grant for one in facts.person.tokens if facts.at < one.until], True
    ),
    "joined_days": Variable(INT, _joined_days, True),
    "invited": Variable(TRUTH, lambda facts, _: bool(facts.person.inviter), True),
}
"""All that an expression may name; docs/rules.md says what each is."""

LINE_FIELDS = ("sku", "category", "brand", "quantity", "amount", "tags", "evidence")

WORD = re.compile(
    r"""//[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|[A-Za-z_]\w*|\d[\w.]*|\S""",
)
PLACED = re.compile(r"<input>:(\d+):(\d+): (.*)")


@lru_cache(maxsize=1)
def _environment() -> cel.Env:
    return cel.NewEnv(variables={name: variable.type for name, variable in VARIABLES.items()})


class Sight:
    """The facts as the expressions of one rule set see them: put together once for all of them."""

    __slots__ = ("_last", "_local", "_names")

    def __init__(self, zone_name: str) -> None:
        self._local = zone(zone_name)
        self._names: set[str] = set()
        self._last: tuple[Facts | None, Any] = None, None

    def needs(self, names: frozenset[str]) -> None:
        """Some expression names these variables."""
        self._names |= names

    def forget(self) -> None:
        """Another event is evaluated from here on."""
        self._last = None, None

    def of(self, facts: Facts) -> Any:
        """The facts as CEL takes them."""
        seen, activation = self._last
        if seen is not facts:
            data = {name: VARIABLES[name].read(facts, self._local) for name in self._names}
            activation = _environment().Activation(data)
            self._last = facts, activation
        return activation


class Expression:
    """One condition in CEL.

    personal: it reads the person, so it is decided when the event is booked and not again.

    Raises:
        ValueError: it is not CEL, its types do not fit, it names what there is not, or it is no condition.
    """

    __slots__ = ("_compiled", "_sight", "names", "personal")

    def __init__(self, text: str, sight: Sight) -> None:
        try:
            self._compiled = _environment().compile(text)
        except RuntimeError as wrong:
            raise ValueError(_told(str(wrong))) from wrong
        made = self._compiled.return_type()
        if made != TRUTH:
            raise ValueError(f"gives {made.name()}, not true or false: compare it with something")
        for column, field in _unknown_fields(text):
            known = ", ".join(LINE_FIELDS)
            raise ValueError(f"column {column}: a line has no field {field!r}: use one of {known}")
        self.names = frozenset(word for word in WORD.findall(text) if word in VARIABLES)
        self.personal = any(VARIABLES[name].personal for name in self.names)
        self._sight = sight
        sight.needs(self.names)

    def holds(self, facts: Facts) -> bool:
        """Whether it is true; what cannot be evaluated, or takes too many steps, is not."""
        return self.outcome(facts) is True

    def outcome(self, facts: Facts) -> bool | str:
        """True, false, or what went wrong."""
        try:
            value = self._compiled.eval(self._sight.of(facts)).value()
        except RuntimeError as wrong:
            return str(wrong)
        return value if isinstance(value, bool) else str(value)


def _told(said: str) -> str:
    """The compiler's first complaint, in one line and with its place."""
    placed = PLACED.search(said)
    if placed is None:
        return f"{said.splitlines()[0]}: mend it"
    line, column, complaint = placed.groups()
    where = f"column {column}" if line == "1" else f"line {line}, column {column}"
    return f"{where}: {complaint.replace(chr(32) + '(in container ' + chr(39) * 2 + ')', '')}: mend it there"


def _unknown_fields(text: str) -> Iterator[tuple[int, str]]:
    """(column, name) of each field that lines do not have; functions and categories are no fields."""
    words = [(found.start() + 1, found[0]) for found in WORD.finditer(text) if not found[0].startswith("//")]
    for place in range(2, len(words)):
        column, word = words[place]
        if words[place - 1][1] != "." or not (word[0].isalpha() or word[0] == "_"):
            continue
        called = place + 1 < len(words) and words[place + 1][1] == "("
        if not called and words[place - 2][1] != "by_category" and word not in LINE_FIELDS:
            yield column, word
