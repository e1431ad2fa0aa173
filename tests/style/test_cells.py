"""Every key of a table that has a cell starts with the cell."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from .sql_text import code_only, in_brackets, split_at
from .tree import PACKAGE, report, texts

CREATE_TABLE = re.compile(
    r"\s*create\s+(?:unlogged\s+)?table\s+(?:if\s+not\s+exists\s+)?([\w.]+)", re.IGNORECASE
)
ALTER_TABLE = re.compile(r"\s*alter\s+table\s+(?:if\s+exists\s+)?(?:only\s+)?([\w.]+)\s", re.IGNORECASE)
UNIQUE_INDEX = re.compile(
    r"\s*create\s+unique\s+index\s+(?:concurrently\s+)?(?:(?:if\s+not\s+exists\s+)?(\w+)\s+)?"
    r"on\s+(?:only\s+)?([\w.]+)",
    re.IGNORECASE,
)
KEY = re.compile(r"\s*(?:constraint\s+(\w+)\s+)?(?:primary\s+key|unique)\b", re.IGNORECASE)
OTHER_CONSTRAINT = re.compile(r"\s*(?:constraint|check|foreign|exclude|like|not\s+null)\b", re.IGNORECASE)
KEY_IN_COLUMN = re.compile(r"\b(?:primary\s+key|unique)\b", re.IGNORECASE)
ADD = re.compile(r"\s*add\s+(?:column\s+)?(?:if\s+not\s+exists\s+)?", re.IGNORECASE)
DROP = re.compile(r"\s*drop\s+(constraint|column)\s+(?:if\s+exists\s+)?(\w+)", re.IGNORECASE)


@dataclass
class Key:
    """A primary key or unique constraint: where it is made, its name if it has one, its columns."""

    place: str
    name: str
    columns: list[str]


@dataclass
class Table:
    """What migrations have made of a table so far."""

    columns: set[str] = field(default_factory=set)
    keys: list[Key] = field(default_factory=list)

    def add(self, place: str, item: str) -> None:
        """Takes in one item between the brackets of CREATE TABLE, or behind ADD."""
        key = KEY.match(item)
        if key:
            self.keys.append(Key(place, key[1] or "", columns_in(item)))
        elif not OTHER_CONSTRAINT.match(item):
            name = item.split()[0].lower()
            self.columns.add(name)
            # A default or check in brackets may hold the words too.
            if KEY_IN_COLUMN.search(re.sub(r"\(.*\)", "", item, flags=re.DOTALL)):
                self.keys.append(Key(place, "", [name]))

    def alter(self, place: str, action: str) -> None:
        """Takes in one action of ALTER TABLE."""
        dropped = DROP.match(action)
        if dropped:
            name = dropped[2].lower()
            self.columns.discard(name if dropped[1].lower() == "column" else "")
            self.keys = [key for key in self.keys if key.name.lower() != name]
        elif ADD.match(action):
            self.add(place, ADD.sub("", action, count=1))


def columns_in(item: str) -> list[str]:
    """Lists the columns, or the starts of expressions, in an item's first brackets."""
    return [piece.split()[0].lower() for _, piece in split_at(in_brackets(item), ",")]


def tables_made_by(migrations: Iterable[tuple[str, str]]) -> dict[str, Table]:
    """Reads migrations in their order and tells what tables they make."""
    tables: dict[str, Table] = {}
    for path, sql in migrations:
        code = code_only(sql, bodies=False)
        for offset, statement in split_at(code, ";"):
            first = offset + len(statement) - len(statement.lstrip())
            read(statement, f"{path}:{code.count(chr(10), 0, first) + 1}", tables)
    return tables


