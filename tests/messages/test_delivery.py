"""Delivery: the chain of channels, receipts, and what a lost answer or a kill may not do: tell twice."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from jifen.messages import outbox
from jifen.messages.definition import MessagesPlan, TemplatePlan
from jifen.messages.outbox import Message
from jifen.messages.settings import ChannelSettings
from jifen.values.ids import WalletId
from tests.engine.town import START
from tests.messages.carrier import Carrier, carrier
from tests.messages.telling import telling

SOON = timedelta(seconds=1)
LATER = timedelta(minutes=11)


@pytest.fixture
def sms() -> Iterator[Carrier]:
    """A carrier on loopback."""
    with carrier() as made:
        yield made


@pytest.mark.parametrize("provider", ["aliyun", "tencent"])
async def test_a_short_message_is_delivered_by_its_receipt(
    database: str, sms: Carrier, provider: str
) -> None:
    """
    put      amy  reminder    -> waiting
    deliver                   -> sent, not delivered
    receipt                   -> delivered, at the receipt's time; a repeat changes nothing
    """
    async with telling(database, sms.settings(provider)) as here:
        await here.put("amy", "points_lapsing", "k1")
        assert await here.told("k1") == ("waiting", None)
        done = await here.deliver(START)
        assert not sms.faults
        assert (done.sent, done.delivered) == (1, 0)
        assert await here.told("k1") == ("sent", "sms")
        assert await outbox.delivered(here.pool, here.here.program.id, ["k1"]) == {}
        (taken,) = sms.taken
        assert (taken.phone, taken.template) == ("19900000001", "SMS_1")
        values = taken.values.values() if provider == "aliyun" else taken.values
        assert list(values) == ["50", "积分", "2026-12-31"]
        raw = sms.aliyun_receipt(taken) if provider == "aliyun" else sms.tencent_receipt(taken)
        assert await here.receipt(provider, raw, START + SOON) == 0
        assert await here.receipt(provider, raw, START + LATER) == 0
        proof = await outbox.delivered(here.pool, here.here.program.id, ["k1"])
        assert proof == {"k1": START + SOON}
        await here.deliver(START + LATER)
        assert await here.attempts("k1") == [("sms", "delivered")]
        assert len(sms.taken) == 1


async def test_who_has_no_phone_finds_it_in_the_inbox(database: str, sms: Carrier) -> None:
    """What stands in the inbox is delivered."""
    async with telling(database, sms.settings()) as here:
        await here.put("ann", "points_lapsing", "k1")
        done = await here.deliver(START)
        assert done.delivered == 1
        assert await here.told("k1") == ("delivered", "in_app")
        assert await here.pool.fetchval("SELECT count(*) FROM message_due") == 0
        body = await here.pool.fetchval("SELECT body FROM message_attempt")
        assert body == "您有50积分将于2026-12-31到期,请在到期前使用。"
        assert not sms.taken


async def test_without_a_receipt_the_next_channel_is_tried(database: str, sms: Carrier) -> None:
    """Ten minutes without a receipt: the inbox; the late receipt is kept, the message was told already."""
    async with telling(database, sms.settings()) as here:
        await here.put("amy", "points_lapsing", "k1")
        await here.deliver(START)
        await here.deliver(START + timedelta(minutes=9))
        assert await here.attempts("k1") == [("sms", "sent")]
        await here.deliver(START + LATER)
        assert await here.attempts("k1") == [("sms", "lapsed"), ("in_app", "delivered")]
        assert await here.told("k1") == ("delivered", "in_app")
        await here.receipt("aliyun", sms.aliyun_receipt(*sms.taken), START + LATER + SOON)
        assert await here.attempts("k1") == [("sms", "delivered"), ("in_app", "delivered")]
        assert await here.told("k1") == ("delivered", "in_app")
        assert len(sms.taken) == 1


async def test_a_receipt_that_never_came_is_asked_for(database: str, sms: Carrier) -> None:
    """Before it is given up, the carrier is asked, and knows that it was delivered."""
    async with telling(database, sms.settings()) as here:
        await here.put("amy", "points_lapsing", "k1")
        await here.deliver(START)
        sms.taken[0].state = "delivered"
        await here.deliver(START + LATER)
        assert await here.attempts("k1") == [("sms", "delivered")]
        assert await here.told("k1") == ("delivered", "sms")


async def test_a_receipt_of_failure_goes_on_to_the_next_channel(database: str, sms: Carrier) -> None:
    """The phone is off the network: at once the inbox."""
    async with telling(database, sms.settings()) as here:
        await here.put("amy", "points_lapsing", "k1")
        await here.deliver(START)
        await here.receipt("aliyun", sms.aliyun_receipt(*sms.taken, success=False), START + SOON)
        await here.deliver(START + SOON)
        assert await here.attempts("k1") == [("sms", "failed"), ("in_app", "delivered")]


@pytest.mark.parametrize("provider", ["aliyun", "tencent"])
async def test_an_answer_that_takes_too_long_is_a_lost_one(
    database: str, sms: Carrier, provider: str
) -> None:
    """The SDK gives up after the settings' second, and does not send again by itself."""
    sms.mood = ["hang"]
    async with telling(database, sms.settings(provider, answer_s=1)) as here:
        await here.put("amy", "points_lapsing", "k1")
        await here.deliver(START)
        assert await here.attempts("k1") == [("sms", "unsure")]
        assert len(sms.taken) == sms.calls == 1


