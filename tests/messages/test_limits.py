"""Quotas, quiet hours, consent withdrawn, rates: what holds a message back, and what becomes of it."""

from collections.abc import Iterator
from datetime import timedelta

import msgspec
import pytest

from jifen.messages import consents, outbox
from jifen.messages.contacts import Contact, contact_of, set_contact
from jifen.messages.definition import MessagesPlan, TemplatePlan
from jifen.messages.settings import ChannelSettings, Gateway, ProgramChannels
from tests.engine.town import START
from tests.messages.carrier import Carrier, carrier
from tests.messages.telling import LAPSING, PLAN, SALE, VAULT, Telling, telling

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def sms() -> Iterator[Carrier]:
    """A carrier on loopback."""
    with carrier() as made:
        yield made


async def sell(here: Telling, who: str, key: str) -> None:
    """Put a marketing message."""
    await here.put(who, "campaign_started", key, purpose="marketing")


async def test_consent_is_looked_at_when_it_is_sent(database: str, sms: Carrier) -> None:
    """
    amy agrees; ben never did; cai agrees, and takes it back after the message was put
    deliver   amy gets it; ben's and cai's are suppressed
    """
    async with telling(database, sms.settings()) as here:
        await here.agree("amy")
        await here.agree("cai")
        for who in ("amy", "ben", "cai"):
            await sell(here, who, f"sale:{who}")
        async with here.pool.acquire() as conn:
            await consents.withdraw(
                conn, here.here.program.id, here.here.wallets["cai"], "marketing", channel="app", at=START
            )
        done = await here.deliver(START)
        assert (done.sent, done.suppressed) == (1, 2)
        assert sms.phones() == ["19900000001"]
        assert sms.taken[0].template == "SMS_2"
        assert await here.told("sale:cai") == ("suppressed", None)


async def test_service_needs_no_consent_and_withdrawal_blocks_nothing(database: str, sms: Carrier) -> None:
    """Who wants no advertising is reminded all the same."""
    async with telling(database, sms.settings()) as here:
        await here.put("ben", "points_lapsing", "k1")
        await here.deliver(START)
        assert sms.phones() == ["19900000002"]


async def test_a_day_has_one_marketing_message_and_the_month_three(database: str, sms: Carrier) -> None:
    """
    put     five at once         plan: 1 a day, 3 a month
    day 1   one, the others wait for the next day's end of quiet hours
    day 2   another; day 3 the third; the rest is suppressed
    """
    plan = msgspec.structs.replace(PLAN, marketing_per_day=1, marketing_per_month=3)
    async with telling(database, sms.settings(), plan) as here:
        await here.agree("amy")
        for number in range(5):
            await sell(here, "amy", f"sale:{number}")
        await here.put("amy", "points_lapsing", "k1")
        for look in range(3):
            await here.deliver(START + look * timedelta(seconds=5))
        assert sorted(one.template for one in sms.taken) == ["SMS_1", "SMS_2"]
        await here.deliver(START + DAY - HOUR * 5)
        assert len(sms.taken) == 2
        for day in (1, 2, 3, 4):
            for second in range(0, 30, 5):
                await here.deliver(START + day * DAY + timedelta(seconds=second))
        assert [one.template for one in sms.taken].count("SMS_2") == 3
        states = await here.pool.fetch("SELECT state FROM message WHERE purpose = 'marketing'")
        assert [row["state"] for row in states].count("suppressed") == 2


async def test_reminders_wait_for_the_morning(database: str, sms: Carrier) -> None:
    """
    22:30   put a reminder and a freeze   -> the freeze at once
    00:30   still quiet
    08:00   the reminder
    """
    night = START + timedelta(hours=12, minutes=30)
    async with telling(database, sms.settings()) as here:
        await here.put("amy", "points_lapsing", "k1", due=night)
        await here.put("amy", "frozen", "k2", due=night)
        await here.deliver(night)
        assert [one.template for one in sms.taken] == ["SMS_3"]
        await here.deliver(night + 2 * HOUR)
        assert len(sms.taken) == 1
        await here.deliver(START + 22 * HOUR - timedelta(seconds=1))
        assert len(sms.taken) == 1
        await here.deliver(START + 22 * HOUR)
        assert [one.template for one in sms.taken] == ["SMS_3", "SMS_1"]