def read(statement: str, place: str, tables: dict[str, Table]) -> None:
    """Takes one statement in; those that make no key are passed over."""

    def table(name: str) -> Table:
        return tables.setdefault(name.split(".")[-1].lower(), Table())

    if made := CREATE_TABLE.match(statement):
        for _, item in split_at(in_brackets(statement), ","):
            table(made[1]).add(place, item)
    elif altered := ALTER_TABLE.match(statement):
        for _, action in split_at(statement[altered.end() :], ","):
            table(altered[1]).alter(place, action)
    elif index := UNIQUE_INDEX.match(statement):
        columns = columns_in(statement[index.end() :])
        table(index[2]).keys.append(Key(place, index[1] or "", columns))


def cell_findings(migrations: Iterable[tuple[str, str]]) -> list[str]:
    """Tells of each key that does not start with the cell, of a table that has one."""
    return [
        f"{key.place}: {name}: the key ({', '.join(key.columns)}) does not start with cell"
        for name, table in tables_made_by(migrations).items()
        if "cell" in table.columns
        for key in table.keys
        if key.columns[:1] != ["cell"]
    ]


def test_keys_start_with_the_cell() -> None:
    """A cluster keeps a key unique only within a shard, so one without the cell could never move there."""
    migrations = [(path, text) for path, text in texts(PACKAGE, suffix=".sql") if "/migrations/" in path]
    assert "cell" in tables_made_by(migrations)["wallet"].columns  # else nothing was read
    findings = cell_findings(migrations)
    assert not findings, report(findings)


def test_a_key_without_the_cell_is_found() -> None:
    """Planted: every way to write such a key, with its line."""
    for sample in (
        "CREATE TABLE t (\n  cell smallint,\n  id uuid PRIMARY KEY\n);",
        "CREATE TABLE t (id uuid UNIQUE NOT NULL, cell smallint);",
        "CREATE TABLE t (cell smallint, id uuid, PRIMARY KEY (id, cell));",
        "CREATE TABLE t (cell smallint, id uuid, CONSTRAINT one UNIQUE NULLS NOT DISTINCT (id));",
        "CREATE TABLE s.t (cell int, id int); CREATE UNIQUE INDEX one ON s.t (id) WHERE id > 0;",
        "CREATE TABLE t (cell int, id int); CREATE UNIQUE INDEX ON t USING btree (lower(id), cell);",
        "CREATE TABLE t (cell int, id int); ALTER TABLE ONLY t ADD CONSTRAINT one PRIMARY KEY (id);",
        "CREATE TABLE t (id int PRIMARY KEY); ALTER TABLE t ADD COLUMN x int, ADD COLUMN cell int;",
    ):
        assert cell_findings([("a.sql", sample)]), sample
    sample = "-- one\n\nCREATE TABLE t (cell int, id int UNIQUE);"
    assert cell_findings([("a.sql", sample)])[0].startswith("a.sql:3: t: the key (id)")


def test_keys_that_may_stay_are_not() -> None:
    """Allowed: keys with the cell in front, tables without one, words in comments, strings and bodies."""
    for sample in (
        "CREATE TABLE t (cell int, id int, PRIMARY KEY (cell, id), CONSTRAINT one UNIQUE (cell, x));",
        "CREATE TABLE t (cell int, id int); CREATE UNIQUE INDEX one ON t (cell, id);",
        "CREATE TABLE t (cell int PRIMARY KEY, numeric_id numeric(10, 2) CHECK (id > 0));",
        "CREATE TABLE merchant (id uuid PRIMARY KEY, name text UNIQUE);",
        "CREATE TABLE t (cell int, id int /* PRIMARY KEY */ DEFAULT 'UNIQUE'); -- UNIQUE (id)",
        "CREATE TABLE t (cell int, id text DEFAULT E'\\', UNIQUE (id)');",
        "CREATE TABLE t (cell int, id int); CREATE INDEX slow ON t (id);",
        "CREATE TABLE t (cell int, id int, CONSTRAINT one UNIQUE (id)); ALTER TABLE t DROP CONSTRAINT one;",
        "CREATE FUNCTION f() RETURNS int AS $$ CREATE TABLE t (cell int, id int UNIQUE); $$;",
    ):
        assert not cell_findings([("a.sql", sample)]), sample
