"""Campaigns: when one begins, those who agreed to marketing are told, once each."""

from datetime import UTC, datetime

import asyncpg

from jifen.jobs.handing import BATCH, Told
from jifen.messages.outbox import Message, put
from jifen.parties.programs import Program
from jifen.rules.definition import Campaign
from jifen.store.queries import q
from jifen.values.ids import CELLS, NOBODY, WalletId
from jifen.values.periods import local_day


def running(program: Program, now: datetime) -> list[Campaign]:
    """The campaigns of the rules in force that have begun and are not over."""
    rules = program.rules_at(now)
    campaigns = rules.definition.campaigns if rules is not None else ()
    return [campaign for campaign in campaigns if campaign.since <= now < campaign.until]


async def announce(pool: asyncpg.Pool, program: Program, campaign: Campaign, now: datetime) -> Told:
    """Put a marketing message about a campaign's start to every member who agreed to marketing.

    The key names the campaign, its start and the wallet, so it may be run anywhere and as often as one likes.

    Raises:
        asyncpg.PostgresError, OSError: the database could not be read; the next run goes on.
    """
    now = now.astimezone(UTC)
    outcome = Told()
    for cell in range(CELLS):
        after = WalletId(NOBODY)
        while rows := await pool.fetch(q("job_consenting"), cell, program.id, "marketing", after, BATCH):
            messages = [_message(program, campaign, row["wallet"], now) for row in rows]
            outcome.looked += len(messages)
            outcome.told += await put(pool, messages, now)
            after = rows[-1]["wallet"]
    return outcome


def _message(program: Program, campaign: Campaign, wallet: WalletId, now: datetime) -> Message:
    since = campaign.since.astimezone(UTC)
    return Message(
        program=program.id,
        wallet=wallet,
        event="campaign_started",
        purpose="marketing",
        key=f"campaign_started:{campaign.code}:{since.isoformat()}:{wallet}",
        fields={
            "title": campaign.title,
            "title_en": campaign.title_en or campaign.title,
            "text": campaign.text,
            "text_en": campaign.text_en or campaign.text,
            "from": local_day(campaign.since, program.zone).isoformat(),
            "until": local_day(campaign.until, program.zone).isoformat(),
        },
        due_at=now,
    )
