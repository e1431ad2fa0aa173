"""Fixtures: an installation on a fresh database, in which programmes are published."""

from collections.abc import AsyncIterator

import pytest

from jifen.parties.catalog import Catalog
from jifen.parties.members import Members
from jifen.parties.secrets import Vault
from jifen.programs.proposing import Proposals
from jifen.programs.publishing import Publisher
from jifen.store.database import connect_pool

from .office import Office


@pytest.fixture
async def office(database: str) -> AsyncIterator[Office]:
    """Where programmes are published."""
    pool = await connect_pool(database, size=4)
    catalog = Catalog(pool)
    publisher = Publisher(pool, catalog)
    yield Office(pool, catalog, Members(pool, Vault(b"1" * 32)), publisher, Proposals(publisher))
    await pool.close()
