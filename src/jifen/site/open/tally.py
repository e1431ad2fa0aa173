"""The public tally of what was given to good causes: for anybody, and nobody who gave is named."""

from litestar import Response

from jifen.api.donating import tallied
from jifen.site.routing import ANYONE, get
from jifen.site.visit import Visit


async def show(visit: Visit) -> Response[bytes]:
    """The tally of the programme."""
    return visit.page("open/tally.html", tally=await tallied(visit.house, visit.program))


ROUTES = (get("/tally", "open.tally", show, ANYONE),)
