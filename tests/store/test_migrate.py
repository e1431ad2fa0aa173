"""Migrations run forward, once, and say what they would not do."""

from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from jifen.store import migrate
from jifen.store.errors import (
    MigrationBusy,
    MigrationChanged,
    MigrationFileInvalid,
    MigrationMissing,
    MigrationRefused,
)
from tests.store.conftest import Started

Write = Callable[..., Path]

BOOKS = "CREATE TABLE wallet (id integer, points bigint);"
LOTS = "CREATE TABLE lot (wallet integer);\nINSERT INTO lot VALUES (1);"
NONE = Path("/nonexistent")

MIGRATE = """
import asyncio, sys
from pathlib import Path
from jifen.store import migrate
dsn, migrations, routines = sys.argv[1:]
report = asyncio.run(migrate.migrate(dsn, migrations=Path(migrations), routines_in=Path(routines)))
print(",".join(report.applied + report.routines_made))
"""


async def ask(dsn: str, sql: str) -> object:
    """The first value that one statement gives."""
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def test_pending_files_are_applied_once_and_in_order(database: str, write: Write) -> None:
    first = write("first", n0001_books=BOOKS)
    assert (await migrate.status(database, migrations=first, routines_in=NONE)).pending == ("0001_books",)
    report = await migrate.migrate(database, migrations=first, routines_in=NONE)
    assert report.applied == ("0001_books",)
    both = write("both", n0001_books=BOOKS, n0002_lots=LOTS)
    report = await migrate.migrate(database, migrations=both, routines_in=NONE)
    assert report.applied == ("0002_lots",)
    assert (await migrate.migrate(database, migrations=both, routines_in=NONE)).applied == ()
    done = await migrate.status(database, migrations=both, routines_in=NONE)
    assert done.current
    assert done.applied == ("0001_books", "0002_lots")
    assert await ask(database, "SELECT count(*) FROM lot") == 1
    assert await ask(database, "SELECT sum(number) FROM schema_migration WHERE took_ms >= 0") == 3


async def test_four_processes_at_once_do_the_work_of_one(
    database: str, write: Write, python: Started
) -> None:
    files = write("m", n0001_books=BOOKS, n0002_slow=f"SELECT pg_sleep(0.3); {LOTS}")
    routines = write("r", points=ROUTINE.format(what="integer", result="1"))
    together = [python(MIGRATE, database, files, routines) for _ in range(4)]
    reports = sorted(process.communicate()[0].strip() for process in together)
    assert reports == ["", "", "", "0001_books,0002_slow,points"]
    assert await ask(database, "SELECT count(*) FROM lot") == 1


async def test_what_was_applied_may_not_change_or_go(database: str, write: Write) -> None:
    files = write("m", n0001_books=BOOKS, n0002_lots=LOTS)
    await migrate.migrate(database, migrations=files, routines_in=NONE)
    same = write("same", n0001_books=BOOKS.replace("\n", "\r\n"), n0002_lots=LOTS.replace("\n", "\r\n"))
    assert (await migrate.migrate(database, migrations=same, routines_in=NONE)).applied == ()
    changed = write("changed", n0001_books=BOOKS + " -- really", n0002_lots=LOTS, n0003_more="SELECT 1")
    with pytest.raises(MigrationChanged, match=r"0001_books was applied with the checksum .* never changes"):
        await migrate.migrate(database, migrations=changed, routines_in=NONE)
    with pytest.raises(MigrationMissing, match="0002_lots applied, and the files have no number 0002"):
        await migrate.migrate(database, migrations=write("less", n0001_books=BOOKS), routines_in=NONE)
    with pytest.raises(MigrationMissing, match="the files have 0002_series"):
        other = write("other", n0001_books=BOOKS, n0002_series=LOTS)
        await migrate.status(database, migrations=other, routines_in=NONE)
    assert await ask(database, "SELECT count(*) FROM schema_migration") == 2


async def test_a_refused_migration_leaves_nothing_of_itself(database: str, write: Write) -> None:
    files = write("m", n0001_books=BOOKS, n0002_bad=f"{LOTS}\n\nSELECT * FROM walet;")
    with pytest.raises(MigrationRefused, match=r'0002_bad\.sql, line 4: relation "walet" does not exist'):
        await migrate.migrate(database, migrations=files, routines_in=NONE)
    assert await ask(database, "SELECT to_regclass('lot') IS NULL AND to_regclass('wallet') IS NOT NULL")
    mended = write("m", n0001_books=BOOKS, n0002_bad=LOTS)
    assert (await migrate.migrate(database, migrations=mended, routines_in=NONE)).applied == ("0002_bad",)


