"""Where a server's things lie: the data, the socket, the record of both."""

import contextlib
import errno
import hashlib
import json
import os
import re
import shutil
import socket
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from jifen.store.embedded.account import Account
from jifen.store.errors import NoPlaceForData, ServerError

STATE_FOLDERS = (Path("/var/lib"), Path("/var/db"), Path("/srv"))
"""Where root puts what its own folders would hide from the server's user, first one that exists."""

PORT = 5432
"""Only a part of the socket's name: nothing listens on the network."""

RECORD = "server.json"
"""In the folder: where data and socket are, when they are elsewhere."""

# 104 bytes on macOS and 108 on Linux hold a socket's address, its closing zero and its name included.
_SOCKET_FOLDER_BYTES_MAX = 103 - len(f"/.s.PGSQL.{PORT}")
# PostgreSQL takes a comma for a list and a leading @ for another kind of socket; a URL has its own mind.
_PLAIN_PATH = re.compile(r"^/[A-Za-z0-9/._-]*$")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the server of one folder lives. `home` holds the data: the folder itself unless it is hidden."""

    folder: Path
    home: Path
    socket: Path

    @property
    def data(self) -> Path:
        """PostgreSQL's data folder."""
        return self.home / "data"

    @property
    def start_log(self) -> Path:
        """What the server said while it last started; afterwards it writes to `data/log`."""
        return self.home / "start.log"

    @property
    def cluster_name(self) -> str:
        """Stands in the title of every process of this server, by which they are known."""
        return f"jifen-{_short_hash(self.data)}"


def read(folder: Path) -> Place:
    """The place of a folder as recorded. ServerError where the record is broken."""
    folder = folder.resolve()
    record: dict[str, str | None] = {}
    path = folder / RECORD
    if path.exists():
        try:
            record = json.loads(path.read_text())
        except ValueError as broken:
            raise ServerError(
                f"{path} is not the record of a server", f"{folder} was asked for", "restore or remove it"
            ) from broken
    home = Path(record.get("home") or folder)
    return Place(folder, home, Path(record.get("socket") or home / "socket"))


def prepare(folder: Path) -> Path:
    """The folder, resolved, made where it is missing: what root makes can be passed, but not listed."""
    folder = folder.absolute()
    try:
        with contextlib.suppress(FileExistsError):
            folder.mkdir(parents=True)
            folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
        if not folder.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        return folder.resolve()
    except (PermissionError, NotADirectoryError) as refused:
        raise NoPlaceForData(
            f"{folder} cannot be made or entered: {refused.strerror}",
            "it was to hold a server's data",
            "choose a folder that you may write to",
        ) from refused


def exists(folder: Path) -> bool:
    """Whether there is such a folder, with or without a server."""
    return folder.is_dir()


def lock_of(folder: Path) -> Path:
    """The file to lock for a folder. It is never removed, lest two hold two files of one name."""
    return folder.resolve() / "server.lock"


def with_home(place: Place, account: Account) -> Place:
    """The place, with its data where the server's user can reach them: recorded before they are made."""
    if not account.dropped or account.can_enter(place.home):
        return place
    if place.data.exists():
        raise NoPlaceForData(
            f"the user {account.name} cannot reach {place.data}, which is theirs",
            f"the server of {place.folder} was asked for",
            f"let {account.name} pass through the folders above it (chmod o+x)",
        )
    base = state_folder(account)
    prefix = f"jifen-{_short_hash(place.folder)}-"
    for left_over in base.glob(f"{prefix}*"):
        if (left_over / "data").exists():
            # Books are not lost without a word because a small file was.
            raise NoPlaceForData(
                f"{left_over} holds the data of {place.folder}, whose {RECORD} does not name it",
                "a new server was asked for there",
                f'write {{"home": "{left_over}"}} into {place.folder / RECORD}, or move the data away',
            )
        shutil.rmtree(left_over, ignore_errors=True)
    home = Path(tempfile.mkdtemp(prefix=prefix, dir=base))
    home.chmod(0o711)
    moved = Place(place.folder, home, home / "socket")
    write(moved)
    return moved


