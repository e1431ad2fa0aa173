"""All faults that are planted: what somebody with a database console might do."""

from tests.jobs.entry_faults import BALANCES, CHAINS, CLAIMS, COUNTERS, LEGS
from tests.jobs.other_faults import CONSTRAINTS, FIGURES, FREEZES, HEADS, ROOTS, STRAYS
from tests.jobs.point_faults import BOOKS, HOLDS, LOTS, OWED, SERIES, TRANSFERS
from tests.jobs.spending_faults import BILLS, HOUSEHOLDS, ORDERS, SLOTS, VOUCHERS

FAULTS = (
    *CHAINS,
    *LEGS,
    *CLAIMS,
    *BALANCES,
    *COUNTERS,
    *LOTS,
    *OWED,
    *HOLDS,
    *FREEZES,
    *STRAYS,
    *BOOKS,
    *TRANSFERS,
    *SERIES,
    *HEADS,
    *ROOTS,
    *CONSTRAINTS,
    *ORDERS,
    *BILLS,
    *VOUCHERS,
    *SLOTS,
    *HOUSEHOLDS,
    *FIGURES,
)
