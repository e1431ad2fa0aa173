"""Fixtures: the demo's alliance, restored once for each process, and a browser to look at it."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from jifen.cli.opening import opened
from jifen.store.backup import restore
from jifen.store.migrate import with_database
from tests.browser.furnished import Furnished, served
from tests.databases import execute
from tests.demo import DEMO, jifen, made_once
from tests.looking import browser

__all__ = ["browser"]

KEPT = "JIFEN_FURNISHED"
"""A folder that keeps the alliance from run to run while tests are written; by default it is made anew.

What was made there once is only opened again, with all that tests did to it: remove it to begin afresh.
"""


@pytest.fixture(scope="session")
async def furnished(server: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Furnished]:
    """The alliance; each process has its own, from the one demo of the run."""
    kept = os.environ.get(KEPT)
    if kept:
        folder = Path(kept)
        whole = folder / "whole"
        if not whole.exists():
            said = await asyncio.to_thread(jifen, *DEMO, "--folder", kept)
            assert said.returncode == 0, said.stdout + said.stderr
            whole.touch()
        async with opened(folder) as at_hand, served(at_hand.dsn, folder) as made:
            yield made
        return
    demo = await made_once(tmp_path_factory)
    assert demo.code == 0, demo.out + demo.err
    await execute(server, "CREATE DATABASE furnished")
    dsn = with_database(server, "furnished")
    await restore(dsn, demo.whole)
    async with served(dsn, demo.folder) as made:
        yield made
    await execute(server, "DROP DATABASE furnished WITH (FORCE)")
