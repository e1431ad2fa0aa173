"""The processes of one data folder: which is the postmaster, which were left behind by it."""

import asyncio
import time
from collections.abc import Iterator

import psutil

from jifen.store.embedded.places import PORT, Place
from jifen.store.errors import OrphansRemain

_POLL_S = 0.05


def postmaster(place: Place) -> psutil.Process | None:
    """The running server of this data folder, whatever its pid file says; None where there is none."""
    for process in _of(place):
        try:
            # A backend has a title instead of a command line, or, when just born, a postmaster for a parent.
            parent = process.parent()
            if _is_started(process, place) and not (parent and _is_started(parent, place)):
                return process
        except psutil.Error:
            continue
    return None


def orphans(place: Place) -> list[int]:
    """Pids of the processes of this data folder that outlived their postmaster."""
    return [] if postmaster(place) else sorted(process.pid for process in _of(place))


async def no_orphans(place: Place, timeout_s: float) -> None:
    """Waits until the left-over processes have gone: an idle one goes at once, a busy one after its query.

    PostgreSQL would not start before, since they still write to the memory and the files of the old server.
    Raises OrphansRemain after timeout_s.
    """
    end = time.monotonic() + timeout_s
    while left := orphans(place):
        pids = " ".join(map(str, left))
        if time.monotonic() > end:
            raise OrphansRemain(
                f"processes of a server that was killed still work on {place.data}: {pids}",
                f"a new server was asked for, and {timeout_s:g} s were waited",
                f"wait until they are done, or end them: kill -QUIT {pids}",
            )
        await asyncio.sleep(_POLL_S)


def remove_stale_files(place: Place) -> None:
    """Removes a pid file whose pid now belongs to somebody else, and the socket of the dead.

    To be called only where there is neither postmaster nor orphan. PostgreSQL itself looks only at whether
    the pid is alive, so a pid used again, or a dead child that its parent has not noticed, would stop it from
    starting. A pid file with a dead pid is left to PostgreSQL, which finds the old shared memory by it.
    """
    pid = recorded_pid(place)
    if pid is not None and psutil.pid_exists(pid):
        (place.data / "postmaster.pid").unlink(missing_ok=True)
    for name in (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
        (place.socket / name).unlink(missing_ok=True)


def recorded_pid(place: Place) -> int | None:
    """The pid in the server's pid file, which may be long dead or somebody else by now."""
    lines = _pid_file(place)
    return int(lines[0]) if lines and lines[0].strip().isdigit() else None


def recorded_state(place: Place) -> str:
    """What the server last wrote about itself: `starting`, `ready`, `stopping`; empty where it did not."""
    lines = _pid_file(place)
    return lines[7].strip() if len(lines) > 7 else ""


def _pid_file(place: Place) -> list[str]:
    try:
        return (place.data / "postmaster.pid").read_text().splitlines()
    except (FileNotFoundError, PermissionError):
        return []


def _of(place: Place) -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        if _belongs(process, place):
            yield process


def _belongs(process: psutil.Process, place: Place) -> bool:
    """Whether a process is one of this server: by its command line, its title, or the folder it stands in."""
    try:
        if not process.name().startswith("postgres") or process.status() == psutil.STATUS_ZOMBIE:
            return False
        words = " ".join(process.cmdline())
        if f"-D {place.data} " in f"{words} " or f"postgres: {place.cluster_name}:" in words:
            return True
        # In a container root may lack the right to see where others stand; the title has said it then.
        return process.cwd() == str(place.data)
    except psutil.Error:
        return False


def _is_started(process: psutil.Process, place: Place) -> bool:
    return _belongs(process, place) and not " ".join(process.cmdline()).startswith("postgres:")
