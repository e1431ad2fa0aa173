"""README's flow runs as it stands, and answers what it says."""

import asyncio
import os
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jifen.cli.serving import running
from jifen.parties.catalog import Catalog
from jifen.parties.keys import Keys
from jifen.store.database import connect_pool

START = datetime(2026, 1, 1, tzinfo=UTC)

README = Path(__file__).parents[2] / "README.md"


def flow() -> str:
    """The block of README that a reader is told to type."""
    (block,) = re.findall(r"^```sh\n(.*?)^```", README.read_text(), re.S | re.M)
    assert isinstance(block, str)
    return block


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl")
async def test_readme_does_what_it_says(database: str, tmp_path: Path) -> None:
    """A new user's first quarter of an hour must not begin with a lie."""
    pool = await connect_pool(database, size=1)
    program = await Catalog(pool).add_program("qinghe", "青禾联盟", "Asia/Shanghai", START)
    key = await Keys(pool).make(program.id, None, "operator", START)
    await pool.close()
    block = flow()
    with running(tmp_path, tmp_path / "server.log", url=database) as server:
        script = "set -u\n" + re.sub(r"^# → .*$", "", block, flags=re.M)
        process = await asyncio.create_subprocess_exec(
            "bash",
            "-c",
            script,
            env={**os.environ, "KEY": key, "U": f"{server.address}/v1"},
            stdout=asyncio.subprocess.PIPE,
        )
        output, _ = await process.communicate()
    answers = output.decode().splitlines()
    commands = re.findall(r"^ask \$U.*?(?=^ask |^# → |^BASKET|\Z)(# → [^\n]*)?", block, re.S | re.M)
    assert process.returncode == 0
    assert len(answers) == len(commands)
    for answer, promised in zip(answers, commands, strict=True):
        assert promised or '"status":4' not in answer, answer
        for part in promised.removeprefix("# → ").split(" … "):
            assert part.strip() in answer, f"README says {part!r}, the answer is {answer}"
