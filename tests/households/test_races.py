"""Pooled points spent by three members at once through two processes: never more than there is."""

import asyncio
import random
from typing import Any

import msgspec
import pytest

from jifen.books.refusals import Code, Refusal
from jifen.engine.command import Answer, Command, Receipt
from jifen.jobs.verify import verify
from jifen.mall.households import CloseHousehold, Leave, LetPool
from jifen.mall.joint import AgreeJoint, OfferJoint, PayJoint
from jifen.mall.paying import Payer
from jifen.mall.rewarding import RedeemReward
from jifen.rules.rewards import Reward
from tests.engine.town import PLAIN, Town, days, receipts, town

MEMBERS = ("ann", "bob", "cid")
REWARDS = (
    Reward(code="mug", title="杯", points=7, merchant="air"),
    Reward(code="pot", title="壶", points=30, merchant="air", payers=3),
)
RULES = msgspec.structs.replace(PLAIN, rewards=REWARDS)


def mug(here: Town, key: str, buyer: str, *payers: str) -> Command:
    """A mug, paid by the household."""
    order = here.orders.redeem(key, buyer, days(1), points=7)
    common = {name: getattr(order, name) for name in Command.__struct_fields__}
    paying = tuple(Payer(here.wallets[one]) for one in (buyer, *(p for p in payers if p != buyer)))
    return RedeemReward(**common, reward="mug", merchant=here.program.merchants["air"], payers=paying)


def of(here: Town, kind: type[Command], key: str, who: str, **more: Any) -> Command:
    """A change of the household by one of its members."""
    order = here.orders.redeem(key, who, days(1), points=1)
    common = {name: getattr(order, name) for name in Command.__struct_fields__}
    return kind(**common, **more)


async def furnished(here: Town, points: int) -> None:
    """A household of three with so many points each, who let each other spend all of them."""
    await here.household("home", *MEMBERS)
    for name in MEMBERS:
        await here.do(here.orders.purchase(f"e-{name}", name, days(0), amount=points * 100))
        await here.do(of(here, LetPool, f"p-{name}", name, unit="point", points=points))


@pytest.mark.parametrize("turn", range(3))
async def test_pooled_points_are_spent_once(database: str, turn: int) -> None:
    """3 × 70 points, 60 mugs of 7 wanted by all three through both processes: 30 are had, 30 refused."""
    async with town(database, RULES, members=MEMBERS, processes=2) as here:
        await furnished(here, 70)
        wanted = [mug(here, f"r{turn}-{n}", MEMBERS[n % 3], *MEMBERS) for n in range(60)]
        engines = [process.engine for process in here.processes]
        answers: list[Answer | BaseException] = await asyncio.gather(
            *(engines[n % 2].submit(command) for n, command in enumerate(wanted)), return_exceptions=True
        )
        refused = [answer for answer in answers if isinstance(answer, Refusal)]
        assert sum(isinstance(answer, Receipt) for answer in answers) == 30, answers
        assert {refusal.code for refusal in refused} == {Code.INSUFFICIENT_POINTS}
        assert len(refused) == 30
        assert await here.pool.fetchval("SELECT sum(remaining) FROM lot") == 0
        assert (await verify(here.pool, here.program.id)).clean


async def test_a_consent_that_is_taken_back_in_the_race_holds_from_then_on(database: str) -> None:
    """Spending and withdrawing at once through two processes: after the withdrawal nothing of bob's goes."""
    async with town(database, RULES, members=MEMBERS, processes=2) as here:
        await furnished(here, 70)
        one, other = (process.engine for process in here.processes)
        wanted = [mug(here, f"r{n}", "ann", "ann", "bob") for n in range(15)]
        withdrawn = of(here, LetPool, "w", "bob", unit="point", points=None)
        running = [asyncio.create_task(one.submit(command)) for command in wanted]
        assert isinstance(await other.submit(withdrawn), Receipt)
        left = await here.balance("bob", days(1))
        await asyncio.gather(*running)
        row = await here.pool.fetchrow(
            "SELECT max(no) FILTER (WHERE kind = 'redeem') AS spent, max(no) FILTER (WHERE key = 'w')"
            " AS ended FROM entry WHERE wallet = $1",
            here.wallets["bob"],
        )
        assert row is not None
        assert (row["spent"] or 0) < row["ended"]
        assert await here.balance("bob", days(1)) == left


