"""The table of all page routes, and what each role may read of it."""

from functools import cache

from jifen.parties.roles import Role
from jifen.site import access, landing
from jifen.site.console import (
    auditing,
    keys,
    merchants,
    messages,
    outages,
    programme,
    proposals,
    running,
    settings,
    staffing,
    watch,
)
from jifen.site.console import calendar as campaign_calendar
from jifen.site.console import rewards as shelves
from jifen.site.member import (
    beneficiaries,
    donate,
    family,
    joint,
    mall,
    mall_cash,
    mall_quote,
    me,
    order,
    orders,
    reward,
    vouchers,
    wallet,
)
from jifen.site.open import check, tally
from jifen.site.routing import Page
from jifen.site.shop import routes as shop
from jifen.site.till import routes as till

PAGES: tuple[Page, ...] = (
    *landing.ROUTES,
    *programme.ROUTES,
    *proposals.ROUTES,
    *campaign_calendar.ROUTES,
    *shelves.ROUTES,
    *merchants.ROUTES,
    *wallet.ROUTES,
    *mall.ROUTES,
    *reward.ROUTES,
    *mall_quote.ROUTES,
    *mall_cash.ROUTES,
    *orders.ROUTES,
    *order.ROUTES,
    *vouchers.ROUTES,
    *donate.ROUTES,
    *tally.ROUTES,
    *family.ROUTES,
    *joint.ROUTES,
    *beneficiaries.ROUTES,
    *me.ROUTES,
    *check.ROUTES,
    *access.ROUTES,
    *till.ROUTES,
    *shop.ROUTES,
    *outages.ROUTES,
    *messages.ROUTES,
    *running.ROUTES,
    *keys.ROUTES,
    *staffing.ROUTES,
    *auditing.ROUTES,
    *settings.ROUTES,
    *watch.ROUTES,
)
"""Every page there is. What is not here has no address, no menu entry and no row in docs/access.md."""


@cache
def read_by(role: Role) -> frozenset[str]:
    """The addresses that a role may read: what its menu may name."""
    return frozenset(page.path for page in PAGES if page.method == "GET" and role in page.who)
