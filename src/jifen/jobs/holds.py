"""Lapse: holds past their deadline give their points back."""

from collections.abc import Callable
from datetime import UTC, datetime

import asyncpg
import msgspec

from jifen.books.wallet import EPOCH
from jifen.engine.engine import Engine
from jifen.jobs.expiry import SOURCE
from jifen.jobs.handing import BATCH, Outcome, hand_in
from jifen.mall.holding import Release
from jifen.parties.programs import Program
from jifen.store.queries import q
from jifen.values.ids import NOBODY, EntryId, Id, ProgramId, WalletId


class _Lapse(msgspec.Struct, frozen=True):
    """What is stored as the event."""

    type: str
    hold: Id


async def lapse_due(
    pool: asyncpg.Pool,
    engine: Engine,
    program: Program,
    now: datetime,
    progress: Callable[[int], None] | None = None,
) -> Outcome:
    """Let all open holds of a programme lapse whose deadline is not after `now`.

    The lapse occurs now, not at the deadline: until then the points were held, so a lot whose date passed
    meanwhile gets the programme's grace (DESIGN §2: the hold wins until it ends). One key per hold, so that
    many processes may run it. progress: told how many holds were looked at so far.

    Raises:
        Busy, Closed: the engine took no more in; what is done is done, and the next run goes on.
        asyncpg.PostgresError, OSError: the database could not be read.
    """
    now = now.astimezone(UTC)
    outcome = Outcome()
    after: tuple[datetime, Id] = (EPOCH, NOBODY)
    looked = 0
    while rows := await pool.fetch(q("job_lapsing"), program.id, now, *after, BATCH):
        commands = [_command(program.id, row["wallet"], row["id"], now) for row in rows]
        outcome.count(commands, await hand_in(engine, commands))
        looked += len(rows)
        if progress is not None:
            progress(looked)
        after = (rows[-1]["deadline"], rows[-1]["id"])
    return outcome


def _command(program: ProgramId, wallet: WalletId, hold: EntryId, now: datetime) -> Release:
    return Release(
        program=program,
        source=SOURCE,
        key=f"lapse:{hold}",
        wallet=wallet,
        occurred_at=now,
        recorded_at=now,
        content=msgspec.json.encode(_Lapse("lapse", hold)),
        hold=hold,
        lapsed=True,
    )