async def test_leaving_and_spending_at_once(database: str) -> None:
    """The pool's points are either spent or taken along, whichever came first; none is lost or doubled."""
    async with town(database, RULES, members=MEMBERS, processes=2) as here:
        await furnished(here, 70)
        engines = [process.engine for process in here.processes]
        for name in MEMBERS:
            await here.do(here.orders.transfer(f"t-{name}", name, days(0), points=30, to="home"))
        chance = random.Random(3)
        home = here.wallets["home"]
        wanted = [mug(here, f"r{n}", MEMBERS[n % 3], "home") for n in range(20)]
        wanted.insert(chance.randrange(20), of(here, Leave, "l-bob", "bob", home=home))
        wanted.insert(chance.randrange(20), of(here, Leave, "l-cid", "cid", home=home))
        answers = await asyncio.gather(*(engines[n % 2].submit(one) for n, one in enumerate(wanted)))
        had = sum(isinstance(answer, Receipt) for answer in answers) - 2
        assert await here.pool.fetchval("SELECT sum(remaining) FROM lot") == 210 - 7 * had
        closing = of(here, CloseHousehold, "c", "ann", home=home, members=(here.wallets["ann"],))
        receipts([await here.engine.submit(closing)])
        assert sum((await here.balance("home", days(1))).values()) == 0
        assert (await verify(here.pool, here.program.id)).clean


async def test_three_agree_through_two_processes(database: str) -> None:
    """Two who are both last but one cannot both be: one agrees, the other is told that the last word pays."""
    async with town(database, RULES, members=MEMBERS, processes=2) as here:
        await furnished(here, 70)
        wallets = here.wallets
        one, other = (process.engine for process in here.processes)
        parts = tuple((wallets[name], 10) for name in MEMBERS)
        for turn in range(10):
            order = {
                "reward": "pot",
                "merchant": "air",
                "store": None,
                "count": 1,
                "expected": 30,
                "parts": parts,
            }
            made = await here.do(of(here, OfferJoint, f"o{turn}", "ann", **order))
            asked = {"offer": made.id, "maker": wallets["ann"]}
            answers = await asyncio.gather(
                one.submit(of(here, AgreeJoint, f"b{turn}", "bob", **asked)),
                other.submit(of(here, AgreeJoint, f"c{turn}", "cid", **asked)),
            )
            assert sorted(type(answer).__name__ for answer in answers) == ["Receipt", "Refusal"]


async def test_nobody_pays_before_all_have_agreed(database: str) -> None:
    """Whatever an entrance sends: the last word is only taken when it is the last, of the very payers."""
    async with town(database, RULES, members=MEMBERS) as here:
        await furnished(here, 70)
        wallets = here.wallets
        parts = tuple((wallets[name], 10) for name in MEMBERS)
        order = {"reward": "pot", "merchant": "air", "store": None, "count": 1, "expected": 30}
        made = await here.do(of(here, OfferJoint, "o", "ann", **order, parts=parts))
        payers = tuple(Payer(wallet, points, True) for wallet, points in parts)
        pays = {"reward": "pot", "merchant": here.program.merchants["air"], "offer": made.id}
        early = of(here, PayJoint, "p1", "ann", **pays, payers=payers, last=wallets["cid"])
        assert (await here.refused(early)).code is Code.PAYERS_REFUSED
        await here.do(of(here, AgreeJoint, "b", "bob", offer=made.id, maker=wallets["ann"]))
        others = (Payer(wallets["ann"], 5, True), Payer(wallets["bob"], 25, True))
        wrong = of(here, PayJoint, "p2", "ann", **pays, payers=others, last=wallets["cid"])
        assert (await here.refused(wrong)).code is Code.PAYERS_REFUSED
        await here.do(of(here, PayJoint, "p3", "ann", **pays, payers=payers, last=wallets["cid"]))
        assert [(await here.balance(name, days(1)))["available"] for name in MEMBERS] == [60, 60, 60]
        again = of(here, PayJoint, "p4", "ann", **pays, payers=payers, last=wallets["cid"])
        assert (await here.refused(again)).code is Code.PAYERS_REFUSED
