"""As which user of the machine the server runs: as ourselves, or, where we are root, as a plain one."""

import asyncio
import os
import pwd
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from jifen.store.errors import DataOfAnotherUser, NoPlaceForData

CANDIDATES = ("postgres", "_postgres", "nobody")
"""Whom root drops to, in this order, when there is no data yet that belongs to somebody."""


@dataclass(frozen=True, slots=True)
class Account:
    """A user of the machine. `dropped` says that we are root and become this user for the server alone."""

    name: str
    uid: int
    gid: int
    dropped: bool

    def can_enter(self, folder: Path) -> bool:
        """Whether this user may traverse to the folder and into it, as the kernel (and its ACLs) sees it."""
        if not self.dropped:
            return os.access(folder, os.X_OK)
        question = ["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)]
        return subprocess.run(question, **self._rights(), **_quiet(), check=False).returncode == 0

    def can_run(self, program: Path) -> bool:
        """Whether this user may run a program and the libraries that it needs, tried with `--version`."""
        try:
            asked = subprocess.run([program, "--version"], **self._rights(), **_quiet(), check=False)
        except OSError:
            return False
        return asked.returncode == 0

    def own(self, path: Path) -> None:
        """Gives this user a folder or file that we have just made. Never call it for anything else."""
        if self.dropped:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def start(
        self, command: Sequence[str | Path], environment: Mapping[str, str], output: IO[bytes]
    ) -> subprocess.Popen[bytes]:
        """Starts a program as this user in a session of its own, so that no Ctrl-C of ours reaches it."""
        return subprocess.Popen(
            command,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            umask=0o077,
            **self._rights(),
        )

    def _rights(self) -> dict[str, Any]:
        """What subprocess needs to drop. The folder `/` is one that everybody may stand in."""
        drop: dict[str, Any] = {"user": self.uid, "group": self.gid, "extra_groups": []}
        return {"cwd": "/", **(drop if self.dropped else {})}


def account_for(data: Path) -> Account:
    """The owner of the data where there is some; else ourselves, or as root the first of CANDIDATES.

    Raises DataOfAnotherUser where only that user or root could run the server, NoPlaceForData where root
    finds nobody to drop to.
    """
    owner = data.stat().st_uid if data.exists() else None
    ourselves = os.geteuid()
    if ourselves != 0:
        if owner is not None and owner != ourselves:
            raise DataOfAnotherUser(
                f"{data} belongs to the user {_name(owner)}",
                f"{_name(ourselves)} asked for its server",
                f"run this as {_name(owner)} or as root, or choose another folder",
            )
        return Account(_name(ourselves), ourselves, os.getegid(), dropped=False)
    if owner:
        return Account(_name(owner), owner, data.stat().st_gid, dropped=True)
    for name in CANDIDATES:
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, found.pw_uid, found.pw_gid, dropped=True)
    raise NoPlaceForData(
        f"PostgreSQL refuses to run as root, and the users {', '.join(CANDIDATES)} do not exist",
        "a server was asked for by root",
        "run this as an ordinary user, create the user postgres, or set DATABASE_URL",
    )


async def run(
    account: Account, command: Sequence[str | Path], environment: Mapping[str, str], output: IO[bytes]
) -> int:
    """Runs a program to its end and returns its exit code; when we are cancelled, it is killed.

    Popen and a thread, since uvloop's own subprocesses cannot change the user.
    """
    process = account.start(command, environment, output)
    try:
        return await asyncio.to_thread(process.wait)
    except BaseException:
        process.kill()
        process.wait()
        raise


async def run_quietly(
    account: Account, command: Sequence[str | Path], environment: Mapping[str, str]
) -> tuple[int, str]:
    """As `run`, and gives back what the program said too."""
    with tempfile.TemporaryFile() as output:
        code = await run(account, command, environment, output)
        output.seek(0)
        return code, output.read().decode("utf-8", "replace").strip()


def plain_environment() -> dict[str, str]:
    """Our environment without what PostgreSQL's programs would read from it, and with plain messages."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C", "TZ": "UTC"}


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"#{uid}"


def _quiet() -> dict[str, Any]:
    return {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
