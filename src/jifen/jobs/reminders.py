"""Reminders: who holds points that are about to lapse is told, once for each date and step."""

from datetime import UTC, date, datetime

import asyncpg

from jifen.jobs.handing import Told
from jifen.jobs.lapsing import Households, Lapse, lapsing, reminder_key
from jifen.messages.outbox import Message, put
from jifen.parties.programs import Program
from jifen.values.ids import WalletId
from jifen.values.periods import local_day


async def remind_due(pool: asyncpg.Pool, program: Program, now: datetime) -> Told:
    """Put a reminder for all points that lapse within the steps of the rules in force.

    Of several steps the nearest one that is not passed counts: with 30 and 7 days, points that lapse in 20
    days are reminded of at 30, so a day on which nothing ran is made good by the next. What was put before is
    left alone, so it may be run anywhere and as often as one likes. Source: SCENARIOS S02, COMPLIANCE R05.

    Raises:
        asyncpg.PostgresError, OSError: the database could not be read; the next run goes on.
    """
    now = now.astimezone(UTC)
    outcome = Told()
    rules = program.rules_at(now)
    if rules is None or rules.definition.reminders is None:
        return outcome
    steps = sorted(rules.definition.reminders.days_before)
    today = local_day(now, program.zone)
    households = Households(pool, program)
    async for _, lapses in lapsing(pool, program, now, steps[-1]):
        told = await households.told(lapses)
        messages = [
            _reminder(program, lapse, step_of(lapse.last_day, today, steps), to, now)
            for lapse in lapses
            for to in told[lapse.wallet]
        ]
        outcome.looked += len(messages)
        outcome.told += await put(pool, messages, now)
    return outcome


def step_of(last_day: date, today: date, steps: list[int]) -> int:
    """The step (days before) at which a date stands today: the nearest that is not passed."""
    left = (last_day - today).days
    return next(step for step in steps if step >= left)


def _reminder(program: Program, lapse: Lapse, step: int, to: WalletId, now: datetime) -> Message:
    return Message(
        program=program.id,
        wallet=to,
        event="points_lapsing",
        key=reminder_key(lapse, step, to),
        fields={
            "points": str(lapse.points),
            "unit": program.units[lapse.unit].name,
            "date": lapse.last_day.isoformat(),
            "worth": f"{lapse.fen // 100}.{lapse.fen % 100:02d}",
        },
        due_at=now,
    )
