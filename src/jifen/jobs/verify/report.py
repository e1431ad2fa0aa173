"""What a proof says: the checks, how much each looked at, and what is wrong and where."""

from io import StringIO
from typing import Any

import msgspec
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

SHOWN_MOST = 100
"""How many findings of one check are kept; the rest is counted."""


class Finding(msgspec.Struct, frozen=True):
    """One thing that is wrong: the wallet (None: no single one), the place, what is so and what should be."""

    check: str
    wallet: str | None
    place: str
    so: str
    expected: str

    def __str__(self) -> str:
        where = self.place if self.wallet is None else f"wallet {self.wallet}, {self.place}"
        return f"{self.check}: {where}: {self.so}; expected: {self.expected}"


class Check(msgspec.Struct):
    """One check. `looked` counts what was compared, `found` what was wrong.

    seconds: time spent on it, over all connections; None: it was made in the same pass as the one before.
    """

    name: str
    proves: str
    looked: int = 0
    found: int = 0
    seconds: float | None = None


class Report:
    """The outcome of a proof, filled while it runs."""

    def __init__(self, checks: dict[str, str]) -> None:
        self.checks = {name: Check(name, proves) for name, proves in checks.items()}
        self.findings: list[Finding] = []
        self.seconds = 0.0

    @property
    def clean(self) -> bool:
        """Whether nothing is wrong."""
        return not any(check.found for check in self.checks.values())

    def found(self, check: str, wallet: Any, place: str, so: str, expected: str) -> None:
        """Note a finding."""
        counted = self.checks[check]
        counted.found += 1
        if counted.found <= SHOWN_MOST:
            self.findings.append(Finding(check, None if wallet is None else str(wallet), place, so, expected))

    def looked(self, check: str, count: int = 1) -> None:
        """Note that so many more things were compared."""
        self.checks[check].looked += count

    def spent(self, check: str, seconds: float) -> None:
        """Note time spent on a check."""
        counted = self.checks[check]
        counted.seconds = (counted.seconds or 0.0) + seconds

    def as_dict(self) -> dict[str, Any]:
        """Everything, for `--json`."""
        return {
            "clean": self.clean,
            "seconds": round(self.seconds, 3),
            "checks": [msgspec.to_builtins(check) for check in self.checks.values()],
            "findings": [msgspec.to_builtins(finding) for finding in self.findings],
        }

    def text(self, width: int = 110) -> str:
        """Everything, as plain text."""
        out = StringIO()
        Console(file=out, width=width, color_system=None).print(self)
        return out.getvalue()

    def __rich__(self) -> RenderableType:
        return self.table()

    def table(self) -> RenderableType:
        """The checks with their counts and seconds, then the findings and the verdict, for rich."""
        table = Table(box=None, pad_edge=False)
        table.add_column("check")
        table.add_column("proves", ratio=1)
        for name in ("looked at", "wrong", "seconds"):
            table.add_column(name, justify="right")
        for check in self.checks.values():
            table.add_row(
                check.name,
                check.proves,
                f"{check.looked:,}",
                Text(f"{check.found:,}", style="bold red" if check.found else ""),
                "" if check.seconds is None else f"{check.seconds:.2f}",
            )
        parts: list[RenderableType] = [table, Text()]
        parts += [Text(str(finding), style="red") for finding in self.findings]
        kept = len(self.findings)
        more = sum(check.found for check in self.checks.values()) - kept
        if more:
            parts.append(Text(f"… and {more:,} more"))
        findings = "1 finding" if kept + more == 1 else f"{kept + more:,} findings"
        verdict = "the books are proven" if self.clean else f"{findings}: the books do not hold"
        parts.append(Text(f"{verdict}, in {self.seconds:.1f} s", style="bold"))
        return Group(*parts)
