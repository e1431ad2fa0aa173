"""Households that were opened before decisions read of them: the migration writes what they lack."""

from importlib.resources import files

from jifen.rules.person import read_person
from tests.engine.town import town


async def test_the_migration_tells_the_wallets_of_their_households(database: str) -> None:
    """The same facts as a household has that is imported today, but for the order of members of one day."""
    async with town(database, members=("ann", "bob", "cid")) as here:
        await here.household("home", "ann", "bob")
        facts = "SELECT id, facts FROM wallet"
        after = {row["id"]: read_person(row["facts"]) for row in await here.pool.fetch(facts)}
        await here.pool.execute("UPDATE wallet SET facts = (facts::jsonb - 'household')::text WHERE NOT pool")
        await here.pool.execute("UPDATE wallet SET facts = '' WHERE pool")
        migration = files("jifen.store") / "migrations" / "0010_households.sql"
        _, _, statements = migration.read_text().partition("-- Households of before")
        await here.pool.execute("-- Households of before" + statements)
        found = {row["id"]: read_person(row["facts"]) for row in await here.pool.fetch(facts)}
        home = here.wallets["home"]
        then, now = after.pop(home).family, found.pop(home).family
        assert then is not None
        assert now is not None
        assert (now.number, set(now.members)) == (then.number, set(then.members))
        assert found == after
        assert found[here.wallets["ann"]].household.home == str(home)
        assert not found[here.wallets["cid"]].household.home
