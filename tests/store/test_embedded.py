"""The server of a folder: made once, shared, found again after every kind of death."""

# ruff: noqa: ASYNC110, ASYNC220, ASYNC240, ASYNC251 - a test has the loop to itself, and may block it

import asyncio
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import asyncpg
import psutil
import pytest

from jifen.store import embedded
from jifen.store.embedded import places, processes
from jifen.store.embedded.account import account_for
from jifen.store.embedded.lock import held
from jifen.store.errors import (
    DataOfAnotherVersion,
    DataUnknown,
    FolderBusy,
    OrphansRemain,
    SettingRefused,
)
from tests.store.conftest import QUICK, Started

ENSURE = """
import asyncio, sys
from pathlib import Path
from jifen.store import embedded
print(asyncio.run(embedded.ensure(Path(sys.argv[1]), settings={"fsync": "off", "shared_buffers": "16MB"})))
sys.stdout.flush()
sys.stdin.read()
"""


async def run(dsn: str, sql: str) -> object:
    """The first value that one statement gives."""
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


def pid_of(folder: Path) -> int:
    """The running server's pid."""
    pid = embedded.status(folder).pid
    assert pid is not None
    return pid


async def gone(pid: int) -> None:
    """Waits until a process that was killed has been noticed."""
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        await asyncio.sleep(0.01)


async def kill_server(folder: Path) -> int:
    """Kills the postmaster as a lack of memory would."""
    pid = pid_of(folder)
    os.kill(pid, signal.SIGKILL)
    await gone(pid)
    return pid


async def test_a_folder_gets_a_server_once(folder: Path) -> None:
    assert embedded.status(folder).state == "absent"
    dsn = await embedded.ensure(folder, settings=QUICK)
    pid = pid_of(folder)
    assert await run(dsn, "SELECT current_database() || ' ' || current_user") == "jifen jifen"
    assert await embedded.ensure(folder) == dsn
    assert pid_of(folder) == pid
    assert embedded.status(folder).state == "ready"
    assert embedded.status(folder).data_version == "18"


async def test_it_is_a_ledger_by_default_and_takes_other_wishes(folder: Path) -> None:
    dsn = await embedded.ensure(folder, settings={"shared_buffers": "32MB", "work_mem": "5MB"})
    expected = {
        "fsync": "on",
        "synchronous_commit": "on",
        "jit": "off",
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        "wal_compression": "pglz",
        "listen_addresses": "",
        "data_checksums": "on",
        "TimeZone": "UTC",
        "server_encoding": "UTF8",
        "shared_buffers": "32MB",
        "work_mem": "5MB",
    }
    assert {name: await run(dsn, f"SHOW {name}") for name in expected} == expected
    with pytest.raises(SettingRefused, match="listen_addresses is decided by the supervisor"):
        await embedded.stop(folder)
        await embedded.ensure(folder, settings={"listen_addresses": "*"})


async def test_stopping_is_explicit_and_loses_nothing(folder: Path) -> None:
    dsn = await embedded.ensure(folder, settings=QUICK)
    await run(dsn, "CREATE TABLE kept AS SELECT 1 AS n")
    assert await embedded.stop(folder)
    assert embedded.status(folder).state == "stopped"
    assert not await embedded.stop(folder)
    dsn = await embedded.ensure(folder, settings=QUICK)
    assert await embedded.stop(folder, mode="immediate")
    dsn = await embedded.ensure(folder, settings=QUICK)
    assert await run(dsn, "SELECT n FROM kept") == 1
    with pytest.raises(ValueError, match="smart, fast, immediate"):
        await embedded.stop(folder, mode="gentle")


async def test_a_killed_server_is_started_again_and_has_every_commit(folder: Path) -> None:
    dsn = await embedded.ensure(folder, settings=QUICK)
    await run(dsn, "CREATE TABLE kept AS SELECT 1 AS n")
    killed = await kill_server(folder)
    dsn = await embedded.ensure(folder, settings=QUICK)
    assert pid_of(folder) != killed
    assert await run(dsn, "SELECT n FROM kept") == 1


async def test_a_killed_server_with_a_busy_backend_is_waited_for(folder: Path) -> None:
    """A backend at work notices only afterwards that its postmaster died.

    Two servers on one folder would be the end of the books.
    """
    dsn = await embedded.ensure(folder, settings=QUICK)
    busy = asyncio.create_task(run(dsn, "SELECT count(*) FROM generate_series(1, 12000000)"))
    while "SELECT" not in titles(folder):
        await asyncio.sleep(0.02)
    await kill_server(folder)
    place = places.read(folder)
    assert processes.orphans(place)
    with pytest.raises(OrphansRemain, match=r"still work on .* kill -QUIT"):
        await processes.no_orphans(place, 0.2)
    dsn = await embedded.ensure(folder, settings=QUICK)
    assert not processes.orphans(place)
    assert await run(dsn, "SELECT 1") == 1
    with pytest.raises((OSError, asyncpg.PostgresError, asyncpg.InterfaceError)):
        await busy
        raise ConnectionError("it had its answer before the server was there again")


def titles(folder: Path) -> str:
    """What the processes of a folder's server say that they do."""
    server = psutil.Process(pid_of(folder))
    return "\n".join(" ".join(child.cmdline()) for child in server.children())


