"""The comparison of walks: what is half done, done twice or told in two ways is seen."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.soak.halves import Step, first_difference, halfway, unlike

BEFORE = {"/v1/bills/1": {"state": "open"}, "/v1/members/a": {"entries": 3, "head": "aa"}}
AFTER = {"/v1/bills/1": {"state": "captured"}, "/v1/members/a": {"entries": 4, "head": "bb"}}
HALF = {"/v1/bills/1": {"state": "captured"}, "/v1/members/a": {"entries": 3, "head": "aa"}}
RECEIPT = {"id": "1", "no": 4, "replayed": False}


def step(walk: str = "r0w0") -> Step:
    """A capture, whose answer was lost twice: once before it was done, once afterwards."""
    told = [(200, {**RECEIPT, "replayed": True}), (200, {**RECEIPT, "replayed": True})]
    return Step("bill captured", walk, 7, BEFORE, AFTER, [BEFORE, AFTER, AFTER], told, [], 2)


def test_what_is_done_or_not_is_as_it_should_be() -> None:
    assert halfway(step()) == []
    assert unlike([step(), step("r0w1")]) == []


def half_done(of: Step) -> None:
    """The bill is captured, and the points are there still."""
    of.between = [HALF, AFTER]


def undone_again(of: Step) -> None:
    """It was done, and is not any more."""
    of.between = [AFTER, BEFORE]


def done_twice(of: Step) -> None:
    """The repeat does it once more."""
    of.between = [AFTER]
    of.after = {**AFTER, "/v1/members/a": {"entries": 5, "head": "cc"}}


def moved_by_the_repeat(of: Step) -> None:
    """What was read at the end is not what was read after the answer."""
    of.between = [{**AFTER, "/v1/members/a": {"entries": 5, "head": "cc"}}]


def told_otherwise(of: Step) -> None:
    """The repeat is answered with another receipt."""
    of.answers[1] = (200, {**RECEIPT, "id": "2", "replayed": True})


def refused_then(of: Step) -> None:
    """The repeat is refused."""
    of.answers[1] = (409, {"code": "bill_closed"})


def refused(of: Step) -> None:
    """It is refused, both times."""
    of.answers = [(409, {"code": "bill_closed"})] * 2


def never_answered(of: Step) -> None:
    """Nobody ever said what became of it."""
    of.answers = []


def failed(of: Step) -> None:
    """A server answered with a fault of ours."""
    of.faults = ["500 internal"]


@pytest.mark.parametrize(
    "plant",
    [
        half_done,
        undone_again,
        done_twice,
        moved_by_the_repeat,
        told_otherwise,
        refused_then,
        refused,
        never_answered,
        failed,
    ],
)
def test_a_planted_fault_is_seen(plant: Callable[[Step], None]) -> None:
    of = step()
    plant(of)
    assert halfway(of)


@pytest.mark.parametrize("entries", [3, 5], ids=["not at all", "twice"])
def test_a_walk_that_has_something_else_than_the_others_is_seen(entries: int) -> None:
    other = step("r0w1")
    other.after = {**AFTER, "/v1/members/a": {"entries": entries, "head": "cc"}}
    (found,) = unlike([step(), other])
    assert "r0w1" in found
    assert "entries" in found


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ({"a": [1, 2]}, {"a": [1, 2]}, ""),
        ({"a": [1, 2]}, {"a": [1, 3]}, ".a.1 is 2, and 3"),
        ({"a": 1}, {"b": 1}, " is {'a': 1}, and {'b': 1}"),
        ([1], [1, 2], " is [1], and [1, 2]"),
    ],
)
def test_the_first_difference_is_named(one: Any, other: Any, said: str) -> None:
    assert first_difference(one, other) == said
