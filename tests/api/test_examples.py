"""The examples of docs/api.md are run as they stand, one after the other."""

import json
import re
from pathlib import Path
from typing import Any

from tests.api.alliance import Alliance

PAGE = Path(__file__).parents[2] / "docs" / "api.md"
PAIR = re.compile(r"```http\n(?P<asked>.*?)```\s+```json\n(?P<told>.*?)```", re.DOTALL)


def objects(text: str) -> list[Any]:
    """JSON values that stand one after the other."""
    decoder = json.JSONDecoder()
    found = []
    while text.strip():
        value, end = decoder.raw_decode(text.strip())
        found.append(value)
        text = text.strip()[end:]
    return found


def same(shown: Any, real: Any, names: dict[str, str]) -> bool:
    """Whether what is shown is real; … is anything, and …name remembers it under the name."""
    if isinstance(shown, str) and shown.startswith("…"):
        if shown[1:]:
            names[shown[1:]] = real
        return True
    if isinstance(shown, dict) and isinstance(real, dict):
        return shown.keys() == real.keys() and all(same(shown[name], real[name], names) for name in shown)
    if isinstance(shown, list) and isinstance(real, list):
        return len(shown) == len(real) and all(map(same, shown, real, [names] * len(shown)))
    return bool(shown == real)


async def test_the_examples_are_true(alliance: Alliance) -> None:
    """Each request is answered as the page says."""
    names: dict[str, str] = {}
    pairs = list(PAIR.finditer(PAGE.read_text()))
    assert len(pairs) == 7
    assert PAGE.read_text().count("```http") == 7
    for pair in pairs:
        head, _, body = pair["asked"].partition("\n\n")
        first, *lines = head.strip().splitlines()
        method, path = first.split()
        headers = {"content-type": "application/json", **dict(line.split(": ", 1) for line in lines)}
        answer = await alliance.operator.ask(
            method, path.format(**names), content=body.strip(), headers=headers
        )
        assert same(objects(pair["told"]), objects(answer.text), names), (first, answer.text)
