-- What rules read of people, and what earns beside purchases: birthdays, tiers, tokens, referrals, evidence.

ALTER TYPE entry_kind ADD VALUE 'profile';
ALTER TYPE entry_kind ADD VALUE 'extend';

-- JSON as rules read it (rules/person.py): no names, no years of birth. Changed by entries of kind profile.
ALTER TABLE wallet ADD COLUMN facts text NOT NULL DEFAULT '';
UPDATE wallet w SET facts = '{"joined":"' || to_char(w.opened_at AT TIME ZONE p.zone, 'YYYY-MM-DD') || '"}'
FROM program p WHERE p.id = w.program AND NOT w.pool;

-- Birthdays by day, for the greeting. ref: a word of ours for the member (self), a child or a pet.
CREATE TABLE birthday (
    cell smallint NOT NULL,
    program uuid NOT NULL,
    wallet uuid NOT NULL,
    ref text NOT NULL,
    whose text NOT NULL,
    month smallint NOT NULL,
    day smallint NOT NULL,
    lunar boolean NOT NULL,
    CONSTRAINT birthday_key PRIMARY KEY (cell, wallet, ref),
    CONSTRAINT a_birthday_is_the_members_or_of_a_child_or_pet CHECK (whose IN ('self', 'child', 'pet')),
    CONSTRAINT a_birthday_is_a_day CHECK (month BETWEEN 1 AND 12 AND day BETWEEN 1 AND 31)
);
CREATE INDEX birthday_of_a_day ON birthday (program, lunar, month, day);

-- Who a child or a pet is: sealed, since rules need none of it.
CREATE TABLE relative (
    cell smallint NOT NULL,
    program uuid NOT NULL,
    wallet uuid NOT NULL,
    ref text NOT NULL,
    whose text NOT NULL,
    sealed bytea NOT NULL,
    guardian_consent bytea,
    consented_at timestamptz,
    added_at timestamptz NOT NULL,
    CONSTRAINT relative_key PRIMARY KEY (cell, wallet, ref),
    CONSTRAINT a_relative_is_a_child_or_a_pet CHECK (whose IN ('child', 'pet')),
    CONSTRAINT a_child_is_kept_only_with_a_guardians_consent
        CHECK (whose <> 'child' OR (guardian_consent IS NOT NULL AND consented_at IS NOT NULL))
);

-- When a member's tier is to be looked at again; no row: never.
CREATE TABLE standing_due (
    cell smallint NOT NULL,
    program uuid NOT NULL,
    wallet uuid NOT NULL,
    due date NOT NULL,
    CONSTRAINT standing_due_key PRIMARY KEY (cell, wallet)
);
CREATE INDEX standing_due_on ON standing_due (program, due);

-- Who invited whom: one level, settled once.
CREATE TABLE referral (
    cell smallint NOT NULL,
    program uuid NOT NULL,
    invitee uuid NOT NULL,
    inviter uuid NOT NULL,
    invited_at timestamptz NOT NULL,
    state text NOT NULL,
    settled_at timestamptz,
    CONSTRAINT a_member_is_invited_once PRIMARY KEY (cell, invitee),
    CONSTRAINT nobody_invites_oneself CHECK (inviter <> invitee),
    CONSTRAINT a_referral_is_open_paid_or_lapsed CHECK (state IN ('open', 'paid', 'lapsed')),
    CONSTRAINT a_settled_referral_says_when CHECK ((state = 'open') = (settled_at IS NULL))
);
CREATE INDEX referral_open ON referral (program, cell, invitee) WHERE state = 'open';

-- Green evidence: without a valid one no green points.
CREATE TABLE evidence (
    program uuid NOT NULL,
    code text NOT NULL,
    kind text NOT NULL,
    body text NOT NULL DEFAULT '',
    valid_from timestamptz NOT NULL,
    valid_until timestamptz NOT NULL,
    withdrawn_at timestamptz,
    CONSTRAINT evidence_is_named_once PRIMARY KEY (program, code),
    CONSTRAINT evidence_is_valid_for_a_time CHECK (valid_from < valid_until)
);
ALTER TABLE evidence ADD CONSTRAINT evidence_belongs_to_a_program FOREIGN KEY (program) REFERENCES program (id);

-- Acts that wait for somebody's judgement before they earn.
CREATE TABLE proposal (
    cell smallint NOT NULL,
    id uuid NOT NULL,
    program uuid NOT NULL,
    wallet uuid NOT NULL,
    source text NOT NULL,
    key text NOT NULL,
    act text NOT NULL,
    store text NOT NULL DEFAULT '',
    code text NOT NULL DEFAULT '',
    said text NOT NULL,
    occurred_at timestamptz NOT NULL,
    proposed_at timestamptz NOT NULL,
    state text NOT NULL,
    decided_at timestamptz,
    decided_by text,
    reason text,
    CONSTRAINT proposal_key PRIMARY KEY (cell, id),
    CONSTRAINT a_proposal_waits_or_is_decided CHECK (state IN ('waiting', 'approved', 'declined')),
    CONSTRAINT a_decision_says_who_and_when
        CHECK ((state = 'waiting') = (decided_at IS NULL) AND (state = 'waiting') = (decided_by IS NULL)),
    CONSTRAINT a_refusal_says_why CHECK (state <> 'declined' OR reason <> '')
);
CREATE INDEX proposal_waiting ON proposal (program, proposed_at) WHERE state = 'waiting';

-- Who may sign credit tokens, and which tokens were accepted: for refusing them when they are withdrawn.
CREATE TABLE authority (
    program uuid NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    key text NOT NULL,
    grants text[] NOT NULL,
    CONSTRAINT authority_key PRIMARY KEY (program, code)
);
ALTER TABLE authority ADD CONSTRAINT an_authority_belongs_to_a_program
    FOREIGN KEY (program) REFERENCES program (id);

CREATE TABLE token_withdrawn (
    cell smallint NOT NULL,
    program uuid NOT NULL,
    authority text NOT NULL,
    token text NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT a_token_is_withdrawn_once PRIMARY KEY (cell, program, authority, token)
);
