"""docs/scenarios.md names what there is: each programme, each test, all 28."""

import re
from pathlib import Path

from tests.scenarios.stage import EXAMPLES

ROOT = EXAMPLES.parent
ROW = re.compile(r"^\| (S\d\d) \| (.*?) \| (.*?) \| (.+) \|$", re.MULTILINE)
CODE = re.compile(r"`([^`]+)`")


def test_the_table_of_scenarios_is_whole() -> None:
    """Nothing is named that is not there, and nothing is there that is not named."""
    rows = ROW.findall((ROOT / "docs" / "scenarios.md").read_text())
    assert [name for name, *_ in rows] == [f"S{number:02d}" for number in range(1, 29)]
    folders = [Path(folder) for _, named, _, _ in rows for folder in CODE.findall(named)]
    assert sorted(folder.name for folder in folders) == sorted(
        path.name for path in EXAMPLES.iterdir() if path.is_dir()
    )
    written = {
        name
        for file in (ROOT / "tests" / "scenarios").glob("test_*.py")
        for name in re.findall(
            r"^async def (test_scenario_s\d\d_\w+)|^def (test_scenario_s\d\d_\w+)",
            file.read_text(),
            re.MULTILINE,
        )
    }
    named = {name for _, _, tests, _ in rows for name in CODE.findall(tests)}
    assert named == {one or other for one, other in written}
    for name, _, tests, _ in rows:
        assert all(test.startswith(f"test_scenario_{name.lower()}_") for test in CODE.findall(tests)), name
        assert tests, name
