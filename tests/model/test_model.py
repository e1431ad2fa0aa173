"""The engine beside the naive books: whatever is done to whom, both say and hold the same."""

import os
from functools import partial

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model.machine import Machine
from tests.model.stage import Stage
from tests.model.stroll import stroll

SOAK_STEPS = int(os.environ.get("JIFEN_SOAK_STEPS", "10000"))
"""How many steps the soak takes in all."""

QUICK = settings(
    max_examples=40,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
)


def play(database: str, chosen: settings) -> None:
    """Play so many games of so many steps, on two processes."""
    stage = Stage(database)
    try:
        run_state_machine_as_test(partial(Machine, stage), settings=chosen)  # type: ignore[arg-type]
    finally:
        stage.close()


def walk(database: str, seeds: range, steps: int) -> None:
    """Stroll from each of some seeds."""
    stage = Stage(database)
    try:
        for seed in seeds:
            try:
                stroll(Machine(stage), seed, steps)
            except AssertionError as wrong:
                wrong.add_note(f"on the stroll from seed {seed}")
                raise
    finally:
        stage.close()


def test_the_engine_does_what_the_naive_books_do(database: str) -> None:
    """Many short games, new ones at every run; one that fails is made as short as it can be."""
    play(database, QUICK)


@pytest.mark.parametrize("seed", range(8))
def test_a_stroll_under_rich_rules(database: str, seed: int) -> None:
    """The same steps at every run, and all kinds of them."""
    walk(database, range(seed, seed + 1), 200)


@pytest.mark.soak
def test_the_engine_does_what_the_naive_books_do_for_long(database: str) -> None:
    """Thousands of steps in longer games, where balances grow old and holds pile up."""
    play(database, settings(QUICK, max_examples=max(1, SOAK_STEPS // 200), stateful_step_count=100))


@pytest.mark.soak
def test_many_strolls_under_rich_rules(database: str) -> None:
    """The other half of the steps."""
    walk(database, range(1000, 1000 + max(1, SOAK_STEPS // 400)), 200)
