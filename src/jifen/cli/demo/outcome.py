"""The table at the end of the demo: what each merchant issued, took in and still answers for."""

from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from jifen.cli.opening import Opened
from jifen.parties.programs import Program
from jifen.store.queries import q


class Figures(msgspec.Struct, frozen=True):
    """One merchant's year, in baskets and points."""

    merchant: str
    baskets: int
    issued: int
    spent: int
    returned: int
    expired: int
    owed: int
    outstanding: int


async def figures(at_hand: Opened, program: Program) -> list[Figures]:
    """Every merchant's figures, from the books alone.

    issued, returned, expired, owed and outstanding are of the points that the merchant issued;
    spent are points of anybody that were spent with it (less what came back).
    """
    rows = await at_hand.pool.fetch(q("demo_figures"), program.id)
    names = {merchant.id: merchant.name for merchant in program.merchants.values()}
    return [Figures(names.get(row[0], program.name), *row[1:]) for row in rows]


def shown(rows: list[Figures]) -> Table:
    """The figures as a table with a line of totals."""
    table = Table(title="The year, by merchant (points)")
    table.add_column("merchant")
    names = [name for name in Figures.__struct_fields__ if name != "merchant"]
    for name in names:
        table.add_column(name, justify="right")
    for row in rows:
        table.add_row(row.merchant, *(f"{getattr(row, name):,}" for name in names))
    table.add_section()
    table.add_row("all", *(f"{sum(getattr(row, name) for row in rows):,}" for name in names))
    return table


def say(console: Console, facts: dict[str, Any]) -> None:
    """Facts as lines."""
    for name, value in facts.items():
        console.print(f"{name:>16}  {value}", highlight=False)
