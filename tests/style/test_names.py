"""A folder's name says what lives there."""

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from .tree import paths, report

# Names that say nothing, so that anything may move in.
EMPTY = {"util", "utils", "helper", "helpers", "common", "base", "manager", "managers"}
EMPTY |= {"service", "services", "misc"}
# Nor do they say more behind another word; `base` may, as in base_points.
EMPTY_ENDINGS = EMPTY - {"base"}


def name_findings(files: Iterable[str]) -> list[str]:
    """Tells of each folder and file with an empty name, once."""
    found = {}
    for path in files:
        parts = PurePosixPath(path).parts
        for depth, part in enumerate(parts, start=1):
            stem = part.lstrip("._").split(".")[0].lower()
            ending = re.split(r"[_-]", stem)[-1]
            if stem in EMPTY or ending in EMPTY_ENDINGS:
                found["/".join(parts[:depth])] = stem
    return [f"{path}: {stem!r} does not say what lives there" for path, stem in found.items()]


def test_names_say_what_lives_there() -> None:
    """Under `utils` anything may be put and nothing found; other projects' regrets begin there."""
    findings = name_findings(paths())
    assert not findings, report(findings)


def test_an_empty_name_is_found() -> None:
    """Planted: a file, a folder, a template, a name behind a word; and names that may stay."""
    for path in (
        "src/jifen/store/utils.py",
        "src/jifen/services/earn.py",
        "src/jifen/pages/templates/base.html",
        "tests/_helpers.py",
        "src/jifen/mall/order_manager.py",
    ):
        assert name_findings([path]), path
    assert not name_findings(["src/jifen/store/database.py", "src/jifen/rules/base_points.py"])
