"""Publishing: the later versions of the demo's programme, each at its time, and one that is proposed."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import msgspec

from jifen.cli.demo.chronicle import Stage, Step, moment
from jifen.cli.demo.press import Job, Order
from jifen.cli.demo.versions import history, proposed
from jifen.programs.definition import Programme

PROPOSED_AT = moment(11, 21, 9, 41)
CLERK, APPROVER = "何知远", "沈如意"


class PressFailed(Exception):
    """A version was not published; says what the press said last."""


def jobs_of(newest: Programme) -> list[Job]:
    """What is published after the first version, in order, and what is proposed at last."""
    found = [
        Job(
            name=f"version-{place}",
            programme=version.programme,
            author=CLERK,
            at=version.at,
            holds=version.holds,
            approver=APPROVER,
        )
        for place, version in enumerate(history(newest), 2)
    ]
    return [*found, Job(name="proposal", programme=proposed(newest), author=CLERK, at=PROPOSED_AT)]


class Press:
    """Publishes the versions one after the other while days are replayed.

    Each holds from its own time on, so it changes nothing that it comes earlier; who comes to its day waits.
    """

    def __init__(self, folder: Path, dsn: str, newest: Programme, done: set[str]) -> None:
        jobs = jobs_of(newest)
        self._order = Order(str(folder), dsn, [job for job in jobs if job.name not in done])
        self._times = {job.name: job.at for job in jobs}
        self._ready = {job.name: asyncio.Event() for job in jobs}
        self._process: Process | None = None
        self._task = asyncio.create_task(self._run(), name="demo-press")

    async def _run(self) -> None:
        for name in self._ready.keys() - {job.name for job in self._order.jobs}:
            self._ready[name].set()
        if not self._order.jobs:
            return
        words = [sys.executable, "-m", "jifen.cli.demo.press"]
        process = self._process = await asyncio.create_subprocess_exec(
            *words, stdin=PIPE, stdout=PIPE, stderr=PIPE
        )
        assert process.stdin is not None and process.stdout is not None and process.stderr is not None
        process.stdin.write(msgspec.json.encode(self._order))
        process.stdin.close()
        async for line in process.stdout:
            self._ready[line.decode().strip()].set()
        said = (await process.stderr.read()).decode().strip()
        if await process.wait():
            raise PressFailed(said.splitlines()[-1] if said else "it ended without a word")

    async def wait(self, name: str) -> None:
        """Wait until that one is published.

        Raises:
            PressFailed: it was not.
        """
        ready = asyncio.create_task(self._ready[name].wait())
        await asyncio.wait({ready, self._task}, return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        if self._task.done():
            self._task.result()

    def steps(self) -> list[Step]:
        """A step for each version at its time, and one for the proposal."""
        return [Step(at, name, _Waits(self, name)) for name, at in self._times.items()]

    async def close(self) -> None:
        """End what is under way; its transaction is undone, and the next run goes on."""
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


class _Waits:
    def __init__(self, press: Press, name: str) -> None:
        self._press = press
        self._name = name

    async def __call__(self, stage: Stage) -> None:
        """Wait for the version, and make tills for merchants that came with it."""
        await self._press.wait(self._name)
        await stage.open_tills()
