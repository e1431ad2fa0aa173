"""Odd programmes are answered with findings, never with a fault of ours."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from jifen.programs.definition import Programme
from jifen.programs.planning import Before
from jifen.programs.publishing import plan_of
from jifen.programs.regulation import regulation
from jifen.programs.shaping import misfits
from jifen.programs.terms.writing import written

from .test_spending_terms import whole
from .villages import NOW, shorter, village, with_rules

ODD: tuple[Any, ...] = (
    0, 1, -1, 7, 10**9, "", "a", "point", "harvest", "2026-12-01", "9999-12-31T23:59:59Z", "0001-01-01",
    "2026-12-01T00:00:00Z", [], {}, None, True, "Asia/Nowhere", ["gold"], "12", "0", "never",
)  # fmt: skip
"""Values that stand where others were."""


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value of a definition."""
    found = [path] if path else []
    if isinstance(value, dict):
        return found + [one for name, item in value.items() for one in places(item, (*path, name))]
    if isinstance(value, list):
        return found + [one for index, item in enumerate(value) for one in places(item, (*path, index))]
    return found


def changed(chance: random.Random, whole: Any) -> Any:
    """The same with a value or two that are something else, doubled or gone."""
    made = msgspec.json.decode(msgspec.json.encode(whole))
    for _ in range(chance.choice((1, 1, 2))):
        way = chance.choice(places(made))
        at = made
        for step in way[:-1]:
            at = at[step]
        turn = chance.random()
        if turn < 0.7:
            at[way[-1]] = chance.choice(ODD)
        elif isinstance(at, list):
            at.append(at[way[-1]])
        else:
            del at[way[-1]]
    return made


@pytest.mark.parametrize("seed", range(6))
def test_whatever_fits_the_types_is_planned(seed: int) -> None:
    """And what the shapes refuse is what the decoder refuses, no more and no less."""
    chance = random.Random(seed)
    base = whole() if seed % 2 else with_rules(shorter(village()), groups={})
    plain = msgspec.json.decode(msgspec.json.encode(base))
    fits = 0
    for _ in range(100):
        values = changed(chance, plain)
        found = misfits(values, Programme)
        try:
            programme = msgspec.convert(values, Programme)
        except msgspec.ValidationError as wrong:
            assert found, (str(wrong), values)
            continue
        assert all(one.code == "no_zone" for one in found), found
        fits += 1
        plan = plan_of(programme, Before(), NOW, None)
        if not plan.refused:
            written(programme, regulation(), NOW.date())
        msgspec.json.encode(plan)
    assert fits > 10


@pytest.mark.parametrize("valid_from", [None, NOW + timedelta(days=1), datetime(2000, 1, 1, tzinfo=UTC)])
def test_a_plan_can_be_asked_for_any_time(valid_from: datetime | None) -> None:
    """Of a first version, which may begin whenever it likes."""
    assert not plan_of(village(), Before(), NOW, valid_from).refused