def with_socket(place: Place, account: Account) -> Place:
    """The place, with a private folder for the socket: beside the data, or a short one where paths are long.

    One elsewhere is made anew for each start, since in a copied folder the record names the original's.
    """
    near = place.home / "socket"
    if place.socket != near:
        forget_socket(place)
    if _usable(near, account):
        chosen = near
    elif _fits(near) and not near.exists():
        near.mkdir(mode=0o700)
        account.own(near)
        chosen = near
    else:
        chosen = _far_socket(account)
    moved = replace(place, socket=chosen)
    write(moved)
    return moved


def forget_socket(place: Place) -> None:
    """Removes the socket's folder, unless somebody listens there, who can only be another server."""
    with socket.socket(socket.AF_UNIX) as knock, contextlib.suppress(OSError):
        knock.connect(str(place.socket / f".s.PGSQL.{PORT}"))
        return
    for left in (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
        (place.socket / left).unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        place.socket.rmdir()


def delete(place: Place) -> None:
    """Deletes what belongs to the server, once it is stopped; the folder itself stays."""
    if place.data.exists():
        shutil.rmtree(place.data)
    place.start_log.unlink(missing_ok=True)
    if place.home != place.folder:
        shutil.rmtree(place.home, ignore_errors=True)
    (place.folder / RECORD).unlink(missing_ok=True)


def state_folder(account: Account) -> Path:
    """A lasting folder of the machine that the server's user can pass through, to be written by root only."""
    for base in STATE_FOLDERS:
        if base.is_dir() and account.can_enter(base):
            return base
    raise NoPlaceForData(
        f"the user {account.name} can enter none of {', '.join(map(str, STATE_FOLDERS))}",
        "a server was asked for by root in a folder that only root can enter",
        "choose a folder that others can pass through, run as an ordinary user, or set DATABASE_URL",
    )


def write(place: Place) -> None:
    """Records where things are, whole or not at all."""
    home = None if place.home == place.folder else str(place.home)
    far = None if place.socket == place.home / "socket" else str(place.socket)
    # A new name, so that no link that lies in wait is followed.
    opened, draft = tempfile.mkstemp(prefix=f"{RECORD}.", dir=place.folder)
    with os.fdopen(opened, "w") as out:
        json.dump({"home": home, "socket": far}, out)
        out.flush()
        os.fchmod(opened, 0o644)
        os.fsync(opened)
    Path(draft).replace(place.folder / RECORD)
    sync_folder(place.folder)


def sync_folder(folder: Path) -> None:
    """Makes a rename in a folder outlive a power cut."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _usable(near: Path, account: Account) -> bool:
    """Whether a socket's folder is there, really a folder, private, and the server's."""
    if not _fits(near) or near.is_symlink() or not near.is_dir():
        return False
    found = near.stat()
    return found.st_uid == account.uid and found.st_mode & 0o077 == 0


def _fits(folder: Path) -> bool:
    return len(os.fsencode(folder)) <= _SOCKET_FOLDER_BYTES_MAX and bool(_PLAIN_PATH.match(str(folder)))


def _far_socket(account: Account) -> Path:
    for base in dict.fromkeys((Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp"))):  # noqa: S108
        if base.is_dir() and _fits(base / "jifen-12345678") and account.can_enter(base):
            made = Path(tempfile.mkdtemp(prefix="jifen-", dir=base))
            account.own(made)
            return made
    raise NoPlaceForData(
        f"no temporary folder has a short path that the user {account.name} can enter",
        f"a socket's path is at most {_SOCKET_FOLDER_BYTES_MAX} bytes",
        "choose a folder with a shorter path, or set TMPDIR",
    )


def _short_hash(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
