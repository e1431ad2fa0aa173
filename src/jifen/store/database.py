"""Connections: which database, a pool without a round trip at release, and is the server new enough."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from urllib.parse import parse_qs, urlsplit

import asyncpg

from jifen.store import embedded
from jifen.store.errors import DatabaseTooOld, DatabaseUnreachable, DatabaseUrlInvalid

OLDEST_MAJOR = 16
"""The oldest major version of PostgreSQL that the SQL here is written for."""

CONNECT_S = 10.0
"""How long one connection may take to come about."""

_NO_SETTINGS: Mapping[str, str] = MappingProxyType({})


async def open_database(url: str | None, folder: Path) -> str:
    """The DSN to use: `url` (DATABASE_URL) where it is given, else that of the server of `folder`.

    It has been connected to once. Raises DatabaseUrlInvalid, DatabaseUnreachable, DatabaseTooOld, and for a
    folder the ServerErrors of `embedded.ensure`.
    """
    url = (url or "").strip()
    if not url:
        return await embedded.ensure(folder)
    if urlsplit(url).scheme not in ("postgresql", "postgres"):
        raise DatabaseUrlInvalid(
            f"DATABASE_URL begins with {url.split(':', 1)[0]!r}",
            "the address of a PostgreSQL was expected",
            "write postgresql://user:password@host:5432/database, or leave it empty for our own server",
        )
    connection = await connect(url)
    await connection.close()
    return url


async def connect(dsn: str, *, application: str = "jifen") -> asyncpg.Connection:
    """One connection outside a pool, for what needs a session of its own: migrations, backups.

    Raises DatabaseUnreachable, DatabaseTooOld.
    """
    try:
        connection = await asyncpg.connect(
            dsn, timeout=CONNECT_S, server_settings=_session(dsn, application, None, _NO_SETTINGS)
        )
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise _unreachable(dsn, error) from error
    try:
        await require_version(connection)
    except BaseException:
        await connection.close()
        raise
    return connection


async def connect_pool(
    dsn: str,
    *,
    size: int,
    application: str = "jifen",
    statement_timeout_ms: int | None = None,
    settings: Mapping[str, str] = _NO_SETTINGS,
) -> asyncpg.Pool:
    """A pool of at most `size` connections, of which one stands ready when this returns.

    Releasing a connection costs no round trip: nothing is reset but an open transaction. So **no session
    state on pooled connections**: no SET, no session advisory lock, no LISTEN, no temporary table; SET LOCAL
    and transaction locks are fine. What every session shall have goes into `settings` and
    `statement_timeout_ms`, which are sent while connecting.

    Raises DatabaseUnreachable, DatabaseTooOld.
    """
    pool = asyncpg.create_pool(
        dsn,
        min_size=1,
        max_size=size,
        timeout=CONNECT_S,
        init=require_version,
        reset=_leave_as_it_is,
        server_settings=_session(dsn, application, statement_timeout_ms, settings),
    )
    try:
        return await pool
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise _unreachable(dsn, error) from error


async def require_version(connection: asyncpg.Connection) -> None:
    """Raises DatabaseTooOld for a server older than OLDEST_MAJOR; costs no round trip."""
    found = connection.get_server_version()
    if found.major < OLDEST_MAJOR:
        raise DatabaseTooOld(
            f"the server is PostgreSQL {found.major}.{found.minor}",
            f"{OLDEST_MAJOR} or newer was expected",
            "upgrade it, or leave DATABASE_URL empty for the server that comes along",
        )


def shown(dsn: str) -> str:
    """A DSN without its password, for messages and logs."""
    parts = urlsplit(dsn)
    place = parts.netloc
    if "@" in place:
        login, _, host = place.rpartition("@")
        place = f"{login.partition(':')[0]}@{host}"
    socket = parse_qs(parts.query).get("host", [""])[0]
    return f"{parts.scheme}://{place or socket}{parts.path}"


async def _leave_as_it_is(connection: asyncpg.Connection) -> None:
    """In place of the reset that would send UNLISTEN, RESET ALL and so on at every release."""


def _session(
    dsn: str, application: str, statement_timeout_ms: int | None, settings: Mapping[str, str]
) -> dict[str, str]:
    """What a session starts with. What the DSN itself asks for is left to it."""
    wanted = {"application_name": application, **settings}
    if statement_timeout_ms is not None:
        wanted["statement_timeout"] = str(statement_timeout_ms)
    asked = parse_qs(urlsplit(dsn).query)
    return {key: value for key, value in wanted.items() if key not in asked}


def _unreachable(dsn: str, error: Exception) -> DatabaseUnreachable:
    why = str(error) or type(error).__name__
    return DatabaseUnreachable(
        f"{shown(dsn)} does not let us in: {why}",
        "a connection was asked for",
        "see that the server runs and that host, port, user, password and database are right",
    )
