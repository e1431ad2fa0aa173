"""Races for what there is one of: a small run of each, and a verdict that can be lost."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec
import pytest

from jifen.cli.bench.contend import contend
from jifen.cli.bench.contend_races import RACES, distinct, paired, tills
from jifen.cli.bench.contend_verdict import Round, State, Try, judged, tallied
from jifen.cli.bench.wire import Heard
from tests.store.conftest import temporary_folder

ANN, BEN, CAT = "ann", "ben", "cat"
COST = 100


@pytest.fixture
async def folder() -> AsyncIterator[Path]:
    """Where a server may be made that outlives nobody."""
    async with temporary_folder() as made:
        yield made


async def test_nobody_gets_what_is_not_there(folder: Path) -> None:
    """All six races with eight clients over two servers, two rounds each."""
    found = await contend(folder, rounds=2, clients=8, items=20, buyers=200)
    assert found["findings"] == []
    assert found["ok"]
    assert found["ratio"] == 1
    assert list(found["races"]) == list(RACES)
    told = {name: set(one["refused"]) for name, one in found["races"].items()}
    assert told == {
        "last item": {"out_of_stock"},
        "last place": {"slot_full"},
        "one voucher": {"voucher_refused", "bill_closed"},
        "one quote": {"quote_used"},
        "one pool": {"insufficient_points"},
        "drop": {"out_of_stock"},
    }
    assert found["races"]["drop"]["won"] == 40


@pytest.mark.soak
async def test_sixty_four_clients_do_not_either(folder: Path) -> None:
    """Twenty rounds of each, and a drop of 500 items for 20 000 members."""
    found = await contend(folder)
    assert found["findings"] == []
    assert found["ok"]
    assert found["rounds"] == 20
    assert found["clients"] == 64
    assert found["races"]["drop"]["won"] == 20 * 500


def test_clients_go_in_pairs_in_every_other_round() -> None:
    tries = [attempt(name) for name in "abcd"]
    assert [one.key for one in paired(tries, 4, 0)] == ["a", "b", "c", "d"]
    assert [one.key for one in paired(tries, 4, 1)] == ["a", "a", "b", "b"]
    assert [one.key for one in distinct(paired(tries, 4, 1))] == ["a", "b"]


def test_each_thing_is_contended_for_at_two_servers() -> None:
    assert tills(("a", "b"), 4) == [(0, "a"), (1, "a"), (2, "b"), (3, "b")]
    assert tills(("a",), 3) == [(0, "a"), (1, "a"), (2, "a")]
    assert tills(("a", "b"), 5) == [(0, "a"), (1, "a"), (2, "b"), (3, "b"), (4, "b")]


def answer(status: int, **said: object) -> Heard:
    """What a server answers."""
    return Heard(status, msgspec.json.encode(said))


def granted(of: str = "o1") -> list[Heard]:
    """The answers of who got it: booked, and once more when asked again."""
    return [answer(201, id=of, replayed=False), answer(200, id=of, replayed=True)]


def refused(code: str = "out_of_stock") -> list[Heard]:
    """The answers of who did not get it."""
    return [answer(409, code=code, detail="there are 0 left: choose another")] * 2


def attempt(member: str, heard: list[Heard] | None = None) -> Try:
    """A member who wants the kettle."""
    return Try(member, "/v1/reward-redemptions", {}, "kettle", {member: COST}, heard or [])


def state(points: int = 500, entries: int = 3, lots: str = "") -> State:
    """A member as read back."""
    return State(points, entries, f"{points} {entries} {lots}")


def a_round() -> Round:
    """One kettle, three members: Ann gets it."""
    return Round(
        "last item",
        0,
        {"kettle": 1},
        frozenset(("out_of_stock",)),
        [attempt(ANN, granted()), attempt(BEN, refused()), attempt(CAT, refused())],
        {ANN: state(), BEN: state(), CAT: state()},
        {ANN: state(400, 4), BEN: state(), CAT: state()},
        {"kettle": 0},
    )


def test_a_round_as_it_should_be_is_held() -> None:
    assert judged(a_round()) == []
    assert tallied([a_round()]) == {"out_of_stock": 2, "won": 1}


def test_where_more_is_there_than_asked_for_everybody_gets_one() -> None:
    of = a_round()
    of.there, of.left = {"kettle": 5}, {"kettle": 4}
    assert len(judged(of)) == 1
    of.tries, of.before, of.after = of.tries[:1], {ANN: state()}, {ANN: state(400, 4)}
    assert judged(of) == []


def oversold(of: Round) -> None:
    """Ben gets one too, and pays for it."""
    of.tries[1].heard = granted("o2")
    of.after = {**of.after, BEN: state(400, 4)}


def undersold(of: Round) -> None:
    """Nobody gets it though it is there."""
    of.tries[0].heard = refused()
    of.after = {**of.after, ANN: state()}
    of.left = {"kettle": 1}


def doubled(of: Round) -> None:
    """Ann's key is booked at both servers."""
    of.tries[0].heard = [answer(201, id="o1"), answer(201, id="o1")]


