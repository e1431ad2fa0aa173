"""What a kill must not leave behind: something half done, done twice, or answered in two ways."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

State = Mapping[str, Any]
"""What a walk read back, by path."""

TOLD = frozenset(
    (
        "entries", "available", "pending", "held", "owed", "remaining", "granted", "state", "points", "count",
        "paid_fen", "back_fen", "cash_fen", "pooled", "payable", "lets", "fresh", "left", "pays_fen",
        "points_spent", "earned", "drawn", "repaid", "owed_more",
    )
)  # fmt: skip
"""Names of what must be the same for everybody who did the same."""

WHEN = frozenset(("at", "replayed"))
"""Names of what an answer may tell otherwise when it is asked for again."""


def told(value: Any) -> Any:
    """What is left of something read without ids, names and instants, so that it can be compared."""
    if isinstance(value, Mapping):
        kept = {name: one if name in TOLD else told(one) for name, one in value.items()}
        return {name: one for name, one in kept.items() if name in TOLD or one not in ({}, [], None)}
    if isinstance(value, list):
        return [told(one) for one in value]
    return None


def same(answer: Any) -> Any:
    """An answer without what may differ when it is asked for again."""
    if isinstance(answer, Mapping):
        return {name: same(one) for name, one in answer.items() if name not in WHEN}
    return answer


class Step(msgspec.Struct):
    """What became of one operation of one walk.

    place: its number in the walk. before, after: as read when nothing was on its way. between: as read after
    each answer that was lost, and once more at the end. answers: status and answer, of the operation and
    of its repeat; broken: how often no answer came.
    """

    name: str
    walk: str
    place: int
    before: State
    after: State = {}
    between: list[State] = []
    answers: list[tuple[int, Any]] = []
    faults: list[str] = []
    broken: int = 0

    @property
    def moved(self) -> Any:
        """What it did, as far as it is the same for everybody who does it."""
        states = [[told(one) for one in state.values()] for state in (self.before, self.after)]
        return states, told(same(self.answers[0][1])) if self.answers else None


def halfway(step: Step) -> list[str]:
    """Everything that a kill left behind; empty: it is as if there had been none."""
    where = f"{step.walk} {step.name}: "
    found = [where + fault for fault in step.faults]
    if not step.answers:
        return [*found, f"{where}it was never answered"]
    done = False
    for state in step.between:
        if state not in (step.before, step.after):
            found.append(
                f"{where}was read half done: {apart(step.before, state)}; then {apart(state, step.after)}"
            )
        if done and state != step.after:
            found.append(f"{where}was read done, then undone: {apart(step.after, state)}")
        done = done or (state == step.after and state != step.before)
    first_status, first = step.answers[0]
    if first_status >= 300:
        found.append(f"{where}was refused: {first_status} {first}")
    for status, answer in step.answers[1:]:
        if status >= 300 or same(answer) != same(first):
            found.append(f"{where}was answered {first_status} {same(first)}, then {status} {same(answer)}")
    return found


def apart(one: State, other: State) -> str:
    """Where two states differ first, path by path."""
    return "; ".join(
        first_difference(one.get(path), other.get(path), path)
        for path in sorted({*one, *other})
        if one.get(path) != other.get(path)
    )


def unlike(steps: Sequence[Step]) -> list[str]:
    """Walks that did the same and do not have the same: something was done twice, or not at all."""
    alike: dict[int, list[Step]] = {}
    for step in steps:
        alike.setdefault(step.place, []).append(step)
    return [
        f"{step.walk} {step.name}: did as {others[0].walk}, and has not the same: {where}"
        for others in alike.values()
        for step in others[1:]
        if (where := first_difference(others[0].moved, step.moved))
    ]


def first_difference(one: Any, other: Any, where: str = "") -> str:
    """The first place in which two values differ, with both; empty: they are the same."""
    if one == other:
        return ""
    pairs: list[tuple[Any, Any, Any]] = []
    if isinstance(one, Mapping) and isinstance(other, Mapping) and one.keys() == other.keys():
        pairs = [(name, one[name], other[name]) for name in one]
    elif isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)) and len(one) == len(other):
        pairs = [(place, *pair) for place, pair in enumerate(zip(one, other, strict=True))]
    for name, left, right in pairs:
        if left != right:
            return first_difference(left, right, f"{where}.{name}")
    return f"{where} is {one}, and {other}"
