"""Withdrawing: from the instant of a scheduled version on, what held before it goes on holding."""

from datetime import datetime

import msgspec

from jifen.parties.catalog import Conflict
from jifen.parties.programs import Program
from jifen.programs.definition import Programme
from jifen.programs.publications import publications
from jifen.programs.publishing import Applied, Publisher


async def withdraw(
    publisher: Publisher, program: Program, version: int, author: str, at: datetime
) -> Applied:
    """Take back a scheduled version before it holds.

    Versions are never changed, so this is a new one with the definition of before, and with the parties that
    were added since. Members are told again.

    Raises:
        Conflict: the version is not the newest, holds already, or nothing held before it.
        Refused: an error was found.
    """
    known = await publications(publisher.pool, program.id)
    newest = known[-1] if known else None
    if newest is None or newest.version != version:
        which = f"version {newest.version} is" if newest else "there is none"
        raise Conflict("version", f"version {version} is not the newest published one: {which}")
    if newest.valid_from <= at:
        raise Conflict("version", f"version {version} holds already: publish another one instead")
    before = [one for one in known if one.valid_from < newest.valid_from]
    if not before:
        raise Conflict("version", "nothing held before it: publish what is to hold instead")
    definition = restored(before[-1].definition, newest.definition)
    return await publisher.publish(definition, author, at, newest.valid_from, withdraws=version)


def restored(before: Programme, withdrawn: Programme) -> Programme:
    """What held before, with what cannot go again: units, merchants, stores and contracts."""
    units = {unit.code: unit for unit in before.units}
    leaving = {merchant.code: merchant.leaves_on for merchant in before.merchants}
    return msgspec.structs.replace(
        before,
        units=tuple(units.get(unit.code, unit) for unit in withdrawn.units),
        merchants=tuple(
            msgspec.structs.replace(merchant, leaves_on=leaving.get(merchant.code))
            for merchant in withdrawn.merchants
        ),
    )