async def test_a_table_in_use_is_not_waited_for_for_ever(database: str, write: Write) -> None:
    await migrate.migrate(database, migrations=write("m", n0001_books=BOOKS), routines_in=NONE)
    more = write("m", n0001_books=BOOKS, n0002_more="ALTER TABLE wallet ADD COLUMN x integer")
    till = await asyncpg.connect(database)
    async with till.transaction():
        await till.execute("INSERT INTO wallet VALUES (1, 1)")
        with pytest.raises(MigrationBusy, match=r"0002_more\.sql waits for a table that is in use") as busy:
            await migrate.migrate(
                database, migrations=more, routines_in=NONE, limits=migrate.Limits(lock_timeout_ms=50)
            )
    assert busy.value.retry
    slow = write("s", n0001_books=BOOKS, n0002_slow="SELECT pg_sleep(5)")
    with pytest.raises(MigrationRefused, match="due to statement timeout"):
        await migrate.migrate(
            database, migrations=slow, routines_in=NONE, limits=migrate.Limits(statement_timeout_ms=50)
        )
    await till.fetchval("SELECT pg_advisory_lock(0x4A6966656E)")
    with pytest.raises(MigrationBusy, match="another process has been migrating"):
        await migrate.migrate(database, migrations=more, routines_in=NONE, limits=migrate.Limits(turn_s=0.1))
    await till.close()


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"books": BOOKS}, "not named like 0001_books.sql"),
        ({"n0001_books": BOOKS, "n0003_lots": LOTS}, "0003_lots.sql stands where number 0002 should"),
        ({"n0001_books": BOOKS, "n0001_lots": LOTS}, "0001_lots.sql stands where number 0002 should"),
        ({"n0001_books": f"{BOOKS} commit; {LOTS}"}, "holds COMMIT"),
    ],
)
async def test_files_that_break_the_order_are_refused(
    database: str, write: Write, files: dict[str, str], why: str
) -> None:
    with pytest.raises(MigrationFileInvalid, match=why):
        await migrate.migrate(database, migrations=write("m", **files), routines_in=NONE)


async def test_blocks_of_a_body_are_no_transactions(database: str, write: Write) -> None:
    text = "DO $$ BEGIN\n  PERFORM 1;\n  BEGIN\n NULL;\n END;\n END $$; -- COMMIT;\nSELECT ';commit;'"
    assert (await migrate.migrate(database, migrations=write("m", n0001_do=text), routines_in=NONE)).applied


ROUTINE = """-- So many points.
CREATE OR REPLACE FUNCTION points(n integer) RETURNS {what} LANGUAGE sql AS $$ SELECT {result} $$;
"""


