"""Donations: for good, to charities alone, and in a tally that anybody may read."""

import asyncio
from typing import Any

from tests.mall.stalls import Stalls


async def tally(stalls: Stalls) -> Any:
    """The tally as a stranger reads it."""
    program = await stalls.house.catalog.refresh(stalls.alliance.id)
    answer = await stalls.alliance.stranger.get(f"/v1/programs/{program.code}/donations")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_nobody_gave_yet(stalls: Stalls) -> None:
    told = await tally(stalls)
    assert (told["points"], told["payable_fen"], told["charities"]) == (0, 0, [])
    unknown = await stalls.alliance.stranger.get("/v1/programs/nowhere/donations")
    assert unknown.json()["code"] == "not_found"


async def test_the_tally_adds_both_ways_of_giving_at_the_contracts_rate(stalls: Stalls) -> None:
    """250 as a reward and 33 as they are: 283 points of two members, at 90 fen for 100, rounded down once."""
    books = await stalls.redeems("ann", "school", count=5)
    assert (books["kind"], books["points"]) == ("donate", -250)
    await stalls.operator.done("/v1/donations", key="g-1", member="bob", charity="hope", points=33)
    [hope] = (await tally(stalls))["charities"]
    assert (hope["charity"], hope["points"], hope["donors"], hope["donations"]) == ("hope", 283, 2, 2)
    assert (hope["payable_fen"], hope["worth_fen"]) == (254, 283)
    order = await stalls.order(books)
    assert (order["state"], order["open"]) == ("fulfilled", [])
    for word in ("return", "dispute", "fail"):
        await stalls.stuck(
            "not_reversible" if word != "fail" else "order_state",
            books,
            word,
            None,
            **({} if word == "return" else {"reason": "regret"}),
        )
    assert (await tally(stalls))["points"] == 283


async def test_never_more_than_is_there_however_often_at_once(stalls: Stalls) -> None:
    """Twelve gifts of 200 at the same moment from 2 000 points: ten are given."""
    answers = await asyncio.gather(
        *(
            stalls.operator.post(
                "/v1/reward-redemptions", key=stalls.key(), member="ann", reward="school", count=4
            )
            for _ in range(12)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [201] * 10 + [409] * 2
    assert (await tally(stalls))["points"] == 2_000
    assert await stalls.has("ann") == 0


async def test_only_a_qualified_charity_is_given_to(stalls: Stalls) -> None:
    told = await stalls.operator.refused(
        "charity_unqualified", "/v1/donations", key="g-2", member="ann", charity="air", points=5
    )
    assert told["charity"] == "air"
