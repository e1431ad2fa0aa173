"""A stroll: steps drawn evenly from a seed, where Hypothesis would play favourites for a whole game."""

from random import Random

from jifen.rules.award import Line
from jifen.rules.definition import Cap, Conditions, Flat, Multiplier, PerAmount, Rate, RuleSet
from jifen.values.periods import Active, Rolling
from tests.model.machine import ENDINGS, LATENESS, OPERATING, PAIRS, SPENDING, Machine
from tests.model.strategies import ACTS, CATEGORIES, MERCHANTS, TAGS

RICH = RuleSet(
    rules=(
        Multiplier(id="times", factor="1.5", when=Conditions(merchants=("sea",)), caps=(Cap(90, "week"),)),
        PerAmount(
            id="base",
            rate=Rate(1, 100),
            rates={"FUEL": Rate(0, 1), "GREENS": Rate(2, 70)},
            caps=(Cap(150, "event"), Cap(400, "day"), Cap(900, "month")),
        ),
        Flat(id="bonus", points=20, when=Conditions(minimum_fen=12000), validity=Active(months=1)),
        Flat(id="first", points=50, once="month", funder="operator", pending_days=3),
        Flat(id="green", points=7, unit="green", tags=("organic",)),
        Flat(id="acts", points=11, acts=ACTS, caps=(Cap(30, "week"),), once="day"),
    ),
    validity=Rolling(days=20),
    grace_days=3,
)
"""A rule of every kind, with caps, dates and a threshold that often matter."""

WEIGHTS = {
    "earn": 7,
    "give_back": 4,
    "spend": 7,
    "restore": 3,
    "end_hold": 4,
    "operate": 3,
    "again": 2,
    "time_passes": 2,
    "live_on": 1,
    "gather": 1,
}


def basket(chance: Random) -> tuple[Line, ...]:
    """One to six lines."""
    return tuple(
        Line(
            chance.choice("abcd"),
            chance.choice(CATEGORIES),
            chance.randint(1, 3),
            chance.choice((0, 99, 1234, 5000, 9999)),
            chance.choice(((), TAGS)),
        )
        for _ in range(chance.randint(1, 6))
    )


def stroll(machine: Machine, seed: int, steps: int) -> None:
    """So many steps under rich rules; the seed says which."""
    chance = Random(seed)
    machine.found(RICH)
    for step in chance.choices(list(WEIGHTS), list(WEIGHTS.values()), k=steps):
        which, late = chance.randrange(10**6), chance.choice(LATENESS)
        points, who = chance.randint(1, 90), chance.choice(("ann", "bob", "cid", "home"))
        merchant = chance.choice(MERCHANTS)
        match step:
            case "earn":
                bill = chance.randint(0, 30_000)
                machine.earn(who, late, merchant, chance.choice((basket(chance), bill, chance.choice(ACTS))))
            case "give_back":
                pieces = tuple(
                    (chance.choice("abcd"), chance.randint(1, 2)) for _ in range(chance.randint(1, 2))
                )
                machine.give_back(which, late, chance.choice((pieces, chance.randint(1, 9000), None)))
            case "spend":
                machine.spend(chance.choice(PAIRS), late, points, merchant, chance.choice(SPENDING))
            case "restore":
                machine.restore(which, late, chance.choice((points, points // 30 + 1, 1, None)))
            case "end_hold":
                machine.end_hold(which, late, chance.choice((points // 3 + 1, None)), chance.choice(ENDINGS))
            case "operate":
                machine.operate(who, late, points, chance.choice((None, merchant)), chance.choice(OPERATING))
            case "again":
                machine.again(which, chance.choice((None, None, who)), chance.choice((None, None, points)))
            case "time_passes":
                machine.time_passes(
                    chance.choice((14, 10, 24, 24, 24, 72, 24 * 17)), chance.choice((True, False))
                )
            case "live_on":
                machine.live_on(who, which, chance.choice((0, 3, 40)))
            case "gather":
                machine.gather(chance.randint(1, 6), chance.randint(0, 1))
    machine.teardown()