def given_two_orders(of: Round) -> None:
    """Ann is shown another order when she asks again."""
    of.tries[0].heard = [*granted(), answer(200, id="o2", replayed=True)]


def booked_and_refused(of: Round) -> None:
    """Ann is told that she did not get it, when she asks again."""
    of.tries[0].heard = [*granted(), *refused()]


def untold(of: Round) -> None:
    """Ben is refused without a word."""
    of.tries[1].heard = [answer(409, code="out_of_stock")]


def told_something_else(of: Round) -> None:
    """Ben is told that he lacks points, which he does not."""
    of.tries[1].heard = refused("insufficient_points")


def broken(of: Round) -> None:
    """Ben's server fails."""
    of.tries[1].heard = [answer(500, code="internal", detail="a fault of ours")]


def unreadable(of: Round) -> None:
    """Ben is answered with something that is none of ours."""
    of.tries[1].heard = [Heard(502, b"<html>")]


def unheard(of: Round) -> None:
    """Ben is never answered."""
    of.tries[1].heard = []


def charged(of: Round) -> None:
    """Ben pays for what he did not get."""
    of.after = {**of.after, BEN: state(400, 4)}


def moved(of: Round) -> None:
    """Ben has as many points as before, in other lots."""
    of.after = {**of.after, BEN: state(lots="another lot")}


def charged_twice(of: Round) -> None:
    """Ann pays twice."""
    of.after = {**of.after, ANN: state(300, 5)}


def a_gift(of: Round) -> None:
    """Ann does not pay."""
    of.after = {**of.after, ANN: state(500, 4)}


def gone(of: Round) -> None:
    """Ben is not there any more."""
    of.after = {ANN: of.after[ANN], CAT: of.after[CAT]}


def stock_that_stays(of: Round) -> None:
    """A kettle was given, and the list still has it."""
    of.left = {"kettle": 1}


def below_nothing(of: Round) -> None:
    """There are fewer kettles than none."""
    of.left = {"kettle": -1}


def found_otherwise(of: Round) -> None:
    """The race itself saw something."""
    of.also = ["voucher v1 is of bill b2, b1 was told to have it"]


@pytest.mark.parametrize(
    "plant",
    [
        oversold,
        undersold,
        doubled,
        given_two_orders,
        booked_and_refused,
        untold,
        told_something_else,
        broken,
        unreadable,
        unheard,
        charged,
        moved,
        charged_twice,
        a_gift,
        gone,
        stock_that_stays,
        below_nothing,
        found_otherwise,
    ],
)
def test_a_planted_fault_loses_the_round(plant: Callable[[Round], None]) -> None:
    of = a_round()
    plant(of)
    found = judged(of)
    assert found
    assert all(one.startswith("last item, round 0: ") for one in found)
