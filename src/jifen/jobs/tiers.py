"""Tiers: standings that have run out are reviewed."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import asyncpg
import msgspec

from jifen.engine.engine import Engine
from jifen.jobs.expiry import SOURCE
from jifen.jobs.handing import BATCH, Outcome, hand_in
from jifen.parties.programs import Program
from jifen.programs.standing import ReviewTier
from jifen.rules.person import read_person
from jifen.store.queries import q
from jifen.values.ids import NOBODY, WalletId
from jifen.values.periods import local_day


class _Review(msgspec.Struct, frozen=True):
    """What is stored as the event: the last day of the standing that is reviewed."""

    type: str
    until: date


async def review_due(pool: asyncpg.Pool, engine: Engine, program: Program, now: datetime) -> Outcome:
    """Review all standings of a programme whose day has come by `now`.

    The key names the wallet and the standing's last day, so each is reviewed once, wherever this runs.

    Raises:
        Busy, Closed: the engine took no more in; what is done is done, and the next run goes on.
        asyncpg.PostgresError, OSError: the database could not be read.
    """
    now = now.astimezone(UTC)
    outcome = Outcome()
    after: tuple[date, WalletId] = (date.min, WalletId(NOBODY))
    while rows := await pool.fetch(q("job_reviews"), program.id, local_day(now, program.zone), *after, BATCH):
        commands = _reviews(program, rows, now)
        outcome.count(commands, await hand_in(engine, commands))
        after = (rows[-1]["due"], rows[-1]["wallet"])
    return outcome


def _reviews(program: Program, rows: Sequence[asyncpg.Record], now: datetime) -> list[ReviewTier]:
    found = []
    for row in rows:
        until = read_person(row["facts"]).standing.until
        if until is not None:
            found.append(_review(program, row["wallet"], until, now))
    return found


def _review(program: Program, wallet: WalletId, until: date, now: datetime) -> ReviewTier:
    return ReviewTier(
        program=program.id,
        source=SOURCE,
        key=f"review:{wallet}:{until.isoformat()}",
        wallet=wallet,
        occurred_at=now,
        recorded_at=now,
        content=msgspec.json.encode(_Review("review", until)),
        until=until,
    )
