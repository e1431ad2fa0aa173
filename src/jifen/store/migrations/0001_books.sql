-- The books, the people and the merchants. A table of a wallet starts its keys with the wallet's cell.

CREATE TYPE entry_kind AS ENUM (
    'purchase', 'act', 'return', 'redeem', 'reverse', 'hold', 'capture', 'release', 'lapse',
    'transfer', 'expire', 'donate', 'adjust', 'compensate', 'freeze', 'unfreeze'
);

CREATE TYPE account AS ENUM (
    'issued', 'redeemed', 'held', 'expired', 'donated', 'transferred', 'clawed_back', 'adjusted', 'owed'
);

-- Programmes, merchants and what they agreed: few rows, read by every process, cached by revision.

CREATE TABLE program (
    id uuid NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    zone text NOT NULL,
    test_clock timestamptz,
    revision bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    CONSTRAINT program_key PRIMARY KEY (id),
    CONSTRAINT a_program_code_is_given_once UNIQUE (code)
);

CREATE TABLE unit (
    program uuid NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    offset_points bigint NOT NULL,
    offset_fen bigint NOT NULL,
    CONSTRAINT unit_key PRIMARY KEY (program, code),
    CONSTRAINT a_unit_is_worth_something CHECK (offset_points > 0 AND offset_fen >= 0)
);
ALTER TABLE unit ADD CONSTRAINT a_unit_belongs_to_a_program FOREIGN KEY (program) REFERENCES program (id);

CREATE TABLE merchant (
    program uuid NOT NULL,
    id uuid NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    charity boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    CONSTRAINT merchant_key PRIMARY KEY (program, id),
    CONSTRAINT a_merchant_code_is_given_once UNIQUE (program, code)
);
ALTER TABLE merchant ADD CONSTRAINT a_merchant_belongs_to_a_program FOREIGN KEY (program) REFERENCES program (id);

CREATE TABLE contract (
    program uuid NOT NULL,
    merchant uuid NOT NULL,
    version integer NOT NULL,
    valid_from timestamptz NOT NULL,
    issue_fen_per_100 bigint NOT NULL,
    reimburse_fen_per_100 bigint NOT NULL,
    fee_permille integer NOT NULL,
    payment_days integer NOT NULL,
    CONSTRAINT contract_key PRIMARY KEY (program, merchant, version),
    CONSTRAINT reimbursement_is_at_most_the_issue_price
        CHECK (reimburse_fen_per_100 >= 0 AND reimburse_fen_per_100 <= issue_fen_per_100),
    CONSTRAINT a_fee_is_a_share CHECK (fee_permille BETWEEN 0 AND 1000),
    CONSTRAINT a_payment_term_is_at_most_a_year CHECK (payment_days BETWEEN 0 AND 365)
);
ALTER TABLE contract ADD CONSTRAINT a_contract_binds_a_merchant
    FOREIGN KEY (program, merchant) REFERENCES merchant (program, id);

CREATE TABLE store (
    program uuid NOT NULL,
    id uuid NOT NULL,
    merchant uuid NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    CONSTRAINT store_key PRIMARY KEY (program, id),
    CONSTRAINT a_store_code_is_given_once UNIQUE (program, code)
);
ALTER TABLE store ADD CONSTRAINT a_store_belongs_to_a_merchant
    FOREIGN KEY (program, merchant) REFERENCES merchant (program, id);

CREATE TABLE rule_set (
    program uuid NOT NULL,
    version integer NOT NULL,
    valid_from timestamptz NOT NULL,
    published_at timestamptz NOT NULL,
    definition text NOT NULL,
    CONSTRAINT rule_set_key PRIMARY KEY (program, version)
);
ALTER TABLE rule_set ADD CONSTRAINT a_rule_set_belongs_to_a_program
    FOREIGN KEY (program) REFERENCES program (id);

CREATE TABLE api_key (
    id uuid NOT NULL,
    program uuid NOT NULL,
    merchant uuid,
    label text NOT NULL,
    secret_hash bytea NOT NULL,
    created_at timestamptz NOT NULL,
    revoked_at timestamptz,
    CONSTRAINT api_key_key PRIMARY KEY (id),
    CONSTRAINT a_secret_is_stored_hashed UNIQUE (secret_hash),
    CONSTRAINT a_label_names_one_source UNIQUE (program, label)
);
ALTER TABLE api_key ADD CONSTRAINT a_key_opens_one_program FOREIGN KEY (program) REFERENCES program (id);

