"""Faults to plant: what somebody with a database console might do, and the place that the proof must name."""

from typing import NamedTuple

import asyncpg


class Fault(NamedTuple):
    """A fault. pick: a query of (wallet, place, …), whose other columns are the arguments of `plant`.

    sees: the checks that tell of it; the first names wallet and place. first, plant: statements.
    """

    story: str
    sees: tuple[str, ...]
    pick: str
    plant: str
    first: str = ""


def entry(key: str) -> str:
    """Pick the entry of a key."""
    return f"SELECT wallet, 'entry ' || no, cell, wallet, no FROM entry WHERE key = '{key}'"


def wallet(who: str) -> str:
    """Pick somebody's wallet."""
    return f"SELECT w.id, 'wallet', w.cell, w.id FROM {of('wallet', who, 'id')}"


def of(table: str, who: str, column: str = "wallet") -> str:
    """The rows of a table that are somebody's, for FROM."""
    return f"{table} w JOIN member_number n ON n.wallet = w.{column} AND n.number = '{who}'"


def leg(key: str, account: str, more: str = "true") -> str:
    """Pick a leg of the entry of a key."""
    return (
        "SELECT m.wallet, 'entry ' || m.entry, m.cell, m.wallet, m.entry, m.leg FROM movement m"
        " JOIN entry e ON e.cell = m.cell AND e.wallet = m.wallet AND e.no = m.entry"
        f" WHERE e.key LIKE '{key}' AND m.account = '{account}' AND {more}"
    )


AN_ENTRY = "WHERE (cell, wallet, no) = ($1, $2, $3)"
A_LEG = "WHERE (cell, wallet, entry, leg) = ($1, $2, $3, $4)"
A_LOT = "WHERE (cell, wallet, series) = ($1, $2, $3)"
A_HOLD = "WHERE (cell, wallet, id) = ($1, $2, $3)"
A_CLAIM = "WHERE (cell, id) = ($1, $2)"
A_WALLET = "WHERE (cell, id) = ($1, $2)"
A_COUNTER = "WHERE (cell, wallet, name, period) = ($1, $2, $3, $4)"
A_ROOT = "WHERE (program, day) = ($1, $2)"
A_HEAD = "WHERE (cell, wallet, day) = ($1, $2, $3)"

LOT = "SELECT w.wallet, 'lot ' || w.series, w.cell, w.wallet, w.series FROM series s,"
LOT = f"{LOT} {of('lot', 'hal')} WHERE s.id = w.series AND s.unit = 'point' AND w.remaining > 1"
HOLD = "SELECT wallet, 'hold ' || id, cell, wallet, id FROM hold WHERE is_open"
CLAIM = "SELECT c.wallet, 'claim ' || c.id, c.cell, c.id FROM claim c JOIN entry e USING (id) WHERE e.key = 'a2'"
CLAIMED = "SELECT c.wallet, 'entry ' || c.no, c.cell, c.id FROM claim c JOIN entry e USING (id) WHERE e.key = 'a2'"
COUNTER = "SELECT w.wallet, format('counter %s of %s', name, period), w.cell, w.wallet, name, period FROM"
COUNTER = f"{COUNTER} {of('counter', 'ann')}"
ROOT = "SELECT NULL::uuid, format('root of %s of programme %s', day, program), program, day FROM daily_root"
HEAD = f"SELECT w.wallet, 'head of ' || w.day, w.cell, w.wallet, w.day FROM {of('daily_head', 'ann')}"
NOBODY = "00000000-0000-7000-8000-000000000009"

CHAINS = (
    Fault(
        "an event is told otherwise",
        ("chains", "claims"),
        entry("a2"),
        f"UPDATE entry SET event = replace(event, '12000', '12001') {AN_ENTRY}",
    ),
    Fault(
        "an entry is said to be known a microsecond later",
        ("chains",),
        entry("a3"),
        f"UPDATE entry SET recorded_at = recorded_at + interval '1 microsecond' {AN_ENTRY}",
    ),
    Fault(
        "another merchant is named",
        ("chains",),
        entry("a5"),
        f"UPDATE entry SET merchant = gen_random_uuid() {AN_ENTRY}",
    ),
    Fault("a hash is replaced", ("chains",), entry("a5"), f"UPDATE entry SET hash = sha256(hash) {AN_ENTRY}"),
    Fault(
        "an entry is taken out of the middle",
        ("chains", "claims", "strays", "counters"),
        "SELECT wallet, 'entry ' || no + 1, cell, wallet, no FROM entry WHERE key = 'a3'",
        f"DELETE FROM entry {AN_ENTRY}",
    ),
    Fault(
        "the last entry is cut off",
        ("chains", "claims", "strays", "heads"),
        f"SELECT w.id, 'wallet', w.cell, w.id, w.version FROM {of('wallet', 'ann', 'id')}",
        f"DELETE FROM entry {AN_ENTRY}",
    ),
    Fault(
        "a head is replaced",
        ("chains",),
        wallet("ann"),
        f"UPDATE wallet SET head = sha256(head) {A_WALLET}",
    ),
    Fault(
        "an event gets a line break at its end",
        ("chains", "claims"),
        entry("a2"),
        f"UPDATE entry SET event = event || E'\\n' {AN_ENTRY}",
    ),
    Fault(
        "a leg goes to another counterparty",
        ("chains",),
        leg("a5", "redeemed"),
        f"UPDATE movement SET counterparty = gen_random_uuid() {A_LEG}",
    ),
)

