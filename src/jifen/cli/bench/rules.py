"""Bench rules: baskets of five lines through 200, 1 000 and 5 000 rules, of which the same few can apply."""

import gc
import time
from pathlib import Path
from statistics import median
from typing import Any

import msgspec

from jifen.cli.bench.rulebook import HOME, ZONE, baskets, codes, rulebook
from jifen.rules.award import Facts
from jifen.rules.checking import Known, findings
from jifen.rules.compiled import CompiledRules, Counter
from jifen.rules.definition import RuleSet

COUNTS = (200, 1_000, 5_000)
DAYS = 30
A_DAY = 100
ROUNDS = 5

US_MOST = 100
"""At most so many microseconds may an evaluation of 200 rules take, in the middle."""

GROWTH_MOST = 150
"""So many percent of that may it take with 25 times the rules: whatever does not apply costs nothing."""

USED: dict[Counter, int] = {
    ("cap:base", "2026-09"): 100,
    ("buys", "2026-09"): 4,
    ("spend", "2026-09"): 30_000,
}
"""What was counted before, of some counters."""


async def rules(folder: Path) -> dict[str, Any]:
    """Microseconds of one core for an evaluation: the median, the slowest in a hundred, a day's first.

    Each round begins with rules that were compiled just now, and goes through 30 days of 100 baskets, so the
    changes of the day are part of it. The median is that of the middle round.
    """
    taken = baskets(DAYS, A_DAY)
    found: dict[str, Any] = {}
    for count in COUNTS:
        found |= measured(published(rulebook(count)), taken)
    growth = round(100 * found[f"{COUNTS[-1]}_us"] / found[f"{COUNTS[0]}_us"])
    value = found[f"{COUNTS[0]}_us"]
    return {
        "name": "rules",
        "value": value,
        "unit": "us/evaluation",
        "reference": US_MOST,
        "ratio": round(value / US_MOST, 3),
        "ok": value <= US_MOST and growth <= GROWTH_MOST,
        "growth_percent": growth,
        **found,
    }


def published(definition: RuleSet) -> RuleSet:
    """The rules as they are once they were checked, stored and read again.

    Raises:
        ValueError: they would be refused.
    """
    merchants, stores = codes(definition)
    for field, value, message in findings(definition, Known(("point",), merchants, stores)):
        raise ValueError(f"{field} {value!r} {message}")
    return msgspec.json.decode(msgspec.json.encode(definition), type=RuleSet)


def measured(definition: RuleSet, taken: list[Facts]) -> dict[str, Any]:
    """What one size of rules takes."""
    count = len(definition.rules)
    rounds = []
    for _ in range(ROUNDS):
        begun = time.perf_counter_ns()
        ready = CompiledRules(definition, 1, taken[0].at, ZONE)
        compiled_ms = (time.perf_counter_ns() - begun) // 1_000_000
        times = _timed(ready, taken)
        firsts = times[::A_DAY]
        rounds.append((median(times), sorted(times)[len(times) * 99 // 100], median(firsts), compiled_ms))
    middle, slow, first, compiled_ms = sorted(rounds)[ROUNDS // 2]
    can_apply = sum(HOME in (rule.when.merchants or (HOME,)) for rule in definition.rules)
    given = sum(len(ready.evaluate(facts, USED).shares) for facts in taken) / len(taken)
    return {
        f"{count}_us": round(middle / 1000, 1),
        f"{count}_p99_us": round(slow / 1000, 1),
        f"{count}_first_of_day_us": round(first / 1000, 1),
        f"{count}_compile_ms": compiled_ms,
        f"{count}_at_the_store": can_apply,
        f"{count}_gave": round(given, 1),
    }


def _timed(ready: CompiledRules, taken: list[Facts]) -> list[int]:
    """Nanoseconds of each evaluation."""
    times = []
    clock, evaluate = time.perf_counter_ns, ready.evaluate
    gc.collect()
    gc.disable()
    try:
        for facts in taken:
            begun = clock()
            evaluate(facts, USED)
            times.append(clock() - begun)
    finally:
        gc.enable()
    return times
