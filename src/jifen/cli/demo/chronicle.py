"""The chronicle: what happens in the demo's year beside the baskets, each step at its time and once."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from jifen.cli.demo.dataset import TODAY, ZONE
from jifen.cli.demo.desk import Desk
from jifen.cli.demo.keyring import Keyring
from jifen.cli.opening import Opened
from jifen.engine.engine import Engine
from jifen.parties.programs import Program


class Stage(msgspec.Struct):
    """What steps play with. known: ids that earlier steps have written down, kept beside the data."""

    folder: Path
    at_hand: Opened
    engine: Engine
    program: Program
    desk: Desk
    keyring: Keyring
    known: dict[str, str]

    async def refresh(self) -> Program:
        """The programme as it stands now."""
        self.program = await self.at_hand.catalog.refresh(self.program.id)
        return self.program

    async def open_tills(self) -> None:
        """Make a key for the tills of each merchant that has none yet."""
        program = await self.refresh()
        for merchant in program.merchants.values():
            name = f"till-{merchant.code}"
            if not merchant.charity and name not in self.keyring.kept:
                made = await self.at_hand.keys.make(
                    program.id, merchant.id, name, merchant.contracts[0].valid_from
                )
                self.keyring.keep(name, made)


class Step(msgspec.Struct, frozen=True):
    """Something that happens at a time. A repeat sends the same keys, so it books nothing twice."""

    at: datetime
    name: str
    do: Callable[[Stage], Awaitable[None]]


def moment(month: int, day: int, hour: int, minute: int = 0, year: int = 2026) -> datetime:
    """A time of the demo's year, in the programme's zone."""
    return datetime(year, month, day, hour, minute, tzinfo=ZONE)


def asks(at: datetime, name: str, method: str, path: str, /, *, who: str = "operator", **body: Any) -> Step:
    """A step that asks the server once."""

    async def do(stage: Stage) -> None:
        answer = stage.desk.ask(method, path, body, who)
        if isinstance(answer.get("id"), str):
            stage.known[name] = answer["id"]

    return Step(at, name, do)


def posts(at: datetime, name: str, path: str, /, **body: Any) -> Step:
    """A step that posts a fact under its own name as the key."""
    return asks(at, name, "POST", path, key=f"demo-{name}", **body)


def in_order(steps: list[Step]) -> list[Step]:
    """Steps by their time, those that are not later than today.

    Raises:
        ValueError: two have one name, by which the second would pass for done.
    """
    names = [step.name for step in steps]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ValueError(f"{sorted(twice)[0]!r} names two steps: give each a name of its own")
    return sorted((step for step in steps if step.at <= TODAY), key=lambda step: (step.at, step.name))
