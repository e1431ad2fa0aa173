"""Assets: the files beside the pages, served from the package and kept by browsers until they change."""

import gzip
import hashlib
from functools import cache
from pathlib import Path

import msgspec

FOLDER = Path(__file__).parent / "static"
PATH = "/pages"
TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}
FOREVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "public, no-cache"


class Asset(msgspec.Struct, frozen=True):
    """One file: its bytes as they are and compressed, and the hash that its address carries."""

    name: str
    media_type: str
    content: bytes
    packed: bytes
    version: str

    def cache_control(self, asked_version: str | None) -> str:
        """For ever under the address that names this version; else a browser asks again each time."""
        return FOREVER if asked_version == self.version else ASK_AGAIN


@cache
def assets() -> dict[str, Asset]:
    """All files, read once."""
    return {path.name: made(path) for path in sorted(FOLDER.iterdir())}


def made(path: Path) -> Asset:
    """One file, read and compressed."""
    content = path.read_bytes()
    version = hashlib.sha256(content).hexdigest()[:12]
    return Asset(path.name, TYPES[path.suffix], content, packed(content), version)


def address(name: str) -> str:
    """Where a page finds a file. The hash is in the query, so that any server of a fleet answers it."""
    return f"{PATH}/{name}?v={assets()[name].version}"


def packed(content: bytes) -> bytes:
    """The content in gzip, the same each time."""
    return gzip.compress(content, 6, mtime=0)
