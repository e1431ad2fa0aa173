"""Reminders of what was ordered: bookings of the next day, and unused vouchers that are about to lapse."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta

import asyncpg

from jifen.jobs.handing import BATCH, Told
from jifen.mall.telling import clock_text, reward_fields
from jifen.messages.outbox import Message, put
from jifen.parties.programs import Program
from jifen.programs.operating import last_day_before
from jifen.rules.rewards import Reward
from jifen.store.queries import q
from jifen.values.ids import NOBODY, MerchantId, WalletId
from jifen.values.periods import end_of_day, local_day, start_of_day


def reminds(program: Program, now: datetime) -> bool:
    """Whether there may be anything to remind of: times, or vouchers where the rules in force remind."""
    rewards = [reward for rules in program.rules for reward in rules.definition.rewards]
    return any(reward.slots is not None for reward in rewards) or (
        days_before(program, now) is not None and any(reward.voucher is not None for reward in rewards)
    )


def days_before(program: Program, now: datetime) -> int | None:
    """So many days before its last day a voucher is reminded of: the last step of the rules' reminders."""
    rules = program.rules_at(now)
    if rules is None or rules.definition.reminders is None:
        return None
    return min(rules.definition.reminders.days_before)


async def remind_of_orders(pool: asyncpg.Pool, program: Program, now: datetime) -> Told:
    """Put a reminder for every booking of the next day, and for unused vouchers in their last days.

    Vouchers of one reward and date are one message. What was put before is left alone, so it may be run
    anywhere and as often as one likes; a day on which nothing ran is made good for vouchers by the next.

    Raises:
        asyncpg.PostgresError, OSError: the database could not be read; the next run goes on.
    """
    now = now.astimezone(UTC)
    outcome = Told()
    async for messages in _bookings(pool, program, now):
        outcome.looked += len(messages)
        outcome.told += await put(pool, messages, now)
    async for messages in _vouchers(pool, program, now):
        outcome.looked += len(messages)
        outcome.told += await put(pool, messages, now)
    return outcome


async def _bookings(pool: asyncpg.Pool, program: Program, now: datetime) -> AsyncIterator[list[Message]]:
    day = local_day(now, program.zone) + timedelta(days=1)
    ends = end_of_day(day, program.zone)
    after: tuple[datetime, object] = (start_of_day(day, program.zone), NOBODY)
    while rows := await pool.fetch(q("job_bookings"), program.id, *after, ends, BATCH):
        yield [_booking(program, row, now) for row in rows]
        after = (rows[-1]["slot_since"], rows[-1]["id"])


def _booking(program: Program, row: asyncpg.Record, now: datetime) -> Message:
    store = program.stores.get(row["store"] or "")
    told = reward_fields(program, MerchantId(row["merchant"]), _reward(program, row["rules"], row["reward"]))
    told |= {
        "slot": clock_text(program, row["slot_since"]),
        "store": store.name if store is not None else "",
    }
    return _message(program, row["wallet"], "booking_tomorrow", [row["id"]], told, now)


async def _vouchers(pool: asyncpg.Pool, program: Program, now: datetime) -> AsyncIterator[list[Message]]:
    days = days_before(program, now)
    if days is None:
        return
    ends = end_of_day(local_day(now, program.zone) + timedelta(days=days), program.zone)
    after: tuple[datetime, object, str] = (now, NOBODY, "")
    while rows := await pool.fetch(q("job_vouchers_lapsing"), program.id, *after, ends, now, BATCH):
        yield [_voucher(program, row, now) for row in rows]
        after = (rows[-1]["expires_at"], rows[-1]["wallet"], rows[-1]["reward"])


def _voucher(program: Program, row: asyncpg.Record, now: datetime) -> Message:
    last_day = last_day_before(row["expires_at"], program.zone).isoformat()
    told = reward_fields(program, MerchantId(row["merchant"]), _reward(program, row["rules"], row["reward"]))
    told |= {"count": str(row["count"]), "date": last_day}
    return _message(
        program, row["wallet"], "voucher_lapsing", [row["wallet"], row["reward"], last_day], told, now
    )


def _message(
    program: Program,
    wallet: WalletId,
    event: str,
    of: Sequence[object],
    fields: dict[str, str],
    now: datetime,
) -> Message:
    key = ":".join(str(part) for part in (event, *of))
    return Message(program=program.id, wallet=wallet, event=event, key=key, fields=fields, due_at=now)


def _reward(program: Program, rules: int, code: str) -> Reward:
    """The reward as it was promised, also where it is no longer listed (R06)."""
    return next(one for one in program.rules_version(rules).definition.rewards if one.code == code)
