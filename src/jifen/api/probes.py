"""Is this process alive, and does its database answer: for those who watch over it."""

import msgspec

from jifen.api.house import House
from jifen.api.problems import Problem
from jifen.api.routing import Reply, Route


class Health(msgspec.Struct, frozen=True):
    """The process, or the process and its database, can answer."""

    status: str


_alive = msgspec.json.encode(Health("alive"))
_ready = msgspec.json.encode(Health("ready"))


async def healthz(house: House | None) -> Reply:
    """The process answers."""
    return Reply(200, _alive)


async def readyz(house: House | None) -> Reply:
    """The database answers, so requests will be."""
    if house is not None and await house.ready():
        return Reply(200, _ready)
    raise Problem("database_unavailable", "the database does not answer now: send nothing here until it does")


ROUTES = (
    Route(
        method="GET",
        path="/healthz",
        name="healthz",
        summary="The process is alive",
        handle=healthz,
        who="anyone",
        answer=Health,
    ),
    Route(
        method="GET",
        path="/readyz",
        name="readyz",
        summary="The database answers",
        handle=readyz,
        who="anyone",
        answer=Health,
        codes=("database_unavailable",),
    ),
)
