-- Access: staff, sessions, codes by which members sign in, limits, the audit log, and roles of API keys.

-- Who signs in with a password. merchant: whose staff; none: the operator's. store: '' means any of the merchant.
-- totp: the sealed secret; totp_step: the step of the last code that was taken, so that none is taken twice.
CREATE TABLE staff (
    program uuid NOT NULL,
    id uuid NOT NULL,
    merchant uuid,
    store text NOT NULL DEFAULT '',
    login text NOT NULL,
    name text NOT NULL,
    role text NOT NULL,
    password text NOT NULL,
    totp bytea,
    totp_step bigint NOT NULL DEFAULT 0,
    added_at timestamptz NOT NULL,
    password_at timestamptz NOT NULL,
    disabled_at timestamptz,
    CONSTRAINT staff_key PRIMARY KEY (id),
    CONSTRAINT a_login_is_given_once UNIQUE (login),
    CONSTRAINT staff_have_a_role CHECK (role IN ('cashier', 'manager', 'clerk', 'approver', 'auditor')),
    CONSTRAINT cashiers_and_managers_are_a_merchants
        CHECK ((merchant IS NOT NULL) = (role IN ('cashier', 'manager'))),
    CONSTRAINT only_a_merchants_staff_have_a_store CHECK (store = '' OR merchant IS NOT NULL)
);
ALTER TABLE staff ADD CONSTRAINT staff_belong_to_a_program FOREIGN KEY (program) REFERENCES program (id);
CREATE INDEX staff_of_a_program ON staff (program, merchant);

-- Wrong tries in a row at a login, whether or not there is one of that name. about: a keyed hash of the login.
CREATE TABLE login_try (
    about bytea NOT NULL,
    tries integer NOT NULL,
    tried_at timestamptz NOT NULL,
    CONSTRAINT login_try_key PRIMARY KEY (about)
) WITH (fillfactor = 75);
CREATE INDEX login_try_old ON login_try (tried_at);

-- Who is signed in where, by the hash of a token that only the browser has. wallet: a member's; staff: one of the staff.
CREATE TABLE session (
    cell smallint NOT NULL,
    token_hash bytea NOT NULL,
    program uuid NOT NULL,
    wallet uuid,
    number text NOT NULL DEFAULT '',
    staff uuid,
    device text NOT NULL DEFAULT '',
    started_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    CONSTRAINT a_token_is_stored_hashed PRIMARY KEY (cell, token_hash),
    CONSTRAINT a_session_is_a_members_or_one_of_the_staff CHECK ((wallet IS NULL) <> (staff IS NULL))
) WITH (fillfactor = 75);
CREATE INDEX session_of_a_member ON session (wallet) WHERE wallet IS NOT NULL;
CREATE INDEX session_of_staff ON session (staff) WHERE staff IS NOT NULL;
CREATE INDEX session_old ON session (ends_at);

-- A phone is asked for a code, by one browser: the id is a hash of what its cookie says. phone: sealed; whether it is
-- a member's is looked up when its code came back.
CREATE TABLE sign_in (
    cell smallint NOT NULL,
    id uuid NOT NULL,
    program uuid NOT NULL,
    phone bytea NOT NULL,
    language text NOT NULL,
    asked_at timestamptz NOT NULL,
    code_until timestamptz NOT NULL,
    tries smallint NOT NULL DEFAULT 0,
    confirmed_at timestamptz,
    CONSTRAINT sign_in_key PRIMARY KEY (cell, id),
    CONSTRAINT a_sign_in_is_tried_five_times CHECK (tries BETWEEN 0 AND 5)
) WITH (fillfactor = 75);
CREATE INDEX sign_in_old ON sign_in (asked_at);

-- How often something was done by somebody within a window that began with the first time. about: a hash of both.
CREATE TABLE access_limit (
    about bytea NOT NULL,
    until timestamptz NOT NULL,
    taken integer NOT NULL,
    CONSTRAINT access_limit_key PRIMARY KEY (about)
) WITH (fillfactor = 75);
CREATE INDEX access_limit_old ON access_limit (until);

-- What people did: appended, never changed. hash: keyed, over the line and the hash of the line before.
CREATE TABLE audit (
    program uuid NOT NULL,
    no bigint NOT NULL,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    role text NOT NULL,
    action text NOT NULL,
    target text NOT NULL,
    outcome text NOT NULL,
    facts text NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT audit_key PRIMARY KEY (program, no)
);
ALTER TABLE audit ADD CONSTRAINT an_audit_line_belongs_to_a_program FOREIGN KEY (program) REFERENCES program (id);
CREATE INDEX audit_of_an_actor ON audit (program, actor, no);

-- The last line of each programme: its lock puts the lines of a programme one after the other.
CREATE TABLE audit_head (
    program uuid NOT NULL,
    no bigint NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT audit_head_key PRIMARY KEY (program)
) WITH (fillfactor = 50);
ALTER TABLE audit_head ADD CONSTRAINT an_audit_head_belongs_to_a_program
    FOREIGN KEY (program) REFERENCES program (id);

-- A key may be given less than its scope: '' is all of it, an auditor's only reads, a clerk's decides nothing.
ALTER TABLE api_key ADD COLUMN role text NOT NULL DEFAULT '';
ALTER TABLE api_key ADD CONSTRAINT a_key_has_a_known_role CHECK (role IN ('', 'clerk', 'approver', 'auditor'));
ALTER TABLE api_key ADD CONSTRAINT clerks_and_approvers_are_the_operators
    CHECK (merchant IS NULL OR role IN ('', 'auditor'));
