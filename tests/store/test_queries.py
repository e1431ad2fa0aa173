"""Named queries: one file, one statement, a comment above."""

from collections.abc import Callable
from pathlib import Path

import pytest

from jifen.store import queries
from jifen.store.errors import QueryError, QueryUnknown
from jifen.store.sqlfiles import code_of, count_statements

Write = Callable[..., Path]


def test_a_query_comes_without_its_comment_and_under_its_name(write: Write) -> None:
    folder = write("queries", ann="-- Who ann is;\n-- really.\n\nSELECT 'a;b' -- here\nFROM member;\n")
    assert queries.load(folder) == {"ann": "/* ann */ SELECT 'a;b' -- here\nFROM member"}
    assert queries.load(folder) is queries.load(folder)


def test_two_statements_are_not_a_query(write: Write) -> None:
    with pytest.raises(QueryError, match=r"two\.sql holds 2 statements"):
        queries.load(write("queries", two="-- Both.\nSELECT 1; SELECT 2"))
    with pytest.raises(QueryError, match=r"none\.sql holds 0 statements"):
        queries.load(write("other", none="-- Nothing.\n"))


def test_an_unknown_name_is_told_with_its_neighbours() -> None:
    some = next(iter(queries.load()))
    assert queries.q(some).startswith(f"/* {some} */ ")
    with pytest.raises(QueryUnknown, match=f"none is {some}x.sql; .* near it are: .*{some}"):
        queries.q(f"{some}x")


def test_every_query_of_ours_has_a_comment_above() -> None:
    """A query without its why was the beginning of every pile of SQL that nobody dared to touch."""
    for folder in (queries.FOLDER, queries.FOLDER.parent / "catalog"):
        for path in folder.glob("*.sql"):
            assert path.read_text().startswith("-- "), path.name


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a -- b;\nc", "a  \nc"),
        ("a /* b; */ c", "a   c"),
        ("'it''s; ' , E'it\\'s;' x", "'' , '' x"),
        ("AS $$ a; $1; $$ x", "AS '' x"),
        ("AS $body$ $$;$$ $body$ x", "AS '' x"),
        ("f($1, $2)", "f($1, $2)"),
    ],
)
def test_what_is_code(text: str, code: str) -> None:
    assert code_of(text) == code


def test_semicolons_in_bodies_end_no_statement() -> None:
    assert count_statements("CREATE FUNCTION f() AS $$ BEGIN; END; $$; SELECT ';';;\n") == 2
