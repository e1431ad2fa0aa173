"""A provider that fails for an hour, a process that is killed: nothing is lost, and nothing doubled."""

import asyncio
import os
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import msgspec
import pytest

from jifen.messages.breaker import FAILURES, Breaker
from jifen.messages.delivery import LEASE_S
from jifen.messages.page import Delivered
from jifen.messages.templates import in_force
from jifen.store.queries import q
from tests.engine.town import START
from tests.messages.carrier import Carrier, carrier
from tests.messages.telling import PHONES, PLAN, telling

MINUTE = timedelta(minutes=1)
ONLY_SMS = msgspec.structs.replace(PLAN, fallback=("sms",), quiet=(0, 0))


@pytest.fixture
def sms() -> Iterator[Carrier]:
    """A carrier on loopback."""
    with carrier() as made:
        yield made


async def test_an_hour_of_failures_loses_and_doubles_nothing(database: str, sms: Carrier) -> None:
    """
    00:00 to 01:00   two processes; the carrier is down, throttles, hangs up after it took one
    01:00            it works again
    in the end       every message was taken exactly once, and is delivered
    """
    async with telling(database, sms.settings(), ONLY_SMS, processes=2) as here:
        for number in range(30):
            await here.put(list(PHONES)[number % 3], "points_lapsing", f"k{number}")
        offices = [here.office(process.pool) for process in here.here.processes]
        moods = ("down", "throttle", "down", "lose", "down", "down", "throttle")
        for look in range(120):
            sms.mood = [moods[look % len(moods)] if look > 10 else "down"]
            now = START + look * MINUTE / 2
            await asyncio.gather(*(here.deliver(now, office) for office in offices))
            for taken in sms.taken:
                taken.state = "delivered"
        assert sms.calls > len(sms.taken) + 30
        sms.mood = ["ok"]
        for look in range(60):
            now = START + 60 * MINUTE + look * MINUTE
            await asyncio.gather(*(here.deliver(now, office) for office in offices))
            for taken in sms.taken:
                taken.state = "delivered"
        assert not sms.faults
        assert Counter(one.reference.rsplit("-", 1)[0] for one in sms.taken).most_common(1)[0][1] == 1
        assert len(sms.taken) == 30
        states = await here.pool.fetch("SELECT state, count(*) AS count FROM message GROUP BY state")
        assert {row["state"]: row["count"] for row in states} == {"delivered": 30}
        assert await here.pool.fetchval("SELECT count(*) FROM message_due") == 0


KILLED = """
import asyncio, sys
from datetime import datetime
import msgspec
from jifen.messages.delivery import Post
from jifen.messages.reaching import channels_of
from jifen.messages.settings import ChannelSettings
from jifen.parties.catalog import Catalog
from jifen.parties.secrets import Vault
from jifen.store.database import connect_pool

async def main():
    dsn, code, at, raw = sys.argv[1:]
    settings = msgspec.json.decode(raw, type=ChannelSettings)
    pool = await connect_pool(dsn, size=2)
    program = await Catalog(pool).by_code(code)
    post = Post(pool, Vault(b"0" * 32), settings, channels_of(settings, code))
    print("sending", flush=True)
    await post.deliver(program, datetime.fromisoformat(at))

asyncio.run(main())
"""


@pytest.mark.parametrize("arrives", [True, False])
async def test_a_kill_between_sending_and_writing_it_down(database: str, sms: Carrier, arrives: bool) -> None:
    """
    a process hands a message to the carrier, and is killed before it hears the answer
    another one, when the lease is over: asks the carrier by our reference; sends nothing again
    it has arrived    -> delivered
    nobody knows      -> after ten minutes the inbox
    """
    async with telling(database, sms.settings()) as here:
        await here.put("amy", "points_lapsing", "k1")
        sms.mood = ["hang"]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(part for part in sys.path if part)}
        raw = msgspec.json.encode(here.settings).decode()
        code = here.here.program.code
        other = await asyncio.create_subprocess_exec(
            sys.executable, "-c", KILLED, database, code, START.isoformat(), raw, env=environment
        )
        try:
            async with asyncio.timeout(60):
                while not sms.taken:  # noqa: ASYNC110 (the carrier runs in a thread)
                    await asyncio.sleep(0.02)
        finally:
            other.kill()
            await other.wait()
        assert await here.attempts("k1") == [("sms", "sending")]
        assert not await here.deliver(START + timedelta(seconds=LEASE_S - 1))
        sms.taken[0].state = "delivered" if arrives else "pending"
        await here.deliver(START + timedelta(seconds=LEASE_S))
        await here.deliver(START + 11 * MINUTE)
        expected = [("sms", "delivered")] if arrives else [("sms", "lapsed"), ("in_app", "delivered")]
        assert await here.attempts("k1") == expected
        assert len(sms.taken) == 1


