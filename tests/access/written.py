"""The written matrix: the tables of docs/access.md, read back."""

import re
from pathlib import Path

COLUMNS = (
    "stranger",
    "member",
    "other member",
    "cashier",
    "manager",
    "other merchant",
    "clerk",
    "approver",
    "auditor",
)
CELLS = ("yes", "no", "own")
DOCS = Path(__file__).resolve().parents[2] / "docs" / "access.md"
NAME = re.compile(r"^`([a-z0-9_.]+)`$")


def rows() -> dict[str, dict[str, str]]:
    """What each route is allowed to whom, by the route's name.

    Raises:
        ValueError: a route has two rows, a row has another number of cells, or a cell is none.
    """
    found: dict[str, dict[str, str]] = {}
    for line in DOCS.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        name = NAME.match(cells[0])
        if not line.startswith("|") or name is None:
            continue
        if len(cells) != len(COLUMNS) + 1:
            continue
        if name[1] in found:
            raise ValueError(f"docs/access.md has two rows of {name[1]}: keep one")
        wrong = [cell for cell in cells[1:] if cell not in CELLS]
        if wrong:
            raise ValueError(f"docs/access.md, row {name[1]}: {wrong[0]!r} is none of {', '.join(CELLS)}")
        found[name[1]] = dict(zip(COLUMNS, cells[1:], strict=True))
    return found
