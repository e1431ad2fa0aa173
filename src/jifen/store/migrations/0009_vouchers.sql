-- Vouchers of a wallet, what is found by a code, and the places of times that can be booked.

-- terms: what it promises, as JSON, as of its issue. rules: the version whose calendars they read. merchant:
-- who gave it. no: the entry that issued it. bill: the bill that holds or has spent it.
CREATE TABLE voucher (
    cell smallint NOT NULL,
    wallet uuid NOT NULL,
    id uuid NOT NULL,
    no integer NOT NULL,
    program uuid NOT NULL,
    redemption uuid NOT NULL,
    reward text NOT NULL,
    rules integer NOT NULL,
    merchant uuid NOT NULL,
    terms text NOT NULL,
    issued_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    state text NOT NULL,
    bill uuid,
    locked_until timestamptz,
    CONSTRAINT voucher_key PRIMARY KEY (cell, wallet, id),
    CONSTRAINT a_voucher_is_issued_locked_spent_or_returned
        CHECK (state IN ('issued', 'locked', 'spent', 'returned')),
    CONSTRAINT a_locked_voucher_has_a_bill_and_a_deadline
        CHECK ((state = 'locked') = (locked_until IS NOT NULL) AND (state IN ('locked', 'spent')) = (bill IS NOT NULL)),
    CONSTRAINT a_voucher_expires_after_its_issue CHECK (expires_at > issued_at)
) WITH (fillfactor = 80);

-- What a code leads to: the code itself is nowhere, its keyed hash is here. The cell is that of the hash.
CREATE TABLE voucher_code (
    cell smallint NOT NULL,
    program uuid NOT NULL,
    hash bytea NOT NULL,
    wallet uuid NOT NULL,
    voucher uuid NOT NULL,
    CONSTRAINT a_voucher_code_is_given_once PRIMARY KEY (cell, program, hash),
    CONSTRAINT a_code_is_stored_as_a_hash CHECK (octet_length(hash) = 32)
);

-- Of a stock that is the places of a time: from how many it was counted. Its cell is the stock's.
CREATE TABLE slot (
    cell smallint NOT NULL,
    stock uuid NOT NULL,
    program uuid NOT NULL,
    of text NOT NULL,
    since timestamptz NOT NULL,
    capacity bigint NOT NULL,
    CONSTRAINT slot_key PRIMARY KEY (cell, stock),
    CONSTRAINT places_never_fall_below_zero CHECK (capacity >= 0)
);

-- Places that were sold for cash beside the points, by a ticket office say: each once per source and key.
CREATE TABLE slot_sale (
    cell smallint NOT NULL,
    id uuid NOT NULL,
    program uuid NOT NULL,
    stock uuid NOT NULL,
    merchant uuid NOT NULL,
    reward text NOT NULL,
    store text,
    since timestamptz NOT NULL,
    until timestamptz NOT NULL,
    count bigint NOT NULL,
    cash_fen bigint NOT NULL,
    source text NOT NULL,
    key text NOT NULL,
    sold_at timestamptz NOT NULL,
    cancelled_at timestamptz,
    CONSTRAINT a_sale_of_places_is_booked_once PRIMARY KEY (cell, id),
    CONSTRAINT a_sale_is_of_something CHECK (count > 0 AND cash_fen >= 0)
);
