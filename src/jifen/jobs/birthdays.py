"""Birthdays: what the rules give for them, and a greeting, once a year for each person or pet."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import asyncpg
import msgspec

from jifen.engine.command import Receipt
from jifen.engine.engine import Engine
from jifen.events.earning import BIRTHDAY, Earning
from jifen.events.event import act_content
from jifen.jobs.expiry import SOURCE
from jifen.jobs.handing import BATCH, Outcome, hand_in
from jifen.messages.outbox import Message, put
from jifen.parties.programs import Program
from jifen.store.queries import q
from jifen.values.calendars import birthdays_on, lunar_of
from jifen.values.ids import NOBODY, WalletId
from jifen.values.periods import end_of_day, start_of_day

DAYS_BACK = 7
"""Birthdays of so many days before today are made good where nothing ran."""


class Greeting(Outcome):
    """What came of the birthdays of a day: told is how many greetings are new."""

    told: int = 0


class _Fallen(msgspec.Struct, frozen=True):
    """A birthday that falls on a day. year: that of its calendar, in which it is kept once."""

    wallet: WalletId
    ref: str
    whose: str
    year: int


def days_back(today: date) -> list[date]:
    """Today and the days before it whose birthdays are made good, oldest first."""
    return [today - timedelta(days=n) for n in range(DAYS_BACK, -1, -1)]


def gives(program: Program, day: date) -> bool:
    """Whether the rules in force as a day begins give anything for a birthday."""
    rules = program.rules_at(start_of_day(day, program.zone))
    return rules is not None and any(
        act.startswith(BIRTHDAY) for rule in rules.definition.rules for act in getattr(rule, "acts", ())
    )


async def greet(pool: asyncpg.Pool, engine: Engine, program: Program, day: date, now: datetime) -> Greeting:
    """Book the act birthday.self, .child or .pet for every birthday of a day, and greet those it gave points.

    Only members who agreed to that use and had joined by that day. The act happens as the day begins; its key
    names the wallet, the ref and the year, so it gives once a year however often this runs and even where
    the date was changed to a later one of that year (SCENARIOS S11). A birthday of the lunar year counts
    for that year. Where a run was cut off, the next one finds the act booked and puts the missing greeting.

    Raises:
        Busy, Closed: the engine took no more in; what is done is done, and the next run goes on.
        asyncpg.PostgresError, OSError: the database could not be read.
    """
    now = now.astimezone(UTC)
    outcome = Greeting()
    if not gives(program, day):
        return outcome
    async for page in _fallen(pool, program, day):
        commands = [_act(program, fallen, day, now) for fallen in page]
        answers = await hand_in(engine, commands)
        outcome.count(commands, answers)
        greetings = [
            _greeting(program, fallen, answer, now)
            for fallen, answer in zip(page, answers, strict=True)
            if isinstance(answer, Receipt) and answer.points > 0
        ]
        outcome.told += await put(pool, greetings, now)
    return outcome


async def _fallen(pool: asyncpg.Pool, program: Program, day: date) -> AsyncIterator[list[_Fallen]]:
    joined = end_of_day(day, program.zone)
    for lunar, month, dom in birthdays_on(day):
        year = lunar_of(day).year if lunar else day.year
        after: tuple[WalletId, str] = (WalletId(NOBODY), "")
        while rows := await pool.fetch(
            q("job_birthdays"), program.id, lunar, month, dom, joined, *after, BATCH
        ):
            yield [_Fallen(row["wallet"], row["ref"], row["whose"], year) for row in rows]
            after = (rows[-1]["wallet"], rows[-1]["ref"])


def _key(fallen: _Fallen) -> str:
    return f"birthday:{fallen.wallet}:{fallen.ref}:{fallen.year}"


def _act(program: Program, fallen: _Fallen, day: date, now: datetime) -> Earning:
    act = f"{BIRTHDAY}{fallen.whose}"
    return Earning(
        program=program.id,
        source=SOURCE,
        key=_key(fallen),
        wallet=fallen.wallet,
        occurred_at=start_of_day(day, program.zone),
        recorded_at=now,
        # Without the day: a birthday that was moved within its year is still the same fact.
        content=act_content(act, "", None),
        store=None,
        act=act,
    )


def _greeting(program: Program, fallen: _Fallen, receipt: Receipt, now: datetime) -> Message:
    return Message(
        program=program.id,
        wallet=fallen.wallet,
        event=f"birthday_{fallen.whose}",
        key=_key(fallen),
        fields={"points": str(receipt.points), "unit": program.units[receipt.unit].name},
        due_at=now,
    )
