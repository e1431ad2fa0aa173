"""The command line: what it refuses, and that it leaves nothing behind."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from jifen.cli.main import main
from tests.commands import given


def test_a_command_says_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    """A new operator reads this first."""
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    for command in ("demo", "serve", "migrate", "import", "verify", "bench", "backup", "restore"):
        assert command in said


def test_an_unreachable_database_is_told_without_a_traceback(tmp_path: Path) -> None:
    """What went wrong and what to do, on one line."""
    run = subprocess.run(
        [sys.executable, "-m", "jifen.cli.main", "verify", "--folder", str(tmp_path)],
        env={"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing", "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert run.stderr.startswith("jifen: ")
    assert "Traceback" not in run.stderr


def test_an_import_needs_a_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is sent without one."""
    facts = tmp_path / "facts.ndjson"
    facts.write_text("{}\n")
    assert main(["import", str(facts), "--key", ""]) == 2
    assert "--key" in capsys.readouterr().err


async def test_a_programme_a_key_a_backup_and_a_proof(database: str, tmp_path: Path) -> None:
    """Each command in turn, as an operator would give them; reports end in one object."""

    file, folder = tmp_path / "books.dump", ("--folder", str(tmp_path))
    made, again, key, nowhere, verified, saved, refused = await given(
        {"DATABASE_URL": database, "PATH": ""},
        ("program", "qinghe", "青禾联盟", *folder),
        ("program", "qinghe", "青禾联盟", *folder),
        ("key", "qinghe", "till-1", *folder),
        ("key", "nowhere", "till-1", *folder),
        ("verify", "--json", *folder),
        ("backup", str(file), "--json", *folder),
        ("restore", str(file), *folder),
    )
    assert made.code == 0, made.complaint
    assert made.out.splitlines()[-1].startswith("jf_")
    assert again.code == 1
    assert "exists already" in again.complaint
    assert key.out.startswith("jf_")
    assert "there is no programme" in nowhere.complaint
    assert json.loads(verified.out.splitlines()[-1])["clean"] is True
    assert saved.code == 0, saved.complaint
    assert json.loads(saved.out.splitlines()[-1])["bytes"] == file.stat().st_size
    assert refused.code == 1, "it does not restore over what is there"
