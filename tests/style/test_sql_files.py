"""SQL files say what they are for, and routines are deterministic."""

import re

from .sql_text import code_only
from .tree import PACKAGE, report, texts

VOLATILE = re.compile(
    r"\b(?:now|random|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday"
    r"|gen_random_uuid|uuidv4|uuidv7)\s*\(|\bcurrent_(?:timestamp|date|time)\b|\blocaltime(?:stamp)?\b",
    re.IGNORECASE,
)
TRIGGER = re.compile(r"\btrigger\b", re.IGNORECASE)


def comment_findings(path: str, text: str) -> list[str]:
    """Tells of an SQL file that starts without a comment."""
    if re.match(r"\s*(--[ \t]*\S|/\*\s*\S)", text):
        return []
    return [f"{path}: starts without a comment; say what it is for"]


def word_findings(path: str, text: str, pattern: re.Pattern[str], fault: str) -> list[str]:
    """Tells of each line whose code, bodies included but neither comments nor strings, has a word."""
    code = code_only(text, bodies=True)
    return [
        f"{path}:{number}: {found.group().strip()!r}: {fault}"
        for number, line in enumerate(code.splitlines(), start=1)
        for found in pattern.finditer(line)
    ]


def test_sql_files_start_with_a_comment() -> None:
    """A statement shows what it does; only a comment tells what for, and who relies on it."""
    findings = [
        finding for path, text in texts(PACKAGE, suffix=".sql") for finding in comment_findings(path, text)
    ]
    assert not findings, report(findings)


def test_routines_ask_neither_clock_nor_chance() -> None:
    """The same call must do the same on every shard and in every replay: time and ids are passed in."""
    fault = "pass it in"
    findings = [
        finding
        for path, text in texts(PACKAGE, suffix=".sql")
        if "/routines/" in path
        for finding in word_findings(path, text, VOLATILE, fault)
    ]
    assert not findings, report(findings)


def test_there_are_no_triggers() -> None:
    """Citus takes none on distributed tables, and what a trigger does is read nowhere in the code."""
    fault = "write it into the routine"
    findings = [
        finding
        for path, text in texts(PACKAGE, suffix=".sql")
        if "/routines/" in path or "/migrations/" in path
        for finding in word_findings(path, text, TRIGGER, fault)
    ]
    assert not findings, report(findings)


def test_a_file_without_a_comment_is_found() -> None:
    """Planted: no comment, an empty one, one that comes too late."""
    assert comment_findings("a.sql", "SELECT 1;")
    assert comment_findings("a.sql", "--\nSELECT 1;")
    assert comment_findings("a.sql", "SELECT 1; -- one")
    assert not comment_findings("a.sql", "-- One, for the health check.\nSELECT 1;")
    assert not comment_findings("a.sql", "\n/* One. */ SELECT 1;")


def test_a_volatile_function_or_trigger_is_found() -> None:
    """Planted inside a routine's body; not in its comments, strings, or as part of a name."""
    routine = "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$\nBEGIN\n  {}\nEND\n$$;"
    for line in ("PERFORM now();", "x := Random ();", "x := clock_timestamp();", "x := CURRENT_DATE;"):
        assert word_findings("a.sql", routine.format(line), VOLATILE, "")[0].startswith("a.sql:3:"), line
    for line in ("-- now() is not allowed", "RAISE 'now() failed';", "x := valid_now(at);", "x := a.known;"):
        assert not word_findings("a.sql", routine.format(line), VOLATILE, ""), line
    assert word_findings("a.sql", "CREATE TRIGGER t BEFORE UPDATE ON lot EXECUTE FUNCTION f();", TRIGGER, "")
    assert word_findings("a.sql", "CREATE FUNCTION f() RETURNS trigger AS $$ $$;", TRIGGER, "")
