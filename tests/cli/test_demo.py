"""The demo and the import: real baskets through the bulk path, and nothing twice."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jifen.cli.serving import running
from jifen.parties.catalog import Catalog
from jifen.parties.keys import Keys
from jifen.parties.members import Joining, Members
from jifen.parties.programs import Unit
from jifen.parties.secrets import Vault
from jifen.rules.definition import PerAmount, Rate, RuleSet
from jifen.store import embedded
from jifen.store.database import connect_pool
from tests.databases import passable_folder

START = datetime(2026, 1, 1, tzinfo=UTC)


def jifen(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command as an operator would."""
    return subprocess.run(
        [sys.executable, "-m", "jifen.cli.main", *words],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def folder() -> Iterator[Path]:
    """A place for an installation of its own, with a server of its own."""
    above = passable_folder()
    yield above / "demo"
    asyncio.run(embedded.remove(above / "demo"))
    shutil.rmtree(above)


def test_the_demo_books_real_baskets_once(folder: Path) -> None:
    """Three days of the year; a second run finds them and books nothing."""
    words = ("demo", "--no-serve", "--days", "3", "--json", "--port", "0", "--folder", str(folder))
    first = jifen(*words)
    assert first.returncode == 0, first.stdout + first.stderr
    facts = json.loads(first.stdout.splitlines()[-1])["facts"]
    booked, total = facts["baskets"].split(" of ")
    assert booked == total
    assert int(total.replace(",", "")) > 1000
    assert facts["verify"] == "no finding"
    second = jifen(*words)
    assert second.returncode == 0, second.stdout + second.stderr
    again = json.loads(second.stdout.splitlines()[-1])["facts"]
    assert again["replayed now"].startswith("0 baskets, 0 facts")
    assert again["booked before"].endswith("were known and 0 booked")


async def test_an_import_sends_a_file_line_by_line(database: str, tmp_path: Path) -> None:
    """Good lines are booked though a bad one stands between them; a second time all are known."""
    pool = await connect_pool(database, size=2)
    catalog = Catalog(pool)
    program = await catalog.add_program("qinghe", "青禾联盟", "Asia/Shanghai", START)
    await catalog.add_unit(program.id, Unit("point", "积分", 100, 100))
    program = await catalog.add_merchant(program.id, "hetian", "禾田超市", START)
    await catalog.add_store(program.id, program.merchants["hetian"].id, "liuhe", "柳河镇店")
    rules = RuleSet(rules=(PerAmount(id="base", rate=Rate(1, 100)),))
    await catalog.publish(program.id, rules, START - timedelta(days=1), START)
    await Members(pool, Vault(b"0" * 32)).enrol(program.id, Joining("A001"), START)
    key = await Keys(pool).make(program.id, None, "operator", START)
    await pool.close()
    line = '{"type":"purchase","key":"k%d","member":"A001","store":"liuhe","amount":%d}'
    file = tmp_path / "facts.ndjson"
    file.write_text("\n".join([line % (1, 500), line % (2, -5), "", line % (3, 700)]))
    with running(tmp_path, tmp_path / "server.log", url=database) as server:
        words = ("import", str(file), "--server", server.address, "--key", key, "--json")
        runs = [await asyncio.to_thread(jifen, *words) for _ in range(2)]
    first, second = (json.loads(run.stdout.splitlines()[-1]) for run in runs)
    assert first == {"booked": 2, "known": 0, "refused": {"invalid_request": 1}}
    assert second == {"booked": 0, "known": 2, "refused": {"invalid_request": 1}}
    assert [run.returncode for run in runs] == [1, 1], "a line that is no fact is told by the exit code"
