"""Replay the year through the public bulk path, day by day, with the programme's test clock."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from jifen.cli.demo.dataset import ZONE
from jifen.cli.demo.story import Day
from jifen.cli.opening import Opened
from jifen.cli.progress import Bar
from jifen.cli.sending import Sender, Tally, join
from jifen.engine.engine import Engine
from jifen.jobs.delivering import Delivering
from jifen.jobs.expiry import expire_due
from jifen.jobs.holds import lapse_due
from jifen.jobs.reminders import remind_due
from jifen.jobs.tiers import review_due
from jifen.messages.settings import ChannelSettings
from jifen.parties.programs import Program

TODAY = datetime(2026, 11, 21, 10, 30, tzinfo=ZONE)
"""When the demo stands still: a Saturday some days after the last basket."""

LINES_MOST = 2000


class Done(msgspec.Struct):
    """What of the year is booked, so that a second run goes on where the first one ended."""

    through: str = ""
    baskets: int = 0


class Replay:
    """One run over the year. `done` is written after each day, beside the data."""

    def __init__(
        self, at_hand: Opened, engine: Engine, program: Program, sender: Sender, folder: Path
    ) -> None:
        self._at_hand = at_hand
        self._engine = engine
        self._program = program
        self._sender = sender
        self._file = folder / "demo.json"
        self._delivering = Delivering(at_hand.pool, at_hand.catalog, at_hand.vault, ChannelSettings())
        self.tally = Tally()
        self.expired = 0
        self.done = msgspec.json.decode(self._file.read_bytes(), type=Done) if self._file.exists() else Done()

    async def run(self, days: Sequence[Day], progress: Bar) -> None:
        """Send every day that is not booked yet; remind every week, expire at the end of each month."""
        for index, day in enumerate(days):
            if day.day.isoformat() > self.done.through:
                await self._day(day)
                if day.day.isoweekday() == 7:
                    await self._remind(day.ends)
                following = days[index + 1].day if index + 1 < len(days) else None
                if following is None or following.month != day.day.month:
                    await self._month_end(day)
                self.done.through = day.day.isoformat()
                self.done.baskets += day.baskets
                self._file.write_bytes(msgspec.json.encode(self.done))
            progress.advance(day.baskets)
        await self._clock(TODAY)
        await self._due(TODAY)

    async def _clock(self, at: datetime) -> None:
        self._sender.ask("PUT", "/v1/clock", msgspec.json.encode({"at": at}))

    async def _day(self, day: Day) -> None:
        await self._clock(day.ends)
        for start in range(0, len(day.lines), LINES_MOST):
            body = join(day.lines[start : start + LINES_MOST])
            self.tally.add(self._sender.post(body))

    async def _month_end(self, day: Day) -> None:
        now = day.ends + timedelta(minutes=10)
        await self._clock(now)
        await self._due(now)

    async def _remind(self, now: datetime) -> None:
        """Put the reminders that are due and deliver what waits, so that points may lapse (S02)."""
        pool = self._at_hand.pool
        await remind_due(pool, self._program, now)
        await self._delivering.messages()

    async def _due(self, now: datetime) -> None:
        await review_due(self._at_hand.pool, self._engine, self._program, now)
        await lapse_due(self._at_hand.pool, self._engine, self._program, now)
        counts = await expire_due(self._at_hand.pool, self._engine, self._program, now)
        self.expired += counts.points

    async def again(self, days: Sequence[Day], most: int = 5000) -> Tally:
        """Send the purchases of the last days once more: all of them must be known, none booked."""
        repeated = Tally()
        lines = [line for day in days[-30:] for line in day.lines if b'"type":"purchase"' in line][-most:]
        with ThreadPoolExecutor(2) as threads:
            parts = [lines[start : start + LINES_MOST] for start in range(0, len(lines), LINES_MOST)]
            for answer in threads.map(self._sender.post, [join(part) for part in parts]):
                repeated.add(answer)
        return repeated
