"""A message that goes with an entry: written in its commit, or not at all; and the loop that delivers it."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from jifen.jobs.delivering import Delivering
from jifen.messages import consents, outbox, templates, webhooks
from jifen.messages.definition import MessagesPlan
from jifen.messages.outbox import Message
from jifen.messages.settings import ChannelSettings
from jifen.parties.secrets import Vault
from jifen.risk.freezing import Freeze
from tests.commands import given
from tests.engine.town import START, Town, days, town
from tests.messages.receiver import receiver
from tests.messages.telling import VAULT


def freeze(here: Town, who: str, key: str) -> Freeze:
    """A freeze, of which the member is told."""
    return Freeze(
        program=here.program.id,
        source="test",
        key=key,
        wallet=here.wallets[who],
        occurred_at=START,
        recorded_at=START,
        content=b"{}",
        unit="point",
        reason="theft",
        evidence="a photograph",
        notice="by letter",
        until=days(9),
    )


async def soon(look: Callable[[], Awaitable[Any]], expected: Any) -> None:
    """Wait, for twenty seconds at most, until a look finds what is expected."""
    async with asyncio.timeout(20):
        while await look() != expected:  # noqa: ASYNC110 (a database gives no sign)
            await asyncio.sleep(0.01)


async def test_a_message_is_written_with_its_entry(database: str) -> None:
    """
    freeze    ann   -> entry and message, in one commit
    the same again  -> neither
    refused   ann   -> no message
    """
    async with town(database) as here:
        await here.do(freeze(here, "ann", "f1"))
        assert await here.pool.fetchval("SELECT count(*) FROM message") == 1
        again = await here.do(freeze(here, "ann", "f1"))
        assert again.replayed
        await here.refused(freeze(here, "ann", "f2"))
        row = await here.pool.fetchrow("SELECT wallet, key, event, state FROM message")
        assert row is not None
        assert tuple(row) == (here.wallets["ann"], "frozen:test:f1", "frozen", "waiting")
        await here.pool.execute("ALTER TABLE message ADD CONSTRAINT not_now CHECK (key <> 'frozen:test:f3')")
        failed = await here.engine.submit_all([freeze(here, "bob", "f3")])
        assert isinstance(failed[0], BaseException)
        assert await here.pool.fetchval("SELECT count(*) FROM entry") == 1


async def test_the_loop_delivers_messages_and_webhooks_and_stops(database: str) -> None:
    """Started, it tells what is due; stopped, it leaves no task behind."""
    async with town(database) as here:
        with receiver() as partner:
            async with here.pool.acquire() as conn:
                partner.secret = await webhooks.add_webhook(
                    conn, VAULT, here.program.id, "crm", partner.url, ("*",), START, private=True
                )
            await here.do(freeze(here, "ann", "f1"))
            settings = ChannelSettings(private_webhooks=True)
            catalog = here.processes[0].catalog
            await catalog.set_clock(here.program.id, START)
            async with Delivering(here.pool, catalog, VAULT, settings, every_s=0.02):
                await soon(lambda: here.pool.fetchval("SELECT state FROM message"), "delivered")
                await soon(lambda: here.pool.fetchval("SELECT state FROM webhook_delivery"), "accepted")
            assert partner.told() == [("ann", 1)]
        assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("jobs-")]


async def test_one_programmes_trouble_is_not_the_others(database: str) -> None:
    """A phone that was sealed with another secret stops nobody else's messages."""
    async with town(database) as here:
        catalog = here.processes[0].catalog
        other = await catalog.add_program("a-first", "x", "Asia/Shanghai", START)
        await here.pool.execute("INSERT INTO message_plan VALUES ($1, 1, $2, 'no JSON')", other.id, START)
        await here.do(freeze(here, "ann", "f1"))
        async with here.pool.acquire() as conn:
            await templates.publish(conn, here.program.id, MessagesPlan(), START)
        broken = Message(
            program=other.id, wallet=here.wallets["bob"], event="welcome", key="w", fields={}, due_at=START
        )
        await outbox.put(here.pool, [broken], START)
        loop = Delivering(here.pool, catalog, Vault(b"1" * 32), ChannelSettings(), clock=lambda: START)
        await loop.messages()
        states = await here.pool.fetch("SELECT key, state FROM message")
        assert {row["key"]: row["state"] for row in states} == {"frozen:test:f1": "delivered", "w": "waiting"}


async def test_the_operator_sees_what_waits(database: str, tmp_path: Path) -> None:
    """`jifen outbox` counts, lists dead letters, and sends them again."""

    environment = {"DATABASE_URL": database, "JIFEN_FOLDER": str(tmp_path), "PATH": "", "COLUMNS": "160"}
    async with town(database) as here:
        await here.do(freeze(here, "ann", "f1"))
        await here.pool.execute("UPDATE message SET state = 'dead', reason = 'no channel is left'")
        await here.pool.execute("UPDATE message_due SET next_at = NULL")
        code = here.program.code
        listed, everywhere, unknown, retried, again, counted = await given(
            environment,
            ("outbox", "--program", code),
            ("outbox", "--retry", "all"),
            ("outbox", "--retry", "x", "--program", code),
            ("outbox", "--retry", "all", "--program", code),
            ("outbox", "--retry", "all", "--program", code),
            ("outbox", "--json"),
        )
        assert f"{code}: 0 due, 0 for later, 1 dead letters" in listed.out, listed.complaint
        assert "no channel is left" in listed.out
        assert everywhere.code == 2
        assert unknown.code == 2
        assert "1 sent again" in retried.out
        assert again.code == 1
        assert '"dead": 0' in counted.out


async def test_the_ledger_of_consents_is_only_added_to(database: str) -> None:
    """Two at the same moment get two lines; who is asked about is told at once."""
    async with town(database) as here:
        program, ann, bob = here.program.id, here.wallets["ann"], here.wallets["bob"]

        async def agree(wallet: Any, purpose: str) -> None:
            async with here.pool.acquire() as conn:
                await consents.give(
                    conn, program, wallet, purpose, text="x", version="1", channel="app", at=START
                )

        await asyncio.gather(*(agree(ann, "birthday") for _ in range(4)))
        await agree(bob, "sharing:air")
        async with here.pool.acquire() as conn:
            assert [one.no for one in await consents.lines(conn, ann, "birthday")] == [1, 2, 3, 4]
            assert await consents.consenting(conn, program, "birthday", [ann, bob]) == {ann}
            assert await consents.holds(conn, program, bob, "sharing:air")
            assert not await consents.holds(conn, program, bob, "sharing:sea")
            await consents.withdraw(conn, program, ann, "birthday", channel="app", at=START)
            assert await consents.consenting(conn, program, "birthday", [ann, bob]) == set()
            assert len(await consents.lines(conn, ann)) == 5
