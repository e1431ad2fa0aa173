"""Starting, joining and stopping the server of a place. Alive is what answers a connection."""

import asyncio
import contextlib
import os
import shlex
import signal
import time
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from urllib.parse import quote

import asyncpg

from jifen.store.embedded import processes
from jifen.store.embedded.account import Account, plain_environment, run
from jifen.store.embedded.cluster import USER
from jifen.store.embedded.places import PORT, Place
from jifen.store.embedded.settings import options
from jifen.store.embedded.wheel import Wheel
from jifen.store.errors import DataOfAnotherUser, ServerDidNotStart, ServerDidNotStop, ServerSilent

DATABASE = "jifen"
"""The database that the server is there for."""

START_S = 600.0
"""How long a start may take: after a crash, some GB of WAL are read first."""

SILENCE_S = 60.0
"""How long a server that says it is ready may go without answering."""

ORPHANS_S = 60.0
"""How long a new server waits for the processes that a killed one left behind."""

_POLL_S = 0.05
_NO_SOCKET_S = 1.0
_SIGNALS = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}


class Answer(Enum):
    """What a connection was told."""

    NOBODY = "nobody listens"
    WAIT = "starting or stopping"
    YES = "it runs"


def dsn_of(place: Place, database: str = DATABASE) -> str:
    """A URL for asyncpg and for libpq. The port stands in it, lest PGPORT change it."""
    return f"postgresql://{USER}@/{database}?host={quote(str(place.socket))}&port={PORT}"


async def ask(place: Place) -> Answer:
    """Connects, and looks whether it is the server of this data that answers.

    Raises DataOfAnotherUser where we may not enter the socket's folder.
    """
    try:
        connection = await asyncpg.connect(dsn_of(place, "postgres"), timeout=5)
    except PermissionError as refused:
        raise DataOfAnotherUser(
            f"the socket in {place.socket} belongs to another user",
            "a connection was asked for",
            "run this as the user who started the server, or choose another folder",
        ) from refused
    except asyncpg.CannotConnectNowError:
        return Answer.WAIT
    except asyncpg.TooManyConnectionsError:
        return Answer.YES
    except (TimeoutError, OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError):
        return Answer.NOBODY
    try:
        found = await connection.fetchval("SHOW data_directory")
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return Answer.NOBODY
    finally:
        await _close(connection)
    # A copied folder still has the record of the original's socket.
    return Answer.YES if found == str(place.data) else Answer.NOBODY


async def join(place: Place) -> bool:
    """Whether the server runs; waits for one that is starting or stopping. Under the folder's lock.

    Raises ServerSilent where one has been running for SILENCE_S without answering. One whose socket was
    removed is stopped, since nobody could ever reach it again.
    """
    begun = time.monotonic()
    while (answer := await ask(place)) is not Answer.YES:
        process = processes.postmaster(place)
        if process is None and answer is Answer.NOBODY:
            return False
        waited = time.monotonic() - begun
        ready = processes.recorded_state(place) == "ready"
        deaf = answer is Answer.NOBODY and ready
        if process and deaf and waited > _NO_SOCKET_S and not (place.socket / f".s.PGSQL.{PORT}").exists():
            await stop(place, "fast")
            return False
        pid = process.pid if process else "unknown"
        if waited > (SILENCE_S if deaf else START_S):
            raise ServerSilent(
                f"the server of {place.data} runs (pid {pid}) but does not answer",
                f"{waited:.0f} s were waited",
                f"see {place.data / 'log'}; if it hangs, end it: kill -QUIT {pid}",
            )
        await asyncio.sleep(_POLL_S)
    return True


