"""Watch, and the people's part of Handle: all their routes in one table."""

from jifen.site.console import (
    adjustments,
    appeals,
    entries,
    entry,
    member,
    member_acts,
    members,
    overview,
    search,
    verification,
)

ROUTES = (
    *overview.ROUTES,
    *members.ROUTES,
    *member.ROUTES,
    *member_acts.ROUTES,
    *entries.ROUTES,
    *entry.ROUTES,
    *verification.ROUTES,
    *search.ROUTES,
    *adjustments.ROUTES,
    *appeals.ROUTES,
)
