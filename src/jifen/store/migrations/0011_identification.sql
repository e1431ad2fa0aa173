-- Who stands at the till: cards, changing codes, identifications; traits that link accounts; bills that tills report
-- later; outages and their remedies; appeals.

-- A number leads to a wallet: that of a printed card, or the hidden one inside the changing code.
CREATE TABLE card_number (
    cell smallint NOT NULL,
    program uuid NOT NULL,
    number text NOT NULL,
    wallet uuid NOT NULL,
    CONSTRAINT a_card_number_is_given_once PRIMARY KEY (cell, program, number),
    CONSTRAINT a_card_number_has_ten_digits CHECK (number ~ '^[0-9]{10}$')
);

-- What a member has of such numbers. what: card (printed) or code (inside of what the app shows).
CREATE TABLE card (
    cell smallint NOT NULL,
    wallet uuid NOT NULL,
    number text NOT NULL,
    program uuid NOT NULL,
    what text NOT NULL,
    source text NOT NULL,
    key text NOT NULL,
    issued_at timestamptz NOT NULL,
    stopped_at timestamptz,
    stopped_for text,
    CONSTRAINT card_key PRIMARY KEY (cell, wallet, number),
    CONSTRAINT a_card_is_issued_once UNIQUE (cell, wallet, source, key),
    CONSTRAINT a_card_is_printed_or_shown CHECK (what IN ('card', 'code')),
    CONSTRAINT a_stopped_card_says_why CHECK ((stopped_at IS NULL) = (stopped_for IS NULL))
);
CREATE UNIQUE INDEX a_member_has_one_card_that_works ON card (cell, wallet, what) WHERE stopped_at IS NULL;

-- Somebody is known at a till, for a while. wallet: none where a code was asked for to a phone that is no member's,
-- which nobody is told. merchant: whose till asked; none: the operator. asked: a keyed hash of what was sent.
CREATE TABLE identification (
    cell smallint NOT NULL,
    id uuid NOT NULL,
    program uuid NOT NULL,
    merchant uuid,
    wallet uuid,
    how text NOT NULL,
    asked bytea NOT NULL,
    made_at timestamptz NOT NULL,
    code_hash bytea,
    code_until timestamptz,
    tries smallint NOT NULL DEFAULT 0,
    confirmed_at timestamptz,
    until timestamptz,
    CONSTRAINT identification_key PRIMARY KEY (cell, id),
    CONSTRAINT a_member_is_known_by_code_card_or_phone CHECK (how IN ('code', 'card', 'phone')),
    CONSTRAINT a_code_to_a_phone_is_stored_hashed
        CHECK ((how = 'phone') = (code_hash IS NOT NULL) AND (how = 'phone') = (code_until IS NOT NULL)),
    CONSTRAINT a_code_is_tried_five_times CHECK (tries BETWEEN 0 AND 5),
    CONSTRAINT who_is_confirmed_is_a_member
        CHECK (confirmed_at IS NULL OR (wallet IS NOT NULL AND until IS NOT NULL))
);

-- A changing code was used: once for each member and step of time.
CREATE TABLE code_use (
    cell smallint NOT NULL,
    wallet uuid NOT NULL,
    step bigint NOT NULL,
    identification uuid NOT NULL,
    CONSTRAINT a_changing_code_is_used_once PRIMARY KEY (cell, wallet, step)
);

-- How often something was tried in a while: guesses by a key, codes to a phone. about: a keyed hash of what.
CREATE TABLE identification_try (
    cell smallint NOT NULL,
    program uuid NOT NULL,
    about bytea NOT NULL,
    since timestamptz NOT NULL,
    tries integer NOT NULL,
    CONSTRAINT identification_try_key PRIMARY KEY (cell, program, about, since)
) WITH (fillfactor = 75);

-- Traits of members by which linked accounts are found: keyed hashes, never the traits themselves.
CREATE TABLE trait (
    cell smallint NOT NULL,
    wallet uuid NOT NULL,
    blind bytea NOT NULL,
    program uuid NOT NULL,
    kind text NOT NULL,
    seen_at timestamptz NOT NULL,
    CONSTRAINT trait_key PRIMARY KEY (cell, wallet, blind),
    CONSTRAINT a_trait_is_a_device_a_payer_or_a_phone CHECK (kind IN ('device', 'payer', 'phone'))
);
CREATE INDEX trait_shared ON trait (program, blind);

