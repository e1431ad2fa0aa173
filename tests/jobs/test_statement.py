"""Statements: provable with nothing but the file, and by nobody's leave."""

import json
import re
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jifen.books.entries import entry_hash, legs_text
from jifen.books.legs import Account, Kind, Leg
from jifen.books.wallet import Balance
from jifen.jobs import check_statement
from jifen.jobs.check_statement import NotProven, check, told
from jifen.jobs.roots import take_root
from jifen.jobs.statement import as_file, sealed, statement
from jifen.store.database import connect_pool
from jifen.values.ids import EntryId, SeriesId, WalletId, hashed_id
from tests.engine.town import days, town

PROOF = Path(__file__).parents[2] / "docs" / "proof.md"


async def statement_of(dsn: str, number: str) -> dict[str, Any]:
    """The statement of a member of the written book."""
    pool = await connect_pool(dsn, size=1)
    wallet = await pool.fetchval("SELECT wallet FROM member_number WHERE number = $1", number)
    made = await statement(pool, wallet)
    await pool.close()
    return made


@pytest.mark.parametrize("number", ["ann", "bob", "cat", "dan", "eve", "fay", "gus", "hal", "home"])
async def test_each_statement_of_the_book_holds(shared_book: str, number: str) -> None:
    """Whatever happened in a wallet, chain, balances and root follow from the file."""
    made = await statement_of(shared_book, number)
    content = as_file(made)
    assert check(content) == made
    assert "fixed by the root of 2027-01-10" in told(made)


async def test_a_wallet_without_a_root_has_a_statement_too(database: str) -> None:
    """It holds, and says that nothing is fixed yet."""
    async with town(database) as here:
        await here.do(here.orders.purchase("1", "ann", days(0), amount=5000))
        made = check(as_file(await statement(here.pool, here.wallets["ann"])))
        assert made["root"] is None
        assert "No daily root" in told(made)


async def test_what_came_after_the_root_is_chained_but_not_fixed(database: str) -> None:
    """The root fixes entry 1; entry 2 hangs on it."""
    async with town(database) as here:
        await here.do(here.orders.purchase("1", "ann", days(0), amount=5000))
        await take_root(here.pool, here.program, days(0))
        await here.do(here.orders.purchase("2", "ann", days(1), amount=5000))
        made = check(as_file(await statement(here.pool, here.wallets["ann"])))
        assert (made["version"], made["root"]["version"]) == (2, 1)


async def test_nobody_elses_wallet_is_told_as_a_lookup_error(database: str) -> None:
    """There is no statement of a wallet that is not there."""
    pool = await connect_pool(database, size=1)
    with pytest.raises(LookupError, match="there is no wallet"):
        await statement(pool, WalletId(hashed_id("nobody")))
    await pool.close()


async def test_any_changed_byte_is_seen(shared_book: str) -> None:
    """Each byte of the file, changed in its lowest bit, makes the statement fail."""
    content = bytearray(as_file(await statement_of(shared_book, "ann")))
    for place in range(len(content)):
        content[place] ^= 1
        with pytest.raises(NotProven):
            check(bytes(content))
        content[place] ^= 1
    check(bytes(content))


def changed(made: dict[str, Any], path: tuple[Any, ...], value: Any) -> bytes:
    """A statement in which something is replaced, under a new seal: what a forger would hand out."""
    copy: Any = json.loads(json.dumps(made))
    place = copy
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value(place[path[-1]]) if callable(value) else value
    copy.pop("seal")
    return as_file(sealed(copy))


FORGERIES = [
    (("entries", 1, "event"), '{"type":"purchase","store":"sea","amount":1}', "entry 2: its hash"),
    (("entries", 1, "occurred_at"), "2026-10-01T00:00:00Z", "entry 2: its hash"),
    (("entries", 1, "source"), "another", "entry 2: its id"),
    (("entries", 1, "legs", 0, 2), 999, "entry 2: its hash"),
    (("entries", 2, "balance", 0), 10_000, "entry 3: its hash"),
    (("entries", 2, "hash"), "00" * 32, "entry 3: its hash"),
    (("entries", 2, "explanation"), "{}\n", "entry 3: its event or explanation"),
    (("entries",), lambda entries: entries[:-1], "the head"),
    (("entries",), lambda entries: entries[1:], "entry 1 is missing"),
    (("head",), "00" * 32, "the head"),
    (("version",), 3, "the head"),
    (("wallet",), "01a2004e-1433-737c-9006-a449f841c584", "entry 1: its hash"),
    (("program",), "01a2004e-1433-737c-9006-a449f841c584", "entry 1: its id"),
    (("root", "root"), "00" * 32, "the path"),
    (("root", "version"), 2, "the path"),
    (("root", "path"), lambda path: path[1:], "the path"),
    (("root", "path", 0, 0), "above", "a sibling"),
    (("form",), "jifen statement 2", "this is no"),
    (("entries", 0, "no"), "1", "entry 1 is missing"),
    (("root", "version"), 10_000, "is no statement"),
]