CLAIMS = (
    Fault(
        "a claim is forgotten, so that its key could be booked again",
        ("claims",),
        CLAIMED,
        f"DELETE FROM claim {A_CLAIM}",
    ),
    Fault("a claim points at the next entry", ("claims",), CLAIM, f"UPDATE claim SET no = no + 1 {A_CLAIM}"),
    Fault(
        "a claim points at somebody else's wallet",
        ("claims",),
        f"{CLAIMED} AND e.no > 0",
        f"UPDATE claim SET wallet = '{NOBODY}' {A_CLAIM}",
    ),
    Fault(
        "a digest is replaced, so that other content passes for the first",
        ("claims",),
        CLAIMED,
        f"UPDATE claim SET digest = gen_random_uuid() {A_CLAIM}",
    ),
    Fault(
        "a claim promises what was never booked",
        ("claims",),
        f"SELECT w.id, 'claim {NOBODY}', w.id FROM {of('wallet', 'dan', 'id')}",
        f"INSERT INTO claim VALUES (9, '{NOBODY}', $1, 1, gen_random_uuid())",
    ),
    Fault(
        "a claim lies in a cell where nobody looks for it",
        ("claims",),
        CLAIM,
        f"UPDATE claim SET cell = (cell + 1) % 256 {A_CLAIM}",
    ),
    Fault(
        "an entry is given another id",
        ("claims", "chains"),
        entry("a2"),
        f"UPDATE entry SET id = gen_random_uuid() {AN_ENTRY}",
    ),
)

BALANCES = (
    Fault(
        "points that live by activity are aged",
        ("balances",),
        f"SELECT w.id, 'entry 2', w.cell, w.id FROM {of('wallet', 'gus', 'id')}",
        f"UPDATE wallet SET active_at = '2020-01-01' {A_WALLET}",
    ),
    Fault(
        "an entry is given a better balance",
        ("balances", "chains"),
        entry("h1"),
        f"UPDATE entry SET available = available + 1 {AN_ENTRY}",
    ),
)

COUNTERS = (
    Fault(
        "a cap forgets a point",
        ("counters",),
        f"{COUNTER} WHERE name = 'cap:base' AND period = '2026-11'",
        f"UPDATE counter SET value = value - 1 {A_COUNTER}",
    ),
    Fault(
        "a member may have the first order's points twice",
        ("counters",),
        f"{COUNTER} WHERE name = 'once:first'",
        f"DELETE FROM counter {A_COUNTER}",
    ),
    Fault(
        "a cap is used up by nothing",
        ("counters",),
        f"SELECT w.id, 'counter cap:base of 2031', w.cell, w.id FROM {of('wallet', 'dan', 'id')}",
        "INSERT INTO counter VALUES ($1, $2, 'cap:base', '2031', 1)",
    ),
    Fault(
        "an explanation is told otherwise",
        ("counters", "chains"),
        f"{COUNTER} WHERE name = 'cap:base' AND period = '2026-11'",
        "UPDATE entry SET explanation = replace(explanation, '\"base\",120', '\"base\",119')"
        " WHERE cell = $1 AND wallet = $2 AND key = 'a2' AND 'cap:base' = $3 AND '2026-11' = $4",
    ),
    Fault(
        "an explanation names rules that were never published",
        ("counters", "chains"),
        entry("a2"),
        f"UPDATE entry SET explanation = replace(explanation, '\"rules\":1', '\"rules\":9') {AN_ENTRY}",
    ),
)

