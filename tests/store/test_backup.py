"""A backup comes back to the last row, or not at all."""

# ruff: noqa: ASYNC240 - a test has the loop to itself, and may block it

import asyncio
import os
from pathlib import Path

import asyncpg
import pytest

from jifen.store import libpq
from jifen.store.backup import backup, read_contents, restore
from jifen.store.database import connect
from jifen.store.errors import (
    BackupError,
    BackupUnreadable,
    ClientTooOld,
    DatabaseUnreachable,
    RestoreRefused,
)
from jifen.store.migrate import with_database

BOOKS = """
CREATE TYPE kind AS ENUM ('earn', 'redeem');
CREATE TABLE wallet (
    id integer PRIMARY KEY, name text NOT NULL, head bytea, points bigint CHECK (points >= 0));
CREATE TABLE entry (wallet integer REFERENCES wallet, no integer GENERATED ALWAYS AS IDENTITY, kind kind,
    at timestamptz, facts jsonb, PRIMARY KEY (wallet, no));
CREATE SCHEMA other;
CREATE TABLE other.note (t text);
CREATE FUNCTION points(n integer) RETURNS bigint LANGUAGE sql AS 'SELECT points FROM wallet WHERE id = n';
INSERT INTO wallet SELECT n, '会员 ' || n, sha256(n::text::bytea), n * 7 FROM generate_series(1, 5000) n;
INSERT INTO entry (wallet, kind, at, facts)
    SELECT n, 'earn', '2026-12-01'::timestamptz + n * interval '1 s', jsonb_build_object('n', n, '店', NULL)
    FROM generate_series(1, 5000) n;
INSERT INTO other.note VALUES (NULL), (''), (E'a\\tb\\n\\\\.');
"""


async def put(dsn: str, sql: str) -> None:
    """Runs statements."""
    connection = await asyncpg.connect(dsn)
    await connection.execute(sql)
    await connection.close()


async def checksums(dsn: str) -> dict[str, str]:
    """For each table a checksum over all of its rows."""
    connection = await asyncpg.connect(dsn)
    names = await connection.fetch(
        "SELECT oid::regclass::text AS name FROM pg_class WHERE relkind = 'r' "
        "AND relnamespace::regnamespace::text IN ('public', 'other')"
    )
    found = {
        row["name"]: await connection.fetchval(
            f"SELECT count(*) || ' ' || coalesce(md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))), '')"
            f" FROM {row['name']} t"
        )
        for row in names
    }
    await connection.close()
    return found


@pytest.fixture
async def empty(database: str) -> str:
    """A second empty database; it goes with the server."""
    name = f"empty_{os.urandom(4).hex()}"
    await put(database, f"CREATE DATABASE {name}")
    return with_database(database, name)


async def test_every_row_comes_back(database: str, empty: str, tmp_path: Path) -> None:
    await put(database, BOOKS)
    heard: list[str] = []
    file = tmp_path / "books.backup"
    written = await backup(database, file, progress=heard.append)
    assert set(written.tables) == {"public.wallet", "public.entry", "other.note"}
    assert written.size_bytes == file.stat().st_size
    assert 'dumping contents of table "public.wallet"' in heard
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["books.backup"]

    heard.clear()
    assert await restore(empty, file, progress=heard.append) == written
    assert any("wallet" in words for words in heard)
    before = await checksums(database)
    assert before["wallet"].startswith("5000 ")
    assert await checksums(empty) == before
    connection = await connect(empty)
    assert await connection.fetchval("SELECT points(3)") == 21
    assert await connection.fetchval("INSERT INTO entry (wallet) VALUES (1) RETURNING no") == 5001
    await connection.close()