-- People. What must be unique across wallets has a small table of its own, with a cell from its hash.

CREATE TABLE member (
    cell smallint NOT NULL,
    id uuid NOT NULL,
    program uuid NOT NULL,
    number text NOT NULL,
    wallet uuid NOT NULL,
    phone bytea,
    name text NOT NULL DEFAULT '',
    joined_at timestamptz NOT NULL,
    CONSTRAINT member_key PRIMARY KEY (cell, id),
    CONSTRAINT a_wallet_belongs_to_one_member UNIQUE (cell, wallet)
);

CREATE TABLE member_number (
    cell smallint NOT NULL,
    program uuid NOT NULL,
    number text NOT NULL,
    wallet uuid NOT NULL,
    CONSTRAINT a_member_number_is_given_once PRIMARY KEY (cell, program, number)
);

CREATE TABLE phone_index (
    cell smallint NOT NULL,
    program uuid NOT NULL,
    blind bytea NOT NULL,
    wallet uuid NOT NULL,
    CONSTRAINT a_phone_belongs_to_one_member PRIMARY KEY (cell, program, blind)
);

-- The books.

CREATE TABLE series (
    id uuid NOT NULL,
    program uuid NOT NULL,
    unit text NOT NULL,
    issuer uuid NOT NULL,
    funder uuid NOT NULL,
    contract integer NOT NULL,
    terms integer NOT NULL,
    offset_points bigint NOT NULL,
    offset_fen bigint NOT NULL,
    matures_at timestamptz,
    expires_at timestamptz,
    idle_months integer,
    origin uuid,
    CONSTRAINT series_key PRIMARY KEY (id),
    CONSTRAINT points_mature_before_they_expire
        CHECK (matures_at IS NULL OR expires_at IS NULL OR matures_at < expires_at),
    CONSTRAINT a_series_has_one_kind_of_date CHECK (expires_at IS NULL OR idle_months IS NULL)
);

CREATE TABLE wallet (
    cell smallint NOT NULL,
    id uuid NOT NULL,
    program uuid NOT NULL,
    version integer NOT NULL DEFAULT 0,
    head bytea NOT NULL DEFAULT '',
    household uuid,
    pool boolean NOT NULL DEFAULT false,
    active_at timestamptz NOT NULL DEFAULT '1970-01-01 00:00:00+00',
    frozen_until timestamptz,
    opened_at timestamptz NOT NULL,
    CONSTRAINT wallet_key PRIMARY KEY (cell, id),
    CONSTRAINT a_cell_is_one_of_256 CHECK (cell BETWEEN 0 AND 255),
    CONSTRAINT a_pool_has_a_household CHECK (NOT pool OR household IS NOT NULL)
) WITH (fillfactor = 70);

CREATE TABLE lot (
    cell smallint NOT NULL,
    wallet uuid NOT NULL,
    series uuid NOT NULL,
    granted bigint NOT NULL,
    remaining bigint NOT NULL,
    held bigint NOT NULL,
    owed bigint NOT NULL,
    CONSTRAINT lot_key PRIMARY KEY (cell, wallet, series),
    CONSTRAINT a_lot_never_falls_below_zero CHECK (remaining >= 0),
    CONSTRAINT held_points_never_fall_below_zero CHECK (held >= 0),
    CONSTRAINT owed_points_never_fall_below_zero CHECK (owed >= 0),
    CONSTRAINT a_lot_holds_no_more_than_was_granted CHECK (remaining + held <= granted)
) WITH (fillfactor = 80);
ALTER TABLE lot ADD CONSTRAINT a_lot_holds_a_known_series FOREIGN KEY (series) REFERENCES series (id);

CREATE TABLE entry (
    cell smallint NOT NULL,
    wallet uuid NOT NULL,
    no integer NOT NULL,
    reverses integer,
    id uuid NOT NULL,
    kind entry_kind NOT NULL,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    available bigint NOT NULL,
    pending bigint NOT NULL,
    held bigint NOT NULL,
    owed bigint NOT NULL,
    merchant uuid,
    unit text NOT NULL,
    source text NOT NULL,
    key text NOT NULL,
    event text NOT NULL,
    explanation text NOT NULL,
    legs text NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT entries_of_a_wallet_are_numbered_once PRIMARY KEY (cell, wallet, no),
    CONSTRAINT an_entry_reverses_an_earlier_one CHECK (reverses IS NULL OR reverses < no),
    CONSTRAINT a_hash_has_32_bytes CHECK (octet_length(hash) = 32)
);
CREATE INDEX entry_reversals ON entry (cell, wallet, reverses) WHERE reverses IS NOT NULL;

