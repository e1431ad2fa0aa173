"""Webhooks out: every entry once, signed, in its wallet's order; failures, replay, where they may not go."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from jifen.jobs.delivering import merchant_codes
from jifen.messages import webhooks
from jifen.messages.addresses import check_url, is_public, place_of
from jifen.messages.events import MessageRefused
from jifen.messages.webhooks import WAITS_S, Caller, Told
from tests.engine.town import START, Town, days, town
from tests.messages.receiver import Receiver, receiver
from tests.messages.telling import VAULT

MINUTE = timedelta(minutes=1)


class Calling:
    """A town with a webhook."""

    def __init__(self, here: Town, partner: Receiver, caller: Caller) -> None:
        self.here = here
        self.partner = partner
        self.caller = caller

    async def deliver(self, now: datetime, caller: Caller | None = None) -> Told:
        """One look."""
        program = self.here.program
        codes = merchant_codes(program)
        return await (caller or self.caller).deliver(program, now, lambda: datetime.now(UTC), codes)

    async def add(self, *kinds: str, at: datetime = START) -> None:
        """Add the webhook."""
        async with self.here.pool.acquire() as conn:
            self.partner.secret = await webhooks.add_webhook(
                conn,
                VAULT,
                self.here.program.id,
                "crm",
                self.partner.url,
                kinds or ("*",),
                at,
                private=True,
            )

    async def buy(self, who: str, key: str, day: int = 0) -> str:
        """A purchase; the id of its telling."""
        receipt = await self.here.do(self.here.orders.purchase(key, who, days(day), amount=1000))
        return f"{receipt.wallet}-{receipt.no}"


@pytest.fixture
def partner() -> Iterator[Receiver]:
    """A partner system on loopback."""
    with receiver() as made:
        yield made


@asynccontextmanager
async def calling(dsn: str, partner: Receiver, **more: Any) -> AsyncIterator[Calling]:
    """A town with a caller of webhooks."""
    async with town(dsn, **more) as here:
        caller = Caller(here.pool, VAULT, private=True)
        try:
            yield Calling(here, partner, caller)
        finally:
            await caller.close()


async def rows(pool: asyncpg.Pool) -> int:
    """How many deliveries there are."""
    count: int = await pool.fetchval("SELECT count(*) FROM webhook_delivery")
    return count


async def test_entries_are_told_signed_and_in_order(database: str, partner: Receiver) -> None:
    """
    before the webhook    nothing is noted
    ann 1 2 3, bob 1      -> told, ann's in their order, as CloudEvents; once
    """
    async with calling(database, partner) as here:
        await here.buy("ann", "p0")
        assert await rows(here.here.pool) == 0
        await here.add()
        for number in range(1, 4):
            await here.buy("ann", f"p{number}")
        await here.buy("bob", "q1")
        told = await here.deliver(days(1))
        assert (told.accepted, told.failed) == (4, 0)
        assert not partner.faults
        assert [no for who, no in partner.told() if who == "ann"] == [2, 3, 4]
        assert ("bob", 1) in partner.told()
        assert await here.deliver(days(1)) == Told()
        event = partner.taken[0]
        assert event["specversion"] == "1.0"
        assert event["type"] == "jifen.entry.purchase"
        assert event["source"] == f"urn:jifen:program:{here.here.program.code}"
        assert event["id"] == partner.ids[0]
        assert event["data"]["event"]["store"]
        assert event["data"]["balance"]["available"] > 0
        assert len(event["data"]["hash"]) == 64


async def test_only_the_kinds_that_were_asked_for(database: str, partner: Receiver) -> None:
    """A webhook for redemptions hears of no purchase; a removed one of nothing, and costs nothing."""
    async with calling(database, partner) as here:
        await here.add("redeem", "hold")
        await here.buy("ann", "p1")
        await here.here.do(here.here.orders.redeem("r1", "ann", days(0), points=5))
        await here.deliver(days(1))
        assert [one["type"] for one in partner.taken] == ["jifen.entry.redeem"]
        async with here.here.pool.acquire() as conn:
            await webhooks.add_webhook(
                conn, VAULT, here.here.program.id, "erp", partner.url, ("hold",), START, private=True
            )
        await here.here.pool.execute("UPDATE webhook SET removed_at = $1 WHERE code = 'crm'", START)
        await here.here.do(here.here.orders.redeem("r2", "ann", days(0), points=1))
        assert await rows(here.here.pool) == 1


async def test_the_next_waits_for_the_one_before(database: str, partner: Receiver) -> None:
    """
    ann 2 fails           -> ann 3 waits, bob goes on
    ann 2 is accepted     -> then ann 3
    """
    async with calling(database, partner) as here:
        await here.add()
        await here.buy("ann", "p1")
        second = await here.buy("ann", "p2")
        await here.buy("ann", "p3")
        await here.buy("bob", "q1")
        partner.refuse = {second}
        await here.deliver(days(0))
        assert sorted(partner.told()) == [("ann", 1), ("bob", 1)]
        await here.deliver(days(0) + timedelta(seconds=6))
        assert partner.refused == [second, second]
        partner.refuse = set()
        await here.deliver(days(0) + 20 * MINUTE)
        assert partner.told()[2:] == [("ann", 2), ("ann", 3)]


async def test_a_partner_that_is_down_is_left_in_peace(database: str, partner: Receiver) -> None:
    """It rests longer each time; what waited is told when it is back, and nothing twice."""
    async with calling(database, partner) as here:
        await here.add()
        for number in range(5):
            await here.buy("ann", f"p{number}")
            await here.buy("bob", f"q{number}")
        partner.down = True
        for look in range(60):
            await here.deliver(days(0) + look * MINUTE)
        assert 2 <= len(partner.refused) <= 10
        partner.down = False
        for look in range(60, 300):
            await here.deliver(days(0) + look * MINUTE)
        assert sorted(partner.told()) == [(who, no) for who in ("ann", "bob") for no in range(1, 6)]
        assert [no for who, no in partner.told() if who == "ann"] == [1, 2, 3, 4, 5]
        assert len(set(partner.ids)) == 10


async def test_what_is_never_accepted_dies_and_the_next_goes_on(database: str, partner: Receiver) -> None:
    """After ten tries over days a delivery is dead; it can be told again by a replay."""
    async with calling(database, partner) as here:
        await here.add()
        first = await here.buy("ann", "p1")
        await here.buy("ann", "p2")
        partner.refuse = {first}
        now = days(0)
        for wait_s in (0, *WAITS_S):
            now += timedelta(seconds=max(wait_s, 1000))
            await here.deliver(now)
        assert partner.refused == [first] * 10
        await here.deliver(now + 20 * MINUTE)
        assert partner.told() == [("ann", 2)]
        state = await here.here.pool.fetchval("SELECT state FROM webhook_delivery WHERE no = 1")
        assert state == "dead"


async def test_a_replay_tells_a_stretch_again(database: str, partner: Receiver) -> None:
    """Also of entries before the webhook, with the same ids as at first, in order."""
    async with calling(database, partner) as here:
        ids = [await here.buy("ann", f"p{day}", day) for day in range(3)]
        await here.add(at=days(3))
        ids.append(await here.buy("ann", "p3", 3))
        await here.deliver(days(4))
        assert partner.ids == ids[3:]
        pool, program = here.here.pool, here.here.program.id
        async with pool.acquire() as conn:
            count = await webhooks.replay(conn, program, "crm", days(1), days(4), days(5))
            assert await webhooks.replay(conn, program, "none", days(1), days(4), days(5)) == 0
            assert await webhooks.replay(conn, program, "crm", days(1), days(3), days(5)) == 2
        assert count == 3
        await here.deliver(days(5))
        assert partner.ids == [ids[3], *ids[1:]]


async def test_two_processes_tell_each_entry_once(database: str, partner: Receiver) -> None:
    """And keep the order of each wallet between them."""
    async with calling(database, partner, processes=2) as here:
        await here.here.enrol("eve")
        await here.add()
        for number in range(12):
            for who in ("ann", "bob", "eve"):
                await here.buy(who, f"{who}{number}")
        callers = [Caller(process.pool, VAULT, private=True) for process in here.here.processes]
        for look in range(3):
            now = days(0) + look * MINUTE
            await asyncio.gather(*(here.deliver(now, caller) for caller in callers))
        for caller in callers:
            await caller.close()
        for who in ("ann", "bob", "eve"):
            assert [no for whose, no in partner.told() if whose == who] == list(range(1, 13))


async def test_a_redirect_is_not_followed(database: str, partner: Receiver) -> None:
    """It could lead inside."""
    async with calling(database, partner) as here:
        await here.add()
        await here.buy("ann", "p1")
        partner.moved = True
        told = await here.deliver(days(0))
        assert (told.accepted, told.failed) == (0, 1)
        assert await here.here.pool.fetchval("SELECT status FROM webhook_delivery") == 302


async def test_a_name_that_turns_inside_is_not_called(database: str, partner: Receiver) -> None:
    """What the settings allowed once is looked up again before each call."""
    async with calling(database, partner) as here:
        await here.add()
        await here.buy("ann", "p1")
        strict = Caller(here.here.pool, VAULT, private=False)
        told = await here.deliver(days(0), strict)
        await strict.close()
        assert (told.accepted, told.failed) == (0, 1)
        assert not partner.taken
        detail = await here.here.pool.fetchval("SELECT detail FROM webhook_delivery")
        assert "not https" in detail


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://example.com/x", "not https"),
        ("ftp://example.com/x", "not https"),
        ("https://", "no URL"),
        ("https://exa mple.com", "no URL"),
        ("https://user:word@example.com", "password"),
        ("https://example.com:99999", "no URL"),
        ("https://127.0.0.1/", "127.0.0.1, which is not on the public internet"),
        ("https://localhost/", "not on the public internet"),
        ("https://10.1.2.3/", "not on the public internet"),
        ("https://192.168.1.1/", "not on the public internet"),
        ("https://169.254.169.254/latest/meta-data", "not on the public internet"),
        ("https://100.100.100.200/", "not on the public internet"),
        ("https://0.0.0.0/", "not on the public internet"),
        ("https://2130706433/", "not on the public internet"),
        ("https://0x7f.1/", "not on the public internet"),
        ("https://[::1]/", "not on the public internet"),
        ("https://[::ffff:10.0.0.1]/", "not on the public internet"),
        ("https://[fd00::1]/", "not on the public internet"),
        ("https://[64:ff9b::7f00:1]/", "not on the public internet"),
        ("https://no-such-host.invalid/", "cannot be found"),
    ],
)
async def test_a_webhook_does_not_lead_inside(url: str, why: str) -> None:
    """Refused before anything is called."""
    with pytest.raises(MessageRefused, match="url") as refused:
        await place_of(url, private=False)
    assert why in str(refused.value)


async def test_where_it_may_lead() -> None:
    """The public internet by https, called by the address that was checked; loopback where it is allowed."""
    place = await place_of("https://8.8.8.8/a?b=c", private=False)
    assert (place.url, place.host) == ("https://8.8.8.8:443/a?b=c", "8.8.8.8")
    place = await place_of("http://127.0.0.1:81", private=True)
    assert (place.url, place.host) == ("http://127.0.0.1:81/", "127.0.0.1:81")
    with pytest.raises(MessageRefused, match="not https"):
        check_url("http://10.0.0.1/", private=True)
    assert is_public("8.8.8.8")
    assert is_public("2606:4700::1111")
    assert not is_public("224.0.0.1")
    assert not is_public("2002:7f00:1::")
