"""PostgreSQL's own programs on a database: how they are addressed, run and understood."""

import asyncio
import os
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from jifen.store import embedded

# What libpq understands in a URL; whatever else asyncpg lets stand there is a setting of the session.
_LIBPQ = frozenset(
    [
        *("application_name", "channel_binding", "client_encoding", "connect_timeout", "dbname"),
        *("fallback_application_name", "gssdelegation", "gssencmode", "gsslib", "host", "hostaddr"),
        *("keepalives", "keepalives_count", "keepalives_idle", "keepalives_interval", "krbsrvname"),
        *("load_balance_hosts", "max_protocol_version", "min_protocol_version", "options", "passfile"),
        *("password", "port", "replication", "require_auth", "requirepeer", "service", "servicefile"),
        *("ssl_max_protocol_version", "ssl_min_protocol_version", "sslcert", "sslcertmode", "sslcompression"),
        *("sslcrl", "sslcrldir", "sslkey", "sslkeylogfile", "sslmode", "sslnegotiation", "sslpassword"),
        *("sslrootcert", "sslsni", "target_session_attrs", "tcp_user_timeout", "user"),
    ]
)


# A complaint may quote a whole statement.
_LINE_BYTES_MAX = 16 * 2**20


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended: its exit code, what it printed, and the last lines that it complained with."""

    code: int
    printed: str
    complaint: str


def program(name: str) -> Path:
    """The path of one of the programs that come along. BinariesMissing where they are not installed."""
    return embedded.binaries() / name


async def run(
    command: Sequence[str | Path],
    dsn: str | None = None,
    hear: Callable[[str], None] = lambda line: None,
) -> Ended:
    """Runs a program to its end; `hear` gets each line that it reports, in the event loop's thread.

    The password goes by the environment, since everybody may read a command line; what else PostgreSQL reads
    there (PGPASSFILE and so on) holds for us and for it. When we are cancelled, the program is killed.
    """
    environment = {**os.environ, "LC_ALL": "C"}
    arguments = [str(part) for part in command]
    if dsn is not None:
        address, password = address_of(dsn)
        arguments.append(f"--dbname={address}")
        if password is not None:
            environment["PGPASSWORD"] = password
    process = await asyncio.create_subprocess_exec(
        *arguments,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        limit=_LINE_BYTES_MAX,
    )
    assert process.stdout and process.stderr
    try:
        printed, complaint, code = await asyncio.gather(
            process.stdout.read(), _heard(process.stderr, hear), process.wait()
        )
    except BaseException:
        if process.returncode is None:
            process.kill()
            await process.wait()
        raise
    return Ended(code, printed.decode("utf-8", "replace"), complaint)


def address_of(dsn: str) -> tuple[str, str | None]:
    """A DSN as libpq takes it, and the password apart.

    asyncpg takes any setting in a URL, such as statement_timeout; libpq wants those in `options`.
    """
    parts = urlsplit(dsn)
    asked = dict(parse_qsl(parts.query, keep_blank_values=True))
    password = asked.pop("password", None)
    login, at, host = parts.netloc.rpartition("@")
    user, colon, in_login = login.partition(":")
    if colon:
        password = unquote(in_login)
    if "database" in asked:
        asked["dbname"] = asked.pop("database")
    settings = [f"-c {key}={_escaped(asked.pop(key))}" for key in sorted(asked.keys() - _LIBPQ)]
    if settings:
        asked["options"] = " ".join([asked.get("options", ""), *settings]).strip()
    query = urlencode(asked, quote_via=quote, safe="/")
    return urlunsplit(parts._replace(netloc=f"{user}{at}{host}", query=query)), password or None


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace(" ", "\\ ")


async def _heard(stream: asyncio.StreamReader, hear: Callable[[str], None]) -> str:
    """Hands on each line, and keeps the last dozen of those that are not mere progress."""
    kept: list[str] = []
    while line := await stream.readline():
        text = line.decode("utf-8", "replace").strip()
        hear(text)
        if any(word in text for word in ("error:", "ERROR", "FATAL", "DETAIL", "HINT", "fatal:", "detail:")):
            kept.append(text)
    return " | ".join(kept[-12:])