async def test_who_lost_the_lease_writes_nothing(database: str, sms: Carrier) -> None:
    """A process that slept through its lease finds that another has done its work."""
    async with telling(database, sms.settings()) as here:
        await here.put("ann", "points_lapsing", "k1")
        force = await in_force(here.pool, here.here.program.id, START)
        late = await here.post._claim(here.here.program, force, START, 10)
        assert late is not None
        await here.deliver(START + timedelta(seconds=LEASE_S))
        assert await here.attempts("k1") == [("in_app", "delivered")]
        await here.post._work(late, Delivered())
        assert await here.attempts("k1") == [("in_app", "delivered")]


async def test_two_offices_share_the_work(database: str, sms: Carrier) -> None:
    """What one has taken the other passes by."""
    async with telling(database, sms.settings(), processes=2) as here:
        for number in range(60):
            await here.put("amy", "points_lapsing", f"k{number}")
        offices = [here.office(process.pool) for process in here.here.processes]
        done = await asyncio.gather(*(here.deliver(START, office) for office in offices))
        assert sum(one.sent for one in done) == len(sms.taken) == 60


async def test_a_dead_letter_is_seen_and_sent_again(database: str, sms: Carrier) -> None:
    """
    the only channel refuses   -> dead, with the reason; no look touches it again
    retry                      -> sent
    """
    async with telling(database, sms.settings(), ONLY_SMS) as here:
        program = here.here.program.id
        sms.mood = ["refuse"]
        await here.put("amy", "points_lapsing", "k1")
        done = await here.deliver(START)
        assert done.dead == 1
        (dead,) = await here.pool.fetch(q("message_dead"), program, 10)
        assert (dead["number"], dead["reason"]) == ("amy", "no channel is left, after sms")
        sms.mood = ["ok"]
        assert not await here.deliver(START + timedelta(days=30))
        assert not sms.taken
        assert await here.pool.fetchval(q("message_retry"), program, dead["id"], START) == dead["id"]
        assert await here.pool.fetchval(q("message_retry"), program, dead["id"], START) is None
        await here.deliver(START)
        assert await here.attempts("k1") == [("sms", "refused"), ("sms", "sent")]
        assert await here.told("k1") == ("sent", "sms")


async def test_after_twelve_tries_the_next_channel(database: str, sms: Carrier) -> None:
    """Two hours without the carrier: the inbox."""
    plan = msgspec.structs.replace(PLAN, quiet=(0, 0))
    async with telling(database, sms.settings(), plan) as here:
        sms.mood = ["down"]
        await here.put("amy", "points_lapsing", "k1")
        for look in range(100):
            await here.deliver(START + look * MINUTE)
        assert (await here.told("k1"))[0] == "waiting"
        for look in range(100, 200):
            await here.deliver(START + look * MINUTE)
        assert await here.told("k1") == ("delivered", "in_app")
        assert not sms.taken


def test_a_breaker_rests_longer_each_time() -> None:
    """Five failures: half a minute, then one call; when that fails, a minute; when it goes well, all."""
    breaker = Breaker()
    for _ in range(FAILURES):
        assert breaker.allowed(100, START) == 100
        breaker.told(False, START)
    breaker.told(False, START)
    assert breaker.allowed(100, START + MINUTE / 2 - timedelta(seconds=1)) == 0
    now = START + MINUTE / 2
    assert breaker.allowed(100, now) == 1
    breaker.told(False, now)
    assert breaker.allowed(100, now + MINUTE - timedelta(seconds=1)) == 0
    assert breaker.allowed(100, now + MINUTE) == 1
    breaker.told(True, now + MINUTE)
    assert breaker.allowed(100, now + MINUTE) == 100


@pytest.mark.parametrize("provider", ["aliyun", "tencent"])
async def test_a_carrier_that_is_not_there_is_no_lost_answer(database: str, provider: str) -> None:
    """Nothing listens: nothing can have been sent, so it is tried again there."""
    with carrier() as gone:
        settings = gone.settings(provider)
    async with telling(database, settings) as here:
        await here.put("amy", "points_lapsing", "k1")
        await here.deliver(START)
        assert await here.attempts("k1") == [("sms", "refused")]
        assert (await here.told("k1"))[0] == "waiting"
