"""SQL in files: reading a folder of them, their checksums, and what of a text is code."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

_QUOTED_OR_COMMENT = re.compile(
    r"""
      (?P<comment> --[^\n]* | /\*.*?\*/ )
    | [eE]'(?:[^'\\]|''|\\.)*'
    | '(?:[^']|'')*'
    | \$(?P<tag>[A-Za-z_]\w*)?\$ .*? \$(?(tag)(?P=tag))\$
    """,
    re.DOTALL | re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class SqlFile:
    """One file: its name without `.sql`, its text with plain line ends, the sha256 of that text in hex."""

    name: str
    text: str
    checksum: str


def read_folder(folder: Path) -> tuple[SqlFile, ...]:
    """All `*.sql` of a folder, by name; none where there is no such folder."""
    return tuple(read_file(path) for path in sorted(folder.glob("*.sql")))


def read_file(path: Path) -> SqlFile:
    """One file. Line ends do not count for the checksum, since git may change them on checkout."""
    text = path.read_bytes().decode("utf-8").replace("\r\n", "\n")
    return SqlFile(path.stem, text, hashlib.sha256(text.encode()).hexdigest())


def code_of(text: str) -> str:
    """The text with comments as blanks, and quoted strings and bodies as `''`."""
    return _QUOTED_OR_COMMENT.sub(lambda found: " " if found["comment"] else "''", text)


def count_statements(text: str) -> int:
    """How many statements a text has; a body between BEGIN ATOMIC and END would be counted apart."""
    return sum(1 for part in code_of(text).split(";") if part.strip())


def line_of(text: str, position: str | None) -> int | None:
    """The line, from 1, of a position in characters, from 1, as PostgreSQL names it in its errors."""
    return text.count("\n", 0, int(position) - 1) + 1 if position else None
