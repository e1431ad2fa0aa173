"""The proof: a clean book has no finding, and each planted fault is named with its place."""

import pytest

from jifen.jobs.verify import CHECKS, verify
from tests.jobs.faults import FAULTS, Fault, planted


async def test_a_clean_book_has_no_finding(book: str) -> None:
    """Everything that can happen has happened, every check had something to look at, and nothing is wrong."""
    report = await verify(book)
    assert not report.findings, report.text()
    assert report.clean
    assert {name for name, check in report.checks.items() if check.looked} == set(CHECKS)


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.story for fault in FAULTS])
async def test_a_planted_fault_is_named_with_its_place(book: str, fault: Fault) -> None:
    """The first check that must see it names wallet and place; no other check than those listed sees anything."""
    wallet, place = await planted(book, fault)
    report = await verify(book)
    assert not report.clean
    named = [(found.check, found.wallet, found.place) for found in report.findings]
    assert (fault.sees[0], wallet, place) in named, report.text()
    assert {found.check for found in report.findings} == set(fault.sees), report.text()


def test_each_check_has_a_fault_that_it_names() -> None:
    """A check that was never seen to find anything proves nothing."""
    assert {fault.sees[0] for fault in FAULTS} == set(CHECKS)
