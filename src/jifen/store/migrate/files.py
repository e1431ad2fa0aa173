"""The files: numbered migrations without a gap, routines of one function each."""

import re
from dataclasses import dataclass
from pathlib import Path

from jifen.store.errors import MigrationFileInvalid
from jifen.store.sqlfiles import SqlFile, code_of, read_folder

_STORE = Path(__file__).parents[1]

MIGRATIONS = _STORE / "migrations"
"""`NNNN_name.sql`, applied once each, in order, and never changed afterwards."""

ROUTINES = _STORE / "routines"
"""`name.sql` creates the function or procedure `name`, and is applied whenever its text has changed."""

_NAME = re.compile(r"^(\d{4})_([a-z0-9_]+)$")
_OWN_TRANSACTION = re.compile(
    r"(?:^|;)\s*(BEGIN(?!\s+ATOMIC)|COMMIT|ROLLBACK|START\s+TRANSACTION)\b", re.IGNORECASE
)
_CREATES = re.compile(
    r"(?:^|;)\s*CREATE\s+(?:OR\s+REPLACE\s+)?(?:FUNCTION|PROCEDURE)\s+([\w.\"]+)\s*\(", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered file."""

    number: int
    file: SqlFile


def read_migrations(folder: Path) -> tuple[Migration, ...]:
    """All migrations in order. MigrationFileInvalid for a bad name, a gap, a number used twice, a COMMIT."""
    found = []
    for file in read_folder(folder):
        named = _NAME.match(file.name)
        if not named:
            raise MigrationFileInvalid(
                f"{folder / file.name}.sql is not named like 0001_books.sql",
                "migrations are applied in the order of their numbers",
                "rename it, or move it away",
            )
        own = _OWN_TRANSACTION.search(code_of(file.text))
        if own:
            raise MigrationFileInvalid(
                f"{file.name}.sql holds {own[1].upper()}",
                "each migration runs whole in one transaction, which is ours",
                "leave it out",
            )
        found.append(Migration(int(named[1]), file))
    for expected, migration in enumerate(found, start=1):
        if migration.number != expected:
            raise MigrationFileInvalid(
                f"{migration.file.name}.sql stands where number {expected:04d} should",
                "numbers begin with 0001, without a gap, each once",
                "renumber what has not been applied anywhere yet",
            )
    return tuple(found)


def read_routines(folder: Path) -> tuple[SqlFile, ...]:
    """All routines by name. MigrationFileInvalid where a file creates anything but one of its own name."""
    files = read_folder(folder)
    for file in files:
        created = [found.rpartition(".")[2].strip('"') for found in _CREATES.findall(code_of(file.text))]
        if created != [file.name]:
            raise MigrationFileInvalid(
                f"{folder / file.name}.sql creates {', '.join(created) or 'no routine'}",
                f"one function or procedure of the name {file.name} was expected",
                "one file is one routine of the file's name: split or rename it",
            )
    return files
