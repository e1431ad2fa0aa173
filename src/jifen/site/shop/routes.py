"""All pages of a merchant's manager in one table."""

from jifen.site.shop import bookings, campaigns, contract, keys, receipts, rewards, staff, today

ROUTES = (
    *today.ROUTES,
    *receipts.ROUTES,
    *bookings.ROUTES,
    *rewards.ROUTES,
    *campaigns.ROUTES,
    *contract.ROUTES,
    *staff.ROUTES,
    *keys.ROUTES,
)
