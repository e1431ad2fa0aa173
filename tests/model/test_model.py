"""The engine beside the naive books: whatever is done to whom, both say and hold the same."""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model.machine import Machine
from tests.model.stage import Stage

SOAK_STEPS = int(os.environ.get("JIFEN_SOAK_STEPS", "10000"))
"""How many steps the soak takes in all."""

QUICK = settings(
    max_examples=12,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
)


def play(database: str, chosen: settings) -> None:
    """Play so many games of so many steps, on two processes."""
    stage = Stage(database)
    try:
        run_state_machine_as_test(lambda: Machine(stage), settings=chosen)  # type: ignore[no-untyped-call]
    finally:
        stage.close()


def test_the_engine_does_what_the_naive_books_do(database: str) -> None:
    """Some hundred steps, new ones at every run."""
    play(database, QUICK)


@pytest.mark.soak
def test_the_engine_does_what_the_naive_books_do_for_long(database: str) -> None:
    """Thousands of steps in long games, where balances grow old and holds pile up."""
    play(database, settings(QUICK, max_examples=max(1, SOAK_STEPS // 200), stateful_step_count=200))
