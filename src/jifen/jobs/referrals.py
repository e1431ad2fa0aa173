"""Referrals: the inviter's reward, once the invited member's first order has stood its time."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import asyncpg

from jifen.engine.engine import Engine
from jifen.engine.loading import load_entries
from jifen.engine.view import Booked
from jifen.events.earning import OWN_SOURCE, REFERRAL
from jifen.events.event import act_content
from jifen.events.referring import Referred, standing_order
from jifen.jobs.handing import BATCH, Outcome, hand_in
from jifen.messages.outbox import Message, put
from jifen.parties.programs import Program
from jifen.parties.traits import shared_by
from jifen.store.queries import q
from jifen.values.ids import CELLS, NOBODY, WalletId, cell_of

ORDERS_MOST = 100
"""So many first orders of somebody are looked at; whoever returned all of those was not won."""


class Referrals(Outcome):
    """What came of the referrals of a day: also how many were refused, since the accounts are linked."""

    linked: int = 0


async def refer_due(pool: asyncpg.Pool, engine: Engine, program: Program, now: datetime) -> Referrals:
    """Pay the referrals of a programme that are due, and let those lapse that took too long.

    One key per invited member, and the referral is settled by the entry that pays it: so it is paid once,
    however often and wherever this runs. Nothing is paid for an invited member who shares a device, a payer
    or a phone with the inviter, or with somebody whom the inviter invited before. Source: SCENARIOS S22.

    Raises:
        Busy, Closed: the engine took no more in; what is done is done, and the next run goes on.
        asyncpg.PostgresError, OSError: the database could not be read.
    """
    outcome = Referrals()
    now = now.astimezone(UTC)
    rules = program.rules_at(now)
    referral = rules.definition.referral if rules else None
    if referral is None:
        return outcome
    await pool.execute(q("referrals_lapse"), program.id, now - timedelta(days=referral.within_days), now)
    for cell in range(CELLS):
        after = NOBODY
        while rows := await pool.fetch(q("referrals_open"), cell, program.id, after, BATCH):
            commands = []
            for row in rows:
                purchases = await _purchases(pool, row["invitee"])
                if standing_order(purchases, referral, row["invited_at"], now, program.zone) is None:
                    continue
                if await _linked(pool, program, row, now):
                    outcome.linked += 1
                else:
                    commands.append(_command(program, row["inviter"], row["invitee"], now))
            outcome.count(commands, await hand_in(engine, commands))
            after = rows[-1]["invitee"]
    return outcome


async def _linked(pool: asyncpg.Pool, program: Program, row: asyncpg.Record, now: datetime) -> bool:
    """Whether a referral is refused because of linked accounts; the inviter is told (COMPLIANCE R10)."""
    invitee, inviter = WalletId(row["invitee"]), WalletId(row["inviter"])
    kinds = await shared_by(pool, invitee, inviter, row["invited_at"])
    if not kinds:
        return False
    message = Message(
        program=program.id,
        wallet=inviter,
        event="referral_refused",
        key=f"referral_refused:{invitee}",
        fields={},
        due_at=now,
    )
    async with pool.acquire() as conn, conn.transaction():
        await conn.fetchval(q("referral_linked"), cell_of(invitee), invitee, now, kinds)
        await put(conn, [message], now)
    return True


async def _purchases(pool: asyncpg.Pool, wallet: WalletId) -> Sequence[Booked]:
    """The first purchases of a member with what came back of them, in the order in which they happened."""
    async with pool.acquire() as conn:
        ids = [
            row["id"] for row in await conn.fetch(q("referral_orders"), cell_of(wallet), wallet, ORDERS_MOST)
        ]
        if not ids:
            return []
        found = await load_entries(conn, ids)
    return sorted((booked for booked, _ in found.values()), key=lambda one: one.entry.occurred_at)


def _command(program: Program, inviter: WalletId, invitee: WalletId, now: datetime) -> Referred:
    return Referred(
        program=program.id,
        source=OWN_SOURCE,
        key=f"referral:{invitee}",
        wallet=inviter,
        occurred_at=now,
        recorded_at=now,
        content=act_content(REFERRAL, "", None, str(invitee)),
        store=None,
        act=REFERRAL,
        invitee=invitee,
    )
