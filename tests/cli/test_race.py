"""The race: a purse is spent to its last point over two servers, and a verdict that can be lost."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec
import pytest

from jifen.cli.bench.poison import POISONS, REUSED
from jifen.cli.bench.race import race
from jifen.cli.bench.verdict import SPEND, Booked, Heard, Said, judged
from tests.store.conftest import temporary_folder

POINTS = (5, 3, 2)
PURSE = sum(POINTS)

Answers = list[Heard]
Entries = list[Booked]


@pytest.fixture
async def folder() -> AsyncIterator[Path]:
    """Where a server may be made that outlives nobody."""
    async with temporary_folder() as made:
        yield made


async def test_a_purse_is_spent_to_its_last_point(folder: Path) -> None:
    """Two servers, eight clients, repeats and poison: what was there is spent, once."""
    found = await race(folder, purse=600, clients=8)
    assert found["findings"] == []
    assert found["ok"]
    assert found["ratio"] == 1
    assert found["reference"] == 600
    assert found["repeats"] > 0
    assert found["across_lots"] > 0
    assert found["poisoned"] == sum(sum(counts.values()) for counts in found["poison"].values()) > 0


def answer(no: int, status: int = 201, **said: object) -> Heard:
    """What was heard of the redemption that became an entry of that number."""
    fields = {"id": f"id-{no}", "no": no, "points": -POINTS[no - 1], "replayed": status == 200, **said}
    return Heard(f"k{no}", SPEND, POINTS[no - 1], status, Said(**fields))  # type: ignore[arg-type]


def refusal(key: str, points: int, status: int, code: str, kind: str = SPEND, available: int = 0) -> Heard:
    """A no."""
    return Heard(key, kind, points, status, Said(code=code, available=available))


def won() -> tuple[Answers, Entries]:
    """A small race as it should be: three redemptions, a repeat, one told to ask for less, some poison."""
    heard = [
        answer(1),
        answer(2),
        answer(1, 200),
        refusal("k4", 4, 409, "insufficient_points", available=2),
        refusal("p1", 1, 422, "invalid_request", "negative_points"),
        refusal("k2", 4, 422, "key_reused", REUSED),
        answer(3),
    ]
    booked = [Booked(f"id-{no}", no, "redeem", f"k{no}", POINTS[no - 1], 1, 1) for no in (1, 2, 3)]
    return heard, booked


def test_a_race_as_it_should_be_is_won() -> None:
    assert judged(PURSE, 0, *won()) == []


def overspent(heard: Answers, booked: Entries) -> None:
    """One more redemption than the purse had points for, told and stored alike."""
    heard.append(Heard("k9", SPEND, 5, 201, Said("id-9", 9, -5)))
    booked.append(Booked("id-9", 9, "redeem", "k9", 5, 1, 1))


def doubled_in_the_books(heard: Answers, booked: Entries) -> None:
    """One key with two entries, of which nobody was told the second."""
    booked.append(Booked("id-1", 9, "redeem", "k1", 5, 1, 1))


def doubled_in_the_answers(heard: Answers, booked: Entries) -> None:
    """One key that both servers say they have booked just now."""
    heard.append(answer(1))


def another_receipt(heard: Answers, booked: Entries) -> None:
    """A repeat that is shown an entry other than the first answer's."""
    heard.append(answer(1, 200, id="id-9"))


def another_amount(heard: Answers, booked: Entries) -> None:
    """A receipt over more than was asked."""
    heard[0] = answer(1, points=-6)


def booked_and_refused(heard: Answers, booked: Entries) -> None:
    """A repeat that is told that nothing moved."""
    heard.append(refusal("k1", 5, 409, "insufficient_points", available=2))


def lost(heard: Answers, booked: Entries) -> None:
    """A receipt without an entry."""
    del booked[1]


def untold(heard: Answers, booked: Entries) -> None:
    """An entry without a receipt."""
    del heard[-1]


def unclaimed(heard: Answers, booked: Entries) -> None:
    """An entry whose key could be booked again."""
    booked[0] = msgspec.structs.replace(booked[0], claims=0)


def harmed(heard: Answers, booked: Entries) -> None:
    """Somebody innocent who failed beside poison."""
    heard.append(refusal("k8", 1, 500, "internal"))


def refused_though_there(heard: Answers, booked: Entries) -> None:
    """Somebody refused who asked for no more than there was."""
    heard.append(refusal("k8", 1, 409, "insufficient_points", available=1))


def poison_that_works(heard: Answers, booked: Entries) -> None:
    """Poison that took the server with it, or was swallowed."""
    heard.append(refusal("p2", 1, 500, "internal", "escaped_nul"))


def poison_that_is_booked(heard: Answers, booked: Entries) -> None:
    """Poison that was taken for good."""
    heard.append(Heard("p2", "no_points", 1, 201, Said("id-9", 9, 0)))


@pytest.mark.parametrize(
    "plant",
    [
        overspent,
        doubled_in_the_books,
        doubled_in_the_answers,
        another_receipt,
        another_amount,
        booked_and_refused,
        lost,
        untold,
        unclaimed,
        harmed,
        refused_though_there,
        poison_that_works,
        poison_that_is_booked,
    ],
)
def test_a_planted_fault_loses_the_race(plant: Callable[[Answers, Entries], None]) -> None:
    heard, booked = won()
    plant(heard, booked)
    assert judged(PURSE, 0, heard, booked)


def test_points_that_are_left_lose_the_race() -> None:
    assert judged(PURSE, 1, *won())
    assert judged(PURSE + 1, 0, *won())


def test_each_poison_spoils_the_fact_that_it_is_made_of() -> None:
    fact = {"key": "k", "member": "m", "store": "s", "points": 3}
    made = {poison(fact) for poison in POISONS.values()}
    assert len(made) == len(POISONS)
    assert msgspec.json.encode(fact) not in made
