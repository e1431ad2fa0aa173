"""A place to kill things in: the fair, published and served by workers over a PostgreSQL of their own."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from jifen.cli.bench.contend_fair import FOLDER
from jifen.cli.opening import Opened, opened
from jifen.jobs.verify import verify
from jifen.parties.programs import Program
from jifen.programs.definition import Programme
from jifen.programs.loading import load
from jifen.programs.publishing import Publisher
from jifen.store import embedded
from tests.soak.killing import Target

SEED = 20261122


class Place:
    """The fair with a server that may be killed. key: the operator's."""

    def __init__(
        self, at_hand: Opened, programme: Programme, program: Program, target: Target, key: str
    ) -> None:
        self.at_hand = at_hand
        self.programme = programme
        self.program = program
        self.target = target
        self.key = key
        self.chance = random.Random(SEED)

    async def proven(self) -> list[str]:
        """What `jifen verify` finds."""
        report = await verify(await embedded.ensure(self.target.folder), self.program.id)
        return [str(finding) for finding in report.findings]


@asynccontextmanager
async def placed(folder: Path, log: Path) -> AsyncIterator[Place]:
    """The fair, published and served."""
    loaded = load(FOLDER)
    assert loaded.programme is not None, loaded.findings
    async with opened(folder) as at_hand:
        now = datetime.now(UTC)
        publisher = Publisher(at_hand.pool, at_hand.catalog)
        await publisher.publish(loaded.programme, "soak", now - timedelta(days=1))
        program = await at_hand.catalog.by_code(loaded.programme.code)
        assert program is not None
        key = await at_hand.keys.make(program.id, None, "soak", now)
        target = Target(folder, log)
        try:
            yield Place(at_hand, loaded.programme, program, target, key)
        finally:
            target.stop()
