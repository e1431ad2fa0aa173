"""Daily roots: once a day over all wallets, and the same from what is stored."""

import asyncio

from jifen.jobs.merkle import Tree, check_proof, leaf_of
from jifen.jobs.roots import newest_inclusion, take_root
from jifen.store.database import connect_pool
from tests.engine.town import Town, days, town

HEADS = "SELECT id, version, head FROM wallet ORDER BY id"


async def plain_root(here: Town) -> bytes:
    """The root over the heads as they are."""
    tree = Tree()
    for row in await here.pool.fetch(HEADS):
        tree.add(leaf_of(row["id"], row["version"], row["head"]))
    return tree.root()


async def test_a_day_has_one_root(database: str) -> None:
    """
    root 11-01 → over ann, bob and seven who did nothing
    root 11-01 → the same, though ann bought something
    root 11-02 → another
    """
    names = ["ann", "bob", *(f"m{n}" for n in range(7))]
    async with town(database, members=names) as here:
        await here.do(here.orders.purchase("1", "ann", days(0), amount=5000))
        root = await plain_root(here)
        first = await take_root(here.pool, here.program, days(0))
        assert (first.fresh, first.root, first.wallets) == (True, root, 9)
        assert first.day.isoformat() == "2026-11-01"
        await here.do(here.orders.purchase("2", "ann", days(0, hours=1), amount=5000))
        again = await take_root(here.pool, here.program, days(0, hours=2))
        assert (again.fresh, again.root, again.taken_at) == (False, first.root, first.taken_at)
        later = await take_root(here.pool, here.program, days(1))
        assert (later.fresh, later.root) == (True, await plain_root(here))
        assert later.root != first.root


async def test_a_day_begins_where_the_programme_is(database: str) -> None:
    """At 23:30 in Shanghai it is still the same day there; half an hour later it is not."""
    async with town(database) as here:
        day = days(0, hours=13)  # 23:00
        assert (await take_root(here.pool, here.program, day)).fresh
        assert not (await take_root(here.pool, here.program, days(0))).fresh
        assert (await take_root(here.pool, here.program, days(0, hours=14))).fresh


async def test_two_who_take_a_root_at_once_take_one(database: str) -> None:
    """One waits for the other and then finds the day done."""
    async with town(database) as here:
        taken = await asyncio.gather(*(take_root(here.pool, here.program, days(0)) for _ in range(4)))
        assert sorted(root.fresh for root in taken) == [False, False, False, True]
        assert len({root.root for root in taken}) == 1
        assert await here.pool.fetchval("SELECT count(*) FROM daily_head") == 2


async def test_each_wallet_is_proven_to_be_in_the_root(database: str) -> None:
    """The path of each of eleven wallets leads from its own head to the day's root."""
    async with town(database, members=[f"m{n}" for n in range(11)]) as here:
        await here.do(here.orders.purchase("1", "m4", days(0), amount=5000))
        taken = await take_root(here.pool, here.program, days(0))
        await here.do(here.orders.purchase("2", "m4", days(0, hours=1), amount=5000))
        async with here.pool.acquire() as conn, conn.transaction():
            for name, wallet in here.wallets.items():
                found = await newest_inclusion(conn, here.program.id, wallet)
                assert found is not None
                assert (found.day, found.root, found.wallets) == (taken.day, taken.root, 11)
                assert found.version == (1 if name == "m4" else 0)
                assert check_proof(leaf_of(wallet, found.version, found.head), found.path, taken.root)


async def test_who_came_after_the_root_is_in_none(database: str) -> None:
    """Until the next day."""
    async with town(database) as here:
        await take_root(here.pool, here.program, days(0))
        await here.enrol("cat")
        async with here.pool.acquire() as conn, conn.transaction():
            assert await newest_inclusion(conn, here.program.id, here.wallets["cat"]) is None


async def test_a_root_that_is_interrupted_leaves_nothing(database: str) -> None:
    """The heads go with the root in one transaction, so the next attempt finds a clean day."""
    async with town(database) as here:
        pool = await connect_pool(database, size=1)
        await here.pool.execute(
            "ALTER TABLE daily_root ADD CONSTRAINT not_today CHECK (wallets < 0) NOT VALID"
        )
        try:
            await take_root(pool, here.program, days(0))
        except Exception as refused:
            assert "not_today" in str(refused)
        await here.pool.execute("ALTER TABLE daily_root DROP CONSTRAINT not_today")
        assert await here.pool.fetchval("SELECT count(*) FROM daily_head") == 0
        assert (await take_root(pool, here.program, days(0))).fresh
        await pool.close()