async def test_what_is_there_is_replaced_only_when_asked(database: str, empty: str, tmp_path: Path) -> None:
    await put(database, BOOKS)
    await backup(database, tmp_path / "b")
    before = await checksums(database)
    await put(empty, "CREATE TABLE wallet (mine integer)")
    with pytest.raises(RestoreRefused, match=r"holds 1 tables, public\.wallet for one; .*empty database"):
        await restore(empty, tmp_path / "b")
    assert set(await checksums(empty)) == {"wallet"}
    await restore(empty, tmp_path / "b", into_empty_only=False)
    assert await checksums(empty) == before
    await put(empty, "UPDATE wallet SET points = 0")
    await restore(empty, tmp_path / "b", into_empty_only=False)
    assert await checksums(empty) == before


async def test_a_restore_that_fails_changes_nothing(database: str, empty: str, tmp_path: Path) -> None:
    await put(database, BOOKS)
    await backup(database, tmp_path / "b")
    await put(
        empty, "CREATE TABLE wallet (id integer PRIMARY KEY); CREATE TABLE more (w integer REFERENCES wallet)"
    )
    before = await checksums(empty)
    with pytest.raises(BackupError, match=r"other objects depend on it.*the database is as it was before"):
        await restore(empty, tmp_path / "b", into_empty_only=False)
    assert await checksums(empty) == before


async def test_an_older_backup_stays_until_the_new_one_is_whole(database: str, tmp_path: Path) -> None:
    await put(database, BOOKS)
    file = tmp_path / "b"
    await backup(database, file)
    first = file.read_bytes()
    holder = await asyncpg.connect(database)
    async with holder.transaction():
        await holder.execute("LOCK TABLE wallet IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(backup(database, file), 0.5)
    await holder.close()
    assert file.read_bytes() == first
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


async def test_what_cannot_be_read_or_written_is_told(database: str, tmp_path: Path) -> None:
    (tmp_path / "torn").write_bytes(b"PGDMP\x01")
    with pytest.raises(BackupUnreadable, match="torn cannot be read"):
        await restore(database, tmp_path / "torn")
    with pytest.raises(BackupUnreadable, match="No such file"):
        await read_contents(tmp_path / "nothing")
    with pytest.raises(DatabaseUnreachable):
        await backup("postgresql://ann@127.0.0.1:1/x", tmp_path / "b")
    with pytest.raises(FileNotFoundError):
        await backup(database, tmp_path / "no" / "folder")


async def test_programs_older_than_the_server_are_refused(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jifen.store.embedded.version_of", lambda program: ("17.2", 17))
    with pytest.raises(ClientTooOld, match=r"is PostgreSQL 18, and pg_dump here is 17\.2"):
        await backup(database, tmp_path / "b")


@pytest.mark.parametrize(
    ("dsn", "address", "password"),
    [
        ("postgresql://ann:p%40ss@db:5433/x", "postgresql://ann@db:5433/x", "p@ss"),
        ("postgresql://ann@/x?host=/run/pg&port=5432", "postgresql://ann@/x?host=/run/pg&port=5432", None),
        (
            "postgresql://db/x?sslmode=require&statement_timeout=5s&password=p",
            "postgresql://db/x?sslmode=require&options=-c%20statement_timeout%3D5s",
            "p",
        ),
        ("postgres://u:p@a:1,b:2/x?database=y", "postgres://u@a:1,b:2/x?dbname=y", "p"),
    ],
)
def test_addresses_as_libpq_takes_them(dsn: str, address: str, password: str | None) -> None:
    assert libpq.address_of(dsn) == (address, password)


async def test_settings_in_the_address_reach_pg_dump(database: str, tmp_path: Path) -> None:
    await put(database, BOOKS)
    with pytest.raises(BackupError, match="invalid value for parameter"):
        await libpq_backup(f"{database}&work_mem=much", tmp_path / "b")
    assert (await backup(f"{database}&work_mem=8MB", tmp_path / "b")).tables


async def libpq_backup(dsn: str, file: Path) -> None:
    """pg_dump with a DSN that asyncpg would have refused first."""
    ended = await libpq.run([libpq.program("pg_dump"), f"--file={file}"], dsn)
    raise BackupError(ended.complaint, "", "")
