"""Remedies: what an outage gives, to everybody it concerns, once; the extensions first, then the points."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import asyncpg

from jifen.engine.command import Receipt
from jifen.engine.engine import Engine
from jifen.jobs.expiry import Extending
from jifen.jobs.handing import BATCH, hand_in
from jifen.jobs.lapsing import Households, Lapse, lapsed
from jifen.parties.programs import Outage, Program
from jifen.programs.operating import last_day_before, read_extended
from jifen.programs.remedies import (
    DEALT_WITHIN,
    ExtendInOutage,
    compensation,
    extension,
    lapsed_in,
)
from jifen.store.queries import q
from jifen.values.ids import CELLS, NOBODY, WalletId, cell_of


class Remedied(Extending):
    """What came of a remedy: what was extended, and to how many points were given."""

    compensated: int = 0


async def extend_due(pool: asyncpg.Pool, engine: Engine, program: Program, now: datetime) -> Remedied:
    """Extend all free points whose date has passed in an outage that is over, of whichever outage.

    It finds what comes back late too: points that a hold set free, or a return gave back. What was extended
    has another date, so each lot is extended once, however often and wherever this runs.

    Raises:
        Busy, Closed: the engine took no more in; what is done is done, and the next run goes on.
        asyncpg.PostgresError, OSError: the database could not be read.
    """
    now = now.astimezone(UTC)
    outcome = Remedied()
    over = [outage for outage in program.outages if outage.until is not None]
    if not over:
        return outcome
    households = Households(pool, program)
    async for _, lapses in lapsed(pool, program, now):
        told = await households.told(lapses)
        commands = []
        for lapse in lapses:
            # Two outages may meet in a date: the first extends, and what it left is the second's.
            for outage in over:
                if outage.spares(outage.merchant or program.operator, lapse.expires):
                    place = (lapse.unit, lapse.expires, lapse.version)
                    commands.append(extension(program, outage, lapse.wallet, place, told[lapse.wallet], now))
        await _hand_in(engine, commands, outcome)
    return outcome


async def remedy_due(
    pool: asyncpg.Pool, engine: Engine, program: Program, outage: Outage, now: datetime
) -> Remedied:
    """Give what an outage gives that is over: extend, bring back what had expired, and compensate.

    Each member is compensated under one key for ever, so this may be killed anywhere and run anywhere.
    Source: SCENARIOS S27.

    Raises:
        Busy, Closed: the engine took no more in; what is done is done, and the next run goes on.
        asyncpg.PostgresError, OSError: the database could not be read.
    """
    now = now.astimezone(UTC)
    outcome = await extend_due(pool, engine, program, now)
    await _revive(pool, engine, program, outage, now, outcome)
    if outage.points:
        async for wallets in _affected(pool, program, outage):
            commands = [compensation(program, outage, wallet, now) for wallet in wallets]
            answers = await hand_in(engine, commands)
            outcome.count(commands, answers)
            outcome.compensated += sum(
                isinstance(answer, Receipt) and not answer.replayed for answer in answers
            )
    if not outcome.failed:
        await pool.execute(q("outage_settle"), program.id, outage.id, now)
    return outcome


async def _revive(
    pool: asyncpg.Pool, engine: Engine, program: Program, outage: Outage, now: datetime, outcome: Remedied
) -> None:
    """Take back expiries that were booked before the outage was declared."""
    households = Households(pool, program)
    for cell in range(CELLS):
        after = NOBODY
        full = True
        while full:
            found = await pool.fetch(q("job_lapsed_since"), cell, after, program.id, outage.since, BATCH)
            wallets = [row["wallet"] for row in found]
            full = len(wallets) == BATCH
            after = wallets[-1] if wallets else after
            rows = await pool.fetch(q("needs_lapsed"), [cell] * len(wallets), wallets, wallets)
            places = dict.fromkeys(
                (row["asked"], one.series.unit, one.expires)
                for row in rows
                for one in lapsed_in(outage, [row], program.zone)
            )
            lapses = await _seen(pool, program, list(places))
            told = await households.told(lapses)
            commands = [
                extension(
                    program,
                    outage,
                    lapse.wallet,
                    (lapse.unit, lapse.expires, lapse.version),
                    told[lapse.wallet],
                    now,
                )
                for lapse in lapses
            ]
            await _hand_in(engine, commands, outcome)


async def _seen(
    pool: asyncpg.Pool, program: Program, places: list[tuple[WalletId, str, datetime]]
) -> list[Lapse]:
    """The same places with what the key and the message of an extension need: version, and whether a pool."""
    wallets = list(dict.fromkeys(wallet for wallet, _, _ in places))
    rows = await pool.fetch(q("job_wallets_seen"), [cell_of(wallet) for wallet in wallets], wallets)
    seen = {row["id"]: row for row in rows}
    return [
        Lapse(
            wallet,
            unit,
            expires,
            last_day_before(expires, program.zone),
            seen[wallet]["pool"],
            seen[wallet]["version"],
        )
        for wallet, unit, expires in places
    ]


async def _hand_in(engine: Engine, commands: list[ExtendInOutage], outcome: Remedied) -> None:
    answers = await hand_in(engine, commands)
    outcome.count(commands, answers)
    for answer in answers:
        if isinstance(answer, Receipt) and not answer.replayed:
            outcome.extended += 1
            outcome.points_extended += read_extended(answer.explanation).points


async def _affected(pool: asyncpg.Pool, program: Program, outage: Outage) -> AsyncIterator[list[WalletId]]:
    """Whom an outage concerns: all who were members by its end; of a merchant's, its customers of a year."""
    assert outage.until is not None
    for cell in range(CELLS):
        after = NOBODY
        full = True
        while full:
            asked = (cell, after, program.id, outage.until, BATCH)
            if outage.merchant is None:
                rows = await pool.fetch(q("job_outage_members"), *asked)
            else:
                rows = await pool.fetch(
                    q("job_outage_customers"), *asked, outage.merchant, outage.until - DEALT_WITHIN
                )
            wallets = [WalletId(row["wallet"]) for row in rows]
            full = len(wallets) == BATCH
            after = wallets[-1] if wallets else after
            if wallets:
                yield wallets
