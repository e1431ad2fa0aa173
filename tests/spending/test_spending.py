"""Spending beside the model: whatever is quoted, held, paid, returned or shared, both hold the same."""

import os
from functools import partial

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.spending.machine import Machine
from tests.spending.market import Market
from tests.spending.stroll import stroll

SOAK_STEPS = int(os.environ.get("JIFEN_SOAK_STEPS", "10000"))
"""How many steps the soak takes in all."""

QUICK = settings(
    max_examples=10,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
"""A game that failed is kept. To shorten it takes minutes: that is done where JIFEN_SHRINK asks for it."""

LONG = settings(QUICK, max_examples=max(1, SOAK_STEPS // 200), stateful_step_count=100)
SHRINKING = (*QUICK.phases, Phase.shrink)


def play(database: str, chosen: settings) -> None:
    """Play so many games of so many steps."""
    if os.environ.get("JIFEN_SHRINK"):
        chosen = settings(chosen, phases=SHRINKING)
    market = Market(database)
    try:
        run_state_machine_as_test(partial(Machine, market), settings=chosen)  # type: ignore[arg-type]
    finally:
        market.close()


def walk(database: str, seeds: range, steps: int) -> None:
    """Stroll from each of some seeds."""
    market = Market(database)
    try:
        for seed in seeds:
            try:
                stroll(Machine(market), seed, steps)
            except AssertionError as wrong:
                wrong.add_note(f"on the stroll from seed {seed}")
                raise
    finally:
        market.close()


def test_the_mall_and_the_till_do_what_the_model_does(database: str) -> None:
    """Short games, new ones at every run."""
    play(database, QUICK)


@pytest.mark.parametrize("seed", range(8))
def test_a_stroll_through_the_mall(database: str, seed: int) -> None:
    """The same steps at every run, and all kinds of them."""
    walk(database, range(seed, seed + 1), 150)


@pytest.mark.soak
def test_the_mall_and_the_till_do_what_the_model_does_for_long(database: str) -> None:
    """Longer games, where orders and debts pile up."""
    play(database, LONG)


@pytest.mark.soak
def test_many_strolls_through_the_mall(database: str) -> None:
    """The other half of the steps."""
    walk(database, range(1000, 1000 + max(1, SOAK_STEPS // 400)), 200)
