"""People behind labels and numbers: what staff and members are called on the pages of Handle."""

from collections.abc import Iterable

from jifen.site.visit import Visit
from jifen.store.queries import q

STAFF = "@staff/"


async def staff_names(visit: Visit) -> dict[str, str]:
    """Names by the labels under which staff act; a key's label is its own name."""
    found = await visit.reception.staff.list(visit.program.id)
    return {f"{STAFF}{one.login}": one.name for one in found}


async def member_names(visit: Visit, numbers: Iterable[str | None]) -> dict[str, str]:
    """Names of members by their numbers; the number where there is no name."""
    asked = sorted({number for number in numbers if number})
    rows = await visit.house.pool.fetch(q("members_names"), visit.program.id, asked)
    names = {row["number"]: row["name"] for row in rows}
    return {number: names.get(number) or number for number in asked}
