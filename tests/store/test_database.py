"""Connections: the pool leaves sessions as they are, and refusals say what to do."""

# ruff: noqa: ASYNC240 - a test has the loop to itself, and may block it

from pathlib import Path

import asyncpg
import pytest
from asyncpg.connection import LoggedQuery

from jifen.store.database import connect, connect_pool, open_database, require_version, shown
from jifen.store.errors import DatabaseTooOld, DatabaseUnreachable, DatabaseUrlInvalid


async def sent_at_release(pool: asyncpg.Pool) -> list[str]:
    """What a pool sends to the server when a connection that was used comes back."""
    sent: list[str] = []

    def note(query: LoggedQuery) -> None:
        sent.append(query.query)

    async with pool.acquire() as connection:
        await connection.fetchval("SELECT 1")
        connection.add_query_logger(note)
    return sent


async def test_a_release_sends_nothing(database: str) -> None:
    async with await connect_pool(database, size=1) as pool:
        assert await sent_at_release(pool) == []
    async with asyncpg.create_pool(database, min_size=1, max_size=1) as usual:
        assert "RESET ALL" in (await sent_at_release(usual))[0]


@pytest.mark.filterwarnings("ignore")
async def test_a_transaction_left_open_is_rolled_back_all_the_same(database: str) -> None:
    async with await connect_pool(database, size=1) as pool:
        async with pool.acquire() as connection:
            await connection.execute("CREATE TABLE kept (n integer)")
            transaction = connection.transaction()
            await transaction.start()
            await connection.execute("INSERT INTO kept VALUES (1)")
        assert await pool.fetchval("SELECT count(*) FROM kept") == 0


async def test_what_sessions_start_with_is_sent_while_connecting(database: str) -> None:
    asked = f"{database}&application_name=till"
    async with await connect_pool(
        asked, size=2, statement_timeout_ms=50, settings={"work_mem": "9MB"}
    ) as pool:
        shows = [
            await pool.fetchval(f"SHOW {name}")
            for name in ("application_name", "statement_timeout", "work_mem")
        ]
        assert shows == ["till", "50ms", "9MB"]
        with pytest.raises(asyncpg.QueryCanceledError):
            await pool.execute("SELECT pg_sleep(1)")


async def test_a_url_wins_over_the_folder(database: str, folder: Path) -> None:
    assert await open_database(database, folder) == database
    assert not folder.exists()
    assert (await open_database(" ", folder)).startswith("postgresql://jifen@/jifen?host=")


async def test_an_address_that_leads_nowhere_is_told_without_its_password(
    database: str, folder: Path
) -> None:
    with pytest.raises(DatabaseUrlInvalid, match=r"begins with 'mysql'; .* write postgresql://"):
        await open_database("mysql://root:secret@localhost/points", folder)
    with pytest.raises(
        DatabaseUnreachable, match=r"postgresql://ann@127\.0\.0\.1:1/points does not"
    ) as refused:
        await open_database("postgresql://ann:secret@127.0.0.1:1/points", folder)
    assert refused.value.retry
    assert "secret" not in str(refused.value)
    with pytest.raises(DatabaseUnreachable, match='"nowhere" does not exist'):
        await connect(database.replace("/test_", "/nowhere?dbname=nowhere&was=", 1).replace("?host", "&host"))
    with pytest.raises(DatabaseUnreachable):
        await connect_pool("postgresql://ann@127.0.0.1:1/points", size=2)
    assert shown("postgresql://a%40b:c%40d@h:1,i:2/x?sslmode=require") == "postgresql://a%40b@h:1,i:2/x"


async def test_an_old_server_is_refused(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = await connect(database)
    await require_version(connection)
    monkeypatch.setattr("jifen.store.database.OLDEST_MAJOR", 99)
    with pytest.raises(DatabaseTooOld, match=r"is PostgreSQL 18\.\d+; 99 or newer was expected"):
        await require_version(connection)
    await connection.close()
    with pytest.raises(DatabaseTooOld):
        await connect_pool(database, size=1)
