"""Watch, and the people's part of Handle: all their routes in one table."""

from jifen.site.console import overview

ROUTES = (*overview.ROUTES,)
