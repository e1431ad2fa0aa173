"""The demo, made once in a run by its own command, and kept as a backup for every test that looks at it."""

import asyncio
import os
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from jifen.store import embedded
from jifen.store.backup import backup
from tests.databases import passable_folder

DEMO = ("demo", "--no-serve", "--days", "3", "--json", "--port", "0")
"""Three of the year's days are replayed; the story of the alliance is whole."""

MADE_S = 400
"""After so long without a word of the process that makes the demo, something is wrong there."""

OF_THE_DATABASE = ("data", "socket", "server.*", "start.log")
"""What the folder has for its own PostgreSQL."""


class Demo(msgspec.Struct, frozen=True):
    """What the command left. folder: its secret, keys and diary; whole: a backup of its database."""

    folder: Path
    whole: Path
    code: int
    out: str
    err: str


def jifen(*words: str, url: str = "") -> "subprocess.CompletedProcess[str]":
    """Run a command as an operator would. url: of its database; '': that of its folder."""
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return subprocess.run(
        [sys.executable, "-m", "jifen.cli.main", *words],
        env={**environment, "DATABASE_URL": url} if url else environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="session")
async def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demo of this run."""
    return await made_once(tmp_path_factory)


async def made_once(places: pytest.TempPathFactory) -> Demo:
    """Whichever process of a run asks first makes the demo, and the others wait for that.

    Raises:
        TimeoutError: whoever came first did not finish.
    """
    base = places.getbasetemp()
    shared = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "demo"
    done = shared / "done.json"
    try:
        shared.mkdir()
    except FileExistsError:
        async with asyncio.timeout(MADE_S):
            while not done.exists():  # noqa: ASYNC110
                await asyncio.sleep(0.2)  # another process writes it, which no event here can tell
    else:
        draft = shared / "draft.json"
        draft.write_bytes(msgspec.json.encode(await _made(shared), enc_hook=str))
        draft.rename(done)
    return msgspec.json.decode(done.read_bytes(), type=Demo, dec_hook=lambda kind, given: kind(given))


async def _made(shared: Path) -> Demo:
    """Run the command in a folder of its own, keep what there is to keep, and clear up."""
    above = passable_folder()
    folder = above / "demo"
    kept, whole = shared / "folder", shared / "whole.dump"
    try:
        said = await asyncio.to_thread(jifen, *DEMO, "--folder", str(folder))
        if said.returncode == 0:
            shutil.copytree(folder, kept, ignore=shutil.ignore_patterns(*OF_THE_DATABASE))
            await backup(await embedded.ensure(folder), whole)
    finally:
        await embedded.remove(folder)
        shutil.rmtree(above)
    return Demo(kept, whole, said.returncode, said.stdout, said.stderr)
