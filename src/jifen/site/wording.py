"""Wording: what the signed-in pages say, a catalogue for each part and language beside that of the books."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from jifen.pages.words import FOLDER as BOOKS
from jifen.pages.words import Words

FOLDER = Path(__file__).parent / "catalogues"


@cache
def wording(language: str) -> Words:
    """All words of a language, read once.

    Raises:
        ValueError: a key stands twice; names it and its file.
    """
    found: dict[str, Any] = json.loads((BOOKS / f"{language}.json").read_text("utf-8"))
    for path in sorted(FOLDER.glob(f"*.{language}.json")):
        for key, text in json.loads(path.read_text("utf-8")).items():
            if key in found:
                raise ValueError(f"{path.name}: the key {key!r} stands in another catalogue too: rename one")
            found[key] = text
    return Words(language, found)