-- Why a referral lapsed: late, or linked, with the kinds of traits that were shared.
ALTER TABLE referral ADD COLUMN reason text NOT NULL DEFAULT '';
ALTER TABLE referral ADD COLUMN shared text[] NOT NULL DEFAULT '{}';
ALTER TABLE referral ADD COLUMN overruled_by text;
ALTER TABLE referral ADD COLUMN overruled_at timestamptz;
ALTER TABLE referral ADD COLUMN overruled_for text;
ALTER TABLE referral ADD COLUMN evidence text;
ALTER TABLE referral ADD CONSTRAINT a_linked_referral_says_by_what
    CHECK ((reason = 'linked') = (cardinality(shared) > 0));
ALTER TABLE referral ADD CONSTRAINT who_overrules_says_why_on_what
    CHECK ((overruled_by IS NULL) = (overruled_at IS NULL)
        AND (overruled_by IS NULL OR (overruled_for <> '' AND evidence <> '')));
CREATE INDEX referral_of_an_inviter ON referral (program, inviter);

-- Bills that a till reported after it had been without the network: every number of a till once. entry: the id that
-- the bill's entry has where it was booked; refused: why its points were not.
CREATE TABLE offline_report (
    cell smallint NOT NULL,
    program uuid NOT NULL,
    merchant uuid NOT NULL,
    till text NOT NULL,
    sequence bigint NOT NULL,
    entry uuid NOT NULL,
    key text NOT NULL,
    wallet uuid NOT NULL,
    at timestamptz NOT NULL,
    reported_at timestamptz NOT NULL,
    points bigint NOT NULL,
    refused text NOT NULL DEFAULT '',
    CONSTRAINT a_till_numbers_its_bills_once PRIMARY KEY (cell, program, merchant, till, sequence),
    CONSTRAINT a_bill_has_a_number_above_none CHECK (sequence > 0 AND points >= 0)
);

-- A reported bill whose points were taken. day: a hash of wallet and day, by which a member's bills of a day are counted.
CREATE TABLE offline_bill (
    cell smallint NOT NULL,
    wallet uuid NOT NULL,
    no integer NOT NULL,
    day uuid NOT NULL,
    points bigint NOT NULL,
    owed bigint NOT NULL,
    CONSTRAINT offline_bill_key PRIMARY KEY (cell, wallet, no),
    CONSTRAINT what_is_owed_of_a_bill_is_a_part_of_its_points CHECK (owed BETWEEN 0 AND points)
);
CREATE INDEX offline_bill_of_a_day ON offline_bill (cell, wallet, day);

-- A fault of the operator's side or of one merchant, and what it gives, as published when it was declared.
-- until: none while it lasts. settled_at: when everybody had got what it gives.
CREATE TABLE outage (
    program uuid NOT NULL,
    id uuid NOT NULL,
    merchant uuid,
    since timestamptz NOT NULL,
    until timestamptz,
    remedy text NOT NULL,
    unit text NOT NULL,
    points bigint NOT NULL,
    extend_days integer NOT NULL,
    text text NOT NULL,
    text_en text NOT NULL,
    declared_by text NOT NULL,
    declared_at timestamptz NOT NULL,
    closed_at timestamptz,
    settled_at timestamptz,
    CONSTRAINT outage_key PRIMARY KEY (program, id),
    CONSTRAINT an_outage_ends_after_it_began CHECK (until > since),
    CONSTRAINT an_outage_is_settled_when_it_is_over CHECK (settled_at IS NULL OR until IS NOT NULL),
    CONSTRAINT a_remedy_is_never_less_than_nothing CHECK (points >= 0 AND extend_days >= 0)
);
ALTER TABLE outage ADD CONSTRAINT an_outage_is_of_a_program FOREIGN KEY (program) REFERENCES program (id);

-- A member objects to a freeze: decided by a person, with the reason (COMPLIANCE R10).
CREATE TABLE appeal (
    cell smallint NOT NULL,
    id uuid NOT NULL,
    program uuid NOT NULL,
    wallet uuid NOT NULL,
    frozen_by integer NOT NULL,
    said text NOT NULL,
    made_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'waiting',
    decided_at timestamptz,
    decided_by text,
    reason text,
    CONSTRAINT appeal_key PRIMARY KEY (cell, id),
    CONSTRAINT an_appeal_waits_or_is_decided CHECK (state IN ('waiting', 'upheld', 'declined')),
    CONSTRAINT a_decided_appeal_says_by_whom_when_and_why
        CHECK ((state = 'waiting') = (decided_at IS NULL) AND (state = 'waiting') = (decided_by IS NULL)
            AND (state = 'waiting' OR reason <> ''))
);
CREATE INDEX appeal_waiting ON appeal (program, made_at) WHERE state = 'waiting';
