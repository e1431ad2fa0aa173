"""Imports point down, and rooms on one floor do not see each other."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from .tree import PACKAGE, report, texts

FLOORS = (
    ("values",),
    ("rules", "books", "store"),
    ("engine", "parties", "messages"),
    ("events", "mall", "programs", "clearing", "green", "risk", "backtest"),
    ("till",),
    ("api", "pages", "jobs"),
    ("site",),
    ("cli",),
)
FLOOR_OF = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}

# The site's pages ask the interface from inside, so they stand above it; `pages` has words that both use.
# The till stands between the use-cases and the entrances: a bill both spends (mall) and earns (events).

# Imports along a floor that are wanted, each with its reason.
ALLOWED = {
    ("api", "pages"): "an explanation is told by the interface in the words of the pages",
}

# Files of the package that lie in no room. `python -m jifen` is the command line by another name.
ROOMLESS = {"__init__.py": (), "__main__.py": ("cli",), "py.typed": ()}


def floor_findings(files: Mapping[str, str]) -> list[str]:
    """Reads the package (path inside it -> text) and tells of each room or import out of place."""
    findings = []
    for path, text in files.items():
        room = path.split("/")[0] if "/" in path else ""
        if room and room not in FLOOR_OF:
            findings.append(f"{path}: no floor has a room {room!r}; it needs a place in FLOORS")
        elif not room and path not in ROOMLESS:
            findings.append(f"{path}: lies in no room")
        elif path.endswith(".py"):
            for line, other in imported_rooms(path, text):
                reason = fault(path, room, other)
                if reason:
                    findings.append(f"{path}:{line}: {reason}")
    return findings


def fault(path: str, room: str, other: str) -> str:
    """Says why a file may not import from a room, or nothing where it may."""
    if other not in FLOOR_OF:
        return f"imports from {other!r}, which is no room"
    if not room:
        return "" if other in ROOMLESS[path] else f"the package itself may not import from {other}"
    if room == other or (room, other) in ALLOWED or FLOOR_OF[room] > FLOOR_OF[other]:
        return ""
    where = "beside it" if FLOOR_OF[room] == FLOOR_OF[other] else "above it"
    return f"{room} (floor {FLOOR_OF[room]}) imports from {other} {where} (floor {FLOOR_OF[other]})"


def imported_rooms(path: str, text: str) -> Iterator[tuple[int, str]]:
    """Yields line and room of each import from the package itself, absolute, relative or by name."""
    package = ("jifen", *PurePosixPath(path).parent.parts)
    for node in ast.walk(ast.parse(text)):
        for name in imported_names(node, package):
            parts = name.split(".")
            if parts[0] == "jifen" and len(parts) > 1 and not parts[1].startswith("__"):
                yield getattr(node, "lineno", 0), parts[1]


def imported_names(node: ast.AST, package: tuple[str, ...]) -> list[str]:
    """Names in full what one node imports, if it imports."""
    match node:
        case ast.Import(names=names):
            return [alias.name for alias in names]
        case ast.ImportFrom(module=module, names=names, level=level):
            anchor = list(package[: len(package) - level + 1]) if level else []
            origin = ".".join(anchor + ([module] if module else []))
            return [f"{origin}.{alias.name}" for alias in names]
        case ast.Call(
            func=ast.Attribute(attr="import_module") | ast.Name(id="import_module" | "__import__"),
            args=[ast.Constant(value=str(name)), *_],
        ):
            return [name]
    return []


def test_imports_point_down() -> None:
    """Who reads a rule must not have to know the web: so a lower floor never knows a higher one."""
    files = {path.removeprefix(PACKAGE): text for path, text in texts(PACKAGE)}
    assert "__init__.py" in files  # else nothing was read
    findings = floor_findings(files)
    assert not findings, report(findings)


def test_the_exceptions_have_reasons_and_stay_on_one_floor() -> None:
    """An exception may excuse a neighbour, never an import from above, which would close a circle."""
    for (room, other), reason in ALLOWED.items():
        assert FLOOR_OF[room] == FLOOR_OF[other]
        assert (other, room) not in ALLOWED
        assert reason


def test_an_import_from_above_is_found() -> None:
    """Planted: each way of writing an import from a higher floor."""
    for line in (
        "import jifen.api.routes",
        "from jifen import api",
        "from jifen.api import routes",
        "from .. import api",
        "from ..api.routes import earn",
        "import importlib; importlib.import_module('jifen.api')",
        "def late():\n    from jifen.api import routes",
    ):
        assert floor_findings({"books/lots.py": line}), line


def test_an_import_from_beside_is_found_but_for_the_exceptions() -> None:
    """Planted: neighbours on one floor, refused beside allowed."""
    assert floor_findings({"mall/orders.py": "from jifen.events import earn"})
    assert floor_findings({"jobs/nightly.py": "from jifen.api import routes"})
    assert not floor_findings({"cli/serve.py": "from jifen.api import application"})
    assert not floor_findings({"mall/orders.py": "from jifen.mall import stock\nfrom .stock import left"})
    assert not floor_findings({"mall/orders.py": "import jifen\nfrom jifen import __version__\nimport ast"})


def test_an_unknown_room_is_found() -> None:
    """Planted: a room nobody gave a floor, a file outside all rooms, an import of nothing known."""
    assert floor_findings({"attic/box.py": ""})
    assert floor_findings({"attic/box.sql": ""})
    assert floor_findings({"loose.py": ""})
    assert floor_findings({"api/routes.py": "from jifen.attic import box"})
    assert floor_findings({"__init__.py": "from jifen.values import Points"})
    assert not floor_findings({"__main__.py": "from jifen.cli.main import main"})
