"""The outbox: each key once for ever, whoever puts it, and however often."""

from datetime import timedelta

import pytest

from jifen.messages import outbox
from jifen.messages.events import MessageRefused
from jifen.messages.outbox import Message
from jifen.values.ids import ProgramId
from tests.engine.town import START, Town, town

LAPSING = {"points": "50", "unit": "积分", "date": "2026-12-31"}


def lapsing(here: Town, who: str, key: str) -> Message:
    """A reminder."""
    return Message(
        program=here.program.id,
        wallet=here.wallets[who],
        event="points_lapsing",
        key=key,
        fields=LAPSING,
        due_at=START,
    )


async def test_a_key_is_put_once(database: str) -> None:
    """
    put  ann k1, bob k2         -> 2 new
    put  ann k1, ann k3         -> 1 new
    put  bob k1                 -> none: the key was ann's
    put  k4 twice in one call   -> 1 new
    """
    async with town(database) as here:
        pool = here.pool
        assert await outbox.put(pool, [lapsing(here, "ann", "k1"), lapsing(here, "bob", "k2")], START) == 2
        assert await outbox.put(pool, [lapsing(here, "ann", "k1"), lapsing(here, "ann", "k3")], START) == 1
        assert await outbox.put(pool, [lapsing(here, "bob", "k1")], START) == 0
        assert await outbox.put(pool, [lapsing(here, "ann", "k4")] * 2, START) == 1
        assert await outbox.put(pool, [], START) == 0
        assert await pool.fetchval("SELECT count(*) FROM message_due") == 4
        assert await outbox.delivered(pool, here.program.id, ["k1", "k2"]) == {}


async def test_two_programmes_have_keys_of_their_own(database: str) -> None:
    """What one programme told is not told by another."""
    async with town(database) as here:
        other = ProgramId(here.wallets["ann"])
        mine = lapsing(here, "ann", "k1")
        assert await outbox.put(here.pool, [mine], START) == 1
        theirs = Message(
            program=other,
            wallet=here.wallets["bob"],
            event="points_lapsing",
            key="k1",
            fields=LAPSING,
            due_at=START,
        )
        assert await outbox.put(here.pool, [theirs], START) == 1


async def test_a_message_without_its_fields_is_refused(database: str) -> None:
    """A blank where the date should stand would be no reminder."""
    async with town(database) as here:
        short = Message(
            program=here.program.id,
            wallet=here.wallets["ann"],
            event="points_lapsing",
            key="k1",
            fields={"points": "50"},
            due_at=START,
        )
        with pytest.raises(MessageRefused, match="lacks unit, date"):
            await outbox.put(here.pool, [lapsing(here, "ann", "k0"), short], START)
        unknown = Message(
            program=here.program.id,
            wallet=here.wallets["ann"],
            event="points_lost",
            key="k1",
            fields=LAPSING,
            due_at=START,
        )
        with pytest.raises(MessageRefused, match="'points_lost' is no event"):
            await outbox.put(here.pool, [unknown], START)
        assert await here.pool.fetchval("SELECT count(*) FROM message") == 0


async def test_a_notice_goes_to_every_member_once(database: str) -> None:
    """A repeat reaches only who joined meanwhile; a household's pool is nobody's inbox."""
    async with town(database) as here:
        fields = {"version": "2", "date": "2027-01-01", "summary": "积分有效期变更"}

        async def tell() -> int:
            return await outbox.put_to_all(
                here.pool, here.program.id, "terms_changed", "service", "terms:2", fields, START
            )

        members = len(here.wallets)
        assert await tell() == members
        assert await tell() == 0
        await here.enrol("zoe")
        await here.household("home", "zoe")
        assert await tell() == 1
        later = START + timedelta(days=1)
        put = await here.pool.fetch("SELECT key FROM message WHERE put_at < $1", later)
        assert {row["key"] for row in put} == {
            f"terms:2:{wallet}" for name, wallet in here.wallets.items() if name != "home"
        }
