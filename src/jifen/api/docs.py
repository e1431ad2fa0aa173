"""The documents page: Swagger UI from our own files, asking no other host for anything."""

from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from jifen.api.problems import Problem
from jifen.api.routing import HTML, JSON, Handle, Reply, Route

STATIC = Path(__file__).parent / "static"

# Swagger UI puts style attributes on its elements; scripts come from files only.
POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    b"font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
GUARDED = ((b"content-security-policy", POLICY), (b"referrer-policy", b"no-referrer"))

FILES = {
    "docs.js": (STATIC / "docs.js", b"text/javascript; charset=utf-8"),
    "swagger-ui.css": (STATIC / "swagger" / "swagger-ui.css", b"text/css; charset=utf-8"),
    "swagger-ui-bundle.js": (STATIC / "swagger" / "swagger-ui-bundle.js", b"text/javascript; charset=utf-8"),
}
"""What the page may load; nothing else of the folder is served."""


@cache
def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


async def page(house: Any) -> Reply:
    """The page."""
    return Reply(200, _content(STATIC / "docs.html") or b"", HTML, GUARDED)


def file(name: str) -> Handle:
    """The handler of one of the page's files."""
    path, kind = FILES[name]

    async def serve(house: Any) -> Reply:
        content = _content(path)
        if content is None:
            raise Problem("not_found", f"{name} is not installed: run `make assets`, or read /openapi.json")
        return Reply(200, content, kind, GUARDED)

    return serve


def told(document: dict[str, Any]) -> Handle:
    """The handler of the document itself."""
    content = msgspec.json.format(msgspec.json.encode(document), indent=1)

    async def serve(house: Any) -> Reply:
        return Reply(200, content, JSON)

    return serve


def routes(document: dict[str, Any]) -> list[Route]:
    """The routes of the page, its files and the document; they are not part of the document."""
    files = [
        Route(
            method="GET",
            path=f"/docs/{name}",
            name=f"docs_{name}",
            summary=name,
            handle=file(name),
            who="anyone",
        )
        for name in FILES
    ]
    return [
        Route(method="GET", path="/docs", name="docs", summary="The page", handle=page, who="anyone"),
        Route(
            method="GET",
            path="/openapi.json",
            name="openapi",
            summary="The document",
            handle=told(document),
            who="anyone",
        ),
        *files,
    ]