async def start(place: Place, account: Account, wheel: Wheel, settings: Mapping[str, str]) -> None:
    """Starts the server, apart from us: it lives on when we end. Under the folder's lock, after `join`.

    Raises OrphansRemain, ServerDidNotStart, SettingRefused, ServerSilent where it was killed meanwhile.
    """
    line = shlex.join(options(place, settings))
    await processes.no_orphans(place, ORPHANS_S)
    processes.remove_stale_files(place)
    # pg_ctl puts -D and its log between double quotes into a shell's line; PGDATA and -o come through whole.
    command: list[str | Path] = [wheel.bin / "pg_ctl", "start", "-w", "-t", f"{START_S:.0f}", "-o", line]
    environment = {**plain_environment(), "PGDATA": str(place.data)}
    place.start_log.unlink(missing_ok=True)
    with place.start_log.open("xb") as log:
        code = await run(account, command, environment, log)
    if code == 0 and not await join(place):
        raise _ended(place)
    if code != 0:
        raise ServerDidNotStart(
            f"the server of {place.data} did not start: {_last_words(place)}",
            f"it was started with {line}",
            f"mend what it says; more stands in {place.start_log} and {place.data / 'log'}",
        )


async def ensure_database(place: Place) -> None:
    """Creates the database where a new server has none. Under the folder's lock.

    A process killed over the same leaves a backend that still creates it, which is waited for.
    Raises ServerSilent where the server ends meanwhile.
    """
    end = time.monotonic() + SILENCE_S
    try:
        while not await _has_database(place):
            await _create_database(place)
            if time.monotonic() > end:
                raise _ended(place)
            await asyncio.sleep(_POLL_S)
    except (OSError, asyncpg.PostgresConnectionError, asyncpg.CannotConnectNowError) as lost:
        raise _ended(place) from lost


async def _create_database(place: Place) -> None:
    connection = await asyncpg.connect(dsn_of(place, "postgres"), timeout=30)
    try:
        await connection.execute(f"CREATE DATABASE {DATABASE}")
    except (asyncpg.DuplicateDatabaseError, asyncpg.UniqueViolationError, asyncpg.ObjectInUseError):
        pass
    finally:
        await _close(connection)


async def _has_database(place: Place) -> bool:
    try:
        connection = await asyncpg.connect(dsn_of(place), timeout=30)
    except asyncpg.TooManyConnectionsError:
        return True
    except asyncpg.InvalidCatalogNameError:
        return False
    await _close(connection)
    return True


async def stop(place: Place, mode: str, timeout_s: float = 120) -> bool:
    """Ends the server and waits until all of it is gone; False where there was none. Under the folder's lock.

    Raises ServerDidNotStop after timeout_s, ValueError for an unknown mode.
    """
    if mode not in _SIGNALS:
        raise ValueError(f"mode is one of {', '.join(_SIGNALS)}; {mode!r} was asked for")
    process = processes.postmaster(place)
    if process is None:
        return False
    process.send_signal(_SIGNALS[mode])
    end = time.monotonic() + timeout_s
    while processes.postmaster(place) or processes.orphans(place):
        if time.monotonic() > end:
            raise ServerDidNotStop(
                f"the server of {place.data} (pid {process.pid}) still runs after {timeout_s:g} s",
                f"a {mode} stop was asked for",
                "a smart stop waits for all clients, a fast one for a checkpoint: wait, or stop with "
                "mode='immediate' (the next start then recovers from the log)",
            )
        await asyncio.sleep(_POLL_S)
    return True


def _ended(place: Place) -> ServerSilent:
    return ServerSilent(
        f"the server of {place.data} ended, or was ended, when it had just begun to answer",
        "its database was asked for",
        f"try again; if it happens again, see {place.data / 'log'}",
    )


def _last_words(place: Place) -> str:
    """The end of what the server wrote: before its log was open, and after."""
    logs = sorted((place.data / "log").glob("*.log"), key=lambda path: path.stat().st_mtime)
    texts = (_tail(path) for path in (place.start_log, *logs[-1:]))
    return " | ".join(text for text in texts if text) or "it said nothing"


def _tail(path: Path, size: int = 2000) -> str:
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
            file.seek(max(0, path.stat().st_size - size))
            return file.read().decode("utf-8", "replace").strip()
    except OSError:
        return ""


async def _close(connection: asyncpg.Connection) -> None:
    with contextlib.suppress(TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        await connection.close(timeout=5)
