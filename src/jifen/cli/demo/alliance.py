"""Build an alliance from its YAML: programme, units, merchants, contracts, stores, rules, members."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from jifen.cli.demo.dataset import HOUSEHOLDS, Basket
from jifen.parties.catalog import Catalog
from jifen.parties.members import Members
from jifen.parties.programs import Contract, Program, Unit
from jifen.rules.definition import RuleSet

FILE = Path(__file__).with_name("alliance.yaml")


class MerchantPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A merchant and what it agrees to; prices are fen per 100 points."""

    code: str
    name: str
    issue: int
    reimburse: int
    fee_permille: int


class CharityPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The charity that points may be given to."""

    code: str
    name: str


class Alliance(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole definition."""

    code: str
    name: str
    zone: str
    units: tuple[Unit, ...]
    merchants: tuple[MerchantPlan, ...]
    charity: CharityPlan
    rules: RuleSet


def read_alliance(path: Path = FILE) -> Alliance:
    """The alliance of a YAML file; msgspec.ValidationError names the field that is wrong."""
    return msgspec.yaml.decode(path.read_bytes(), type=Alliance)


def store_code(store: int) -> str:
    """The code of the store that stands for a store of the data set."""
    return f"S{store}"


async def build(
    catalog: Catalog, members: Members, plan: Alliance, baskets: Iterable[Basket], since: datetime
) -> Program:
    """Create what is not there yet; a second call finds all of it and changes nothing.

    since: contracts and rules are in force from then on. The stores of the data set go round the
    merchants by how much they sell, so that every merchant has large and small ones.
    """
    program = await catalog.by_code(plan.code)
    if program is None:
        program = await catalog.add_program(plan.code, plan.name, plan.zone, since)
    for unit in plan.units:
        if unit.code not in program.units:
            program = await catalog.add_unit(program.id, unit)
    for merchant in plan.merchants:
        if merchant.code not in program.merchants:
            program = await catalog.add_merchant(program.id, merchant.code, merchant.name, since)
        known = program.merchants[merchant.code]
        if not known.contracts:
            contract = Contract(1, since, merchant.issue, merchant.reimburse, merchant.fee_permille, 30)
            program = await catalog.add_contract(program.id, known.id, contract)
    if plan.charity.code not in program.merchants:
        program = await catalog.add_merchant(
            program.id, plan.charity.code, plan.charity.name, since, charity=True
        )
    await _stores(catalog, program, plan, baskets)
    program = await catalog.refresh(program.id)
    if not program.rules:
        await catalog.publish(program.id, plan.rules, since, since)
    numbers = sorted({basket.member for basket in baskets})
    if len(numbers) > HOUSEHOLDS:
        raise ValueError(f"the data set has {len(numbers)} households, {HOUSEHOLDS} were expected")
    await members.enrol_all(program.id, numbers, since + timedelta(hours=1))
    return await catalog.refresh(program.id)


async def _stores(catalog: Catalog, program: Program, plan: Alliance, baskets: Iterable[Basket]) -> None:
    sales: dict[int, int] = {}
    for basket in baskets:
        sales[basket.store] = sales.get(basket.store, 0) + basket.amount
    merchants = [program.merchants[merchant.code] for merchant in plan.merchants]
    fresh = []
    for rank, store in enumerate(sorted(sales, key=lambda one: (-sales[one], one))):
        merchant = merchants[rank % len(merchants)]
        if store_code(store) not in program.stores:
            fresh.append((merchant.id, store_code(store), f"{merchant.name} {rank // len(merchants) + 1} 店"))
    if fresh:
        await catalog.add_stores(program.id, fresh)
