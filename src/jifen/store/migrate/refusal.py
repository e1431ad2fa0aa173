"""What PostgreSQL refused, told with the file and the line."""

from collections.abc import Iterator
from contextlib import contextmanager

from asyncpg.exceptions import LockNotAvailableError, PostgresError, QueryCanceledError

from jifen.store.errors import MigrationBusy, MigrationRefused
from jifen.store.sqlfiles import line_of


@contextmanager
def explained(what: str, text: str = "") -> Iterator[None]:
    """Turns an error of PostgreSQL into MigrationRefused, or MigrationBusy where a lock was not to be had."""
    try:
        yield
    except LockNotAvailableError as busy:
        raise MigrationBusy(
            f"{what} waits for a table that is in use: {busy.message}",
            "it may wait for lock_timeout only, lest everybody wait behind it",
            "try again in a quieter minute; pg_stat_activity shows who holds it",
        ) from busy
    except QueryCanceledError as slow:
        raise MigrationRefused(
            f"{what} was ended: {slow.message}",
            "a statement may take statement_timeout only",
            "give it more time, or split the work",
        ) from slow
    except PostgresError as error:
        line = line_of(text, error.position) if text else None
        # What hangs on something is to be moved by a migration, not to be swept away with it.
        hint = error.hint if "CASCADE" not in (error.hint or "") else None
        more = "".join(f" ({part})" for part in (error.detail, hint, error.context) if part)
        raise MigrationRefused(
            f"{what}{f', line {line}' if line else ''}: {error.message}{more}",
            f"PostgreSQL refused it with {error.sqlstate}, and nothing of it was kept",
            "mend the file",
        ) from error
