"""Who runs the server, and that nobody else's folders change hands."""

# ruff: noqa: ASYNC240 - a test has the loop to itself, and may block it

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest

from jifen.store import embedded
from jifen.store.embedded import places
from jifen.store.errors import DataOfAnotherUser, NoPlaceForData
from tests.store.conftest import QUICK, Started

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")

AS_NOBODY = """
import asyncio, os, pwd, sys
import concurrent.futures.thread, encodings.idna  # what would be loaded late, from where nobody may look
from pathlib import Path
from jifen.store import embedded
nobody = pwd.getpwnam("nobody")
os.setgroups([])
os.setgid(nobody.pw_gid)
os.setuid(nobody.pw_uid)
os.environ["HOME"] = "/"
dsn = None
async def main():
    folder = Path(sys.argv[1])
    try:
        dsn = await embedded.ensure(folder, settings={"fsync": "off", "shared_buffers": "16MB"})
        pid = embedded.status(folder).pid
        print(dsn, os.stat(f"/proc/{pid}").st_uid if os.path.exists("/proc") else nobody.pw_uid)
        await embedded.stop(folder)
    except Exception as error:
        print(type(error).__name__, error)
asyncio.run(main())
"""

HIDDEN_WHEEL = """
import asyncio, sys
from pathlib import Path
from jifen.store import embedded
from jifen.store.embedded import places
places.STATE_FOLDERS = (Path(sys.argv[2]),)
print(embedded.binaries())
print(asyncio.run(embedded.ensure(Path(sys.argv[1]), settings={"fsync": "off", "shared_buffers": "16MB"})))
"""

Rights = dict[str, tuple[int, int, int]]


def rights_in(folder: Path) -> Rights:
    """Mode and owner of a folder and of all that is in it."""
    found = {}
    for path in (folder, *folder.rglob("*")):
        seen = path.lstat()
        found[str(path)] = (seen.st_mode, seen.st_uid, seen.st_gid)
    return found


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """In place of /var/lib."""
    made = Path(tempfile.mkdtemp(prefix="jifen-test-"))
    made.chmod(0o755)
    monkeypatch.setattr(places, "STATE_FOLDERS", (made,))
    yield made
    shutil.rmtree(made)


async def test_rights_of_what_was_there_are_as_before(folder: Path) -> None:
    above = folder.parent
    (above / "books.txt").touch(0o640)
    (above / "private").mkdir(0o700)
    (above / "private" / "diary.txt").touch(0o600)
    before = rights_in(above)
    await embedded.ensure(folder, settings=QUICK)
    await embedded.stop(folder)
    after = rights_in(above)
    assert {path: after[path] for path in before} == before
    made = embedded.status(folder).data.stat()
    assert made.st_mode & 0o777 == 0o700
    assert (made.st_uid != 0) == (os.geteuid() == 0 or made.st_uid == os.geteuid())


@needs_root
async def test_data_move_out_of_a_folder_that_only_root_may_enter(tmp_path: Path, state: Path) -> None:
    tmp_path.chmod(0o700)
    before = rights_in(tmp_path)
    folder = tmp_path / "jifen"
    dsn = await embedded.ensure(folder, settings=QUICK)
    try:
        data = embedded.status(folder).data
        assert data.parent.parent == state
        assert not (folder / "data").exists()
        await embedded.stop(folder)
        assert await embedded.ensure(folder, settings=QUICK) == dsn
        assert embedded.status(folder).data == data
        assert {path: rights_in(tmp_path)[path] for path in before} == before

        # A lost pointer is told, instead of beginning new books beside the old ones.
        record = (folder / "server.json").read_text()
        (folder / "server.json").unlink()
        with pytest.raises(NoPlaceForData, match=f"{data.parent} holds the data of {folder}"):
            await embedded.ensure(folder)
        (folder / "server.json").write_text(record)
    finally:
        await embedded.remove(folder)
    assert list(state.iterdir()) == []


@needs_root
async def test_without_any_place_there_is_a_word_and_no_data(tmp_path: Path, state: Path) -> None:
    state.chmod(0o700)
    with pytest.raises(NoPlaceForData, match="choose a folder that others can pass through"):
        await embedded.ensure(tmp_path / "jifen")
    assert embedded.status(tmp_path / "jifen").state == "absent"


@needs_root
async def test_programs_below_a_private_folder_are_copied_once(
    folder: Path, tmp_path: Path, state: Path, python: Started
) -> None:
    hidden = tmp_path / "venv"
    hidden.mkdir(0o700)
    package = embedded.binaries().parents[1]
    for part in (package, package.parent / f"{package.name}.libs"):
        if part.exists():
            shutil.copytree(part, hidden / part.name, ignore=shutil.ignore_patterns("include", "*.a"))
    for _ in range(2):
        path = os.pathsep.join([str(hidden), *filter(None, sys.path)])
        asked = python(HIDDEN_WHEEL, folder, state, PYTHONPATH=path)
        assert asked.stdout
        assert asked.stdout.readline().startswith(str(hidden))
        dsn = asked.stdout.readline().strip()
        connection = await asyncpg.connect(dsn)
        await connection.close()
        pid = embedded.status(folder).pid
        assert psutil.Process(pid).exe().startswith(str(state))
        await embedded.stop(folder)
    copies = [path.name for path in state.iterdir()]
    assert len(copies) == 1
    assert copies[0].startswith("jifen-postgres-18.")


@needs_root
async def test_root_may_help_out_in_the_folder_of_a_user_who_then_goes_on(python: Started) -> None:
    above = Path(tempfile.mkdtemp(prefix="jifen-test-"))
    shutil.chown(above, "nobody")
    folder = above / "jifen"
    try:
        for _ in range(2):
            answer, _ = await asyncio.to_thread(python(AS_NOBODY, folder).communicate)
            dsn, _, uid = answer.strip().rpartition(" ")
            assert int(uid) == above.stat().st_uid, answer
            assert await embedded.ensure(folder, settings=QUICK) == dsn
            pid = embedded.status(folder).pid
            assert psutil.Process(pid).username() == "nobody"
            await embedded.stop(folder)
        await embedded.remove(folder)
    finally:
        shutil.rmtree(above)


@needs_root
async def test_an_ordinary_user_is_told_whose_the_server_is(folder: Path, python: Started) -> None:
    await embedded.ensure(folder, settings=QUICK)
    answer, _ = await asyncio.to_thread(python(AS_NOBODY, folder).communicate)
    assert answer.startswith(DataOfAnotherUser.__name__)
    assert "belongs to another user" in answer