LOTS = (
    Fault(
        "a point is taken out of a lot",
        ("lots", "books", "balances"),
        LOT,
        f"UPDATE lot SET remaining = remaining - 1 {A_LOT}",
    ),
    Fault(
        "a lot is said to have been larger", ("lots",), LOT, f"UPDATE lot SET granted = granted + 1 {A_LOT}"
    ),
    Fault("a lot is deleted", ("lots", "books", "balances"), LOT, f"DELETE FROM lot {A_LOT}"),
    Fault(
        "a lot appears that no leg moved",
        ("lots", "books"),
        f"SELECT w.id, 'lot ' || s.id, w.cell, w.id, s.id FROM series s, {of('wallet', 'dan', 'id')}",
        "INSERT INTO lot VALUES ($1, $2, $3, 100, 100, 0, 0)",
    ),
    Fault(
        "the points of a leg are changed",
        ("lots", "chains", "books"),
        leg("a5", "redeemed").replace("'entry ' || m.entry", "'lot ' || m.series"),
        f"UPDATE movement SET points = points + 1 {A_LEG}",
    ),
    Fault(
        "a series is given to another programme",
        ("lots", "series"),
        f"SELECT w.wallet, 'lot ' || w.series, w.series FROM {of('lot', 'hal')} WHERE w.remaining > 1",
        "UPDATE series SET program = gen_random_uuid() WHERE id = $1",
    ),
)

OWED = (
    Fault(
        "a debt is forgiven without an entry",
        ("owed", "books", "balances"),
        f"SELECT w.wallet, format('point owed to %s', s.issuer), w.cell, w.wallet, w.series"
        f" FROM series s, {of('lot', 'bob')} WHERE s.id = w.series AND w.owed > 0",
        f"UPDATE lot SET owed = owed - 1 {A_LOT}",
    ),
)

HOLDS = (
    Fault(
        "an open hold loses a point",
        ("holds",),
        HOLD.replace("'hold ' || id", "'lot ' || series[1]"),
        f"UPDATE hold SET parts[1] = parts[1] - 1 {A_HOLD}",
    ),
    Fault(
        "a hold is forgotten",
        ("holds",),
        HOLD.replace("'hold ' || id", "'entry ' || entry"),
        f"DELETE FROM hold {A_HOLD}",
    ),
    Fault(
        "a hold names an entry that opened another", ("holds",), HOLD, f"UPDATE hold SET entry = 1 {A_HOLD}"
    ),
    Fault(
        "a hold is said to be of more points", ("holds",), HOLD, f"UPDATE hold SET points = points + 1 {A_HOLD}"
    ),
    Fault(
        "a hold is closed with its points in it",
        ("holds", "constraints"),
        HOLD,
        f"UPDATE hold SET is_open = false {A_HOLD}",
        "ALTER TABLE hold DROP CONSTRAINT an_open_hold_has_parts",
    ),
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
        ("strays", "roots"),
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
    Fault(
        "a leg hangs on no entry",
        ("strays", "lots", "books"),
        f"SELECT w.id, 'leg 0 of entry 1', w.cell, w.id, s.id FROM series s, {of('wallet', 'dan', 'id')}",
        f"INSERT INTO movement VALUES ($1, $2, 1, 0, 5, 'issued', $3, '{NOBODY}')",
    ),
)

BOOKS = (
    Fault(
        "a lot lies outside every wallet",
        ("books", "strays"),
        "SELECT NULL::uuid, 'series ' || id, id FROM series",
        f"INSERT INTO lot VALUES (9, '{NOBODY}', $1, 5, 5, 0, 0)",
    ),
)

TRANSFERS = (
    Fault(
        "what was given arrives from somebody else",
        ("transfers", "chains"),
        leg("a11", "transferred", "m.points > 0"),
        f"UPDATE movement SET counterparty = gen_random_uuid() {A_LEG}",
    ),
    Fault(
        "more arrives than was given",
        ("transfers", "chains", "lots", "books"),
        leg("a11", "transferred", "m.points > 0"),
        f"UPDATE movement SET points = points + 1 {A_LEG}",
    ),
    Fault(
        "more comes back in grace than left",
        ("transfers", "chains", "lots", "books"),
        leg("lapse:%", "transferred", "m.points > 0"),
        f"UPDATE movement SET points = points + 1 {A_LEG}",
    ),
)

SERIES = (
    Fault(
        "points are worth more than was promised",
        ("series",),
        "SELECT NULL::uuid, 'series ' || id, id FROM series",
        "UPDATE series SET offset_fen = offset_fen + 1 WHERE id = $1",
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

FAULTS = (
    *CHAINS,
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
)


async def planted(dsn: str, fault: Fault) -> tuple[str | None, str]:
    """Plant a fault; returns the wallet and the place that must be named."""
    connection = await asyncpg.connect(dsn)
    try:
        picked = await connection.fetchrow(f"{fault.pick} ORDER BY 1, 2 LIMIT 1")
        assert picked is not None, f"the book has nothing for: {fault.story}"
        named, place, *arguments = picked
        if fault.first:
            await connection.execute(fault.first)
        changed = await connection.execute(fault.plant, *arguments)
        assert not changed.endswith(" 0"), f"nothing was planted by: {fault.story}"
    finally:
        await connection.close()
    return None if named is None else str(named), place
