"""Faults in what is told of the past: entries, their claims, balances and counters."""

from tests.jobs.planting import (
    A_CLAIM,
    A_COUNTER,
    A_WALLET,
    AN_ENTRY,
    ANOTHER_END_OF_A_LEG,
    CLAIM,
    CLAIMED,
    NOBODY,
    Fault,
    a_leg,
    counter_under_way,
    entry,
    leg,
    of,
    past_counter,
    wallet,
)

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
        ("chains", "figures"),
        entry("a5"),
        f"UPDATE entry SET merchant = gen_random_uuid() {AN_ENTRY}",
    ),
    Fault("a hash is replaced", ("chains",), entry("a5"), f"UPDATE entry SET hash = sha256(hash) {AN_ENTRY}"),
    Fault(
        "an entry is taken out of the middle",
        ("chains", "claims", "lots", "books", "counters", "figures"),
        "SELECT wallet, 'entry ' || no + 1, cell, wallet, no FROM entry WHERE key = 'a3'",
        f"DELETE FROM entry {AN_ENTRY}",
    ),
    Fault(
        "the last entry is cut off",
        ("chains", "claims", "lots", "books", "heads", "figures"),
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
        ("chains", "figures"),
        leg("a5", "redeemed"),
        ANOTHER_END_OF_A_LEG,
    ),
)

SUMS = ("lots", "owed", "books", "transfers", "orders")
"""What cannot be added up where a leg cannot be read."""

LEGS = (
    Fault(
        "points go to an account that is not on the list",
        ("legs", "chains", *SUMS, "figures"),
        leg("a5", "redeemed"),
        a_leg(1, "'stolen'::text"),
    ),
    Fault(
        "legs are no JSON",
        ("legs", "chains", "holds", *SUMS, "figures"),
        entry("a6"),
        f"UPDATE entry SET legs = legs || ']' {AN_ENTRY}",
    ),
    Fault(
        "legs are written in another form",
        ("legs", "chains"),
        entry("a5"),
        f"UPDATE entry SET legs = replace(legs, ',', ', ') {AN_ENTRY}",
    ),
    Fault(
        "points expire into a lot",
        ("legs", "chains", "lots", "books", "figures"),
        leg("expire:%", "expired"),
        a_leg(2, "5"),
    ),
    Fault(
        "a leg moves nothing",
        ("legs", "chains", "lots", "books", "figures"),
        leg("a5", "redeemed"),
        a_leg(2, "0"),
    ),
    Fault(
        "a leg is of a series that nobody knows",
        ("legs", "chains", "lots", "books", "figures"),
        leg("a5", "redeemed"),
        a_leg(0, "gen_random_uuid()::text"),
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
        ("balances", "counters"),
        f"SELECT w.id, 'entry ' || w.version, w.cell, w.id FROM {of('wallet', 'gus', 'id')}",
        f"UPDATE wallet SET active_at = '2020-01-01' {A_WALLET}",
    ),
    Fault(
        "an entry is given a better balance",
        ("balances", "chains"),
        f"SELECT w.id, 'entry ' || w.version, w.cell, w.id, w.version FROM {of('wallet', 'hal', 'id')}",
        f"UPDATE entry SET available = available + 1 {AN_ENTRY}",
    ),
)

COUNTERS = (
    Fault(
        "a cap under way forgets a point",
        ("counters",),
        f"{counter_under_way('ann')} WHERE c.name = 'cap:base' AND period = '2026-11'",
        "UPDATE wallet SET counters = (counters::jsonb || jsonb_build_object($3::text, $6::bigint - 1))::text"
        f" {A_WALLET} AND $3 = $4::text || ' ' || $5::text",
    ),
    Fault(
        "a cap of a day that is over forgets a point",
        ("counters",),
        f"{past_counter('gus')} WHERE w.name = 'cap:base'",
        f"UPDATE counter SET value = $5::bigint - 1 {A_COUNTER}",
    ),
    Fault(
        "a member may have the first order's points twice",
        ("counters",),
        f"{past_counter('ann')} WHERE w.name = 'once:first'",
        f"DELETE FROM counter {A_COUNTER} AND value = $5",
    ),
    Fault(
        "a cap is used up by nothing",
        ("counters",),
        f"SELECT w.id, 'counter cap:base of 2031', w.cell, w.id FROM {of('wallet', 'dan', 'id')}",
        f"UPDATE wallet SET counters = '{{\"cap:base 2031\":1}}' {A_WALLET}",
    ),
    Fault(
        "a counter is in both places",
        ("counters",),
        f"{counter_under_way('ann')} WHERE c.name = 'cap:base' AND period = '2026-11'",
        "INSERT INTO counter SELECT cell, id, $4, $5, $6 FROM wallet"
        f" {A_WALLET} AND (counters::json ->> $3)::bigint = $6",
    ),
    Fault(
        "a counter that is under way lies in the table",
        ("counters",),
        f"{counter_under_way('ann')} WHERE c.name = 'cap:base' AND period = '2026-11'",
        f"WITH w AS (UPDATE wallet SET counters = (counters::jsonb - $3)::text {A_WALLET} RETURNING *)"
        " INSERT INTO counter SELECT cell, id, $4, $5, $6 FROM w",
    ),
    Fault(
        "a counter of a day that is over stays in the row",
        ("counters",),
        f"{past_counter('gus')} WHERE w.name = 'cap:base'",
        f"WITH c AS (DELETE FROM counter {A_COUNTER} AND value = $5 RETURNING *)"
        " UPDATE wallet w SET counters = counters::jsonb || jsonb_build_object(name || ' ' || period, value)"
        " FROM c WHERE (w.cell, w.id) = (c.cell, c.wallet)",
    ),
    Fault(
        "what a row counts cannot be read",
        ("counters",),
        wallet("ann"),
        f"UPDATE wallet SET counters = '{{\"cap:base 2026-11\":many}}' {A_WALLET}",
    ),
    Fault(
        "an explanation is told otherwise",
        ("counters", "chains"),
        f"SELECT w.id, 'counter cap:base of 2026-11', w.cell, w.id FROM {of('wallet', 'ann', 'id')}",
        "UPDATE entry SET explanation = replace(explanation, '{\"base\":120', '{\"base\":119')"
        " WHERE cell = $1 AND wallet = $2 AND key = 'a2'",
    ),
    Fault(
        "an explanation is no JSON",
        ("counters", "chains"),
        entry("a2"),
        f"UPDATE entry SET explanation = 'because' {AN_ENTRY}",
    ),
    Fault(
        "an explanation names rules that were never published",
        ("counters", "chains"),
        entry("a2"),
        f"UPDATE entry SET explanation = regexp_replace(explanation, '^.1,', '[9,') {AN_ENTRY}",
    ),
)
