"""A full queue and a closing engine: nothing is half taken in, and what was taken in is answered."""

import asyncio

import pytest

from jifen.engine.command import Busy, Closed, Command
from tests.engine.town import days, receipts, town


async def test_a_full_queue_takes_nothing_in(database: str) -> None:
    """Not even those for which there would have been room; said with how long to wait."""
    async with town(database, queue_most=10) as here:
        orders = [here.orders.purchase(f"k{n}", "ann", days(0), amount=500) for n in range(19)]
        accepted = asyncio.create_task(here.engine.submit_all(orders[:8]))
        await asyncio.sleep(0)
        with pytest.raises(Busy, match="wait already") as refused:
            await here.engine.submit_all(orders[8:])
        assert refused.value.retry_after_s == 1
        assert len(receipts(await accepted)) == 8
        assert await here.pool.fetchval("SELECT count(*) FROM entry") == 8
        with pytest.raises(Busy):
            await here.engine.submit_all(orders[8:])
        assert await here.pool.fetchval("SELECT count(*) FROM entry") == 8
        receipts(await here.engine.submit_all(orders[9:]))


async def test_what_was_accepted_is_answered_before_the_end(database: str) -> None:
    """Then the door is shut, for all callers, for ever."""
    async with town(database, batch_most=5) as here:
        commands: list[Command] = [
            here.orders.purchase(f"k{n}", "ann", days(0), amount=500) for n in range(60)
        ]
        accepted = asyncio.create_task(here.engine.submit_all(commands))
        await asyncio.sleep(0)
        closing = asyncio.create_task(here.engine.close())
        await asyncio.sleep(0)
        late = here.orders.purchase("late", "bob", days(0), amount=500)
        with pytest.raises(Closed):
            await here.engine.submit(late)
        async with asyncio.timeout(30):
            await closing
        assert accepted.done()
        assert len(receipts(await accepted)) == 60
        with pytest.raises(Closed):
            await here.engine.submit(late)
        assert await here.pool.fetchval("SELECT count(*) FROM entry") == 60
        await here.engine.close()


async def test_an_idle_engine_closes_at_once(database: str) -> None:
    """There is nothing to wait for."""
    async with town(database) as here:
        async with asyncio.timeout(2):
            await here.engine.close()


async def test_a_caller_who_leaves_takes_nothing_along(database: str) -> None:
    """The command was accepted, so it is booked; a repeat gets its answer."""
    async with town(database) as here:
        command = here.orders.purchase("k", "ann", days(0), amount=500)
        leaving = asyncio.create_task(here.engine.submit(command))
        await asyncio.sleep(0)
        leaving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaving
        repeated = await here.do(command)
        assert (repeated.points, repeated.replayed, repeated.no) == (5, True, 1)
