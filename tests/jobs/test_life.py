"""Whatever members do, in whatever order and however often they send it, the books can be proven."""

import asyncio
from collections import Counter

import pytest

from jifen.engine.command import Receipt
from jifen.jobs.expiry import expire_due
from jifen.jobs.holds import lapse_due
from jifen.jobs.roots import take_root
from jifen.jobs.verify import verify
from tests.engine.town import Town, town
from tests.jobs.life import LATER, NAMES, RULES, Life

SEEN_AT_LEAST = {
    "purchase",
    "return",
    "redeem",
    "reverse",
    "hold",
    "capture",
    "release",
    "transfer",
    "expire",
    "lapse",
    "bill",
}


async def live(here: Town, seed: int, rounds: int, size: int = 40) -> Counter[str]:
    """So many rounds of commands to all processes at once, with the jobs in between; what came of them."""
    life = Life(here, seed)
    came: Counter[str] = Counter()
    for number in range(rounds):
        batches = [life.batch(size) for _ in here.processes]
        answers = await asyncio.gather(
            *(
                process.engine.submit_all(batch)
                for process, batch in zip(here.processes, batches, strict=True)
            )
        )
        for batch, given in zip(batches, answers, strict=True):
            for command, answer in zip(batch, given, strict=True):
                assert not isinstance(answer, BaseException), (command, answer)
                came[type(answer).__name__] += 1
                if isinstance(answer, Receipt) and not answer.replayed:
                    came[answer.kind] += 1
                    life.heard(command, answer)
        life.pass_time()
        if number % 5 == 4:
            first, second = here.processes[0], here.processes[-1]
            done = await asyncio.gather(
                expire_due(first.pool, first.engine, here.program, life.now),
                lapse_due(second.pool, second.engine, here.program, life.now),
            )
            assert not any(outcome.failed for outcome in done)
            came["expire"] += done[0].booked
            came["lapse"] += done[1].booked
        if number % 10 == 9:
            await take_root(here.pool, here.program, life.now)
            catalog = here.processes[0].catalog
            await catalog.publish(here.program.id, LATER[number // 10 % 2], life.now, life.now)
    return came


@pytest.mark.parametrize("seed", range(2))
async def test_any_life_can_be_proven(database: str, seed: int) -> None:
    """Two processes, eight members and a household: after a thousand commands everything holds."""
    async with town(database, RULES, members=NAMES, processes=2) as here:
        await here.household("home", *NAMES[:4])
        came = await live(here, seed, 20, 25)
        assert set(came) >= SEEN_AT_LEAST
        report = await verify(database)
        assert report.clean, report.text()