-- The legs of entries as rows: an entry carries them as JSON, [[series, account, points, counterparty], …],
-- which are the very bytes that its hash was made of. A leg that names no counterparty has the entry's merchant.
CREATE VIEW movement AS
SELECT e.cell, e.wallet, e.no AS entry, (l.place - 1)::smallint AS leg, (l.leg ->> 2)::bigint AS points,
    (l.leg ->> 1)::account AS account, (l.leg ->> 0)::uuid AS series, 
    coalesce((l.leg ->> 3)::uuid, e.merchant) AS counterparty
FROM entry e CROSS JOIN LATERAL json_array_elements(e.legs::json) WITH ORDINALITY AS l (leg, place);

CREATE TABLE counter (
    cell smallint NOT NULL,
    wallet uuid NOT NULL,
    name text NOT NULL,
    period text NOT NULL,
    value bigint NOT NULL,
    CONSTRAINT counter_key PRIMARY KEY (cell, wallet, name, period),
    CONSTRAINT a_counter_never_falls_below_zero CHECK (value >= 0)
) WITH (fillfactor = 80);

CREATE TABLE hold (
    cell smallint NOT NULL,
    wallet uuid NOT NULL,
    id uuid NOT NULL,
    entry integer NOT NULL,
    merchant uuid NOT NULL,
    unit text NOT NULL,
    points bigint NOT NULL,
    deadline timestamptz NOT NULL,
    series uuid[] NOT NULL,
    parts bigint[] NOT NULL,
    is_open boolean NOT NULL,
    CONSTRAINT hold_key PRIMARY KEY (cell, wallet, id),
    CONSTRAINT every_part_of_a_hold_has_a_series CHECK (cardinality(series) = cardinality(parts)),
    CONSTRAINT an_open_hold_has_parts CHECK (is_open = (cardinality(parts) > 0))
);
CREATE INDEX hold_open ON hold (cell, wallet) WHERE is_open;
CREATE INDEX hold_deadline ON hold (deadline) WHERE is_open;

-- A claim: this programme, source and key (hashed to the id) were booked, there. For ever.

CREATE TABLE claim (
    cell smallint NOT NULL,
    id uuid NOT NULL,
    wallet uuid NOT NULL,
    no integer NOT NULL,
    digest uuid NOT NULL,
    CONSTRAINT a_key_is_booked_once PRIMARY KEY (cell, id)
);

-- Scarce shared things: a batch takes from each once.

CREATE TABLE stock (
    cell smallint NOT NULL,
    id uuid NOT NULL,
    program uuid NOT NULL,
    code text NOT NULL,
    remaining bigint NOT NULL,
    CONSTRAINT stock_key PRIMARY KEY (cell, id),
    CONSTRAINT stock_is_never_oversold CHECK (remaining >= 0)
);

-- What is never edited again: freezes with their evidence, and the daily root over all heads.

CREATE TABLE freeze_case (
    cell smallint NOT NULL,
    wallet uuid NOT NULL,
    no integer NOT NULL,
    reason text NOT NULL,
    evidence text NOT NULL,
    notice text NOT NULL,
    until timestamptz NOT NULL,
    CONSTRAINT freeze_case_key PRIMARY KEY (cell, wallet, no),
    CONSTRAINT a_freeze_names_its_evidence CHECK (evidence <> '' AND reason <> '' AND notice <> '')
);

CREATE TABLE daily_root (
    program uuid NOT NULL,
    day date NOT NULL,
    root bytea NOT NULL,
    wallets bigint NOT NULL,
    taken_at timestamptz NOT NULL,
    CONSTRAINT daily_root_key PRIMARY KEY (program, day)
);
ALTER TABLE daily_root ADD CONSTRAINT a_root_belongs_to_a_program FOREIGN KEY (program) REFERENCES program (id);

CREATE TABLE daily_head (
    cell smallint NOT NULL,
    wallet uuid NOT NULL,
    day date NOT NULL,
    version integer NOT NULL,
    head bytea NOT NULL,
    CONSTRAINT daily_head_key PRIMARY KEY (cell, wallet, day)
);
