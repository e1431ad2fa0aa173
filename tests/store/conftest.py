"""A server for all tests of this folder, a fresh database or a fresh folder for each that asks."""

import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from jifen.store import embedded
from tests.databases import fresh, passable_folder

QUICK = {"fsync": "off", "shared_buffers": "16MB", "max_wal_size": "256MB"}
"""Settings for servers that nobody will miss."""


@asynccontextmanager
async def temporary_folder() -> AsyncIterator[Path]:
    """A folder that the server's user may pass through, unlike pytest's own; removed with its server."""
    above = passable_folder()
    folder = above / "jifen"
    try:
        yield folder
    finally:
        await embedded.remove(folder)
        shutil.rmtree(above)


@pytest.fixture
async def folder() -> AsyncIterator[Path]:
    """Where a server may be made; it need not exist yet."""
    async with temporary_folder() as made:
        yield made


@pytest.fixture(scope="session")
async def store_server() -> AsyncIterator[str]:
    """The DSN of a server shared by the tests of this folder."""
    async with temporary_folder() as made:
        yield await embedded.ensure(made, settings=QUICK)


@pytest.fixture
async def database(store_server: str) -> AsyncIterator[str]:
    """The DSN of a database that is empty."""
    async with fresh(store_server, "template0") as dsn:
        yield dsn


Started = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def python() -> Iterator[Started]:
    """Starts another Python with a program and its arguments; it is ended with the test."""
    running: list[subprocess.Popen[str]] = []

    def start(program: str, *arguments: object, **environment: str) -> subprocess.Popen[str]:
        path = os.pathsep.join(part for part in sys.path if part)
        process = subprocess.Popen(
            [sys.executable, "-c", program, *map(str, arguments)],
            env={**os.environ, "PYTHONPATH": path, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes a folder of SQL files: write("routines", points="CREATE …") makes routines/points.sql."""

    def fill(folder: str, /, **files: str) -> Path:
        into = tmp_path / folder
        shutil.rmtree(into, ignore_errors=True)
        into.mkdir()
        for name, text in files.items():
            (into / f"{name.lstrip('n') if name[1:2].isdigit() else name}.sql").write_text(text)
        return into

    return fill
