"""One process at a time starts or stops the server of a folder."""

import asyncio
import fcntl
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from jifen.store.errors import DataOfAnotherUser, FolderBusy

_POLL_S = 0.02


@asynccontextmanager
async def held(file: Path, timeout_s: float) -> AsyncIterator[None]:
    """Holds the lock on a file, which the system gives back whatever way we end. FolderBusy after timeout_s.

    flock, not lockf: two tasks of one process exclude each other too, and no child takes the lock along.
    """
    try:
        opened = _opened(file)
    except PermissionError as refused:
        raise DataOfAnotherUser(
            f"{file} belongs to another user",
            "a lock on it was asked for",
            "run this as the user who made the folder, or choose another folder",
        ) from refused
    try:
        end = time.monotonic() + timeout_s
        while not _taken(opened):
            if time.monotonic() > end:
                raise FolderBusy(
                    f"another process has held {file} for {timeout_s:g} s",
                    "the server of its folder was asked for",
                    "see what that process does (lsof or fuser name it), and try again",
                )
            await asyncio.sleep(_POLL_S)
        yield
    finally:
        os.close(opened)


def _opened(file: Path) -> int:
    opened = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    if os.geteuid() == 0:
        # Where root helps out in a user's folder, the user goes on with it afterwards.
        owner = file.parent.stat()
        os.fchown(opened, owner.st_uid, owner.st_gid)
    return opened


def _taken(opened: int) -> bool:
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
