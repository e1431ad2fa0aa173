"""A stroll: steps drawn evenly from a seed, where Hypothesis would play favourites for a whole game."""

from random import Random

from tests.spending.machine import MINUTES, Machine
from tests.spending.world import MEMBERS, MERCHANTS

WEIGHTS = {
    "buy": 4,
    "give_back": 5,
    "quote": 4,
    "open_bill": 7,
    "end_bill": 7,
    "redeem": 9,
    "quote_reward": 3,
    "step": 6,
    "family": 6,
    "together": 3,
    "again": 3,
    "time_passes": 3,
    "publish": 1,
}


def stroll(machine: Machine, seed: int, steps: int) -> None:
    """So many steps; the seed says which."""
    chance = Random(seed)
    machine.found(seed)
    for step in chance.choices(list(WEIGHTS), list(WEIGHTS.values()), k=steps):
        which, other = chance.randrange(10**6), chance.randrange(10**6)
        who, merchant = chance.choice(MEMBERS), chance.choice(MERCHANTS)
        match step:
            case "buy" | "quote" | "open_bill" | "redeem" | "quote_reward" | "together":
                getattr(machine, step)(who, merchant, other)
            case "give_back" | "end_bill" | "step":
                getattr(machine, step)(which, other)
            case "family":
                machine.family(who, chance.choice(MEMBERS), other)
            case "again":
                machine.again(which, chance.random() < 0.25)
            case "time_passes":
                machine.time_passes(chance.choice(MINUTES), chance.choice((True, False)))
            case "publish":
                machine.publish(which)
    machine.teardown()
