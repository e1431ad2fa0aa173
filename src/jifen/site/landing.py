"""Landing: the first page of each role, and where a stranger is sent."""

from litestar import Response

from jifen.site.routing import ANYONE, get
from jifen.site.visit import Visit

HOME = {
    "stranger": "/sign-in",
    "member": "/m/wallet",
    "cashier": "/till",
    "manager": "/shop",
    "clerk": "/console",
    "approver": "/console/adjustments",
    "auditor": "/console",
}
"""Where a role begins: an approver with what waits for a second person."""


async def home(visit: Visit) -> Response[bytes]:
    """Send on to where this role begins."""
    return visit.go(HOME[visit.role])


ROUTES = (get("/", "home", home, ANYONE),)
