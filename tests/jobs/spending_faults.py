"""Faults in what points buy: orders, gifts, bills, quotes, vouchers, times and families."""

from tests.jobs.planting import Fault, entry, of, wallet

A_ROW = "WHERE (cell, wallet, id) = ($1, $2, $3)"


def order(key: str) -> str:
    """Pick the order that the entry of a key placed."""
    return (
        "SELECT r.wallet, 'order ' || r.id, r.cell, r.wallet, r.id FROM redemption r JOIN entry e"
        f" ON e.cell = r.cell AND e.wallet = r.wallet AND e.no = r.no WHERE e.key = '{key}'"
    )


def row(table: str, what: str, where: str) -> str:
    """Pick a row of a table."""
    return f"SELECT wallet, '{what} ' || id, cell, wallet, id FROM {table} WHERE {where}"


SLOT = "SELECT NULL::uuid, format('slot %s of %s', stock, of), cell, stock FROM slot"
PAYERS = "SELECT r.wallet, 'order ' || r.id, r.cell, r.wallet, r.id FROM redemption r"

ORDERS = (
    Fault(
        "an order is said to have cost more",
        ("orders",),
        order("s1"),
        f"UPDATE redemption SET points = points + 1 {A_ROW}",
    ),
    Fault(
        "another payer's part is told otherwise",
        ("orders",),
        f"{PAYERS} WHERE jsonb_array_length(payers) = 2",
        "UPDATE redemption SET payers = jsonb_set(jsonb_set(payers, '{0,2}', '7'), '{1,2}', '3')"
        + f" {A_ROW}",
    ),
    Fault(
        "an order whose points came back is fulfilled after all",
        ("orders",),
        order("s2"),
        f"UPDATE redemption SET state = 'fulfilled' {A_ROW}",
    ),
    Fault(
        "an order that was fulfilled waits again",
        ("orders",),
        order("s1"),
        f"UPDATE redemption SET state = 'placed' {A_ROW}",
    ),
    Fault(
        "an order is deleted under its steps",
        ("orders",),
        entry("s4"),
        "DELETE FROM redemption r USING entry e WHERE e.key = 's1' AND r.id = e.id AND r.cell = $1 AND"
        " r.wallet = $2 AND e.no < $3",
    ),
    Fault(
        "a gift is told larger than it was",
        ("orders",),
        entry("c2"),
        "UPDATE donation SET points = points + 1 WHERE (cell, wallet, no) = ($1, $2, $3)",
    ),
    Fault(
        "a gift is told that nobody gave",
        ("orders",),
        entry("a2"),
        "INSERT INTO donation SELECT $1, $2, $3, program, charity, unit, 5, 0 FROM donation LIMIT 1",
    ),
)

BILLS = (
    Fault(
        "a bill is of more points than were held",
        ("bills",),
        row("bill", "bill", "state = 'captured'"),
        f"UPDATE bill SET points = points + 1 {A_ROW}",
    ),
    Fault(
        "a bill that was paid is said to be void",
        ("bills", "vouchers"),
        row("bill", "bill", "state = 'captured'"),
        f"UPDATE bill SET state = 'void' {A_ROW}",
    ),
    Fault(
        "a bill that was paid is deleted",
        ("bills", "vouchers"),
        entry("b2s"),
        "DELETE FROM bill b USING entry e WHERE (e.cell, e.wallet, e.no) = ($1, $2, $3)"
        " AND b.closed_by = e.id",
    ),
    Fault(
        "a bill is closed by what never was",
        ("bills",),
        row("bill", "bill", "state = 'void'"),
        f"UPDATE bill SET closed_by = gen_random_uuid() {A_ROW}",
    ),
    Fault(
        "a quote that was used can be used again",
        ("bills",),
        row("quote", "quote", "used_by IS NOT NULL"),
        f"UPDATE quote SET used_by = NULL {A_ROW}",
    ),
    Fault(
        "a quote is used by what never was",
        ("bills",),
        row("quote", "quote", "used_by IS NOT NULL"),
        f"UPDATE quote SET used_by = gen_random_uuid() {A_ROW}",
    ),
)

VOUCHERS = (
    Fault(
        "a voucher that was spent is good again",
        ("vouchers",),
        row("voucher", "voucher", "state = 'spent'"),
        f"UPDATE voucher SET state = 'issued', bill = NULL {A_ROW}",
    ),
    Fault(
        "a voucher is spent by a bill that does not name it",
        ("vouchers",),
        row("voucher", "voucher", "state = 'locked'"),
        "UPDATE voucher SET state = 'spent', locked_until = NULL, bill = (SELECT bill FROM voucher WHERE"
        f" state = 'spent') {A_ROW}",
    ),
    Fault(
        "a voucher that was given back is good again",
        ("vouchers",),
        row("voucher", "voucher", "state = 'returned'"),
        f"UPDATE voucher SET state = 'issued' {A_ROW}",
    ),
    Fault(
        "a voucher is taken from who redeemed it",
        ("vouchers",),
        order("v2"),
        "DELETE FROM voucher WHERE (cell, wallet, redemption) = ($1, $2, $3)",
    ),
    Fault(
        "a voucher has no order",
        ("vouchers",),
        row("voucher", "voucher", "state = 'locked'"),
        f"UPDATE voucher SET redemption = gen_random_uuid() {A_ROW}",
    ),
    Fault(
        "a voucher's code is gone",
        ("vouchers",),
        row("voucher", "voucher", "state = 'locked'"),
        "DELETE FROM voucher_code WHERE wallet = $2 AND voucher = $3 AND $1::smallint IS NOT NULL",
    ),
)

SLOTS = (
    Fault(
        "a place is sold that is not there",
        ("slots",),
        SLOT,
        "UPDATE stock SET remaining = remaining + 1 WHERE (cell, id) = ($1, $2)",
    ),
    Fault(
        "a time is said to have more places",
        ("slots",),
        SLOT,
        "UPDATE slot SET capacity = capacity + 1 WHERE (cell, stock) = ($1, $2)",
    ),
    Fault(
        "who has booked is forgotten",
        ("slots",),
        SLOT,
        "DELETE FROM redemption r USING entry e WHERE e.key = 't1' AND r.id = e.id"
        " AND $1::smallint IS NOT NULL AND $2::uuid IS NOT NULL",
    ),
)

HOUSEHOLDS = (
    Fault(
        "a member forgets the household",
        ("households",),
        wallet("ann"),
        "UPDATE wallet SET facts = (facts::jsonb - 'household')::text WHERE (cell, id) = ($1, $2)",
    ),
    Fault(
        "a household forgets its members",
        ("households",),
        wallet("ann"),
        "UPDATE wallet SET facts = jsonb_set(facts::jsonb, '{family,members}', '[]')::text"
        " WHERE pool AND $1::smallint IS NOT NULL AND $2::uuid IS NOT NULL",
    ),
    Fault(
        "a household names a stranger",
        ("households",),
        wallet("home"),
        "UPDATE wallet SET facts = jsonb_set(facts::jsonb, '{family,members,0}',"
        " to_jsonb(gen_random_uuid()))::text WHERE (cell, id) = ($1, $2)",
    ),
    Fault(
        "a beneficiary waits no longer",
        ("households",),
        f"SELECT w.wallet, 'beneficiary ' || w.ref, w.cell, w.wallet, w.id FROM {of('beneficiary', 'gus')}",
        f"UPDATE beneficiary SET named = '2020-01-01' {A_ROW}",
    ),
)
