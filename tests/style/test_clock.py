"""Nothing below the entrances asks what time it is."""

import ast
from collections.abc import Iterator

from .test_floors import FLOOR_OF
from .tree import PACKAGE, report, room_of, texts

CLOCKS = {
    "datetime.date.today",
    "datetime.datetime.now",
    "datetime.datetime.today",
    "datetime.datetime.utcnow",
    "time.ctime",
    "time.gmtime",
    "time.localtime",
    "time.time",
    "time.time_ns",
    "uuid.uuid1",
    "uuid.uuid6",
    "uuid.uuid7",
}
STOPWATCHES = {"time.monotonic", "time.monotonic_ns", "time.perf_counter", "time.perf_counter_ns"}
# A deadline or a measurement needs a stopwatch, and only these rooms wait or measure.
WITH_STOPWATCH = {"engine", "store"}


def clock_findings(path: str, text: str, room: str) -> list[str]:
    """Tells of each place where a module below the entrances takes up a clock, called or not."""
    if FLOOR_OF.get(room, 0) >= FLOOR_OF["api"]:
        return []
    forbidden = CLOCKS if room in WITH_STOPWATCH else CLOCKS | STOPWATCHES
    tree = ast.parse(text)
    return [
        f"{path}:{line}: {name} asks the time; let the caller pass it in"
        for line, name in names_in_full(tree)
        if name in forbidden
    ]


def names_in_full(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yields each imported name that is used, as its module spells it: dt.now -> datetime.datetime.now."""
    known = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                known[alias.asname or alias.name.split(".")[0]] = (
                    alias.name if alias.asname else (alias.name.split(".")[0])
                )
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                known[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute):
            name = dotted(node, known)
            if name:
                yield node.lineno, name


def dotted(node: ast.expr, known: dict[str, str]) -> str:
    """Spells a name or a chain of attributes in full, or nothing where it does not start at an import."""
    match node:
        case ast.Name(id=name):
            return known.get(name, "")
        case ast.Attribute(value=value, attr=attr):
            start = dotted(value, known)
            return f"{start}.{attr}" if start else ""
    return ""


def test_nothing_below_the_entrances_asks_the_time() -> None:
    """A year can be tried in a minute, and history replayed, only if the time always comes from outside."""
    findings = [
        finding
        for path, text in texts(PACKAGE, suffix=".py")
        for finding in clock_findings(path, text, room_of(path))
    ]
    assert not findings, report(findings)


def test_a_clock_is_found() -> None:
    """Planted: each way to a clock, renamed, passed on, and a stopwatch outside its rooms."""
    for sample in (
        "import datetime\ndatetime.datetime.now()",
        "import datetime as dt\ndt.date.today()",
        "from datetime import datetime, UTC\ndatetime.now(UTC)",
        "from datetime import datetime as d\nfield(default_factory=d.utcnow)",
        "import time\ntime.time()",
        "from time import time_ns as now\nnow()",
        "from time import monotonic\nmonotonic()",
    ):
        assert clock_findings("sample.py", sample, "rules"), sample
    assert clock_findings("sample.py", "import time\ntime.time()", "engine")


def test_what_is_no_clock_is_not() -> None:
    """Allowed: entrances, stopwatches where things wait, moments that were passed in."""
    assert not clock_findings("sample.py", "import time\ntime.time()", "api")
    assert not clock_findings("sample.py", "import time\ntime.monotonic()", "store")
    assert not clock_findings("sample.py", "from datetime import datetime\ndatetime(2026, 12, 1)", "rules")
    assert not clock_findings("sample.py", "def f(now):\n    return now.time()", "rules")
