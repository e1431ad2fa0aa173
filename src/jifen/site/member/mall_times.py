"""Times at which a reward can be had: the days that have any, and the first that is still free."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import msgspec

from jifen.mall.slots import Slot, can_book, last_day, left_of, times
from jifen.rules.compiled import CompiledRules
from jifen.rules.rewards import Reward
from jifen.site.visit import Visit
from jifen.values.periods import local_day

DAYS_MOST = 31
"""So many days with times are offered at once."""

AT_ONCE = 7
"""So many days are looked through together for the first free time."""


class Time(msgspec.Struct, frozen=True):
    """A time; open: it can be booked now. left: places."""

    since: datetime
    until: datetime
    left: int
    open: bool


class Day(msgspec.Struct, frozen=True):
    """A day with its times, in order."""

    day: date
    times: tuple[Time, ...]

    @property
    def open(self) -> bool:
        """Whether any of its times can be booked."""
        return any(one.open for one in self.times)


async def days_of(visit: Visit, rules: CompiledRules, reward: Reward, store: str | None) -> list[Day]:
    """The days that have times, from now on; a time that is full or closed is there, but not open."""
    if reward.slots is None or (reward.slots.per_store and store is None):
        return []
    last = last_day(visit.program, reward.slots, visit.now)
    found: list[Day] = []
    day = visit.today
    while day <= last and len(found) < DAYS_MOST:
        until = min(last, day + timedelta(days=AT_ONCE - 1))
        found += await _between(visit, rules, reward, store, day, until)
        day = until + timedelta(days=1)
    return found[:DAYS_MOST]


async def first_time(
    visit: Visit, rules: CompiledRules, reward: Reward, store: str | None = None
) -> datetime | None:
    """The first time with a place; None: there is none, or each store has its own."""
    if reward.slots is None or (reward.slots.per_store and store is None):
        return None
    last = last_day(visit.program, reward.slots, visit.now)
    day = visit.today
    while day <= last:
        until = min(last, day + timedelta(days=AT_ONCE - 1))
        for one in await _between(visit, rules, reward, store, day, until):
            for time in one.times:
                if time.open:
                    return time.since
        day = until + timedelta(days=1)
    return None


async def _between(
    visit: Visit, rules: CompiledRules, reward: Reward, store: str | None, since: date, until: date
) -> list[Day]:
    program, terms = visit.program, reward.slots
    assert terms is not None
    slots: list[Slot] = []
    day = since
    while day <= until:
        slots += times(program, rules, reward, day, store)
        day += timedelta(days=1)
    if not slots:
        return []
    left = await left_of(visit.house.pool, program, reward, slots, store)
    made = [
        Time(one.since, one.until, rest, rest > 0 and can_book(program, terms, one, visit.now))
        for one, rest in zip(slots, left, strict=True)
        if one.since > visit.now
    ]
    return _by_day(visit, made)


def _by_day(visit: Visit, made: Sequence[Time]) -> list[Day]:
    days: dict[date, list[Time]] = {}
    for one in made:
        days.setdefault(local_day(one.since, visit.program.zone), []).append(one)
    return [Day(day, tuple(of)) for day, of in days.items()]
