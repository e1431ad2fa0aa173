"""A folder of YAML becomes a programme, or findings: each with its file, line, field, value and remedy."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from jifen.programs.definition import Programme
from jifen.programs.findings import Finding
from jifen.programs.shaping import misfits
from jifen.programs.yaml_reading import Page, Place, page_of, read_page

SPREAD = ("rules", "terms", "messages")
"""Fields whose own fields may stand in several files, each of these in one; any other stands in one file."""

FILES_MOST = 100


class Loaded(msgspec.Struct, frozen=True):
    """A folder as it was read. programme: None where an error stands in findings. values: as far as read."""

    folder: Path
    programme: Programme | None
    findings: tuple[Finding, ...]
    places: dict[str, Place]
    values: dict[str, Any] = {}

    def located(self, finding: Finding) -> Finding:
        """The finding with the place of its field, or of the nearest field around it that is written."""
        if finding.line:
            return finding
        path = finding.path
        while path not in self.places:
            path = _around(path)
        place = self.places[path]
        return msgspec.structs.replace(finding, file=place.file, line=place.line, column=place.column)


def load(folder: Path) -> Loaded:
    """The programme that the `*.yaml` of a folder are together."""
    if not folder.is_dir():
        said = f"there is no folder {folder}"
        return _unread(folder, Finding(code="no_folder", path="", what=said, remedy="name a folder of YAML"))
    findings = [
        Finding(
            code="other_ending", path="", file=path.name, severity="warning",
            what=f"{path.name} is not read", remedy=f"rename it to {path.stem}.yaml",
        )
        for path in sorted(folder.glob("*.yml"))
    ]  # fmt: skip
    files = sorted(path for path in folder.glob("*.yaml") if path.is_file())
    if not files or len(files) > FILES_MOST:
        said = f"the folder {folder} has {len(files)} files of YAML"
        remedy = f"write 1 to {FILES_MOST}, such as programme.yaml"
        return _unread(folder, *findings, Finding(code="no_files", path="", what=said, remedy=remedy))
    return _loaded(folder, [read_page(path) for path in files], findings)


def load_texts(files: Mapping[str, str]) -> Loaded:
    """The programme that texts are together, each by the name of its file. The last ones are remembered."""
    return _of_texts(tuple(sorted(files.items())))


@lru_cache(maxsize=8)
def _of_texts(files: tuple[tuple[str, str], ...]) -> Loaded:
    if not files or len(files) > FILES_MOST:
        said, remedy = f"there are {len(files)} files", f"write 1 to {FILES_MOST}, such as programme.yaml"
        return _unread(Path("draft"), Finding(code="no_files", path="", what=said, remedy=remedy))
    return _loaded(Path("draft"), [page_of(name, text.encode()) for name, text in files], [])


def _loaded(folder: Path, pages: list[Page], findings: list[Finding]) -> Loaded:
    values, places = _together(pages, findings)
    unread = any(finding.code.startswith("yaml_") for page in pages for finding in page.findings)
    for page in pages:
        findings += page.findings
    found = Loaded(folder, None, (), places)
    # With a file missing every field of it would be told of as missing.
    wrong = [one for one in misfits(values, Programme) if not (unread and one.code == "missing_field")]
    findings += [found.located(one) for one in wrong]
    if any(finding.severity == "error" for finding in findings):
        return Loaded(folder, None, tuple(sorted(findings, key=_order)), places, values)
    try:
        programme = msgspec.convert(values, Programme)
    except msgspec.ValidationError as wrong_value:
        said, _, where = str(wrong_value).partition(" - at `$")
        path = where.rstrip("`").lstrip(".")
        last = Finding(code="cannot_be_taken", path=path, what=said, remedy="mend the field that is named")
        return Loaded(folder, None, (*findings, found.located(last)), places, values)
    return Loaded(folder, programme, tuple(findings), places, values)


def _unread(folder: Path, *findings: Finding) -> Loaded:
    return Loaded(folder, None, findings, {"": Place(folder.name, 0, 0)})


def _together(pages: list[Page], findings: list[Finding]) -> tuple[dict[str, Any], dict[str, Place]]:
    values: dict[str, Any] = {}
    places: dict[str, Place] = {"": pages[0].places[""]}
    for page in pages:
        for name, value in page.values.items():
            before = values.get(name)
            if name not in values:
                values[name] = dict(value) if isinstance(value, dict) else value
            elif name in SPREAD and isinstance(before, dict) and isinstance(value, dict):
                for inner, item in value.items():
                    path = f"{name}.{inner}"
                    if inner in before:
                        findings.append(_twice(path, places[path], page.places[path]))
                    else:
                        before[inner] = item
            else:
                findings.append(_twice(name, places[name], page.places[name]))
        places |= {path: place for path, place in page.places.items() if path and path not in places}
    return values, places


def _twice(path: str, first: Place, second: Place) -> Finding:
    return Finding(
        code="field_in_two_files",
        path=path,
        what=f"the field {path!r} stands in {first.file} already, in line {first.line}",
        remedy="keep one of the two",
        file=second.file,
        line=second.line,
        column=second.column,
    )


def _around(path: str) -> str:
    cut = max(path.rfind("."), path.rfind("["), 0)
    return path[:cut]


def _order(finding: Finding) -> tuple[str, int, int]:
    return finding.file, finding.line, finding.column
