"""Kills in the middle of every operation of several steps: it is done or not, and a repeat completes it."""

import itertools
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jifen.store import embedded
from tests.soak.halves import Step, halfway, unlike
from tests.soak.place import Place, placed
from tests.soak.walking import Plan, Walker, walked
from tests.soak.walks import Who, life
from tests.store.conftest import temporary_folder

WAYS = ("worker", "backend", "postmaster", "server")
SHORT = ("worker", "postmaster")


@pytest.fixture
async def folder(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Path]:
    """A folder whose server keeps its promises through a power cut too: fsync is on, as by default."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    async with temporary_folder() as made:
        await embedded.ensure(made)
        yield made


def in_peace(name: str) -> None:
    """Nothing is killed."""


async def one_round(place: Place, number: int, walkers: int, plan: Plan) -> list[Step]:
    """Members who are new walk through their lives."""
    whose = [Who(f"r{number}w{one}", number * walkers + one) for one in range(walkers)]
    numbers = [member for who in whose for member in who.members]
    await place.at_hand.members.enrol_all(place.program.id, numbers, datetime.now(UTC))
    port, key = place.target.port, place.key
    return await walked(
        [Walker(who, life(who), port, key) for who in whose], place.target, plan, place.chance
    )


async def undone(
    place: Place, walkers: int, plans: list[Plan], lost_enough: int | None = None
) -> tuple[list[str], list[Step]]:
    """Walk once for each plan, or until so many answers were lost; what is wrong, and all steps."""
    steps: list[Step] = []
    for number, plan in enumerate(plans):
        steps += await one_round(place, number, walkers, plan)
        if lost_enough is not None and sum(step.broken for step in steps) >= lost_enough:
            break
    found = [fault for step in steps for fault in halfway(step)] + unlike(steps)
    return found + await place.proven(), steps


async def test_a_walk_in_which_things_are_killed(folder: Path, tmp_path: Path) -> None:
    """A kill beside some of the operations; `make soak` kills beside each of them, in every way.

    A kill may strike when no answer is on its way: then the walk is walked again.
    """
    turn = itertools.count()

    def plan(name: str) -> str | None:
        number = next(turn)
        return SHORT[number // 13 % len(SHORT)] if number % 13 == 4 else None

    async with placed(folder, tmp_path / "server.log") as place:
        found, steps = await undone(place, 2, [plan] * 5, lost_enough=1)
    assert not found, "\n".join(found[:20])
    assert any(step.broken for step in steps)


def in_turn(first: int) -> Plan:
    """Beside every operation a kill, each in another way than the one before."""
    turn = itertools.count(first)
    return lambda name: WAYS[next(turn) % len(WAYS)]


@pytest.mark.soak
async def test_every_operation_is_killed_in_every_way(folder: Path, tmp_path: Path) -> None:
    """Six walkers, once in peace; then beside each operation a kill, in every round in another way."""
    async with placed(folder, tmp_path / "server.log") as place:
        plans = [in_peace, *map(in_turn, range(len(WAYS)))]
        found, steps = await undone(place, 6, plans)
    lost: Counter[str] = Counter()
    for step in steps:
        lost[step.name] += step.broken
    print("\n".join(f"{name:>40}: {count} answers lost" for name, count in lost.items()))
    assert not found, "\n".join(found[:20])
    assert min(lost.values()) > 0, [name for name, count in lost.items() if not count]
