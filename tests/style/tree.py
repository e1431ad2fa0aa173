"""The files of the project, as the style tests read them."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "src/jifen/"

# Only for a tree that is no git checkout, such as an unpacked sdist.
UNREAD = {"__pycache__", "build", "dist", "node_modules", "swagger"}


@cache
def paths() -> tuple[str, ...]:
    """Lists all files, tracked or new, but for what git ignores, as paths from the root."""
    listed = _listed_by_git() or list(_found_in_folders())
    return tuple(sorted(path for path in listed if (ROOT / path).is_file()))


def _listed_by_git() -> list[str] | None:
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        return None
    command = [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if answer.returncode:
        return None
    return [path for path in answer.stdout.decode().split("\0") if path]


def _found_in_folders() -> Iterator[str]:
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [f for f in folders if f not in UNREAD and (f == ".ci" or not f.startswith("."))]
        for name in names:
            yield (Path(folder) / name).relative_to(ROOT).as_posix()


@cache
def text_of(path: str) -> str | None:
    """Reads a file, or answers None where it holds no text."""
    content = (ROOT / path).read_bytes()
    if b"\0" in content:
        return None
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None


def texts(*folders: str, suffix: str = "") -> Iterator[tuple[str, str]]:
    """Yields path and text of the files under some folders (all where none is named) with a suffix."""
    for path in paths():
        if path.endswith(suffix) and (not folders or path.startswith(folders)):
            text = text_of(path)
            if text is not None:
                yield path, text


def room_of(path: str) -> str:
    """Names the room of the house that a file of the package lies in, or nothing for the package's own."""
    inside = path.removeprefix(PACKAGE)
    return inside.split("/")[0] if "/" in inside else ""


def report(findings: list[str]) -> str:
    """Lays findings out one a line, for the person whose test failed."""
    return "\n" + "\n".join(findings)
