-- Messages to members: what is to be told, how it was tried, consents and contacts; and webhooks out and in.

-- How members are told and in which words: versions that never change, each valid from an instant on.
CREATE TABLE message_plan (
    program uuid NOT NULL,
    version integer NOT NULL,
    valid_from timestamptz NOT NULL,
    plan text NOT NULL,
    CONSTRAINT message_plan_key PRIMARY KEY (program, version)
);
ALTER TABLE message_plan ADD CONSTRAINT a_message_plan_belongs_to_a_program
    FOREIGN KEY (program) REFERENCES program (id);

-- A message: its id is a hash of programme and key, so that a key is told once for ever.
CREATE TABLE message (
    cell smallint NOT NULL,
    wallet uuid NOT NULL,
    id uuid NOT NULL,
    program uuid NOT NULL,
    key text NOT NULL,
    event text NOT NULL,
    purpose text NOT NULL,
    fields text NOT NULL,
    put_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'waiting',
    reason text NOT NULL DEFAULT '',
    channel text,
    settled_at timestamptz,
    CONSTRAINT a_message_is_put_once PRIMARY KEY (cell, wallet, id),
    CONSTRAINT a_message_serves_or_sells CHECK (purpose IN ('service', 'marketing')),
    CONSTRAINT a_message_has_a_known_state
        CHECK (state IN ('waiting', 'sent', 'delivered', 'dead', 'suppressed')),
    CONSTRAINT a_message_that_is_not_sent_says_why CHECK (state NOT IN ('dead', 'suppressed') OR reason <> ''),
    CONSTRAINT a_delivered_message_says_when_and_how
        CHECK (state <> 'delivered' OR (settled_at IS NOT NULL AND channel IS NOT NULL))
) WITH (fillfactor = 75);
CREATE INDEX message_of_id ON message (id);
CREATE INDEX message_of_a_program ON message (program, put_at, id);

-- What still has to be done about a message; no row: nothing. next_at NULL: a dead letter.
-- lease: whose it is until next_at. used: channels that are done with. awaiting: the attempt without an answer.
CREATE TABLE message_due (
    cell smallint NOT NULL,
    wallet uuid NOT NULL,
    id uuid NOT NULL,
    program uuid NOT NULL,
    next_at timestamptz,
    lease uuid,
    tries smallint NOT NULL DEFAULT 0,
    attempts smallint NOT NULL DEFAULT 0,
    awaiting smallint,
    used text[] NOT NULL DEFAULT '{}',
    counted boolean NOT NULL DEFAULT false,
    CONSTRAINT message_due_key PRIMARY KEY (cell, wallet, id)
) WITH (fillfactor = 75);
CREATE INDEX message_due_next ON message_due (program, next_at);

-- One attempt on one channel, with the words that were used. It is written before it is sent.
CREATE TABLE message_attempt (
    cell smallint NOT NULL,
    wallet uuid NOT NULL,
    message uuid NOT NULL,
    no smallint NOT NULL,
    channel text NOT NULL,
    provider text NOT NULL,
    template integer NOT NULL,
    language text NOT NULL,
    approved text NOT NULL DEFAULT '',
    subject text NOT NULL,
    body text NOT NULL,
    outcome text NOT NULL,
    detail text NOT NULL DEFAULT '',
    provider_id text,
    tried_at timestamptz NOT NULL,
    settled_at timestamptz,
    CONSTRAINT message_attempt_key PRIMARY KEY (cell, wallet, message, no),
    CONSTRAINT an_attempt_has_a_known_outcome
        CHECK (outcome IN ('sending', 'unsure', 'sent', 'delivered', 'refused', 'failed', 'lapsed'))
) WITH (fillfactor = 75);
CREATE INDEX message_attempt_of_a_provider ON message_attempt (provider_id) WHERE provider_id IS NOT NULL;

-- How many marketing messages a member got in a day or month of the programme.
CREATE TABLE message_count (
    cell smallint NOT NULL,
    wallet uuid NOT NULL,
    period text NOT NULL,
    sent integer NOT NULL,
    CONSTRAINT message_count_key PRIMARY KEY (cell, wallet, period)
) WITH (fillfactor = 75);

