-- Households by consent, payments that several agree to, beneficiaries, and what an heir gets.

-- Who was asked into which household, kept with the wallet of who was asked. home: the wallet of its pool.
CREATE TABLE invitation (
    cell smallint NOT NULL,
    wallet uuid NOT NULL,
    id uuid NOT NULL,
    program uuid NOT NULL,
    household uuid NOT NULL,
    home uuid NOT NULL,
    inviter uuid NOT NULL,
    invited_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    state text NOT NULL,
    CONSTRAINT invitation_key PRIMARY KEY (cell, wallet, id),
    CONSTRAINT an_invitation_is_open_or_was_answered CHECK (state IN ('open', 'accepted', 'declined')),
    CONSTRAINT an_invitation_lasts CHECK (invited_at < ends_at)
);

-- For whom a member may redeem. sealed: the name; blind: by which the same name is known again.
CREATE TABLE beneficiary (
    cell smallint NOT NULL,
    wallet uuid NOT NULL,
    id uuid NOT NULL,
    program uuid NOT NULL,
    ref text NOT NULL,
    sealed bytea NOT NULL,
    blind bytea NOT NULL,
    named date NOT NULL,
    CONSTRAINT beneficiary_key PRIMARY KEY (cell, wallet, id),
    CONSTRAINT a_beneficiary_has_one_ref UNIQUE (cell, wallet, ref)
);

-- What several are to pay together, kept with the wallet of who offers it; done: it was redeemed.
CREATE TABLE joint_offer (
    cell smallint NOT NULL,
    wallet uuid NOT NULL,
    id uuid NOT NULL,
    program uuid NOT NULL,
    reward text NOT NULL,
    merchant text NOT NULL,
    store text,
    count bigint NOT NULL,
    expected bigint NOT NULL,
    offered_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    state text NOT NULL,
    redemption uuid,
    CONSTRAINT joint_offer_key PRIMARY KEY (cell, wallet, id),
    CONSTRAINT an_offer_is_open_done_or_declined CHECK (state IN ('open', 'done', 'declined')),
    CONSTRAINT an_offer_that_is_done_names_its_redemption CHECK ((state = 'done') = (redemption IS NOT NULL)),
    CONSTRAINT an_offer_lasts CHECK (offered_at < ends_at)
);

-- Who pays how much of it, in order; agreed_at: null, until its holder has agreed.
CREATE TABLE joint_part (
    cell smallint NOT NULL,
    wallet uuid NOT NULL,
    offer uuid NOT NULL,
    payer uuid NOT NULL,
    place smallint NOT NULL,
    points bigint NOT NULL,
    agreed_at timestamptz,
    CONSTRAINT joint_part_key PRIMARY KEY (cell, wallet, offer, payer),
    CONSTRAINT a_part_of_a_joint_payment_is_something CHECK (points > 0)
);

-- Whose points went to an heir, on which case and evidence: once, for good.
CREATE TABLE inheritance (
    cell smallint NOT NULL,
    wallet uuid NOT NULL,
    no integer NOT NULL,
    heir uuid NOT NULL,
    case_ref text NOT NULL,
    evidence text NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT a_wallet_is_inherited_once PRIMARY KEY (cell, wallet),
    CONSTRAINT an_inheritance_names_its_case_and_evidence CHECK (case_ref <> '' AND evidence <> ''),
    CONSTRAINT nobody_inherits_from_oneself CHECK (heir <> wallet)
);

-- Households of before: what decisions read of them now stands with the wallets.
UPDATE wallet w SET facts = (coalesce(nullif(w.facts, ''), '{}')::jsonb || jsonb_build_object('household',
    jsonb_build_object('home', p.id, 'since', to_char(p.opened_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))))::text
FROM wallet p WHERE p.pool AND p.household = w.household AND NOT w.pool;
UPDATE wallet p SET facts = jsonb_build_object('family', jsonb_build_object(
    'number', coalesce((SELECT n.number FROM member_number n WHERE n.wallet = p.id), ''),
    'members', coalesce((SELECT jsonb_agg(w.id ORDER BY w.opened_at, w.id) FROM wallet w
        WHERE w.household = p.household AND NOT w.pool), '[]')))::text
WHERE p.pool;
