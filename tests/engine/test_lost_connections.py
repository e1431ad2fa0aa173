"""The database goes away in mid-flight: nothing is lost, nothing is doubled, and what was said stays said."""

import asyncio
import threading
from typing import Any

import asyncpg
import pytest

from jifen.books.legs import Kind
from jifen.books.refusals import Code, Refusal
from jifen.engine.command import Command, Draft, Plan, Receipt, Unavailable
from jifen.engine.view import View
from tests.databases import execute
from tests.engine.town import Town, days, process, receipts, town

ALL_BUT_ME = (
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


async def end_connections(dsn: str) -> int:
    """End every connection to a database but the one that does so."""
    connection = await asyncpg.connect(dsn)
    try:
        ended: int = await connection.fetchval(ALL_BUT_ME)
        return ended
    finally:
        await connection.close()


def end_connections_now(dsn: str) -> None:
    """The same from where nothing can be awaited."""
    thread = threading.Thread(target=lambda: asyncio.run(end_connections(dsn)))
    thread.start()
    thread.join()


class Ends(Command, frozen=True, kw_only=True):
    """Ends all connections while it is decided: at its first decision, its second …, as `ending` says."""

    dsn: str
    ending: list[bool]

    def decide(self, view: View) -> Plan:
        """Write an entry without legs, if anything can be written at all."""
        if self.ending and self.ending.pop(0):
            end_connections_now(self.dsn)
        return Plan((Draft(self.wallet, Kind.ADJUST, "point"),))


def ends(here: Town, key: str, who: str, dsn: str, *ending: bool) -> Ends:
    """A command that ends all connections."""
    plain: dict[str, Any] = {
        "program": here.program.id,
        "source": "till",
        "key": key,
        "wallet": here.wallets[who],
        "occurred_at": days(0),
        "recorded_at": days(0),
        "content": b"{}",
    }
    return Ends(**plain, dsn=dsn, ending=list(ending))


async def test_nothing_is_lost_and_nothing_is_doubled(database: str) -> None:
    """Two processes at work, all connections ended over and over: every command is booked exactly once."""
    names = [f"m{n}" for n in range(20)]
    async with town(database, members=names, processes=2, batch_most=8) as here:
        bought = [here.orders.purchase(f"k{n}", names[n % 20], days(0), amount=500) for n in range(400)]
        running = asyncio.gather(
            here.processes[0].engine.submit_all(bought[::2]),
            here.processes[1].engine.submit_all(bought[1::2]),
        )
        ended = 0
        for _ in range(8):
            ended += await end_connections(database)
            await asyncio.sleep(0.05)
        assert ended > 2
        answers = [answer for part in await running for answer in part]
        assert len(receipts(answers)) == 400
        assert await here.pool.fetchval("SELECT count(*) FROM entry") == 400
        assert await here.pool.fetchval("SELECT sum(remaining) FROM lot") == 2000
        assert await here.pool.fetchval("SELECT sum(points) FROM movement") == 2000


async def test_a_commit_whose_answer_was_lost_is_found_again(database: str) -> None:
    """The batch is tried again, and meets its own claims: each caller gets the first answer."""
    async with town(database, lanes=1) as here:
        last = ends(here, "end", "bob", database, True)
        orders = here.orders
        answers = await here.engine.submit_all(
            [
                orders.purchase("k", "ann", days(0), amount=500),
                orders.redeem("r", "ann", days(0), points=5),
                last,
            ]
        )
        assert [receipt.no for receipt in receipts(answers)] == [1, 2, 1]
        assert await here.lots("ann") == {"air None": (5, 0, 0, 0)}


async def test_a_refusal_that_was_given_is_not_decided_again(database: str) -> None:
    """A batch is split because one command is poisoned; one half is answered, then the database goes away.

    When it is back, points have come in for the member who was refused: the refusal stands all the same,
    for the till has acted on it.
    """
    async with town(database) as here, process(database) as away:

        async def credit() -> None:
            earned = await away.engine.submit(here.orders.purchase("e", "ann", days(0), amount=500))
            assert isinstance(earned, Receipt)

        async with process(database, lanes=1, revive=credit) as till:
            orders = here.orders
            poison = orders.purchase("a\0b", "bob", days(0), amount=500)
            answers = await till.engine.submit_all(
                [
                    orders.redeem("r", "ann", days(0), points=5),
                    orders.redeem("s", "bob", days(0), points=5),
                    poison,
                    ends(here, "end", "bob", database, False, False, True),
                ]
            )
            refused = answers[0]
            assert isinstance(refused, Refusal)
            assert refused.code is Code.INSUFFICIENT_POINTS
            assert isinstance(answers[3], Receipt)
        kinds = await here.pool.fetch("SELECT kind::text FROM entry WHERE wallet = $1", here.wallets["ann"])
        assert [row[0] for row in kinds] == ["purchase"]


async def test_a_database_that_stays_away_is_said_to_be_away(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After so many attempts callers are told that nobody knows; a repeat with the same key settles it."""
    monkeypatch.setattr("jifen.engine.engine.REVIVALS", 3)
    async with town(database, lanes=1) as here:
        gone = ends(here, "end", "ann", database, *[True] * 9)
        with pytest.raises(Unavailable, match="same key"):
            await here.engine.submit(gone)
        gone.ending.clear()
        assert (await here.do(gone)).no == 1


async def test_a_server_that_lets_nobody_in_is_no_fault_of_the_command(database: str, server: str) -> None:
    """Whatever the reason for which there is no connection: the batch waits for one instead of failing."""
    name = database.partition("?")[0].rpartition("/")[2]
    async with town(database) as here:
        command = here.orders.purchase("k", "ann", days(0), amount=500)
        await here.do(here.orders.purchase("before", "ann", days(0), amount=500))
        await execute(server, f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        assert await here.pool.fetchval(ALL_BUT_ME) >= 0
        await here.pool.expire_connections()
        running = asyncio.create_task(here.engine.submit(command))
        await asyncio.sleep(0.1)
        assert not running.done()
        await execute(server, f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        assert isinstance(await running, Receipt)
