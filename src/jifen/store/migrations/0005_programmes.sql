-- Programmes as code: what was published, who proposed and approved it, and who was shown which terms.

-- A published version of a programme in whole; its rules are the rule_set of the same version. Never changed.
CREATE TABLE publication (
    program uuid NOT NULL,
    version integer NOT NULL,
    valid_from timestamptz NOT NULL,
    published_at timestamptz NOT NULL,
    author text NOT NULL,
    approver text,
    weight text NOT NULL,
    notice_days integer NOT NULL,
    regulation text NOT NULL,
    definition text NOT NULL,
    definition_hash bytea NOT NULL,
    changes text NOT NULL,
    terms_zh text NOT NULL,
    terms_en text NOT NULL,
    terms_hash bytea NOT NULL,
    notice_key text NOT NULL DEFAULT '',
    withdraws integer,
    CONSTRAINT publication_key PRIMARY KEY (program, version),
    CONSTRAINT a_publication_has_a_known_weight
        CHECK (weight IN ('neutral', 'offer', 'favourable', 'ordinary', 'major', 'adverse')),
    CONSTRAINT nobody_approves_their_own_version CHECK (approver <> author),
    CONSTRAINT a_publication_is_hashed
        CHECK (octet_length(definition_hash) = 32 AND octet_length(terms_hash) = 32),
    CONSTRAINT a_later_version_withdraws_an_earlier_one CHECK (withdraws < version)
);
ALTER TABLE publication ADD CONSTRAINT a_publication_publishes_its_rules
    FOREIGN KEY (program, version) REFERENCES rule_set (program, version);

-- What somebody wants published and somebody else has to approve.
CREATE TABLE publication_proposal (
    program uuid NOT NULL,
    id uuid NOT NULL,
    base integer NOT NULL,
    author text NOT NULL,
    proposed_at timestamptz NOT NULL,
    valid_from timestamptz,
    definition text NOT NULL,
    state text NOT NULL DEFAULT 'waiting',
    decided_by text,
    decided_at timestamptz,
    reason text NOT NULL DEFAULT '',
    version integer,
    CONSTRAINT publication_proposal_key PRIMARY KEY (program, id),
    CONSTRAINT a_proposed_version_waits_or_is_decided CHECK (state IN ('waiting', 'approved', 'declined')),
    CONSTRAINT a_decided_version_says_by_whom_and_when
        CHECK ((state = 'waiting') = (decided_by IS NULL) AND (state = 'waiting') = (decided_at IS NULL)),
    CONSTRAINT nobody_approves_their_own_proposal CHECK (state <> 'approved' OR decided_by <> author),
    CONSTRAINT a_declined_version_says_why CHECK (state <> 'declined' OR reason <> ''),
    CONSTRAINT an_approved_version_has_its_number CHECK ((state = 'approved') = (version IS NOT NULL))
);
ALTER TABLE publication_proposal ADD CONSTRAINT a_proposed_version_belongs_to_a_program
    FOREIGN KEY (program) REFERENCES program (id);

-- Which text of which version a member was shown or acknowledged, on which channel (COMPLIANCE R01).
CREATE TABLE terms_receipt (
    cell smallint NOT NULL,
    wallet uuid NOT NULL,
    version integer NOT NULL,
    how text NOT NULL,
    channel text NOT NULL,
    at timestamptz NOT NULL,
    program uuid NOT NULL,
    language text NOT NULL,
    text_hash bytea NOT NULL,
    CONSTRAINT terms_receipt_key PRIMARY KEY (cell, wallet, version, how, channel, at),
    CONSTRAINT terms_are_displayed_or_acknowledged CHECK (how IN ('displayed', 'acknowledged')),
    CONSTRAINT terms_are_read_in_chinese_or_english CHECK (language IN ('zh', 'en')),
    CONSTRAINT a_terms_receipt_names_its_text CHECK (octet_length(text_hash) = 32)
);

-- Who took the list of those that meet a condition outside the ledger, on which legal opinion (SCENARIOS S20).
CREATE TABLE eligibility_export (
    program uuid NOT NULL,
    id uuid NOT NULL,
    version integer NOT NULL,
    asked_by text NOT NULL,
    asked_at timestamptz NOT NULL,
    legal_opinion text NOT NULL,
    purpose text NOT NULL,
    minimum_points bigint NOT NULL,
    members bigint NOT NULL,
    CONSTRAINT eligibility_export_key PRIMARY KEY (program, id),
    CONSTRAINT an_export_names_a_legal_opinion CHECK (legal_opinion <> '' AND purpose <> '' AND asked_by <> '')
);
ALTER TABLE eligibility_export ADD CONSTRAINT an_export_is_of_a_publication
    FOREIGN KEY (program, version) REFERENCES publication (program, version);