async def test_operators_are_told_by_their_robot(database: str) -> None:
    """A message to the programme's own id; without a robot it is a dead letter."""
    robot = TemplatePlan(event="closing", channel="robot", text="{program}: {date}")
    plan = MessagesPlan(templates=(robot,))
    async with telling(database, ChannelSettings(console=True), plan) as here:
        program = here.here.program.id
        notice = Message(
            program=program,
            wallet=WalletId(program),
            event="closing",
            key="closing:1",
            fields={"date": "2027-01-01"},
            due_at=START,
        )
        await outbox.put(here.pool, [notice], START)
        await here.deliver(START)
        assert await here.told("closing:1") == ("delivered", "robot")


@pytest.mark.parametrize("provider", ["aliyun", "tencent"])
async def test_a_lost_answer_does_not_lead_to_a_second_message(
    database: str, sms: Carrier, provider: str
) -> None:
    """
    deliver   the carrier takes it and hangs up   -> unsure
    deliver   a minute later                      -> asked by our reference: on its way
    deliver   when it has arrived                 -> delivered, sent once
    """
    sms.mood = ["lose"]
    async with telling(database, sms.settings(provider)) as here:
        await here.put("amy", "points_lapsing", "k1")
        await here.deliver(START)
        assert await here.attempts("k1") == [("sms", "unsure")]
        await here.deliver(START + timedelta(minutes=2))
        assert await here.attempts("k1") == [("sms", "unsure")]
        sms.taken[0].state = "delivered"
        await here.deliver(START + LATER)
        assert await here.attempts("k1") == [("sms", "delivered")]
        assert len(sms.taken) == 1


async def test_a_receipt_by_our_reference_needs_no_answer(database: str, sms: Carrier) -> None:
    """Aliyun gives OutId back, so that its receipt is known though its answer was lost."""
    sms.mood = ["lose"]
    async with telling(database, sms.settings()) as here:
        await here.put("amy", "points_lapsing", "k1")
        await here.deliver(START)
        assert await here.receipt("aliyun", sms.aliyun_receipt(*sms.taken), START + SOON) == 0
        assert await here.told("k1") == ("delivered", "sms")


async def test_what_a_carrier_refuses_for_good_goes_on(database: str, sms: Carrier) -> None:
    """A number that is none will be none tomorrow."""
    sms.mood = ["refuse"]
    async with telling(database, sms.settings()) as here:
        await here.put("amy", "points_lapsing", "k1")
        await here.deliver(START)
        assert await here.attempts("k1") == [("sms", "refused"), ("in_app", "delivered")]


async def test_a_receipt_of_nobodys_message_is_unknown(database: str, sms: Carrier) -> None:
    """Receipts of others, and such as name a number that was never tried."""
    async with telling(database, sms.settings()) as here:
        await here.put("amy", "points_lapsing", "k1")
        await here.deliver(START)
        (taken,) = sms.taken
        taken.reference = taken.reference[:-1] + "7"
        taken.serial = "none"
        assert await here.receipt("aliyun", sms.aliyun_receipt(taken), START + SOON) == 1
        taken.reference = "x"
        assert await here.receipt("aliyun", sms.aliyun_receipt(taken), START + SOON) == 1
        assert await here.told("k1") == ("sent", "sms")


async def test_without_a_provider_there_is_the_inbox(database: str) -> None:
    """An installation without settings tells members in the app."""
    async with telling(database, ChannelSettings()) as here:
        await here.put("amy", "points_lapsing", "k1")
        await here.deliver(START)
        assert await here.told("k1") == ("delivered", "in_app")
