"""The press: a process of its own that publishes versions, since the guard thinks for seconds."""

import asyncio
import sys
from datetime import datetime
from pathlib import Path

import msgspec

from jifen.cli.opening import Opened, opened
from jifen.programs.definition import Programme
from jifen.programs.proposing import Proposals
from jifen.programs.publishing import Publisher


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A version to publish; without an approver it is proposed. holds: from when; None: at the earliest."""

    name: str
    programme: Programme
    author: str
    at: datetime
    holds: datetime | None = None
    approver: str | None = None


class Order(msgspec.Struct, frozen=True):
    """What is to be published where, in this order."""

    folder: str
    dsn: str
    jobs: list[Job]


async def publish(at_hand: Opened, job: Job) -> None:
    """Publish a version, or propose it once; what stands already changes nothing."""
    publisher = Publisher(at_hand.pool, at_hand.catalog)
    if job.approver is not None:
        await publisher.publish(job.programme, job.author, job.at, job.holds, approver=job.approver)
        return
    proposals = Proposals(publisher)
    program = await at_hand.catalog.by_code(job.programme.code)
    if program is not None and not await proposals.listed(program.id, decided=True):
        await proposals.apply(job.programme, job.author, job.at, job.holds)


async def main(order: Order) -> None:
    """Publish all, and say the name of each once it is published."""
    async with opened(Path(order.folder), size=2, dsn=order.dsn) as at_hand:
        for job in order.jobs:
            await publish(at_hand, job)
            print(job.name, flush=True)


if __name__ == "__main__":
    asyncio.run(main(msgspec.json.decode(sys.stdin.buffer.read(), type=Order)))