async def test_nothing_goes_before_it_is_due(database: str, sms: Carrier) -> None:
    """A message may be put for later."""
    async with telling(database, sms.settings()) as here:
        await here.put("amy", "points_lapsing", "k1", due=START + HOUR)
        assert not await here.deliver(START)
        assert not sms.taken
        await here.deliver(START + HOUR)
        assert len(sms.taken) == 1


async def test_a_provider_gets_so_many_a_minute(database: str, sms: Carrier) -> None:
    """Two offices share the rate of two a minute; the rest follows in the minutes after."""
    async with telling(database, sms.settings(per_minute=2)) as here:
        other = here.office(here.pool)
        for number in range(5):
            await here.put("amy", "points_lapsing", f"k{number}")
        await here.deliver(START)
        await here.deliver(START + timedelta(seconds=30), other)
        assert len(sms.taken) == 2
        await here.deliver(START + timedelta(seconds=60), other)
        assert len(sms.taken) == 4
        await here.deliver(START + timedelta(seconds=120))
        assert len(sms.taken) == 5
        assert len({one.reference for one in sms.taken}) == 5


async def test_one_subscription_of_wechat_is_one_message(database: str) -> None:
    """The second reminder finds it used up and goes on; contacts are sealed."""
    texts = (TemplatePlan(event="points_lapsing", channel="wechat", text="{points}", approved="W1"),)
    plan = MessagesPlan(fallback=("wechat", "in_app"), templates=texts)
    async with telling(database, ChannelSettings(console=True), plan) as here:
        ann, program = here.here.wallets["ann"], here.here.program.id
        contact = Contact(wechat="openid-ann", subscriptions={"W1": 1, "W2": 3})
        async with here.pool.acquire() as conn:
            await set_contact(conn, VAULT, program, ann, contact, START)
            assert await contact_of(conn, VAULT, ann) == contact
            assert b"openid" not in await conn.fetchval("SELECT wechat FROM contact")
        await here.put("ann", "points_lapsing", "k1")
        await here.put("ann", "points_lapsing", "k2")
        await here.deliver(START)
        await here.deliver(START + timedelta(seconds=2))
        told = sorted([(await here.told(key))[1] or "" for key in ("k1", "k2")])
        assert told == ["in_app", "wechat"]
        async with here.pool.acquire() as conn:
            assert (await contact_of(conn, VAULT, ann)).subscriptions == {"W2": 3}
            await set_contact(conn, VAULT, program, ann, Contact(), START)
            assert await contact_of(conn, VAULT, ann) == Contact()


async def test_what_has_no_receipt_stands_in_the_inbox_too(database: str) -> None:
    """A gateway's yes proves nothing: so the same message is put where it is proven."""
    texts = (TemplatePlan(event="points_lapsing", channel="push", text="{points}"),)
    plan = MessagesPlan(fallback=("push", "email", "in_app"), templates=texts)
    with carrier() as gateway:
        url = f"json://127.0.0.1:{gateway.port}/{{to}}"
        push = ProgramChannels(push=Gateway(url=url))
        async with telling(database, ChannelSettings(programs={"*": push}), plan) as here:
            async with here.pool.acquire() as conn:
                ann, program = here.here.wallets["ann"], here.here.program.id
                await set_contact(conn, VAULT, program, ann, Contact(push="token/1"), START)
            gateway.mood = ["gateway"]
            await here.put("ann", "points_lapsing", "k1")
            await here.deliver(START)
            assert await here.attempts("k1") == [("push", "sent"), ("in_app", "delivered")]
            assert gateway.posted == ["/token%2F1"]


async def test_a_notice_to_all_by_short_message_and_inbox(database: str, sms: Carrier) -> None:
    """Each member once, by what reaches it."""
    plan = MessagesPlan(
        fallback=("sms", "in_app"),
        templates=(
            LAPSING,
            SALE,
            TemplatePlan(event="terms_effective", channel="sms", text="{version} {date}", approved="SMS_4"),
        ),
    )
    async with telling(database, sms.settings(), plan) as here:
        for _ in range(2):
            await outbox.put_to_all(
                here.pool,
                here.here.program.id,
                "terms_effective",
                "service",
                "terms:2:effective",
                {"version": "2", "date": "2026-12-01"},
                START,
            )
            await here.deliver(START)
        assert sms.phones() == ["19900000001", "19900000002", "19900000003"]
        inbox = await here.pool.fetchval("SELECT count(*) FROM message_attempt WHERE channel = 'in_app'")
        assert inbox == len(here.here.wallets) - 3