-- How many messages were handed to a provider in a minute.
CREATE TABLE provider_minute (
    provider text NOT NULL,
    minute timestamptz NOT NULL,
    sent integer NOT NULL,
    CONSTRAINT provider_minute_key PRIMARY KEY (provider, minute)
);

-- How a member can be reached beside the phone: each address sealed.
CREATE TABLE contact (
    cell smallint NOT NULL,
    wallet uuid NOT NULL,
    program uuid NOT NULL,
    language text NOT NULL DEFAULT 'zh',
    email bytea,
    push bytea,
    wechat bytea,
    changed_at timestamptz NOT NULL,
    CONSTRAINT contact_key PRIMARY KEY (cell, wallet),
    CONSTRAINT a_member_reads_chinese_or_english CHECK (language IN ('zh', 'en'))
);

-- WeChat: one subscription to a template is one message.
CREATE TABLE wechat_subscription (
    cell smallint NOT NULL,
    wallet uuid NOT NULL,
    template text NOT NULL,
    remaining integer NOT NULL,
    CONSTRAINT wechat_subscription_key PRIMARY KEY (cell, wallet, template),
    CONSTRAINT a_subscription_is_used_once CHECK (remaining >= 0)
);

-- What a member agreed to and took back: only ever added to; the last line of a purpose holds.
CREATE TABLE consent (
    cell smallint NOT NULL,
    wallet uuid NOT NULL,
    purpose text NOT NULL,
    no integer NOT NULL,
    program uuid NOT NULL,
    given boolean NOT NULL,
    version text NOT NULL,
    text_hash bytea NOT NULL,
    channel text NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT consents_of_a_purpose_are_numbered_once PRIMARY KEY (cell, wallet, purpose, no),
    CONSTRAINT a_consent_names_its_text CHECK (octet_length(text_hash) = 32)
);

-- Webhooks out: where, signed with what, about which kinds of entries. paused_until: it failed; no other
-- delivery is tried before.
CREATE TABLE webhook (
    program uuid NOT NULL,
    code text NOT NULL,
    url text NOT NULL,
    secret bytea NOT NULL,
    kinds text[] NOT NULL,
    added_at timestamptz NOT NULL,
    removed_at timestamptz,
    paused_until timestamptz,
    failures integer NOT NULL DEFAULT 0,
    CONSTRAINT webhook_key PRIMARY KEY (program, code),
    CONSTRAINT a_webhook_tells_of_something CHECK (cardinality(kinds) > 0)
);
ALTER TABLE webhook ADD CONSTRAINT a_webhook_belongs_to_a_program FOREIGN KEY (program) REFERENCES program (id);

-- One entry to be told to one webhook: written in the commit of the entry.
CREATE TABLE webhook_delivery (
    cell smallint NOT NULL,
    wallet uuid NOT NULL,
    webhook text NOT NULL,
    no integer NOT NULL,
    program uuid NOT NULL,
    state text NOT NULL DEFAULT 'waiting',
    next_at timestamptz NOT NULL,
    lease uuid,
    tries smallint NOT NULL DEFAULT 0,
    status smallint,
    detail text NOT NULL DEFAULT '',
    tried_at timestamptz,
    CONSTRAINT an_entry_is_told_to_a_webhook_once PRIMARY KEY (cell, wallet, webhook, no),
    CONSTRAINT a_delivery_has_a_known_state CHECK (state IN ('waiting', 'accepted', 'dead'))
) WITH (fillfactor = 75);
CREATE INDEX webhook_delivery_in_order ON webhook_delivery (cell, wallet, webhook, no) WHERE state = 'waiting';
CREATE INDEX webhook_delivery_waiting ON webhook_delivery (program, webhook, next_at) WHERE state = 'waiting';
CREATE INDEX webhook_delivery_dead ON webhook_delivery (program, webhook, tried_at) WHERE state = 'dead';

-- Hooks in: partner systems that report acts and purchases under a signature of their own.
CREATE TABLE hook (
    code text NOT NULL,
    program uuid NOT NULL,
    merchant uuid,
    secret bytea NOT NULL,
    added_at timestamptz NOT NULL,
    removed_at timestamptz,
    CONSTRAINT a_hook_code_is_given_once PRIMARY KEY (code)
);
ALTER TABLE hook ADD CONSTRAINT a_hook_belongs_to_a_program FOREIGN KEY (program) REFERENCES program (id);
