"""Named queries: `q("wallets_load")` is the text of `queries/wallets_load.sql`."""

import difflib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from jifen.store.errors import QueryError, QueryUnknown
from jifen.store.sqlfiles import SqlFile, count_statements, read_folder

FOLDER = Path(__file__).parent / "queries"
"""Where the named queries live: one file is one statement, with a comment above."""


@cache
def load(folder: Path = FOLDER) -> Mapping[str, str]:
    """All queries of a folder by name, read once per process. QueryError where one is not one statement."""
    return MappingProxyType({file.name: _one_statement(file) for file in read_folder(folder)})


def q(name: str) -> str:
    """The text of a named query. QueryUnknown where there is none of that name."""
    found = load().get(name)
    if found is None:
        near = difflib.get_close_matches(name, load(), n=3) or sorted(load())[:3]
        raise QueryUnknown(
            f"there are {len(load())} named queries and none is {name}.sql",
            f"{name!r} was asked for",
            f"near it are: {', '.join(near)}" if near else f"put one into {FOLDER}",
        )
    return found


def _one_statement(file: SqlFile) -> str:
    """The statement under its name, which is what pg_stat_activity and slow query logs then show."""
    count = count_statements(file.text)
    if count != 1:
        raise QueryError(
            f"{file.name}.sql holds {count} statements",
            "a named query is one statement, since it is prepared",
            "split it, one file each",
        )
    return f"/* {file.name} */ {_without_head(file.text).rstrip().rstrip(';')}"


def _without_head(text: str) -> str:
    """The text from its first line that is neither blank nor a comment, so that comments are not sent."""
    lines = text.split("\n")
    while lines and (not lines[0].strip() or lines[0].lstrip().startswith("--")):
        lines.pop(0)
    return "\n".join(lines)