async def follow(database: str, folder: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Migrates with these routines only; the names made and dropped."""
    report = await migrate.migrate(database, migrations=NONE, routines_in=folder)
    return report.routines_made, report.routines_dropped


async def test_routines_follow_their_files(database: str, write: Write) -> None:
    points = ROUTINE.format(what="integer", result="n")
    again = "CREATE OR REPLACE FUNCTION again() RETURNS integer LANGUAGE sql AS $$ SELECT points(3) $$"
    both = write("r", again=again, points=points)
    assert await follow(database, both) == (("again", "points"), ())
    assert await follow(database, both) == ((), ())
    assert await ask(database, "SELECT again()") == 3

    # Another body: replaced in place.
    assert await follow(
        database, write("r", again=again, points=points.replace("SELECT n", "SELECT n * 2"))
    ) == (
        ("points",),
        (),
    )
    assert await ask(database, "SELECT again()") == 6

    # Another result, which PostgreSQL does not replace; then other arguments, which it would put beside.
    wide = points.replace("RETURNS integer", "RETURNS bigint")
    assert await follow(database, write("r", points=wide)) == (("points",), ("again",))
    more = points.replace("n integer", "n integer, m integer DEFAULT 1")
    assert await follow(database, write("r", points=more)) == (("points",), ())
    assert await ask(database, "SELECT points(7)") == 7
    assert await ask(database, "SELECT count(*) FROM pg_proc WHERE proname IN ('points', 'again')") == 1

    # One that somebody dropped by hand comes back; one without a file goes.
    await ask(database, "DROP FUNCTION points")
    assert (
        await migrate.status(database, migrations=NONE, routines_in=write("r", points=more))
    ).routines_changed
    assert await follow(database, write("r", points=more)) == (("points",), ())
    assert await follow(database, write("r")) == ((), ("points",))
    assert await ask(database, "SELECT count(*) FROM schema_routine") == 0


async def test_a_routine_that_something_hangs_on_is_never_dropped_with_it(
    database: str, write: Write
) -> None:
    points = ROUTINE.format(what="integer", result="n")
    await follow(database, write("r", points=points))
    await ask(database, "CREATE VIEW seen AS SELECT points(1) AS p")
    with pytest.raises(
        MigrationRefused, match=r"dropping points: cannot drop function .*view seen depends on"
    ):
        await follow(database, write("r"))
    with pytest.raises(MigrationRefused, match=r"points\.sql: cannot drop function"):
        await follow(database, write("r", points=points.replace("RETURNS integer", "RETURNS bigint")))
    assert await follow(database, write("r", points=points.replace("SELECT n", "SELECT n + 1"))) == (
        ("points",),
        (),
    )
    assert await ask(database, "SELECT p FROM seen") == 2


async def test_a_routine_with_a_faulty_body_changes_nothing(database: str, write: Write) -> None:
    good = ROUTINE.format(what="integer", result="n")
    await follow(database, write("r", points=good))
    with pytest.raises(MigrationRefused, match=r'the body of points\.sql: column "m" does not exist'):
        await follow(database, write("r", points=ROUTINE.format(what="integer", result="m"), other=OTHER))
    assert await ask(database, "SELECT points(4)") == 4
    assert await ask(database, "SELECT to_regproc('other') IS NULL")


OTHER = "CREATE FUNCTION other() RETURNS void LANGUAGE plpgsql AS $$ BEGIN NULL; END $$"


@pytest.mark.parametrize(
    "text",
    ["SELECT 1", OTHER, f"{ROUTINE.format(what='integer', result='1')} {OTHER}"],
    ids=["0", "other", "2"],
)
async def test_one_file_is_one_routine_of_its_name(database: str, write: Write, text: str) -> None:
    with pytest.raises(MigrationFileInvalid, match=r"points\.sql creates .* of the name points was expected"):
        await follow(database, write("r", points=text))


async def test_a_namesake_made_by_hand_is_told_and_left(database: str, write: Write) -> None:
    await ask(database, "CREATE FUNCTION points(t text) RETURNS text LANGUAGE sql AS 'SELECT t'")
    with pytest.raises(
        MigrationFileInvalid, match=r"the database has public\.points\(t text\), public\.points"
    ):
        await follow(database, write("r", points=ROUTINE.format(what="integer", result="1")))


async def test_drift_names_each_difference(database: str, write: Write) -> None:
    files = write(
        "m",
        n0001_books="CREATE TYPE kind AS ENUM ('earn', 'redeem'); "
        "CREATE TABLE wallet (id integer NOT NULL, points bigint); "
        "ALTER TABLE wallet ADD CONSTRAINT never_negative CHECK (points >= 0); "
        "CREATE INDEX by_points ON wallet (points)",
    )
    routines = write("r", points=ROUTINE.format(what="integer", result="n"))
    await migrate.migrate(database, migrations=files, routines_in=routines)
    assert await migrate.drift(database, migrations=files, routines_in=routines) == []
    connection = await asyncpg.connect(database)
    await connection.execute("""
        ALTER TYPE kind ADD VALUE 'donate';
        ALTER TABLE wallet ALTER id DROP NOT NULL, ADD extra text, DROP CONSTRAINT never_negative;
        DROP INDEX by_points;
        CREATE TABLE stranger ();
        CREATE OR REPLACE FUNCTION points(n integer) RETURNS integer LANGUAGE sql AS 'SELECT 0';
    """)
    told = await migrate.drift(database, migrations=files, routines_in=routines)
    assert [line.split("RETURNS")[0].split("[CREATE")[0].strip() for line in told] == [
        "column wallet.extra is in the database, and no migration makes it",
        "column wallet.id is [integer] in the database, and the migrations make [integer not null]",
        "constraint wallet.never_negative is missing from the database",
        "index by_points is missing from the database",
        "routine points(n integer) is",
        "table stranger is in the database, and no migration makes it",
        "type kind is [one of earn, redeem, donate] in the database, "
        "and the migrations make [one of earn, redeem]",
    ]
    left = "SELECT count(*) FROM pg_database WHERE datname LIKE 'jifen_drift_%'"
    assert await connection.fetchval(left) == 0
    oid = await connection.fetchval("SELECT oid FROM pg_database WHERE datname = current_database()")
    await connection.execute(f"CREATE DATABASE jifen_drift_{oid}_killed")
    await migrate.drift(database, migrations=files, routines_in=routines)
    assert await connection.fetchval(left) == 0
    await connection.close()


async def test_our_own_files_apply_twice_and_do_not_drift(database: str) -> None:
    report = await migrate.migrate(database)
    assert report.applied == tuple(sorted(path.stem for path in migrate.MIGRATIONS.glob("*.sql")))
    assert set(report.routines_made) == {path.stem for path in migrate.ROUTINES.glob("*.sql")}
    again = await migrate.migrate(database)
    assert (again.applied, again.routines_made, again.routines_dropped) == ((), (), ())
    assert await migrate.drift(database) == []
