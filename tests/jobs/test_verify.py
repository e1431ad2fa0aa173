"""The proof: a clean book has no finding, and each planted fault is named with its place."""

import asyncio
import json

import asyncpg
import pytest

from jifen.jobs.verify import CHECKS, prove, verify
from jifen.jobs.verify.proof import cell_spans
from jifen.parties.catalog import Catalog
from jifen.store.database import connect, connect_pool
from tests.engine.town import days, found, town
from tests.jobs.entry_faults import CHAINS
from tests.jobs.faults import FAULTS
from tests.jobs.planting import Fault, planted


async def test_a_clean_book_has_no_finding(shared_book: str) -> None:
    """Everything that can happen has happened, every check had something to look at, and nothing is wrong."""
    report = await verify(shared_book)
    assert not report.findings, report.text()
    assert report.clean
    assert {name for name, check in report.checks.items() if check.looked} == set(CHECKS)


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.story for fault in FAULTS])
async def test_a_planted_fault_is_named_with_its_place(shared_book: str, fault: Fault) -> None:
    """The first check that must see it names wallet and place; no check but those listed sees anything."""
    connection = await connect(shared_book)
    planting = connection.transaction()
    await planting.start()
    try:
        wallet, place = await planted(connection, fault)
        report = await prove([connection])
    finally:
        await planting.rollback()
        await connection.close()
    assert not report.clean
    named = [(found.check, found.wallet, found.place) for found in report.findings]
    assert (fault.sees[0], wallet, place) in named, report.text()
    assert {found.check for found in report.findings} == set(fault.sees), report.text()


def test_each_check_has_a_fault_that_it_names() -> None:
    """A check that was never seen to find anything proves nothing."""
    assert {fault.sees[0] for fault in FAULTS} == set(CHECKS)


async def test_only_the_programme_that_is_asked_for(book: str) -> None:
    """A fault is told to those who ask for its programme, or for all, not to those who ask for another."""
    pool = await connect_pool(book, size=3)
    async with pool.acquire() as connection:
        wallet, place = await planted(connection, CHAINS[0])
    other = await found(Catalog(pool), "other", None)
    mine = await pool.fetchval("SELECT program FROM wallet WHERE id = $1::text::uuid", wallet)
    assert (await verify(pool, other.id)).clean
    for program in (mine, None):
        report = await verify(pool, program)
        assert (wallet, place) in [(finding.wallet, finding.place) for finding in report.findings]
    await pool.close()


async def test_the_report_can_be_read_and_counted(book: str) -> None:
    """As text, as JSON, and while it runs; of many findings a hundred of each check are kept."""
    connection = await asyncpg.connect(book)
    await connection.execute(
        "INSERT INTO counter SELECT cell, id, 'cap:base', n::text, 1 FROM wallet, generate_series(1, 30) AS n"
    )
    await connection.close()
    seen: list[tuple[int, int]] = []
    report = await verify(book, progress=lambda check, done, of: seen.append((done, of)))
    assert seen[-1][0] == seen[-1][1] == len(seen)
    # Two of the nine were never active: with them all counters belong in the row, also those of no time.
    assert (report.checks["counters"].found, len(report.findings)) == (270 + 60, 100)
    text = report.text()
    assert "… and 230 more" in text
    assert "330 findings: the books do not hold" in text
    told = json.loads(json.dumps(report.as_dict()))
    assert told["clean"] is False
    assert [check["name"] for check in told["checks"]] == list(CHECKS)
    assert told["findings"][0]["check"] == "counters"
    assert str(report.findings[0]).startswith(
        f"counters: wallet {report.findings[0].wallet}, counter cap:base of"
    )


async def test_traffic_goes_on_while_the_books_are_proven(database: str) -> None:
    """One snapshot is looked at, so what is booked meanwhile is no finding."""
    async with town(database) as here:
        stop = asyncio.Event()

        async def trade() -> int:
            count = 0
            while not stop.is_set():
                batch = [
                    here.orders.purchase(f"{count + n}", who, days(0), amount=100 + count)
                    for n, who in enumerate(("ann", "bob") * 10)
                ]
                await here.engine.submit_all(batch)
                count += len(batch)
            return count

        trading = asyncio.create_task(trade())
        looked = set()
        for _ in range(8):
            report = await verify(database)
            assert report.clean, report.text()
            looked.add(report.checks["chains"].looked)
        stop.set()
        assert await trading >= max(looked)
        assert len(looked) > 1


def test_cells_are_shared_out_whole() -> None:
    """However many entries there are, each cell is in one stretch."""
    for entries in (0, 1, 20_000, 20_001, 1_000_000, 10**9):
        spans = cell_spans(entries)
        assert [cell for first, last in spans for cell in range(first, last + 1)] == list(range(256))