@pytest.mark.parametrize(("path", "value", "said"), FORGERIES, ids=[f"{path}" for path, _, _ in FORGERIES])
async def test_a_forger_who_seals_again_is_seen(
    shared_book: str, path: tuple[Any, ...], value: Any, said: str
) -> None:
    """Whatever is told otherwise breaks the chain, the head or the path, and the place is named."""
    with pytest.raises(NotProven, match=said):
        check(changed(await statement_of(shared_book, "ann"), path, value))


async def test_a_series_cannot_be_told_otherwise(shared_book: str) -> None:
    """Points that are said to live longer are of another series."""
    made = await statement_of(shared_book, "ann")
    name = next(iter(made["series"]))
    with pytest.raises(NotProven, match="is not the hash of its traits"):
        check(changed(made, ("series", name, "expires_at"), "None"))


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff", b"null", b'{"form":1.5}', b"[" * 100_000])
def test_what_is_no_statement_is_told(content: bytes) -> None:
    """Rubbish is refused in one way, never with a crash."""
    with pytest.raises(NotProven):
        check(content)


async def test_the_checker_needs_nothing_but_python(shared_book: str, tmp_path: Path) -> None:
    """It runs as a file of its own, without any package, and says by its exit code what it found."""
    made = as_file(await statement_of(shared_book, "ann"))
    good, bad = run_alone(tmp_path, made), run_alone(tmp_path, made.replace(b"12000", b"12001"))
    assert (good.returncode, bad.returncode) == (0, 1), good.stderr + bad.stderr
    assert "holds: " in good.stdout
    assert "does not hold" in bad.stdout


def run_alone(folder: Path, content: bytes) -> "subprocess.CompletedProcess[str]":
    """A copy of the checker, run by a Python that sees no packages."""
    checker, file = folder / "check_statement.py", folder / "statement.json"
    checker.write_bytes(Path(check_statement.__file__).read_bytes())
    file.write_bytes(content)
    command = [sys.executable, "-I", "-S", str(checker), str(file)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_example_in_the_docs_holds() -> None:
    """Who writes a checker of their own has something to try it on."""
    (example,) = re.findall(r"^```json\n(.*?)^```", PROOF.read_text(), re.MULTILINE | re.DOTALL)
    made = check(example.encode())
    assert (made["version"], made["root"]["wallets"]) == (2, 3)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(TEXTS, TEXTS, st.integers(-(2**53), 2**53), st.none() | st.integers(1, 99))
def test_the_checker_writes_the_line_that_the_engine_hashes(
    source: str, unit: str, points: int, reverses: int | None
) -> None:
    """Two encoders that know nothing of each other agree on every character."""
    wallet, entry, series = (hashed_id(name) for name in ("wallet", "entry", "series"))
    leg = Leg(SeriesId(series), Account.ISSUED, points, wallet)
    engine = entry_hash(
        b"",
        WalletId(wallet),
        1,
        EntryId(entry),
        Kind.ACT,
        source,
        "key",
        days(0),
        days(1).replace(microsecond=120),
        reverses,
        None,
        unit,
        Balance(points, 0, 0, 0),
        b"{}",
        b"{}",
        legs_text((leg,), None),
    )
    facts = [
        str(wallet),
        1,
        str(entry),
        "act",
        source,
        "key",
        "2026-11-01T02:00:00Z",
        "2026-11-02T02:00:00.000120Z",
        reverses,
        None,
        unit,
        [points, 0, 0, 0],
        [[str(series), "issued", points, str(wallet)]],
    ]
    line = check_statement.compact(facts)
    assert sha256(b"\n".join((b"", line, b"{}", b"{}"))).digest() == engine
