"""Furnishing: the demo's alliance from nothing, or what of it is missing: programme, people, facts."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from jifen.cli.demo import cases, families, orders, telling, tills, visits
from jifen.cli.demo.alliance import newest, prove, publish_first
from jifen.cli.demo.chronicle import Stage, Step, in_order
from jifen.cli.demo.dataset import ZONE, Basket, Year, member_number, since_of, year
from jifen.cli.demo.desk import APPROVER, CLERK, OPERATOR, Desk
from jifen.cli.demo.keyring import Keyring
from jifen.cli.demo.log_ins import hire
from jifen.cli.demo.people import CAST, name_of, named, phone_of
from jifen.cli.demo.publishing import Press
from jifen.cli.demo.replay import Diary, Replay
from jifen.cli.demo.story import Day, days, together
from jifen.cli.demo.versions import first
from jifen.cli.opening import Opened
from jifen.cli.sending import Sender, Tally
from jifen.cli.serving import Server
from jifen.engine.engine import Engine
from jifen.parties.members import Joining
from jifen.parties.programs import Program
from jifen.programs.definition import Programme

SINCE = datetime(2025, 11, 20, 10, tzinfo=ZONE)
"""When the programme began, two days before the first basket."""

JOINED = SINCE + timedelta(hours=1)
THOROUGH_DAYS = 100
"""So many days before today have all of their jobs, however few have all of their baskets."""

CONNECTIONS = 8
"""What the jobs need beside the engine."""

KEYS = ((OPERATOR, "demo", ""), (CLERK, "何知远", "clerk"), (APPROVER, "沈如意", "approver"))
"""The operator's keys: name in the keyring; label, which is the source of what it sends; role."""


class Script(msgspec.Struct, frozen=True):
    """All that is to happen: days of baskets, and the steps between them, beside those of the press.

    since: from when on every week and month has its jobs.
    """

    year: Year
    newest: Programme
    days: list[Day]
    steps: list[Step]
    since: datetime

    @property
    def baskets(self) -> int:
        """How many baskets the days have; those that are paid by bills are steps."""
        return sum(day.baskets for day in self.days)


def script(last_days: int = 0) -> Script:
    """The script of the year, or of its last so many days; the cast's year is whole in any case.

    Raises:
        NoData: the data set, or what reads it, is not installed.
    """
    found = year(last_days, CAST)
    programme = newest(found.stores)
    names = {str(product): known.name for product, known in found.products.items()}
    saving = {member_number(household) for household in CAST}
    bills: list[Basket] = []
    rest: list[Basket] = []
    for basket in found.baskets:
        (bills if tills.is_bill(basket) else rest).append(basket)
    steps = [
        *telling.steps(),
        *families.steps(),
        *orders.steps(),
        *cases.steps(),
        *tills.steps(bills, names),
        *visits.steps(),
    ]
    told = list(days(rest, names, saving))
    if last_days:
        told = together(told, since_of(last_days).date())
    since = SINCE if not last_days else since_of(max(last_days, THOROUGH_DAYS))
    return Script(found, programme, told, steps, since)


class OldDemo(Exception):
    """The folder holds a demo of an earlier version, with other stores."""

    def __init__(self) -> None:
        super().__init__("the demo here was made by an earlier version: remove its folder, and run it again")


CHANNELS = """# What has no provider is printed, so that one can sign in; webhooks may go to this machine.
console: true
private_webhooks: true
"""


def settle(folder: Path) -> Keyring:
    """Make the folder with the settings of its channels, and open its keyring."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "channels.yaml"
    if not file.exists():
        file.write_text(CHANNELS, encoding="utf-8")
    return Keyring(folder)


async def found(at_hand: Opened, made: Script, keyring: Keyring) -> Program:
    """Publish the first version, enrol everybody, and make the operator's keys, what is not there yet.

    Raises:
        OldDemo: there is a demo with other stores.
    """
    program = await publish_first(at_hand, first(made.newest), SINCE)
    if program.stores.keys() - _stores(made):
        raise OldDemo
    await prove(at_hand, program, made.year.organic, SINCE)
    await _enrol(at_hand, program, made.year.households)
    for name, label, role in KEYS:
        if name not in keyring.kept:
            keyring.keep(name, await at_hand.keys.make(program.id, None, label, SINCE, role))
    return await at_hand.catalog.refresh(program.id)


def _stores(made: Script) -> set[str]:
    """The codes of all stores that the demo ever has."""
    return {store.code for merchant in made.newest.merchants for store in merchant.stores}


async def _enrol(at_hand: Opened, program: Program, households: list[int]) -> None:
    who = named(households)
    known = await at_hand.members.wallets(program.id, [member_number(one) for one in who])
    for household in who:
        if member_number(household) not in known:
            joining = Joining(member_number(household), name_of(household), phone_of(household))
            await at_hand.members.enrol(program.id, joining, JOINED)
    names = {member_number(one): name_of(one) for one in households}
    await at_hand.members.enrol_all(program.id, list(names), JOINED, names)


class Furnished(msgspec.Struct, frozen=True):
    """What one run did. before: baskets that were known before it; seconds: that its facts took.

    repeated: what came of sending the last purchases once more, where something was known before.
    """

    before: int
    baskets: int
    seconds: float
    tally: Tally
    repeated: Tally | None

    @property
    def facts(self) -> int:
        """So many lines were sent to the bulk path."""
        return sum(self.tally.booked.values()) + sum(self.tally.known.values())


@asynccontextmanager
async def stage_of(
    at_hand: Opened, server: Server, keyring: Keyring, program: Program, folder: Path
) -> AsyncIterator[tuple[Stage, Diary]]:
    """The stage on which steps play, for as long as the block runs."""
    engine = Engine(at_hand.pool, at_hand.catalog)
    diary = Diary(folder)
    desk = Desk(server.address, keyring.kept)
    stage = Stage(folder, at_hand, engine, program, desk, keyring, dict(diary.done.known))
    try:
        yield stage, diary
    finally:
        desk.close()
        await engine.close()


async def furnish(
    stage: Stage,
    diary: Diary,
    server: Server,
    made: Script,
    advance: Callable[[int], None] = lambda count: None,
) -> Furnished:
    """Play the script. What is booked already is left as it is, so it may be broken off and begun again."""
    await stage.open_tills()
    await hire(stage, SINCE)
    sender = Sender(server.address, stage.keyring.kept[OPERATOR])
    replay = Replay(stage, sender, diary, made.since)
    before, started = replay.done.baskets, time.monotonic()
    press = Press(stage.folder, stage.at_hand.dsn, made.newest, diary.done.steps)
    try:
        await replay.run(made.days, in_order([*made.steps, *press.steps()]), advance)
        took = time.monotonic() - started
        repeated = await replay.again(made.days) if before else None
    finally:
        await press.close()
        sender.close()
    await stage.refresh()
    return Furnished(before, replay.done.baskets - before, took, replay.tally, repeated)
