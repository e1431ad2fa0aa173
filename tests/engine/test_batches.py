"""Batches form by themselves, and whoever asks first is answered first."""

import asyncio

import asyncpg

from jifen.engine.command import Command
from tests.engine.town import CHARITY, days, receipts, town


async def commits(pool: asyncpg.Pool) -> int:
    """In how many transactions the entries were written."""
    counted: int = await pool.fetchval("SELECT count(DISTINCT xmin::text) FROM entry")
    return counted


async def test_what_comes_while_a_batch_flies_makes_the_next(database: str) -> None:
    """300 members buy at once, each call on its own: a handful of commits, not 300."""
    names = [f"m{n}" for n in range(300)]
    async with town(database, members=names) as here:
        bought = [here.orders.purchase(f"k{name}", name, days(0), amount=500) for name in names]
        answers = await asyncio.gather(*(here.engine.submit(command) for command in bought))
        assert [receipt.points for receipt in receipts(answers)] == [5] * 300
        assert await commits(here.pool) <= 12


async def test_a_batch_is_no_larger_than_it_may_be(database: str) -> None:
    """100 commands in batches of at most 10, by one lane."""
    names = [f"m{n}" for n in range(100)]
    async with town(database, members=names, batch_most=10, lanes=1) as here:
        bought = [here.orders.purchase(f"k{name}", name, days(0), amount=500) for name in names]
        receipts(await here.engine.submit_all(bought))
        assert await commits(here.pool) == 10


async def test_one_alone_does_not_wait_for_others(database: str) -> None:
    """There is no timer: each is written as soon as the lane is free."""
    async with town(database) as here:
        for number in range(3):
            await here.do(here.orders.purchase(f"k{number}", "ann", days(0), amount=500))
        assert await commits(here.pool) == 3


async def test_order_within_a_wallet_is_kept(database: str) -> None:
    """Also where some commands look back, and so wait for those before them, and others do not."""
    async with town(database, members=("ann", "bob", "cid"), batch_most=7) as here:
        await here.household("home", "ann", "bob", "cid")
        orders, commands = here.orders, list[Command]()
        for number in range(120):
            who = ("ann", "bob", "cid")[number % 3]
            commands.append(orders.purchase(f"k{number}", who, days(0), amount=500))
            if number % 5 == 4:
                commands.append(orders.give_back(f"b{number}", who, days(0), of=f"k{number}", amount=100))
            if number % 7 == 6:
                to = "bob" if who == "ann" else "ann"
                commands.append(orders.transfer(f"t{number}", who, days(0), points=1, to=to))
        answers = receipts(await here.engine.submit_all(commands))
        booked: dict[object, list[int]] = {}
        for receipt in answers:
            booked.setdefault(receipt.wallet, []).append(receipt.no)
        assert all(numbers == sorted(numbers) for numbers in booked.values())
        # A transfer's second entry is numbered too, and nothing is numbered twice.
        wallets = await here.pool.fetch("SELECT id, version FROM wallet")
        entries = await here.pool.fetch("SELECT wallet, count(*), max(no) FROM entry GROUP BY wallet")
        assert {row[0]: (row[1], row[2]) for row in entries} == {
            row["id"]: (row["version"], row["version"]) for row in wallets if row["version"]
        }


async def test_what_was_decided_before_is_seen_within_the_batch(database: str) -> None:
    """Earned, spent, and refused the rest, all in one call and one commit."""
    async with town(database, lanes=1) as here:
        orders = here.orders
        answers = await here.engine.submit_all(
            [
                orders.redeem("r0", "ann", days(0), points=1),
                orders.purchase("e1", "ann", days(0), amount=5000),
                orders.redeem("r1", "ann", days(0), points=30),
                orders.donate("d1", "ann", days(0), points=15, charity=CHARITY),
                orders.redeem("r2", "ann", days(0), points=6),
                orders.redeem("r3", "ann", days(0), points=5),
            ]
        )
        assert [getattr(answer, "code", "") for answer in answers] == [
            "insufficient_points",
            "",
            "",
            "",
            "insufficient_points",
            "",
        ]
        assert await commits(here.pool) == 1
        assert await here.lots("ann") == {"air None": (50, 0, 0, 0)}


async def test_nothing_asked_nothing_done(database: str) -> None:
    """No commands, no answers, no wait."""
    async with town(database) as here:
        assert await here.engine.submit_all([]) == []
