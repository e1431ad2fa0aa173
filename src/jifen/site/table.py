"""The table of all page routes, and what each role may read of it."""

from functools import cache

from jifen.parties.roles import Role
from jifen.site import landing
from jifen.site.routing import Page

PAGES: tuple[Page, ...] = (*landing.ROUTES,)
"""Every page there is. What is not here has no address, no menu entry and no row in docs/access.md."""


@cache
def read_by(role: Role) -> frozenset[str]:
    """The addresses that a role may read: what its menu may name."""
    return frozenset(page.path for page in PAGES if page.method == "GET" and role in page.who)