async def test_a_pid_that_is_somebody_elses_by_now_stops_nobody(folder: Path) -> None:
    await embedded.ensure(folder, settings=QUICK)
    await kill_server(folder)
    place = places.read(folder)
    await processes.no_orphans(place, 10)
    rights = account_for(place.data)
    drop = {"user": rights.uid, "group": rights.gid} if rights.dropped else {}
    stranger = subprocess.Popen(["sleep", "60"], cwd="/", **drop)  # type: ignore[call-overload]
    try:
        for file in (place.data / "postmaster.pid", place.socket / ".s.PGSQL.5432.lock"):
            rest = file.read_text().split("\n", 1)[1]
            file.write_text(f"{stranger.pid}\n{rest}")
        assert embedded.status(folder).state == "stopped"
        dsn = await embedded.ensure(folder, settings=QUICK)
        assert await run(dsn, "SELECT 1") == 1
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


async def test_a_killed_owner_leaves_the_server_to_the_next(folder: Path, python: Started) -> None:
    owner = python(ENSURE, folder)
    assert owner.stdout
    dsn = owner.stdout.readline().strip()
    pid = pid_of(folder)
    owner.kill()
    owner.wait()
    assert await embedded.ensure(folder) == dsn
    assert pid_of(folder) == pid


async def test_processes_that_come_at_once_share_one_server(folder: Path, python: Started) -> None:
    together = [python(ENSURE, folder) for _ in range(3)]
    answers = {process.stdout.readline().strip() for process in together if process.stdout}
    assert len(answers) == 1
    assert await run(answers.pop(), "SELECT 1") == 1


@pytest.mark.parametrize("with_initdb", [False, True], ids=["initdb goes on", "initdb dies too"])
async def test_an_owner_killed_during_initdb_leaves_nothing_half_made(
    folder: Path, python: Started, with_initdb: bool
) -> None:
    owner = python(ENSURE, folder)
    while not list(folder.glob("data.new-*/base/1/*")):
        assert owner.poll() is None
        time.sleep(0.002)
    children = psutil.Process(owner.pid).children()
    owner.kill()
    owner.wait()
    if with_initdb:
        for child in children:
            child.kill()
    assert not (folder / "data").exists()
    dsn = await embedded.ensure(folder, settings=QUICK)
    assert await run(dsn, "SELECT 1") == 1
    await embedded.stop(folder)
    await embedded.ensure(folder, settings=QUICK)
    assert not list(folder.glob("data.new-*"))


async def test_tasks_that_come_at_once_share_one_server(folder: Path) -> None:
    answers = await asyncio.gather(*(embedded.ensure(folder, settings=QUICK) for _ in range(3)))
    assert len(set(answers)) == 1


async def test_a_path_longer_than_a_socket_may_have(folder: Path) -> None:
    deep = folder / ("a-long-name-" * 8) / ("and-another-" * 8)
    try:
        dsn = await embedded.ensure(deep, settings=QUICK)
        socket = embedded.status(deep).socket
        assert len(str(deep)) > 190
        assert len(str(socket)) < 60
        assert socket.stat().st_mode & 0o777 == 0o700
        assert await run(dsn, "SHOW data_directory") == str(deep / "data")
        await embedded.stop(deep)
        assert not socket.exists()
        dsn = await embedded.ensure(deep, settings=QUICK)
        assert await run(dsn, "SELECT 1") == 1
    finally:
        await embedded.remove(deep)


async def test_a_path_that_a_shell_would_stumble_over(folder: Path) -> None:
    odd = folder / """积分, "our" $HOME `books` it's"""
    try:
        dsn = await embedded.ensure(odd, settings=QUICK)
        assert await run(dsn, "SHOW data_directory") == str(odd / "data")
        await kill_server(odd)
        assert await run(await embedded.ensure(odd, settings=QUICK), "SELECT 1") == 1
    finally:
        await embedded.remove(odd)


async def test_a_socket_that_was_swept_away_is_made_again(folder: Path) -> None:
    await embedded.ensure(folder, settings=QUICK)
    shutil.rmtree(embedded.status(folder).socket)
    dsn = await embedded.ensure(folder, settings=QUICK)
    assert await run(dsn, "SELECT 1") == 1


async def test_a_copied_folder_does_not_join_the_originals_server(folder: Path, store_server: str) -> None:
    folder.mkdir(parents=True)
    folder.chmod(0o711)
    foreign = store_server.partition("host=")[2].partition("&")[0]
    (folder / "server.json").write_text(f'{{"home": null, "socket": "{foreign}"}}')
    dsn = await embedded.ensure(folder, settings=QUICK)
    assert await run(dsn, "SHOW data_directory") == str(folder / "data")
    assert dsn != store_server
    assert await run(store_server, "SELECT 1") == 1


async def test_data_of_another_version_name_both_and_the_way(folder: Path) -> None:
    await embedded.ensure(folder, settings=QUICK)
    await embedded.stop(folder)
    (folder / "data" / "PG_VERSION").write_text("17\n")
    with pytest.raises(DataOfAnotherVersion, match=r"PostgreSQL 17; .* PostgreSQL 18\.\d+; back up with"):
        await embedded.ensure(folder)


async def test_what_is_no_database_is_left_alone(folder: Path) -> None:
    (folder / "data").mkdir(parents=True)
    folder.chmod(0o711)
    (folder / "data" / "holiday.jpg").touch()
    if os.geteuid() == 0:
        shutil.chown(folder / "data", "nobody")
    with pytest.raises(DataUnknown, match="holds no PG_VERSION"):
        await embedded.ensure(folder)
    assert [path.name for path in (folder / "data").iterdir()] == ["holiday.jpg"]


async def test_a_lock_that_is_held_for_too_long_is_told(folder: Path) -> None:
    folder.mkdir()
    async with held(folder / "server.lock", 1):
        with pytest.raises(FolderBusy, match=r"held .*server\.lock for 0\.1 s"):
            async with held(folder / "server.lock", 0.1):
                pass
    async with held(folder / "server.lock", 1):
        pass
