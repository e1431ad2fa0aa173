"""SQL lives in .sql files, nothing longer than a line inside Python."""

import ast
import re
from collections.abc import Iterator

from .tree import PACKAGE, report, texts

LENGTH_MAX = 120
SHOUTED = re.compile(r"[\s(]*(SELECT|INSERT|UPDATE|DELETE|WITH|CREATE)\b")
# In small letters the first word alone may be English, so the statement's second word must follow.
QUIET = re.compile(
    r"[\s(]*(select\b.*\bfrom\b|insert\s+into\b|update\b.*\bset\b|delete\s+from\b|with\b.*\bas\s*\("
    r"|create\s+(table|view|index|unique|function|procedure|or\s+replace|schema|type|domain)\b)",
    re.IGNORECASE | re.DOTALL,
)
LEADING_COMMENTS = re.compile(r"\A(\s*--[^\n]*\n)+")


def sql_findings(path: str, text: str) -> list[str]:
    """Tells of each string that starts as a statement and is longer than a line."""
    findings = []
    for node, value in strings(ast.parse(text)):
        bare = LEADING_COMMENTS.sub("", value)
        long = len(value) > LENGTH_MAX or "\n" in value.strip() or node.lineno != node.end_lineno
        if long and (SHOUTED.match(bare) or QUIET.match(bare)):
            start = " ".join(bare.split())[:40]
            findings.append(f"{path}:{node.lineno}: SQL ({start} …) belongs in a .sql file")
    return findings


def strings(node: ast.AST) -> Iterator[tuple[ast.expr, str]]:
    """Yields each string that is not a docstring: plain, formatted, or joined with +."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
            continue
        value = string_value(child) if isinstance(child, ast.expr) else None
        if isinstance(child, ast.expr) and value is not None:
            yield child, value
        else:
            yield from strings(child)


def string_value(node: ast.expr) -> str | None:
    """Reads a string off the syntax, with {} where only a run would tell; None for anything else."""
    match node:
        case ast.Constant(value=str(value)):
            return value
        case ast.JoinedStr(values=parts):
            return "".join(string_value(part) or "{}" for part in parts)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            first, second = string_value(left), string_value(right)
            return None if first is None and second is None else (first or "{}") + (second or "{}")
    return None


def test_no_statement_longer_than_a_line_is_in_python() -> None:
    """In a .sql file a statement has a name, a comment and colours, and can be run by hand."""
    findings = [
        finding
        for path, text in texts(PACKAGE, "tools/", suffix=".py")
        for finding in sql_findings(path, text)
    ]
    assert not findings, report(findings)


def test_a_long_statement_is_found() -> None:
    """Planted: SQL over several lines, too long, joined, formatted, in small letters."""
    for sample in (
        'q = """\nSELECT 1\n"""\nr = """SELECT 1\nFROM wallet"""',
        f'q = "SELECT {"x" * 130}"',
        'q = ("INSERT INTO wallet"\n     " VALUES (1)")',
        'q = "UPDATE wallet" + \\\n    " SET version = 1"',
        'q = f"""DELETE FROM {table}\nWHERE true"""',
        'q = """-- a comment\nWITH a AS (\nSELECT 1)"""',
        'q = """create table wallet (\n  cell integer)"""',
    ):
        assert sql_findings("sample.py", sample), sample


def test_short_sql_and_english_are_not() -> None:
    """Allowed: one line of SQL, docstrings, sentences."""
    for sample in (
        'q = "SELECT 1"',
        'def f():\n    """SELECT what is\n    wanted."""',
        f'q = "Select a reward, {"x" * 130}"',
        'q = """With kind regards,\nJifen"""',
    ):
        assert not sql_findings("sample.py", sample), sample
