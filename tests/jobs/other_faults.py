"""Faults in what stands around the books: freezes, strays, daily roots, constraints."""

from tests.jobs.planting import (
    A_HEAD,
    A_ROOT,
    A_WALLET,
    AN_ENTRY,
    HEAD,
    NOBODY,
    ROOT,
    Fault,
    entry,
    of,
    wallet,
)

FREEZES = (
    Fault(
        "the evidence of a freeze is gone", ("freezes",), entry("e2"), f"DELETE FROM freeze_case {AN_ENTRY}"
    ),
    Fault(
        "a freeze is invented",
        ("freezes",),
        entry("a2"),
        "INSERT INTO freeze_case VALUES ($1, $2, $3, 'reason', 'evidence', 'notice', '2027-01-01')",
    ),
    Fault(
        "a freeze is lifted without an entry",
        ("freezes",),
        wallet("cat"),
        f"UPDATE wallet SET frozen_until = NULL {A_WALLET}",
    ),
    Fault(
        "somebody is frozen without an entry",
        ("freezes",),
        wallet("dan"),
        f"UPDATE wallet SET frozen_until = '2027-01-01' {A_WALLET}",
    ),
)

STRAYS = (
    Fault(
        "a wallet is deleted under its entries",
        ("strays", "roots", "figures"),
        wallet("eve").replace("'wallet'", "'entry 1'"),
        f"DELETE FROM wallet {A_WALLET}",
    ),
    Fault(
        "a wallet is moved to a cell where nobody looks for it",
        ("strays", "roots"),
        wallet("dan"),
        f"UPDATE wallet SET cell = (cell + 1) % 256 {A_WALLET}",
    ),
    Fault(
        "a wallet is given to a programme that is not there",
        ("strays", "roots", "heads"),
        wallet("dan"),
        f"UPDATE wallet SET program = gen_random_uuid() {A_WALLET}",
    ),
    Fault(
        "a counter is kept for nobody",
        ("strays",),
        f"SELECT '{NOBODY}'::uuid, 'counter cap:base of 2026'",
        f"INSERT INTO counter VALUES (9, '{NOBODY}', 'cap:base', '2026', 1)",
    ),
)

HEADS = (
    Fault(
        "a head of a day is replaced",
        ("heads", "roots"),
        HEAD,
        f"UPDATE daily_head SET head = sha256(head) {A_HEAD}",
    ),
    Fault(
        "a head of a day is said to be of another version",
        ("heads", "roots"),
        HEAD,
        f"UPDATE daily_head SET version = 99 {A_HEAD}",
    ),
    Fault(
        "a root is deleted over its heads",
        ("heads",),
        f"SELECT w.wallet, 'head of ' || w.day, r.program, r.day FROM daily_root r, {of('daily_head', 'ann')}"
        " WHERE w.day = r.day",
        f"DELETE FROM daily_root {A_ROOT}",
    ),
)

ROOTS = (
    Fault("a root is replaced", ("roots",), ROOT, f"UPDATE daily_root SET root = sha256(root) {A_ROOT}"),
    Fault(
        "a root is said to be over more wallets",
        ("roots",),
        ROOT,
        f"UPDATE daily_root SET wallets = wallets + 1 {A_ROOT}",
    ),
    Fault(
        "a head of a day is forgotten",
        ("roots",),
        "SELECT NULL::uuid, format('root of %s of programme %s', r.day, r.program), w.cell, w.wallet, w.day"
        f" FROM daily_root r, {of('daily_head', 'ann')} WHERE w.day = r.day",
        f"DELETE FROM daily_head {A_HEAD}",
    ),
)

CONSTRAINTS = (
    Fault(
        "a rule of the books is dropped",
        ("constraints",),
        "SELECT NULL::uuid, 'a_lot_never_falls_below_zero'",
        "ALTER TABLE lot DROP CONSTRAINT a_lot_never_falls_below_zero",
    ),
    Fault(
        "a rule is put back without looking at what is there",
        ("constraints",),
        "SELECT NULL::uuid, 'lot: a_lot_never_falls_below_zero'",
        "ALTER TABLE lot ADD CONSTRAINT a_lot_never_falls_below_zero CHECK (remaining >= 0) NOT VALID",
        "ALTER TABLE lot DROP CONSTRAINT a_lot_never_falls_below_zero",
    ),
    Fault(
        "references are no longer looked at",
        ("constraints",),
        "SELECT NULL::uuid, 'lot: a_lot_holds_a_known_series'",
        "ALTER TABLE lot DISABLE TRIGGER ALL",
    ),
)

FIGURE = (
    "SELECT NULL::uuid, format('figures of %s of programme %s', day, program), program, day FROM daily_figure"
)

FIGURES = (
    Fault(
        "a day's figure is another",
        ("figures",),
        f"{FIGURE} WHERE account = 'issued'",
        f"UPDATE daily_figure SET points = points + 1 {A_ROOT} AND account = 'issued'",
    ),
    Fault(
        "a day's figure is gone",
        ("figures",),
        f"{FIGURE} WHERE account = 'redeemed'",
        f"DELETE FROM daily_figure {A_ROOT} AND account = 'redeemed'",
    ),
    Fault(
        "a figure is invented",
        ("figures",),
        f"{FIGURE} WHERE account = 'issued'",
        "INSERT INTO daily_figure SELECT program, day, unit, merchant, 'donated', 100, 100, -5, 1"
        f" FROM daily_figure {A_ROOT} LIMIT 1",
    ),
    Fault(
        "a day had another number of entries",
        ("figures",),
        f"{FIGURE} WHERE account = 'issued'",
        f"UPDATE daily_count SET entries = entries + 1 {A_ROOT}",
    ),
)
