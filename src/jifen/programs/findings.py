"""What a check of a programme found: the one type that the loader, the checks, linter and guard share."""

from collections.abc import Iterable
from typing import Literal

import msgspec

Severity = Literal["error", "warning"]


class Finding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that is wrong (an error refuses the programme) or doubtful (a warning does not).

    code: stable, in snake case. path: the field in the programme, in the form `rules.rules[2].caps[0].most`.
    what: what is so, with the value. remedy: what to do. source: the article of the law, or the row of a
    rule in docs, that asks for it. trail: the steps that lead to it, in order (the guard's path).
    file, line, column: where it stands, counted from 1, filled in by the loader; 0 while unknown.
    """

    severity: Severity = "error"
    code: str
    path: str
    what: str
    remedy: str
    source: str = ""
    trail: tuple[str, ...] = ()
    file: str = ""
    line: int = 0
    column: int = 0

    @property
    def place(self) -> str:
        """Where it stands, as far as known: file, line, column, field."""
        where = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{where} {self.path}".strip()

    def __str__(self) -> str:
        """One line for a person."""
        law = f" [{self.source}]" if self.source else ""
        trail = f" ({' -> '.join(self.trail)})" if self.trail else ""
        return f"{self.severity} {self.code} at {self.place}: {self.what}: {self.remedy}{law}{trail}"


def refuses(findings: Iterable[Finding]) -> bool:
    """Whether any of these is an error."""
    return any(finding.severity == "error" for finding in findings)
