"""Donations: the public tally of what was given to whom, and what is payable for it."""

from datetime import datetime
from typing import Any

import msgspec

from jifen.api.calls import Call
from jifen.api.house import House, now_in
from jifen.api.problems import Problem
from jifen.api.reads import shown
from jifen.api.routing import Reply, Route
from jifen.parties.programs import Merchant, Program
from jifen.store.queries import q


class CharityTally(msgspec.Struct, frozen=True):
    """What members gave to one charity, in all. points: by unit, where there are several, in `by_unit`.

    worth_fen: what the points would have paid at the till. payable_fen: what is paid to the charity for them,
    at the rate of its contract at each donation's time (SCENARIOS S19).
    """

    charity: str
    name: str
    points: int
    by_unit: dict[str, int]
    donations: int
    donors: int
    worth_fen: int
    payable_fen: int


class DonationsView(msgspec.Struct, frozen=True):
    """The public tally of a programme's donations; nobody who gave is named."""

    program: str
    name: str
    at: datetime
    points: int
    payable_fen: int
    charities: tuple[CharityTally, ...]


async def tally(call: Call) -> Reply:
    """What was given to whom; anybody may ask."""
    call.query()
    house, code = call.house, call.args["code"]
    program_id = await house.pool.fetchval(q("program_by_code"), code) if code.isprintable() else None
    if program_id is None:
        raise Problem("not_found", f"there is no programme {code[:64]!r}: check its code")
    return shown(await tallied(house, await house.program(program_id)))


async def tallied(house: House, program: Program) -> DonationsView:
    """The public tally of a programme: the charities that were given something, as of one instant."""
    async with house.pool.acquire() as conn, conn.transaction(isolation="repeatable_read", readonly=True):
        rows = await conn.fetch(q("donation_tally"), program.id)
        donors = {row["charity"]: row["donors"] for row in await conn.fetch(q("donation_donors"), program.id)}
    found = [
        charity_tally(program, charity, [row for row in rows if row["charity"] == charity.id], donors)
        for charity in program.merchants.values()
        if any(row["charity"] == charity.id for row in rows)
    ]
    return DonationsView(
        program.code,
        program.name,
        now_in(program),
        sum(one.points for one in found),
        sum(one.payable_fen for one in found),
        tuple(sorted(found, key=lambda one: one.charity)),
    )


def charity_tally(
    program: Program, charity: Merchant, rows: list[Any], donors: dict[Any, int]
) -> CharityTally:
    """The sums of one charity. Each contract's points are priced together, rounded down to the fen once."""
    rates = {contract.version: contract.reimburse_fen_per_100 for contract in charity.contracts}
    by_unit: dict[str, int] = {}
    by_contract: dict[int, int] = {}
    for row in rows:
        by_unit[row["unit"]] = by_unit.get(row["unit"], 0) + row["points"]
        by_contract[row["contract"]] = by_contract.get(row["contract"], 0) + row["points"]
    worth = 0
    for unit, points in by_unit.items():
        per, fen = program.worth(unit, program.rules_at(now_in(program)))
        worth += points * fen // per
    return CharityTally(
        charity.code,
        charity.name,
        sum(by_unit.values()),
        by_unit,
        sum(row["donations"] for row in rows),
        donors.get(charity.id, 0),
        worth,
        sum(points * rates.get(version, 0) // 100 for version, points in by_contract.items()),
    )


ROUTES = (
    Route(
        method="GET",
        path="/v1/programs/{code}/donations",
        name="tally_donations",
        summary="What members gave to charities, in public",
        handle=tally,
        who="anyone",
        raw=True,
        answer=DonationsView,
    ),
)
