"""Progress bars with rate and time left; silent where nobody watches."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

QUIET_EVERY_S = 10.0


class Bar:
    """Something that advances."""

    def __init__(self, title: str, total: int, unit: str, shown: Progress | None) -> None:
        self._title, self._total, self._unit, self._shown = title, total, unit, shown
        self._task = None if shown is None else shown.add_task(title, total=total, rate="")
        self._since = self._said = time.monotonic()
        self.done = 0

    def advance(self, count: int = 1) -> None:
        """So many more are done."""
        self.done += count
        now = time.monotonic()
        rate = self.done / max(0.001, now - self._since)
        if self._shown is not None and self._task is not None:
            self._shown.update(self._task, advance=count, rate=f"{rate:,.0f} {self._unit}/s")
        elif now - self._said > QUIET_EVERY_S:
            self._said = now
            print(
                f"{self._title}: {self.done:,} of {self._total:,}, {rate:,.0f} {self._unit}/s",
                file=sys.stderr,
            )


@contextmanager
def bar(title: str, total: int, unit: str = "lines") -> Iterator[Bar]:
    """A bar on the terminal; without one a line on stderr every ten seconds."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield Bar(title, total, unit, None)
        return
    columns = (
        TextColumn("{task.description:>10}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as shown:
        yield Bar(title, total, unit, shown)
