"""Replay the year through the public bulk path, day by day, with the programme's test clock."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from jifen.cli.demo.chronicle import Stage, Step
from jifen.cli.demo.dataset import TODAY
from jifen.cli.demo.story import Day
from jifen.cli.demo.telling import carrier
from jifen.cli.sending import Sender, Tally, join
from jifen.jobs.order_reminders import remind_of_orders, reminds
from jifen.jobs.reminders import remind_due
from jifen.jobs.run import Jobs
from jifen.messages.delivery import Post
from jifen.messages.settings import ChannelSettings

__all__ = ["TODAY", "Replay"]

LINES_MOST = 2000

EVENING = 20
"""The hour at which reminders go out: before short messages have to wait for the night to end."""


class Done(msgspec.Struct):
    """What of the year is booked, so that a second run goes on where the first one ended.

    steps: of the chronicle, by name. known: what they have written down. over: all was played; steps that a
    later version has beside them would turn the clock back over what is proven, so they are left out.
    """

    through: str = ""
    baskets: int = 0
    steps: set[str] = msgspec.field(default_factory=set)
    known: dict[str, str] = msgspec.field(default_factory=dict)
    over: bool = False


class Diary:
    """What is done, in a file beside the data."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "demo.json"
        self.done = msgspec.json.decode(self._file.read_bytes(), type=Done) if self._file.exists() else Done()

    def write(self) -> None:
        """Keep it."""
        self._file.write_bytes(msgspec.json.encode(self.done))


class Replay:
    """One run over the year. The diary is written after each day and step."""

    def __init__(self, stage: Stage, sender: Sender, diary: Diary, since: datetime) -> None:
        """since: from when on every week and month has its jobs; before, every fourth week has reminders."""
        self._stage = stage
        self._sender = sender
        self._diary = diary
        self._since = since
        self._post = Post(stage.at_hand.pool, stage.at_hand.vault, ChannelSettings(), carrier())
        self._jobs = Jobs(stage.at_hand.pool, stage.engine, stage.at_hand.catalog)
        self._at: datetime | None = None
        self.tally = Tally()

    @property
    def done(self) -> Done:
        """What is booked."""
        return self._diary.done

    async def run(
        self,
        days: Sequence[Day],
        steps: Sequence[Step],
        advance: Callable[[int], None] = lambda baskets: None,
    ) -> None:
        """Do every step and send every day that is not booked yet, each at its time.

        Reminders come every week, expiries at the end of each month, and all that is due at the end.
        """
        left = [] if self.done.over else [step for step in steps if step.name not in self.done.steps]
        for index, day in enumerate(days):
            left = await self._steps(left, day.ends)
            await asyncio.sleep(0)
            if day.day.isoformat() > self.done.through:
                await self._day(day)
                await self._between(day, days[index + 1] if index + 1 < len(days) else None)
                self.done.through = day.day.isoformat()
                self.done.baskets += day.baskets
                self._diary.write()
            advance(day.baskets)
        await self._steps(left, TODAY)
        self._clock(TODAY)
        await self._due()
        await self._remind(TODAY)
        self.done.over = True
        self._diary.write()

    async def _between(self, day: Day, following: Day | None) -> None:
        """Reminders where a week ends, and the jobs where a month does."""
        if following is None:
            return
        week = day.day.isocalendar().week
        if week != following.day.isocalendar().week and (day.ends >= self._since or week % 4 == 0):
            await self._remind(day.ends.replace(hour=EVENING, minute=0, second=0))
        if day.day.month != following.day.month and day.ends >= self._since:
            await self._month_end(day)

    async def _steps(self, left: list[Step], until: datetime) -> list[Step]:
        """Do the steps that come by then; those that are later are left."""
        for place, step in enumerate(left):
            if step.at > until:
                return left[place:]
            self._clock(step.at)
            await step.do(self._stage)
            await asyncio.sleep(0)
            self.done.steps.add(step.name)
            self.done.known.update(self._stage.known)
            self._diary.write()
        return []

    def _clock(self, at: datetime) -> None:
        if at == self._at:
            return
        self._at = at
        self._sender.ask("PUT", "/v1/clock", msgspec.json.encode({"at": at}))

    async def _day(self, day: Day) -> None:
        self._clock(day.ends)
        for start in range(0, len(day.lines), LINES_MOST):
            body = join(day.lines[start : start + LINES_MOST])
            self.tally.add(self._sender.post(body))

    async def _month_end(self, day: Day) -> None:
        now = day.ends + timedelta(minutes=10)
        self._clock(now)
        await self._due()

    async def _remind(self, now: datetime) -> None:
        """Put the reminders that are due and deliver what waits, so that points may lapse (S02)."""
        pool, program = self._stage.at_hand.pool, await self._stage.refresh()
        await remind_due(pool, program, now)
        if reminds(program, now):
            await remind_of_orders(pool, program, now)
        await self._post.deliver(program, now)

    async def _due(self) -> None:
        """What the jobs of the clock's day do; the server for people does it by itself."""
        await self._jobs.lapse()
        await self._jobs.daily()

    async def again(self, days: Sequence[Day], most: int = 5000) -> Tally:
        """Send the purchases of the last days once more: all of them must be known, none booked."""
        repeated = Tally()
        lines = [line for day in days[-30:] for line in day.lines if b'"type":"purchase"' in line][-most:]
        with ThreadPoolExecutor(2) as threads:
            parts = [lines[start : start + LINES_MOST] for start in range(0, len(lines), LINES_MOST)]
            for answer in threads.map(self._sender.post, [join(part) for part in parts]):
                repeated.add(answer)
        return repeated
