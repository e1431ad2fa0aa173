"""Slots: the times at which a reward can be had, the same for points and for cash, and what is left."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

import asyncpg
import msgspec

from jifen.books.refusals import Code, Refusal
from jifen.parties.catalog import stock_id
from jifen.parties.programs import Program
from jifen.rules.calendars import holds
from jifen.rules.compiled import CompiledRules
from jifen.rules.rewards import Opening, Reward, Slots
from jifen.store.queries import q
from jifen.values.ids import Id, cell_of
from jifen.values.periods import local_day, zone

NEAREST = 3
"""So many times are named where another was asked for."""

LOOK_DAYS = 14
"""So many days around an unknown time are looked through for the nearest."""


class Slot(msgspec.Struct, frozen=True):
    """A time at which a reward can be had, in UTC. capacity: places in it; closes_at: booked before that."""

    since: datetime
    until: datetime
    capacity: int
    closes_at: datetime


def times(program: Program, rules: CompiledRules, reward: Reward, day: date, store: str | None) -> list[Slot]:
    """All times of a day of the programme's zone, in order; none where the reward is not booked, or closed.

    Source: SCENARIOS S14: how it is paid is not asked, so points and cash have the same times.
    """
    slots = reward.slots
    if slots is None:
        return []
    calendars, place = rules.definition.calendars, store or ""
    if holds(calendars, slots.closed, day, place):
        return []
    found: dict[datetime, Slot] = {}
    for opening in slots.openings:
        if opening.weekdays and day.isoweekday() not in opening.weekdays:
            continue
        if opening.calendars and not holds(calendars, opening.calendars, day, place):
            continue
        for slot in _of(opening, slots, day, program.zone):
            # Where two openings have the same time, the one with more places holds.
            known = found.get(slot.since)
            if known is None or slot.capacity > known.capacity:
                found[slot.since] = slot
    return [found[since] for since in sorted(found)]


@lru_cache(maxsize=4096)
def _of(opening: Opening, slots: Slots, day: date, zone_name: str) -> tuple[Slot, ...]:
    """The times of one opening: by the clock on the wall, each for as many minutes as really pass.

    A time that the clock skips in spring is none, nor is one that begins while another runs across what was
    skipped; one that it shows twice in autumn is the first.
    """
    length = timedelta(minutes=opening.every_minutes)
    ends = datetime.combine(day, time.fromisoformat(opening.until))
    shown = datetime.combine(day, time.fromisoformat(opening.since))
    found: list[Slot] = []
    while shown + length <= ends:
        since = shown.replace(tzinfo=zone(zone_name)).astimezone(UTC)
        free = not found or found[-1].until <= since
        if free and since.astimezone(zone(zone_name)).replace(tzinfo=None) == shown:
            closes = since - timedelta(minutes=slots.closing_minutes)
            found.append(Slot(since, since + length, opening.capacity, closes))
        shown += length
    return tuple(found)


def slot_stock(reward: Reward, slot: datetime, store: str | None) -> str:
    """The code of the stock that the places of a time are; rewards of one `of` share it."""
    slots = reward.slots
    assert slots is not None
    at = slot.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    parts = ["slot", slots.of or reward.code, at]
    return ":".join([*parts, store] if slots.per_store and store else parts)


def last_day(program: Program, slots: Slots, at: datetime) -> date:
    """The last day that can be booked at an instant."""
    return local_day(at, program.zone) + timedelta(days=slots.ahead_days)


def can_book(program: Program, slots: Slots, slot: Slot, at: datetime) -> bool:
    """Whether a time is not closed yet, nor too far ahead."""
    return at < slot.closes_at and local_day(slot.since, program.zone) <= last_day(program, slots, at)


def find_slot(
    program: Program, rules: CompiledRules, reward: Reward, slot: datetime, store: str | None, at: datetime
) -> Slot | Refusal:
    """The time that can be booked at an instant, or SLOT_UNKNOWN with `why` and the nearest times."""
    slots = reward.slots
    if slots is None:
        return Refusal(
            Code.SLOT_UNKNOWN,
            f"{reward.code!r} is not booked for a time: leave `slot` out",
            {"reward": reward.code, "why": "none"},
        )
    if slots.per_store and store is None:
        return Refusal(
            Code.SLOT_UNKNOWN,
            f"each store has its own times of {reward.code!r}: name the store",
            {"reward": reward.code, "why": "store"},
        )
    day, last = local_day(slot, program.zone), last_day(program, slots, at)
    wanted = slot.astimezone(UTC)
    found = next((one for one in times(program, rules, reward, day, store) if one.since == wanted), None)
    if found is not None and can_book(program, slots, found, at):
        return found
    if found is None:
        why, said = "time", "is no time of it"
    elif at >= found.closes_at:
        why, said = (
            "closed",
            f"could be booked until {found.closes_at.astimezone(zone(program.zone)).isoformat()}",
        )
    else:
        why, said = "ahead", f"is too far ahead: it can be booked until {last.isoformat()}"
    near = _nearest(program, rules, reward, wanted, store, at)
    instead = ", ".join(one.since.astimezone(zone(program.zone)).isoformat() for one in near)
    remedy = f"take another, such as {instead}" if near else "there is none near it"
    return Refusal(
        Code.SLOT_UNKNOWN,
        f"{reward.code!r} at {slot.isoformat()} {said}: {remedy}",
        {"reward": reward.code, "why": why, "nearest": instead},
    )


def _nearest(
    program: Program, rules: CompiledRules, reward: Reward, wanted: datetime, store: str | None, at: datetime
) -> list[Slot]:
    """The times nearest to one that is wanted, of those that can be booked; in the order of time."""
    slots = reward.slots
    assert slots is not None
    today, last = local_day(at, program.zone), last_day(program, slots, at)
    middle = min(max(local_day(wanted, program.zone), today), last)
    open_ones = [
        one
        for away in range(-LOOK_DAYS, LOOK_DAYS + 1)
        if today <= (day := middle + timedelta(days=away)) <= last
        for one in times(program, rules, reward, day, store)
        if at < one.closes_at
    ]
    nearest = sorted(open_ones, key=lambda one: (abs(one.since - wanted), one.since))[:NEAREST]
    return sorted(nearest, key=lambda one: one.since)


def slot_full(reward: Reward, slot: datetime, left: int, count: int) -> Refusal:
    """The refusal of a time that has fewer places left than were asked for."""
    return Refusal(
        Code.SLOT_FULL,
        f"{left} places of {reward.code!r} at {slot.isoformat()} are left, {count} requested: take another "
        "time; nothing was taken, no points moved",
        {"reward": reward.code, "left": left, "requested": count},
    )


# The places of a time, as a stock that is made when it is first asked for.


async def ensure(
    pool: asyncpg.Pool,
    program: Program,
    rules: CompiledRules,
    reward: Reward,
    slot: datetime,
    store: str | None,
    at: datetime,
) -> None:
    """Let the stock of a time be there, with the capacity of these rules; nothing where it cannot be booked.

    Where the capacity was another before, the stock moves by the difference, and never below nothing: what is
    taken stays taken. A difference that could not be taken off yet comes off as places are given back.
    """
    found = find_slot(program, rules, reward, slot, store, at)
    if isinstance(found, Refusal):
        return
    assert reward.slots is not None
    stock = slot_stock(reward, slot, store)
    of = stock_id(program.id, stock)
    await pool.execute(
        q("slot_ensure"), cell_of(of), of, program.id, stock, reward.slots.of or reward.code, found.since,
        found.capacity,
    )  # fmt: skip


async def left_of(
    pool: asyncpg.Pool, program: Program, reward: Reward, slots: Iterable[Slot], store: str | None
) -> list[int]:
    """What is left of times, in their order; those that nobody asked for yet have all their places."""
    asked: Sequence[Slot] = list(slots)
    ids: list[Id] = [stock_id(program.id, slot_stock(reward, one.since, store)) for one in asked]
    rows = await pool.fetch(q("slots_load"), [cell_of(of) for of in ids], ids)
    known = {row["id"]: (row["capacity"], row["remaining"]) for row in rows}
    left = []
    for one, of in zip(asked, ids, strict=True):
        capacity, remaining = known.get(of, (one.capacity, one.capacity))
        left.append(max(0, remaining + one.capacity - capacity))
    return left
