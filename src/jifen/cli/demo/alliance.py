"""Build the demo's alliance: the programme of its folder, the stores of the data, evidence and members."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from jifen.cli.demo.dataset import HOUSEHOLDS, Basket, organic_code
from jifen.cli.demo.places import store_name
from jifen.cli.demo.versions import first
from jifen.cli.opening import Opened
from jifen.parties.programs import Evidence, Program
from jifen.programs.definition import Programme, StorePlan
from jifen.programs.loading import load
from jifen.programs.publishing import Publisher
from jifen.rules.calendars import AnyCalendar, Markets

FOLDER = Path(__file__).with_name("programme")
AUTHOR = "demo"


def store_code(store: int) -> str:
    """The code of the store that stands for a store of the data set."""
    return f"s{store}"


def programme_of(baskets: Iterable[Basket], folder: Path = FOLDER) -> Programme:
    """The first version of a folder's programme, with the stores of some baskets.

    Raises:
        ValueError: the folder holds no programme; says what is wrong first.
    """
    sales: dict[int, int] = {}
    for basket in baskets:
        sales[basket.store] = sales.get(basket.store, 0) + basket.amount
    return first(newest(sorted(sales, key=lambda one: (-sales[one], one)), folder))


def newest(stores: Sequence[int], folder: Path = FOLDER) -> Programme:
    """The programme of a folder, with the stores of the data set, the one that sells most first.

    They go round the merchants that name no stores of their own, so that each has large and small ones.

    Raises:
        ValueError: the folder holds no programme; says what is wrong first.
    """
    loaded = load(folder)
    if loaded.programme is None:
        raise ValueError(f"{folder} cannot be read: {loaded.findings[0]}")
    plans = loaded.programme.merchants
    shops = [merchant for merchant in plans if not merchant.charity and not merchant.stores]
    given: dict[str, list[StorePlan]] = {merchant.code: list(merchant.stores) for merchant in plans}
    for rank, store in enumerate(stores):
        place, owner = divmod(rank, len(shops))
        given[shops[owner].code].append(StorePlan(code=store_code(store), name=store_name(place)))
    merchants = tuple(
        msgspec.structs.replace(merchant, stores=tuple(given[merchant.code])) for merchant in plans
    )
    known = {store.code for merchant in merchants for store in merchant.stores}
    rules = msgspec.structs.replace(
        loaded.programme.rules,
        calendars={name: _at(calendar, known) for name, calendar in loaded.programme.rules.calendars.items()},
    )
    return msgspec.structs.replace(loaded.programme, merchants=merchants, rules=rules)


def _at(calendar: AnyCalendar, known: Collection[str]) -> AnyCalendar:
    """A calendar without the stores that these baskets do not know."""
    if not isinstance(calendar, Markets):
        return calendar
    return Markets(stores={code: days for code, days in calendar.stores.items() if code in known})


async def build(at_hand: Opened, programme: Programme, baskets: Iterable[Basket], since: datetime) -> Program:
    """Publish what is not there yet; a second call finds all of it and changes nothing.

    since: when it is published, and from when its first version holds.
    """
    program = await publish_first(at_hand, programme, since)
    organic = {line[0] for basket in baskets for line in basket.lines if line[4]}
    await prove(at_hand, program, sorted(organic), since)
    numbers = sorted({basket.member for basket in baskets})
    if len(numbers) > HOUSEHOLDS:
        raise ValueError(f"the data set has {len(numbers)} households, {HOUSEHOLDS} were expected")
    await at_hand.members.enrol_all(program.id, numbers, since + timedelta(hours=1))
    return await at_hand.catalog.refresh(program.id)


async def publish_first(at_hand: Opened, programme: Programme, since: datetime) -> Program:
    """Publish the first version where there is none."""
    catalog = at_hand.catalog
    if await catalog.by_code(programme.code) is None:
        await Publisher(at_hand.pool, catalog).publish(programme, AUTHOR, since)
    program = await catalog.by_code(programme.code)
    assert program is not None
    return program


async def prove(at_hand: Opened, program: Program, products: Sequence[str], since: datetime) -> None:
    """Register the evidence of organic products for two years where it is not there yet."""
    until = since + timedelta(days=730)
    fresh = [
        Evidence(code, "organic", "", since, until)
        for code in map(organic_code, products)
        if code not in program.evidence
    ]
    if fresh:
        await at_hand.catalog.add_all_evidence(program.id, fresh)
