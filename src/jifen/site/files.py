"""Files beside the pages: style sheets, scripts, icons, from the package and by nobody else's server."""

import re
from functools import cache
from pathlib import Path

from markupsafe import Markup

from jifen.pages.assets import Asset, made

FOLDER = Path(__file__).parent / "static"
PATH = "/static"

FROM_NPM = ("tabler/tabler.min.css", "htmx/htmx.min.js", "echarts/echarts.min.js")
"""What `make assets` brings."""

FRAME = '<path stroke="none" d="M0 0h24v24H0z" fill="none" />'
"""Each drawing of the set begins with a frame that nobody sees."""

DRAWN = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


@cache
def files() -> dict[str, Asset]:
    """All files by name, read once."""
    own = [path for path in sorted(FOLDER.iterdir()) if path.is_file()]
    brought = [FOLDER / name for name in FROM_NPM if (FOLDER / name).is_file()]
    return {path.name: made(path) for path in (*own, *brought)}


def address(name: str) -> str:
    """Where a page finds a file.

    Raises:
        LookupError: it is not there; says what to do.
    """
    found = files().get(name)
    if found is None:
        raise LookupError(f"the file {name} is not installed: run `make assets`")
    return f"{PATH}/{name}?v={found.version}"


@cache
def icon(name: str, look: str = "icon") -> Markup:
    """A drawing of Tabler's outline set, inlined; hidden from listeners, since a word stands beside it.

    Raises:
        LookupError: it is not there; says what to do.
    """
    path = FOLDER / "icons" / f"{name}.svg"
    if not path.is_file():
        raise LookupError(f"the icon {name} is not installed: add it to site/icons.txt and run `make assets`")
    drawn = DRAWN.search(path.read_text("utf-8"))
    assert drawn is not None
    inside = " ".join(drawn[1].split()).replace(FRAME, "")
    return Markup('<svg class="{}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>').format(
        look,
        Markup(inside),  # noqa: S704 - a file of the package
    )
